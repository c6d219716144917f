"""Provider tables in text that is only shown to DuckDB: relations stand for them."""

from __future__ import annotations

from collections.abc import Mapping

from stackduck.sql.dialect.structure import is_alias
from stackduck.sql.rewrite import Edit, quote, splice
from stackduck.sql.statements import Statement, three_part_names

Name = tuple[str, str, str]


def replaced(statement: Statement, relations: Mapping[Name, str]) -> str:
    """Return the text with relations in place of provider tables, known by the same names to the rest of it."""
    places = {token.start: at for at, token in enumerate(statement.tokens)}
    edits = []
    for a, b, c in three_part_names(statement):
        relation = relations.get((a.name, b.name, c.name))
        if relation is None:
            continue
        after = next(iter(statement.tokens[places[c.start] + 1 :]), None)
        if after is not None and after.text == ".":
            edits.append(Edit(a.start, c.start, ""))
        else:
            alias = "" if is_alias(after) else f" AS {quote(c.name)}"
            edits.append(Edit(a.start, c.end, f"{quote(relation)}{alias}"))
    return splice(statement.text, edits)
