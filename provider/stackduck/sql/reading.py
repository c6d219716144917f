"""A parsed statement becomes scopes: one walk over the tree, which keeps what it has seen.

What it does not understand gets no conditions, so that nothing is taken for unneeded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlglot import exp

from stackduck.sql.scopes import Cte, Occurrence, Query, Scopes, Source

ColumnsOf = Callable[[exp.Table], tuple[str, ...] | None]
IsProvider = Callable[[exp.Table], tuple[str, str, str] | None]


def build(root: exp.Expr, is_provider: IsProvider, *, local_columns: ColumnsOf) -> Scopes:
    """Build the tree of a parsed statement.

    `is_provider` tells the three parts of a provider table's name; `local_columns` the columns of any other table,
    where they are known.
    """
    builder = _Builder(is_provider, local_columns)
    outer = [builder.query(node, None, {}) for node in _outermost(root)]
    builder.adopt_unseen(root)
    return Scopes(root, outer, sorted(builder.occurrences, key=lambda o: o.number), builder.every)


class _Builder:
    """Walks the tree once and keeps what it has seen."""

    def __init__(self, is_provider: IsProvider, local_columns: ColumnsOf) -> None:
        self.is_provider = is_provider
        self.local_columns = local_columns
        self.occurrences: list[Occurrence] = []
        self.every: list[Query] = []
        self.seen: set[int] = set()
        self.ctes: list[Cte] = []

    def query(self, node: exp.Expr, parent: Query | None, env: dict[str, Cte]) -> Query:
        query = Query(node, parent)
        self.every.append(query)
        env = self._with(node, query, env)
        if isinstance(node, exp.SetOperation):
            query.branches = tuple(self.query(_bare(n), query, env) for n in (node.this, node.expression))
        elif isinstance(node, exp.Select):
            self._from(node, query, env)
        for sub in _subqueries(node):
            query.nested.append(self.query(_bare(sub), query, env))
        return query

    def _with(self, node: exp.Expr, query: Query, env: dict[str, Cte]) -> dict[str, Cte]:
        clause = node.args.get("with_")
        holder = node.parent
        while isinstance(holder, exp.Subquery) and not clause:
            clause, holder = holder.args.get("with_"), holder.parent
        if not clause:
            return env
        env = dict(env)
        for item in clause.expressions:
            recursive = bool(clause.args.get("recursive")) and _names(item.this, item.alias.lower())
            cte = Cte(item.alias.lower(), Query(item.this), recursive)
            inner = {**env, cte.name: cte} if cte.recursive else env
            if isinstance(_bare(item.this), (exp.Select, exp.SetOperation)):
                cte.query = self.query(_bare(item.this), query, inner)
            query.ctes.append(cte)
            self.ctes.append(cte)
            env[cte.name] = cte
        return env

    def _from(self, node: exp.Select, query: Query, env: dict[str, Cte]) -> None:
        clause = node.args.get("from_")
        items = _flat(clause.this, None) if clause else []
        for join in node.args.get("joins") or []:
            items += _flat(join.this, join)
        items += [_Item(lateral) for lateral in node.args.get("laterals") or []]
        for item, join, is_plain, is_inside in items:
            source = self._source(item, query, env)
            source.node, source.join, source.is_inside = item, join, is_inside
            source.opaque = source.opaque or not is_plain
            query.sources.append(source)

    def _source(self, item: exp.Expr, query: Query, env: dict[str, Cte]) -> Source:
        alias = item.args.get("alias")
        renamed = tuple(c.name.lower() for c in alias.args.get("columns") or ()) if alias else ()
        name = item.alias_or_name.lower()
        if isinstance(item, exp.Table):
            return self._table(item, name, renamed, env)
        inner = item.this if isinstance(item, exp.Lateral) else item
        body = _bare(inner.this) if isinstance(inner, exp.Subquery) else inner
        if isinstance(inner, exp.Subquery) and isinstance(body, (exp.Select, exp.SetOperation)):
            opaque = bool(item.args.get("sample") or item.args.get("pivots"))
            return Source(name, query=self.query(body, query, env), renamed=renamed, opaque=opaque)
        return Source(name, columns=renamed or None, opaque=not renamed)

    def _table(self, item: exp.Table, name: str, renamed: tuple[str, ...], env: dict[str, Cte]) -> Source:
        self.seen.add(id(item))
        opaque = any(item.args.get(k) for k in ("sample", "pivots"))
        parts = self.is_provider(item)
        if parts:
            return Source(name, occurrence=self._occurrence(item, parts), renamed=renamed, opaque=opaque)
        if not item.args.get("db") and item.name.lower() in env:
            cte = env[item.name.lower()]
            return Source(name, cte=cte, renamed=renamed or _cte_columns(cte), opaque=opaque)
        columns = renamed if isinstance(item.this, exp.GenerateSeries) else self.local_columns(item)
        return Source(name, columns=columns or None, renamed=renamed, opaque=opaque)

    def _occurrence(self, item: exp.Table, parts: tuple[str, str, str]) -> Occurrence:
        occurrence = Occurrence(len(self.occurrences), parts, item)
        self.occurrences.append(occurrence)
        return occurrence

    def adopt_unseen(self, root: exp.Expr) -> None:
        """Give what was not understood no conditions, so that nothing is taken for unneeded."""
        for table in root.find_all(exp.Table):
            if id(table) in self.seen:
                continue
            parts = self.is_provider(table)
            if parts:
                self._occurrence(table, parts).disjuncts = [{}]
            for cte in self.ctes:
                if cte.name == table.name.lower() and not table.args.get("db"):
                    cte.uses.append([{}])


def _outermost(root: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the queries that are not part of another one."""
    bare = _bare(root)
    if isinstance(bare, (exp.Select, exp.SetOperation)):
        yield bare
        return
    for child in root.iter_expressions():
        yield from _outermost(child)


def _subqueries(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the subqueries in a query's expressions, outermost ones only; FROM items and CTEs are no part of them."""
    for key, value in node.args.items():
        if key == "with_" or (isinstance(node, exp.SetOperation) and key in ("this", "expression")):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Expr):
                yield from _queries_below(child)


def _queries_below(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, (exp.Select, exp.SetOperation)):
        yield node
    elif isinstance(node, exp.From):
        return
    elif isinstance(node, exp.Join):
        for key in ("on", "using"):
            for child in node.args.get(key) or [] if isinstance(node.args.get(key), list) else [node.args.get(key)]:
                if isinstance(child, exp.Expr):
                    yield from _queries_below(child)
    elif not isinstance(node, exp.Lateral):
        for child in node.iter_expressions():
            yield from _queries_below(child)


class _Item(NamedTuple):
    """An item of FROM with its join."""

    node: exp.Expr
    join: exp.Join | None = None
    is_plain: bool = True
    """Whether the flat list means the same as the parentheses or the nested ON."""
    is_inside: bool = False
    """Whether its ON holds within the parentheses alone."""


def _flat(item: exp.Expr, join: exp.Join | None) -> list[_Item]:
    """Return the items of a join in parentheses, (a JOIN b ON …), or of a JOIN b JOIN c ON … ON …, each with its join.

    Their names are visible outside. A flat list means the same for the first item of FROM, where joins associate to
    the left anyway, elsewhere for inner joins alone.
    """
    inner = item.this if isinstance(item, exp.Subquery) and not item.alias else None
    is_query = isinstance(_bare(item), (exp.Select, exp.SetOperation))
    is_named = inner is None or (is_query and not (isinstance(inner, exp.Subquery) and inner.alias))
    flat = [_Item(item, join)] if is_named else _flat(item.this, join)
    joins = item.args.get("joins") or []
    for each in joins:
        flat += _flat(each.this, each)
    if joins and join is not None and not all(_is_inner(j) for j in (join, *joins)):
        first, *others = flat
        return [first._replace(is_plain=False), *(o._replace(is_plain=False, is_inside=True) for o in others)]
    return flat


def _is_inner(join: exp.Join) -> bool:
    plain = not join.args.get("method") and not join.args.get("side")
    return plain and str(join.args.get("kind") or "").upper() in ("", "INNER", "CROSS")


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Subquery) and isinstance(node.this, exp.Expr) and not _has_own_clauses(node):
        node = node.this
    return node


def _has_own_clauses(node: exp.Subquery) -> bool:
    return any(node.args.get(k) for k in ("limit", "offset", "joins"))


def _names(node: exp.Expr, name: str) -> bool:
    """Tell whether a query may read the CTE of that name."""
    return any(t.name.lower() == name and not t.args.get("db") for t in node.find_all(exp.Table))


def _cte_columns(cte: Cte) -> tuple[str, ...]:
    holder = cte.query.node.parent
    while isinstance(holder, exp.Subquery):
        holder = holder.parent
    alias = holder.args.get("alias") if isinstance(holder, exp.CTE) else None
    return tuple(c.name.lower() for c in alias.args.get("columns") or ()) if alias else ()
