"""Which values of which columns must hold for each provider table of a statement.

Only what is proved counts: WHERE and the ON of joins that may restrict the table, carried inward through plain
projections, group keys and partition keys. Everything else restricts nothing; then DuckDB's optimizer is asked, or
the statement is refused. A condition stays in the SQL either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from sqlglot import exp

from stackduck.sql.columns import resolve_outward
from stackduck.sql.constants import Constants, unwrap
from stackduck.sql.proving import membership
from stackduck.sql.proving.day_conditions import DayConditions
from stackduck.sql.proving.disjuncts import both, merge
from stackduck.sql.proving.joins import kind_in
from stackduck.sql.proving.predicates import REPORT_DAY, Reader, kind_of
from stackduck.sql.scopes import Disjuncts, Query, Scopes, Source, join_kind
from stackduck.sql.values import Days, Listed, Values, unite, written


def collect(
    scopes: Scopes, constants: Constants, day_conditions: DayConditions | None = None, *, is_fed: bool = False
) -> None:
    """Fill `disjuncts` of every occurrence; `day_conditions` are needed where one of them is a report of days.

    `is_fed` says that values may come from data too.
    """
    has_days = any(occurrence.has_days for occurrence in scopes.occurrences)
    walk = _Walk(constants, day_conditions if has_days else None, is_fed=is_fed)
    for query in scopes.queries:
        walk.visit(query, [{}])
    for occurrence in scopes.occurrences:
        if occurrence.disjuncts is None:
            # Stands in a query that nothing reads, such as an unused CTE.
            occurrence.disjuncts = []


class _Walk:
    def __init__(self, constants: Constants, day_conditions: DayConditions | None, *, is_fed: bool) -> None:
        self.constants = constants
        self.is_fed = is_fed
        self.day_conditions = day_conditions
        """None where the statement reads no report."""
        self.known: dict[int, Disjuncts] = {}
        """The id of a source to what must hold for its rows, for the queries within its own."""

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
        self.known |= found
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
        reader = Reader(query, source, self.constants, self.day_conditions, is_fed=self.is_fed)
        for condition in _conditions_on(query, source):
            disjuncts = both(disjuncts, reader.values_of(condition))
        for joined in _joins_on(query, source) if self.is_fed else ():
            disjuncts = both(disjuncts, reader.merged(joined))
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
            for name, other, other_name in self._equalities(query, source):
                mine, theirs = found[id(source)], found.get(id(other), self.known.get(id(other), []))
                # Days are narrowed further: each one less is a report less to fetch.
                if all(_is_written(d, name) for d in mine) and not (mine and self._is_day(source, name)):
                    continue
                kind = kind_of(source, name)
                if kind and theirs and all(_is_written(d, other_name) for d in theirs):
                    united = self._as_kind(kind, kind_of(other, other_name), unite(d[other_name] for d in theirs))
                    spread = both(mine, [{name: united}]) if united is not None else mine
                    found[id(source)], news = spread, news or spread != mine
        return news

    def _equalities(self, query: Query, source: Source) -> Iterator[tuple[str, Source, str]]:
        """Yield (column, other source, its column) for each equality that must hold for the source's rows."""
        for condition in _conditions_on(query, source):
            for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
                part = unwrap(part)
                sides = [unwrap(part.this), unwrap(part.expression)] if isinstance(part, exp.EQ) else []
                a, b = (self._resolved(query, s) for s in sides) if sides else (None, None)
                if a and b and a[0] is not b[0]:
                    if a[0] is source:
                        yield a[1], b[0], b[1]
                    elif b[0] is source:
                        yield b[1], a[0], a[1]
        if self.day_conditions is not None:
            yield from self._sought(query, source)

    def _sought(self, query: Query, source: Source) -> Iterator[tuple[str, Source, str]]:
        """Yield the equalities of days of reports with those that a subquery's rows are searched for."""
        is_plain = query.is_inner and _where_reaches(query, source) and _lets_through(query)
        for pair in membership.pairs(query) if is_plain and not isinstance(query.node.parent, exp.SetOperation) else ():
            mine = self._resolved(query, pair.given) if _passes(query, pair.given.name.lower()) else None
            theirs = _never_null(query.parent, pair.sought)
            if mine and theirs and mine[0] is source and kind_of(*mine) == kind_of(*theirs) == REPORT_DAY:
                yield mine[1], *theirs

    def _is_day(self, source: Source, name: str) -> bool:
        """Tell whether a column is the day of a report, of which each one less is a report less to fetch."""
        return self.day_conditions is not None and kind_of(source, name) == REPORT_DAY

    def _resolved(self, query: Query, side: exp.Expr) -> tuple[Source, str] | None:
        """Resolve a column; one of an outer query only where it is the day of a report."""
        if not isinstance(side, exp.Column):
            return None
        target = query.resolve(side)
        if target or self.day_conditions is None:
            return target
        outer = resolve_outward(query, side)[1]
        return outer if outer and kind_of(*outer) == REPORT_DAY else None

    def _as_kind(self, kind: str, other_kind: str | None, values: Values | None) -> Values | None:
        """Return the values of an equal column as values of this kind; None where that is not certain."""
        if kind == other_kind:
            return values
        if kind == REPORT_DAY and other_kind == "DATE" and isinstance(values, Listed):
            return Days(frozenset(map(date.fromisoformat, values.values)))
        if kind == "DATE" and isinstance(values, Days) and self.day_conditions:
            calendar = self.day_conditions.matching("true")
            is_open = bool(values.days & {min(calendar), max(calendar)})
            return None if is_open else Listed(tuple(day.isoformat() for day in sorted(values.days)))
        return None


def _never_null(query: Query | None, side: exp.Expr) -> tuple[Source, str] | None:
    """Resolve a column of a provider table that no join may make NULL: if that is NOT IN depends on any row at all."""
    owner, target = resolve_outward(query, side) if isinstance(side, exp.Column) else (None, None)
    return target if owner and owner.is_inner and target and target[0].occurrence else None


def _is_written(way: Mapping[str, Values], name: str) -> bool:
    return name in way and written(way[name]) is not None


def _conditions_on(query: Query, source: Source) -> Iterable[exp.Expr]:
    """Yield the conditions that every row of the source that matters must meet."""
    where = query.node.args.get("where")
    if where and _where_reaches(query, source):
        yield where.this
    for joined in _joins_on(query, source):
        on = joined.join.args.get("on") if joined.join else None
        if on is not None:
            yield on


def _joins_on(query: Query, source: Source) -> Iterator[Source]:
    """Yield the sources whose joins' conditions every row of the source that matters must meet."""
    if source.opaque or any(join_kind(s.join) == "?" for s in query.sources if s.join):
        return
    at = query.sources.index(source)
    reaches = _where_reaches(query, source)
    for i, other in enumerate(query.sources):
        if other.join is None or (other.is_inside and other is not source):
            continue
        kind = kind_in(query, other)
        if other is source:
            holds = kind in ("INNER", "LEFT", "SEMI", "ANTI", "ASOF")
        elif i > at:
            holds = reaches and kind in ("INNER", "RIGHT", "SEMI")
        else:
            holds = reaches and kind == "INNER" and not _keeps_unmatched(query, query.sources[i + 1 : at + 1])
        if holds:
            yield other


def _keeps_unmatched(query: Query, sources: Iterable[Source]) -> bool:
    """Tell whether rows are kept that no row of the sources before them matches."""
    return any(kind_in(query, s) in ("RIGHT", "FULL") for s in sources if s.join)


def _where_reaches(query: Query, source: Source) -> bool:
    """Tell whether a condition on the result of FROM may be applied to the source's rows before the joins."""
    if query.node.args.get("sample"):
        return False
    kinds = [join_kind(s.join) for s in query.sources if s.join]
    if "?" in kinds or source.opaque:
        return False
    return not (source.join and join_kind(source.join) in ("ASOF", "ANTI", "SEMI"))


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
