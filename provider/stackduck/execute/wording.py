"""DuckDB's errors in the user's words: the text that DuckDB read is not the one that the user wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from stackduck.catalog.names import did_you_mean
from stackduck.errors import ProgrammingError


def in_users_words(exc: ProgrammingError, columns: Mapping[str, Sequence[str]]) -> ProgrammingError:
    """Return a binder error that speaks of the user's statement: its excerpt shows the text that DuckDB got instead.

    `columns` are those of each provider table in the statement.
    """
    name = unknown_column(exc)
    if not name:
        return type(exc)(str(exc).split("\n\nLINE ")[0])
    known = list(dict.fromkeys(column for listed in columns.values() for column in listed))
    tables = ", ".join(columns)
    meant = did_you_mean(name, known)
    listed = f"{'' if meant else ';'} the columns are {', '.join(known)}"
    return ProgrammingError(f"no column '{name}' in {tables}{meant}{listed}")


def in_words(defaults: Mapping[str, str]) -> str:
    """Say which defaults were taken: enterprise = octo by default."""
    return f"{', '.join(f'{name} = {value}' for name, value in defaults.items())} by default" if defaults else ""


def unknown_column(exc: ProgrammingError) -> str:
    """Return the column that DuckDB does not know; empty where an error is about something else."""
    found = re.search(r'(?:Referenced column|column named) "([^"]+)"', str(exc).split("\n\nLINE ")[0])
    return found.group(1) if found else ""
