"""What a part of a statement reads: which sources of which queries, and which provider tables behind them.

An answer may name more than is read, and never less; where a name cannot be told, it says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from stackduck.frozen import frozen
from stackduck.sql.scopes import Cte, Occurrence, Query, Scopes, Source


@frozen
class Reads:
    """The sources outside a node whose columns it names."""

    sources: frozenset[tuple[Query, Source]]
    is_certain: bool
    """Whether every name of it was found."""


class Readings:
    """Answers for one statement."""

    def __init__(self, scopes: Scopes) -> None:
        self._queries: Mapping[int, Query] = {id(query.node): query for query in scopes.every}
        self._occurrences = {id(occurrence.table): occurrence for occurrence in scopes.occurrences}
        self._ctes: dict[str, list[Cte]] = {}
        for query in scopes.every:
            for cte in query.ctes:
                self._ctes.setdefault(cte.name, []).append(cte)
        self._known: dict[int, frozenset[Occurrence]] = {}
        self._scopes = scopes

    def of(self, node: exp.Expr, query: Query, *, item: Source | None = None) -> Reads:
        """Return what a node of a query reads; `item` is the source of FROM that the node is."""
        nodes = list(_own(node))
        within = {id(each) for each in nodes if id(each) in self._queries}
        found: set[tuple[Query, Source]] = set()
        is_certain = True
        for column in nodes:
            if not isinstance(column, exp.Column):
                continue
            owner, sources = _owner(self._holder(column, query), column, visible=_before(query, item))
            if owner is None:
                is_certain = False
            elif id(owner.node) not in within:
                found |= {(owner, source) for source in sources}
        return Reads(frozenset(found), is_certain)

    def occurrences(self, node: exp.Expr) -> frozenset[Occurrence]:
        """Return the provider tables that must be loaded before a node can be computed."""
        if id(node) in self._known:
            return self._known[id(node)]
        self._known[id(node)] = frozenset()  # a recursive CTE leads back to itself
        found: set[Occurrence] = set()
        for table in _own(node):
            if id(table) in self._occurrences:
                found.add(self._occurrences[id(table)])
            for cte in self._named(table):
                found |= self.occurrences(cte.query.node)
        self._known[id(node)] = frozenset(found)
        return self._known[id(node)]

    def reader(self, query: Query) -> tuple[Query, Source] | None:
        """Return the query and its source that read a derived table or a CTE, where there is no more than this one."""
        places = [(q, s) for q in self._scopes.every for s in q.sources if s.body is query]
        if len(places) != 1:
            return None
        cte = places[0][1].cte
        if cte is None:
            return places[0]
        is_one = sum(cte in self._named(table) for table in self._scopes.root.find_all(exp.Table)) == 1
        return places[0] if is_one and not cte.recursive else None

    def ctes(self, node: exp.Expr) -> list[Cte]:
        """Return the CTEs that a node may read, and those that these read."""
        found: dict[int, Cte] = {}
        waiting = [node]
        while waiting:
            for cte in (cte for table in _own(waiting.pop()) for cte in self._named(table)):
                if id(cte) not in found:
                    found[id(cte)] = cte
                    waiting.append(cte.query.node)
        return list(found.values())

    def _named(self, table: exp.Expr) -> Sequence[Cte]:
        """Return the CTEs that a table's name may mean."""
        is_name = isinstance(table, exp.Table) and not table.args.get("db")
        return self._ctes.get(table.name.lower(), ()) if is_name else ()

    def _holder(self, column: exp.Expr, query: Query) -> Query:
        """Return the query in which a column stands."""
        node: exp.Expr | None = column
        while node is not None:
            if id(node) in self._queries:
                return self._queries[id(node)]
            node = node.parent
        return query


def _own(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the nodes of a node, but for the tables that parentheses join to an item of FROM."""
    is_item = not isinstance(node, exp.Select)
    return node.walk(prune=lambda each: is_item and isinstance(each, exp.Join) and each.parent is node)


def _owner(
    query: Query | None, column: exp.Column, *, visible: Mapping[Query, frozenset[Source]]
) -> tuple[Query | None, list[Source]]:
    """Return the innermost query that has a column, and the sources of it whose column it may be."""
    while query is not None:
        found = [s for s in _holders(query, column) if s in visible.get(query, query.sources)]
        if found:
            return query, found
        query = None if is_cte(query) else query.parent
    return None, []


def _holders(query: Query, column: exp.Column) -> list[Source]:
    """Return the sources whose column, or field of a column, a name may be."""
    target = None if isinstance(column.this, exp.Star) else query.resolve(column, aliases=False)
    if target:
        return [target[0]]
    names = [part.name.lower() for part in column.parts]
    qualified = [s for s in query.sources if s.alias == names[0] and len(names) > 1 and s.has(names[1]) is not False]
    return qualified or [s for s in query.sources if s.has(names[0]) is not False]


def _before(query: Query, item: Source | None) -> Mapping[Query, frozenset[Source]]:
    """Return the sources that an item of FROM may read beside it: those before it."""
    return {} if item is None else {query: frozenset(query.sources[: query.sources.index(item)])}


def is_cte(query: Query) -> bool:
    """Tell whether a query is the body of a CTE, which sees no source of the query that it serves."""
    return query.parent is not None and any(cte.query is query for cte in query.parent.ctes)
