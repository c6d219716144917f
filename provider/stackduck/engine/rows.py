"""Rows that Python holds, as a relation or as a statement's result; knows nothing of what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackduck.engine.results import Result
from stackduck.engine.session import ColumnTypes, Session, quoted

Row = Sequence[object]


def fill(session: Session, name: str, columns: ColumnTypes, rows: Iterable[Row]) -> None:
    """Create a relation that holds the rows; it lives until `discard`."""
    session.create(name, columns)
    query, lists = _query(columns, rows)
    session.rows(f"INSERT INTO {quoted(name)} {query}", lists)


def result(session: Session, columns: ColumnTypes, rows: Iterable[Row]) -> Result:
    """Return the rows as a statement's result."""
    query, lists = _query(columns, rows)
    return session.run(query, lists, is_query=True)


def _query(columns: ColumnTypes, rows: Iterable[Row]) -> tuple[str, dict[str, object]]:
    """Return a query of the rows, a list a column."""
    lists: dict[str, object] = {f"c{i}": [] for i in range(len(columns))}
    for i, values in enumerate(zip(*rows, strict=True)):
        lists[f"c{i}"] = list(values)
    listed = ", ".join(f"unnest($c{i}::{kind}[]) AS {quoted(name)}" for i, (name, kind) in enumerate(columns))
    return f"SELECT {listed}", lists
