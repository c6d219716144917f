"""Pages of JSON become the rows of a typed relation; DuckDB parses, Python never looks inside.

Truth is checked beside speed: rows where the document says they are, values that fit their types, as many rows as
GitHub itself counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from stackduck.engine.session import Session, quoted
from stackduck.errors import DataError, OperationalError

_BATCH_BYTES = 4_000_000
_CHECKED = ("BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMPTZ")
_STRUCT = re.compile(r"STRUCT\(.*\)\Z", re.DOTALL)


class Field(Protocol):
    """A documented field."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Shape:
    """How the body of a call becomes rows."""

    relation: str
    resource: str
    fields: Sequence[Field]
    """Those that the statement may read, in the document's order; never empty."""
    parameters: Sequence[tuple[str, str]] = ()
    """Column name and DuckDB type of the parameters."""
    object_key: str = ""
    total_key: str = ""


@dataclass(slots=True)
class _Counts:
    total: int | None = None
    rows: int = 0


@dataclass(slots=True)
class Loader:
    """Loads the pages of the calls of one relation."""

    session: Session
    shape: Shape
    pending: list[tuple[int, str]] = field(default_factory=list)
    size: int = 0
    counts: dict[int, _Counts] = field(default_factory=dict)
    values: dict[int, Mapping[str, str]] = field(default_factory=dict)

    def add(self, call: int, body: bytes, *, values: Mapping[str, str]) -> None:
        """Take one page of a call whose parameters have these values, by column name."""
        self.values[call] = values
        self.pending.append((call, body.decode("utf-8", "strict")))
        self.size += len(body)
        if self.size >= _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Insert what is pending."""
        pending, self.pending, self.size = self.pending, [], 0
        if not pending:
            return
        bodies = [body for _, body in pending]
        self._check_shape(pending)
        parameters: dict[str, object] = {"bodies": bodies}
        for i, (column, _) in enumerate(self.shape.parameters):
            parameters[f"p{i}"] = [self.values[call].get(column) for call, _ in pending]
        self.session.rows(insert_sql(self.shape), parameters)
        self._check_values(bodies)

    def finish(self, complete: Mapping[int, str]) -> None:
        """Insert the rest and compare with GitHub's own count, for the calls of which all pages came.

        `complete` has, for each of them, how to name it in an error.
        """
        self.flush()
        for call, name in complete.items():
            counts = self.counts.get(call)
            if counts and counts.total is not None and counts.rows < counts.total:
                raise OperationalError(
                    f"{self.shape.resource}: GitHub counts {counts.total:,} rows ({self.shape.total_key}) for {name} "
                    f"but gave {counts.rows:,}; run it again, or ask for less at once",
                    resource=self.shape.resource,
                )

    def _check_shape(self, pending: Sequence[tuple[int, str]]) -> None:
        """Find bodies without rows where they should be, and count."""
        key = _path(self.shape.object_key)
        total = f"TRY_CAST(b ->> {_path(self.shape.total_key)!r} AS BIGINT)" if self.shape.total_key else "NULL"
        sql = (
            f"SELECT json_type(b, {key!r}), CASE json_type(b, {key!r}) WHEN 'ARRAY' THEN json_array_length(b, {key!r}) "
            f"ELSE 1 END, {total} FROM (SELECT unnest($bodies::JSON[]) AS b)"
        )
        try:
            kinds = self.session.rows(sql, {"bodies": [body for _, body in pending]})
        except Exception as exc:
            raise DataError(f"{self.shape.resource}: GitHub's answer is no JSON; run it again") from exc
        for (call, body), (kind, rows, total_rows) in zip(pending, kinds, strict=True):
            if kind not in ("ARRAY", "OBJECT"):
                where = f"no rows at {self.shape.object_key}" if self.shape.object_key else f"a {kind or 'NULL'} body"
                raise DataError(f"{self.shape.resource}: GitHub's answer has {where}; the document expects an object or an array")
            counts = self.counts.setdefault(call, _Counts())
            counts.rows += rows
            counts.total = total_rows if total_rows is not None else counts.total

    def _check_values(self, bodies: list[str]) -> None:
        """Find values that were lost because they do not fit their declared type."""
        checks = list(_checks(self.shape.fields))
        if not checks:
            return
        paths = [path for path, _, _ in checks]
        tests = ", ".join(f"list_any_value([CASE WHEN {test} THEN s[{i + 1}] END])" for i, (_, _, test) in enumerate(_numbered(checks)))
        sql = (
            f"SELECT {', '.join(f'any_value(t[{i + 1}])' for i in range(len(checks)))} FROM (SELECT [{tests}] AS t FROM ("
            f"SELECT x, {_from_json('x', self.shape.fields)} AS r, json_extract_string(x, {_sql_list(paths)}) AS s "
            f"FROM ({_items('JSON', self.shape.object_key)})))"
        )
        found = self.session.rows(sql, {"bodies": bodies})[0]
        for (path, kind, _), value in zip(checks, found, strict=True):
            if value is not None:
                raise DataError(
                    f"{self.shape.resource}: {_dotted(path)} is declared {kind}, but GitHub sent {str(value)[:40]!r}; "
                    "leave the column out of the statement, or correct the document"
                )


def insert_sql(shape: Shape) -> str:
    """Return the statement that inserts the rows of $bodies, with a list $p0, $p1, … for each parameter."""
    columns = [quoted(f.name) for f in shape.fields] + [quoted(name) for name, _ in shape.parameters]
    structure = _structure(shape.fields)
    key = _path(shape.object_key)
    at = f"b -> {key!r}" if shape.object_key else "b"
    lists = "".join(f", unnest($p{i}::VARCHAR[]) AS p{i}" for i in range(len(shape.parameters)))
    carried = "".join(f", p{i}" for i in range(len(shape.parameters)))
    fields = ", ".join(f"r.{quoted(f.name)}" for f in shape.fields)
    casts = "".join(f", CAST(p{i} AS {kind})" for i, (_, kind) in enumerate(shape.parameters))
    is_list = f"json_type(v) = 'ARRAY'"
    rows = (
        f"CASE WHEN {is_list} THEN from_json(v, {_text(f'[{structure}]')}) ELSE [from_json(v, {_text(structure)})] END"
    )
    if is_scalar(shape.fields):
        rows = f"list_transform(from_json(v, '[\"{shape.fields[0].type}\"]'), lambda e: {{'{shape.fields[0].name}': e}})"
    return (
        f"INSERT INTO {quoted(shape.relation)} ({', '.join(columns)}) SELECT {fields}{casts} FROM ("
        f"SELECT unnest({rows}) AS r{carried} FROM (SELECT {at} AS v{carried} FROM ("
        f"SELECT unnest($bodies::JSON[]) AS b{lists})))"
    )


def is_scalar(fields: Sequence[Field]) -> bool:
    """Tell whether rows are bare values, which StackQL gives in a column called column_anon."""
    return len(fields) == 1 and fields[0].name == "column_anon"


def _structure(fields: Iterable[Field]) -> str:
    return json.dumps({f.name: f.type for f in fields})


def _from_json(expression: str, fields: Sequence[Field]) -> str:
    return f"from_json({expression}, {_text(_structure(fields))})"


def _items(kind: str, object_key: str) -> str:
    at = f"b -> {_path(object_key)!r}" if object_key else "b"
    return (
        f"SELECT unnest(CASE WHEN json_type(v) = 'ARRAY' THEN from_json(v, '[\"{kind}\"]') ELSE [v] END) AS x FROM "
        f"(SELECT {at} AS v FROM (SELECT unnest($bodies::JSON[]) AS b))"
    )


def _checks(fields: Sequence[Field]) -> Iterator[tuple[str, str, str]]:
    """Yield (JSON path, type, column) of every scalar that from_json may lose, structs inside structs included."""
    if is_scalar(fields):
        return
    for each in fields:
        yield from _checks_of("$", "r", each.name, each.type)


def _checks_of(path: str, column: str, name: str, kind: str) -> Iterator[tuple[str, str, str]]:
    path, column = f'{path}."{name}"', f"{column}.{quoted(name)}"
    if kind in _CHECKED:
        yield path, kind, column
    elif _STRUCT.match(kind):
        for inner, inner_kind in struct_fields(kind):
            yield from _checks_of(path, column, inner, inner_kind)


def _numbered(checks: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    for i, (path, kind, column) in enumerate(checks):
        lost = f"s[{i + 1}] IS NOT NULL AND ({column} IS NULL"
        yield path, kind, f"{lost} OR TRY_CAST(s[{i + 1}] AS DOUBLE) <> {column}::DOUBLE)" if kind == "BIGINT" else f"{lost})"


def struct_fields(kind: str) -> list[tuple[str, str]]:
    """Return names and types of a STRUCT("a" BIGINT, …)."""
    inner = kind[len("STRUCT(") : -1]
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(inner):
        end = at + 1
        while inner[end] != '"' or inner[end : end + 2] == '""':
            end += 2 if inner[end : end + 2] == '""' else 1
        name = inner[at + 1 : end].replace('""', '"')
        stop = _end_of_type(inner, end + 1)
        found.append((name, inner[end + 2 : stop]))
        at = stop + 2
    return found


def _end_of_type(text: str, at: int) -> int:
    depth, is_quoted = 0, False
    while at < len(text):
        char = text[at]
        if char == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            depth += (char == "(") - (char == ")")
            if char == "," and depth == 0:
                return at
        at += 1
    return at


def _path(object_key: str) -> str:
    if not object_key:
        return "$"
    return object_key if object_key.startswith("$") else f"$.{object_key}"


def _dotted(path: str) -> str:
    return path.removeprefix("$.").replace('"', "")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _sql_list(values: Iterable[str]) -> str:
    return "[" + ", ".join(_text(v) for v in values) + "]"
