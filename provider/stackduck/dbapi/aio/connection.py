"""The asyncio connection, and how it is opened.

It works on a thread of its own, so its statements follow each other; tasks that are to ask GitHub side by side take a
connection each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from functools import partial, wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec

from stackduck.dbapi import connection
from stackduck.dbapi.aio.cursor import AsyncCursor
from stackduck.dbapi.aio.worker import Worker
from stackduck.dbapi.connection import Connection
from stackduck.dbapi.exceptions import Exceptions
from stackduck.dbapi.runner import Stats
from stackduck.sql.variables import Values

if TYPE_CHECKING:
    from stackduck.execute.reports.syncs import SyncSummary

P = ParamSpec("P")


class AsyncConnection(Exceptions):
    """A session; see `stackduck.Connection`. Made by `connect`."""

    def __init__(self, connection: Connection, worker: Worker) -> None:
        self._connection = connection
        self._worker = worker

    def cursor(self) -> AsyncCursor:
        """Return a new cursor."""
        return AsyncCursor(self, self._connection.cursor(), self._worker)

    async def execute(self, operation: str, parameters: Values | None = None) -> AsyncCursor:
        """Run a statement on a new cursor and return it."""
        return await self.cursor().execute(operation, parameters)

    async def script(self, operation: str, parameters: Values | None = None) -> AsyncIterator[AsyncCursor]:
        """Run a script statement by statement, yielding a cursor for each as it is done."""
        cursors = self._connection.script(operation, parameters)
        while (cursor := await self._worker.run(partial(next, cursors, None))) is not None:
            yield AsyncCursor(self, cursor, self._worker)

    async def sync(self, **order: Any) -> SyncSummary:
        """Fill the archive, as `stackduck.Connection.sync` does; `on_progress` is called on other threads."""
        return await self._worker.run(partial(self._connection.sync, **order))

    async def commit(self) -> None:
        """Commit the open transaction, if BEGIN started one."""
        await self._worker.run(self._connection.commit)

    async def rollback(self) -> None:
        """Roll the open transaction back, if BEGIN started one."""
        await self._worker.run(self._connection.rollback)

    def cancel(self) -> None:
        """Stop the statement for which a task waits: that one gets OperationalError."""
        self._connection.cancel()

    interrupt = cancel

    @property
    def stats(self) -> Stats:
        """What the connection has cost so far, the statements that failed included."""
        return self._connection.stats

    async def close(self) -> None:
        """Stop what runs and close the connection; an open transaction is rolled back."""
        self._worker.stop()
        try:
            await self._worker.run(self._connection.close)
        finally:
            self._worker.close()

    async def __aenter__(self) -> AsyncConnection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._connection.is_closed:
            await self.close()


class Opening:
    """A connection on its way: `await` it, or use it in `async with`, which also closes it."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._opened: AsyncConnection | None = None

    def __await__(self) -> Generator[Any, None, AsyncConnection]:
        return self._open().__await__()

    async def __aenter__(self) -> AsyncConnection:
        self._opened = await self._open()
        return self._opened

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened:
            await self._opened.__aexit__(kind, error, trace)

    async def _open(self) -> AsyncConnection:
        worker = Worker()
        try:
            opened = await worker.run(self._connect)
        except BaseException:
            worker.close()
            raise
        worker.stops_by(opened.interrupt)
        return AsyncConnection(opened, worker)


def _twin(connect: Callable[P, Connection]) -> Callable[P, Opening]:
    @wraps(connect)
    def opening(*args: P.args, **kwargs: P.kwargs) -> Opening:
        return Opening(partial(connect, *args, **kwargs))

    return opening


connect = _twin(connection.connect)
