"""What a statement does, from its tokens alone: whether it reads, counts or explains.

Must not parse SQL, nor load a parser: every statement comes by here, also those that name no provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stackduck.sql.statements import Statement, of_text

Kind = Literal["query", "change", "rows"]

_QUERIES = frozenset(("SELECT", "FROM", "VALUES", "TABLE"))
_CHANGES = frozenset(("INSERT", "UPDATE", "DELETE", "MERGE"))
_ROWS = frozenset(("DESCRIBE", "DESC", "SHOW", "SUMMARIZE", "PIVOT", "UNPIVOT", "CALL", "PRAGMA", "EXECUTE", "EXPLAIN"))
_READ_VIEWS = _QUERIES | _CHANGES | {"WITH", "PIVOT", "UNPIVOT", "SUMMARIZE", "EXPLAIN", "CREATE", "COPY"}


@dataclass(frozen=True, slots=True)
class Explain:
    """EXPLAIN with its options, before a statement."""

    text: str
    is_run: bool
    """Whether ANALYZE runs the statement."""


def kind(statement: Statement) -> Kind:
    """Tell a query, which may be run twice, from a change, which counts rows, and from what only gives rows.

    A WITH is what follows it; a change with RETURNING gives rows.
    """
    words = _outer_words(statement)
    keyword = statement.keyword
    if keyword == "WITH":
        keyword = next((word for word in words if word in _QUERIES | _CHANGES), "SELECT")
    if keyword in _QUERIES:
        return "query"
    return "rows" if keyword in _ROWS or "RETURNING" in words else "change"


def may_read_views(statement: Statement) -> bool:
    """Tell whether a name in the statement may be that of a view whose rows are read."""
    return statement.keyword in _READ_VIEWS


def explained(statement: Statement) -> tuple[Explain | None, Statement]:
    """Cut EXPLAIN and its options off a statement."""
    tokens = statement.tokens
    if statement.keyword != "EXPLAIN" or len(tokens) < 2:
        return None, statement
    at = 2 if tokens[1].is_word("ANALYZE") else 1
    after = tokens[at + 1] if at + 1 < len(tokens) else tokens[-1]
    if tokens[at : at + 1] and tokens[at].text == "(" and not after.is_word("SELECT", "WITH", "FROM", "VALUES"):
        at = next((i + 1 for i, t in enumerate(tokens) if t.text == ")"), at)
    if at >= len(tokens):
        return None, statement
    start = tokens[at].start
    head = Explain(statement.text[:start], any(t.is_word("ANALYZE") for t in tokens[:at]))
    return head, of_text(statement.text[start:])


def as_query(statement: Statement) -> Statement:
    """Write SUMMARIZE v and TABLE v as SELECTs, since a view's text may stand in FROM alone."""
    if statement.keyword not in ("SUMMARIZE", "TABLE") or len(statement.tokens) < 2:
        return statement
    rest = of_text(statement.text[statement.tokens[1].start :])
    if statement.keyword == "TABLE":
        return of_text(f"FROM {rest.text}")
    return statement if rest.keyword in {*_QUERIES, "WITH"} else of_text(f"SUMMARIZE SELECT * FROM {rest.text}")


def renamed(head: str, query: str) -> str:
    """Return the query of CREATE VIEW v (a, b) AS with the columns that its head names."""
    tokens = of_text(head).tokens
    start = next((t.start for t in tokens if t.text == "("), None)
    if start is None:
        return query
    end = max(t.end for t in tokens if t.text == ")")
    return f"SELECT * FROM ({query}\n) AS renamed {head[start:end]}"


def _outer_words(statement: Statement) -> list[str]:
    """Return the words outside all parentheses, in capitals."""
    words, depth = [], 0
    for token in statement.tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.kind == "word":
            words.append(token.text.upper())
    return words
