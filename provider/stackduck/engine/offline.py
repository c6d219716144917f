"""A session without files and without network, whose checks also find constants that no value can be made of.

Its tables have no rows, so what fails for every row would fail for none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from stackduck.engine.session import ColumnTypes, Session, quoted
from stackduck.errors import DatabaseError, DataError

Columns = tuple[tuple[str, str], ...]

_CAST = re.compile(r"\bCAST\('((?:[^'\\]|'')*)' AS ([A-Z][A-Z0-9_ ]*(?:\(\d+(?:, ?\d+)?\))?(?:\[\])*)\)")
_SETTINGS = {
    # A statement that asks for more than this fails, and writes nothing to the disk instead.
    "memory_limit": "512MB",
    "temp_directory": "",
    "threads": "1",
    # These drop what is read of a table without rows, and with it the constants that are to be looked at.
    "disabled_optimizers": "statistics_propagation,empty_result_pullup",
}
_PIVOTED = ("SELECT list is empty after resolving", "PIVOT statements with pivot elements")
"""What DuckDB says of a PIVOT whose columns come from rows: there are none here."""


class OfflineSession(Session):
    """A database in memory on which statements are tried; no statement of it opens a file or a connection."""

    def __init__(self) -> None:
        super().__init__(is_offline=True, settings=_SETTINGS)
        self._columns: dict[str, Columns] = {}
        self._free: dict[Columns, list[str]] = {}
        """Relations that nobody uses, by their columns: to make one costs more than to give it another name."""

    def create(self, name: str, columns: ColumnTypes) -> None:
        """Create an empty relation, or give one with the same columns that name."""
        self._columns[name] = key = tuple((column, kind) for column, kind in columns)
        free = self._free.get(key)
        if free:
            self.rows(f"ALTER TABLE temp.{quoted(free.pop())} RENAME TO {quoted(name)}")
        else:
            super().create(name, columns)

    def discard(self, names: Sequence[str], *, afterwards: Sequence[Callable[[], None]] = ()) -> None:
        """Keep the relations for others; none of them ever has rows."""
        for name in names:
            if name in self._columns:
                self._free.setdefault(self._columns.pop(name), []).append(name)
            else:
                super().discard([name])

    def check(self, sql: str, parameters: Mapping[str, object]) -> None:
        """Let DuckDB bind a statement without running it.

        Raises ProgrammingError for what it does not know, DataError for a constant that is no value of its type: what
        can be cast is cast while a statement is optimized, so a cast that is left there fails for every row.
        """
        try:
            plan = str(self.rows(f"EXPLAIN (FORMAT json) {sql}", parameters)[-1][1])
        except DatabaseError as exc:
            if any(words in str(exc) for words in _PIVOTED):
                return
            raise
        for match in dict.fromkeys(_CAST.findall(plan)):
            text, kind = match[0].replace("''", "'"), match[1]
            if self.rows(f"SELECT TRY_CAST($text AS {kind}) IS NULL", {"text": text})[0][0]:
                raise DataError(f"'{text}' is no {kind}")
