"""DuckDB itself, by its name, and opening a database.

The package `duckdb` puts relations and data frames around this module, which takes four times as long to import. It is
loaded once a relation is handed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Thread

import _duckdb as duckdb

__all__ = ["Opening", "duckdb"]


class Opening(Thread):
    """A database that is being opened meanwhile: that takes as long as importing a parser."""

    def __init__(self, database: str, *, read_only: bool, config: Mapping[str, str]) -> None:
        super().__init__(name="duckdb", daemon=True)
        self._database, self._read_only, self._config = database, read_only, config
        self._opened: duckdb.DuckDBPyConnection | None = None
        self._failure: Exception | None = None
        self.start()

    def run(self) -> None:
        """Open it."""
        try:
            self._opened = duckdb.connect(self._database, read_only=self._read_only, config=dict(self._config))
        except Exception as exc:
            self._failure = exc

    def connection(self) -> duckdb.DuckDBPyConnection:
        """Wait for it. Raises DuckDB's error where it cannot be opened."""
        self.join()
        if self._opened is None:
            raise self._failure or RuntimeError("no connection")
        return self._opened
