"""`stackduck check`: SQL files looked over without token, network or data; findings to standard output."""

from __future__ import annotations

import argparse
import sys

from stackduck.cli import exits, messages
from stackduck.cli.options import Parser
from stackduck.cli.statistics import counted
from stackduck.errors import ProgrammingError

DESCRIPTION = """\
Say what is wrong with SQL files, with line and column: syntax, tables and columns that there are not, parameters that
are missing, types, variables; and where a statement would run and mislead: the traps of Copilot's metrics. FOLDER
stands for all files *.sql and *.iql in it, NAME for a file that comes with stackduck. What one file defines, the others
see. Nothing is sent, no token is looked for, and no statement reads a file.
"""

EPILOG = """\
A comment lets a statement break a rule; it stands in it, before it or behind it:
  -- stackduck: ignore summed-users

exit codes:
  0    no errors; there may be warnings
  1    errors
  2    the command was used wrongly
  70   a bug of stackduck

examples:
  stackduck check queries/
  stackduck check reports/*.sql -o sarif > check.sarif
  stackduck check --rules
"""
FORMATS = ("text", "json", "sarif", "github")
ENDINGS = (".sql", ".iql")


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    options = _parser().parse_intermixed_args(arguments)
    return _list_rules() if options.rules else _check(options)


def _parser() -> Parser:
    """Describe the options."""
    parser = Parser(
        prog="stackduck check",
        usage="stackduck check [options] FILE|FOLDER|NAME ...",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument("files", metavar="FILE", nargs="*", help="files, folders, or names of files that come along")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FORMAT",
        choices=FORMATS,
        default="text",
        help=f"{', '.join(FORMATS)} (default: text)",
    )
    parser.add_argument("--quiet", action="store_true", help="no summary on stderr")
    parser.add_argument("--rules", action="store_true", help="list the rules instead")
    parser.add_argument(
        "--registry",
        metavar="DIR",
        action="append",
        default=[],
        help="provider documents that go ahead of the built-in ones; repeatable (also: STACKDUCK_REGISTRY)",
    )
    parser.add_argument(
        "--no-config", action="store_true", help="read no configuration file; see stackduck config --help"
    )
    return parser


def _check(options: argparse.Namespace) -> int:
    """Check the files, write what is found and say how much it is."""
    from stackduck.catalog.names import Catalog
    from stackduck.cli.settings import configuration
    from stackduck.files import finding
    from stackduck.files.checking.checker import Checker
    from stackduck.files.checking.formats import FORMATS as writers

    if not options.files:
        raise exits.UsageError("no file; name a FILE, a FOLDER, or one that stackduck queries lists")
    try:
        paths = finding.find_all(options.files, endings=ENDINGS)
    except ProgrammingError as problem:
        raise exits.UsageError(str(problem)) from problem
    own = finding.queries_folder()
    held = configuration(argparse.Namespace(no_config=options.no_config), beside=[p for p in paths if p.parent != own])
    report = Checker(Catalog.default(options.registry), defaults=held.defaults, is_alone=True).check(paths)
    sys.stdout.write(writers[options.output](report))
    sys.stdout.flush()
    if not options.quiet:
        counts = counted(report.errors, "error"), counted(report.warnings, "warning")
        messages.note(f"{counted(report.files, 'file')} checked: {', '.join(counts)}")
    return exits.QUERY if report.errors else exits.OK


def _list_rules() -> int:
    """Write the rules with what they say and what to write instead."""
    from stackduck.files.checking.rules import RULES

    for rule in RULES.values():
        sys.stdout.write(f"{rule.name} ({rule.severity})\n    {rule.says}\n    instead: {rule.instead}\n")
    return exits.OK
