"""JSON that stands in the statement itself: its values have types that everybody can see."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from stackduck.sql.dialect.kinds import Kind
from stackduck.sql.dialect.paths import Step, Value
from stackduck.sql.rewrite import literal

_KINDS: Mapping[frozenset[type], str] = {
    frozenset({bool}): "BOOLEAN",
    frozenset({int}): "BIGINT",
    frozenset({float}): "DOUBLE",
    frozenset({int, float}): "DOUBLE",
}


def reached(text: str, path: Sequence[Step]) -> str | None:
    """Return the literal of the number, text or NULL at a path in JSON; None where DuckDB must say."""
    try:
        found = json.loads(text)
        for step in path:
            found = found[step] if isinstance(step, int if isinstance(found, list) else str) else None
    except (ValueError, LookupError, TypeError):
        return None
    if isinstance(found, float):
        return f"CAST({found!r} AS DOUBLE)"
    written = literal(found) if isinstance(found, (str, int)) else None
    return f"({written})" if written and written.startswith("-") else written


def typed_array(text: str) -> Value | None:
    """Return an array of numbers or of truth values as a list of them; None for any other text."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    kinds = {type(item) for item in found} if isinstance(found, list) else set()
    kind = _KINDS.get(frozenset(kinds))
    if kind is None or (kind == "BIGINT" and not all(abs(item) < 2**63 for item in found)):
        return None
    return Value(f"from_json({literal(text)}, '[\"{kind}\"]')", Kind("LIST", item=Kind(kind)))
