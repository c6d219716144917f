"""What was typed, pasted, piped or read from a file becomes statements and commands, in order.

Owns where a statement or a command ends. Knows neither the commands nor what a statement does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql import statements
from stackduck.sql.tokens import tokenize

_COMMAND = re.compile(
    r"""\s*(?: [.\\] (?P<name>[A-Za-z_]\w*|[^\w\s]?) (?P<rest>\s.*)? | (?P<word>help|exit|quit)\s*;?\s* )\Z""",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER_STATEMENT = re.compile(r"\\(?P<name>[A-Za-z]\w*)(?P<rest>[^\n]*)\s*\Z")
# A line with none of these ends neither a statement nor a comment.
_MAY_END = re.compile(r";|\*/|\\")


@frozen
class Command:
    """A command: `.mode csv`, `\\x`, or `SELECT 1 \\g rows.csv`, which has a statement before it."""

    name: str
    argument: str = ""
    statement: str = ""


@frozen
class Query:
    """A statement, without its semicolon."""

    text: str


Item = Command | Query


def is_whole(text: str) -> bool:
    """Tell whether a text ends where a statement or a command ends; one without anything to do is whole."""
    last = _Piece("", is_whole=True)
    for piece in _pieces(text.splitlines()):
        last = piece
    return last.is_whole


def items(lines: Iterable[str]) -> Iterator[Item]:
    """Yield what the lines hold, each as soon as it ends; the last statement needs no semicolon.

    Raises ProgrammingError for a quote or a comment that the last line leaves open.
    """
    for piece in _pieces(lines):
        if piece.command:
            yield piece.command
        else:
            yield from _items(piece.text)


def is_command(text: str) -> bool:
    """Tell a command, or the beginning of one, from a statement."""
    return text.lstrip()[:1] in (".", "\\")


@frozen
class _Piece:
    """Lines that end where a statement or a command does, or the last ones, which may not."""

    text: str
    is_whole: bool
    command: Command | None = None


def _pieces(lines: Iterable[str]) -> Iterator[_Piece]:
    pending: list[str] = []
    for line in lines:
        line = line.rstrip("\r\n")
        if not pending and (command := _command(line)):
            yield _Piece(line, is_whole=True, command=command)
            continue
        pending.append(line)
        if len(pending) > 1 and not _MAY_END.search(line):
            continue
        text = "\n".join(pending)
        if _is_finished(text):
            pending = []
            yield _Piece(text, is_whole=True)
    if pending:
        yield _Piece("\n".join(pending), is_whole=False)


def _command(line: str) -> Command | None:
    match = _COMMAND.match(line)
    if not match:
        return None
    return Command(match["word"] or match["name"], (match["rest"] or "").strip())


def _items(text: str) -> Iterator[Item]:
    """Yield the statements of a text, and the command that ends it."""
    if command := _command_after(text):
        *before, last = [each.text for each in statements.split(command.statement)] or [""]
        yield from map(Query, before)
        yield replace(command, statement=last)
    elif "<<<" in text:
        # A block of data belongs to the statements after it, and is none itself.
        yield Query(text)
    else:
        yield from (Query(each.text) for each in statements.split(text))


def _is_finished(text: str) -> bool:
    try:
        tokens = tokenize(text)
    except ProgrammingError:
        return _command_after(text) is not None
    if not tokens or tokens[-1].text == ";":
        return True
    return _command_after(text) is not None


def _command_after(text: str) -> Command | None:
    """Return the backslash command that ends the last line, with the statements before it."""
    match = _AFTER_STATEMENT.search(text)
    if not match:
        return None
    before = text[: match.start()]
    try:
        # One more word is none in a line comment.
        is_comment = len(tokenize(f"{before} x")) == len(tokenize(before))
    except ProgrammingError:
        return None
    return None if is_comment else Command(match["name"], match["rest"].strip(), before.strip())
