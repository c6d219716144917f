"""How fields that are not as declared are named to people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from stackduck.engine.ingest.drift import dotted
from stackduck.engine.ingest.trees import Leaf, Listed, Node, ReportShape, places

_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a fraction", list: "a list", dict: "an object"}

MISFIT = " where "
"""Stands in the names of fields whose values do not fit, and in no others but by an odd name."""


def names(shape: ReportShape, found: Sequence[tuple[date, str, str]]) -> dict[date, list[str]]:
    """Return, for each day, how to name the fields of which `extra` holds values."""
    declared = {dotted(place.path): place.node for place in places(shape.row)}
    named: dict[date, list[str]] = {}
    for day, name, kept in found:
        node = declared.get(name)
        named.setdefault(day, []).append(
            f"{name}: {_kind(kept)}{MISFIT}{_expected(node)} was expected" if node else name
        )
    return named


def _kind(kept: str) -> str:
    """Say what a value in `extra` is; of an array's elements the first that did not fit."""
    value = json.loads(kept)
    while isinstance(value, list) and any(each is not None for each in value):
        value = next(each for each in value if each is not None)
    return _KINDS.get(type(value), "null")


def _expected(node: Node) -> str:
    if isinstance(node, Leaf):
        return node.type
    return "a list" if isinstance(node, Listed) else "an object"
