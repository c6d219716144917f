"""What the conditions of a statement are about: from a column where it is compared back to the provider tables.

Follows columns through derived tables, CTEs, set operations and expressions, in any clause. It serves refusals, so it
errs on the side of finding too much: a name that may be a table's counts as the table's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlglot import exp

from stackduck.sql.columns import resolve_outward
from stackduck.sql.constants import unwrap
from stackduck.sql.scopes import Occurrence, Query, Scopes, Source
from stackduck.sql.supplies import Merged, Supply
from stackduck.sql.values import Fed, Values

_CLAUSES = (exp.Where, exp.Having, exp.Qualify, exp.Join)

_Origin = tuple[Occurrence, str]
IsOpen = Callable[[Occurrence, str], bool]


def conditioned(
    scopes: Scopes, *, among: frozenset[Occurrence], is_open: IsOpen
) -> Mapping[Occurrence, frozenset[str]]:
    """Return the columns of each of these tables of which the statement demands something, lower case.

    `is_open` tells whether the statement gives a table's column no value. That two such columns of one name are equal
    demands nothing.
    """
    found: dict[Occurrence, set[str]] = {occurrence: set() for occurrence in among}
    for origins in _Conditions(scopes, among, is_open).all():
        for occurrence, name in origins:
            if occurrence in found:
                found[occurrence].add(name)
    return {occurrence: frozenset(names) for occurrence, names in found.items()}


def given(scopes: Scopes, *, among: frozenset[Occurrence]) -> frozenset[str]:
    """Return the parameters to which the statement, or data, gives values for any of its tables, lower case.

    What comes from `among`, which have no values themselves, is none.
    """
    conditions = _Conditions(scopes, among, lambda *_: False)
    return frozenset(
        name
        for occurrence in scopes.occurrences
        for way in occurrence.disjuncts or []
        for name, values in way.items()
        if name in occurrence.types and not conditions.is_from_them(values, name)
    )


class _Conditions:
    def __init__(self, scopes: Scopes, among: frozenset[Occurrence], is_open: IsOpen) -> None:
        self._scopes, self._among, self._is_open = scopes, among, is_open
        self._by_node = {id(query.node): query for query in scopes.every}

    def all(self) -> Iterator[set[_Origin]]:
        """Yield what each compared column may be."""
        for column in self._scopes.root.find_all(exp.Column):
            if isinstance(column.this, exp.Star):
                continue
            holder = column.find_ancestor(*_CLAUSES, exp.Select)
            if isinstance(holder, _CLAUSES) and not self._is_join_of_two(column):
                yield self._origins(column)
        for query in self._scopes.every:
            yield from self._using(query)

    def is_from_them(self, values: Values, name: str) -> bool:
        """Tell whether values come from that column of the tables alone."""
        if not isinstance(values, Fed) or values.within is not None:
            return False
        sources = [self._behind_supply(supply) for supply in values.supplies]
        return all(sources) and all(o in self._among and n == name for origins in sources for o, n in origins)

    def _behind_supply(self, supply: Supply) -> set[_Origin]:
        if isinstance(supply.value, Merged):
            return self._behind(supply.value.source, supply.value.name)
        node = supply.value.node
        return self._origins(node) if isinstance(node, exp.Column) else set()

    def _is_join_of_two(self, column: exp.Column) -> bool:
        """Tell whether a column is only said to equal the open column of that name of another table."""
        node: exp.Expr = column
        while isinstance(node.parent, exp.Paren):
            node = node.parent
        equality = node.parent
        if not isinstance(equality, exp.EQ):
            return False
        other = unwrap(equality.expression if equality.this is node else equality.this)
        return isinstance(other, exp.Column) and self._are_each_others(self._origins(column), self._origins(other))

    def _are_each_others(self, *sides: set[_Origin]) -> bool:
        origins = {origin for side in sides for origin in side}
        return all(sides) and len({name for _, name in origins}) == 1 and all(self._is_open(*o) for o in origins)

    def _using(self, query: Query) -> Iterator[set[_Origin]]:
        """Yield what the names of USING may be, but for those that only join open columns."""
        names = {u.name.lower() for s in query.sources if s.join for u in s.join.args.get("using") or ()}
        for name in names:
            sides = tuple(self._behind(source, name) for source in query.sources if source.has(name) is not False)
            if not self._are_each_others(*sides):
                yield {origin for side in sides for origin in side}

    def _origins(self, column: exp.Column) -> set[_Origin]:
        node: exp.Expr | None = column
        while node is not None and id(node) not in self._by_node:
            node = node.parent
        query = self._by_node[id(node)] if node is not None else None
        target = resolve_outward(query, column)[1]
        return self._behind(*target) if target else self._named(column.name.lower())

    def _named(self, name: str) -> set[_Origin]:
        """Return every table that has a column of that name, where nothing better is known."""
        return {(occurrence, name) for occurrence in self._among if name in occurrence.columns}

    def _behind(self, source: Source, name: str, seen: frozenset[tuple[int, str]] = frozenset()) -> set[_Origin]:
        """Return what a source's column is made of; nothing for an ordinary table's."""
        original = source.original(name)
        if original is None:
            return self._named(name)
        if source.occurrence:
            return {(source.occurrence, original)}
        return self._within(source.body, original, seen) if source.body else set()

    def _within(self, query: Query, name: str, seen: frozenset[tuple[int, str]]) -> set[_Origin]:
        """Return what a query's result column is made of."""
        if (id(query), name) in seen:
            return set()
        seen |= {(id(query), name)}
        if query.branches:
            names = [n for n, _ in query.outputs]
            at = names.index(name) if name in names and not query.stars else None
            return {o for b in query.branches for o in self._within(b, _name_at(b, at, name), seen)}
        made = [expression for n, expression in query.outputs if n == name]
        if made:
            return {o for e in made for o in self._of_expression(query, e, seen)}
        sources = [query.starred(star, name) for star in query.stars]
        starred = {o for s in sources if isinstance(s, Source) for o in self._behind(s, name, seen)}
        return starred | (self._named(name) if None in sources else set())

    def _of_expression(self, query: Query, made: exp.Expr, seen: frozenset[tuple[int, str]]) -> Iterator[_Origin]:
        """Yield what an expression is made of; a count of rows says nothing of their values."""
        if made.find(exp.AggFunc, exp.Window):
            return
        for column in made.find_all(exp.Column):
            target = query.resolve(column, aliases=False)
            yield from self._behind(*target, seen) if target else self._named(column.name.lower())


def _name_at(query: Query, at: int | None, name: str) -> str:
    names = [n for n, _ in query.outputs]
    return names[at] if at is not None and at < len(names) else name
