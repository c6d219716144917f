"""The command: one module a subcommand, imported when it is asked for; stdout is data, stderr is everything else.

Must stay cheap: --help imports no library that answers a statement.
"""

from __future__ import annotations

import sys
from importlib import import_module

COMMANDS = {
    "shell": "ask, look around and chart at a prompt",
    "exec": "run SQL statements and print their rows",
    "run": "run SQL files with their parameters and print their rows",
    "queries": "list the SQL files that come with stackduck, and print one to start from",
    "check": "say what is wrong with SQL files, without token or network",
    "test": "check what SQL files expect of their rows, on the sandbox or a recording",
    "sync": "fetch Copilot's reports into the archive, for queries without calls",
    "archive": "list, check and prune the archive of reports",
    "inspect": "tell what there is to ask, and what a statement must give",
    "registry": "list and fetch the documents of other providers and services",
    "config": "tell what holds where a command says nothing, and where it comes from",
    "sandbox": "serve a made-up GitHub on this machine, to try things on",
}
"""The subcommands, each a module of its name here with main(arguments) -> exit code."""

HELP = """\
usage: stackduck COMMAND [options]

SQL over GitHub Copilot's APIs, answered by DuckDB.

commands:
{commands}

options:
  -h, --help     show this text
  -V, --version  show the version

'stackduck COMMAND --help' tells more about a command. To begin without a token:
  stackduck exec --sandbox "SELECT * FROM github.copilot.org_seats WHERE org = 'octo-demo-eng' LIMIT 5"
On a terminal, stackduck without a command starts the shell where it is installed (stackduck[shell]).
"""


def run(arguments: list[str]) -> int:
    """Run the subcommand that the arguments name and return its exit code."""
    if not arguments:
        arguments = _nothing_said()
    if not arguments:
        sys.stderr.write(_help())
        return 2
    name, *rest = arguments
    if name in ("-h", "--help", "help"):
        sys.stdout.write(_help())
        return 0
    if name not in COMMANDS:
        return _unknown(name)
    try:
        code: int = import_module(f"stackduck.cli.{name}").main(rest)
    except BrokenPipeError:
        from stackduck.cli.runs import silence_stdout

        silence_stdout()
        return 0
    except Exception as problem:
        from stackduck.cli import messages

        return messages.failure(problem)
    return code


def _nothing_said() -> list[str]:
    """Return what the bare command means: the shell for a person whose installation has it, else how to use it."""
    from importlib.util import find_spec

    is_person = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    return ["shell"] if is_person and find_spec("prompt_toolkit") else []


def _help() -> str:
    """Write the text of --help."""
    return HELP.format(commands="\n".join(f"  {name:<10} {summary}" for name, summary in COMMANDS.items()))


def _unknown(name: str) -> int:
    """Refuse what is no subcommand."""
    from stackduck.catalog.names import did_you_mean
    from stackduck.cli import exits, messages

    if name.startswith("-"):
        messages.error(f"no option '{name}' before the command; run stackduck --help")
    else:
        messages.error(f"no command '{name}'{did_you_mean(name, COMMANDS) or '; run stackduck --help'}")
    return exits.USAGE
