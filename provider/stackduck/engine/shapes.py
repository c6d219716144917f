"""The SQL that turns pages of JSON into rows of declared types, and that finds what did not fit.

Only text is made here. Every statement takes `$bodies`, a list of JSON texts, one a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from stackduck.engine.session import quoted

_CHECKED = frozenset({"BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMPTZ"})


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
class Check:
    """A value that from_json may lose without a word."""

    path: str
    """JSON path of the value in a row: $."assignee"."id"."""
    type: str
    column: str
    """The SQL of the value that was read, in a struct called r."""

    @property
    def name(self) -> str:
        """The value as SQL names it: assignee.id."""
        return self.path.removeprefix("$.").replace('"', "")


def insert(shape: Shape) -> str:
    """Return the statement that fills the relation; $p0, $p1, … are lists with a parameter's value for each page."""
    columns = [quoted(f.name) for f in shape.fields] + [quoted(name) for name, _ in shape.parameters]
    lists = "".join(f", unnest($p{i}::VARCHAR[]) AS p{i}" for i in range(len(shape.parameters)))
    carried = "".join(f", p{i}" for i in range(len(shape.parameters)))
    values = ["r"] if shape.rows_are_values else [f"r.{quoted(f.name)}" for f in shape.fields]
    values += [f"CAST(p{i} AS {kind})" for i, (_, kind) in enumerate(shape.parameters)]
    return (
        f"INSERT INTO {quoted(shape.relation)} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM (SELECT unnest({_rows(shape, _structure(shape))}) AS r{carried} "
        f"FROM (SELECT {_located(shape)} AS v{carried} FROM (SELECT unnest($bodies::JSON[]) AS b{lists})))"
    )


def kinds(shape: Shape) -> str:
    """Return the query for each page's kind of value at the rows' place, number of rows, and own count of all rows."""
    total = f"TRY_CAST(b ->> {text('$.' + shape.total_key)} AS BIGINT)" if shape.total_key else "NULL"
    return (
        "SELECT json_type(v), CASE json_type(v) WHEN 'ARRAY' THEN json_array_length(v) ELSE 1 END, t FROM "
        f"(SELECT {_located(shape)} AS v, {total} AS t FROM (SELECT unnest($bodies::JSON[]) AS b))"
    )


def losses(shape: Shape, checks: Sequence[Check]) -> str:
    """Return the query of one row with, for each check, a value that did not fit, or NULL."""
    paths = "[" + ", ".join(text(check.path) for check in checks) + "]"
    found = ", ".join(f"any_value(s[{i}]) FILTER ({_is_lost(check, f's[{i}]')})" for i, check in enumerate(checks, 1))
    return (
        f"SELECT {found} FROM (SELECT from_json(x, {text(_structure(shape))}) AS r, json_extract_string(x, {paths}) AS s "
        f"FROM (SELECT unnest({_rows(shape, json.dumps('JSON'))}) AS x "
        f"FROM (SELECT {_located(shape)} AS v FROM (SELECT unnest($bodies::JSON[]) AS b))))"
    )


def checks(shape: Shape) -> list[Check]:
    """Return every value to check, those inside structs included; text fits whatever comes."""
    if shape.rows_are_values:
        return []
    return [check for each in shape.fields for check in _checks("$", "r", each.name, kind=each.type)]


def _checks(path: str, column: str, name: str, *, kind: str) -> Iterator[Check]:
    path, column = f'{path}."{name}"', f"{column}.{quoted(name)}"
    if kind in _CHECKED:
        yield Check(path, kind, column)
    elif kind.startswith("STRUCT(") and kind.endswith(")"):
        for inner, inner_kind in struct_fields(kind):
            yield from _checks(path, column, inner, kind=inner_kind)


def _is_lost(check: Check, raw: str) -> str:
    lost = f"{raw} IS NOT NULL AND {check.column} IS NULL"
    if check.type != "BIGINT":
        return lost
    # DuckDB reads 1.5 as the BIGINT 2.
    return f"{lost} OR TRY_CAST({raw} AS DOUBLE) <> CAST({check.column} AS DOUBLE)"


def _located(shape: Shape) -> str:
    return f"b -> {text(shape.object_key)}" if shape.object_key else "b"


def _rows(shape: Shape, structure: str) -> str:
    """Return the list of rows of v: its items where it is a list of rows, otherwise v alone."""
    alone = f"[from_json(v, {text(structure)})]"
    if shape.rows_are_values and not shape.is_array:
        return alone
    return f"CASE WHEN json_type(v) = 'ARRAY' THEN from_json(v, {text(f'[{structure}]')}) ELSE {alone} END"


def _structure(shape: Shape) -> str:
    if shape.rows_are_values:
        return json.dumps(shape.fields[0].type)
    return json.dumps({f.name: f.type for f in shape.fields})


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


