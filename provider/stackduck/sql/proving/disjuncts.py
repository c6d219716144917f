"""Ways in which a row may qualify, combined: what holds where two conditions hold, and lists seen as one."""

from __future__ import annotations

from collections.abc import Mapping

from stackduck.sql.scopes import Disjuncts
from stackduck.sql.values import Values, intersect, is_empty, unite

_MOST_DISJUNCTS = 5_000


def both(a: Disjuncts, b: Disjuncts) -> Disjuncts:
    """Return the ways in which both may hold; the looser one alone where there are too many to list."""
    if len(a) * len(b) > _MOST_DISJUNCTS:
        return a
    merged = [merge(x, y) for x in a for y in b]
    return [m for m in merged if m is not None]


def merge(a: Mapping[str, Values], b: Mapping[str, Values]) -> dict[str, Values] | None:
    merged = dict(a)
    for name, values in b.items():
        merged[name] = intersect(merged[name], values) if name in merged else values
        if is_empty(merged[name]):
            return None
    return merged


def single_list(ways: Disjuncts) -> Disjuncts | None:
    """Return an IN list as one way with a list of values; None where it is not one."""
    names = {name for way in ways for name in way}
    if len(names) != 1 or any(len(way) != 1 for way in ways):
        return None
    name = names.pop()
    united = unite(way[name] for way in ways)
    return [{name: united}] if united is not None else None
