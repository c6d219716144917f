"""Ask a file of queries/ as `stackduck run` does: its declared parameters bound, one of enterprise and org given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import stackduck
from stackduck.files.front_matter import SqlFile, read

from ..usage_oracle import Row

QUERIES = Path(__file__).resolve().parents[2] / "queries"
FILES: dict[str, SqlFile] = {path.stem: read(path) for path in sorted(QUERIES.glob("*.sql"))}
"""The files by name."""


def values(connection: stackduck.Connection, file: SqlFile, given: dict[str, object]) -> dict[str, object]:
    """Return the value of each parameter, of its declared type; a parameter of `one of` that is not given is NULL."""
    chosen = {each.name: given.get(each.name, each.default) for each in file.parameters}
    typed = ", ".join(f"CAST(? AS {each.type})" for each in file.parameters)
    row = connection.execute(f"SELECT {typed}", list(chosen.values())).fetchone()
    assert row is not None
    return dict(zip(chosen, row, strict=True))


def ask(connection: stackduck.Connection, name: str, **given: Any) -> list[Row]:
    """Return the rows that a query gives, by column name."""
    file = FILES[name]
    unknown = given.keys() - {each.name for each in file.parameters}
    assert not unknown, unknown
    cursor = connection.execute(file.text, values(connection, file, given))
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
