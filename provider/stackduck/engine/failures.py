"""DuckDB's exceptions become ours, at one place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from stackduck import errors
from stackduck.engine.native import duckdb

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
_BY_NAME = {
    name.removesuffix("Exception").lower(): kind
    for name, kind in vars(duckdb).items()
    if name.endswith("Exception") and isinstance(kind, type)
}
"""DuckDB's exceptions by the name that its messages start with, without its spaces."""
_NAMED = re.compile(r"((?:[A-Za-z]+ )*[A-Za-z]+) Error: ")
_LENT = "rows that fetch_arrow() handed over are still being read; read them to their end, or drop what reads them"
# A link's path and query are as secret as its signature; the host may be named.
_LINK = re.compile(r"(?i)((?:\b[a-z][a-z0-9+.-]*:)?//[^/?#\s\"'<>\\\])},]+)[/?#][^\s\"'<>\])},]*")
_RELATION_NUMBER = re.compile(r'((?:[^"\s.]+\.){2}[^"\s.]+) #\d+(?=")')


@contextmanager
def translated() -> Iterator[None]:
    """Raise DuckDB's errors as ours, with its message."""
    try:
        yield
    except duckdb.ResourceInUseException as exc:
        raise errors.OperationalError(_LENT) from exc
    except duckdb.Error as exc:
        kind = _kind(type(exc))
        text = message(exc)
        # A traceback shows the cause too: one that holds a link is left out.
        raise kind(text) from (exc if without_links(str(exc)) == str(exc) else None)
    except RuntimeError as exc:
        if "interrupt" not in str(exc).lower():
            raise
        raise errors.OperationalError("interrupted") from exc


def of_message(text: str) -> errors.Error:
    """Return the error whose message came to us through another library: 'Conversion Error: …' is a DataError."""
    found = _NAMED.search(text)
    theirs = _BY_NAME.get(found[1].replace(" ", "").lower(), duckdb.Error) if found else duckdb.Error
    told = text[found.start() :] if found else text
    return _kind(theirs)(_without_what_users_do_not_know(told))


def _kind(theirs: type[Exception]) -> type[errors.Error]:
    return next(ours for each, ours in _KINDS if issubclass(theirs, each))


def message(exc: Exception) -> str:
    """Return DuckDB's message, with the names that the user knows and without links."""
    return _without_what_users_do_not_know(str(exc))


def _without_what_users_do_not_know(text: str) -> str:
    return without_links(_RELATION_NUMBER.sub(r"\1", text))


def without_links(text: str) -> str:
    """Return a text whose links end after their host."""
    return _LINK.sub(r"\1/…", text)
