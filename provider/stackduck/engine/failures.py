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
# A link's path and query are as secret as its signature; the host may be named.
_LINK = re.compile(r"(?i)((?:\b[a-z][a-z0-9+.-]*:)?//[^/?#\s\"'<>\\\])},]+)[/?#][^\s\"'<>\])},]*")
_RELATION_NUMBER = re.compile(r'((?:[^"\s.]+\.){2}[^"\s.]+) #\d+(?=")')


@contextmanager
def translated() -> Iterator[None]:
    """Raise DuckDB's errors as ours, with its message."""
    try:
        yield
    except duckdb.Error as exc:
        kind = next(ours for theirs, ours in _KINDS if isinstance(exc, theirs))
        text = message(exc)
        # A traceback shows the cause too: one that holds a link is left out.
        raise kind(text) from (exc if without_links(str(exc)) == str(exc) else None)
    except RuntimeError as exc:
        if "interrupt" not in str(exc).lower():
            raise
        raise errors.OperationalError("interrupted") from exc


def message(exc: Exception) -> str:
    """Return DuckDB's message, with the names that the user knows and without links."""
    return without_links(_RELATION_NUMBER.sub(r"\1", str(exc)))


def without_links(text: str) -> str:
    """Return a text whose links end after their host."""
    return _LINK.sub(r"\1/…", text)
