"""The SQL that turns pages of JSON into rows of declared types, and that finds what did not fit.

Only text is made here. Every statement takes `$bodies`: pages with SEPARATOR between them. Values are read as text and
then cast, since a cast fails where from_json would give NULL in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from stackduck.engine.session import quoted

SEPARATOR = "\x1e"
"""Stands between pages; no JSON text holds it unescaped."""

_CAST = frozenset({"BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMPTZ"})
_CAST_INSIDE = re.compile(r'("(?:[^"]|"")*")|\b(BIGINT|DOUBLE|BOOLEAN|DATE|TIMESTAMPTZ)\b')


class Field(Protocol):
    """A documented field."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value in a row that is cast from text to its declared type."""

    name: str
    """As SQL names it: assignee.id."""
    type: str
    text: str
    """The SQL of its text, in a row called r."""

    @property
    def is_lost(self) -> str:
        """The SQL condition under which the text is no value of the type. DuckDB alone would read 1.5 as BIGINT 2."""
        misfit = f"{self.text} IS NOT NULL AND TRY_CAST({self.text} AS {self.type}) IS NULL"
        return f"({misfit} OR {self.is_fraction})" if self.type == "BIGINT" else f"({misfit})"

    @property
    def is_fraction(self) -> str:
        """The SQL condition under which the text is a number that is not whole."""
        as_double = f"TRY_CAST({self.text} AS DOUBLE)"
        return f"(contains({self.text}, '.') AND {as_double} <> trunc({as_double}))"


def counts(shape: Shape) -> str:
    """Return the query for each page's number of rows (NULL where they are missing), and its own count of all rows.

    `$firsts` tells for each page whether its own count is wanted.
    """
    path = text(shape.object_key or "$")
    told = f"CASE WHEN first THEN TRY_CAST(b ->> {text('$.' + shape.total_key)} AS BIGINT) END" if shape.total_key else "NULL"
    if shape.is_array:
        # An array length of 0 is an empty array, or no array at all.
        rows = f"CASE WHEN n > 0 OR json_type(b, {path}) = 'ARRAY' THEN n END"
    else:
        kind = "NOT NULL" if shape.rows_are_values else "NOT DISTINCT FROM 'OBJECT'"
        rows = f"CASE WHEN nullif(json_type(b, {path}), 'NULL') IS {kind} THEN 1 END"
    length = f"json_array_length(b, {path})" if shape.is_array else "NULL"
    return f"SELECT {rows}, {told} FROM (SELECT b, first, {length} AS n FROM ({_pages(', unnest($firsts) AS first')}))"


def insert(shape: Shape) -> str:
    """Return the statement that casts the rows into the relation; it fails for a value that does not fit.

    $p0, $p1, … are lists with a parameter's value for each page.
    """
    parameters = range(len(shape.parameters))
    columns = [quoted(f.name) for f in shape.fields] + [quoted(name) for name, _ in shape.parameters]
    values = ["r"] if shape.rows_are_values else [f"r.{quoted(f.name)}" for f in shape.fields]
    casts = [f"CAST({value} AS {f.type})" for value, f in zip(values, shape.fields, strict=True)]
    casts += [f"CAST(p{i} AS {kind})" for i, (_, kind) in enumerate(shape.parameters)]
    lists = "".join(f", unnest($p{i}::VARCHAR[]) AS p{i}" for i in parameters)
    carried = "".join(f", p{i}" for i in parameters)
    fractions = " OR ".join(s.is_fraction for s in scalars(shape) if s.type == "BIGINT")
    guard = f" WHERE NOT coalesce({fractions}, false) OR error('a number is not whole')::BOOLEAN" if fractions else ""
    return (
        f"INSERT INTO {quoted(shape.relation)} ({', '.join(columns)}) SELECT {', '.join(casts)} "
        f"FROM (SELECT unnest({_rows(shape)}) AS r{carried} FROM ({_parsed(shape, lists, carried)})){guard}"
    )


def misfits(shape: Shape, found: Sequence[Scalar]) -> str:
    """Return the query of one row with, for each scalar, a text that does not fit its type, or NULL."""
    columns = ", ".join(f"any_value({s.text}) FILTER ({s.is_lost})" for s in found)
    return f"SELECT {columns} FROM (SELECT unnest({_rows(shape)}) AS r FROM ({_parsed(shape)}))"


def _pages(lists: str = "") -> str:
    return f"SELECT unnest(string_split($bodies, chr({ord(SEPARATOR)}))) AS b{lists}"


def _parsed(shape: Shape, lists: str = "", carried: str = "") -> str:
    """Return the query of each page as j: nested structs with the rows at the end of the object key."""
    structure = _rows_structure(shape)
    for key in reversed(_keys(shape)):
        structure = {key: structure}
    return f"SELECT from_json(b, {text(json.dumps(structure))}) AS j{carried} FROM ({_pages(lists)})"


def _rows(shape: Shape) -> str:
    rows = ".".join(("j", *map(quoted, _keys(shape))))
    return rows if shape.is_array else f"[{rows}]"


def _keys(shape: Shape) -> list[str]:
    return shape.object_key.removeprefix("$").strip(".").split(".") if shape.object_key.strip("$.") else []


def scalars(shape: Shape) -> list[Scalar]:
    """Return every value that is cast, those inside structs included."""
    if shape.rows_are_values:
        return [Scalar(f.name, f.type, "r") for f in shape.fields if f.type in _CAST]
    return [scalar for each in shape.fields for scalar in _scalars("", "r", each.name, kind=each.type)]


def _scalars(path: str, row: str, name: str, *, kind: str) -> Iterator[Scalar]:
    path, row = f"{path}.{name}".lstrip("."), f"{row}.{quoted(name)}"
    if kind in _CAST:
        yield Scalar(path, kind, row)
    elif kind.startswith("STRUCT(") and kind.endswith(")"):
        for inner, inner_kind in struct_fields(kind):
            yield from _scalars(path, row, inner, kind=inner_kind)


def _rows_structure(shape: Shape) -> object:
    """Return from_json's structure of the rows, with text for every value that is cast."""
    if shape.rows_are_values:
        row: object = _as_text(shape.fields[0].type)
    else:
        row = {f.name: _as_text(f.type) for f in shape.fields}
    return [row] if shape.is_array else row


def _as_text(kind: str) -> str:
    return _CAST_INSIDE.sub(lambda match: match[1] or "VARCHAR", kind)


def struct_fields(kind: str) -> list[tuple[str, str]]:
    """Return names and types of the fields of STRUCT("a" BIGINT, "b" STRUCT(…))."""
    found = []
    for part in _split(kind[len("STRUCT(") : -1]):
        end = 1
        while part[end] != '"' or part[end : end + 2] == '""':
            end += 2 if part[end] == '"' else 1
        found.append((part[1:end].replace('""', '"'), part[end + 1 :].strip()))
    return found


def _split(inner: str) -> Iterator[str]:
    """Cut at the commas that are in no parentheses and no quotes."""
    start = depth = 0
    is_quoted = False
    for at, char in enumerate(inner):
        if char == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            depth += (char == "(") - (char == ")")
            if char == "," and depth == 0:
                yield inner[start:at].strip()
                start = at + 1
    yield inner[start:].strip()


def text(value: str) -> str:
    """Return a string literal."""
    return "'" + value.replace("'", "''") + "'"
