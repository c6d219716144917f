"""Declared types as trees: which values a report's rows may hold, and where.

Pure text work; shared by everything that reads report files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from stackduck.engine import kinds
from stackduck.engine.session import ColumnTypes, quoted
from stackduck.frozen import frozen

Path = tuple[str, ...]
"""The names from a row down to a field; steps into list elements are left out."""


@frozen
class Leaf:
    """A value without declared fields of its own."""

    type: str


@dataclass(frozen=True, slots=True, eq=False)
class Struct:
    """An object with declared fields; each is itself alone, so that what is made of it can be remembered by it."""

    fields: Mapping[str, Node]


@frozen
class Listed:
    """An array."""

    element: Node


Node = Leaf | Struct | Listed


@frozen
class Place:
    """A declared field at any depth."""

    path: Path
    node: Node
    inside: str = "$"
    """The JSON path from the value of the row's column to it."""
    is_many: bool = False
    """Whether the path leads through an array."""


@frozen
class ReportShape:
    """What the rows of a report are declared to hold."""

    report: str
    columns: ColumnTypes
    """Name and DuckDB type of the parent's columns, `day` among them, without `extra`."""
    key: tuple[str, ...] = ()
    """The columns that tell the rows of one day apart."""

    @property
    def row(self) -> Struct:
        """The whole row; the same object for the same columns."""
        return _row(tuple((name, kind) for name, kind in self.columns))

    @property
    def key_of_a_day(self) -> tuple[str, ...]:
        """The key columns that vary within a day."""
        known = {name for name, _ in self.columns}
        return tuple(name for name in self.key if name != "day" and name in known)

    @property
    def digest(self) -> str:
        """A short text that differs when names or types of the columns differ."""
        listed = json.dumps([list(column) for column in self.columns if column[0] != "day"])
        return hashlib.sha256(listed.encode()).hexdigest()[:16]

    def narrowed(self, paths: Sequence[Path]) -> ReportShape:
        """Return the shape with only the fields at or below the paths, and `day` and the key."""
        kept = {*((name,) for name in (*self.key, "day")), *paths}
        columns = ((name, _narrowed(tree(kind), (name,), kept)) for name, kind in self.columns)
        return replace(self, columns=tuple((name, text_of(node)) for name, node in columns if node is not None))


def _narrowed(node: Node, path: Path, kept: set[Path]) -> Node | None:
    if any(path[: len(each)] == each for each in kept):
        return node
    if isinstance(node, Listed):
        element = _narrowed(node.element, path, kept)
        return element and Listed(element)
    if isinstance(node, Struct):
        fields = {name: _narrowed(child, (*path, name), kept) for name, child in node.fields.items()}
        wanted = {name: child for name, child in fields.items() if child is not None}
        return Struct(wanted) if wanted else None
    return None


@lru_cache
def _row(columns: tuple[tuple[str, str], ...]) -> Struct:
    return Struct({name: tree(kind) for name, kind in columns})


def tree(kind: str) -> Node:
    """Return the tree of a DuckDB type."""
    if element := kinds.element(kind):
        return Listed(tree(element))
    if fields := kinds.struct_fields(kind):
        return Struct({name: tree(inner) for name, inner in fields})
    return Leaf(kind)


def text_of(node: Node) -> str:
    """Return the DuckDB type of a tree."""
    if isinstance(node, Listed):
        return f"{text_of(node.element)}[]"
    if isinstance(node, Struct):
        return f"STRUCT({', '.join(f'{quoted(name)} {text_of(child)}' for name, child in node.fields.items())})"
    return node.type


def structure(node: Node) -> object:
    """Return the structure that from_json takes for a tree."""
    if isinstance(node, Listed):
        return [structure(node.element)]
    if isinstance(node, Struct):
        return {name: structure(child) for name, child in node.fields.items()}
    return node.type


def places(row: Struct) -> Iterator[Place]:
    """Return every declared field at every depth, parents first."""
    for name, node in row.fields.items():
        yield from _places(Place((name,), node))


def _places(place: Place) -> Iterator[Place]:
    yield place
    inner, inside, is_many = place.node, place.inside, place.is_many
    while isinstance(inner, Listed):
        inner, inside, is_many = inner.element, inside + "[*]", True
    if isinstance(inner, Struct):
        for name, node in inner.fields.items():
            step = json.dumps(name, ensure_ascii=False)
            yield from _places(Place((*place.path, name), node, f"{inside}.{step}", is_many))
