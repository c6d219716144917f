"""The rows of one statement, kept as they are read, so that they can be shown again in another form."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

from stackduck.errors import NotSupportedError
from stackduck.output.results import BATCH, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.dbapi import Cursor

KEPT = 100_000
"""Rows that are kept; those after them are shown once."""
PATIENCE = 1.0
"""Seconds that reading the rows takes at most that the user did not look at."""


class Answer:
    """A result: what has been read of it, and where the rest comes from."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._rows: list[Row] = []
        self.description: Sequence[Sequence[Any]] = cursor.description or ()
        """The columns: name first, then a type whose text is DuckDB's."""
        self.count = 0
        """The rows that were read."""
        self.seconds = cursor.stats.seconds
        """What running the statement and reading its rows took."""
        self.is_whole = False
        """Whether every row was read."""
        self._is_closed = False

    def rows(self) -> Rows:
        """Return the rows from the first. Raises NotSupportedError where they are not all there any more."""
        if self.count > len(self._rows):
            raise NotSupportedError(f"only the first {KEPT:,} rows of an answer are kept; run the statement again")
        return Rows(self)

    def take(self, start: int, size: int) -> Sequence[Row]:
        """Return rows from a place on, reading them where they were not read yet; none at the end."""
        if start < len(self._rows):
            return self._rows[start : start + size]
        return [] if self.is_whole or self._is_closed else self._read(size)

    def write_parquet(self, path: str) -> int:
        """Write all rows to a Parquet file and return their number; they must not have been read."""
        started = perf_counter()
        self.count = self._cursor.write_parquet(path)
        self.is_whole = True
        self.seconds += perf_counter() - started
        return self.count

    @property
    def kept(self) -> Sequence[Row]:
        """The rows that were read, as far as they are kept."""
        return self._rows

    def settle(self) -> None:
        """Free the connection: read the rest where that is soon done, and give up what is left."""
        until = perf_counter() + PATIENCE
        while not self.is_whole and self.count < KEPT and perf_counter() < until:
            self._read(BATCH)
        self.close()

    def close(self) -> None:
        """Read no more of the rows; those that were read stay."""
        self._is_closed = True
        self._cursor.close()

    def _read(self, size: int) -> Sequence[Row]:
        started = perf_counter()
        rows = self._cursor.fetchmany(size)
        self.seconds += perf_counter() - started
        self._rows += rows[: KEPT - len(self._rows)]
        self.count += len(rows)
        self.is_whole = not rows
        return rows


class Rows:
    """One passage through an answer, as every format reads one."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._at = 0
        self.description = answer.description

    def fetchmany(self, size: int = BATCH, /) -> Sequence[Row]:
        """Hand over the next rows; none at the end."""
        rows = self._answer.take(self._at, size)
        self._at += len(rows)
        return rows
