"""What DuckDB's own optimizer says must hold: a second opinion where walking the statement found no value.

`EXPLAIN (SQL)` over empty typed tables prints the optimized query; every provider table appears in it by its
relation's name, with the conditions that were pushed down to it. Reading it back uses the same proof as the user's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from stackduck.sql import conditions, scopes
from stackduck.sql.parsing import parse
from stackduck.sql.scopes import Disjuncts

# Optimizers that prune empty tables, or that read a table twice and leave one of the readings without conditions.
DISABLED = (
    "statistics_propagation,empty_result_pullup,late_materialization,top_n_window_elimination,window_self_join,"
    "common_subplan,build_side_probe_side,join_order,compressed_materialization"
)


@dataclass(frozen=True, slots=True)
class Relation:
    """An empty table that stands for an occurrence."""

    name: str
    columns: tuple[str, ...]
    """Lower case, in order."""
    types: Mapping[str, str]
    """The parameters among them, with their DuckDB types."""


def read(text: str, relations: Mapping[str, Relation]) -> dict[str, Disjuncts]:
    """Return the values that must hold, by relation name; a relation that the text lacks is left out.

    That a scan vanished from the text does not mean that its rows are not needed.
    """
    # JOIN BY (TYPE MARK | SINGLE | RIGHT_SEMI) is no SQL that sqlglot knows: it takes BY for an alias.
    root = None if "JOIN BY" in text else parse(text)
    if root is None:
        return {}

    def parts(table: exp.Table) -> tuple[str, str, str] | None:
        return ("", "", table.name) if table.name in relations else None

    tree = scopes.build(root, parts, local_columns=lambda table: None)
    for occurrence in tree.occurrences:
        relation = relations[occurrence.parts[2]]
        occurrence.columns, occurrence.types = relation.columns, dict(relation.types)
    conditions.collect(tree, {})
    found: dict[str, Disjuncts] = {}
    for occurrence in tree.occurrences:
        found.setdefault(occurrence.parts[2], []).extend(occurrence.disjuncts or [])
    return found
