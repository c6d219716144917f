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
_MARKED = re.compile(r"^(LINE \d+: .*)\n( *)(\^+)", re.MULTILINE)
_NO_DATABASE = re.compile(r"no provider '[^']+'(?!; did you mean)")
_NOTHING = "?"
"""The column of a view of which no column is known."""


class StandIns:
    """The tables of one session that stand for others."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._columns: dict[str, dict[str, None]] = {}
        self._unmade: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._columns

    @property
    def names(self) -> frozenset[str]:
        """The tables' own names, lower case, without schema and database, and those of what could not be made."""
        return frozenset(name.rpartition(".")[2] for name in self._columns) | self._unmade

    def table(self, exc: Error) -> str:
        """Return the name of the table that an error says there is not; empty for any other error."""
        if isinstance(exc, MissingParameterError):
            return ""
        # Of a.b.c that is no provider's, a may be a database that the script attaches.
        told = exc.__context__ if _NO_DATABASE.match(str(exc)) else exc
        found = _TABLE.search(str(told))
        name = (found[1] or found[2]) if found else ""
        return _as_marked(name, str(told)) if name else ""

    def add(self, name: str) -> bool:
        """Let a view stand for a table of that name; False where there can be none."""
        if name in self:
            return False
        self._columns[name.lower()] = {}
        return self._make(name.lower())

    def note_unmade(self, name: str, *, is_type: bool) -> None:
        """Take note of a macro or a type that there is not, though a statement defines it; any text is of the type."""
        self._unmade.add(name.lower())
        if is_type:
            with suppress(DatabaseError):
                self._session.rows(f"CREATE TYPE {quoted(name)} AS VARCHAR")

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
        """Make room for what a statement defines."""
        self._unmade.discard(name.lower())
        for table in [table for table in self._columns if table.rpartition(".")[2] == name.lower()]:
            del self._columns[table]
            with suppress(DatabaseError):
                self._session.rows(f"DROP VIEW {_written(table)}")

    def _make(self, name: str) -> bool:
        parts = name.split(".")
        try:
            if len(parts) > 2:
                self._session.rows(f"ATTACH IF NOT EXISTS ':memory:' AS {quoted(parts[0])}")
            if len(parts) > 2 or (len(parts) == 2 and not self._session.has_schema(parts[0])):
                self._session.rows(f"CREATE SCHEMA IF NOT EXISTS {_written('.'.join(parts[:-1]))}")
            columns = ", ".join(f"NULL AS {quoted(column)}" for column in self._columns[name] or (_NOTHING,))
            self._session.rows(f"CREATE OR REPLACE VIEW {_written(name)} AS SELECT {columns}")
        except DatabaseError:
            return False
        return True


def _written(name: str) -> str:
    return ".".join(map(quoted, name.split(".")))


def _as_marked(name: str, message: str) -> str:
    """Return the name of a table as it stands in the excerpt that DuckDB shows: with its database too."""
    found = _MARKED.search(message)
    start = len(found[2]) if found else 0
    words = found[1][start : start + len(found[3])].replace('"', "").split() if found else []
    marked = words[0] if words else ""  # an alias may follow
    return marked if marked.lower().endswith(f".{name.lower()}") and marked.count(".") <= 2 else name


def _missing_column(exc: BaseException | None) -> str:
    """Return the column that DuckDB missed; the error may say it in other words than DuckDB's."""
    while exc is not None:
        found = _COLUMN.search(str(exc))
        if found:
            return (found[1] or found[2] or found[3]).lower()
        exc = exc.__cause__
    return ""
