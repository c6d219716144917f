"""Some fields of records, read so that a fraction shows: whole numbers come as DOUBLE, and are made BIGINT afterwards.

Nobody looks at the text then. A fraction, or a number that DOUBLE cannot hold, fails the query. Only text is made here.
"""

from __future__ import annotations

from functools import lru_cache

from stackduck.engine.ingest.trees import Leaf, Listed, Node, Struct, text_of
from stackduck.engine.session import quoted

_EXACT = 2**53
_WHOLE, _LOOSE = Leaf("BIGINT"), Leaf("DOUBLE")


@lru_cache
def loosened(row: Struct) -> Struct:
    """Return the row as it is read."""
    return Struct({name: _loosened(node) for name, node in row.fields.items()})


def _loosened(node: Node) -> Node:
    if isinstance(node, Listed):
        return Listed(_loosened(node.element))
    if isinstance(node, Struct):
        return loosened(node)
    return _LOOSE if node == _WHOLE else node


def query(row: Struct, source: str) -> str:
    """Return the query of the declared columns of a relation that was read so; it fails for what is lost."""
    typed = (f"CAST({quoted(name)} AS {text_of(node)}) AS {quoted(name)}" for name, node in row.fields.items())
    lost = " OR ".join(_lost(quoted(name), node, 0) for name, node in row.fields.items() if _has_whole(node))
    guard = f" WHERE CASE WHEN {lost} THEN error('a whole number is none') ELSE true END" if lost else ""
    return f"SELECT {', '.join(typed)} FROM {source}{guard}"


def _has_whole(node: Node) -> bool:
    if isinstance(node, Listed):
        return _has_whole(node.element)
    return any(map(_has_whole, node.fields.values())) if isinstance(node, Struct) else node == _WHOLE


def _lost(value: str, node: Node, depth: int) -> str:
    """Return the condition under which a number in a value is not whole, or may not be exact."""
    if isinstance(node, Listed):
        each = f"e{depth}"
        return f"list_bool_or(list_transform({value}, lambda {each}: {_lost(each, node.element, depth + 1)}))"
    if isinstance(node, Struct):
        whole = ((name, child) for name, child in node.fields.items() if _has_whole(child))
        return " OR ".join(_lost(f"{value}.{quoted(name)}", child, depth) for name, child in whole)
    return f"{value} <> trunc({value}) OR abs({value}) >= {_EXACT}"
