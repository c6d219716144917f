"""Which values of which columns must hold for each provider table of a statement.

Only what is proved counts: WHERE and the ON of joins that may restrict the table, carried inward through plain
projections, group keys and partition keys. Everything else restricts nothing; then DuckDB's optimizer is asked, or
the statement is refused. A condition stays in the SQL either way.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from stackduck.sql.constants import Constants, unwrap
from stackduck.sql.disjuncts import both, merge
from stackduck.sql.predicates import Reader, kind_of
from stackduck.sql.scopes import Disjuncts, Query, Scopes, Source, join_kind
from stackduck.sql.values import Values, unite


def collect(scopes: Scopes, constants: Constants) -> None:
    """Fill `disjuncts` of every occurrence."""
    walk = _Walk(constants)
    for query in scopes.queries:
        walk.visit(query, [{}])
    for occurrence in scopes.occurrences:
        if occurrence.disjuncts is None:
            # Stands in a query that nothing reads, such as an unused CTE.
            occurrence.disjuncts = []


class _Walk:
    def __init__(self, constants: Constants) -> None:
        self.constants = constants

    def visit(self, query: Query, incoming: Disjuncts) -> None:
        """Walk a query of whose result only the rows that meet `incoming` matter."""
        if query.branches:
            self._visit_branches(query, incoming)
        else:
            self._visit_select(query, incoming if _lets_through(query) else [{}])
        for nested in query.nested:
            self.visit(nested, [{}])
        for cte in reversed(query.ctes):
            if cte.recursive:
                self.visit(cte.query, [{}] if cte.uses else [])
            else:
                self.visit(cte.query, _any_of(cte.uses))

    def _visit_branches(self, query: Query, incoming: Disjuncts) -> None:
        plain = not any(query.node.args.get(k) for k in ("limit", "offset", "by_name")) and not query.stars
        names = [[name for name, _ in branch.outputs] for branch in query.branches]
        for branch, own in zip(query.branches, names, strict=True):
            if not incoming:
                self.visit(branch, [])
            elif plain and len(set(names[0])) == len(names[0]) and len(own) == len(names[0]):
                to_own = dict(zip(names[0], own, strict=True))
                self.visit(branch, [{to_own[n]: v for n, v in d.items() if n in to_own} for d in incoming])
            else:
                self.visit(branch, [{}])

    def _visit_select(self, query: Query, incoming: Disjuncts) -> None:
        found = {id(s): self._for_source(query, s, incoming) for s in query.sources}
        for _ in query.sources:
            if not self._spread_equalities(query, found):
                break
        nothing = not incoming or any(not d for d in found.values() if self._must_match(query))
        for source in query.sources:
            self._give(source, [] if nothing else found[id(source)])

    def _must_match(self, query: Query) -> bool:
        """Tell whether one empty source makes the whole FROM empty: only inner joins."""
        return all(not s.join or join_kind(s.join) == "INNER" for s in query.sources)

    def _give(self, source: Source, disjuncts: Disjuncts) -> None:
        if source.renamed:
            originals = [{source.original(n): v for n, v in d.items()} for d in disjuncts]
            disjuncts = [{n: v for n, v in d.items() if n is not None} for d in originals]
        if source.occurrence:
            source.occurrence.disjuncts = [*(source.occurrence.disjuncts or []), *disjuncts]
        elif source.cte:
            source.cte.uses.append(disjuncts)
        elif source.query:
            self.visit(source.query, disjuncts)

    def _for_source(self, query: Query, source: Source, incoming: Disjuncts) -> Disjuncts:
        """Return what must hold for the source's rows, as values of its own columns."""
        if not incoming:
            return []
        disjuncts = [{}] if source.opaque else self._carried(query, source, incoming)
        reader = Reader(query, source, self.constants)
        for condition in _conditions_on(query, source):
            disjuncts = both(disjuncts, reader.values_of(condition))
        return disjuncts

    def _carried(self, query: Query, source: Source, incoming: Disjuncts) -> Disjuncts:
        if not _where_reaches(query, source):
            return [{}]
        carried: Disjuncts = []
        for way in incoming:
            own: dict[str, Values] | None = {}
            for name, values in way.items():
                target = query.output(name) if _passes(query, name) else None
                if own is not None and target and target[0] is source:
                    own = merge(own, {target[1]: values})
            if own is not None:
                carried.append(own)
        return carried

    def _spread_equalities(self, query: Query, found: dict[int, Disjuncts]) -> bool:
        """Use a.x = b.x: what must hold for one side must hold for the other. Tells whether anything was new."""
        news = False
        for source in query.sources:
            for name, other, other_name in _equalities(query, source):
                mine = found[id(source)]
                if all(name in d for d in mine) or kind_of(source, name) != kind_of(other, other_name):
                    continue
                theirs = found[id(other)]
                if kind_of(source, name) and theirs and all(other_name in d for d in theirs):
                    united = unite(d[other_name] for d in theirs)
                    if united is not None:
                        found[id(source)], news = both(mine, [{name: united}]), True
        return news


def _conditions_on(query: Query, source: Source) -> Iterable[exp.Expr]:
    """Yield the conditions that every row of the source that matters must meet."""
    if source.opaque or any(join_kind(s.join) == "?" for s in query.sources if s.join):
        return
    at = query.sources.index(source)
    reaches = _where_reaches(query, source)
    where = query.node.args.get("where")
    if where and reaches:
        yield where.this
    for i, other in enumerate(query.sources):
        on = other.join.args.get("on") if other.join else None
        if on is None or other.join is None:
            continue
        kind = join_kind(other.join)
        if other is source:
            holds = kind in ("INNER", "LEFT", "SEMI", "ANTI", "ASOF")
        else:
            holds = reaches and kind in (("INNER", "RIGHT", "SEMI") if i > at else ("INNER",))
        if holds:
            yield on


def _where_reaches(query: Query, source: Source) -> bool:
    """Tell whether a condition on the result of FROM may be applied to the source's rows before the joins."""
    if query.node.args.get("sample"):
        return False
    kinds = [join_kind(s.join) for s in query.sources if s.join]
    if "?" in kinds or source.opaque:
        return False
    return not (source.join and join_kind(source.join) in ("ASOF", "ANTI", "SEMI"))


def _equalities(query: Query, source: Source) -> Iterable[tuple[str, Source, str]]:
    """Yield (column, other source, its column) for each equality that must hold for the source's rows."""
    for condition in _conditions_on(query, source):
        for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
            part = unwrap(part)
            if not isinstance(part, exp.EQ):
                continue
            sides = [unwrap(part.this), unwrap(part.expression)]
            if not all(isinstance(s, exp.Column) for s in sides):
                continue
            a, b = (query.resolve(s) for s in sides if isinstance(s, exp.Column))
            if a and b and a[0] is not b[0]:
                if a[0] is source:
                    yield a[1], b[0], b[1]
                elif b[0] is source:
                    yield b[1], a[0], a[1]


def _lets_through(query: Query) -> bool:
    """Tell whether rows that the result does not need may be left out before the query's own clauses."""
    node = query.node
    if any(node.args.get(k) for k in ("limit", "offset", "sample")):
        return False
    distinct = node.args.get("distinct")
    return not (distinct and distinct.args.get("on"))


def _passes(query: Query, name: str) -> bool:
    """Tell whether a condition on a result column may move below grouping and windows: it is a key of each."""
    node = query.node
    target = query.output(name)
    group = node.args.get("group")
    if group and not _is_key(query, target, group.expressions, name):
        return False
    windows = query.own(exp.Window)
    if windows or node.args.get("windows"):
        return not node.args.get("windows") and all(
            _is_key(query, target, w.args.get("partition_by") or [], name) for w in windows
        )
    if not group and query.own(exp.AggFunc):
        return False
    # A function that sqlglot does not know may aggregate, or give several rows.
    return bool(group) or not query.own(exp.Anonymous, exp.AnonymousAggFunc)


def _is_key(query: Query, target: tuple[Source, str] | None, keys: list[exp.Expr], name: str) -> bool:
    if target is None:
        return False
    group = query.node.args.get("group")
    if group and any(group.args.get(k) for k in ("grouping_sets", "cube", "rollup", "all")):
        return False
    for key in keys:
        key = unwrap(key)
        if isinstance(key, exp.Column) and query.resolve(key) == target:
            return True
        if isinstance(key, exp.Literal) and not key.is_string and key.this.isdigit():
            at = int(key.this) - 1
            if not query.stars and at < len(query.outputs) and query.outputs[at][0] == name:
                return True
    return False


def _any_of(uses: Iterable[Disjuncts]) -> Disjuncts:
    return [way for use in uses for way in use]
