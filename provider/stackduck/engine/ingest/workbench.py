"""A DuckDB of its own for heavy lifting: the user's session, its settings and its memory stay as they are.

Memory is bounded; what does not fit is put into a folder that the owner removes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from stackduck.engine.failures import message, translated
from stackduck.engine.native import duckdb
from stackduck.errors import DataError

MEMORY = "750MB"
"""To divide 5 GB of rows by day DuckDB takes all of it; with the rest the process stays under 1 GB."""
_BATCH = 1000


class UnreadableError(DataError):
    """DuckDB cannot read a text, or a value in it."""


@contextmanager
def _told() -> Iterator[None]:
    """Raise DuckDB's errors as ours; those about data apart from those about statements."""
    with translated():
        try:
            yield
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException) as exc:
            raise UnreadableError(message(exc)) from exc


class Workbench:
    """An in-memory DuckDB with bounded memory, and one connection to it."""

    def __init__(self, folder: Path, *, memory: str = MEMORY, threads: int | None = None) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "TimeZone": "UTC",
            "autoinstall_known_extensions": "false",
            "python_enable_replacements": "false",
            "memory_limit": memory,
            "temp_directory": str(folder),
            "threads": str(threads or os.cpu_count() or 1),
            # Otherwise DuckDB writes what it reads from JSON with one thread.
            "preserve_insertion_order": "false",
            # Otherwise a Parquet column without a NULL is declared to have none, and files of one report differ.
            "disabled_optimizers": "statistics_propagation",
        }
        with translated():
            self._duck = duckdb.connect(":memory:", config=config)
        self._ordering = Lock()

    def another(self) -> Workbench:
        """Return a second connection to the same DuckDB, for another thread; tables are not shared."""
        bench = object.__new__(Workbench)
        with translated():
            bench._duck = self._duck.cursor()
        bench._ordering = self._ordering
        return bench

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement and return all its rows."""
        with _told():
            return self._execute(sql, parameters).fetchall()

    def stream(self, sql: str, parameters: Mapping[str, object] | None = None) -> Iterator[tuple[Any, ...]]:
        """Run a query and return its rows one after the other, without holding all."""
        with _told():
            running = self._execute(sql, parameters)
            while rows := running.fetchmany(_BATCH):
                yield from rows

    @contextmanager
    def in_order(self) -> Iterator[None]:
        """Let files be written in the order of their source meanwhile; slower."""
        # The setting is one for all connections.
        with self._ordering:
            self.rows("SET preserve_insertion_order = true")
            try:
                yield
            finally:
                self.rows("SET preserve_insertion_order = false")

    def _execute(self, sql: str, parameters: Mapping[str, object] | None) -> duckdb.DuckDBPyConnection:
        return self._duck.execute(sql, dict(parameters)) if parameters else self._duck.execute(sql)

    def interrupt(self) -> None:
        """Stop the statement that runs, from another thread."""
        self._duck.interrupt()

    def close(self) -> None:
        """Close the connection."""
        self._duck.close()
