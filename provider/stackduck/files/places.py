"""Where in a file its statements and its variables stand, and errors that say so. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from stackduck.errors import Error
from stackduck.files.model import SqlFile
from stackduck.frozen import frozen
from stackduck.sql import statements, variables
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import tokenize

_EXCERPT = re.compile(r"^LINE (\d+):(.*)\n( *)\^", re.MULTILINE)


@frozen
class Placed:
    """A statement and the offset of its first character in the file."""

    statement: Statement
    start: int


class Lines:
    """The lines of a text, by offset."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def at(self, offset: int) -> int:
        """Return the number of the line at an offset, from 1."""
        return bisect_right(self._starts, offset)


def placed(text: str) -> Iterator[Placed]:
    """Yield the statements of a file. Raises ProgrammingError for a text or comment that is not closed."""
    yield from map(Placed, statements.split(text), _starts(text))


def _starts(text: str) -> Iterator[int]:
    """Yield the offset of each statement's first token."""
    is_first = True
    for token in tokenize(text):
        is_end = token.text == ";" and token.kind == "symbol"
        if is_first and not is_end:
            yield token.start
        is_first = is_end


def has_templates(text: str) -> bool:
    """Tell whether a file makes its own values of StackQL's templates, so that its text is not what will run."""
    return "<<<" in text or re.search(r"\{\{\s*\.", text) is not None


def variables_of(file: SqlFile) -> dict[str, int]:
    """Return the variables that a file's statements name, but for those that it sets itself, and their first lines.

    Raises ProgrammingError, with the place, for one that cannot be bound.
    """
    if has_templates(file.text):
        return {}
    lines, found, own = Lines(file.text), dict[str, int](), set[str]()
    for each in _statements(file):
        for name in _names(each, file, lines):
            if not name.isdecimal() and name.lower() not in own:
                found.setdefault(name, lines.at(each.start + _offset(each.statement, name)))
        own |= variables.set_by(each.statement)
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _statements(file: SqlFile) -> list[Placed]:
    try:
        return list(placed(file.text))
    except Error as exc:
        with_place(exc, file)
        raise


def _names(each: Placed, file: SqlFile, lines: Lines) -> list[str]:
    try:
        variables.check_enough([each.statement], ())
        return sorted(variables.names(each.statement))
    except Error as exc:
        with_place(exc, file, line=lines.at(each.start))
        raise


def _offset(statement: Statement, name: str) -> int:
    match = re.search(rf"[$:]{re.escape(name)}\b|\{{\{{\s*{re.escape(name)}\s*\}}\}}", statement.text)
    return match.start() if match else 0


def with_place(exc: Error, file: SqlFile, *, line: int | None = None) -> None:
    """Put the file, and the line of the statement in it, into an error's message; excerpts get the file's lines."""
    text = str(exc)
    if line is not None and (match := _EXCERPT.search(text)):
        number = line + int(match[1]) - 1
        moved = " " * (len(str(number)) - len(match[1]))
        text = f"{text[: match.start()]}LINE {number}:{match[2]}\n{moved}{match[3]}^{text[match.end() :]}"
        line = number
    exc.args = (f"{file.path}:{'' if line is None else f'{line}:'} {text}", *exc.args[1:])
