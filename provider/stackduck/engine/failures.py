"""DuckDB's exceptions become ours, at one place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from stackduck import errors

_KINDS: tuple[tuple[type[Exception], type[errors.Error]], ...] = (
    (duckdb.NotSupportedError, errors.NotSupportedError),
    (duckdb.ProgrammingError, errors.ProgrammingError),
    (duckdb.DataError, errors.DataError),
    (duckdb.IntegrityError, errors.IntegrityError),
    (duckdb.OperationalError, errors.OperationalError),
    (duckdb.InternalError, errors.InternalError),
    (duckdb.FatalException, errors.InternalError),
    (duckdb.InterruptException, errors.OperationalError),
    (duckdb.Error, errors.DatabaseError),
)
_RELATION_NUMBER = re.compile(r'((?:[^"\s.]+\.){2}[^"\s.]+) #\d+(?=")')


@contextmanager
def translated() -> Iterator[None]:
    """Raise DuckDB's errors as ours, with its message."""
    try:
        yield
    except duckdb.Error as exc:
        kind = next(ours for theirs, ours in _KINDS if isinstance(exc, theirs))
        raise kind(message(exc)) from exc
    except RuntimeError as exc:
        if "interrupt" not in str(exc).lower():
            raise
        raise errors.OperationalError("interrupted") from exc


def message(exc: Exception) -> str:
    """Return DuckDB's message, with the names that the user knows."""
    return _RELATION_NUMBER.sub(r"\1", str(exc))
