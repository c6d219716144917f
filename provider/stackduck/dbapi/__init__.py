"""The Python way in: PEP 249 over DuckDB and GitHub."""

from __future__ import annotations

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
