"""Joins that multiply rows, or that join people to the wrong day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sqlglot import exp

from stackduck.sql.scopes import DAY, Occurrence
from stackduck.sql.traps import fields
from stackduck.sql.traps.asked import Asked, Leaf, Select, is_single


def teams_without_day(asked: Asked) -> Iterator[exp.Expr]:
    """Find usage joined to teams by the user alone: members of another day."""
    for select in asked.selects:
        for node, pair in (*_equalities(asked, select), *_merged(asked, select), *_listed(asked, select)):
            if _is_membership(pair) and not _is_same_day(asked, pair):
                yield node


def teams_without_user(asked: Asked) -> Iterator[exp.Expr]:
    """Find usage joined to teams by the day alone: everyone's, for each member of that day."""
    for select in asked.selects:
        beside = {occurrence for _, occurrence in select.tables}
        for node, pair in (*_equalities(asked, select), *_merged(asked, select)):
            teams = [leaf.occurrence for leaf in pair if leaf.table == fields.TEAMS]
            is_of_users = any(fields.family_of(leaf.table) == "user" for leaf in pair)
            is_beside = all(leaf.field == DAY and leaf.occurrence in beside for leaf in pair)
            if len(teams) == 1 and is_of_users and is_beside and not _names_users(asked, teams[0]):
                yield node


def teams_counted_twice(asked: Asked) -> Iterator[exp.Expr]:
    """Find totals over teams, in which a member of two teams counts twice."""
    for select in asked.selects:
        teams = [occurrence for _, occurrence in select.tables if _table(occurrence) == fields.TEAMS]
        groups = {(group.occurrence, group.field) for group in asked.groups(select)}
        for team in teams:
            is_apart = any((team, name) in groups for name in fields.TEAM) or asked.is_pinned(team, fields.TEAM)
            for total in () if is_apart else select.find(exp.Sum, exp.Avg):
                if any(_is_usage(leaf, team) for leaf in asked.leaves(select.query, total.this)):
                    yield total


def joined_cuts(asked: Asked) -> Iterator[exp.Expr]:
    """Find two cuts of the same days beside each other: every row of one comes with every row of the other."""
    for select in asked.selects:
        cuts = [(source, o) for source, o in select.tables if fields.cut_of(_table(o)) and not _is_one_row(asked, o)]
        for (_, first), (_, second) in combinations(cuts, 2):
            is_family = fields.family_of(_table(first)) == fields.family_of(_table(second))
            if is_family and _table(first) != _table(second):
                yield second.table


def multiplied_days(asked: Asked) -> Iterator[exp.Expr]:
    """Find sums of a day's own numbers beside one of its cuts, where they come once for each of the cut's rows."""
    for select in asked.selects:
        tables = [occurrence for _, occurrence in select.tables]
        cuts = [o for o in tables if fields.cut_of(_table(o)) and not _is_one_row(asked, o)]
        families = {fields.family_of(_table(o)) for o in cuts}
        days = [o for o in tables if fields.family_of(_table(o)) in families and not fields.cut_of(_table(o))]
        for total in select.find(exp.Sum, exp.Avg) if days else ():
            leaves = asked.leaves(select.query, total.this)
            if any(leaf.occurrence in days and leaf.field in fields.MEASURES for leaf in leaves):
                yield total


Pair = tuple[Leaf, Leaf]


def _equalities(asked: Asked, select: Select) -> Iterator[tuple[exp.Expr, Pair]]:
    """Yield the comparisons of two fields."""
    for node in select.find(exp.EQ, exp.NullSafeEQ):
        left, right = (asked.leaf(select.query, side) for side in (node.this, node.expression))
        if left and right:
            yield node, (left, right)


def _merged(asked: Asked, select: Select) -> Iterator[tuple[exp.Expr, Pair]]:
    """Yield the columns of USING with the fields on both sides of them."""
    sources = select.query.sources
    for at, source in enumerate(sources):
        for name in (source.join.args.get("using") or ()) if source.join else ():
            column = exp.column(name.name)
            right = [leaf for leaf in asked.leaves_of(source, name.name.lower(), column)]
            left = [leaf for other in sources[:at] for leaf in asked.leaves_of(other, name.name.lower(), column)]
            if len(right) == 1 and left:
                yield name, (left[0], right[0])


def _listed(asked: Asked, select: Select) -> Iterator[tuple[exp.Expr, Pair]]:
    """Yield what stands in x IN (SELECT y …)."""
    for node in select.find(exp.In):
        query = next((q for q in select.query.nested if q.node is _query_in(node)), None)
        left = asked.leaf(select.query, node.this)
        if query and left and len(query.outputs) == 1:
            right = asked.leaf(query, query.outputs[0][1].unalias())
            if right:
                yield node, (left, right)


def _query_in(node: exp.Expr) -> exp.Expr | None:
    query = node.args.get("query")
    while isinstance(query, exp.Subquery):
        query = query.this
    return query if isinstance(query, exp.Expr) else None


def _is_membership(pair: Pair) -> bool:
    """Tell whether a pair joins the users of a report of days to those of teams."""
    if not all(leaf.field in fields.USERS and leaf.occurrence.has_days for leaf in pair):
        return False
    return [leaf.table for leaf in pair].count(fields.TEAMS) == 1


def _names_users(asked: Asked, team: Occurrence) -> bool:
    """Tell whether the statement compares the members of teams with anything."""
    merged = (leaf for select in asked.everywhere for _, pair in _merged(asked, select) for leaf in pair)
    compared = (leaf for leaf, _, _ in asked.compared)
    return any(leaf.occurrence is team and leaf.field in fields.USERS for leaf in (*merged, *compared))


def _is_same_day(asked: Asked, pair: Pair) -> bool:
    """Tell whether the statement says that both are of one day."""
    wanted = {pair[0].occurrence, pair[1].occurrence}
    for select in asked.everywhere:
        for _, days in (*_equalities(asked, select), *_merged(asked, select)):
            if {leaf.occurrence for leaf in days} == wanted and all(leaf.field == DAY for leaf in days):
                return True
    texts = [_days_of(asked, leaf.occurrence) for leaf in pair]
    return bool(texts[0] & texts[1])


def _days_of(asked: Asked, occurrence: Occurrence) -> set[str]:
    """Return the expressions that the day of a report must be equal to."""
    return {
        side.sql("duckdb")
        for leaf, node, _ in asked.compared
        if leaf.occurrence is occurrence and leaf.field == DAY and is_single(node) and isinstance(node, exp.EQ)
        for side in (node.this, node.expression)
        if not side.find(exp.Column)
    }


def _is_usage(leaf: Leaf, team: Occurrence) -> bool:
    return leaf.occurrence is not team and leaf.field in fields.MEASURES and leaf.occurrence.has_days


def _is_one_row(asked: Asked, occurrence: Occurrence) -> bool:
    """Tell whether conditions leave one row of a cut for a day."""
    names = fields.dimensions_of(_table(occurrence))
    return bool(names) and all(
        any(leaf.occurrence is occurrence and leaf.field == name and is_single(n) for leaf, n, _ in asked.compared)
        for name in names
    )


def _table(occurrence: Occurrence) -> str:
    return occurrence.parts[2].lower()
