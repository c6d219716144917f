"""Different people counted as if they were numbers that add up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from stackduck.sql.scopes import DAY, Occurrence, Query
from stackduck.sql.traps import fields
from stackduck.sql.traps.asked import Asked, Leaf, Select, is_single

_ACTIVE = re.compile(r"active|(?:^|_)[dwm]au(?:$|_)")
_OF_DAYS = re.compile(r"day|row")
_PEOPLE = re.compile(r"(?:^|_)(?:users?|people|persons?|developers?|devs?)(?:$|_)")
_ENTITY = frozenset(("enterprise", "org"))


def summed_users(asked: Asked) -> Iterator[exp.Expr]:
    """Find sums of counts of different people, over days or anything else in which they come again."""
    for select in asked.selects:
        for total in select.find(exp.Sum):
            leaves = asked.leaves(select.query, total.this)
            if any(_adds_people(asked, select, total, leaf) for leaf in leaves) or _adds_counts(asked, select, total):
                yield total


def active_by_presence(asked: Asked) -> Iterator[exp.Expr]:
    """Find users called active for no more than a row in the report."""
    for select, alias, count in _counts(asked):
        leaves = asked.leaves(select.query, count.this) if _is_distinct(count) else []
        days = {leaf.occurrence for leaf in leaves if leaf.table == "user_days" and leaf.field in fields.USERS}
        names = {leaf.field for leaf in leaves}
        if (
            days
            and names <= fields.USERS
            and _ACTIVE.search(alias)
            and not any(_is_tested(asked, each) for each in days)
        ):
            yield count


def user_days_as_users(asked: Asked) -> Iterator[exp.Expr]:
    """Find counts of user ids, or of rows that are called people, in which everyone counts once a day."""
    for select, alias, count in _counts(asked):
        report = _counted(asked, select, alias, count)
        if report is None or _is_distinct(count) or _OF_DAYS.search(alias):
            continue
        groups = {group.field for group in asked.groups(select)}
        is_one_day = asked.is_pinned(report, frozenset((DAY,)))
        is_by_day = is_one_day or _grouped_days(asked, select)
        if report.has_days and not groups & fields.USERS and not is_by_day:
            yield count


def summed_organizations(asked: Asked) -> Iterator[exp.Expr]:
    """Find sums over several organizations, each of which has the whole of its members."""
    several = {leaf.occurrence for leaf, node, _ in asked.compared if leaf.field == "org" and not is_single(node)}
    for select in asked.selects if several else ():
        groups = {group.field for group in asked.groups(select)}
        for total in () if groups & fields.SCOPE else select.find(exp.Sum):
            for leaf in asked.leaves(select.query, total.this):
                is_shared = fields.family_of(leaf.table) in ("user", "entity")
                if leaf.occurrence in several and is_shared and leaf.field in fields.MEASURES:
                    yield total


def _counted(asked: Asked, select: Select, alias: str, count: exp.Expr) -> Occurrence | None:
    """Return the report whose user ids a count counts, or whose rows it counts and calls people."""
    if isinstance(count.this, exp.Star):
        sources = select.query.sources
        report = sources[0].occurrence if len(sources) == 1 else None
        is_meant = report is not None and fields.family_of(report.parts[2].lower()) == "user"
        return report if is_meant and _PEOPLE.search(alias) else None
    leaf = asked.leaf(select.query, count.this)
    return leaf.occurrence if leaf and leaf.field in fields.USERS else None


def _is_tested(asked: Asked, occurrence: Occurrence) -> bool:
    """Tell whether a condition says by what a user of a report is active."""
    return any(found is occurrence and _is_activity(name) for found, name in asked.tested)


def _is_activity(field: str) -> bool:
    return field in fields.MEASURES or field.startswith(("used_", "totals_by_"))


def _counts(asked: Asked) -> Iterator[tuple[Select, str, exp.Expr]]:
    """Yield the counts in SELECT lists with the names of their columns."""
    for select in asked.selects:
        has_counts = any(select.find(exp.Count))
        for item in select.query.node.expressions if has_counts else ():
            for count in item.find_all(exp.Count):
                if count.find_ancestor(exp.Select) is select.query.node:
                    yield select, item.alias_or_name.lower(), count


def _is_distinct(count: exp.Expr) -> bool:
    return isinstance(count.this, exp.Distinct)


def _adds_people(asked: Asked, select: Select, total: exp.Expr, leaf: Leaf) -> bool:
    if not fields.is_unique_count(leaf.field):
        return False
    # Everyone is in one phase on a day: there the phases of a day add up. A day of one entity is a single row.
    is_phase = fields.cut_of(leaf.table) == "ai_adoption_phases"
    is_row = leaf.table == "entity_days" and asked.is_pinned(leaf.occurrence, _ENTITY)
    is_window = is_row and isinstance(total.parent, exp.Window)
    return not ((is_phase or is_row) and not is_window and _is_by_day(asked, select, leaf))


def _is_by_day(asked: Asked, select: Select, leaf: Leaf) -> bool:
    is_pinned = asked.is_pinned(leaf.occurrence, frozenset((DAY,)))
    return is_pinned or leaf.occurrence in _grouped_days(asked, select)


def _grouped_days(asked: Asked, select: Select) -> set[Occurrence]:
    """Return the reports by whose day the rows are grouped: by the day itself, and not by its week."""
    found = set()
    for group in select.groups:
        leaves = asked.leaves(select.query, group)
        is_plain = all(isinstance(each.node, (exp.Column, exp.Cast)) for each in asked.behind(select.query, group))
        if is_plain and len(leaves) == 1 and leaves[0].field == DAY:
            found.add(leaves[0].occurrence)
    return found


def _adds_counts(asked: Asked, select: Select, total: exp.Expr) -> bool:
    """Tell whether a sum adds count(DISTINCT user_id) of groups."""
    return any(
        _is_distinct(count) and _are_users(asked, each.query, count)
        for each in asked.behind(select.query, total.this)
        for count in each.node.find_all(exp.Count)
    )


def _are_users(asked: Asked, query: Query, count: exp.Expr) -> bool:
    leaves = asked.leaves(query, count.this)
    return any(leaf.field in fields.USERS and leaf.occurrence.has_days for leaf in leaves)
