"""SQL over GitHub's REST APIs, answered by DuckDB: connect(), the PEP 249 globals, errors and type objects.

Nothing is imported until a name is used, so that `stackduck --version` and `--help` stay fast.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck import aio
    from stackduck.dbapi import (
        BINARY,
        DATETIME,
        NUMBER,
        ROWID,
        STRING,
        Binary,
        Connection,
        Cursor,
        Date,
        DateFromTicks,
        SyncProgress,
        SyncSummary,
        Time,
        TimeFromTicks,
        Timestamp,
        TimestampFromTicks,
        connect,
    )
    from stackduck.errors import (
        AuthenticationError,
        CallLimitError,
        ConfigurationError,
        DatabaseError,
        DataError,
        Error,
        IntegrityError,
        InterfaceError,
        InternalError,
        MissingDaysError,
        MissingParameterError,
        NotFoundError,
        NotRecordedError,
        NotSupportedError,
        OperationalError,
        PermissionDeniedError,
        ProgrammingError,
        RateLimitError,
        RequestTimeoutError,
        Warning,  # noqa: A004 - PEP 249's name
    )

__version__ = "0.1.0"

apilevel = "2.0"
threadsafety = 2
paramstyle = "qmark"

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "AuthenticationError",
    "Binary",
    "CallLimitError",
    "ConfigurationError",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "MissingDaysError",
    "MissingParameterError",
    "NotFoundError",
    "NotRecordedError",
    "NotSupportedError",
    "OperationalError",
    "PermissionDeniedError",
    "ProgrammingError",
    "RateLimitError",
    "RequestTimeoutError",
    "SyncProgress",
    "SyncSummary",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "__version__",
    "aio",
    "apilevel",
    "connect",
    "paramstyle",
    "threadsafety",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'stackduck' has no attribute {name!r}")
    from importlib import import_module

    if name == "aio":
        return import_module("stackduck.aio")
    home = "stackduck.errors" if name.endswith("Error") or name == "Warning" else "stackduck.dbapi"
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
