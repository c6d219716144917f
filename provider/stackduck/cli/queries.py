"""`stackduck queries`: the SQL files that come with stackduck, by name; `stackduck run` runs them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from stackduck.cli import exits
from stackduck.cli.options import Parser, connect
from stackduck.errors import ProgrammingError
from stackduck.output import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.files.front_matter import Parameter, SqlFile

DESCRIPTION = """\
List the queries that come with stackduck: what each answers, what it needs, and what it takes besides.
Or print one, to start from: stackduck queries show NAME > mine.sql
Nothing is sent, and no token is looked for.
"""

EPILOG = f"""\
The list is plain text. With -o it is rows, which have the type and description of each parameter too.

{exits.MEANINGS}
examples:
  stackduck queries
  stackduck queries show idle_seats
  stackduck queries -o json
  stackduck run idle_seats --enterprise octo --days 60
"""


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.action and not options.name:
        parser.error("show needs the name of a query")
    if options.action and options.output:
        parser.error("-o is for the list; show prints the file as it is")
    return _show(options.name) if options.action else _list(options)


def _parser() -> Parser:
    """Describe the options."""
    parser = Parser(
        prog="stackduck queries",
        usage="stackduck queries [-o FORMAT] | show NAME",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument("action", nargs="?", choices=("show",), help="print a query instead of the list")
    parser.add_argument("name", metavar="NAME", nargs="?", help="the query to print")
    formats = [form for form in FORMATS if form != "parquet"]
    parser.add_argument("-o", "--output", metavar="FORMAT", choices=formats, help=", ".join(formats))
    return parser


def _show(name: str) -> int:
    """Print the text of a query."""
    from stackduck.cli.destinations import write_page

    write_page(_path(name).read_text(encoding="utf-8").splitlines())
    return exits.OK


def _path(name: str) -> Path:
    """Return the file of a query. Raises ProgrammingError for a name that none has."""
    from stackduck.catalog.names import did_you_mean
    from stackduck.files.finding import installed

    known = installed()
    found = known.get(name.removesuffix(".sql"))
    if found is None:
        hint = did_you_mean(name, known) or "; stackduck queries lists them"
        raise ProgrammingError(f"there is no query '{name}'{hint}")
    return found


def _list(options: argparse.Namespace) -> int:
    """Print what there is: as a page, or as rows."""
    from stackduck.cli.destinations import page_width, write_page
    from stackduck.cli.pages import Pages
    from stackduck.files.finding import installed
    from stackduck.files.front_matter import read

    files = [read(path) for path in installed().values()]
    if options.output:
        return _as_rows(files, options.output)
    write_page(Pages(page_width()).of_things([(file.name, _about(file)) for file in files]))
    return exits.OK


def _about(file: SqlFile) -> str:
    """Say what a query answers, what it needs and what it takes."""
    needed = [each.name for each in file.parameters if file.is_required(each)]
    needs = " and ".join(filter(None, (*needed, " or ".join(file.one_of))))
    takes = ", ".join(_taken(each) for each in file.parameters if each.has_default)
    asked = f"; needs {needs}" * bool(needs) + f"; takes {takes}" * bool(takes)
    return f"{file.description.rstrip('.')}{asked}"


def _taken(parameter: Parameter) -> str:
    return parameter.name if parameter.default is None else f"{parameter.name} ({parameter.default})"


def _as_rows(files: Iterable[SqlFile], form: str) -> int:
    """Print a row a query."""
    from stackduck.cli.options import no_connection_options
    from stackduck.cli.runs import Run, Wishes

    described = no_connection_options(registry=[])
    return Run(partial(connect, described), Wishes(form, quiet=True)).execute(_statement(files), {})


def _statement(files: Iterable[SqlFile]) -> str:
    """Write the statement whose rows are the files."""
    from stackduck.sql.rewrite import literal

    rows = (
        f"({literal(file.name)}, {literal(file.description)}, [{', '.join(map(_struct, file.parameters))}], "
        f"[{', '.join(map(literal, file.one_of))}]::VARCHAR[])"
        for file in files
    )
    return f"SELECT * FROM (VALUES {', '.join(rows)}) AS queries(name, description, parameters, one_of)"


def _struct(parameter: Parameter) -> str:
    """Write a parameter as a DuckDB struct."""
    from stackduck.sql.rewrite import literal

    default = "NULL" if parameter.default is None else literal(str(parameter.default))
    return (
        f"{{'name': {literal(parameter.name)}, 'type': {literal(parameter.type)}, 'default_value': {default}::VARCHAR, "
        f"'has_default': {parameter.has_default}, 'description': {literal(parameter.description)}}}"
    )
