"""The commands of the shell, completed: their names, and what stands after them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field

from stackduck.frozen import frozen
from stackduck.shell.completion.ranking import Candidate

_TYPED = re.compile(r"\s*(?P<mark>[.\\])(?P<name>[A-Za-z_?]\w*|\?|)(?:(?P<gap>\s+)(?P<rest>.*))?\Z", re.DOTALL)


def _no_values() -> Sequence[str]:
    return ()


@frozen
class Command:
    """A command, as far as completion needs to know it."""

    name: str
    """Without its mark: tables."""
    summary: str = ""
    aliases: tuple[str, ...] = ()
    """Its names after a backslash: dt."""
    values: Callable[[], Sequence[str]] = field(default=_no_values)
    """What its argument can be."""
    takes_path: bool = False
    takes_statement: bool = False
    """Whether its argument is a statement."""


@frozen
class Typed:
    """A command that is being written."""

    mark: str
    """. or \\"""
    name: str
    argument: str | None
    """The text after the name; None while the name is being written."""
    start: int
    """Where the argument starts in the text, or the name."""


def typed(text: str) -> Typed | None:
    """Return the command that a text before the cursor begins with; None for a statement."""
    match = _TYPED.match(text)
    if match is None or "\n" in text.strip():
        return None
    if match["gap"] is None:
        return Typed(match["mark"], match["name"], None, match.start("name"))
    return Typed(match["mark"], match["name"], match["rest"], match.start("rest"))


def find(commands: Sequence[Command], name: str) -> Command | None:
    """Return the command of a name or an alias."""
    wanted = name.lower()
    return next((each for each in commands if wanted in (each.name, *each.aliases)), None)


def names(commands: Sequence[Command], mark: str) -> Iterator[Candidate]:
    """Yield the names after a mark: after a backslash those of psql too, and they first."""
    for command in commands:
        own = command.aliases if mark == "\\" else ()
        yield from (Candidate(f"{name}", f"{mark}{name}", command.summary) for name in (*own, command.name))


def arguments(command: Command) -> Iterator[Candidate]:
    """Yield what the argument of a command can be."""
    return (Candidate(value, value) for value in command.values())
