"""Days that no report has yet, and series that do not count the same from end to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from sqlglot import exp

from stackduck.sql.scopes import DAY
from stackduck.sql.traps import fields
from stackduck.sql.traps.asked import Asked, Leaf, Select

BREAKS = (date(2026, 4, 10), date(2026, 6, 15), date(2026, 7, 2), date(2026, 7, 28))
"""Days from which GitHub counts otherwise: CLI in the totals, users known to servers alone, CLI lines and IDE totals,
the Copilot app."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_TODAY = ("current_date", "today", "current_timestamp", "now", "get_current_timestamp")
_LOWER, _UPPER = (exp.GT, exp.GTE), (exp.LT, exp.LTE)


def not_there_yet(asked: Asked) -> Iterator[exp.Expr]:
    """Find days that are to be today or later, of which there is no report."""
    for select in asked.selects:
        for node in select.find(exp.EQ, *_LOWER, *_UPPER):
            column, other, is_turned = node.this, node.expression, False
            if not isinstance(column, exp.Column):
                column, other, is_turned = other, column, True
            lower = _UPPER if is_turned else _LOWER
            if isinstance(node, (exp.EQ, *lower)) and _is_today(other) and _is_day(asked, select, column):
                yield node


def across_a_break(asked: Asked) -> Iterator[exp.Expr]:
    """Find series by day, week or month, between days that are written out, that go across a break."""
    for select in asked.selects:
        for leaf in asked.groups(select):
            if leaf.field != DAY or not _is_counted(asked, select, leaf):
                continue
            low, high, node = _bounds(asked, leaf)
            if node is not None and any(low < each <= high for each in BREAKS):
                yield node
                break


def _is_today(node: exp.Expr) -> bool:
    """Tell whether an expression is today's date, as it is."""
    while isinstance(node, (exp.Cast, exp.Paren)):
        node = node.this
    if isinstance(node, (exp.CurrentDate, exp.CurrentTimestamp)):
        return True
    return isinstance(node, (exp.Anonymous, exp.Column)) and node.name.lower() in _TODAY


def _is_day(asked: Asked, select: Select, column: exp.Expr) -> bool:
    leaf = asked.leaf(select.query, column)
    return leaf is not None and leaf.field == DAY and leaf.occurrence.has_days


def _is_counted(asked: Asked, select: Select, day: Leaf) -> bool:
    """Tell whether a SELECT aggregates numbers or people of a report of activity."""
    names = {
        leaf.field
        for aggregate in select.find(exp.AggFunc)
        for leaf in asked.leaves(select.query, aggregate)
        if leaf.occurrence is day.occurrence and fields.family_of(leaf.table) in ("user", "entity")
    }
    return any(name in fields.MEASURES or name in fields.USERS or fields.is_unique_count(name) for name in names)


def _bounds(asked: Asked, day: Leaf) -> tuple[date, date, exp.Expr | None]:
    """Return the first and the last day that are written out, and where the first one is; no end is the latest day."""
    low, high, place = date.min, date.max, None
    for select in asked.everywhere:
        for column, bound, is_low in _limits(select):
            leaf, value = asked.leaf(select.query, column), _written(bound)
            if value is None or leaf is None or leaf.field != DAY or leaf.occurrence is not day.occurrence:
                continue
            if is_low:
                low, place = max(low, value), bound if select in asked.selects else place
            else:
                high = min(high, value)
    return low, high, place


def _limits(select: Select) -> Iterator[tuple[exp.Expr, exp.Expr, bool]]:
    for node in select.find(exp.Between, *_LOWER, *_UPPER):
        if isinstance(node, exp.Between):
            yield node.this, node.args["low"], True
            yield node.this, node.args["high"], False
        elif isinstance(node.this, exp.Column):
            yield node.this, node.expression, isinstance(node, _LOWER)
        else:
            yield node.expression, node.this, isinstance(node, _UPPER)


def _written(node: exp.Expr) -> date | None:
    """Return the date that is written out."""
    while isinstance(node, (exp.Cast, exp.Paren)):
        node = node.this
    if not isinstance(node, exp.Literal) or not _DATE.match(str(node.this)):
        return None
    try:
        return date.fromisoformat(str(node.this))
    except ValueError:
        return None
