"""Turn YAML text into a tree of plain values, and follow the pointers ($ref) within it.

Keys are always strings and dates stay strings. Unknown tags are ignored. What the tree means is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen

Node = Mapping[str, Any]

_LARGEST = 3_000_000
"""Values of a document, aliases followed; the largest of StackQL's have a tenth of it."""
_DEEPEST = 200
"""Levels of values in values; the deepest of StackQL's have 18."""
_ALIAS = re.compile(rb"[\s,\[{:-]\*[^\s,\[\]{}*]")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"-?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?\Z")
_CONSTANTS: Mapping[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@frozen
class Document:
    """A provider document: its file, for messages, and its tree."""

    file: str
    root: Node

    def fail(self, where: str, text: str) -> ProgrammingError:
        """Return the error that names this file and a key path in it."""
        return ProgrammingError(f"{self.file}: {where}: {text}")

    def mapping(self, parent: Node, key: str, *, where: str) -> Node:
        """Return a key's mapping; an absent or null one is empty, anything else is an error."""
        value = parent.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.fail(f"{where}.{key}" if where else key, f"must be a mapping, not {kind(value)}")
        return value

    def find(self, pointer: str) -> Any:
        """Return what a pointer such as '#/components/schemas/team' names, or None."""
        value: Any = self.root
        for token in pointer.lstrip("#").lstrip("/").split("/"):
            value = _child(value, token.replace("~1", "/").replace("~0", "~"))
        return value

    def resolve(self, node: Node, *, where: str) -> Node:
        """Follow $ref until there is none; a pointer into another file gives an empty mapping."""
        followed: set[str] = set()
        while isinstance(reference := node.get("$ref"), str):
            if not reference.startswith("#") or reference in followed:
                return {}
            followed.add(reference)
            target = self.find(reference)
            if not isinstance(target, dict):
                raise self.fail(f"{where}.$ref", f"no such key '{reference}'")
            node = target
        return node


def kind(value: object) -> str:
    """Return the name of a value's YAML kind, for messages."""
    if value is None:
        return "nothing"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a scalar"


def parse(content: bytes, file: str) -> Document:
    """Read a YAML text whose root is a mapping."""
    import gc

    collecting = gc.isenabled()
    # Composing makes a million small objects and no garbage: collecting in between triples the time.
    gc.disable()
    try:
        root = _plain(_compose(content, file), {})
        if _ALIAS.search(content) and _size(root, {}) > _LARGEST:
            raise ProgrammingError(f"{file}: its aliases make more than {_LARGEST:,} values of it")
    except RecursionError:
        raise ProgrammingError(f"{file}: nested too deeply to be read") from None
    finally:
        if collecting:
            gc.enable()
    if not isinstance(root, dict):
        raise ProgrammingError(f"{file}: must be a mapping, not {kind(root)}")
    return Document(file, root)


def _compose(content: bytes, file: str) -> Any:
    """Return the root node of a YAML text; its scalars are untyped."""
    from stackduck.catalog.yaml_nodes import UnreadableError, compose

    try:
        return compose(content, deepest=_DEEPEST)
    except UnreadableError as exc:
        raise ProgrammingError(f"{file}: not readable as YAML: {exc}") from None


def _size(value: Any, known: dict[int, int]) -> int:
    """Return the number of values below one, those that it has by aliases counted each time."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        # What leads back to itself is found out elsewhere.
        known[id(value)] = 0
        known[id(value)] = 1 + sum(
            [_size(each, known) for each in (value.values() if isinstance(value, dict) else value)]
        )
    return known[id(value)]


def _plain(node: Any, made: dict[int, Any]) -> Any:
    """Turn a node into plain values; an alias shares the value of its anchor."""
    if node is None:
        return None
    value = node.value
    if value.__class__ is str:
        return value if node.style else _scalar(value)
    if id(node) in made:
        return made[id(node)]
    if node.id == "sequence":
        items: list[Any] = []
        made[id(node)] = items
        items.extend([_plain(item, made) for item in value])
        return items
    return _pairs(node, made)


def _pairs(node: Any, made: dict[int, Any]) -> dict[str, Any]:
    """Turn a mapping node into a dict; '<<' merges, and its keys never replace the node's own."""
    pairs: dict[str, Any] = {}
    made[id(node)] = pairs
    merged: list[Any] = []
    for key, item in node.value:
        if key.value.__class__ is not str:
            continue
        if key.value == "<<" and not key.style:
            merged.append(_plain(item, made))
        else:
            pairs[key.value] = _plain(item, made)
    for source in merged:
        for each in source if isinstance(source, list) else [source]:
            if isinstance(each, dict):
                pairs.update({name: given for name, given in each.items() if name not in pairs})
    return pairs


def _scalar(text: str) -> Any:
    """Type an unquoted scalar as YAML 1.2's core schema does: null, boolean, integer, float or text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "-.0123456789":
        if _INTEGER.match(text) and len(text) < 40:
            return int(text)
        if _FLOAT.match(text):
            return float(text)
    return text


def _child(value: Any, token: str) -> Any:
    """Return one step of a pointer, or None."""
    if isinstance(value, dict):
        return value.get(token, value.get(token.replace("%7B", "{").replace("%7D", "}")))
    if isinstance(value, list) and token.isdigit() and int(token) < len(value):
        return value[int(token)]
    return None
