"""Where a report's rows differ from their declared types, and the SQL that loses none of it.

A field that the document does not know, or whose values do not all fit, is read as JSON beside the declared ones. What
fits becomes a value of its declared type; the rest goes into `extra`, an object by dotted path. Where the path leads
through an array, its value there has one entry for each element. Only text is made here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from stackduck.engine import kinds
from stackduck.engine.ingest.clashes import key_of, original, renamed_in
from stackduck.engine.ingest.trees import Leaf, Listed, Node, Path, Place, Struct, places, structure, text_of
from stackduck.engine.session import quoted
from stackduck.engine.shapes import text
from stackduck.frozen import frozen

JSON = Leaf("JSON")
_WHOLE = r"-?[0-9]+(\.0*)?([eE]\+?[0-9]+)?"
_AS_TEXT = "json_extract_string({}, '$')"
_FITS = {
    "BIGINT": f"regexp_full_match({{text}}, '{_WHOLE}') AND TRY_CAST({{text}} AS BIGINT) IS NOT NULL",
    "BOOLEAN": "lower({text}) IN ('true', 'false', '1', '0')",
    "DOUBLE": "coalesce(isfinite(TRY_CAST({text} AS DOUBLE)), false)",
}
# Of texts in the place of such values DuckDB's reader takes these alone.
_READABLE = {
    "BIGINT": "-?(0|[1-9][0-9]*)",
    "DOUBLE": r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?",
    "BOOLEAN": "(?i)true|false",
}
# A JSON text that begins with a digit or a minus sign is a number.
_STRICT = {
    "BOOLEAN": "CASE {text} WHEN 'true' THEN true WHEN 'false' THEN false {other} END",
    "DOUBLE": (
        "CASE WHEN {text} BETWEEN '-' AND ':' AND isfinite(TRY_CAST({text} AS DOUBLE)) THEN CAST({text} AS DOUBLE) "
        "{other} END"
    ),
}
_OTHER_KIND = "WHEN {} THEN NULL ELSE error('a value is of another kind')"


@frozen
class Drift:
    """Fields that are not as declared."""

    unknown: frozenset[Path] = frozenset()
    """Fields that the document does not have."""
    watched: frozenset[Path] = frozenset()
    """Declared fields of which some value may not fit."""
    strict: frozenset[Path] = frozenset()
    """Declared fields of which a value of another kind fails the query."""

    def __or__(self, other: Drift) -> Drift:
        return Drift(self.unknown | other.unknown, self.watched | other.watched, self.strict | other.strict)

    def touches(self, path: Path) -> bool:
        """Tell whether anything at or below the path is read in another way than as declared."""
        return self.makes(path) or any(each[: len(path)] == path for each in self.unknown)

    def makes(self, path: Path) -> bool:
        """Tell whether a value at or below the path is made of its JSON."""
        return any(each[: len(path)] == path for each in (*self.watched, *self.strict))


NO_DRIFT = Drift()
NOTHING = "NULL::JSON"
"""The SQL of `extra` where all is as declared."""


@lru_cache
def strict(row: Struct) -> frozenset[Path]:
    """Return the declared fields for which DuckDB's reader takes values of another kind, as "1.5" for 1.5."""
    return frozenset(place.path for place in places(row) if isinstance(place.node, Leaf) and place.node.type in _STRICT)


@lru_cache
def columns(row: Struct, drift: Drift) -> str:
    """Return the `columns` of read_json."""
    read = _as_read(row, (), drift)
    assert isinstance(read, Struct)
    return "{" + ", ".join(f"{text(name)}: {text(text_of(node))}" for name, node in read.fields.items()) + "}"


def _as_read(node: Node, path: Path, drift: Drift) -> Node:
    """Return the tree as it is read: JSON where values may not fit, unknown fields beside the declared ones."""
    if path in drift.watched or path in drift.strict:
        return JSON
    if isinstance(node, Listed):
        return Listed(_as_read(node.element, path, drift))
    if isinstance(node, Struct):
        fields = {name: _as_read(child, (*path, name), drift) for name, child in node.fields.items()}
        strangers = sorted(each[-1] for each in drift.unknown if each[:-1] == path)
        return Struct(fields | dict.fromkeys(strangers, JSON))
    return node


@lru_cache
def selected(row: Struct, drift: Drift) -> str:
    """Return the select list of the declared columns, each of its declared type."""
    typed = ((name, _typed(quoted(name), node, (name,), drift)) for name, node in row.fields.items())
    return ", ".join(f"{value} AS {quoted(name)}" for name, value in typed)


def _typed(value: str, node: Node, path: Path, drift: Drift) -> str:
    if path in drift.watched:
        return _fitting(value, node, path, drift)
    if path in drift.strict:
        return _strictly(value, node)
    if not drift.touches(path):
        return value
    if not drift.makes(path):
        return f"CAST({value} AS {text_of(node)})"
    if isinstance(node, Listed):
        each = f"e{len(path)}"
        return f"list_transform({value}, lambda {each}: {_typed(each, node.element, path, drift)})"
    assert isinstance(node, Struct)
    fields = (
        f"{quoted(name)} := {_typed(f'{value}.{quoted(name)}', child, (*path, name), drift)}"
        for name, child in node.fields.items()
    )
    return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({', '.join(fields)}) END"


def _strictly(value: str, node: Node) -> str:
    """Return the declared value of a JSON value; it fails for one of another kind."""
    assert isinstance(node, Leaf)
    as_text = f"CAST({value} AS VARCHAR)"
    is_null = f"{value} IS NULL OR {as_text} = 'null'"
    other = _OTHER_KIND.format(is_null)
    if node.type == "BOOLEAN":
        other = f"ELSE CASE {other} END"
    return _STRICT[node.type].format(text=as_text, other=other)


def _fitting(value: str, node: Node, path: Path, drift: Drift) -> str:
    """Return the declared value of a JSON value, NULL where it does not fit."""
    if isinstance(node, Leaf):
        return f"CASE WHEN {fits(value, node)} THEN CAST({_AS_TEXT.format(value)} AS {node.type}) END"
    inner = replace(drift, watched=drift.watched - {path})
    read = f"from_json({value}, {text(json.dumps(structure(_as_read(node, path, inner))))})"
    return f"CASE WHEN {fits(value, node)} THEN {_typed(read, node, path, inner)} END"


def fits(value: str, node: Node) -> str:
    """Return the SQL condition under which a JSON value is one of the declared type; NULL for no value."""
    if isinstance(node, Leaf):
        if not kinds.is_cast(node.type):
            return "true"
        condition = _FITS.get(node.type, f"TRY_CAST({{text}} AS {node.type}) IS NOT NULL")
        return f"({condition.format(text=_AS_TEXT.format(value))})"
    if isinstance(node, Struct):
        return f"(json_type({value}) = 'OBJECT')"
    stray = f"json_type(s) <> 'NULL' AND NOT coalesce({fits('s', node.element)}, false)"
    return f"(json_type({value}) = 'ARRAY' AND len(list_filter(json_extract({value}, '$[*]'), lambda s: {stray})) = 0)"


def extra(row: Struct, drift: Drift) -> str:
    """Return the SQL of the `extra` column."""
    kept = [(dotted(path), value) for path, value in _left_over(row, drift)]
    if not kept:
        return NOTHING
    pairs = ", ".join(f"{{'k': {text(name)}, 'v': {value}}}" for name, value in kept)
    found = f"map_from_entries(list_filter([{pairs}], lambda p: p.v IS NOT NULL))"
    as_json = f"to_json({found})"
    for name in renamed_in(drift.unknown):
        # Within other values they were renamed as well.
        again = f"{text(key_of(name))}, {text(key_of(original(name)))}"
        as_json = f"CAST(replace(CAST({as_json} AS VARCHAR), {again}) AS JSON)"
    return f"CASE WHEN {' OR '.join(f'{value} IS NOT NULL' for _, value in kept)} THEN {as_json} END"


def dotted(path: Path) -> str:
    """Return the name of a field in `extra`; a name with a dot of its own is in quotes there."""
    names = (original(name) for name in path)
    return ".".join(json.dumps(name, ensure_ascii=False) if "." in name else name for name in names)


def _left_over(row: Struct, drift: Drift) -> Iterator[tuple[Path, str]]:
    """Return the paths that need a place in `extra`, each with the SQL of its JSON there."""
    for path in sorted(drift.unknown):
        yield path, _gathered(row, path, lambda value: value, drift)
    declared = {place.path: place.node for place in places(row)}
    for path in sorted(drift.watched):
        node = declared[path]
        yield path, _gathered(row, path, lambda value, node=node: _misfit(value, node), drift)  # type: ignore[misc]


def _misfit(value: str, node: Node) -> str:
    return f"CASE WHEN NOT {fits(value, node)} THEN {value} END"


def _gathered(row: Struct, path: Path, kept: Callable[[str], str], drift: Drift) -> str:
    """Return the SQL of what is kept at a path: one JSON value, or the list of those of all elements."""
    node: Node | None = row.fields.get(path[0])
    value, depth = _descended(quoted(path[0]), node, path, 1, kept=kept, drift=drift)
    if not depth:
        return value
    flat = value
    for _ in range(depth - 1):
        flat = f"flatten({flat})"
    return f"CASE WHEN list_count({flat}) > 0 THEN to_json({value}) END"


def _descended(
    value: str, node: Node | None, path: Path, at: int, *, kept: Callable[[str], str], drift: Drift
) -> tuple[str, int]:
    """Return the SQL that follows the path from its step `at`, and through how many arrays it leads."""
    if at == len(path):
        return kept(value), 0
    if node is not None and path[:at] in drift.watched:
        inner = replace(drift, watched=drift.watched - {path[:at]})
        value = f"from_json({value}, {text(json.dumps(structure(_as_read(node, path[:at], inner))))})"
    if isinstance(node, Listed):
        each = f"g{at}"
        inside, depth = _descended(each, node.element, path, at, kept=kept, drift=drift)
        return f"list_transform({value}, lambda {each}: {inside})", depth + 1
    child = node.fields.get(path[at]) if isinstance(node, Struct) else None
    return _descended(f"{value}.{quoted(path[at])}", child, path, at + 1, kept=kept, drift=drift)


def misfits(row: Struct) -> tuple[tuple[Place, str], ...]:
    """Return, for each declared field, the SQL aggregate that tells whether any row's JSON does not fit there.

    It is asked of rows whose columns are all JSON.
    """
    found = ((place, place.node) for place in places(row))
    return tuple((place, _any_misfit(place)) for place, node in found if fits("x", node) != "true")


def _any_misfit(place: Place) -> str:
    column = quoted(place.path[0])
    lost = "json_type({value}) <> 'NULL' AND NOT coalesce({fits}, false)"
    if place.is_many:
        condition = lost.format(value="m", fits=_is_read("m", place.node))
        return f"bool_or(len(list_filter(json_extract({column}, {text(place.inside)}), lambda m: {condition})) > 0)"
    value = column if place.inside == "$" else f"json_extract({column}, {text(place.inside)})"
    return f"bool_or({lost.format(value=value, fits=_is_read(value, place.node))})"


def _is_read(value: str, node: Node) -> str:
    """Return the SQL condition under which DuckDB's reader takes a JSON value for one of the declared type."""
    if not isinstance(node, Leaf) or node.type not in _READABLE:
        return fits(value, node)
    readable = f"regexp_full_match({_AS_TEXT.format(value)}, {text(_READABLE[node.type])})"
    return f"({fits(value, node)} AND (json_type({value}) <> 'VARCHAR' OR {readable}))"
