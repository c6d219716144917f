"""How fields that are not as declared are named to people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

from stackduck.engine.ingest.drift import dotted
from stackduck.engine.ingest.trees import Leaf, Listed, Node, Path, ReportShape, Struct, places

_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a fraction", list: "a list", dict: "an object"}
_ELEMENTS = {Leaf: "", Listed: "lists", Struct: "objects"}

MISFIT = " where "
"""Stands in the names of fields whose values do not fit, and in no others but by an odd name."""


def names(shape: ReportShape, found: Sequence[tuple[date, str, str]]) -> dict[date, list[str]]:
    """Return, for each day, how to name the fields of which `extra` holds values."""
    declared = {dotted(place.path): (place.node, _lists_above(shape.row, place.path)) for place in places(shape.row)}
    named: dict[date, list[str]] = {}
    for day, name, kept in found:
        told = (
            f"{name}: {_misfit(json.loads(kept), *declared[name])} was expected" if name in declared else name or '""'
        )
        named.setdefault(day, []).append(told)
    return named


def _lists_above(row: Struct, path: Path) -> int:
    """Return through how many arrays the path leads to its field."""
    node, count = row.fields[path[0]], 0
    for name in path[1:]:
        while isinstance(node, Listed):
            node, count = node.element, count + 1
        assert isinstance(node, Struct)
        node = node.fields[name]
    return count


def _misfit(kept: object, node: Node, lists_above: int) -> str:
    """Say what came where what was due; of the values of several elements the first that did not fit."""
    value = next(_values(kept, lists_above), None)
    if not isinstance(node, Listed) or not isinstance(value, list):
        return f"{_kind(value)}{MISFIT}{_expected(node)}"
    stray = next((each for each in value if not _is_like(each, node.element)), None)
    came = "a list" if stray is None else f"a list with {_kind(stray)} in it"
    return f"{came}{MISFIT}a list of {_ELEMENTS[type(node.element)] or _expected(node.element)}"


def _values(kept: object, lists_above: int) -> Iterator[object]:
    """Yield what did not fit, out of one list for each array on the way, whose null stands for an element that did."""
    if lists_above and isinstance(kept, list):
        for each in kept:
            yield from _values(each, lists_above - 1)
    elif kept is not None:
        yield kept


def _is_like(value: object, node: Node) -> bool:
    """Tell whether an array's element is of the declared kind; of single values DuckDB decides what fits."""
    return value is None or isinstance(node, Leaf) or isinstance(value, list if isinstance(node, Listed) else dict)


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "null")


def _expected(node: Node) -> str:
    if isinstance(node, Leaf):
        return node.type
    return "a list" if isinstance(node, Listed) else "an object"
