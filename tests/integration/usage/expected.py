"""What SELECT * must give for rows of JSON: each value as its documented type, what does not fit in `extra`.

The arrays of which the child tables are made are listed here once more: a document that names a wrong one fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import duckdb
from duckdb.sqltypes import DuckDBPyType

from stackduck.catalog.names import Catalog

from ...usage_oracle import KEYS, Row, Usage

_TOTALS = {
    "ides": "totals_by_ide",
    "features": "totals_by_feature",
    "language_features": "totals_by_language_feature",
    "language_models": "totals_by_language_model",
    "model_features": "totals_by_model_feature",
    "3rd_party_agents": "totals_by_3rd_party_agent",
    "skills": "totals_by_skill",
    "custom_agents": "totals_by_custom_agent",
    "mcps": "totals_by_mcp",
    "slash_cmds": "totals_by_slash_cmd",
    "plugins": "totals_by_plugin",
}
_COMMENTS = "pull_requests.copilot_suggestions_by_comment_type"
PARENTS = {"user_days": "users", "entity_days": "entity", "user_team_days": "user_teams", "repo_days": "repos"}
"""The tables of whole rows, and their reports."""
CHILDREN = {
    **{f"user_day_{name}": ("users", array) for name, array in _TOTALS.items()},
    **{f"entity_day_{name}": ("entity", array) for name, array in _TOTALS.items()},
    "entity_day_ai_adoption_phases": ("entity", "totals_by_ai_adoption_phase"),
    "entity_day_copilot_suggestions_by_comment_types": ("entity", _COMMENTS),
    "repo_day_copilot_suggestions_by_comment_types": ("repos", _COMMENTS),
    "repo_day_pull_request_review_times": ("repos", "pull_request_review_times"),
}
"""The tables of elements, with their reports and arrays."""
OTHERS = ("feature_engagement_windows", "seats", "report_days")
BY_DAY = (*PARENTS, *CHILDREN)
FILE_FIELDS = ("report_start_day", "report_end_day")
"""Fields that belong to a file, not to a day."""

_EXTRA = "extra"
Columns = Mapping[str, str]


def columns(catalog: Catalog, table: str, scope: str) -> Columns:
    """Return the documented columns of a table and their types."""
    methods = catalog.resource("github", "copilot_usage", table).methods_for("select")
    method = next(each for each in methods if scope in each.required)
    return {column.name: column.type for column in method.columns}


def rows(table: str, usage: Usage, documented: Columns) -> list[Row]:
    """Return the rows of a table, a value for each documented column."""
    return [_typed_row(row, documented) for row in plain_rows(table, usage)]


def plain_rows(table: str, usage: Usage) -> list[Row]:
    """Return the rows of a table as JSON has them; those of a child have the keys of their parent too."""
    if table in PARENTS:
        return list(getattr(usage, PARENTS[table]))
    report, array = CHILDREN[table]
    pairs = ((row, each) for row in getattr(usage, report) for each in _elements(row, array))
    return [{name: row[name] for name in KEYS if name in row} | each for row, each in pairs]


def plain(kind: str) -> str:
    """Return a documented type as DuckDB writes it."""
    return str(duckdb.sqltype(kind))


def _elements(row: Row, path: str) -> list[Row]:
    value: Any = row
    for name in path.split("."):
        value = (value or {}).get(name)
    return value or []


def _typed_row(row: Row, documented: Columns) -> Row:
    types = {name: duckdb.sqltype(kind) for name, kind in documented.items()}
    typed_values = {name: typed(row.get(name), kind) for name, kind in types.items()}
    if _EXTRA in types:
        typed_values[_EXTRA] = left_over(row, {name: kind for name, kind in types.items() if name != _EXTRA}) or None
    return typed_values


def typed(value: Any, kind: DuckDBPyType) -> Any:
    """Return a JSON value as a value of a DuckDB type, None where it does not fit."""
    match kind.id:
        case "list":
            element = _child(kind)
            return [typed(each, element) for each in value] if isinstance(value, list) else None
        case "struct":
            found = value if isinstance(value, dict) else None
            return None if found is None else {name: typed(found.get(name), own) for name, own in _fields(kind).items()}
        case "bigint":
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case "double":
            return None if value is None else float(value)
        case "boolean":
            return value if isinstance(value, bool) else None
        case "date":
            return date.fromisoformat(value) if isinstance(value, str) else value
        case "timestamp with time zone":
            return None if value is None else datetime.fromisoformat(value)
        case _:
            return value


def left_over(value: Row, types: Mapping[str, DuckDBPyType], before: str = "") -> Row:
    """Return by dotted path what of an object no type has a place for; of an array's elements, a list."""
    found: Row = {}
    for name, each in value.items():
        if not before and name in FILE_FIELDS:
            continue
        kind, at = types.get(name), before + name
        if kind is None or (each is not None and typed(each, kind) is None):
            found[at] = each
        elif kind.id == "struct" and each is not None:
            found |= left_over(each, _fields(kind), f"{at}.")
        elif kind.id == "list" and each is not None and _child(kind).id == "struct":
            found |= _of_elements(each, _fields(_child(kind)), f"{at}.")
    return found


def _of_elements(values: Iterable[Row], types: Mapping[str, DuckDBPyType], before: str) -> Row:
    each = [left_over(value, types, before) for value in values]
    names = dict.fromkeys(name for one in each for name in one)
    return {name: [one.get(name) for one in each] for name in names}


def _fields(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    return {name: child for name, child in kind.children if isinstance(child, DuckDBPyType)}


def _child(kind: DuckDBPyType) -> DuckDBPyType:
    return _fields(kind)["child"]


def fetched(cursor: Any) -> list[Row]:
    """Return a cursor's rows by column name, with `extra` as the object that its JSON says."""
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{**row, _EXTRA: json.loads(row[_EXTRA])} if row.get(_EXTRA) else row for row in found]


def in_order(found: Iterable[Row]) -> list[str]:
    """Return rows as lines of text, sorted: equal where the rows are."""
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in found)
