"""Tables that a script reads and nobody has shown: views without rows, whose columns of no type fit everywhere.

With them in place DuckDB and the planner can say what else is wrong with a statement.
"""

from __future__ import annotations

import re
from contextlib import suppress

from stackduck.engine.session import Session, quoted
from stackduck.errors import DatabaseError, Error, MissingParameterError

_TABLE = re.compile(r'Table with name (?:"([^"]+)"|(.+?)) does not exist')
_COLUMN = re.compile(
    r'Referenced column "([^"]+)" not found|does not have a column named "([^"]+)"|Column "([^"]+)" does not exist on'
)
_NO_DATABASE = re.compile(r"no provider '[^']+'(?!; did you mean)")
_NOTHING = "?"
"""The column of a view of which no column is known."""


class StandIns:
    """The tables of one session that stand for others."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._columns: dict[str, dict[str, None]] = {}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._columns

    @property
    def names(self) -> frozenset[str]:
        """The tables' own names, lower case, without schema and database."""
        return frozenset(name.rpartition(".")[2] for name in self._columns)

    def table(self, exc: Error) -> str:
        """Return the name of the table that an error says there is not; empty for any other error."""
        if isinstance(exc, MissingParameterError):
            return ""
        # Of a.b.c that is no provider's, a may be a database that the script attaches.
        told = exc.__context__ if _NO_DATABASE.match(str(exc)) else exc
        found = _TABLE.search(str(told))
        return (found[1] or found[2]) if found else ""

    def add(self, name: str) -> bool:
        """Let a view stand for a table of that name; False where there can be none."""
        if name in self:
            return False
        self._columns[name.lower()] = {}
        return self._make(name.lower())

    def learn_column(self, exc: Error) -> bool:
        """Give the views the column that an error misses; False where it is about no such column."""
        name = _missing_column(exc) if self._columns else ""
        if not name or any(name in columns for columns in self._columns.values()):
            return False
        for table, columns in self._columns.items():
            columns[name] = None
            self._make(table)
        return True

    def drop(self, name: str) -> None:
        """Make room for the table that a statement defines."""
        if name in self:
            del self._columns[name.lower()]
            with suppress(DatabaseError):
                self._session.rows(f"DROP VIEW {_written(name)}")

    def _make(self, name: str) -> bool:
        parts = name.split(".")
        try:
            if len(parts) > 2:
                self._session.rows(f"ATTACH IF NOT EXISTS ':memory:' AS {quoted(parts[0])}")
            if len(parts) > 1:
                self._session.rows(f"CREATE SCHEMA IF NOT EXISTS {_written('.'.join(parts[:-1]))}")
            columns = ", ".join(f"NULL AS {quoted(column)}" for column in self._columns[name] or (_NOTHING,))
            self._session.rows(f"CREATE OR REPLACE VIEW {_written(name)} AS SELECT {columns}")
        except DatabaseError:
            return False
        return True


def _written(name: str) -> str:
    return ".".join(map(quoted, name.split(".")))


def _missing_column(exc: BaseException | None) -> str:
    """Return the column that DuckDB missed; the error may say it in other words than DuckDB's."""
    while exc is not None:
        found = _COLUMN.search(str(exc))
        if found:
            return (found[1] or found[2] or found[3]).lower()
        exc = exc.__cause__
    return ""
