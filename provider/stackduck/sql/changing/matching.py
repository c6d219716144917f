"""The WHERE of a change: which names must have which values. Nothing else is understood, so nothing is ignored.

A change has no rows to compare: what its condition says becomes parameters and body attributes, or it is refused. Only
name = value, IN, rows of them, AND and OR say that. The values stay SQL, for DuckDB to compute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from stackduck.errors import CallLimitError, NotSupportedError, ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.changing import clauses
from stackduck.sql.changing.clauses import Tokens
from stackduck.sql.tokens import Token

Way = Mapping[str, tuple[Any, ...]]
"""Lower-case name → the values of which one must be had, as JSON values; all names of a way must hold."""

_MOST_WAYS = 100_000
_CONSTANTS = ("TRUE", "FALSE", "NULL", "CURRENT_DATE", "CURRENT_TIMESTAMP", "NOT", "CASE", "CAST", "INTERVAL", "ARRAY")
_OPERATORS = frozenset(("<", ">", "<=", ">=", "<>", "!=", "=", "==", "~", "!"))
_PREDICATES = (
    *("NOT", "IS", "ISNULL", "NOTNULL", "LIKE", "ILIKE", "GLOB", "SIMILAR", "BETWEEN", "IN", "AND", "OR", "COLLATE"),
    *("ORDER", "LIMIT", "OFFSET", "GROUP", "HAVING", "USING", "FROM", "WHERE", "RETURNING", "QUALIFY", "WINDOW"),
)
_QUERY_WORDS = ("SELECT", "WITH", "FROM", "VALUES", "TABLE")


@frozen
class Match:
    """One name, or a row of names, that must have one of some values."""

    names: tuple[str, ...]
    """Lower case."""
    rows: tuple[tuple[int, ...], ...] = ()
    """For each of the values, or rows of values, the numbers of their expressions."""
    listed: int | None = None
    """The number of the expression that gives all of them, as a list of rows."""

    def ways(self, values: Sequence[Any]) -> list[Way]:
        """Return the ways in which it can hold; what equals NULL never does."""
        if self.listed is not None:
            rows = [tuple(row.values()) for row in values[self.listed]]
            if any(len(row) != len(self.names) for row in rows):
                raise ProgrammingError(f"the query for {', '.join(self.names)} must give {len(self.names)} columns")
        else:
            rows = [tuple(values[number] for number in row) for row in self.rows]
        rows = [row for row in rows if None not in row]
        if len(self.names) > 1:
            return [{name: (value,) for name, value in zip(self.names, row, strict=True)} for row in rows]
        return [{self.names[0]: tuple(row[0] for row in rows)}] if rows else []


@frozen
class Both:
    """Conditions that must all hold."""

    parts: tuple[Condition, ...]


@frozen
class Either:
    """Conditions of which one must hold."""

    parts: tuple[Condition, ...]


Condition = Match | Both | Either


def read(tokens: Tokens, *, column: Callable[[Tokens], str | None], keep: Callable[[str], int], text: str) -> Condition:
    """Read a condition.

    `column` tells the lower-case name that tokens stand for, if they do; `keep` takes an expression and gives its
    number; `text` is what the tokens' places are in. Raises NotSupportedError for a condition of another form.
    """
    return _Reader(column, keep, text).condition(tokens)


def names(condition: Condition, *, always: bool = False) -> frozenset[str]:
    """Return the names in a condition; with `always`, those alone that each way gives a value."""
    if isinstance(condition, Match):
        return frozenset(condition.names)
    found = [names(part, always=always) for part in condition.parts]
    if always and isinstance(condition, Either):
        return frozenset.intersection(*found)
    return frozenset().union(*found)


def ways(condition: Condition, values: Sequence[Any]) -> list[Way]:
    """Return every way in which a condition can hold, in the order of the text; `values` are the expressions'."""
    if isinstance(condition, Match):
        return condition.ways(values)
    parts = [ways(part, values) for part in condition.parts]
    if isinstance(condition, Either):
        return [way for part in parts for way in part]
    found: list[Way] = [{}]
    for part in parts:
        if len(found) * len(part) > _MOST_WAYS:
            raise CallLimitError(f"the condition has more than {_MOST_WAYS:,} ways to hold; narrow it")
        found = [merged for a, b in product(found, part) if (merged := _merged(a, b)) is not None]
    return found


def _merged(a: Way, b: Way) -> Way | None:
    """Return what holds where both ways do; None where nothing does."""
    merged = dict(a)
    for name, values in b.items():
        kept = tuple(v for v in merged[name] if any(same(v, w) for w in values)) if name in merged else values
        if not kept:
            return None
        merged[name] = kept
    return merged


def same(a: object, b: object) -> bool:
    """Tell whether two JSON values are one to SQL, where '1' = 1 and 1 is not true."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b or (isinstance(a, (str, int)) and isinstance(b, (str, int)) and str(a) == str(b))


class _Reader:
    def __init__(self, column: Callable[[Tokens], str | None], keep: Callable[[str], int], text: str) -> None:
        self._column = column
        self._keep = keep
        self._text = text

    def condition(self, tokens: Tokens) -> Condition:
        if not tokens:
            raise ProgrammingError("a condition is empty; write name = value")
        if any(token.is_word("BETWEEN") for _, token in clauses.outer(tokens)):
            raise self._not_understood(tokens)
        for mark, kind in (("OR", Either), ("AND", Both)):
            parts = clauses.split(tokens, mark)
            if len(parts) > 1:
                return kind(tuple(map(self.condition, parts)))
        within = clauses.inside(tokens)
        return self.condition(within) if within else self._match(tokens)

    def _match(self, tokens: Tokens) -> Match:
        for at, token in clauses.outer(tokens):
            if token.text in ("=", "=="):
                return self._equality(tokens, tokens[:at], tokens[at + 1 :])
            if token.is_word("IN"):
                return self._in(tokens, tokens[:at], tokens[at + 1 :])
            if token.is_word(*_PREDICATES) or token.text in _OPERATORS:
                break
        raise self._not_understood(tokens)

    def _equality(self, whole: Tokens, left: Tokens, right: Tokens) -> Match:
        names = self._names(left)
        if not names:
            names, right = self._names(right), left
        if not names:
            raise self._not_understood(whole)
        if right and right[0].is_word("ANY", "SOME") and (within := clauses.inside(right[1:])):
            return self._listed(names, within)
        return Match(names, (self._row(whole, names, right),))

    def _in(self, whole: Tokens, left: Tokens, right: Tokens) -> Match:
        names = self._names(left)
        if not names or not right:
            raise self._not_understood(whole)
        within = clauses.inside(right)
        if within is None:
            return self._listed(names, right)
        if _is_query(within):
            return self._listed(names, within)
        return Match(names, tuple(self._row(whole, names, item) for item in clauses.split(within, ",")))

    def _names(self, tokens: Tokens) -> tuple[str, ...]:
        """Return the name, or the row of different names, that a side of a comparison is; none for something else."""
        within = clauses.inside(tokens)
        found = [self._name(item) for item in (clauses.split(within, ",") if within else [tokens])]
        return tuple(name for name in found if name) if all(found) and len(set(found)) == len(found) else ()

    def _name(self, tokens: Tokens) -> str | None:
        is_constant = len(tokens) == 1 and tokens[0].is_word(*_CONSTANTS)
        return None if is_constant else self._column(tokens)

    def _row(self, whole: Tokens, names: Sequence[str], tokens: Tokens) -> tuple[int, ...]:
        """Keep the value of a name, or those of a row of names."""
        within = clauses.inside(tokens) if len(names) > 1 else None
        items = clauses.split(within, ",") if within else [tokens]
        if len(items) != len(names) or not all(items) or any(map(_is_more_than_a_value, items)):
            raise self._not_understood(whole)
        return tuple(self._keep(self._written(item)) for item in items)

    def _listed(self, names: tuple[str, ...], tokens: Tokens) -> Match:
        """Keep a query, or an expression that gives a list, as one list of rows."""
        written = self._written(tokens)
        query = written if _is_query(tokens) else f"SELECT unnest({written}\n)"
        return Match(names, listed=self._keep(f'ARRAY(SELECT "the row" FROM ({query}\n) AS "the row")'))

    def _written(self, tokens: Tokens) -> str:
        return self._text[tokens[0].start : tokens[-1].end]

    def _not_understood(self, tokens: Tokens) -> NotSupportedError:
        return NotSupportedError(
            f"a change cannot be limited by the condition {self._written(tokens)}: the API is told names and values "
            "alone; write name = value or name IN (…), for example with a query: name IN (SELECT … WHERE …)"
        )


def _is_query(tokens: Tokens) -> bool:
    first = next((token for token in tokens if token.text != "("), None)
    return first is not None and first.is_word(*_QUERY_WORDS)


def _is_more_than_a_value(tokens: Tokens) -> bool:
    """Tell whether tokens hold a predicate or a clause, which would bind less tightly than the comparison."""
    return any(_is_loose(token) for token in _outside(tokens))


def _outside(tokens: Tokens) -> Iterator[Token]:
    return (token for _, token in clauses.outer(tokens))


def _is_loose(token: Token) -> bool:
    return token.is_word(*_PREDICATES) or token.text in _OPERATORS
