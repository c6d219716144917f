"""The rows of one statement, streamed from DuckDB until somebody else needs the connection."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import RLock
from typing import Any

from stackduck.engine.failures import translated
from stackduck.engine.native import duckdb
from stackduck.errors import DatabaseError, Error, OperationalError

Row = tuple[Any, ...]
_NO_ROWS = ("Success", "BOOLEAN")
_AHEAD = 1_000
_COUNT = ("Count", "BIGINT")


class Result:
    """One statement's rows. They stay in DuckDB until fetched, or until another statement takes the connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, lock: RLock, *, is_change: bool) -> None:
        self._connection = connection
        self._lock = lock
        self._kept: deque[Row] = deque()
        self._failure: Error | None = None
        self._explain: Callable[[], Sequence[str]] = tuple
        self._is_open = True
        self.is_closed = False
        """Whether its cursor has gone on without it."""
        self.is_fresh = True
        """Whether no row has been taken yet."""
        columns = connection.description or []
        told = [(name, str(kind)) for name, kind, *_ in columns] if is_change else []
        self.changed = -1
        """Rows that the statement changed, or -1 where it changes none."""
        if told == [_COUNT]:
            counted = self.take(None)
            self.changed = counted[0][0] if counted else -1
        self.description = None if told in ([_COUNT], [_NO_ROWS]) else columns or None
        """DuckDB's 7-tuples, or None for a statement that gives no rows."""
        if self.description is None:
            self._is_open = False

    @property
    def is_open(self) -> bool:
        """Whether rows may still be in DuckDB."""
        return self._is_open

    def take(self, count: int | None) -> list[Row]:
        """Return the next `count` rows, all that are left for None; fewer, or none, at the end."""
        with self._lock:
            self.is_fresh = False
            kept = len(self._kept) if count is None else min(count, len(self._kept))
            rows = [self._kept.popleft() for _ in range(kept)]
            wanted = None if count is None else count - kept
            if wanted == 0:
                return rows
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            return rows + self._fetch(wanted) if self._is_open else rows

    def next(self) -> Row | None:
        """Return the next row, or None at the end; those after it are read ahead, and lost to nobody."""
        with self._lock:
            if not self._kept and self._is_open:
                self.is_fresh = False
                self._kept.extend(self._fetch(_AHEAD))
            rows = self.take(1)
            return rows[0] if rows else None

    def put_back(self, rows: Sequence[Row]) -> None:
        """Have rows again that were the last ones taken."""
        with self._lock:
            self._kept.extendleft(reversed(rows))

    def read_ahead(self, count: int) -> None:
        """Keep at least so many rows at hand, if there are; nobody has taken them yet."""
        with self._lock:
            while self._is_open and len(self._kept) <= count:
                self._kept.extend(self._fetch(count + 1 - len(self._kept)))

    def begin(self, *, explain: Callable[[], Sequence[str]]) -> None:
        """Read the first rows ahead, so that what fails at once fails now; `explain` tells why it fails later."""
        self.read_ahead(1)
        self._explain = explain

    def detach(self) -> None:
        """Keep what is left, so that the connection is free for another statement."""
        if self._is_open:
            try:
                self._kept.extend(self._fetch(None))
            except Error as exc:
                # It belongs to whoever reads these rows, not to the other statement.
                self._failure = exc

    def close(self) -> None:
        """Forget what is left, for good."""
        self.is_closed = True
        self.clear()

    def clear(self) -> None:
        """Forget what is left: somebody else has taken it."""
        self._kept.clear()
        self._failure = None
        self._is_open = False

    def kept(self) -> list[Row]:
        """Return the rows that have stepped aside, without taking them."""
        if self._failure is not None:
            raise self._failure
        return list(self._kept)

    def _fetch(self, count: int | None) -> list[Row]:
        try:
            with translated():
                rows = self._connection.fetchall() if count is None else self._connection.fetchmany(count)
        except DatabaseError as exc:
            self._is_open = False
            if causes := self._explain():
                raise OperationalError(f"{'; '.join(causes)}; run the statement again, which fetches it anew") from exc
            raise
        except BaseException:
            self._is_open = False
            raise
        self._is_open = bool(rows) and count is not None
        return rows
