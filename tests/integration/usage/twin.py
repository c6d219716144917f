"""DuckDB alone with the same tables under the same names, filled by the oracle: any statement can be asked of both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from stackduck.catalog.names import Catalog

from ...usage_oracle import Usage
from . import expected

Rows = list[tuple[Any, ...]]


class Twin:
    """The tables by day, with `enterprise` and `org` as columns that SELECT * shows too."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self._catalog, self._folder = catalog, folder
        self._duck = duckdb.connect(config={"TimeZone": "UTC", "autoinstall_known_extensions": "false"})
        self._duck.execute("ATTACH ':memory:' AS github; CREATE SCHEMA github.copilot_usage")
        for table in expected.BY_DAY:
            listed = ", ".join(f'"{name}" {kind}' for name, kind in self._columns(table).items())
            self._duck.execute(f"CREATE TABLE github.copilot_usage.{table} ({listed})")

    def _columns(self, table: str) -> Mapping[str, str]:
        documented = expected.columns(self._catalog, table, "enterprise")
        return {**documented, "enterprise": "VARCHAR", "org": "VARCHAR"}

    def fill(self, scope: str, name: str, usage: Usage) -> None:
        """Add the rows of an enterprise or organization."""
        for table in expected.BY_DAY:
            documented = expected.columns(self._catalog, table, scope)
            file = self._folder / f"{table}.json"
            rows = expected.rows(table, usage, documented)
            file.write_text("\n".join(json.dumps({**row, scope: name}, default=str) for row in rows))
            kinds = ", ".join(f"'{column}': '{kind}'" for column, kind in self._columns(table).items())
            source = f"read_json('{file}', format = 'newline_delimited', columns = {{{kinds}}})"
            self._duck.execute(f"INSERT INTO github.copilot_usage.{table} BY NAME SELECT * FROM {source}")

    def ask(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> Rows:
        """Run statements and return the last one's rows."""
        return self._duck.execute(sql, parameters or None).fetchall()

    def close(self) -> None:
        """Forget everything."""
        self._duck.close()
