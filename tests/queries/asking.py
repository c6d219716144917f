"""Ask a file of queries/ as `stackduck run` does: its declared parameters bound, one of enterprise and org given."""

from __future__ import annotations

from pathlib import Path

import stackduck
from stackduck.files.front_matter import SqlFile, read
from stackduck.files.parameters import Caster, bind

from ..usage_oracle import Row

QUERIES = Path(__file__).resolve().parents[2] / "queries"
FILES: dict[str, SqlFile] = {path.stem: read(path) for path in sorted(QUERIES.glob("*.sql"))}
"""The files by name."""


def ask(connection: stackduck.Connection, name: str, **given: object) -> list[Row]:
    """Return the rows that a query gives, by column name."""
    file, caster = FILES[name], Caster()
    try:
        bound = bind(file, {key: str(value) for key, value in given.items()}, caster=caster)
    finally:
        caster.close()
    cursor = connection.execute(file.text, bound.values)
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
