"""What one condition says of one source: the values that its columns may have.

Only equality with constants, lists, rows and ranges say something, joined by AND and OR; all else restricts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from stackduck.sql.columns import resolve_outward
from stackduck.sql.constants import NULL, Constants, differ, unwrap
from stackduck.sql.proving.day_conditions import DayConditions
from stackduck.sql.proving.disjuncts import both, single_list
from stackduck.sql.scopes import DAY, Disjuncts, Query, Source
from stackduck.sql.supplies import Computed, Member, Merged, Supplies, Supply, fed
from stackduck.sql.values import Days, Excluded, Listed, Values, bounded, canonical

_FLIPPED: Mapping[type[exp.Expr], str] = {exp.LT: ">", exp.LTE: ">=", exp.GT: "<", exp.GTE: "<="}
_OPERATORS: Mapping[type[exp.Expr], str] = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}

REPORT_DAY = "day of a report"
"""What kind_of says of a DATE by which a report's rows are chosen."""


class Reader:
    """Reads conditions of a query for one of its sources."""

    def __init__(
        self,
        query: Query,
        source: Source,
        constants: Constants,
        day_conditions: DayConditions | None = None,
        *,
        is_fed: bool = False,
    ) -> None:
        self.query = query
        self.source = source
        self.constants = constants
        self.day_conditions = day_conditions
        """None where the statement reads no report."""
        self.supplies = Supplies(query, source) if is_fed else None
        """None where values come from the text alone."""

    def values_of(self, node: exp.Expr) -> Disjuncts:
        """Return the ways in which a condition may hold, as far as they restrict the source."""
        if isinstance(node, exp.Paren):
            return self.values_of(node.this)
        if self.day_conditions is not None:
            days = self._all_of(node) if isinstance(node, exp.And) else self._days_of(node)
            if days is not None:
                return days
        if isinstance(node, exp.And):
            return both(self.values_of(node.this), self.values_of(node.expression))
        if isinstance(node, exp.Or):
            return [*self.values_of(node.this), *self.values_of(node.expression)]
        if isinstance(node, (exp.Boolean, exp.Null)):
            return [{}] if isinstance(node, exp.Boolean) and node.this else []
        if isinstance(node, (exp.EQ, exp.NullSafeEQ, *_OPERATORS)):
            return self._comparison(node)
        if isinstance(node, exp.NEQ):
            return self._differs(unwrap(node.this), unwrap(node.expression))
        if isinstance(node, exp.Not):
            return self._not(unwrap(node.this))
        if isinstance(node, exp.In):
            return self._in_list(node)
        if isinstance(node, exp.Exists) and self.supplies:
            return self._fed(self.supplies.existence(node))
        if isinstance(node, exp.Between) and not node.args.get("symmetric"):
            low = self._compared(node.this, node.args["low"], ">=")
            return both(low, self._compared(node.this, node.args["high"], "<="))
        return [{}]

    def _all_of(self, node: exp.And) -> Disjuncts:
        """Return what an AND leaves. Its conditions on the day of a report are one question to DuckDB."""
        parts = [unwrap(part) for part in node.flatten()]
        on_day = [part for part in parts if self._day_of(part)]
        days = self._days_of(*on_day) if on_day else None
        ways = [{}] if days is None else days
        for part in parts:
            if days is None or part not in on_day:
                ways = both(ways, self.values_of(part))
        return ways

    def _days_of(self, *conditions: exp.Expr) -> Disjuncts | None:
        """Return the days that conditions on nothing but the day of a report mean; None for any other ones."""
        names = {self._day_of(condition) for condition in conditions} if self.day_conditions else set()
        name = names.pop() if len(names) == 1 else None
        if name is None or self.day_conditions is None:
            return None
        days = self.day_conditions.days(conditions, may_be_null=self._may_be_null())
        return None if days is None else [{name: Days(days)}]

    def _day_of(self, condition: exp.Expr) -> str | None:
        """Return the column that is the day of a report, where a condition has no other column."""
        if asks_for_match(condition, self.query):
            return None
        names: set[str] = set()
        for column in condition.find_all(exp.Column):
            target = self.query.resolve(column)
            if not target or not self._is_day(column, target):
                return None
            names.add(target[1])
        if len(names) != 1 or condition.find(exp.Query, exp.Values, exp.AggFunc, exp.Window):
            return None
        return names.pop()

    def _is_day(self, column: exp.Column, target: tuple[Source, str]) -> bool:
        """Tell whether a column is the day of a report, the source's own or one that USING makes it."""
        found, name = target
        merged = () if column.table else self.query.merged(name)
        is_own = found is self.source or self.source in merged
        return is_own and all(kind_of(s, name) == REPORT_DAY for s in (self.source, found, *merged))

    def _may_be_null(self) -> bool:
        """Tell whether the day may be NULL where a condition is tested; in a report itself it never is."""
        return not (self.source.occurrence and self.query.is_inner)

    def merged(self, joined: Source) -> Disjuncts:
        """Return what the USING of a join says."""
        found = self.supplies.merged(joined) if self.supplies else ()
        return fed((name, supply) for name, supply in found if self._may_be_fed(name, supply))

    def _comparison(self, node: exp.Expr) -> Disjuncts:
        ways = self._written(node)
        if self.supplies and isinstance(node, exp.EQ):
            return both(ways, self._fed(self.supplies.equality(node)))
        return ways

    def _fed(self, found: Iterable[tuple[exp.Column, Supply]]) -> Disjuncts:
        """Return the ways of values that come from data."""
        listed: list[tuple[str, Supply]] = []
        for column, supply in found:
            name = column.name.lower()
            if self._may_be_fed(name, supply):
                listed.append((name, supply))
                occurrence, original = self.source.occurrence, self.source.original(name)
                if occurrence and original in occurrence.shared:
                    occurrence.comparisons.setdefault(original, []).append(column)
        return fed(listed)

    def _may_be_fed(self, name: str, supply: Supply) -> bool:
        """Tell whether a column is a parameter in the end; the days of two reports feed neither one."""
        occurrence, original = self.source.occurrence, self.source.original(name)
        if occurrence and original in occurrence.shared:
            return original in occurrence.required and not isinstance(supply.value, Merged)
        kind = kind_of(self.source, name)
        return kind is not None and not (kind == REPORT_DAY and self._is_day_of_report(supply.value))

    def _is_day_of_report(self, value: Computed | Member | Merged) -> bool:
        if isinstance(value, Merged):
            return kind_of(value.source, value.name) == REPORT_DAY
        if isinstance(value, Member) or not isinstance(value.node, exp.Column):
            return False
        target = resolve_outward(self.query, value.node)[1]
        return target is not None and kind_of(*target) == REPORT_DAY

    def _written(self, node: exp.Expr) -> Disjuncts:
        left, right = unwrap(node.this), unwrap(node.expression)
        if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
            # Which row is the greater one depends on more than each of its values.
            return self._tuple(left, right) if isinstance(node, (exp.EQ, exp.NullSafeEQ)) else [{}]
        if isinstance(left, exp.Literal) and isinstance(right, exp.Literal):
            return [] if isinstance(node, exp.EQ) and differ(left, right) else [{}]
        if isinstance(node, exp.NullSafeEQ) and NULL in (self.constants.value(left), self.constants.value(right)):
            return [{}]
        if isinstance(node, exp.EQ) and isinstance(right, exp.Any):
            return self._in_one_list(left, unwrap(right.this))
        if isinstance(left, exp.Column):
            return self._compared(left, right, _OPERATORS.get(type(node), "="))
        return self._compared(right, left, _FLIPPED.get(type(node), "="))

    def _not(self, node: exp.Expr) -> Disjuncts:
        """Return what the negation of a comparison leaves: everything but its values."""
        if isinstance(node, exp.EQ):
            return self._differs(unwrap(node.this), unwrap(node.expression))
        ways: Disjuncts = [{}]
        if isinstance(node, exp.In) and not any(node.args.get(k) for k in ("query", "unnest", "field")):
            for item in node.expressions:
                ways = both(ways, self._differs(unwrap(node.this), unwrap(item)))
        return ways

    def _differs(self, left: exp.Expr, right: exp.Expr) -> Disjuncts:
        if isinstance(left, exp.Column):
            return self._compared(left, right, "<>")
        return self._compared(right, left, "<>") if isinstance(right, exp.Column) else [{}]

    def _in_list(self, node: exp.In) -> Disjuncts:
        ways = self._in_written(node)
        if self.supplies is None:
            return ways
        return both(ways, self._fed([*self.supplies.membership(node), *self.supplies.existence(node)]))

    def _in_written(self, node: exp.In) -> Disjuncts:
        if node.args.get("query") or node.args.get("unnest"):
            return [{}]
        if node.args.get("field"):
            return self._in_one_list(unwrap(node.this), unwrap(node.args["field"]))
        return self._one_of(unwrap(node.this), node.expressions)

    def _in_one_list(self, subject: exp.Expr, items: exp.Expr) -> Disjuncts:
        """Return what being an element of one expression says: a list that is written, or a bound one."""
        if isinstance(items, exp.Array):
            return self._one_of(subject, items.expressions)
        values = self.constants.value(items)
        if not isinstance(values, (list, tuple)):
            return [{}]
        return _together(way for value in values for way in self._is(subject, NULL if value is None else value, "="))

    def _one_of(self, subject: exp.Expr, items: list[exp.Expr]) -> Disjuncts:
        found: Disjuncts = []
        for item in items:
            value = unwrap(item)
            if isinstance(subject, exp.Tuple) and isinstance(value, exp.Tuple):
                found += self._tuple(subject, value)
            else:
                ways = self._compared(subject, value, "=")
                found += both(ways, self._fed(self.supplies.sides(subject, value, item))) if self.supplies else ways
        return _together(found)

    def _tuple(self, left: exp.Tuple, right: exp.Tuple) -> Disjuncts:
        ways: Disjuncts = [{}]
        if len(left.expressions) == len(right.expressions):
            for column, value in zip(left.expressions, right.expressions, strict=True):
                # Within a row NULL equals NULL.
                if self.constants.value(value) is not NULL:
                    ways = both(ways, self._compared(unwrap(column), unwrap(value), "="))
        return ways

    def _compared(self, column: exp.Expr, value: exp.Expr, operator: str) -> Disjuncts:
        """Return what `column operator value` says of the source."""
        return self._is(column, self.constants.value(value), operator)

    def _is(self, column: exp.Expr, constant: object | None, operator: str) -> Disjuncts:
        target = self.query.resolve(column) if isinstance(column, exp.Column) else None
        if constant is NULL:
            return []
        if not target or constant is None or not _same_or_merged(target[0], self.source, column, self.query):
            return [{}]
        name = target[1]
        occurrence, original = self.source.occurrence, self.source.original(name)
        is_shared = bool(occurrence and operator == "=" and original in occurrence.shared)
        kind = occurrence.types[original] if occurrence and original and is_shared else kind_of(self.source, name)
        if kind == REPORT_DAY:
            return self._on_day(name, constant, operator)
        text = canonical(constant, kind) if kind else None
        if text is None or kind is None:
            if occurrence and original and kind:
                occurrence.misfits[original] = str(constant)
            return [{}]
        values = _matching(text, operator, kind=kind)
        if values is None:
            return [{}]
        if occurrence and original and is_shared and isinstance(column, exp.Column):
            occurrence.comparisons.setdefault(original, []).append(column)
        return [{name: values}]

    def _on_day(self, name: str, constant: object, operator: str) -> Disjuncts:
        """Return the days that a comparison within a row means."""
        text = canonical(constant, "DATE")
        if text is None or self.day_conditions is None:
            return [{}]
        return [{name: Days(self.day_conditions.matching(f"{DAY} {operator} DATE '{text}'"))}]


def _together(ways: Iterable[dict[str, Values]]) -> Disjuncts:
    """Return the ways as one with a list of values, where they are of one column."""
    found = list(ways)
    values = single_list(found)
    return values if values is not None else found


def _matching(text: str, operator: str, *, kind: str) -> Values | None:
    if operator == "=":
        return Listed((text,))
    return Excluded(frozenset({text})) if operator == "<>" else bounded(text, operator, kind=kind)


def asks_for_match(condition: exp.Expr, query: Query) -> bool:
    """Tell whether a condition asks if an outer join found a row, by IS NULL or IS NOT NULL."""
    test = unwrap(condition.this) if isinstance(condition, exp.Not) else condition
    return isinstance(test, exp.Is) and isinstance(test.expression, exp.Null) and not query.is_inner


def kind_of(source: Source, name: str) -> str | None:
    """Return the DuckDB type of the parameter that a column is in the end, or REPORT_DAY; None where it is neither."""
    original = source.original(name)
    if original is None:
        return None
    if source.occurrence:
        occurrence = source.occurrence
        if occurrence.has_days and original == DAY:
            return REPORT_DAY
        return None if original in occurrence.shared else occurrence.types.get(original)
    if source.cte and source.cte.recursive:
        return None
    body = source.body
    if body and body.branches:
        index = [n for n, _ in body.outputs].index(original) if any(n == original for n, _ in body.outputs) else -1
        return _kind_of_branch(body, index)
    target = body.output(original) if body else None
    return kind_of(*target) if target else None


def _kind_of_branch(body: Query, index: int) -> str | None:
    if index < 0 or body.stars:
        return None
    kinds = set()
    for branch in body.branches:
        if branch.branches:
            kinds.add(_kind_of_branch(branch, index))
        elif index < len(branch.outputs):
            target = branch.output(branch.outputs[index][0])
            kinds.add(kind_of(*target) if target else None)
    if len(kinds) > 1 and "BIGINT" in kinds:
        # Beside another type numbers may be compared as text, where 50 lies between 5 and 9.
        return None
    if len(kinds) > 1 and REPORT_DAY in kinds:
        # Beside another type the column may be no DATE any more.
        return None
    kinds.discard(None)
    return kinds.pop() if len(kinds) == 1 else None


def _same_or_merged(found: Source, source: Source, column: exp.Expr, query: Query) -> bool:
    """Tell whether a resolved column speaks of the source: it is its own, or a USING column that both share."""
    if found is source:
        return True
    if not isinstance(column, exp.Column) or column.table:
        return False
    name = column.name.lower()
    return source in query.merged(name) and source.has(name) is True
