"""json_each as a subquery of SQLite's columns, over a list, an object of known fields, a map or JSON."""

from __future__ import annotations

from stackduck.frozen import frozen
from stackduck.sql.dialect.kinds import JSON, Kind
from stackduck.sql.dialect.paths import Value
from stackduck.sql.rewrite import literal

_ROW = '"stackduck each"'
_WHOLE = '"stackduck whole".value'
_TEXT = ("VARCHAR", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID", "BLOB", "INTERVAL", "ENUM")
_REAL = ("FLOAT", "DOUBLE", "DECIMAL")
_FIELD = f"""'.' || CASE WHEN regexp_full_match({_ROW}.key, '\\w+') THEN {_ROW}.key ELSE '"' || {_ROW}.key || '"' END"""
_ELEMENT = f"'[' || {_ROW}.key || ']'"
_MAP = f"CAST({_WHOLE} AS MAP(VARCHAR, JSON))"
_JSON_KIND = f"""CASE json_type({_ROW}.item) WHEN 'VARCHAR' THEN 'text' WHEN 'DOUBLE' THEN 'real'
    WHEN 'BOOLEAN' THEN CAST({_ROW}.item AS VARCHAR) WHEN 'ARRAY' THEN 'array' WHEN 'OBJECT' THEN 'object'
    WHEN 'NULL' THEN 'null' ELSE 'integer' END"""


@frozen
class _Rows:
    """What the rows of one value are made of."""

    keys: str
    """A list; the elements' numbers where it is empty."""
    items: str
    item: Kind
    place: str
    """What a row adds to the path."""


def query(value: Value, path: str) -> str:
    """Return the query that stands for json_each(value, path)."""
    rows = _rows(value.kind)
    item = f"{_ROW}.item"
    text = f"json_extract_string({item}, '$')" if rows.item == JSON else item
    kind = _kind(rows.item)
    columns = (
        f'{_ROW}.key AS "key"',
        f'{text} AS "value"',
        f"CASE WHEN {item} IS NULL THEN 'null' ELSE {kind} END AS \"type\"",
        f"CASE WHEN {kind} IN ('array', 'object') THEN NULL ELSE {text} END AS \"atom\"",
        f'{_ROW}.id AS "id"',
        'CAST(NULL AS BIGINT) AS "parent"',
        f'{literal(path)} || {rows.place} AS "fullkey"',
        f'{literal(path)} AS "path"',
    )
    keys = f"unnest({rows.keys})" if rows.keys else f"generate_subscripts({rows.items}, 1) - 1"
    inner = (
        f"{_WHOLE} AS whole",
        f"{keys} AS key",
        f"unnest({rows.items}) AS item",
        f"generate_subscripts({rows.items}, 1) AS id",
    )
    whole = f"CAST({value.text} AS JSON)" if value.kind == JSON else value.text
    source = f'(SELECT {whole} AS value) AS "stackduck whole"'
    return f"SELECT {', '.join(columns)} FROM (SELECT {', '.join(inner)} FROM {source}) AS {_ROW}"


def _rows(kind: Kind) -> _Rows:
    if kind.name == "LIST" and kind.item:
        return _Rows("", _WHOLE, kind.item, _ELEMENT)
    if kind.name == "MAP" and kind.item:
        return _Rows(f"map_keys({_WHOLE})", f"map_values({_WHOLE})", kind.item, _FIELD)
    if kind.name == "STRUCT":
        return _fields(kind)
    return _Rows(
        f"""CASE WHEN {_WHOLE} IS NULL THEN NULL ELSE CASE json_type({_WHOLE}) WHEN 'ARRAY' THEN
            list_transform(range(CAST(json_array_length({_WHOLE}) AS BIGINT)), lambda i: CAST(i AS VARCHAR))
            WHEN 'OBJECT' THEN map_keys({_MAP}) ELSE [CAST(NULL AS VARCHAR)] END END""",
        f"""CASE WHEN {_WHOLE} IS NULL THEN NULL ELSE CASE json_type({_WHOLE}) WHEN 'ARRAY' THEN
            from_json({_WHOLE}, '["JSON"]') WHEN 'OBJECT' THEN map_values({_MAP})
            ELSE [{_WHOLE}] END END""",
        JSON,
        f"CASE json_type({_ROW}.whole) WHEN 'ARRAY' THEN {_ELEMENT} WHEN 'OBJECT' THEN {_FIELD} ELSE '' END",
    )


def _fields(kind: Kind) -> _Rows:
    """Return the rows of an object: its fields' type where they have one in common, else JSON."""
    kinds = {field for _, field in kind.fields}
    common = kinds.pop() if len(kinds) == 1 else JSON
    items = [f"{_WHOLE}[{literal(name)}]" for name, _ in kind.fields]
    listed = ", ".join(items if common != JSON or not kinds else [f"to_json({item})" for item in items])
    names = ", ".join(literal(name) for name, _ in kind.fields)
    is_there = f"CASE WHEN {_WHOLE} IS NULL THEN NULL ELSE "
    return _Rows(f"{is_there}[{names}] END", f"{is_there}[{listed}] END", common, _FIELD)


def _kind(item: Kind) -> str:
    """Return the expression of SQLite's name for a value's type."""
    if item == JSON:
        return _JSON_KIND
    if item.name == "BOOLEAN":
        return f"CAST({_ROW}.item AS VARCHAR)"
    if item.name in ("STRUCT", "MAP"):
        return "'object'"
    if item.name == "LIST":
        return "'array'"
    return "'text'" if item.name in _TEXT else "'real'" if item.name in _REAL else "'integer'"
