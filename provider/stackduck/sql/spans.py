"""The user's own words for a condition: where in the text a node of the tree stands.

sqlglot keeps the places of names and literals alone. The words around them are found from there, and are only
believed where reading them again gives the same condition: DuckDB may then be asked about the very text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from sqlglot import exp

from stackduck.sql.parsing import parse
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import Token

_MOST_STEPS = 12
_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")
_BEFORE = ("AND", "OR", "WHERE", "ON", "HAVING", "QUALIFY")
_AFTER = (
    *("AND", "OR", "WHERE", "ON", "HAVING", "QUALIFY", "GROUP", "ORDER", "LIMIT", "OFFSET", "WINDOW", "UNION"),
    *("EXCEPT", "INTERSECT", "USING", "SELECT", "JOIN", "INNER", "CROSS", "NATURAL", "ASOF", "POSITIONAL", "SEMI"),
    *("ANTI", "RETURNING"),
)
_SIDES = ("LEFT", "RIGHT", "FULL")


def span_of(condition: exp.Expr, statement: Statement) -> tuple[int, int] | None:
    """Return where a condition of WHERE, ON, HAVING or QUALIFY starts and ends; None where that is not certain."""
    places = [(n.meta["start"], n.meta["end"]) for n in condition.walk() if "start" in n.meta]
    if not places:
        return None
    tokens = statement.tokens
    first = bisect_right(tokens, min(start for start, _ in places), key=lambda t: t.start) - 1
    last = bisect_left(tokens, max(end for _, end in places) + 1, key=lambda t: t.end) + 1
    for _ in range(_MOST_STEPS):
        first, last = _grown(tokens, first, last)
        start, end = tokens[first].start, tokens[last - 1].end
        if _reads_as(statement.text[start:end], condition):
            return start, end
        if last < len(tokens) and tokens[last].is_word("AND", "OR"):
            last += 1
        elif first and last < len(tokens) and tokens[first - 1].text in _OPENING and tokens[last].text in _CLOSING:
            first, last = first - 1, last + 1
        elif first and tokens[first - 1].is_word("AND", "OR"):
            first -= 1
        else:
            return None
    return None


def _grown(tokens: Sequence[Token], first: int, last: int) -> tuple[int, int]:
    """Return the widest stretch around tokens that closes its brackets and has no new AND, OR or clause."""
    depth = lowest = 0
    for token in tokens[first:last]:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        lowest = min(lowest, depth)
    opened, missing = depth - lowest, -lowest
    while first and (missing or not _is_before(tokens[first - 1])):
        first -= 1
        missing += (tokens[first].text in _CLOSING) - (tokens[first].text in _OPENING)
    while last < len(tokens) and (opened or not _is_after(tokens, last)):
        opened += (tokens[last].text in _OPENING) - (tokens[last].text in _CLOSING)
        last += 1
    return first, last


def _is_before(token: Token) -> bool:
    """Tell whether a condition may start behind the token."""
    return token.text in (*_OPENING, ",") or token.is_word(*_BEFORE)


def _is_after(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a condition may end before the token: LEFT begins a join unless it is a function."""
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    is_join = tokens[at].is_word(*_SIDES) and following != "("
    return is_join or tokens[at].text in (*_CLOSING, ",") or tokens[at].is_word(*_AFTER)


def _reads_as(text: str, condition: exp.Expr) -> bool:
    tree = parse(f"SELECT 1 WHERE {text}")
    where = tree.args.get("where") if isinstance(tree, exp.Select) else None
    return where is not None and bool(where.this == condition)
