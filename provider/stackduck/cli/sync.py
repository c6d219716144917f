"""`stackduck sync`: fills the archive of reports; stdout stays empty, stderr says how far it is and what it came to."""

from __future__ import annotations

import argparse
import sys

from stackduck.cli import exits, messages
from stackduck.cli.options import Parser, add_config_option, add_source_options, day, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.cli.syncing import Sync

DESCRIPTION = """\
Fetch the Copilot reports of enterprises and organizations into the archive: everything that GitHub has, up to a year
back, and that is not there yet. Queries over archived days need no network. It paces itself to GitHub's limits, waits
while the rate limit is used up, and goes on where an earlier run was stopped; several runs at once do no harm.
"""

EPILOG = f"""\
On a terminal a line shows how far it is. Elsewhere there are only warnings and one line at the end; --quiet leaves
both out, so that cron has nothing to mail unless something is wrong. A day that GitHub does not have is a warning.

{exits.MEANINGS}
examples:
  stackduck sync --enterprise octo
  stackduck sync --org octo-eng --org octo-data --report users --since 2026-01-01
  stackduck sync --sandbox --enterprise octo-demo --archive /tmp/archive
"""


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    from stackduck.cli.settings import settle

    settle(options)
    if not options.enterprise and not options.org:
        options.enterprise, options.org = _by_default(options)
    if not options.enterprise and not options.org:
        parser.error("whose reports? give --enterprise SLUG or --org NAME")
    if options.no_archive:
        parser.error("the configuration keeps no archive to fill; give --archive DIR")
    if options.since and options.until and options.since > options.until:
        parser.error(f"--since {options.since} is later than --until {options.until}")
    return _sync(options).run()


def _by_default(options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """Return the enterprise and the organization of the configuration, and say so."""
    found = {name: options.defaults[name] for name in ("enterprise", "org") if name in options.defaults}
    if found and not options.quiet:
        messages.note(", ".join(f"{name} {value}" for name, value in found.items()) + " by default")
    return [found["enterprise"]] if "enterprise" in found else [], [found["org"]] if "org" in found else []


def _sync(options: argparse.Namespace) -> Sync:
    from stackduck.cli.syncing import Sync

    return Sync(options, stream=sys.stderr)


def _parser() -> Parser:
    """Describe the options."""
    parser = Parser(
        prog="stackduck sync",
        usage="stackduck sync (--enterprise SLUG | --org NAME) ... [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    add = parser.add_argument_group("what is fetched").add_argument
    add("--enterprise", metavar="SLUG", action="append", default=[], help="an enterprise's reports; repeatable")
    add("--org", metavar="NAME", action="append", default=[], help="an organization's reports; repeatable")
    add("--since", metavar="DAY", type=day, help="the first day (default: the earliest that GitHub has)")
    add("--until", metavar="DAY", type=day, help="the last day (default: the latest that GitHub has)")
    add(
        "--report",
        metavar="NAME",
        type=_report,
        action="append",
        default=[],
        help="users, entity, user_teams or repos; repeatable (default: all)",
    )
    add("--refetch", action="store_true", help="fetch days again that are there for good, in case GitHub restated them")
    add("--fresh", action="store_true", help="fetch days again that may still change, however lately they were fetched")
    add("--fail-on-gaps", action="store_true", help="end with exit code 1 when a day is missing")
    add("--quiet", action="store_true", help="nothing on stderr but errors")
    source = add_source_options(parser)
    add_config_option(parser)
    source.add_argument(
        "--archive", metavar="DIR", help="the archive's folder (default: STACKDUCK_ARCHIVE, user's data folder)"
    )
    limits = parser.add_argument_group("limits")
    limits.add_argument(
        "--pace",
        metavar="N",
        type=number(int, 0),
        help="calls a minute of one endpoint (default: 900, GitHub's own limit; 0: as many as can be)",
    )
    limits.add_argument(
        "--concurrency", metavar="N", type=number(int, 1), help="reports under way at once (default: 8)"
    )
    return parser


def _report(text: str) -> str:
    """Read the name of a report."""
    from stackduck.errors import ProgrammingError
    from stackduck.reports.kinds import report_of

    try:
        return report_of(text).name
    except ProgrammingError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem
