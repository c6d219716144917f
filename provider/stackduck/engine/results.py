"""The rows of one statement, streamed from DuckDB until somebody else needs the connection."""

from __future__ import annotations

from collections import deque
from threading import RLock
from typing import Any

import duckdb

from stackduck.engine.failures import translated

Row = tuple[Any, ...]
_READERS = frozenset(
    "SELECT WITH FROM VALUES TABLE DESCRIBE SHOW SUMMARIZE PIVOT UNPIVOT CALL PRAGMA EXECUTE EXPLAIN".split()
)


class Result:
    """One statement's rows. They stay in DuckDB until fetched, or until another statement takes the connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, lock: RLock, *, keyword: str) -> None:
        self._connection = connection
        self._lock = lock
        self._kept: deque[Row] = deque()
        self._is_open = True
        columns = connection.description
        description = columns or None
        first = columns[0] if columns and len(columns) == 1 else None
        self.changed = -1
        """Rows that the statement changed, or -1 where it changes none."""
        if first and first[0] == "Success" and str(first[1]) == "BOOLEAN" and keyword not in _READERS:
            description = None
        elif first and first[0] == "Count" and str(first[1]) == "BIGINT" and keyword not in _READERS:
            description = None
            counted = self.take(None)
            self.changed = counted[0][0] if counted else -1
        self.description = description
        """DuckDB's 7-tuples, or None for a statement that gives no rows."""
        if description is None:
            self._is_open = False

    @property
    def is_open(self) -> bool:
        """Whether rows may still be in DuckDB."""
        return self._is_open

    def take(self, count: int | None) -> list[Row]:
        """Return the next `count` rows, all that are left for None; fewer, or none, at the end."""
        with self._lock:
            kept = len(self._kept) if count is None else min(count, len(self._kept))
            rows = [self._kept.popleft() for _ in range(kept)]
            wanted = None if count is None else count - kept
            if self._is_open and wanted != 0:
                with translated():
                    more = self._connection.fetchall() if wanted is None else self._connection.fetchmany(wanted)
                rows += more
                self._is_open = bool(more) and wanted is not None
            return rows

    def detach(self) -> None:
        """Keep what is left, so that the connection is free for another statement."""
        if self._is_open:
            with translated():
                self._kept.extend(self._connection.fetchall())
            self._is_open = False

    def close(self) -> None:
        """Forget what is left."""
        self._kept.clear()
        self._is_open = False

