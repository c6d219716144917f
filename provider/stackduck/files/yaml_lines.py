"""YAML text as a tree in which every value knows its line, for messages.

Scalars stay the text that was written (a date, `no` and `007` included); what they mean is decided by who reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stackduck.catalog.yaml_nodes import TooDeepError, compose

_DEEPEST = 16
"""Levels of values in values."""


class YamlError(Exception):
    """A text that is no YAML, or more of YAML than is read; `line` counts from 1 in that text."""

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Located:
    """A value and where it stands."""

    value: str | Mapping[str, Located] | Sequence[Located] | None
    """A scalar's text, None for null, or what holds others."""
    line: int
    """Of its key where it has one; the first is 1."""
    is_quoted: bool = False

    @property
    def kind(self) -> str:
        """What it is, for messages."""
        if self.value is None:
            return "nothing"
        if isinstance(self.value, str):
            return f"'{self.value}'"
        return "a mapping" if isinstance(self.value, Mapping) else "a list"


def load(text: str) -> Located:
    """Read a YAML text; an empty one is null. Raises YamlError, for a key that is given twice too."""
    import yaml

    try:
        root = _root(text)
    except yaml.YAMLError:
        root = _root_or_flaw(text)
    return _located(root, 1, set()) if root is not None else Located(None, 1)


def _root(text: str, *, is_plain_python: bool = False) -> Any:
    try:
        return compose(text, deepest=_DEEPEST, is_plain_python=is_plain_python)
    except TooDeepError as exc:
        raise YamlError(str(exc), line=exc.line) from None


def _root_or_flaw(text: str) -> Any:
    """Read a text by the slower parser, which says more plainly what is wrong. Raises YamlError."""
    import yaml

    try:
        return _root(text, is_plain_python=True)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        problem = exc.problem or exc.context or "not readable as YAML"
        raise YamlError(problem, line=mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as exc:
        raise YamlError(" ".join(str(exc).split()), line=1) from None


def _located(node: Any, line: int, seen: set[int]) -> Located:
    if id(node) in seen:
        raise YamlError("an alias (*name) is not read here; write the value out", line=line)
    seen.add(id(node))
    if node.id == "mapping":
        return Located(dict(_pairs(node, seen)), line)
    if node.id == "sequence":
        return Located([_located(each, each.start_mark.line + 1, seen) for each in node.value], line)
    is_null = not node.style and node.value in ("", "~", "null", "Null", "NULL")
    return Located(None if is_null else node.value, line, bool(node.style))


def _pairs(node: Any, seen: set[int]) -> Iterator[tuple[str, Located]]:
    names: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.id != "scalar":
            raise YamlError("a key must be a name", line=line)
        if key.value in names:
            raise YamlError(f"'{key.value}' is given twice", line=line)
        names.add(key.value)
        yield key.value, _located(value, line, seen)
