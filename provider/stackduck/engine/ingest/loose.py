"""Some fields of records, read so that nothing is rounded: numbers and truth values come as text, and are made theirs.

Nobody looks at the text of the file then. A fraction, a number that DOUBLE cannot hold, or a value of another kind
fails the query. Only text is made here.
"""

from __future__ import annotations

from functools import lru_cache

from stackduck.engine.ingest.trees import Leaf, Listed, Node, Struct, text_of
from stackduck.engine.session import quoted

_EXACT = 2**53
_TEXT, _NUMBER = Leaf("VARCHAR"), Leaf("DOUBLE")
_CHECKED = {
    "BIGINT": f"{{0}} <> trunc({{0}}) OR abs({{0}}) >= {_EXACT}",
    "DOUBLE": "NOT isfinite({0})",
    "BOOLEAN": "{0} NOT IN ('true', 'false')",
}
"""Where a value is none of its type, or may not be exact."""


@lru_cache
def loosened(row: Struct) -> Struct:
    """Return the row as it is read."""
    return Struct({name: _loosened(node, _TEXT) for name, node in row.fields.items()})


def _loosened(node: Node, number: Leaf) -> Node:
    """Return the tree with numbers of that type, and truth values as text."""
    if isinstance(node, Listed):
        return Listed(_loosened(node.element, number))
    if isinstance(node, Struct):
        return Struct({name: _loosened(child, number) for name, child in node.fields.items()})
    return {"BIGINT": number, "DOUBLE": number, "BOOLEAN": _TEXT}.get(node.type, node)


def query(row: Struct, source: str) -> str:
    """Return the query of the declared columns of a relation that was read so; it fails for what is lost."""
    fields = row.fields.items()
    numbers = (
        f"CAST({quoted(name)} AS {text_of(_loosened(node, _NUMBER))}) AS {quoted(name)}" for name, node in fields
    )
    typed = (f"CAST({quoted(name)} AS {text_of(node)}) AS {quoted(name)}" for name, node in fields)
    lost = " OR ".join(f"({_lost(quoted(name), node, 0)})" for name, node in fields if _is_doubtful(node))
    guard = f" WHERE CASE WHEN {lost} THEN error('a value is of another kind') ELSE true END" if lost else ""
    return f"SELECT {', '.join(typed)} FROM (SELECT {', '.join(numbers)} FROM {source}){guard}"


def _is_doubtful(node: Node) -> bool:
    if isinstance(node, Listed):
        return _is_doubtful(node.element)
    return any(map(_is_doubtful, node.fields.values())) if isinstance(node, Struct) else node.type in _CHECKED


def _lost(value: str, node: Node, depth: int) -> str:
    """Return the condition under which a value is none of its type, or may not be exact."""
    if isinstance(node, Listed):
        each = f"e{depth}"
        return f"list_bool_or(list_transform({value}, lambda {each}: {_lost(each, node.element, depth + 1)}))"
    if isinstance(node, Struct):
        doubtful = ((name, child) for name, child in node.fields.items() if _is_doubtful(child))
        return " OR ".join(_lost(f"{value}.{quoted(name)}", child, depth) for name, child in doubtful)
    return _CHECKED[node.type].format(value)
