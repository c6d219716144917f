"""`stackduck test`: SQL files hold their rows against what their front matter expects."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from stackduck.cli import exits, parameters
from stackduck.cli.options import (
    Parser,
    add_config_option,
    add_limit_options,
    add_recording_options,
    add_source_options,
    add_variable_option,
    connect,
    day,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.dbapi import Connection
    from stackduck.files.front_matter import SqlFile
    from stackduck.files.testing import Verdict

DESCRIPTION = """\
Run SQL files whose front matter says what is expected of their rows (expect: rows, columns, values, equals), and tell
what is not so. They run on the sandbox, on a recording (--replay), or on GitHub (--live). SQL reaches no file and no
network of its own. What needs an enterprise or an organization gets those of the sandbox there.
"""

EPILOG = f"""\
A file's front matter, before its first statement:
  -- ---
  -- parameters: {{{{enterprise: VARCHAR, days: {{{{type: INTEGER, default: 30}}}}}}}}
  -- expect:
  --   rows: {{{{min: 1, max: 500}}}}           # or a number: rows: 0
  --   columns: [login, share]            # or {{{{login: VARCHAR, share: DOUBLE}}}}
  --   values: {{{{share: {{{{min: 0, max: 1, nulls: no}}}}}}}}
  --   equals: idle_seats.csv             # beside the file: csv, tsv, json, ndjson or parquet, made with run -f
  --   with: {{{{days: 7}}}}                    # values for the test alone
  -- ---
The order of rows counts where the last statement orders them.
The sandbox stands on {{today}} unless --today names another day, so that the same files give the same rows.

{exits.MEANINGS}
examples:
  stackduck test queries/
  stackduck test reports/ --replay recordings/today --enterprise octo
  stackduck test reports/ --live --org octo-org -o junit > results.xml
"""
_TODAY = "2026-11-02"
"""A Monday, when the reports had all the fields that the sandbox knows."""
_FORMS = ("text", "json", "junit")


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    if {"-h", "--help"} & set(arguments):
        _parser().print_help()
        return exits.OK
    return _test(parameters.parse(_parser(), arguments))


def _test(options: argparse.Namespace) -> int:
    from stackduck.cli import tested

    files = parameters.read(options.names)
    stated = [file for file in files if file.expect is not None]
    if not stated:
        raise exits.UsageError("no file states what it expects; write expect: into its front matter")
    _settle(options, files)
    tests = _Tests(files, options)
    return tested.report(tests, stop=tests.stop, form=options.output)


def _settle(options: argparse.Namespace, files: list[SqlFile]) -> None:
    """Decide what answers: the sandbox unless a recording or GitHub does."""
    from stackduck.cli.settings import settle

    if options.live and (options.sandbox or options.replay):
        raise exits.UsageError("--live asks GitHub; leave --sandbox and --replay out")
    options.sandbox = not (options.live or options.replay)
    if options.today is not None and not options.sandbox:
        raise exits.UsageError("--today is the day of the sandbox; leave it out")
    settle(options, beside=parameters.beside(files))
    if options.sandbox:
        options.today = options.today or day(_TODAY)
        options.defaults = {}


class _Tests:
    """The tests of files, one after the other; they can be stopped from another thread."""

    def __init__(self, files: Sequence[SqlFile], options: argparse.Namespace) -> None:
        self._pairs = list(zip(files, parameters.shares(files, options), strict=True))
        self._options = options
        self._connection: Connection | None = None
        self._is_stopped = False

    def __iter__(self) -> Iterator[Verdict]:
        """Run each test as it is asked for."""
        from stackduck.files.testing import run_test

        with ExitStack() as resources:
            defaults = self._answering(resources)
            for file, given in self._pairs:
                verdict = run_test(file, given, connect=self._connect, defaults=defaults)
                if self._is_stopped:
                    return
                yield verdict

    def stop(self) -> None:
        """Stop the test that runs, and begin no other."""
        self._is_stopped = True
        if self._connection is not None:
            self._connection.interrupt()

    def _answering(self, resources: ExitStack) -> dict[str, str]:
        """Start the sandbox if it is to answer, and return the values of parameters that have none."""
        options = self._options
        if not options.sandbox:
            return dict(options.defaults)
        from stackduck.sandbox import serve

        # One for all files: making its people and reports takes longer than most of them.
        options.sandbox = resources.enter_context(serve(today=options.today))
        return {"enterprise": options.sandbox.enterprise, "org": options.sandbox.organizations[0]}

    def _connect(self) -> Connection:
        self._connection = connect(self._options)
        return self._connection


def _parser() -> Parser:
    """Describe the options."""
    parser = Parser(
        prog="stackduck test",
        usage="stackduck test [options] FILE|FOLDER|NAME ... [--PARAMETER VALUE ...]",
        description=DESCRIPTION,
        epilog=EPILOG.format(today=_TODAY),
    )
    parser.add_argument("names", metavar="FILE|FOLDER|NAME", nargs="+", help="SQL files; all of a folder")
    add_variable_option(parser)
    parser.add_argument("-o", "--output", metavar="FORMAT", choices=_FORMS, default="text", help=", ".join(_FORMS))
    parser.add_argument("--quiet", action="store_true", help="no warnings on stderr")
    add_config_option(parser)
    group = add_source_options(parser)
    group.add_argument("--live", action="store_true", help="ask GitHub")
    group.add_argument("--today", metavar="DAY", type=day, help=f"the day on which the sandbox stands ({_TODAY})")
    add_recording_options(group)
    add_limit_options(parser)
    parser.set_defaults(database=":memory:", archive=None, no_archive=False, confined=True)
    parser.set_defaults(fresh=False, fail_on_gaps=False, allow_writes=False, dry_run=False)
    return parser
