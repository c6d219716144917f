"""The Python way in: PEP 249 over DuckDB and GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackduck.dbapi.connection import Connection, connect
from stackduck.dbapi.cursor import Cursor
from stackduck.dbapi.runner import Stats
from stackduck.dbapi.types import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
)

if TYPE_CHECKING:
    from stackduck.execute.reports.syncs import SyncProgress, SyncSummary

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Connection",
    "Cursor",
    "Date",
    "DateFromTicks",
    "Stats",
    "SyncProgress",
    "SyncSummary",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "connect",
]


def __getattr__(name: str) -> object:
    """Import what a sync tells when it is first named: no statement needs it."""
    if name not in __all__:
        raise AttributeError(f"module 'stackduck.dbapi' has no attribute {name!r}")
    from stackduck.execute.reports import syncs

    value: object = getattr(syncs, name)
    return value
