"""Over what the values of supplies are computed: the sources that they need, and the conditions that hold for these.

The rows need not be the very ones that meet the fed table, but none of those may be missing: a condition is used only
where it must hold for every row that matters, and an outer join is kept where its NULLs could become a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from stackduck.frozen import frozen
from stackduck.sql.constants import conjuncts
from stackduck.sql.feeding import passed_down
from stackduck.sql.feeding.readings import Readings, is_cte
from stackduck.sql.scopes import Cte, Occurrence, Query, Source, join_kind
from stackduck.sql.spans import Span
from stackduck.sql.supplies import Computed, Merged, Supply

_STRICT: tuple[type[exp.Expr], ...] = (
    *(exp.Paren, exp.Cast, exp.TryCast, exp.Lower, exp.Upper, exp.Trim, exp.Substring, exp.SplitPart, exp.DPipe),
    *(exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Dot, exp.JSONExtract, exp.JSONExtractScalar, exp.Length, exp.Bracket),
)
"""Expressions that are NULL where one part of them is."""
_AFTER_ALL = 1 << 30


class UnusableError(Exception):
    """A supply whose values cannot be computed before its table is loaded; the text says why."""


@frozen
class Filter:
    """A condition that holds for every row of its sources that matters."""

    condition: exp.Expr
    needs: frozenset[Occurrence]
    values: tuple[tuple[exp.Column, passed_down.Value], ...] = ()
    """What stands for its columns, where it is one of a query around."""


@frozen
class Level:
    """A query, as far as supplies need it."""

    query: Query
    sources: tuple[Source, ...]
    """In the order of FROM."""
    kept: frozenset[Source]
    """Those that stay outer joined, because their NULLs matter."""
    filters: tuple[Filter, ...]


@frozen
class Body:
    """A query whose rows are computed once, because they might be others at a second time."""

    span: Span
    query: Query
    """The query in which it stands."""
    cte: Cte | None
    """The CTE whose body it is."""
    needs: frozenset[Occurrence]


@frozen
class FeedSources:
    """The query of the supplies, and then those around it to which they reach."""

    supplies: tuple[Supply, ...]
    levels: tuple[Level, ...]
    needs: frozenset[Occurrence]
    """What must be loaded before."""
    bodies: tuple[Body, ...] = ()

    @property
    def filters(self) -> Iterator[Filter]:
        """The conditions of all levels."""
        return (each for level in self.levels for each in level.filters)


def find(supplies: Sequence[Supply], readings: Readings) -> FeedSources:
    """Return over what supplies of one query are computed together. Raises UnusableError."""
    return _Search(supplies, readings).found()


@dataclass(slots=True)
class _Around:
    """A query around the supplies, and how the one within stands in it."""

    query: Query
    point: int
    """The number of the join in whose condition or item that stands; _AFTER_ALL behind all joins."""
    may_filter: bool
    """Whether rows that fail WHERE do not matter for what is within."""
    sources: set[Source] = field(default_factory=set)
    lateral: set[Source] = field(default_factory=set)
    """Those that are only there because another item of FROM reads them."""


class _Search:
    def __init__(self, supplies: Sequence[Supply], readings: Readings) -> None:
        self.supplies = tuple(supplies)
        self.readings = readings
        self.target = supplies[0].source
        self.around = list(_chain(self.supplies))
        self.by_query = {around.query: around for around in self.around}
        self.needs: set[Occurrence] = set()

    def found(self) -> FeedSources:
        for supply in self.supplies:
            self._refuse_null_in_row(supply)
            self._add_value(supply)
        kept = {around.query: self._kept(around) for around in self.around}
        levels = []
        for around in self.around:
            ordered = tuple(s for s in around.query.sources if s in around.sources)
            filters = [*self._filters(around, kept[around.query]), *self._of_kept_side(around)]
            if around is self.around[0] and around.may_filter:
                filters += self._passed_down(around)
            levels.append(Level(around.query, ordered, frozenset(kept[around.query]), tuple(filters)))
        return FeedSources(self.supplies, tuple(levels), frozenset(self.needs))

    def _refuse_null_in_row(self, supply: Supply) -> None:
        """Refuse a comparison of rows that the NULLs of an outer join may meet."""
        if supply.is_row and (self.target.occurrence is None or _is_nullable(self.around[0], self.target)):
            raise UnusableError("within a row NULL equals NULL")

    def _add_value(self, supply: Supply) -> None:
        if isinstance(supply.value, Merged):
            self._add(supply.query, supply.value.source)
        else:
            self._add_read(supply.value.node, supply.query)

    def _add_read(self, node: exp.Expr, query: Query, *, item: Source | None = None) -> None:
        reads = self.readings.of(node, query, item=item)
        if not reads.is_certain:
            raise UnusableError("a name in it may mean more than one thing")
        self.needs |= self.readings.occurrences(node)
        for owner, source in reads.sources:
            self._add(owner, source, is_lateral=item is not None)

    def _add(self, query: Query, source: Source, *, is_lateral: bool = False) -> None:
        around = self.by_query.get(query)
        if around is None or source.node is None:
            raise UnusableError("it depends on a part of the statement that is not understood")
        if source is self.target or self._holds_supplies(source):
            raise UnusableError("it depends on the table itself")
        if not is_lateral:
            around.lateral.discard(source)
        if source in around.sources:
            return
        around.sources.add(source)
        if is_lateral:
            around.lateral.add(source)
        self._add_read(source.node, query, item=source)

    def _holds_supplies(self, source: Source) -> bool:
        """Tell whether the supplies stand within a source."""
        return source.query is not None and any(around.query is source.query for around in self.around)

    def _kept(self, around: _Around) -> set[Source]:
        """Return the sources whose outer joins stay, and add what their conditions read."""
        kept: set[Source] = set()
        while news := [s for s in around.sources - kept if self._may_be_null(around, s)]:
            for source in news:
                if not _is_plain_left(around, source) or source.join is None:
                    raise UnusableError("an outer join may put NULL there")
                kept.add(source)
                for partner in _partners(around.query, source):
                    self._add(around.query, partner)
                on = source.join.args.get("on")
                if on is not None:
                    self._add_read(on, around.query, item=_next(around.query, source))
        if kept and min(around.query.sources.index(s) for s in around.sources) in map(around.query.sources.index, kept):
            raise UnusableError("an outer join may put NULL there")
        return kept

    def _may_be_null(self, around: _Around, source: Source) -> bool:
        """Tell whether an outer join may leave a source without a row where a value is made of it all the same."""
        if not _is_nullable(around, source):
            return False
        is_strict = any(self._is_strict(supply, around.query, source) for supply in self.supplies)
        return source in around.lateral or not is_strict

    def _is_strict(self, supply: Supply, query: Query, source: Source) -> bool:
        """Tell whether a value is NULL where a source has no row."""
        if isinstance(supply.value, Merged):
            return supply.value.source is source
        return isinstance(supply.value, Computed) and self._is_null_with(supply.value.node, supply.query, source)

    def _is_null_with(self, node: exp.Expr, query: Query, source: Source) -> bool:
        if isinstance(node, exp.Column):
            reads = self.readings.of(node, query).sources
            return len(reads) == 1 and next(iter(reads))[1] is source
        return isinstance(node, _STRICT) and any(
            self._is_null_with(child, query, source) for child in node.iter_expressions()
        )

    def _filters(self, around: _Around, kept: set[Source]) -> Iterator[Filter]:
        for condition in _holding(around, self.supplies, self.target, kept):
            reads = self.readings.of(condition, around.query)
            is_own = any(query is around.query for query, _ in reads.sources)
            is_within = all(s in self._sources_of(query) for query, s in reads.sources)
            if reads.is_certain and is_own and is_within:
                yield Filter(condition, self.readings.occurrences(condition))

    def _of_kept_side(self, around: _Around) -> Iterator[Filter]:
        """Yield the conditions of WHERE on nothing but the source whose rows a RIGHT JOIN keeps."""
        joined, where = _kept_side(around, self.supplies), around.query.node.args.get("where")
        for condition in conjuncts(where.this) if where and joined in around.sources else ():
            reads = self.readings.of(condition, around.query)
            if reads.is_certain and set(reads.sources) == {(around.query, joined)}:
                yield Filter(condition, self.readings.occurrences(condition))

    def _passed_down(self, around: _Around) -> Iterator[Filter]:
        """Yield the conditions above the query that say something of the sources alone."""
        for each in passed_down.found(around.query, self.readings):
            if all(self._is_of(around, value) for _, value in each.values):
                yield Filter(each.condition, frozenset(), each.values)

    def _is_of(self, around: _Around, value: passed_down.Value) -> bool:
        """Tell whether a value is one of the sources that are read anyway."""
        if isinstance(value, tuple):
            return value[0] in around.sources
        reads = self.readings.of(value, around.query)
        return reads.is_certain and all(q is around.query and s in around.sources for q, s in reads.sources)

    def _sources_of(self, query: Query) -> set[Source]:
        around = self.by_query.get(query)
        return around.sources if around else set()


def _chain(supplies: Sequence[Supply]) -> Iterator[_Around]:
    """Yield the query of the supplies and those around it that it sees."""
    query = supplies[0].query
    yield _Around(query, _own_point(supplies), _own_filters(supplies))
    while not is_cte(query) and query.parent is not None:
        point, may_filter = _place_in(query.parent, query)
        yield _Around(query.parent, point, may_filter)
        query = query.parent


def _own_point(supplies: Sequence[Supply]) -> int:
    """Return behind which join all supplies hold."""
    query = supplies[0].query
    return max(_AFTER_ALL if s.join is None else query.sources.index(s.join) for s in supplies)


def _own_filters(supplies: Sequence[Supply]) -> bool:
    """Tell whether rows that fail WHERE need not be supplied.

    Where the fed table's rows are missing, a later RIGHT or FULL JOIN could make rows that pass.
    """
    if any(supply.join is None for supply in supplies):
        return True
    query, source = supplies[0].query, supplies[0].source
    later = query.sources[query.sources.index(source) + 1 :]
    return not any(join_kind(s.join) in ("RIGHT", "FULL", "?") for s in later if s.join)


def _kept_side(around: _Around, supplies: Sequence[Supply]) -> Source | None:
    """Return the source whose rows a RIGHT JOIN keeps, whatever the fed table on its left gives.

    None where there is none, and where a later join could make rows in which it is missing.
    """
    query, joined = supplies[0].query, supplies[0].join
    is_one = joined is not None and all(supply.join is joined for supply in supplies)
    if not is_one or joined is None or around.query is not query or around.may_filter or joined.is_inside:
        return None
    later = query.sources[query.sources.index(joined) + 1 :]
    is_made_up = any(join_kind(s.join) in ("RIGHT", "FULL", "?") for s in later if s.join)
    return joined if joined.join and join_kind(joined.join) == "RIGHT" and not is_made_up else None


def _place_in(query: Query, inner: Query) -> tuple[int, bool]:
    """Return behind which join of a query another one within it stands, and whether WHERE holds for it."""
    is_plain = not any(join_kind(s.join) in ("RIGHT", "FULL", "?") or s.is_inside for s in query.sources if s.join)
    for at, source in enumerate(query.sources):
        if source.query is inner:
            return at, is_plain and not source.opaque
        if source.join is not None and _is_below(inner.node, source.join):
            return at, is_plain
    return _AFTER_ALL, True


def _is_below(node: exp.Expr, above: exp.Expr) -> bool:
    found: exp.Expr | None = node
    while found is not None and found is not above:
        found = found.parent
    return found is above


def _is_nullable(around: _Around, source: Source) -> bool:
    """Tell whether an outer join may leave a source without a row at the point where values are computed."""
    at = around.query.sources.index(source)
    if at == around.point:
        return False
    own = join_kind(source.join) if source.join else "INNER"
    between = around.query.sources[at + 1 : around.point]
    is_nulled = any(join_kind(s.join) in ("RIGHT", "FULL", "?") for s in between if s.join)
    return source.is_inside or own in ("LEFT", "FULL", "ASOF", "?") or is_nulled


def _is_plain_left(around: _Around, source: Source) -> bool:
    before = around.query.sources[: around.point]
    is_left = source.join is not None and join_kind(source.join) == "LEFT" and not source.is_inside
    is_flat = not any(s.is_inside or (s.join and join_kind(s.join) in ("RIGHT", "FULL", "?")) for s in before)
    return is_left and is_flat


def _partners(query: Query, source: Source) -> Iterator[Source]:
    """Yield the sources with which USING joins one."""
    before = query.sources[: query.sources.index(source)]
    for identifier in (source.join.args.get("using") or ()) if source.join else ():
        yield from [s for s in before if s.has(identifier.name.lower()) is True][:1]


def _next(query: Query, source: Source) -> Source | None:
    """Return the source behind one: a condition of its join sees all before that."""
    at = query.sources.index(source) + 1
    return query.sources[at] if at < len(query.sources) else None


def _holding(around: _Around, supplies: Sequence[Supply], target: Source, kept: set[Source]) -> Iterator[exp.Expr]:
    """Yield the conditions that hold for every row of the sources that matters."""
    query = around.query
    where = query.node.args.get("where")
    if where and around.may_filter:
        yield from conjuncts(where.this)
    places = {id(supply.join) for supply in supplies if supply.join and supply.query is query}
    for at, joined in enumerate(query.sources):
        on = joined.join.args.get("on") if joined.join else None
        if on is None or joined.is_inside or joined.opaque:
            continue
        if id(joined) in places or _holds(around, at, joined, kept):
            yield from conjuncts(on)


def _holds(around: _Around, at: int, joined: Source, kept: set[Source]) -> bool:
    """Tell whether the rows of the sources, where none of them is missing, met the condition of a join."""
    kind = join_kind(joined.join) if joined.join else ""
    real = around.sources - kept
    is_done = at < around.point or around.may_filter
    before = any(s in real for s in around.query.sources[:at])
    if kind in ("INNER", "SEMI"):
        return is_done
    if kind == "LEFT":
        return is_done and joined in real
    if kind == "RIGHT":
        return at < around.point and before
    return kind == "FULL" and at < around.point and before and joined in real
