"""`stackduck exec`: SQL from arguments, files or standard input; rows to standard output or a file."""

from __future__ import annotations

from functools import partial

from stackduck.cli import exits
from stackduck.cli.options import Parser, add_connection_options, add_output_options, add_variable_option, connect

DESCRIPTION = """\
Run SQL statements, one after the other, and print the rows of each. The SQL comes from the arguments, from files (-i),
or from standard input. A statement that fails ends the run; what was printed before it stays.
"""

EPILOG = f"""\
The default format is table on a terminal and json in a pipe or a file, as only JSON keeps types and nested values.
json is one array of objects a statement, ndjson (or jsonl) one object a line. In JSON, NaN and Infinity are null, and
of two columns called n the second is n_1. In csv NULL is an empty field and an empty string is "".

{exits.MEANINGS}
examples:
  stackduck exec "SELECT * FROM github.copilot.org_details WHERE org = 'octo'"
  stackduck exec -i queries/copilot_user_usage_metrics.sql --var enterprise=octo -o csv -f links.csv
  stackduck exec --sandbox "SELECT unnest(download_links) AS link
                            FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'octo-demo'"
"""


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    options = _parser().parse_intermixed_args(arguments)
    from stackduck.cli.runs import Run, wishes_of
    from stackduck.cli.scripts import gather
    from stackduck.cli.settings import settle

    held = settle(options, beside=(name for name in options.input if name != "-"))
    script = gather(options.sql, options.input, data=options.iqldata)
    return Run(partial(connect, options), wishes_of(options, held)).execute(script, dict(options.var))


def _parser() -> Parser:
    """Describe the options."""
    parser = Parser(
        prog="stackduck exec",
        usage="stackduck exec [options] [SQL ...]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    add_script_options(parser)
    return parser


def add_script_options(parser: Parser) -> None:
    """Add what says which statements run, with which values, where their rows go, and how they are answered."""
    parser.add_argument("sql", metavar="SQL", nargs="*", help="statements; several arguments run in order")
    parser.add_argument(
        "-i", "--input", metavar="FILE", action="append", default=[], help="read SQL from a file; - is standard input"
    )
    add_variable_option(parser)
    parser.add_argument(
        "--iqldata", metavar="FILE", help="Jsonnet or JSON for '{{ .path }}', as a <<<json block in the script gives it"
    )
    add_output_options(parser)
    add_connection_options(parser)
