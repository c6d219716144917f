"""`stackduck shell`: statements and commands at a prompt, or the same from a pipe."""

from __future__ import annotations

import argparse
import os
import sys
from itertools import chain

from stackduck.cli import exits, messages
from stackduck.cli.exec import add_script_options
from stackduck.cli.options import Parser, connect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackduck.shell.app import Prompt
    from stackduck.shell.session import Session

DESCRIPTION = """\
Ask at a prompt. A statement ends with ; and its rows are shown; commands such as .tables, .inspect NAME and .mode csv
take one line, and .help lists them. SQL in the arguments and in files (-i) runs first.
Where standard input is no terminal, it is read as it would be typed, without a prompt, and the first error ends it.
"""

EPILOG = f"""\
Completion, colours, the history and the bar need prompt_toolkit: pip install 'stackduck[shell]'. The history is kept in
XDG_STATE_HOME/stackduck, where only you can read it. NO_COLOR turns colours off; STACKDUCK_PAGER or PAGER shows what
does not fit; VISUAL or EDITOR is for .edit.

{exits.MEANINGS}
examples:
  stackduck shell --sandbox
  stackduck shell --var enterprise=octo -i views.sql
  echo ".tables usage" | stackduck shell
"""


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    options = _parser().parse_intermixed_args(arguments)
    return _run(_session(options), options)


def _parser() -> Parser:
    """Describe the options: those of exec."""
    parser = Parser(
        prog="stackduck shell",
        usage="stackduck shell [options] [SQL ...]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    add_script_options(parser)
    return parser


def _session(options: argparse.Namespace) -> Session:
    """Open the session that the options describe. Raises ConfigurationError and UsageError."""
    from stackduck.cli.scripts import gather
    from stackduck.cli.settings import settle
    from stackduck.shell.session import Session
    from stackduck.shell.settings import Settings

    held = settle(options, beside=(name for name in options.input if name != "-"))
    is_seen = sys.stdout is not None and sys.stdout.isatty()
    settings = Settings(
        mode=options.output or held.value("output") or ("table" if is_seen else "json"),
        header=not options.no_header,
        timer=options.stats,
        quiet=options.quiet,
        parameters=dict(options.var),
        data=gather([""], [], data=options.iqldata),
    )
    if settings.mode == "parquet":
        raise exits.UsageError("Parquet is for files; use .once FILE.parquet in the shell")
    is_interactive = is_seen and sys.stdin is not None and sys.stdin.isatty()
    session = Session(
        connect(options),
        settings,
        registry=options.registry,
        defaults=options.defaults,
        is_interactive=is_interactive,
    )
    if options.file:
        session.display.redirect(options.file)
    return session


def _run(session: Session, options: argparse.Namespace) -> int:
    from stackduck.shell import app, lines

    first = _first(options)
    if session.is_interactive:
        return app.run_prompt(session, _prompt(session, options), first=first)
    return app.run_piped(session, first if options.sql or options.input else chain(first, lines.piped()))


def _first(options: argparse.Namespace) -> Iterable[str]:
    """Return the lines that run before anything is asked."""
    from stackduck.cli.scripts import gather

    if options.sql or options.input:
        yield from gather(options.sql, options.input).splitlines()


def _prompt(session: Session, options: argparse.Namespace) -> Prompt:
    """Make the best prompt that the terminal and the installation allow, and greet the user."""
    from stackduck.shell import terminal
    from stackduck.shell.lines import LinePrompt

    name = "sandbox" if options.sandbox else "stackduck"
    if not options.quiet:
        for line in _greeting(options):
            messages.note(line)
    if not terminal.is_capable():
        return LinePrompt(name)
    try:
        from stackduck.shell import screens
    except ImportError:
        session.note("for completion, colours and a history: pip install 'stackduck[shell]'")
        return LinePrompt(name)
    return screens.prompt(session, name)


def _greeting(options: argparse.Namespace) -> Iterable[str]:
    from stackduck import __version__

    yield f"stackduck {__version__}, asking {_place(options)}; .help lists the commands, .exit leaves"
    if options.sandbox:
        yield "Try: SELECT user_login, count(*) AS days FROM github.copilot_usage.user_days"
        yield "     WHERE enterprise = 'octo-demo' GROUP BY ALL ORDER BY days DESC;"


def _place(options: argparse.Namespace) -> str:
    """Return who is asked; of an address only the host, as people put passwords into addresses."""
    if options.sandbox:
        return "a made-up GitHub on this machine"
    from urllib.parse import urlsplit

    try:
        return urlsplit(options.api_url or os.environ.get("GITHUB_API_URL", "")).hostname or "GitHub"
    except ValueError:
        return "GitHub"
