"""The command: one module a subcommand, imported when it is asked for; stdout is data, stderr is everything else.

Must stay cheap: --help imports no library that answers a statement.
"""

from __future__ import annotations

import sys
from importlib import import_module

COMMANDS = {
    "exec": "run SQL statements and print their rows",
    "sync": "fetch Copilot's reports into the archive, for queries without calls",
    "archive": "list, check and prune the archive of reports",
    "inspect": "tell what there is to ask, and what a statement must give",
    "registry": "list and fetch the documents of other providers and services",
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
"""


def run(arguments: list[str]) -> int:
    """Run the subcommand that the arguments name and return its exit code."""
    if not arguments:
        sys.stderr.write(_help())
        return 2
    name, *rest = arguments
    if name in ("-h", "--help", "help"):
        sys.stdout.write(_help())
        return 0
    if name not in COMMANDS:
        return _unknown(name)
    code: int = import_module(f"stackduck.cli.{name}").main(rest)
    return code


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
