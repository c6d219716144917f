"""The errors as attributes of a connection, as PEP 249 suggests for code that has many connections at once."""

from __future__ import annotations

from stackduck import errors


class Exceptions:
    """What a connection inherits."""

    Warning = errors.Warning
    Error = errors.Error
    InterfaceError = errors.InterfaceError
    DatabaseError = errors.DatabaseError
    DataError = errors.DataError
    OperationalError = errors.OperationalError
    IntegrityError = errors.IntegrityError
    InternalError = errors.InternalError
    ProgrammingError = errors.ProgrammingError
    NotSupportedError = errors.NotSupportedError
