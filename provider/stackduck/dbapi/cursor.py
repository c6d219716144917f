"""Cursor: execute statements, fetch rows (PEP 249). What ran and what it cost ride beside the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from stackduck.engine.results import Result, Row
from stackduck.errors import InterfaceError
from stackduck.sql.variables import Values

if TYPE_CHECKING:
    from stackduck.api.model import RateLimit
    from stackduck.dbapi.connection import Connection

Description = tuple[str, str, None, None, None, None, None]


@dataclass(frozen=True, slots=True)
class Stats:
    """What one statement cost."""

    rows: int = -1
    """Rows that it changed, or -1; rows of a SELECT are counted by who fetches them."""
    calls: int = 0
    bytes: int = 0
    seconds: float = 0.0
    rate_limit: RateLimit | None = None


class Cursor:
    """One statement at a time and its rows."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._result: Result | None = None
        self._is_closed = False
        self.warnings: list[str] = []
        """What to know of the latest answer."""
        self.stats = Stats()

    @property
    def connection(self) -> Connection:
        """The connection that made the cursor."""
        return self._connection

    @property
    def description(self) -> list[Description] | None:
        """Name and DuckDB type of each column, as PEP 249's 7-tuples; None without a result."""
        if self._result is None or self._result.description is None:
            return None
        return [(d[0], str(d[1]), None, None, None, None, None) for d in self._result.description]

    @property
    def rowcount(self) -> int:
        """Rows that the statement changed; -1 where it changed none or nobody knows."""
        return self._result.changed if self._result else -1

    def execute(self, operation: str, parameters: Values | None = None) -> Cursor:
        """Run a statement, or all of a script and keep the last one's rows.

        `parameters` is a sequence for ? and $1, or a mapping for $name, :name and '{{ name }}'.
        """
        self._check()
        self._connection._run_script(self, operation, parameters)
        return self

    def executemany(self, operation: str, seq_of_parameters: Iterable[Values]) -> Cursor:
        """Run a statement once for each set of values; rowcount is the sum."""
        self._check()
        changed = 0
        for parameters in seq_of_parameters:
            self._connection._run_script(self, operation, parameters)
            changed += max(self.rowcount, 0)
            if self.description is not None:
                raise InterfaceError("executemany is for statements without rows; execute them one by one")
        if self._result:
            self._result.changed = changed
        return self

    def fetchone(self) -> Row | None:
        """Return the next row, or None at the end."""
        return self._rows().next()

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return the next rows, `arraysize` of them unless told."""
        return self._rows().take(self.arraysize if size is None else size)

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        return self._rows().take(None)

    def __iter__(self) -> Cursor:
        """Iterate over the rows that are left."""
        self._rows()
        return self

    def __next__(self) -> Row:
        row = self._rows().next()
        if row is None:
            raise StopIteration
        return row

    def write_parquet(self, path: str) -> int:
        """Write the result to a Parquet file instead of fetching it; returns the number of rows."""
        return self._connection._write_parquet(self, path)

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Do nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing, as PEP 249 allows."""

    def close(self) -> None:
        """Forget the rows; the cursor cannot be used again."""
        if self._result:
            self._result.close()
        self._result, self._is_closed = None, True

    def __enter__(self) -> Cursor:
        self._check()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check(self) -> None:
        if self._is_closed:
            raise InterfaceError("the cursor is closed")
        self._connection._check()

    def _rows(self) -> Result:
        self._check()
        if self._result is None or self._result.description is None:
            raise InterfaceError("there are no rows to fetch; execute a statement that gives some")
        return self._result

    def _take_over(self, result: Result, *, warnings: list[str], stats: Stats) -> None:
        self._result, self.warnings, self.stats = result, warnings, stats

    def _forget(self) -> None:
        if self._result:
            self._result.close()
        self._result, self.warnings, self.stats = None, [], Stats()
