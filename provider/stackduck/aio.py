"""SQL over GitHub's REST APIs for asyncio.

`async with stackduck.aio.connect() as connection: cursor = await connection.execute("…")`; the rest as in `stackduck`.
"""

from __future__ import annotations

from stackduck.dbapi.aio import AsyncConnection, AsyncCursor, connect

__all__ = ["AsyncConnection", "AsyncCursor", "connect"]
