"""The asyncio cursor: what a cursor has, awaited.

What is asked of DuckDB and of GitHub happens on the connection's thread; only what is at hand is told at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from stackduck.dbapi.aio.worker import Worker
from stackduck.dbapi.cursor import Cursor, Description
from stackduck.dbapi.runner import Stats
from stackduck.engine.results import Row
from stackduck.errors import InterfaceError
from stackduck.sql.variables import Values

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from stackduck.api.model import CallRecord, RateLimit
    from stackduck.dbapi.aio.connection import AsyncConnection
    from stackduck.dbapi.frames import ArrowRows
    from stackduck.execute.plans import PlannedScan

T = TypeVar("T")

_AHEAD = 1_000
"""Rows that an iteration brings over from the thread at a time."""


class AsyncCursor:
    """One statement at a time and its rows; see `stackduck.Cursor`."""

    lastrowid = None
    """DuckDB has no such thing."""

    def __init__(self, connection: AsyncConnection, cursor: Cursor, worker: Worker) -> None:
        self._connection = connection
        self._cursor = cursor
        self._worker = worker
        self._ahead: deque[Row] = deque()
        self._is_torn = False

    @property
    def connection(self) -> AsyncConnection:
        """The connection that made the cursor."""
        return self._connection

    @property
    def description(self) -> list[Description] | None:
        """Name and DuckDB type of each column, as PEP 249's 7-tuples; None without a result."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """Rows that the statement changed; -1 where it changed none or nobody knows."""
        return self._cursor.rowcount

    @property
    def arraysize(self) -> int:
        """Rows that fetchmany() returns unless told."""
        return self._cursor.arraysize

    @arraysize.setter
    def arraysize(self, size: int) -> None:
        self._cursor.arraysize = size

    @property
    def warnings(self) -> list[str]:
        """What to know of the latest answer."""
        return self._cursor.warnings

    @property
    def stats(self) -> Stats:
        """What the latest statement cost."""
        return self._cursor.stats

    @property
    def calls(self) -> Sequence[CallRecord]:
        """The HTTP exchanges of the latest statement with the API."""
        return self._cursor.calls

    @property
    def rate_limit(self) -> RateLimit | None:
        """The token's hourly limit, as it was told last when the statement had run."""
        return self._cursor.rate_limit

    @property
    def plan(self) -> Sequence[PlannedScan]:
        """What the latest statement was to ask of providers."""
        return self._cursor.plan

    async def execute(self, operation: str, parameters: Values | None = None) -> AsyncCursor:
        """Run a statement, or all of a script and keep the last one's rows."""
        self._begin()
        await self._worker.run(partial(self._cursor.execute, operation, parameters))
        return self

    async def executemany(self, operation: str, seq_of_parameters: Iterable[Values]) -> AsyncCursor:
        """Run a statement once for each set of values; rowcount is the sum."""
        self._begin()
        await self._worker.run(partial(self._cursor.executemany, operation, seq_of_parameters))
        return self

    async def fetchone(self) -> Row | None:
        """Return the next row, or None at the end."""
        return await self._fetch(self._cursor.fetchone)

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return the next rows, `arraysize` of them unless told."""
        return await self._fetch(partial(self._cursor.fetchmany, size))

    async def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        return await self._fetch(self._cursor.fetchall)

    async def fetchdicts(self, size: int | None = None) -> list[dict[str, Any]]:
        """Return the next `size` rows, or all that are left, as dicts."""
        return await self._fetch(partial(self._cursor.fetchdicts, size))

    async def fetch_arrow(self) -> ArrowRows:
        """Return all rows that are left for any library that takes Arrow's PyCapsules; it reads where it runs."""
        return await self._fetch(self._cursor.fetch_arrow)

    async def fetch_arrow_table(self) -> pyarrow.Table:
        """Return all rows that are left as a pyarrow Table (extra `arrow`)."""
        return await self._fetch(self._cursor.fetch_arrow_table)

    async def fetch_record_batch(self, rows_per_batch: int = 131_072) -> AsyncIterator[pyarrow.RecordBatch]:
        """Yield all rows that are left in pyarrow RecordBatches (extra `arrow`): `async for batch in …`."""
        reader = await self._fetch(partial(self._cursor.fetch_record_batch, rows_per_batch))
        while (batch := await self._fetch(partial(next, reader, None))) is not None:
            yield batch

    async def fetch_df(self) -> pandas.DataFrame:
        """Return all rows that are left as a pandas DataFrame (extra `pandas`)."""
        return await self._fetch(self._cursor.fetch_df)

    async def fetch_polars(self) -> polars.DataFrame:
        """Return all rows that are left as a polars DataFrame (extra `polars`)."""
        return await self._fetch(self._cursor.fetch_polars)

    async def write_parquet(self, path: str) -> int:
        """Write the result to a Parquet file instead of fetching it; returns the number of rows."""
        return await self._fetch(partial(self._cursor.write_parquet, path))

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Do nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing, as PEP 249 allows."""

    def cancel(self) -> None:
        """Stop this cursor's statement, for which another task waits: that one gets OperationalError."""
        self._cursor.cancel()

    async def close(self) -> None:
        """Forget the rows; the cursor cannot be used again."""
        await self._worker.run(self._cursor.close)
        self._begin()

    def __aiter__(self) -> AsyncCursor:
        """Iterate over the rows that are left."""
        return self

    async def __anext__(self) -> Row:
        if not self._ahead:
            rows = await self._fetch(partial(self._cursor.fetchmany, _AHEAD))
            self._ahead.extend(rows)
        if not self._ahead:
            raise StopAsyncIteration
        return self._ahead.popleft()

    async def __aenter__(self) -> AsyncCursor:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _begin(self) -> None:
        self._ahead.clear()
        self._is_torn = False

    async def _fetch(self, take: Callable[[], T]) -> T:
        """Take rows on the thread, after those that an iteration has brought over are put back."""
        if self._is_torn:
            raise InterfaceError("a fetch was cancelled, and its rows are gone; execute the statement again")
        ahead, self._ahead = self._ahead, deque()
        has_begun = False

        def work() -> T:
            nonlocal has_begun
            has_begun = True
            self._cursor.put_back(ahead)
            return take()

        try:
            return await self._worker.run(work)
        except asyncio.CancelledError:
            self._is_torn = has_begun
            self._ahead = self._ahead if has_begun else ahead
            raise
