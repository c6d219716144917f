"""The SQL that turns pages of JSON into rows of declared types, and that tells what may not fit.

Only text is made here. Every statement takes `$bodies`: pages with SEPARATOR between them. Values are read as text and
then cast, since a cast fails where from_json would give NULL in silence.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from stackduck.engine import kinds
from stackduck.engine.session import quoted
from stackduck.frozen import frozen

SEPARATOR = "\x1e"
"""Stands between pages; no JSON text holds it unescaped."""


class Field(Protocol):
    """A documented field."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...


@frozen
class Shape:
    """How the pages of a call become rows of a relation."""

    relation: str
    resource: str
    fields: Sequence[Field]
    """Those that the statement may read, in the document's order; never empty."""
    parameters: Sequence[tuple[str, str]] = ()
    """Column name and DuckDB type of the parameters."""
    object_key: str = ""
    """Where the rows are in a page, or empty for the page itself."""
    total_key: str = ""
    """The page's own count of all rows."""
    is_array: bool = False
    """Whether the document declares a list of rows there."""
    rows_are_values: bool = False
    """Whether each row is a bare value, which goes whole into the only field."""
    names: Sequence[str] = ()
    """All documented fields, read or not: an object with none of them is no row."""
    source: str = "GitHub"
    """Who answered, for messages."""

    @property
    def answer(self) -> str:
        """What messages call an answer: github.copilot.org_seats: GitHub's answer."""
        return f"{self.resource}: {self.source}'s answer"

    @property
    def keys(self) -> list[str]:
        """The names on the way to the rows."""
        return self.object_key.removeprefix("$").strip(".").split(".") if self.object_key.strip("$.") else []

    @property
    def values(self) -> list[str]:
        """The SQL of each field's value, in a row called r."""
        return ["r"] if self.rows_are_values else [f"r.{quoted(f.name)}" for f in self.fields]


def counts(shape: Shape) -> str:
    """Return the query for each page's number of rows (NULL where they are missing), its own count of all rows, and
    the JSON type of a row that is no object.

    `$firsts` tells for each page whether its own count is wanted.
    """
    path = shape.object_key or "$"
    total = text(f"$.{shape.total_key}")
    told = f"CASE WHEN first THEN TRY_CAST(b ->> {total} AS BIGINT) END" if shape.total_key else "NULL"
    odd = "NULL"
    if shape.is_array:
        # No types are an empty array, or no array at all.
        rows = f"CASE WHEN len(types) > 0 OR json_type(b, {text(path)}) = 'ARRAY' THEN len(types) END"
        if not shape.rows_are_values:
            odd = "list_filter(types, lambda t: t <> 'OBJECT')[1]"
    else:
        kind = "NOT NULL" if shape.rows_are_values else "NOT DISTINCT FROM 'OBJECT'"
        known = f" AND {_has_known_field(shape, path)}" if shape.names and not shape.rows_are_values else ""
        rows = f"CASE WHEN nullif(json_type(b, {text(path)}), 'NULL') IS {kind}{known} THEN 1 END"
    types = f"json_type(b, {text(path + '[*]')})" if shape.is_array else "NULL"
    pages = _pages(", unnest($firsts) AS first")
    return f"SELECT {rows}, {told}, {odd} FROM (SELECT b, first, {types} AS types FROM ({pages}))"


def _has_known_field(shape: Shape, path: str) -> str:
    names = ", ".join(text(name) for name in shape.names)
    return f"len(list_intersect(json_keys(b, {text(path)}), [{names}])) > 0"


def insert(shape: Shape) -> str:
    """Return the statement that casts the rows into the relation; it fails for a value that does not fit.

    $p0, $p1, … are lists with a parameter's value for each page.
    """
    parameters = range(len(shape.parameters))
    columns = [quoted(f.name) for f in shape.fields] + [quoted(name) for name, _ in shape.parameters]
    values = shape.values
    casts = [f"CAST({value} AS {f.type})" for value, f in zip(values, shape.fields, strict=True)]
    casts += [f"CAST(p{i} AS {kind})" for i, (_, kind) in enumerate(shape.parameters)]
    lists = "".join(f", unnest($p{i}::VARCHAR[]) AS p{i}" for i in parameters)
    carried = "".join(f", p{i}" for i in parameters)
    lost = " OR ".join(filter(None, (_loses(f.type, v) for v, f in zip(values, shape.fields, strict=True))))
    guard = f" WHERE CASE WHEN {lost} THEN error('a part of a value is lost')::BOOLEAN ELSE true END" if lost else ""
    rows = f"SELECT unnest({_rows(shape)}) AS r, {_no_rows(shape)}{carried} FROM ({_parsed(shape, lists, carried)})"
    head = f"INSERT INTO {quoted(shape.relation)} ({', '.join(columns)})"
    return f"{head} SELECT {', '.join(casts)} FROM ({rows}){guard}"


def oddities(shape: Shape, *, closely: bool) -> str:
    """Return the query that has a row if a list, an object or a whole row may have been something else.

    from_json reads those as NULL, or as a struct of NULLs, in silence. One field stands for its struct and for the row,
    unless looked at closely. `$first` is the first row id to look at.
    """
    found = [odd for f in shape.fields if (odd := _looks_odd(f.type, quoted(f.name), closely=closely))]
    if shape.is_array and not shape.rows_are_values:
        found.append(_all_null("", [(f.name, f.type) for f in shape.fields], closely=closely))
    odd = " OR ".join(found)
    return f"SELECT 1 FROM {quoted(shape.relation)} WHERE rowid >= $first AND ({odd}) LIMIT 1" if odd else ""


def _looks_odd(kind: str, value: str, *, closely: bool, parent: str = "", depth: int = 0) -> str:
    """Return the SQL condition under which a value may come from JSON of another form; empty for never."""
    if (element := kinds.element(kind)) is not None:
        odd = [f"({value} IS NULL AND {parent} IS NOT NULL)" if parent else f"{value} IS NULL"]
        if inner := _looks_odd(element, f"x{depth}", closely=closely, depth=depth + 1):
            odd.append(f"len(list_filter({value}, lambda x{depth}: {inner})) > 0")
    elif fields := kinds.struct_fields(kind):
        odd = [f"({_all_null(f'{value}.', fields, closely=closely)} AND {value} IS NOT NULL)"]
        for name, inner_kind in fields:
            odd.append(_looks_odd(inner_kind, f"{value}.{quoted(name)}", closely=closely, parent=value, depth=depth))
    else:
        return ""
    return f"({' OR '.join(filter(None, odd))})"


def _all_null(prefix: str, fields: Sequence[tuple[str, str]], *, closely: bool) -> str:
    """Return the SQL condition under which all fields are NULL, or the one that is least likely to be."""
    names = [name for name, _ in fields]
    if not closely:
        names = [next((name for name, kind in fields if kind == "BIGINT"), names[0])]
    return f"({' AND '.join(f'{prefix}{quoted(name)} IS NULL' for name in names)})"


def _loses(kind: str, value: str, *, depth: int = 0) -> str:
    """Return the SQL condition under which casting the text of a value would lose a part of it; empty for never."""
    if (element := kinds.element(kind)) is not None:
        inner = _loses(element, f"x{depth}", depth=depth + 1)
        return f"len(list_filter({value}, lambda x{depth}: {inner})) > 0" if inner else ""
    if fields := kinds.struct_fields(kind):
        found = [_loses(inner, f"{value}.{quoted(name)}", depth=depth) for name, inner in fields]
        return " OR ".join(filter(None, found))
    return kinds.loses(kind, value)


def _pages(lists: str = "") -> str:
    return f"SELECT unnest(string_split($bodies, chr({ord(SEPARATOR)}))) AS b{lists}"


def _parsed(shape: Shape, lists: str = "", carried: str = "") -> str:
    """Return the query of each page as j: nested structs with the rows at the end of the object key."""
    structure = _rows_structure(shape)
    for key in reversed(shape.keys):
        structure = {key: structure}
    return f"SELECT from_json(b, {text(json.dumps(structure))}) AS j{carried} FROM ({_pages(lists)})"


def _rows(shape: Shape) -> str:
    rows = ".".join(("j", *map(quoted, shape.keys)))
    return rows if shape.is_array else f"[{rows}]"


def _no_rows(shape: Shape) -> str:
    """Return the SQL that fails where the list of rows is missing; coalesce would copy the rows."""
    return f"unnest(CASE WHEN {_rows(shape)} IS NULL THEN [error('no rows')::BOOLEAN] ELSE []::BOOLEAN[] END)"


def _rows_structure(shape: Shape) -> object:
    """Return from_json's structure of the rows, with text for every value that is cast."""
    if shape.rows_are_values:
        row: object = kinds.as_text(shape.fields[0].type)
    else:
        row = {f.name: kinds.as_text(f.type) for f in shape.fields}
    return [row] if shape.is_array else row


def text(value: str) -> str:
    """Return a string literal."""
    return "'" + value.replace("'", "''") + "'"
