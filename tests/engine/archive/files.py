"""Parquet files as ingestion makes them, a few rows each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from stackduck.engine.archive import footers

FETCHED = datetime(2026, 2, 4, 6, 15, tzinfo=UTC)
ROWS = (
    "SELECT i AS user_id, 'user-' || i AS user_login, i % 3 = 0 AS used_chat, "
    "[{{'ide': 'vim', 'added': i}}, {{'ide': 'emacs', 'added': NULL}}] AS totals_by_ide, NULL::JSON AS extra "
    "FROM range({first}, {first} + {rows}) t(i)"
)


def about(fetched_at: datetime = FETCHED, **fields: object) -> Mapping[str, object]:
    """Return what ingestion says of a file."""
    said = {"format": 1, "report": "users", "fetched_at": fetched_at.isoformat(timespec="seconds")}
    return said | {"parts": 1, "columns": "abc", "bytes": 700, "doubles": 0, "unknown_fields": ["news"]} | fields


def written(path: Path, *, rows: int = 3, first: int = 0, group: int = 2048) -> Path:
    """Write a Parquet file that says nothing of itself yet."""
    query = ROWS.format(first=first, rows=rows)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE {group})")
    return path


def sealed(path: Path, *, rows: int = 3, fetched_at: datetime = FETCHED, **fields: object) -> Path:
    """Write a Parquet file as ingestion leaves it."""
    footers.seal(written(path, rows=rows), about(fetched_at, **fields), rows=rows)
    return path


def rows_of(*paths: Path) -> list[tuple[object, ...]]:
    """Read the rows of files as anybody would, in their order."""
    listed = [str(path) for path in paths]
    with duckdb.connect() as connection:
        read = "SELECT * FROM read_parquet($files, hive_partitioning = false, file_row_number = true) ORDER BY ALL"
        return connection.execute(read, {"files": listed}).fetchall()
