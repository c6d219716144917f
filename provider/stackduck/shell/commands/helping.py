"""Commands on the shell itself: help, and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackduck.cli.exits import UsageError
from stackduck.shell.commands.model import Definition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.shell.session import Session

_KEYS = """\
A statement ends with ; and may take several lines. A command takes one line.
Enter       runs what is whole, else begins a new line      Alt-Enter  runs it as it is
Ctrl-O      begins a new line in any case                   Tab        completes
Right, End  takes the suggestion from the history           Ctrl-R     searches the history
Ctrl-C      clears the line, or stops the statement         Ctrl-D     leaves"""


def show_help(session: Session, argument: str, statement: str) -> None:
    """Tell what the commands are, or those that have a word in their line."""
    lines = list(_lines(_matching(argument.lstrip(".\\").lower())))
    if not lines:
        raise UsageError(f"no command has '{argument}'; .help lists them all")
    session.display.tell(lines if argument else [*lines, "", *_KEYS.splitlines()])


def leave(session: Session, argument: str, statement: str) -> None:
    """End the session with an exit code, 0 unless told."""
    from stackduck.shell.session import Leave

    if argument and not (argument.isdigit() and int(argument) < 256):
        raise UsageError(f"'{argument}' is no exit code; write .exit [CODE]")
    raise Leave(int(argument or 0))


def _matching(word: str) -> Sequence[Definition]:
    from stackduck.shell.commands import COMMANDS

    exact = [each for each in COMMANDS if word in (each.name, *each.aliases)]
    return exact or [each for each in COMMANDS if word in f"{each.usage} {each.summary}".lower()]


def _lines(found: Sequence[Definition]) -> Iterator[str]:
    room = max((len(each.usage) for each in found), default=0)
    for each in found:
        aliases = " ".join(f"\\{alias}" for alias in each.aliases)
        yield f"{each.usage:<{room}}  {aliases:<8}  {each.summary}".rstrip()


def _names(session: Session) -> Sequence[str]:
    from stackduck.shell.commands import COMMANDS

    return [each.name for each in COMMANDS]


COMMANDS = (
    Definition("help", "tell the commands, or those with a word", show_help, "[WORD]", ("?",), _names),
    Definition("exit", "leave", leave, "[CODE]", ("q", "quit")),
)
