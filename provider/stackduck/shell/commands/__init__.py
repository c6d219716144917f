"""The commands of the shell: one table of them, and finding one by what was typed.

Each module holds the commands on one matter. A command does its work through the session it is given.
"""

from __future__ import annotations

from stackduck.catalog.names import did_you_mean
from stackduck.cli.exits import UsageError
from stackduck.shell.commands import helping, looking, rerunning, saved, setting, showing
from stackduck.shell.commands.model import Definition
from stackduck.shell.reading import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.shell.session import Session

COMMANDS: tuple[Definition, ...] = (
    *looking.COMMANDS,
    *saved.COMMANDS,
    *showing.COMMANDS,
    *rerunning.COMMANDS,
    *setting.COMMANDS,
    *helping.COMMANDS,
)
"""All commands, in the order in which help tells them."""


def perform(session: Session, command: Command) -> None:
    """Run a command. Raises UsageError where there is none of that name or it is used wrongly."""
    definition = find(command.name)
    if command.statement and not definition.follows_statement:
        raise UsageError(f"\\{command.name} stands on a line of its own; end the statement with ;")
    if not command.argument and not definition.is_silent:
        raise UsageError(f"write {definition.usage}")
    definition.action(session, command.argument, command.statement)


def find(name: str) -> Definition:
    """Return the command of a name, of an alias, or of the beginning of exactly one name."""
    names = {each: definition for definition in COMMANDS for each in (definition.name, *definition.aliases)}
    wanted = name if name in names else name.lower()
    if wanted in names:
        return names[wanted]
    begun = [definition for definition in COMMANDS if wanted and definition.name.startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise UsageError(f"'.{name}' may be {' or '.join(f'.{each.name}' for each in begun)}")
    near = did_you_mean(wanted, names).replace(" '", " '.")
    raise UsageError(f"no command '.{name}'{near or '; .help lists them'}")
