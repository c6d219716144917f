"""Views over provider tables, kept in the user's database as DuckDB views that refuse to be read without stackduck.

The stub has the view's name and columns, so that SHOW TABLES, DROP VIEW, transactions and files treat it as any view;
its comment holds the text that is planned in its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackduck.engine.session import Session, quoted

_MARK = "stackduck view: "
_REFUSAL = "this view reads from GitHub; open the database with stackduck, and give no other table its name"
_LISTING = """
    SELECT lower(view_name), any_value(comment)
    FROM (
        SELECT view_name, comment FROM duckdb_views() WHERE NOT internal
        UNION ALL SELECT table_name, NULL FROM duckdb_tables()
    )
    GROUP BY lower(view_name) HAVING count(*) = 1
"""
_COUNT = "SELECT count(*) FROM duckdb_views()"


def known(session: Session) -> dict[str, str]:
    """Return the text of every provider view by its lower-case name, where no other table has that name."""
    rows = session.rows(_LISTING)
    return {name: comment.removeprefix(_MARK) for name, comment in rows if comment and comment.startswith(_MARK)}


def create(session: Session, head: str, name: str, *, text: str, columns: Sequence[tuple[str, str]]) -> None:
    """Create the stub of a view; `head` is the user's CREATE … VIEW … AS."""
    listed = ", ".join(f"CAST(refused AS {kind}) AS {quoted(column)}" for column, kind in columns)
    body = f"SELECT {listed} FROM (SELECT error('{_REFUSAL}') AS refused) WHERE refused IS NULL"
    before = session.rows(_COUNT)
    session.rows(f"{head} {body}")
    words = head.upper().split()
    if "REPLACE" in words or "EXISTS" not in words or session.rows(_COUNT) != before:
        comment = (_MARK + text).replace("'", "''")
        session.rows(f"COMMENT ON VIEW {name} IS '{comment}'")
