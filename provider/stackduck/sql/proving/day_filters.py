"""Where a statement filters by the day of a report, whether or not the filter says which days to fetch.

Where nothing is said of days a report is read over its latest ones. So a condition that is there and chooses none must
be refused, and never be taken for none. Owns finding such conditions, and the errors for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from sqlglot import exp

from stackduck.errors import NotSupportedError
from stackduck.sql import columns
from stackduck.sql.constants import unwrap
from stackduck.sql.origins import CARRYING_AGGREGATES, carried, possible_sources, report_days, reports_in
from stackduck.sql.proving import membership
from stackduck.sql.proving.joins import kind_in
from stackduck.sql.proving.predicates import asks_for_match
from stackduck.sql.scopes import DAY, Occurrence, Query, Scopes, Source
from stackduck.sql.spans import span_of
from stackduck.sql.statements import Statement

_CONDITIONS = ("WHERE", "ON", "HAVING", "QUALIFY", "USING")
_CLAUSES = (*_CONDITIONS, "SELECT", "FROM", "JOIN", "GROUP", "ORDER", "PARTITION", "LIMIT", "WINDOW", "VALUES", "SET")


class Against(Enum):
    """With what a condition compares the day of a report."""

    CONSTANTS = "constants"
    REPORTS = "the days of other reports"
    ROW = "other columns of its row"
    TABLE = "another table or a subquery"


@dataclass(frozen=True, eq=False, slots=True)
class DayFilter:
    """A condition that rows must meet and that involves the day of a report."""

    occurrence: Occurrence
    text: str
    against: Against
    others: frozenset[Occurrence] = frozenset()
    """The other reports whose days are compared."""
    condition: exp.Expr | None = None
    """None for a USING, and for one that only the tokens show."""

    @property
    def is_fed(self) -> bool:
        """Whether the days would be those that another table has."""
        return self.against is Against.TABLE

    @property
    def is_in_doubt(self) -> bool:
        """Whether it should have chosen days: two reports may be joined by days of which nothing more is said."""
        return self.against is not Against.REPORTS or any(o.disjuncts and o.is_on_days for o in self.others)


def find(scopes: Scopes, statement: Statement) -> Mapping[Occurrence, tuple[DayFilter, ...]]:
    """Return the conditions on the day of each report."""
    found: dict[Occurrence, list[DayFilter]] = {o: [] for o in scopes.occurrences if o.has_days}
    for query in scopes.every if found else ():
        for day_filter in _Finder(query, statement).filters():
            found[day_filter.occurrence].append(day_filter)
    for occurrence, listed in found.items():
        if scopes.source_of(occurrence) is None and _has_condition(statement):
            listed.append(DayFilter(occurrence, f"the condition on {DAY}", Against.CONSTANTS))
    return {occurrence: tuple(listed) for occurrence, listed in found.items()}


def refused(unused: DayFilter, resource: str, *, reasons: Mapping[int, str]) -> NotSupportedError:
    """Return the error for a condition on the day of a report that chooses no days.

    `reasons` has, by the ids of conditions, why they mean no certain days.
    """
    if unused.is_fed:
        return fed(unused, resource)
    known = "not every row that is read must meet it" if unused.condition else "it cannot be read well enough"
    reason = reasons.get(id(unused.condition), known)
    if unused.against is Against.REPORTS:
        reason = "the condition that chooses the other report's days does not reach this one"
    elif unused.against is Against.ROW:
        reason = "it depends on more than the day"
    return NotSupportedError(
        f"{resource}: {unused.text} does not say which days to fetch, because {reason}; {_remedy(unused.occurrence)}"
    )


def fed(unused: DayFilter, resource: str) -> NotSupportedError:
    """Return the error for days that another table or a subquery would have to give, and cannot."""
    return NotSupportedError(
        f"{resource}: {unused.text} takes the days to fetch from another table, which only = and IN can do; "
        f"{_remedy(unused.occurrence)}"
    )


def _remedy(occurrence: Occurrence) -> str:
    day = f"{occurrence.alias}.{DAY}"
    return f"add a condition on {DAY} alone beside the table, such as {day} >= current_date - 28"


class _Behind(NamedTuple):
    """What a column of a condition stands for."""

    owner: Query | None
    """The query that has it among its sources."""
    sources: tuple[Source, ...]
    """One of these."""
    reports: frozenset[Occurrence]
    """The reports whose day it carries."""


class _Finder:
    """Finds the conditions of one SELECT."""

    def __init__(self, query: Query, statement: Statement) -> None:
        self.query = query
        self.statement = statement

    def filters(self) -> Iterator[DayFilter]:
        for column in self.query.own(exp.Column):
            if isinstance(column, exp.Column) and not isinstance(column.this, exp.Star):
                yield from self._on_column(column)
        for chain in self.query.node.find_all(exp.Dot):
            if not isinstance(chain.parent, exp.Dot) and chain.find_ancestor(exp.Select) is self.query.node:
                yield from self._on_chain(chain)
        for joined in self.query.sources:
            for name in (joined.join.args.get("using") or ()) if joined.join else ():
                yield from self._on_using(joined, name.name.lower())
        for pattern in self.query.own(exp.Columns):
            yield from self._on_pattern(pattern)
        yield from self._on_sought()

    def _on_column(self, column: exp.Column) -> Iterator[DayFilter]:
        root = _root(column, self.query.node)
        if root is None:
            return
        behind = self._behind(column)
        if behind.owner is None or not behind.reports:
            yield from self._on_unknown(column, behind, root)
            return
        condition = _conjunct(root, column)
        if asks_for_match(condition, behind.owner):
            return
        against, others = self._against(condition, behind.sources)
        if against is Against.REPORTS or _is_met(root, behind.owner, behind.sources):
            for occurrence in behind.reports:
                yield DayFilter(occurrence, self._text(condition), against, others - {occurrence}, condition)

    def _on_unknown(self, column: exp.Column, behind: _Behind, root: exp.Expr) -> Iterator[DayFilter]:
        """Yield a filter by a day that is no known source's: it may be that of any report."""
        if column.name.lower() == DAY and not behind.sources:
            for occurrence in reports_in(self.query):
                condition = _conjunct(root, column)
                yield DayFilter(occurrence, self._text(condition), Against.CONSTANTS, condition=condition)

    def _on_chain(self, chain: exp.Dot) -> Iterator[DayFilter]:
        """Yield the filters by u.day.month() and the like, in which sqlglot sees no column."""
        root = _root(chain, self.query.node)
        if root is None:
            return
        names = {identifier.name.lower() for identifier in chain.find_all(exp.Identifier)}
        condition = _conjunct(root, chain)
        for source in self.query.sources:
            for name in names if _is_met(root, self.query, (source,)) else ():
                for occurrence in report_days(source, name) if source.has(name) else ():
                    yield DayFilter(occurrence, self._text(condition), Against.CONSTANTS, condition=condition)

    def _on_sought(self) -> Iterator[DayFilter]:
        """Yield the days of this query's rows among which those of another report are looked for."""
        for sought, given, test in membership.pairs(self.query):
            days, others = ({o for c in carried(each) for o in self._behind(c).reports} for each in (given, sought))
            for occurrence in days if others else ():
                yield DayFilter(occurrence, self._text(test), Against.REPORTS, frozenset(others - {occurrence}), test)

    def _on_pattern(self, pattern: exp.Expr) -> Iterator[DayFilter]:
        """Yield the filters by COLUMNS(…) that may stand for the day."""
        root = _root(pattern, self.query.node)
        # COLUMNS(*) IS NOT NULL is of all columns, and a report's day is never NULL.
        asked = pattern.parent
        is_for_null = isinstance(asked, exp.Is) and isinstance(asked.expression, exp.Null)
        if root is None or is_for_null or not columns.may_stand_for(pattern, DAY):
            return
        condition = _conjunct(root, pattern)
        for source in self.query.sources if _is_met(root, self.query, self.query.sources) else ():
            for occurrence in report_days(source, DAY) if source.has(DAY) else ():
                yield DayFilter(occurrence, self._text(condition), Against.CONSTANTS, condition=condition)

    def _on_using(self, joined: Source, name: str) -> Iterator[DayFilter]:
        before = self.query.sources[: self.query.sources.index(joined) + 1]
        behind = {source: report_days(source, name) for source in before if source.has(name) is not False}
        every = frozenset(o for reports in behind.values() for o in reports)
        against = Against.REPORTS if all(behind.values()) else Against.TABLE
        for source, reports in behind.items():
            is_met = against is Against.REPORTS or (joined.join and _restricts(self.query, joined, source))
            for occurrence in reports if is_met else ():
                yield DayFilter(occurrence, f"USING ({name})", against, every - {occurrence})

    def _text(self, condition: exp.Expr) -> str:
        span = span_of(condition, self.statement)
        return " ".join(self.statement.text[slice(*span)].split()) if span else condition.sql("duckdb")

    def _behind(self, column: exp.Column, seen: tuple[str, ...] = ()) -> _Behind:
        """Return what a column stands for; `seen` are the aliases of the SELECT list that led to it."""
        owner, target = columns.resolve_outward(self.query, column)
        if owner is None:
            return self._behind_alias(column, seen)
        if target:
            return _Behind(owner, target[:1], report_days(*target))
        carriers = {source: report_days(source, column.name.lower()) for source in possible_sources(owner, column)}
        sources = [source for source, reports in carriers.items() if reports] or carriers
        return _Behind(owner, tuple(sources), frozenset(o for reports in carriers.values() for o in reports))

    def _behind_alias(self, column: exp.Column, seen: tuple[str, ...]) -> _Behind:
        """Return what an expression of the SELECT list stands for, which a condition may name."""
        name = column.name.lower()
        named = [e for n, e in self.query.outputs if n == name and isinstance(e, exp.Alias)]
        is_alias = not column.table and name not in seen
        parts = [self._behind(inner, (*seen, name)) for e in named if is_alias for inner in carried(e.this)]
        sources = tuple(source for part in parts for source in part.sources)
        return _Behind(self.query, sources, frozenset(o for part in parts for o in part.reports))

    def _against(self, condition: exp.Expr, sources: tuple[Source, ...]) -> tuple[Against, frozenset[Occurrence]]:
        """Return with what a condition compares the day of these sources, and the reports among that."""
        if condition.find(exp.Query, exp.Values):
            return Against.TABLE, frozenset()
        behind = [self._behind(c) for c in condition.find_all(exp.Column) if isinstance(c, exp.Column)]
        foreign = [each.sources for each in behind if not each.reports]
        if foreign:
            is_own = all(found and set(found) <= set(sources) for found in foreign)
            is_row = is_own or isinstance(condition, (exp.Or, exp.Not, exp.Case))
            return Against.ROW if is_row else Against.TABLE, frozenset()
        if len({source for each in behind for source in each.sources}) > 1:
            return Against.REPORTS, frozenset(o for each in behind for o in each.reports)
        return Against.CONSTANTS, frozenset()


def _is_met(root: exp.Expr, owner: Query, sources: Iterable[Source]) -> bool:
    """Tell whether the rows of sources of a query must meet a condition in it, or in a subquery of it."""
    node = root
    while node.parent is not None and node.parent is not owner.node:
        node = node.parent
    if not isinstance(node, exp.Join):
        return isinstance(node, (exp.Where, exp.Having, exp.Qualify, exp.Lateral))
    joined = next((source for source in owner.sources if source.join is node), None)
    return joined is None or any(_restricts(owner, joined, source) for source in sources)


def _root(column: exp.Expr, select: exp.Expr) -> exp.Expr | None:
    """Return the condition of a SELECT in which a column stands for its value; None where it stands elsewhere.

    What a SELECT without FROM gives stands where that SELECT does.
    """
    node = column
    while node.parent is not None:
        above = node.parent
        if above is select:
            outer = None if above.args.get("from_") else above.find_ancestor(exp.Select)
            return _root(above, outer) if outer and node.arg_key == "expressions" else None
        if above.parent is select and above.arg_key != "expressions":
            is_condition = isinstance(above, (exp.Where, exp.Having, exp.Qualify))
            return node if is_condition or (isinstance(above, exp.Join) and node.arg_key == "on") else None
        if isinstance(above, (exp.Window, exp.Filter)):
            return None
        if isinstance(above, exp.AggFunc) and not isinstance(above, CARRYING_AGGREGATES):
            return None
        node = above
    return None


def _conjunct(root: exp.Expr, column: exp.Expr) -> exp.Expr:
    """Return the part of a condition's AND that holds a column."""
    above = {id(column)}
    node = column
    while node is not root and node.parent is not None:
        node = node.parent
        above.add(id(node))
    node = unwrap(root)
    while isinstance(node, exp.And):
        node = unwrap(node.this if id(node.this) in above else node.expression)
    return node


def _restricts(query: Query, joined: Source, source: Source) -> bool:
    """Tell whether a row of the source is lost where it does not meet the condition of a join."""
    kind = kind_in(query, joined)
    if kind == "ASOF" and joined.join:
        kind = str(joined.join.args.get("side") or "").upper()
    if kind == "FULL":
        return False
    return source is joined if kind == "LEFT" else source is not joined if kind == "RIGHT" else True


def _has_condition(statement: Statement) -> bool:
    """Tell by the tokens alone whether a condition may name the day."""
    clause = ""
    for before, token in pairwise(statement.tokens):
        clause = token.text.upper() if token.is_word(*_CLAUSES) else clause
        is_unit = before.kind in ("number", "string") or before.text == ")"
        if clause in _CONDITIONS and token.kind in ("word", "quoted") and token.name.lower() == DAY and not is_unit:
            return True
    return False
