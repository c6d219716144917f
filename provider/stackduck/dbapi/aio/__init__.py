"""The asyncio twin: connections and cursors that are awaited. Cancelling a task stops its query and its calls."""

from __future__ import annotations

from stackduck.dbapi.aio.connection import AsyncConnection, connect
from stackduck.dbapi.aio.cursor import AsyncCursor

__all__ = ["AsyncConnection", "AsyncCursor", "connect"]
