"""The options that subcommands share, and the connection that they describe."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from typing import NoReturn

from stackduck.cli import exits, messages
from stackduck.output import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.dbapi import Connection


class Parser(argparse.ArgumentParser):
    """An argument parser that reports a mistake as every error is reported."""

    def __init__(self, *, prog: str, usage: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            usage=usage,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Stop with the exit code of a usage error."""
        messages.error(f"{message}; run {self.prog} --help")
        sys.exit(exits.USAGE)


def add_variable_option(parser: argparse.ArgumentParser) -> None:
    """Add what gives values to variables."""
    parser.add_argument(
        "--var",
        metavar="NAME=VALUE",
        type=_variable,
        action="append",
        default=[],
        help="a value for '{{ NAME }}', $NAME or :NAME; repeatable",
    )


def _variable(text: str) -> tuple[str, str]:
    """Cut NAME=VALUE; the value may hold anything, = and commas too."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return name.strip(), value


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add what says where rows go, in which form, and what is told beside them."""
    group = parser.add_argument_group("what is written")
    group.add_argument("-o", "--output", metavar="FORMAT", choices=list(FORMATS), help=", ".join(FORMATS))
    group.add_argument(
        "-f", "--file", metavar="FILE", help="write to a file, whole or not at all; its ending can name the format"
    )
    add_chart_option(group)
    group.add_argument("-H", "--no-header", action="store_true", help="leave out the line of column names")
    group.add_argument("--quiet", action="store_true", help="no warnings and no progress on stderr")
    group.add_argument(
        "--stats", action="store_true", help="end with a line on stderr: rows, calls, bytes, seconds, rate limit"
    )


def add_config_option(parser: argparse._ActionsContainer) -> None:
    """Add what leaves the configuration files unread."""
    parser.add_argument(
        "--no-config", action="store_true", help="read no configuration file; see stackduck config --help"
    )


def add_chart_option(group: argparse._ActionsContainer) -> None:
    """Add what says how a chart is drawn."""
    group.add_argument(
        "--chart",
        choices=("line", "bars", "spark"),
        help="draw -o chart as lines, bars or sparklines (default: what suits the columns)",
    )


def add_source_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add what says where the data comes from."""
    group = parser.add_argument_group("where the data comes from")
    group.add_argument("--sandbox", action="store_true", help="ask a made-up GitHub on this machine; needs no token")
    group.add_argument(
        "--api-url", metavar="URL", help="GitHub's API (default: GITHUB_API_URL, https://api.github.com)"
    )
    group.add_argument(
        "--token-env",
        metavar="NAME",
        help="the environment variable with the token (default: GH_TOKEN, GITHUB_TOKEN, STACKQL_GITHUB_PASSWORD, gh)",
    )
    group.add_argument(
        "--registry",
        metavar="DIR",
        action="append",
        default=[],
        help="provider documents that go ahead of the built-in ones; repeatable (also: STACKDUCK_REGISTRY)",
    )
    group.add_argument(
        "--registry-url",
        metavar="URL",
        help="where REGISTRY PULL finds documents (default: STACKDUCK_REGISTRY_URL, StackQL's public registry)",
    )
    group.add_argument(
        "--auth",
        metavar="HOST=NAME",
        type=binding,
        action="append",
        default=[],
        help="the environment variable with the credential for another provider's host ([bearer:|basic:]NAME), "
        "or none; repeatable",
    )
    return group


def add_connection_options(parser: argparse.ArgumentParser) -> None:
    """Add what says where the data comes from and how much may be asked."""
    group = add_source_options(parser)
    add_config_option(parser)
    group.add_argument("--database", metavar="FILE", default=":memory:", help="keep tables and views in a DuckDB file")
    add_recording_options(group)
    changes = parser.add_argument_group("what may change")
    changes.add_argument(
        "--allow-writes", action="store_true", help="let INSERT, UPDATE, REPLACE, DELETE and EXEC change GitHub"
    )
    changes.add_argument(
        "--dry-run", action="store_true", help="print the requests of such a statement instead of sending them"
    )
    reports = parser.add_argument_group("reports")
    kept = reports.add_mutually_exclusive_group()
    kept.add_argument(
        "--archive",
        metavar="DIR",
        help="keep the days of reports here (default: STACKDUCK_ARCHIVE, user's data folder)",
    )
    kept.add_argument("--no-archive", action="store_true", help="keep nothing, and use nothing that was kept")
    reports.add_argument(
        "--fresh", action="store_true", help="fetch days that may still change again, however lately they were fetched"
    )
    reports.add_argument(
        "--fail-on-gaps", action="store_true", help="stop with an error when a wanted day of a report is not there"
    )
    add_limit_options(parser)


def add_limit_options(parser: argparse.ArgumentParser) -> None:
    """Add what says how much may be asked, and how long that may take."""
    limits = parser.add_argument_group("limits")
    limits.add_argument(
        "--max-calls",
        metavar="N",
        type=number(int, 0),
        help="calls a statement may make (default: 2000)",
    )
    limits.add_argument(
        "--max-wait",
        metavar="SECONDS",
        type=number(float, 0),
        help="longest wait for a rate limit (default: 60)",
    )
    limits.add_argument("--concurrency", metavar="N", type=number(int, 1), help="calls under way at once (default: 8)")


def add_recording_options(group: argparse._ArgumentGroup) -> None:
    """Add what keeps answers, and what answers from them."""
    kept = group.add_mutually_exclusive_group()
    kept.add_argument(
        "--record",
        metavar="DIR",
        help="keep every answer and report file here, without tokens and signed links; the archive is left aside, and "
        "a recording is of one day",
    )
    kept.add_argument(
        "--replay", metavar="DIR", help="answer from a recording: no network, no token, and the day is that of then"
    )


def no_connection_options(*, registry: list[str]) -> argparse.Namespace:
    """Return the options of a connection that asks nobody."""
    parser = argparse.ArgumentParser()
    add_connection_options(parser)
    return parser.parse_args(["--no-config", *(part for folder in registry for part in ("--registry", folder))])


def connect(options: argparse.Namespace) -> Connection:
    """Open the connection that the options describe, the configuration with them unless it is settled already."""
    import stackduck
    from stackduck.cli.settings import settle

    if not hasattr(options, "defaults"):
        settle(options)
    return stackduck.connect(
        options.database,
        token_env=options.token_env,
        auth=dict(options.auth),
        api_url=options.api_url,
        registry=options.registry,
        registry_url=options.registry_url,
        max_calls=options.max_calls,
        max_wait=options.max_wait,
        concurrency=options.concurrency,
        sandbox=options.sandbox,
        archive=False if options.no_archive else options.archive,
        fresh=options.fresh,
        fail_on_gaps=options.fail_on_gaps,
        allow_writes=options.allow_writes,
        dry_run=options.dry_run,
        defaults=options.defaults,
        record=options.record,
        replay=options.replay,
        today=getattr(options, "today", None),
        confined=getattr(options, "confined", False),
    )


def day(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day like 2026-02-01") from problem


def binding(text: str) -> tuple[str, str]:
    """Cut HOST=NAME. What is refused is not repeated: it may be a token in the place of its variable's name."""
    host, equals, name = text.rpartition("=")
    if not equals or not host.strip() or not name.strip():
        raise argparse.ArgumentTypeError("it is not HOST=NAME")
    return host.strip(), name.strip()


def number(kind: type[int] | type[float], least: int) -> Callable[[str], float]:
    """Make a reader of numbers that refuses what is too small."""

    def read(text: str) -> float:
        value = kind(text)
        if not value >= least:
            raise argparse.ArgumentTypeError(f"{text} is less than {least}")
        return value

    read.__name__ = "number"
    return read
