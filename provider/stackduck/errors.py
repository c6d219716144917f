"""Every error that stackduck raises, as one tree (PEP 249's, with GitHub's causes below OperationalError).

Error
├── InterfaceError                a closed cursor, a parameter of the wrong kind: misuse of this library
│   └── ConfigurationError        a configuration file that cannot be used
└── DatabaseError
    ├── ProgrammingError          bad SQL, an unknown name, a document that cannot be used
    │   └── MissingParameterError a resource without a value that its method requires
    ├── OperationalError          the network, GitHub, or a guard that stopped the statement
    │   ├── AuthenticationError   no token, or GitHub does not accept it
    │   ├── PermissionDeniedError the token is good but may not do this
    │   ├── NotRecordedError      what a recording was asked and does not hold
    │   ├── NotFoundError         GitHub knows no such thing, or hides it from this token
    │   ├── CallLimitError        a statement of more calls than the user allows
    │   ├── MissingDaysError      a day of a report that is not there, where the user wants no gaps
    │   ├── RateLimitError        a rate limit that resets later than the user wants to wait
    │   └── RequestTimeoutError   no answer in time
    ├── DataError                 a body or a value that does not fit its declared type
    ├── IntegrityError            a constraint of a local table
    ├── InternalError             a bug of stackduck or DuckDB
    └── NotSupportedError         a statement that cannot be answered truthfully
Warning                           PEP 249's; what to know of an answer is a plain string in Cursor.warnings

Messages are lower case, end without a full stop and put the remedy after a semicolon.
They never hold a token or a signed link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

__all__ = [
    "AuthenticationError",
    "CallLimitError",
    "ConfigurationError",
    "DataError",
    "DatabaseError",
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
    "Warning",
]


class Warning(Exception):  # noqa: A001 - PEP 249's name
    """PEP 249's Warning; stackduck raises none of these."""


class Error(Exception):
    """The root of everything that stackduck raises."""


class InterfaceError(Error):
    """The library was used wrongly: a closed cursor, parameters of the wrong kind."""


class ConfigurationError(InterfaceError):
    """A configuration file holds what it must not, or cannot be read."""

    def __init__(self, message: str, *, path: Path | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.line = line
        """Where in the file, from 1."""


class DatabaseError(Error):
    """Something about the statement, GitHub or DuckDB."""


class ProgrammingError(DatabaseError):
    """The statement is wrong: syntax, an unknown name, a variable that is missing or unused."""


class MissingParameterError(ProgrammingError):
    """A resource is read without a value that its method requires."""

    def __init__(self, message: str, *, resource: str = "", missing: Sequence[str] = (), corrected: str = "") -> None:
        super().__init__(message)
        self.resource = resource
        self.missing = tuple(missing)
        self.corrected = corrected
        """The user's statement with the missing conditions filled in, or empty."""


class OperationalError(DatabaseError):
    """The network, GitHub, or a guard of the connection stopped the statement."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        resource: str = "",
        values: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        """GitHub's HTTP status, or None when no answer came."""
        self.resource = resource
        self.values = dict(values or {})
        """The parameter values of the call that failed."""
        self.applied = 0
        """How many changes of the same statement had been carried out before."""


class AuthenticationError(OperationalError):
    """There is no token, or GitHub does not accept it (401)."""


class PermissionDeniedError(OperationalError):
    """The token is valid but may not read this (403 that is no rate limit)."""


class NotFoundError(OperationalError):
    """GitHub knows no such thing, or hides it from this token (404)."""


class NotRecordedError(OperationalError):
    """A recording that answers in GitHub's place has no answer to this."""


class CallLimitError(OperationalError):
    """The statement needs more calls, or its answers more pages, than the user allows."""


class MissingDaysError(OperationalError):
    """A day of a report is not there, and the user wants no gaps."""

    def __init__(self, message: str, *, days: Sequence[date] = (), **facts: object) -> None:
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.days = tuple(days)


class RateLimitError(OperationalError):
    """A rate limit resets later than the longest wait that the user allows."""

    def __init__(self, message: str, *, resets_at: datetime | None = None, **facts: object) -> None:
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.resets_at = resets_at


class RequestTimeoutError(OperationalError):
    """GitHub did not answer in time, retries included."""


class DataError(DatabaseError):
    """A response body or a value does not fit its declared type."""


class IntegrityError(DatabaseError):
    """A constraint of a local table is violated."""


class InternalError(DatabaseError):
    """A bug of stackduck, or of DuckDB."""


class NotSupportedError(DatabaseError):
    """The statement cannot be answered truthfully, or changes what stackduck only reads."""
