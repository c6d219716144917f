"""StackQL's functions and operators, which are SQLite's, beside DuckDB's: found by tokens, written in DuckDB's words.

A statement that uses none of them is not touched; in one that does, all other text stays as it was written. Where
DuckDB has a function of the same name with another meaning, DuckDB's holds. What a path into an operand means depends
on the operand's type, for which DuckDB is asked. Must not need a parser: a statement that names no provider comes by
here too. This module is all that is loaded for a statement without them.
"""

from __future__ import annotations

from stackduck.sql.statements import Statement

FUNCTIONS = frozenset(
    {
        *("char", "date", "datetime", "iif", "json_each", "json_equal", "json_extract", "json_insert", "json_patch"),
        *("json_remove", "json_replace", "json_set", "julianday", "regexp", "regexp_like", "regexp_substr", "strftime"),
        *("time", "total", "unixepoch"),
    }
)
OPERATORS = frozenset(("REGEXP", "SEPARATOR", "SIGNED", "UNSIGNED"))


def may_concern(statement: Statement) -> bool:
    """Tell whether there may be anything to translate; this is all that other statements cost."""
    for token in statement.tokens:
        if token.kind == "word":
            if token.text.lower() in FUNCTIONS or token.text.upper() in OPERATORS:
                return True
        elif token.text in ("->", "->>") or (token.kind == "quoted" and token.name.lower() in FUNCTIONS):
            return True
    return False
