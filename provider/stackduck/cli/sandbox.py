"""`stackduck sandbox`: the made-up GitHub in the foreground, until Ctrl-C."""

from __future__ import annotations

import argparse
import shlex
import signal
import threading
from contextlib import suppress
from tempfile import TemporaryDirectory

from stackduck.cli import exits, messages
from stackduck.cli.options import Parser, day, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

DESCRIPTION = """\
Serve a GitHub with a made-up enterprise on this machine, until Ctrl-C. It prints the variables with which commands in
another terminal ask it. For one command alone, there is: stackduck exec --sandbox
"""


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    options = _parser().parse_args(arguments)
    from stackduck.sandbox import serve

    try:
        sandbox = serve(**vars(options))
    except OSError as problem:
        messages.error(f"cannot listen: {problem.strerror}")
        return exits.USAGE
    with sandbox, TemporaryDirectory(prefix="stackduck-") as archive:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        _introduce(sandbox, archive)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    return exits.OK


def _parser() -> Parser:
    """Describe the options; each has the name of a parameter of the sandbox."""
    parser = Parser(prog="stackduck sandbox", usage="stackduck sandbox [options]", description=DESCRIPTION)
    add = parser.add_argument
    add("--seed", metavar="N", type=int, default=1, help="another seed makes other people (default: 1)")
    add("--users", metavar="N", type=number(int, 1), default=25, help="people in the enterprise (default: 25)")
    add("--organizations", metavar="N", type=number(int, 1), default=2, help="organizations (default: 2)")
    add("--today", metavar="DAY", type=day, help="the day on which it stands, 2026-02-01 (default: today)")
    add("--port", metavar="N", dest="api_port", type=_port, default=0, help="the API's port (default: any)")
    add("--files-port", metavar="N", type=_port, default=0, help="the report files' port (default: any)")
    add("--link-seconds", metavar="N", type=number(float, 0), default=3600.0, help="life of a link (default: 3600)")
    add("--latency", metavar="SECONDS", type=number(float, 0), default=0.0, help="wait before every answer")
    return parser


def _port(text: str) -> int:
    """Read a port."""
    if not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port: 0 to 65535")
    return int(text)


def _introduce(sandbox: Sandbox, archive: str) -> None:
    """Print what a shell can evaluate, and for people who is there."""
    from stackduck.sandbox import environment

    # What is made up stays out of the user's own archive.
    variables = {**environment(sandbox), "STACKDUCK_ARCHIVE": archive}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    lines.append(f"# enterprise {sandbox.enterprise}; organizations {', '.join(sandbox.organizations)}; Ctrl-C ends it")
    print(*lines, sep="\n", flush=True)
