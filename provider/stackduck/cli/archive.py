"""`stackduck archive`: what is in the archive of reports, whether it is whole, and what may go. Makes no call."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from stackduck.cli import exits, messages
from stackduck.cli.options import Parser, add_config_option, day
from stackduck.output import FORMATS

HELP = """\
usage: stackduck archive ACTION [options]

Look after the archive, in which sync and queries keep the days of Copilot's reports as Parquet files.

actions:
  list    show what is there: a row for each report of an enterprise or organization
  verify  read every file; names those that are damaged and ends with exit code 1
  prune   remove damaged files, what killed runs left behind a day ago or more, and old days if asked
  path    print the archive's folder

'stackduck archive ACTION --help' tells more about an action.
"""


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    actions: dict[str, Callable[[list[str]], int]] = {"list": _list, "verify": _verify, "prune": _prune, "path": _path}
    if not arguments:
        sys.stderr.write(HELP)
        return exits.USAGE
    name, *rest = arguments
    if name in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        return exits.OK
    if name not in actions:
        from stackduck.catalog.names import did_you_mean

        messages.error(f"no action '{name}'{did_you_mean(name, actions) or '; run stackduck archive --help'}")
        return exits.USAGE
    return actions[name](rest)


def _list(arguments: list[str]) -> int:
    parser = _parser("list", "Show what is there. A day between the first and the last that is not there is a gap.")
    group = parser.add_argument_group("what is written")
    group.add_argument("-o", "--output", metavar="FORMAT", choices=list(FORMATS), help=", ".join(FORMATS))
    group.add_argument("-f", "--file", metavar="FILE", help="write to a file, whole or not at all")
    group.add_argument("-H", "--no-header", action="store_true", help="leave out the line of column names")
    options = _parsed(parser, arguments)
    import stackduck
    from stackduck.cli import archived
    from stackduck.cli.runs import Run, Wishes

    wishes = Wishes(options.output, options.file, not options.no_header, quiet=True, fallback=options.fallback)
    folder = archived.existing(options.archive, is_named=options.is_named)
    return Run(stackduck.connect, wishes).execute(archived.SQL, archived.columns(folder))


def _verify(arguments: list[str]) -> int:
    parser = _parser("verify", "Read every file, and print those that are damaged; a query or sync fetches them again.")
    options = _parsed(parser, arguments)
    from stackduck.cli import archived

    total = damaged = 0
    for files, found in archived.checked(archived.existing(options.archive, is_named=options.is_named)):
        total, damaged = total + files, damaged + len(found)
        for each in found:
            print(f"{each.path}: {each.why}", flush=True)
    messages.note(f"{total:,} files, {damaged:,} damaged")
    return exits.QUERY if damaged else exits.OK


def _prune(arguments: list[str]) -> int:
    parser = _parser("prune", "Remove what is of no use, and print what went; with --dry-run print what would.")
    parser.add_argument("--before", metavar="DAY", type=day, help="remove all days before this one, too")
    parser.add_argument("--dry-run", action="store_true", help="remove nothing")
    options = _parsed(parser, arguments)
    from stackduck.cli import archived
    from stackduck.cli.statistics import size

    total = freed = 0
    root = archived.existing(options.archive, is_named=options.is_named)
    for path, amount in archived.pruned(root, before=options.before, is_rehearsal=options.dry_run):
        total, freed = total + 1, freed + amount
        print(path, flush=True)
    messages.note(f"{total:,} {'to remove' if options.dry_run else 'removed'}, {size(freed)}")
    return exits.OK


def _path(arguments: list[str]) -> int:
    options = _parsed(_parser("path", "Print the archive's folder, whether it exists or not."), arguments)
    from stackduck.cli import archived

    print(archived.root(options.archive))
    return exits.OK


def _parsed(parser: argparse.ArgumentParser, arguments: list[str]) -> argparse.Namespace:
    """Read the options; the folder is the configuration's where they name none."""
    from stackduck.cli.settings import settle

    options = parser.parse_args(arguments)
    options.is_named = options.archive is not None or bool(os.environ.get("STACKDUCK_ARCHIVE"))
    options.fallback = settle(options).value("output")
    if options.archive is None and options.no_archive:
        raise exits.UsageError("the configuration keeps no archive; name one with --archive")
    return options


def _parser(action: str, description: str) -> argparse.ArgumentParser:
    """Describe the options that the actions share."""
    prog = f"stackduck archive {action}"
    parser = Parser(prog=prog, usage=f"{prog} [options]", description=description)
    parser.add_argument("--archive", metavar="DIR", help="the folder (default: STACKDUCK_ARCHIVE, user's data folder)")
    add_config_option(parser)
    return parser
