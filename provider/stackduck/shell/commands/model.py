"""What a command is: data, so that help, completion and running all read one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from stackduck.frozen import frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.shell.session import Session

Action = Callable[["Session", str, str], None]
"""Given the session, the command's argument, and the statement before it on its line ('' for none)."""


def _no_values(session: Session) -> Sequence[str]:
    return ()


@frozen
class Definition:
    """A command of the shell: `.name`, or `\\alias` for those who come from psql."""

    name: str
    summary: str
    """What it does, in a line, in the imperative."""
    action: Action
    arguments: str = ""
    """As they are written in help: [NAME]."""
    aliases: tuple[str, ...] = ()
    values: Callable[[Session], Sequence[str]] = field(default=_no_values)
    """What its argument can be, where that is known."""
    takes_path: bool = False
    """Whether its argument is a file."""
    takes_statement: bool = False
    """Whether its argument is a statement."""
    follows_statement: bool = False
    """Whether a statement may stand before it: SELECT 1 \\g."""

    @property
    def is_silent(self) -> bool:
        """Whether it needs no argument."""
        return not self.arguments or self.arguments.startswith("[")

    @property
    def usage(self) -> str:
        """How it is written."""
        return f".{self.name} {self.arguments}".rstrip()
