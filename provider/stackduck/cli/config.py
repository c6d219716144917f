"""`stackduck config`: what holds where a command says nothing, and where it comes from. Asks nobody."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from stackduck.cli import exits
from stackduck.cli.options import Parser, add_connection_options, number
from stackduck.output import FORMATS

DESCRIPTION = """\
Tell what holds where a command says nothing: default parameters, archive, output and limits, a row each, with where it
comes from. An option goes before an environment variable, that before the repository's file, and that before the
user's own. 'stackduck config path' prints the name of the user's own file, whether it exists or not.
"""

EPILOG = f"""\
The user's own file, and stackduck.toml beside the SQL files, or in the working folder or one above it as far as the
repository or the home goes, are TOML:

  output = "csv"             # any format but parquet
  archive = "~/copilot"      # the user's own file alone; false keeps none

  [defaults]                 # of parameters that a statement does not give
  enterprise = "octo"

  [limits]                   # a repository's file can lower them, not raise them
  max_calls = 500
  max_wait = 30
  concurrency = 4
  pace = 600                 # calls a minute of a sync; the user's own file alone

A default is taken where a statement could not be answered without, and never by one that changes something; EXPLAIN
and --stats tell of it. No file may hold a token, or name an API, a registry or the variable with a token: a file that
came with a repository would then decide where the token goes.

{exits.MEANINGS}
examples:
  stackduck config
  stackduck config -i queries/seats.sql -o json
  stackduck config --max-calls 50
  "$EDITOR" "$(stackduck config path)"
"""


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    options = _parser().parse_args(arguments)
    return _path() if options.action == "path" else _show(options)


def _parser() -> Parser:
    """Describe the options."""
    parser = Parser(
        prog="stackduck config",
        usage="stackduck config [path] [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument("action", choices=("show", "path"), nargs="?", default="show", help="what to do; show")
    parser.add_argument(
        "-i",
        "--input",
        metavar="PATH",
        action="append",
        default=[],
        help="the SQL file or folder whose stackduck.toml counts; repeatable",
    )
    group = parser.add_argument_group("what is written")
    formats = [form for form in FORMATS if form != "parquet"]
    group.add_argument("-o", "--output", metavar="FORMAT", choices=formats, help=", ".join(formats))
    group.add_argument("-f", "--file", metavar="FILE", help="write to a file, whole or not at all")
    group.add_argument("-H", "--no-header", action="store_true", help="leave out the line of column names")
    add_connection_options(parser)
    parser.add_argument("--pace", metavar="N", type=number(int, 0), help=argparse.SUPPRESS)
    return parser


def _path() -> int:
    from stackduck.config import user_file

    print(user_file(os.environ))
    return exits.OK


def _show(options: argparse.Namespace) -> int:
    """Print a row for everything that holds."""
    import stackduck
    from stackduck.cli import held
    from stackduck.cli.runs import Run, Wishes
    from stackduck.cli.settings import configuration

    for path in options.input:
        if not Path(path).exists():
            raise exits.UsageError(f"there is no file or folder {path}")
    found = configuration(options, beside=options.input)
    fallback = None if found.settings["output"].source == "flag" else found.value("output")
    wishes = Wishes(options.output, options.file, not options.no_header, quiet=True, fallback=fallback)
    return Run(stackduck.connect, wishes).execute(held.SQL, held.columns(found, options))
