"""Materialized views: tables whose comment holds the query and the time at which it was asked.

Any DuckDB reads their rows; only stackduck can ask anew. The rows are replaced at once or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackduck.engine.results import Result
from stackduck.engine.session import Session, quoted
from stackduck.frozen import frozen

_MARK = "stackduck materialized view, refreshed "
_COMMENT = re.compile(re.escape(_MARK) + r"\S+: (.*)\Z", re.DOTALL)
_FIND = """
    SELECT kind, comment, database_name = 'temp' FROM (
        SELECT 'table' AS kind, comment, database_name, schema_name, table_name, table_oid AS oid FROM duckdb_tables()
        UNION ALL
        SELECT 'view', comment, database_name, schema_name, view_name, view_oid FROM duckdb_views() WHERE NOT internal
    ) WHERE {conditions} ORDER BY database_name = 'temp' DESC, database_name = current_database() DESC, oid LIMIT 1
"""
_LIST = f"""
    SELECT
        CASE WHEN schema_name = 'main' THEN '' ELSE schema_name || '.' END || table_name AS name,
        CAST(regexp_extract(comment, 'refreshed (\\S+): ', 1) AS TIMESTAMPTZ) AS refreshed_at,
        estimated_size AS rows,
        regexp_extract(comment, 'refreshed \\S+: (.*)', 1, 's') AS query
    FROM duckdb_tables() WHERE starts_with(comment, '{_MARK}') ORDER BY ALL
"""


@frozen
class Found:
    """What has a name already."""

    kind: str
    """table, view or materialized view."""
    query: str = ""
    is_temporary: bool = False


def find(session: Session, name: Sequence[str]) -> Found | None:
    """Return what has a name, in any case; None where nothing has."""
    columns = ("database_name", "schema_name", "table_name")[-len(name) :]
    conditions = " AND ".join(f"lower({column}) = lower(${column})" for column in columns)
    rows = session.rows(_FIND.format(conditions=conditions), dict(zip(columns, name, strict=True)))
    if not rows:
        return None
    kind, comment, is_temporary = rows[0]
    kept = _COMMENT.match(comment or "")
    return Found("materialized view", kept[1], is_temporary) if kept else Found(kind)


def replace(session: Session, written: str, *, query: str, rows: str, is_temporary: bool) -> None:
    """Let a materialized view have the rows of a relation, and the query and this moment in its comment."""
    now = session.rows("SELECT strftime(CAST(now() AS TIMESTAMP), '%Y-%m-%dT%H:%M:%SZ')")[0][0]
    comment = f"{_MARK}{now}: {query}".replace("'", "''")
    kind = "TEMP TABLE" if is_temporary else "TABLE"
    with session.transaction():
        session.rows(f"CREATE OR REPLACE {kind} {written} AS FROM temp.{quoted(rows)}")
        session.rows(f"COMMENT ON TABLE {written} IS '{comment}'")


def listed(session: Session) -> Result:
    """Return name, refreshed_at, rows and query of every materialized view."""
    return session.run(_LIST, is_query=True)
