"""A file's text as statements with their places, however much of it can be read. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import field

from stackduck.errors import Error, NotSupportedError, ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql import statements, templates
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import scan, string_value

_EXTERNAL = re.compile(r"""extVar\(\s*(["'])(.+?)\1""")
_IMPORT = re.compile(r"<<<jsonnet\b(?:(?!>>>).)*?\bimport(?:str|bin)?\b", re.DOTALL)
_PATH = re.compile(r"\{\{-?\s*((?:\.\w+(?:\[\d+\])*)+)\s*-?\}\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_SAMPLE_NUMBER = 7
_OPEN = {"open comment": ("comment", "*/"), "open quoted": ("quoted name", "the quote that opens it")}


@frozen
class Piece:
    """A statement as it was written, where it starts in the file, and the values that its templates have."""

    statement: Statement
    start: int
    filled: Statement
    """The statement with placeholders instead of templates."""
    values: Mapping[str, object] = field(default_factory=dict)

    def span(self, start: int, end: int, *, text: Statement) -> tuple[int, int]:
        """Return where in the file the words stand that start and end at places of a text of this statement.

        Each placeholder of the text stands for one token of the statement.
        """
        own, tokens = self.statement.tokens, text.tokens
        if len(own) != len(tokens):
            return self.start + start, self.start + end
        first = bisect_right(tokens, start, key=lambda token: token.start) - 1
        last = bisect_left(tokens, end, key=lambda token: token.end)
        return self.start + own[max(first, 0)].start, self.start + own[min(last, len(own) - 1)].end


@frozen
class Flaw:
    """Something that keeps a part of a file from being read."""

    problem: Error
    start: int
    end: int


def pieces(text: str) -> Iterator[Piece | Flaw]:
    """Yield the statements of a file, and what is wrong where one cannot be told."""
    at = 0
    if match := _IMPORT.search(text):
        problem = NotSupportedError("Jsonnet that imports a file is not evaluated in a check, nor what it is for")
        yield Flaw(problem, match.start(), match.end())
        return
    try:
        parts = templates.parts(text, {match[2]: "x" for match in _EXTERNAL.finditer(text)})
    except Error as exc:
        start = max(text.find("<<<"), 0)
        yield Flaw(exc, start, start + 3)
        return
    for part in parts:
        at = text.index(part.text, at)
        yield from _of_part(part.text, part.data, at)
        at += len(part.text)


def _of_part(text: str, data: object, offset: int) -> Iterator[Piece | Flaw]:
    try:
        found, flaw = list(_split(text)), None
    except ProgrammingError:
        end, flaw = _unclosed(text, offset)
        found = list(_split(text[:end]))
    for statement, start in found:
        try:
            own = data if data is not None else sample(statement)
            filled = templates.filled(statement, own)
        except Error as exc:
            at = next((t.start for t in statement.tokens if "{{" in t.text), 0)
            yield Flaw(exc, offset + start + at, offset + start + len(statement.text))
        else:
            yield Piece(statement, offset + start, filled.statement, filled.values)
    if flaw:
        yield flaw


def _unclosed(text: str, offset: int) -> tuple[int, Flaw]:
    """Return where the last whole statement ends before a quote or a comment that is not closed, and which it is."""
    end = 0
    for token in scan(text):
        if token.text == ";" and token.kind == "symbol":
            end = token.end
        if token.kind.startswith("open "):
            what, mark = _OPEN.get(token.kind, ("text", "'"))
            problem = ProgrammingError(f"this {what} is not closed; close it with {mark}")
            return end, Flaw(problem, offset + token.start, offset + token.start + 1)
    return end, Flaw(ProgrammingError("this cannot be read; correct it"), offset + end, offset + len(text))


def _split(text: str) -> Iterator[tuple[Statement, int]]:
    at = 0
    for statement in statements.split(text):
        start = text.index(statement.text, at)
        yield statement, start
        at = start + len(statement.text)


def sample(statement: Statement) -> object:
    """Return data that has something at every path that a statement's templates name; None where it names none."""
    root: dict[str, object] | None = None
    for token in statement.tokens:
        inside = string_value(token) if token.kind == "string" else token.text
        for match in _PATH.finditer(inside or "") if "{{" in token.text else ():
            root = root if root is not None else {}
            steps: list[str | int] = [name or int(number) for name, number in _STEP.findall(match[1])]
            _put(root, steps, "x" if token.kind == "string" else _SAMPLE_NUMBER)
    return root


def _put(root: dict[str, object], steps: list[str | int], value: object) -> None:
    """Put a value where steps lead, through objects and arrays that are made on the way."""
    holder: dict[str, object] | list[object] = root
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        new: object = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(holder, list) and isinstance(step, int):
            holder += [None] * (step + 1 - len(holder))
            if holder[step] is None:
                holder[step] = new
            child = holder[step]
        elif isinstance(holder, dict) and isinstance(step, str):
            child = holder.setdefault(step, new)
        else:
            return
        if not isinstance(child, (dict, list)):
            return
        holder = child
