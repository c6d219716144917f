"""DuckDB's types as a tree, read from the text in which its messages write them."""

from __future__ import annotations

import re

from stackduck.frozen import frozen
from stackduck.sql.tokens import Token, tokenize

_ASKED = re.compile(r"argument types 'array_extract\((.*), DATE\)'\. You might", re.DOTALL)
_PROBE = re.compile(r"stackduck (\d+)\Z")


@frozen
class Kind:
    """A type: its name, an object's fields, the type of a list's items or a map's values."""

    name: str
    fields: tuple[tuple[str, Kind], ...] = ()
    item: Kind | None = None

    def field(self, name: str) -> Kind | None:
        """Return the type of an object's field, whatever the case of its name."""
        return next((kind for known, kind in self.fields if known.lower() == name.lower()), None)


JSON = Kind("JSON")
TEXT = Kind("VARCHAR")
UNKNOWN = Kind("UNKNOWN")


def probe(number: int, operand: str) -> str:
    """Return an expression that DuckDB refuses with a message that tells the operand's type."""
    return f"array_extract(struct_pack(\"stackduck {number}\" := {operand}), DATE '2000-01-01')"


def answered(message: str | None) -> tuple[int, Kind] | None:
    """Return the probe of which a message speaks, and the type; None for a message about something else."""
    match = _ASKED.search(message or "")
    for name, kind in parse(match[1]).fields if match else ():
        if number := _PROBE.match(name):
            return int(number[1]), kind
    return None


def parse(text: str) -> Kind:
    """Return the type that a text such as STRUCT(a BIGINT, "b c" VARCHAR[]) means; UNKNOWN for one that is no type."""
    try:
        return _Reader(tokenize(text)).kind()
    except IndexError:
        return UNKNOWN


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def kind(self) -> Kind:
        """Read a type up to the comma or bracket that ends it."""
        words = [self._next().name]
        while self._has() and self.tokens[self.at].kind in ("word", "quoted"):
            words.append(self._next().name)  # TIMESTAMP WITH TIME ZONE
        found = Kind(" ".join(words).upper())
        if self._has("("):
            found = self._with_arguments(found)
        while self._has("["):
            while self._next().text != "]":
                pass
            found = Kind("LIST", item=found)
        return found

    def _with_arguments(self, found: Kind) -> Kind:
        fields: list[tuple[str, Kind]] = []
        self._next()
        if found.name == "STRUCT":
            fields.append(self._field())
            while self._next().text == ",":
                fields.append(self._field())
            return Kind(found.name, tuple(fields))
        if found.name == "MAP":
            self.kind()
            self._next()
            value = self.kind()
            self._next()
            return Kind(found.name, item=value)
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(self._next().text, 0)
        return found

    def _field(self) -> tuple[str, Kind]:
        name = self._next().name
        return name, self.kind()

    def _next(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _has(self, mark: str = "") -> bool:
        return self.at < len(self.tokens) and (not mark or self.tokens[self.at].text == mark)
