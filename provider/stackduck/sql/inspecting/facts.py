"""The tables of facts that a statement may read, stackduck.methods and the like, and SHOW and DESCRIBE within it.

Sees tokens alone and loads no parser; which parts of the catalog are wanted is found in `fact_tables`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from stackduck.catalog.facts import TABLES as CATALOG_TABLES
from stackduck.catalog.facts import Place, Table
from stackduck.frozen import frozen
from stackduck.sql.inspecting import looking, signs
from stackduck.sql.inspecting.looking import Describe, IsTable, Show
from stackduck.sql.inspecting.signs import SCHEMA
from stackduck.sql.statements import Statement, of_text

CALLS = Table(
    (
        *(("time", "TIMESTAMPTZ"), ("method", "VARCHAR"), ("path_template", "VARCHAR"), ("status", "BIGINT")),
        *(("bytes", "BIGINT"), ("seconds", "DOUBLE"), ("cached", "BOOLEAN")),
    ),
    {},
)
TABLES: Mapping[str, Table] = {**CATALOG_TABLES, "calls": CALLS}


@frozen
class Use:
    """A relation that a statement needs: a table of facts, as far as it is wanted."""

    relation: str
    table: str
    place: Place


def columns_named_in(statement: Statement) -> Mapping[str, list[str]]:
    """Return the columns of the tables of facts that a statement names, for messages."""
    words = {token.name.lower() for token in statement.tokens if token.kind in ("word", "quoted")}
    return {f"{SCHEMA}.{name}": [column for column, _ in TABLES[name].columns] for name in TABLES if name in words}


def nested(
    statement: Statement, providers: Collection[str], *, is_table: IsTable
) -> Iterator[tuple[int, int, Show | Describe]]:
    """Yield start, end and meaning of every SHOW and DESCRIBE in parentheses that is not DuckDB's own."""
    for start, end in signs.nested(statement):
        look = looking.read(of_text(statement.text[start:end]), providers, is_table=is_table)
        if isinstance(look, (Show, Describe)):
            yield start, end, look
