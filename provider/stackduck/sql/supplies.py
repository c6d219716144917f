"""Which conditions give a column its values from data: an equality with an expression over other tables, or IN a query.

Owns reading such conditions. Whether their values can be computed before the column's table is loaded, and how, is not
decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from stackduck.sql.columns import resolve_outward
from stackduck.sql.constants import conjuncts, unwrap
from stackduck.sql.scopes import Disjuncts, Query, Source, join_kind
from stackduck.sql.values import Fed

_REDUCING = ("group", "having", "qualify", "limit", "offset", "sample", "distinct")
"""Clauses after which a row need not come of a single one that meets the conditions."""


@dataclass(frozen=True, eq=False, slots=True)
class Computed:
    """The value of an expression."""

    node: exp.Expr


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """A column of a query's rows, or of a list of rows."""

    node: exp.Expr
    """The subquery of IN (SELECT …), or the VALUES."""
    column: int
    """Counted from 0."""


@dataclass(frozen=True, eq=False, slots=True)
class Merged:
    """The column of another table that USING makes equal."""

    source: Source
    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Supply:
    """All values that a column may have, by one condition that must hold."""

    query: Query
    """Where the condition stands."""
    source: Source
    """The source whose column it is, of that query or of the one around it."""
    join: Source | None
    """The source that is joined by the condition; None for one of WHERE."""
    value: Computed | Member | Merged
    is_row: bool = False
    """Whether it is compared within a row, where NULL equals NULL."""


class Supplies:
    """Reads the conditions of a query for one of its sources."""

    def __init__(self, query: Query, source: Source) -> None:
        self._query = query
        self._source = source

    def equality(self, node: exp.EQ) -> Iterator[tuple[exp.Column, Supply]]:
        """Yield each column of the source with what it equals."""
        left, right = unwrap(node.this), unwrap(node.expression)
        if isinstance(right, exp.Any):
            yield from self._members(left, unwrap(right.this), node)
        elif isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
            for a, b in zip(left.expressions, right.expressions, strict=False):
                yield from self.sides(unwrap(a), unwrap(b), node, is_row=True)
        elif isinstance(left, exp.Tuple) and _is_query(right):
            yield from self._members(left, right, node)
        else:
            yield from self.sides(left, right, node)

    def membership(self, node: exp.In) -> Iterator[tuple[exp.Column, Supply]]:
        """Yield each column of the source that is IN a query."""
        inner = node.args.get("query")
        if inner is None and len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
            inner = node.expressions[0]
        if inner is not None:
            yield from self._members(unwrap(node.this), inner, node)

    def existence(self, node: exp.Expr) -> Iterator[tuple[exp.Column, Supply]]:
        """Yield each column of the source that a row of EXISTS (SELECT …), or of IN (SELECT …), must equal."""
        inner = self._plain_query(node)
        if inner is None:
            return
        conditions = [inner.node.args["where"].this] if inner.node.args.get("where") else []
        conditions += [s.join.args["on"] for s in inner.sources if _is_inner(s) and s.join and s.join.args.get("on")]
        for condition in (part for each in conditions for part in conjuncts(each)):
            if isinstance(condition, exp.EQ):
                yield from self._within(unwrap(condition.this), unwrap(condition.expression), inner)
        column = unwrap(node.this)
        is_one = isinstance(node, exp.In) and len(inner.outputs) == 1 and not inner.stars
        if is_one and isinstance(column, exp.Column) and self._is_own(column):
            yield column, Supply(inner, self._source, None, Computed(inner.outputs[0][1].unalias()))

    def _plain_query(self, node: exp.Expr) -> Query | None:
        """Return the query of EXISTS or IN, if each of its rows comes of one that meets its conditions."""
        held = node.args.get("query") if isinstance(node, exp.In) else node.this
        body = held.this if isinstance(held, exp.Subquery) else held
        inner = next((query for query in self._query.nested if query.node is body), None)
        if inner is None or not isinstance(body, exp.Select) or any(body.args.get(key) for key in _REDUCING):
            return None
        is_plain = all(_is_inner(source) for source in inner.sources)
        may_group = inner.own(exp.AggFunc, exp.Window, exp.Anonymous, exp.AnonymousAggFunc)
        return inner if is_plain and not may_group else None

    def _within(self, left: exp.Expr, right: exp.Expr, inner: Query) -> Iterator[tuple[exp.Column, Supply]]:
        for column, value in ((left, right), (right, left)):
            if not isinstance(column, exp.Column) or not value.find(exp.Column, exp.Query):
                continue
            owner, target = resolve_outward(inner, column)
            if owner is self._query and target is not None and target[0] is self._source:
                yield column, Supply(inner, self._source, None, Computed(value))

    def merged(self, joined: Source) -> Iterator[tuple[str, Supply]]:
        """Yield each column of the source that the USING of a join makes equal to another one's."""
        at = self._query.sources.index(joined)
        for identifier in (joined.join.args.get("using") or ()) if joined.join else ():
            name = identifier.name.lower()
            before = [s for s in self._query.sources[:at] if s.has(name) is True]
            if self._source is joined:
                partner = before[0] if before else None
            else:
                partner = joined if self._source in before else None
            if partner is not None:
                value = Merged(partner, name)
                yield name, Supply(self._query, self._source, joined, value)

    def sides(
        self, left: exp.Expr, right: exp.Expr, condition: exp.Expr, *, is_row: bool = False
    ) -> Iterator[tuple[exp.Column, Supply]]:
        """Yield each side of an equality that is a column of the source, with the other side."""
        for column, value in ((left, right), (right, left)):
            if self._is_own(column) and isinstance(column, exp.Column) and value.find(exp.Column, exp.Query):
                yield column, self._supply(condition, Computed(value), is_row=is_row)

    def _members(self, left: exp.Expr, inner: exp.Expr, condition: exp.Expr) -> Iterator[tuple[exp.Column, Supply]]:
        if not _is_query(inner):
            return
        is_row = isinstance(left, exp.Tuple)
        for at, column in enumerate(left.expressions if isinstance(left, exp.Tuple) else [left]):
            column = unwrap(column)
            if self._is_own(column) and isinstance(column, exp.Column):
                yield column, self._supply(condition, Member(inner, at), is_row=is_row)

    def _supply(self, condition: exp.Expr, value: Computed | Member, *, is_row: bool) -> Supply:
        return Supply(self._query, self._source, _join_of(condition, self._query), value, is_row)

    def _is_own(self, node: exp.Expr) -> bool:
        target = self._query.resolve(node, aliases=False) if isinstance(node, exp.Column) else None
        return target is not None and target[0] is self._source


def _is_inner(source: Source) -> bool:
    return not source.is_inside and not source.opaque and (source.join is None or join_kind(source.join) == "INNER")


def fed(names: Iterable[tuple[str, Supply]]) -> Disjuncts:
    """Return what supplies say as one way."""
    ways: dict[str, Fed] = {}
    for name, supply in names:
        known = ways[name].supplies if name in ways else ()
        ways[name] = Fed((*known, supply))
    return [dict(ways)]


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, (exp.Subquery, exp.Select, exp.SetOperation, exp.Values))


def _join_of(condition: exp.Expr, query: Query) -> Source | None:
    """Return the source in whose ON a condition stands; None where it stands in WHERE."""
    joins = {id(source.join): source for source in query.sources if source.join}
    node: exp.Expr | None = condition
    while node is not None and node is not query.node:
        if id(node) in joins:
            return joins[id(node)]
        node = node.parent
    return None
