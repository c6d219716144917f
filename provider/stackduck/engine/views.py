"""Views over provider tables, kept in the user's database as DuckDB views that refuse to be read without stackduck.

The stub has the view's name and columns, so that SHOW TABLES, DROP VIEW, transactions and files treat it as any view;
its comment holds the text that is planned in its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackduck.engine.session import Session, quoted

_MARK = "stackduck view: "
_LISTING = "SELECT lower(view_name), comment FROM duckdb_views() WHERE NOT internal AND comment IS NOT NULL"


def known(session: Session) -> dict[str, str]:
    """Return the text of every provider view by its lower-case name."""
    rows = session.rows(_LISTING)
    return {name: comment.removeprefix(_MARK) for name, comment in rows if comment.startswith(_MARK)}


def create(session: Session, head: str, name: str, *, text: str, columns: Sequence[tuple[str, str]]) -> None:
    """Create the stub of a view; `head` is the user's CREATE … VIEW … AS. All or nothing."""
    refusal = "this view reads from GitHub; open the database with stackduck"
    listed = ", ".join(f"CAST(refused AS {kind}) AS {quoted(column)}" for column, kind in columns)
    body = f"SELECT {listed} FROM (SELECT error('{refusal}') AS refused) WHERE refused IS NULL"
    exists = session.rows(_LISTING.replace(", comment", "", 1).replace(" AND comment IS NOT NULL", ""))
    session.rows(f"{head} {body}")
    bare = name.split(".")[-1].strip('"').lower()
    if (bare,) not in exists or "REPLACE" in head.upper().split():
        comment = (_MARK + text).replace("'", "''")
        session.rows(f"COMMENT ON VIEW {name} IS '{comment}'")
