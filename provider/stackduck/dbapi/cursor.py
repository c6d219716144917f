"""Cursor: execute statements, fetch rows (PEP 249). What ran and what it cost ride beside the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from stackduck.dbapi.runner import Outcome, Runner, Stats
from stackduck.dbapi.types import TypeCode, type_code
from stackduck.engine.names import distinct
from stackduck.engine.results import Result, Row
from stackduck.errors import InterfaceError
from stackduck.sql.variables import Values

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from stackduck.api.model import CallRecord, RateLimit
    from stackduck.dbapi.connection import Connection
    from stackduck.dbapi.frames import ArrowRows
    from stackduck.engine.columnar import Batches
    from stackduck.execute.plans import PlannedScan

Description = tuple[str, TypeCode, None, None, None, None, None]


class Cursor:
    """One statement at a time and its rows, which are fetched from DuckDB as they are wanted.

    Every way of fetching gives the rows that are left: what one has taken, no other gives again. Another statement on
    the same connection takes no rows away from a cursor.
    """

    arraysize = 1
    lastrowid = None
    """DuckDB has no such thing."""

    def __init__(self, connection: Connection, runner: Runner, outcome: Outcome | None = None) -> None:
        self._connection = connection
        self._runner = runner
        self._outcome = outcome
        self._batches: Batches | None = None
        self._is_closed = False

    @property
    def warnings(self) -> list[str]:
        """What to know of the latest answer."""
        return self._outcome.warnings if self._outcome else []

    @property
    def stats(self) -> Stats:
        """What the latest statement cost."""
        return self._outcome.stats if self._outcome else Stats()

    @property
    def calls(self) -> Sequence[CallRecord]:
        """The HTTP exchanges of the latest statement with the API, in the order in which they ended."""
        return self._outcome.calls if self._outcome else ()

    @property
    def rate_limit(self) -> RateLimit | None:
        """The token's hourly limit, as it was told last when the statement had run; None where nobody told."""
        return self.stats.rate_limit

    @property
    def plan(self) -> Sequence[PlannedScan]:
        """What the latest statement was to ask of providers, one scan for each table; empty for a local one."""
        if not self._outcome or self._outcome.plan is None:
            return ()
        from stackduck.execute import plans

        return plans.told(self._outcome.plan)

    @property
    def _result(self) -> Result | None:
        return self._outcome.result if self._outcome else None

    @property
    def connection(self) -> Connection:
        """The connection that made the cursor."""
        return self._connection

    @property
    def description(self) -> list[Description] | None:
        """Name and DuckDB type of each column, as PEP 249's 7-tuples; None without a result."""
        if self._result is None or self._result.description is None:
            return None
        return [(d[0], type_code(str(d[1])), None, None, None, None, None) for d in self._result.description]

    @property
    def rowcount(self) -> int:
        """Rows that the statement changed; -1 where it changed none or nobody knows."""
        return self._result.changed if self._result else -1

    def execute(self, operation: str, parameters: Values | None = None) -> Cursor:
        """Run a statement, or all of a script and keep the last one's rows.

        `parameters` is a sequence for ? and $1, or a mapping for $name, :name and '{{ name }}'.
        """
        self._check()
        self._run(operation, parameters)
        return self

    def executemany(self, operation: str, seq_of_parameters: Iterable[Values]) -> Cursor:
        """Run a statement once for each set of values; rowcount is the sum."""
        self._check()
        changed = 0
        for parameters in seq_of_parameters:
            self._run(operation, parameters)
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

    def fetchdicts(self, size: int | None = None) -> list[dict[str, Any]]:
        """Return the next `size` rows, or all that are left, as dicts; columns of one name become n, n_1."""
        rows = self._rows()
        names = distinct([str(column[0]) for column in rows.description or ()])
        return [dict(zip(names, row, strict=True)) for row in rows.take(size)]

    def fetch_arrow(self) -> ArrowRows:
        """Return all rows that are left for any library that takes Arrow's PyCapsules; pyarrow is not needed.

        polars.DataFrame(cursor.fetch_arrow()), or pyarrow.table(…). DuckDB makes batches as they are read; while a
        library reads, the connection runs no other statement.
        """
        from stackduck.dbapi import frames

        return frames.ArrowRows(self._runner.session, self._rows())

    def fetch_arrow_table(self) -> pyarrow.Table:
        """Return all rows that are left as a pyarrow Table (extra `arrow`).

        A HUGEINT, such as a sum of BIGINTs, is a decimal of 38 digits; a UUID and JSON are text.
        """
        from stackduck.dbapi import frames

        return frames.arrow_table(self._runner.session, self._rows())

    def fetch_record_batch(self, rows_per_batch: int = 131_072) -> pyarrow.RecordBatchReader:
        """Return a pyarrow RecordBatchReader over all rows that are left (extra `arrow`), for more than memory holds.

        It may be read while other statements run on the connection, but not after this cursor is closed or executes
        another one: then it raises InterfaceError.
        """
        from stackduck.dbapi import frames

        rows = self._rows()
        self._batches, reader = frames.record_batches(self._runner.session, rows, rows=rows_per_batch)
        return reader

    def fetch_df(self) -> pandas.DataFrame:
        """Return all rows that are left as a pandas DataFrame (extra `pandas`), with the types of fetch_arrow_table.

        Every column has an ArrowDtype: no integer becomes a float for a NULL, and an empty result has its types. A
        DATE is a date; pandas.to_datetime makes timestamps of it, for resample and the like. Columns of one name
        become n, n_1.
        """
        from stackduck.dbapi import frames

        return frames.pandas_frame(self._runner.session, self._rows())

    def fetch_polars(self) -> polars.DataFrame:
        """Return all rows that are left as a polars DataFrame (extra `polars`); columns of one name become n, n_1."""
        from stackduck.dbapi import frames

        return frames.polars_frame(self._runner.session, self._rows())

    def __iter__(self) -> Cursor:
        """Iterate over the rows that are left."""
        self._rows()
        return self

    def __next__(self) -> Row:
        row = self._rows().next()
        if row is None:
            raise StopIteration
        return row

    def put_back(self, rows: Sequence[Row]) -> None:
        """Take back rows that were fetched last and that nobody has seen."""
        if rows:
            self._rows().put_back(rows)

    def write_parquet(self, path: str) -> int:
        """Write the result to a Parquet file instead of fetching it; returns the number of rows."""
        return self._runner.export(self._rows(), path)

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Do nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing, as PEP 249 allows."""

    def cancel(self) -> None:
        """Stop this cursor's statement from another thread, where it runs or has rows to fetch; no other's.

        Whoever waits for it gets OperationalError.
        """
        if not self._runner.stop(self) and self._is_open:
            self._runner.session.interrupt()

    def close(self) -> None:
        """Forget the rows; the cursor cannot be used again."""
        self._forget()
        self._is_closed = True

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
        self._runner.check_open()

    def _rows(self) -> Result:
        self._check()
        if self._result is None or self._result.description is None:
            raise InterfaceError("there are no rows to fetch; execute a statement that gives some")
        return self._result

    def _run(self, operation: str, parameters: Values | None) -> None:
        self._forget()
        for bound in self._runner.bind(operation, parameters):
            self._outcome = self._runner.run(bound, owner=self)

    @property
    def _is_open(self) -> bool:
        """Whether rows may still be in DuckDB."""
        return any(each and each.is_open for each in (self._result, self._batches))

    def _forget(self) -> None:
        for each in (self._result, self._batches):
            if each:
                each.close()
        self._batches = None
        self._outcome = None
