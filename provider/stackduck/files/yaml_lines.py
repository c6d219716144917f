"""YAML text as a tree in which every value knows its line, for messages.

Scalars stay the text that was written (a date, `no` and `007` included); what they mean is decided by who reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackduck.catalog.yaml_nodes import UnreadableError, compose
from stackduck.frozen import frozen

_DEEPEST = 16
"""Levels of values in values."""


class YamlError(Exception):
    """A text that is no YAML, or more of YAML than is read; `line` counts as those of the text."""

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(message)
        self.line = line


@frozen
class Located:
    """A value and where it stands."""

    value: str | Mapping[str, Located] | Sequence[Located] | None
    """A scalar's text, None for null, or what holds others."""
    line: int
    """Of its key where it has one."""
    is_quoted: bool = False

    @property
    def kind(self) -> str:
        """What it is, for messages."""
        if self.value is None:
            return "nothing"
        if isinstance(self.value, str):
            return f"'{self.value}'"
        return "a mapping" if isinstance(self.value, Mapping) else "a list"


def load(text: str, *, first: int = 1) -> Located:
    """Read a YAML text whose first line has that number; an empty one is null.

    Raises YamlError, for a key that is given twice too.
    """
    reader = _Reader(first)
    root = reader.root(text)
    return reader.located(root, first) if root is not None else Located(None, first)


class _Reader:
    """Reads one text; an anchor is not followed."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._seen: set[int] = set()

    def root(self, text: str) -> Any:
        """Return the root node, None for an empty text. Raises YamlError, in the plainer words of the slower parser."""
        try:
            return compose(text, deepest=_DEEPEST)
        except UnreadableError:
            pass
        try:
            return compose(text, deepest=_DEEPEST, is_plain_python=True)
        except UnreadableError as exc:
            raise YamlError(exc.problem, line=exc.line - 1 + self._first) from None

    def located(self, node: Any, line: int) -> Located:
        """Return a node as a value of that line."""
        if id(node) in self._seen:
            raise YamlError("an alias (*name) is not read here; write the value out", line=line)
        self._seen.add(id(node))
        if node.id == "mapping":
            return Located(dict(self._pairs(node)), line)
        if node.id == "sequence":
            return Located([self.located(each, self._line(each)) for each in node.value], line)
        is_null = not node.style and node.value in ("", "~", "null", "Null", "NULL")
        return Located(None if is_null else node.value, line, bool(node.style))

    def _pairs(self, node: Any) -> Iterator[tuple[str, Located]]:
        names: set[str] = set()
        for key, value in node.value:
            line = self._line(key)
            if key.id != "scalar":
                raise YamlError("a key must be a name", line=line)
            if key.value in names:
                raise YamlError(f"'{key.value}' is given twice", line=line)
            names.add(key.value)
            yield key.value, self.located(value, line)

    def _line(self, node: Any) -> int:
        return int(node.start_mark.line) + self._first
