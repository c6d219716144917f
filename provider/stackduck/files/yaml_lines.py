"""YAML text as a tree in which every value knows its line, for messages. Beside the catalog, the only home of yaml.

Scalars stay the text that was written (a date, `no` and `007` included); what they mean is decided by who reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_DEEPEST = 16
"""Levels of values in values. The parser, which is C, would crash on some thousands."""


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
        root = _root(text, yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
    except yaml.YAMLError:
        root = _root_or_flaw(text)
    return _located(root, 1, set()) if root is not None else Located(None, 1)


def _root(text: str, base: Any) -> Any:
    _check_depth(text, base)
    # Without resolvers no scalar is more than its text: 'no' is no boolean, and 2026-01-01 no date.
    loader = type("Untyped", (base,), {"yaml_implicit_resolvers": {}})(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _check_depth(text: str, base: Any) -> None:
    """Raise YamlError for values too deep within others, before they are composed by recursion."""
    import yaml

    loader, depth = base(text), 0
    try:
        while loader.check_event():
            event = loader.get_event()
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise YamlError("nested too deeply to be read", line=event.start_mark.line + 1)
    finally:
        loader.dispose()


def _root_or_flaw(text: str) -> Any:
    """Read a text by the slower parser, which says more plainly what is wrong. Raises YamlError."""
    import yaml

    try:
        return _root(text, yaml.SafeLoader)
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
