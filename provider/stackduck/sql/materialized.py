"""CREATE, REFRESH, DROP and SHOW of materialized views, which DuckDB does not have: read by their tokens.

Owns the reading; the engine keeps the rows in a table, beside the query and the time at which it was asked.
"""

from __future__ import annotations

from typing import Literal

from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import Token
from stackduck.sql.verbs import renamed

Action = Literal["CREATE", "REFRESH", "DROP", "SHOW"]

_ACTIONS: tuple[Action, ...] = ("CREATE", "REFRESH", "DROP", "SHOW")
_BEFORE = ("OR", "REPLACE", "TEMP", "TEMPORARY")


@frozen
class Command:
    """What a statement wants of a materialized view."""

    action: Action
    name: tuple[str, ...] = ()
    """The view's name, perhaps with schema and database; empty for SHOW."""
    written: str = ""
    """The name as it was written."""
    query: str = ""
    """What CREATE … AS asks."""
    replaces: bool = False
    is_temporary: bool = False
    is_tolerant: bool = False
    """Whether IF [NOT] EXISTS stands in it."""


def may_concern(statement: Statement) -> bool:
    """Tell whether a statement may be about materialized views."""
    return statement.keyword in (*_ACTIONS, "EXPLAIN") and any(t.is_word("MATERIALIZED") for t in statement.tokens[:12])


def command(statement: Statement) -> Command | None:
    """Return what a statement about materialized views wants; None for any other statement."""
    tokens = statement.tokens
    action = next((a for a in _ACTIONS if statement.keyword == a), None)
    at = 1
    while action and at < len(tokens) and tokens[at].is_word(*_BEFORE):
        at += 1
    if action is None or at >= len(tokens) or not tokens[at].is_word("MATERIALIZED"):
        return None
    if action == "SHOW":
        return Command("SHOW") if _is_word(tokens, at + 1, "VIEWS") and at + 2 == len(tokens) else None
    if not _is_word(tokens, at + 1, "VIEW"):
        raise ProgrammingError(f"{action} MATERIALIZED is followed by VIEW")
    return _named(statement, action, at + 2)


def _named(statement: Statement, action: Action, at: int) -> Command:
    """Read IF [NOT] EXISTS, the name, and for CREATE the query."""
    tokens = statement.tokens
    start = at
    while _is_word(tokens, at, "IF", "NOT", "EXISTS"):
        at += 1
    is_tolerant = at > start
    first = at
    while at < len(tokens) and (
        tokens[at].kind in ("word", "quoted") if (at - first) % 2 == 0 else tokens[at].text == "."
    ):
        at += 1
    name = tuple(token.name for token in tokens[first:at:2])
    if not name or (action != "CREATE" and at < len(tokens)):
        raise ProgrammingError(f"{action} MATERIALIZED VIEW takes one name")
    head = [token.text.upper() for token in tokens[:first]]
    return Command(
        action,
        name,
        statement.text[tokens[first].start : tokens[at - 1].end],
        _query(statement, at) if action == "CREATE" else "",
        replaces="REPLACE" in head,
        is_temporary="TEMP" in head or "TEMPORARY" in head,
        is_tolerant=is_tolerant,
    )


def _query(statement: Statement, at: int) -> str:
    """Return the query after AS, under the names that a list of columns before it gives."""
    tokens = statement.tokens
    body = next((i for i in range(at, len(tokens)) if tokens[i].is_word("AS")), len(tokens))
    if body + 1 >= len(tokens):
        raise ProgrammingError(
            "CREATE MATERIALIZED VIEW needs a query; write CREATE MATERIALIZED VIEW name AS SELECT …"
        )
    query = statement.text[tokens[body + 1].start :]
    return renamed(statement.text[tokens[at].start : tokens[body].end], query) if body > at else query


def _is_word(tokens: tuple[Token, ...], at: int, *words: str) -> bool:
    return at < len(tokens) and tokens[at].is_word(*words)
