"""What DuckDB's own optimizer says must hold: a second opinion where walking the statement found no value.

`EXPLAIN (SQL)` over empty typed tables prints the optimized query; every provider table appears in it by its
relation's name, with the conditions that were pushed down to it. Reading it back uses the same proof as the user's
text. What DuckDB pushes that must not be, and constants that are others a moment later, are kept out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from sqlglot import exp

from stackduck.frozen import frozen
from stackduck.sql import reading
from stackduck.sql.constants import Constants
from stackduck.sql.parsing import parse
from stackduck.sql.proving import conditions
from stackduck.sql.proving.day_conditions import Ask, DayConditions
from stackduck.sql.rewrite import Edit, splice
from stackduck.sql.scopes import Disjuncts
from stackduck.sql.statements import Statement, of_text
from stackduck.sql.values import Days

# Optimizers that prune empty tables, or that read a table twice and leave one of the readings without conditions.
DISABLED = (
    "statistics_propagation,empty_result_pullup,late_materialization,top_n_window_elimination,window_self_join,"
    "common_subplan,build_side_probe_side,join_order,compressed_materialization"
)

CLOCK = (
    *("NOW", "CURRENT_TIMESTAMP", "GET_CURRENT_TIMESTAMP", "TRANSACTION_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_TIME"),
    *("CURRENT_LOCALTIMESTAMP", "CURRENT_LOCALTIME", "LOCALTIME", "GET_CURRENT_TIME", "AGE", "TXID_CURRENT"),
)
_BEFORE_PAREN = frozenset(
    {
        *("AND", "OR", "NOT", "IN", "ON", "AS", "USING", "FROM", "JOIN", "WHERE", "SELECT", "EXISTS", "VALUES", "BY"),
        *("OVER", "WHEN", "THEN", "ELSE", "CASE", "BETWEEN", "HAVING", "QUALIFY", "UNION", "EXCEPT", "INTERSECT"),
        *("DISTINCT", "EXCLUDE", "FILTER", "LATERAL", "IS", "LIKE", "LIMIT", "MATERIALIZED", "COLUMNS", "EXTRACT"),
    }
)
# Functions whose value depends on nothing but their arguments and the day.
_PLAIN = frozenset(
    {
        *("LOWER", "UPPER", "TRIM", "LTRIM", "RTRIM", "CONCAT", "CONCAT_WS", "LEFT", "RIGHT", "SUBSTR", "SUBSTRING"),
        *("REPLACE", "LPAD", "RPAD", "REPEAT", "REVERSE", "CHR", "FORMAT", "PRINTF", "STRFTIME", "STRPTIME", "CAST"),
        *("TRY_CAST", "DATE", "MAKE_DATE", "DATE_TRUNC", "DATE_ADD", "DATE_SUB", "DATE_DIFF", "DATE_PART", "LAST_DAY"),
        *("JSON_EXTRACT_STRING", "JSON_EXTRACT_PATH", "TO_DAYS", "TO_MONTHS", "TO_MICROSECONDS", "DAY", "DAYOFWEEK"),
        *("TODAY", "CURRENT_DATE", "COALESCE", "NULLIF", "IFNULL", "GREATEST", "LEAST", "ABS", "LIST_CONTAINS"),
        *("COUNT", "SUM", "MIN", "MAX", "AVG", "ROW_NUMBER", "RANK", "ANY", "ALL", "ANY_VALUE", "UNNEST", "LENGTH"),
    }
)


@frozen
class Relation:
    """An empty table that stands for an occurrence."""

    name: str
    columns: tuple[str, ...]
    """Lower case, in order."""
    types: Mapping[str, str]
    """The parameters among them, with their DuckDB types."""
    has_days: bool = False
    """Whether a condition on its `day` chooses what is fetched."""


def read(text: str, relations: Mapping[str, Relation], *, ask: Ask) -> dict[str, Disjuncts]:
    """Return the values that must hold, by relation name; a relation that the text lacks is left out.

    That a scan vanished from the text does not mean that its rows are not needed. `ask` tells the days of conditions.
    """
    # JOIN BY (TYPE MARK | SINGLE | RIGHT_SEMI) is no SQL that sqlglot knows: it takes BY for an alias.
    root = None if "JOIN BY" in text else parse(text)
    if root is None:
        return {}

    def parts(table: exp.Table) -> tuple[str, str, str] | None:
        return ("", "", table.name) if table.name in relations else None

    tree = reading.build(root, parts, local_columns=lambda table: None)
    for occurrence in tree.occurrences:
        relation = relations[occurrence.parts[2]]
        occurrence.columns, occurrence.types = relation.columns, dict(relation.types)
        occurrence.has_days = relation.has_days
    has_days = any(relation.has_days for relation in relations.values())
    day_conditions = DayConditions(of_text(text), {}, ask) if has_days else None
    conditions.collect(tree, Constants({}, lambda: None), day_conditions)
    found: dict[str, Disjuncts] = {}
    for occurrence in tree.occurrences:
        found.setdefault(occurrence.parts[2], []).extend(occurrence.disjuncts or [])
    return {name: _choosing(ways, day_conditions) for name, ways in found.items()} if day_conditions else found


def _choosing(ways: Disjuncts, day_conditions: DayConditions) -> Disjuncts:
    """Drop days that are all there are: DuckDB adds IS NOT NULL to whatever is joined."""
    every = Days(day_conditions.matching("true"))
    return [{name: values for name, values in way.items() if values != every} for way in ways]


def question(text: str) -> str:
    """Return a query as DuckDB may be asked about it: it pushes filters below DISTINCT ON, but not below a LIMIT."""
    tokens = of_text(text).tokens
    edits = []
    for i in range(len(tokens) - 1):
        if tokens[i].is_word("DISTINCT") and tokens[i + 1].is_word("ON"):
            depth = 0
            for token in tokens[i:]:
                depth += (token.text == "(") - (token.text == ")")
                if depth == 0 and token.is_word("LIMIT", "OFFSET"):
                    break
                if depth < 0:
                    edits.append(Edit(token.start, token.start, " LIMIT 999999999"))
                    break
    return splice(text, edits)


def may_change(statement: Statement) -> bool:
    """Tell whether a function of the statement may have another value a moment later."""
    return bool(called_functions(statement))


def called_functions(statement: Statement) -> frozenset[str]:
    """Return the lower-case names of the functions that it may call, but for those that are known to be plain."""
    return frozenset(
        token.name.lower()
        for token, after in pairwise(statement.tokens)
        if after.text == "(" and token.kind in ("word", "quoted") and token.name.upper() not in _PLAIN | _BEFORE_PAREN
    )


def stable(ways: Disjuncts, statement: Statement, types: Mapping[str, str]) -> Disjuncts:
    """Drop the values that may be others when the statement runs: with a clock in it, all but days are suspect."""
    if not any(t.is_word(*CLOCK) for t in statement.tokens):
        return ways
    return [
        {name: values for name, values in way.items() if types.get(name) == "DATE" or isinstance(values, Days)}
        for way in ways
    ]
