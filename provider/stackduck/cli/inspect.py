"""`stackduck inspect`: what there is to ask, for people who would not guess a statement."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial

from stackduck.cli import exits
from stackduck.cli.options import Parser, connect
from stackduck.output import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.catalog.finding import Names
    from stackduck.catalog.names import Catalog
    from stackduck.cli.pages import Pages

DESCRIPTION = """\
Tell what there is to ask: of a provider its services, of a service its resources, of a resource or a method its
columns, what a statement must give and may give, the token that it needs, and an example to copy.
NAME is a full name, the end of one, or a part of a name: github.copilot.org_seats, org_seats, or seats.
Nothing is sent, and no token is looked for.
"""

EPILOG = f"""\
The page is plain text. With -o it is rows: those of SHOW and DESCRIBE with EXTENDED.

{exits.MEANINGS}
examples:
  stackduck inspect
  stackduck inspect org_seats
  stackduck inspect github.copilot -o json
"""
_STATEMENTS = (
    "SHOW EXTENDED PROVIDERS",
    "SHOW EXTENDED SERVICES IN {}",
    "SHOW EXTENDED RESOURCES IN {}",
    "DESCRIBE EXTENDED {}",
    "DESCRIBE METHOD EXTENDED {}",
)


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    return _inspect(_parser().parse_args(arguments))


def _parser() -> Parser:
    """Describe the options."""
    parser = Parser(
        prog="stackduck inspect",
        usage="stackduck inspect [options] [NAME]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help="what to tell about; all providers without it")
    formats = [form for form in FORMATS if form != "parquet"]
    parser.add_argument("-o", "--output", metavar="FORMAT", choices=formats, help=", ".join(formats))
    parser.add_argument(
        "--registry",
        metavar="DIR",
        action="append",
        default=[],
        help="provider documents that go ahead of the built-in ones; repeatable (also: STACKDUCK_REGISTRY)",
    )
    return parser


def _inspect(options: argparse.Namespace) -> int:
    from stackduck.catalog.finding import find
    from stackduck.catalog.names import Catalog
    from stackduck.cli.destinations import page_width, write_page

    catalog = Catalog.default(options.registry)
    found = find(catalog, options.name) if options.name is not None else ()
    if options.output:
        return _as_rows(found, options)
    write_page(page(catalog, found, width=page_width()))
    return exits.OK


def page(catalog: Catalog, found: tuple[Names, ...], *, width: int) -> Iterator[str]:
    """Yield the lines that tell of what was found; of all providers where nothing was looked for."""
    from stackduck.catalog.finding import LEVELS
    from stackduck.cli.pages import Pages

    pages = Pages(width)
    if not found:
        for number, name in enumerate(catalog.provider_names()):
            yield from [""] * bool(number)
            yield from pages.of_provider(catalog.provider(name))
    elif len(found) > 1:
        yield from pages.of_list((LEVELS[len(names) - 1], ".".join(names)) for names in found)
    else:
        yield from _page_of(catalog, found[0], pages)


def _page_of(catalog: Catalog, names: Names, pages: Pages) -> Iterator[str]:
    if len(names) == 1:
        return pages.of_provider(catalog.provider(*names))
    if len(names) == 2:
        return pages.of_service(catalog.service(names[0], names[1]))
    resource = catalog.resource(names[0], names[1], names[2])
    return pages.of_resource(resource) if len(names) == 3 else pages.of_method(resource, resource.methods[names[3]])


def _as_rows(found: tuple[Names, ...], options: argparse.Namespace) -> int:
    """Print the rows of the statement that tells the same."""
    from stackduck.cli.options import no_connection_options
    from stackduck.cli.runs import Run, Wishes

    described = no_connection_options(registry=options.registry)
    return Run(partial(connect, described), Wishes(options.output, quiet=True)).execute(_statement(found), {})


def _statement(found: tuple[Names, ...]) -> str:
    from stackduck.catalog.finding import LEVELS
    from stackduck.sql.rewrite import literal, quote

    if len(found) > 1:
        rows = (f"({literal(LEVELS[len(names) - 1])}, {literal('.'.join(names))})" for names in found)
        return f"SELECT * FROM (VALUES {', '.join(rows)}) AS found(kind, name)"
    names = found[0] if found else ()
    return _STATEMENTS[len(names)].format(".".join(map(quote, names)))
