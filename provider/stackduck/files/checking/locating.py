"""Where in a statement an error belongs: the words that DuckDB marks, or the names that the message has. Pure.

DuckDB marks a place in the text that it got, in which relations stand for provider tables. The words at that place are
looked for in the user's own text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stackduck.errors import Error, MissingParameterError
from stackduck.sql.statements import Statement, three_part_names
from stackduck.sql.tokens import Token, scan, string_value

Span = tuple[int, int]

_EXCERPT = re.compile(r"^LINE (\d+): (.*)\n( *)(\^+)", re.MULTILINE)
_MARGIN = len("LINE : ")
_QUOTED = re.compile(r"'((?:[^'\n]|'')+)'|\"([^\"\n]+)\"")
_IGNORED = re.compile(r"\((\w+)(?:, \w+)*(?: and \w+)? in the statement gives? no value")
_FULL_NAME = re.compile(r"\b\w+\.\w+\.\w+\b")
_CONDITIONS = ("WHERE", "ON", "HAVING", "QUALIFY")


def place_of(exc: Exception, statement: Statement) -> Span:
    """Return the start and the end of what an error is about; the statement's first word where nothing says it."""
    for found in (_marked(exc, statement), _named(exc, statement)):
        if found is not None:
            return found
    return (statement.tokens[0].start, statement.tokens[0].end) if statement.tokens else (0, len(statement.text))


def _marked(exc: BaseException | None, statement: Statement) -> Span | None:
    """Return the words that DuckDB's excerpt marks."""
    while exc is not None:
        match = _EXCERPT.search(str(exc))
        if match:
            start = len(match[3]) - _MARGIN - len(match[1])
            marked = match[2][max(start, 0) : start + len(match[4])]
            return _run(statement, [t.text for t in scan(marked)], line=int(match[1]), near=start)
        exc = exc.__cause__
    return None


def _run(statement: Statement, words: Sequence[str], *, line: int, near: int) -> Span | None:
    """Return the run of tokens that begins with the words, as many as possible; of equal ones that of the line."""
    if not words:
        return None
    best: tuple[int, bool, int, Span] | None = None
    for at, token in enumerate(statement.tokens):
        if not _same(token, words[0]):
            continue
        length = 1
        while length < len(words) and at + length < len(statement.tokens):
            if not _same(statement.tokens[at + length], words[length]):
                break
            length += 1
        on_line = statement.text.count("\n", 0, token.start) + 1 == line
        column = token.start - (statement.text.rfind("\n", 0, token.start) + 1)
        rank = (length, on_line, -abs(column - near), (token.start, statement.tokens[at + length - 1].end))
        best = max(best, rank) if best else rank
    return best[3] if best else None


def _same(token: Token, word: str) -> bool:
    return token.text.lower() == word.lower() or token.name.lower() == word.strip('"').lower()


def _named(exc: Exception, statement: Statement) -> Span | None:
    """Return the first of the names in a message that the statement has too."""
    text = str(exc).partition("\ntry: ")[0]
    ignored = _IGNORED.search(text)
    if ignored:
        return _in_conditions(statement, ignored[1])
    if not isinstance(exc, MissingParameterError):
        for single, double in _QUOTED.findall(text.partition("; ")[0]):
            found = _token(statement, (single or double).replace("''", "'"))
            if found:
                return found
    names = [exc.resource] if isinstance(exc, MissingParameterError) else []
    return next(_full(statement, [*names, *_FULL_NAME.findall(text)]), None) or _first_word(exc, statement)


def _in_conditions(statement: Statement, name: str) -> Span | None:
    """Return where a name stands behind WHERE or ON, else where it stands at all."""
    places = [
        (t.start, t.end) for t in statement.tokens if t.kind in ("word", "quoted") and t.name.lower() == name.lower()
    ]
    starts = [t.start for t in statement.tokens if t.is_word(*_CONDITIONS)]
    behind = [place for place in places if starts and place[0] > starts[0]]
    return next(iter(behind or places), None)


def _token(statement: Statement, name: str) -> Span | None:
    """Return the name or the text of that content; a name with dots is several."""
    parts = name.lower().split(".")
    for at, token in enumerate(statement.tokens):
        if token.kind in ("word", "quoted") and token.name.lower() == parts[-1]:
            first = max(at - 2 * (len(parts) - 1), 0)
            own = [each.name.lower() for each in statement.tokens[first : at + 1 : 2]]
            return (statement.tokens[first] if own == parts else token).start, token.end
        if token.kind == "string" and string_value(token) == name:
            return token.start, token.end
    return None


def _full(statement: Statement, names: Sequence[str]) -> Iterator[Span]:
    """Yield the places of full names in a statement."""
    for name in names:
        for a, b, c in three_part_names(statement):
            if f"{a.name}.{b.name}.{c.name}".lower() == name.lower():
                yield a.start, c.end


def _first_word(exc: Exception, statement: Statement) -> Span | None:
    """Return the first word of a message, where it is a name in the statement: org is a parameter of …"""
    word = str(exc).split(" ", 1)[0].rstrip(":,;") if isinstance(exc, Error) else ""
    return _in_conditions(statement, word) if word else None
