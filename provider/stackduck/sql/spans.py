"""The user's own words for a condition, an expression or a table: where in the text a node of the tree stands.

sqlglot keeps the places of names and literals alone. The words around them are found from there, and are only
believed where reading them again gives the same condition: DuckDB may then be asked about the very text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from sqlglot import exp

from stackduck.frozen import frozen
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


Span = tuple[int, int]


def span_of(condition: exp.Expr, statement: Statement) -> Span | None:
    """Return where a condition of WHERE, ON, HAVING or QUALIFY starts and ends; None where that is not certain."""
    return _found(condition, statement, _CONDITION)


def value_span(value: exp.Expr, statement: Statement) -> Span | None:
    """Return where one side of a comparison, or an item of SELECT, starts and ends; None where that is not certain."""
    return _found(value, statement, _VALUE) or _found(value, statement, _OUTPUT)


def output_span(value: exp.Expr, statement: Statement) -> Span | None:
    """Return where an item of SELECT without a name starts and ends; None where that is not certain."""
    if not isinstance(value, (exp.Subquery, exp.Exists)):
        return value_span(value, statement)
    if (inner := body_span(value.this, statement)) is None:
        return None
    tokens = statement.tokens
    first = bisect_left(tokens, inner[0], key=lambda t: t.start) - 1
    after = bisect_left(tokens, inner[1], key=lambda t: t.start)
    if isinstance(value, exp.Exists):
        first -= tokens[first - 1].is_word("EXISTS")
    is_closed = after < len(tokens) and tokens[after].text == ")"
    return (tokens[first].start, tokens[after].end) if is_closed else None


def item_span(item: exp.Expr, statement: Statement) -> Span | None:
    """Return where an item of FROM starts and ends, with its alias; None where that is not certain."""
    if item.args.get("joins"):
        item = item.copy()
        item.set("joins", None)
    return _found(item, statement, _ITEM)


def body_span(query: exp.Expr, statement: Statement) -> Span | None:
    """Return where a query in parentheses starts and ends, without these; None where that is not certain."""
    found = _found(query, statement, _BODY)
    if found is None and not any(_has_place(node, statement) for node in query.walk()):
        return _only_one(query, statement)
    at = bisect_left(statement.tokens, found[0], key=lambda t: t.start) if found else 0
    is_enclosed = at > 0 and statement.tokens[at - 1].text == "("
    return found if is_enclosed else None


def _only_one(query: exp.Expr, statement: Statement) -> Span | None:
    """Return the only stretch in parentheses that reads as a query of which no node has a place, as SELECT $x."""
    opened: list[int] = []
    spans: list[Span] = []
    for token in statement.tokens:
        if token.text == "(":
            opened.append(token.end)
        elif token.text == ")" and opened:
            spans.append((opened.pop(), token.start))
    texts = ((start, end, statement.text[start:end]) for start, end in spans)
    found = [(start, end) for start, end, text in texts if "$" in text and _is_body(text, query)]
    return found[0] if len(found) == 1 else None


@frozen
class _Edges:
    """Between which tokens something may stand, and how it reads on its own."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    reads_as: Callable[[str, exp.Expr], bool]


def _found(node: exp.Expr, statement: Statement, edges: _Edges) -> Span | None:
    places = [(n.meta["start"], n.meta["end"]) for n in node.walk() if _has_place(n, statement)]
    if not places:
        return None
    tokens = statement.tokens
    first = bisect_right(tokens, min(start for start, _ in places), key=lambda t: t.start) - 1
    last = bisect_left(tokens, max(end for _, end in places) + 1, key=lambda t: t.end) + 1
    for _ in range(_MOST_STEPS):
        first, last = _grown(tokens, first, last, edges)
        start, end = tokens[first].start, tokens[last - 1].end
        if edges.reads_as(statement.text[start:end], node):
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


def _has_place(node: exp.Expr, statement: Statement) -> bool:
    """Tell whether a node has a place; that of the star which FROM t stands for is wrong."""
    start = node.meta.get("start", -1)
    return start >= 0 and (not isinstance(node, exp.Star) or statement.text[start : start + 1] == "*")


def _grown(tokens: Sequence[Token], first: int, last: int, edges: _Edges) -> tuple[int, int]:
    """Return the widest stretch around tokens that closes its brackets and crosses no new edge."""
    depth = lowest = 0
    for token in tokens[first:last]:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        lowest = min(lowest, depth)
    opened, missing = depth - lowest, -lowest
    while first and (missing or not _is_before(tokens[first - 1], edges)):
        first -= 1
        missing += (tokens[first].text in _CLOSING) - (tokens[first].text in _OPENING)
    while last < len(tokens) and (opened or not _is_after(tokens, last, edges)):
        opened += (tokens[last].text in _OPENING) - (tokens[last].text in _CLOSING)
        last += 1
    return first, last


def _is_before(token: Token, edges: _Edges) -> bool:
    """Tell whether something may start behind the token."""
    return token.text in (*_OPENING, ",") or token.text in edges.before or token.is_word(*edges.before)


def _is_after(tokens: Sequence[Token], at: int, edges: _Edges) -> bool:
    """Tell whether something may end before the token: LEFT begins a join unless it is a function."""
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    is_join = tokens[at].is_word(*_SIDES) and following != "("
    text = tokens[at].text
    return is_join or text in (*_CLOSING, ",") or text in edges.after or tokens[at].is_word(*edges.after)


def _is_condition(text: str, condition: exp.Expr) -> bool:
    tree = parse(f"SELECT 1 WHERE {text}")
    where = tree.args.get("where") if isinstance(tree, exp.Select) else None
    return where is not None and bool(where.this == condition)


def _is_item(text: str, item: exp.Expr) -> bool:
    tree = parse(f"SELECT 1 FROM {text}")
    clause = tree.args.get("from_") if isinstance(tree, exp.Select) and not tree.args.get("joins") else None
    return clause is not None and bool(clause.this == item)


def _is_body(text: str, query: exp.Expr) -> bool:
    tree = parse(f"SELECT 1 FROM ({text})")
    clause = tree.args.get("from_") if isinstance(tree, exp.Select) else None
    inner = clause.this if clause is not None else None
    return inner is not None and bool((inner.this if isinstance(inner, exp.Subquery) else inner) == query)


_EQUAL = ("=", "==")
_CONDITION = _Edges(_BEFORE, _AFTER, _is_condition)
_VALUE = _Edges((*_BEFORE, *_EQUAL, "IN", "ANY"), (*_AFTER, *_EQUAL, "IN"), _is_condition)
_OUTPUT = _Edges(("SELECT",), (*_AFTER, "FROM", "AS"), _is_condition)
_ITEM = _Edges(("FROM", "JOIN"), (*_AFTER, "SELECT", "LEFT", "RIGHT", "FULL"), _is_item)
_BODY = _Edges((), (), _is_body)
