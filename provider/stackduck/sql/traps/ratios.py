"""Ratios that do not mean what they seem to, and averages of what is an average already."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from stackduck.sql.traps import fields
from stackduck.sql.traps.asked import Asked, Behind, Leaf, Select, is_single, literal_of

_FEATURE = frozenset(("feature",))
_MEANS = (exp.Avg, exp.Median, exp.Quantile, exp.PercentileCont)


def acceptance_of_all_features(asked: Asked) -> Iterator[exp.Expr]:
    """Find acceptances over generations where edits of agents and the like are counted with completions."""
    for select, division in _divisions(asked):
        above = _named(asked, select, division.this, fields.ACCEPTED)
        below = _named(asked, select, division.expression, fields.GENERATED)
        if above and below and not all(_is_of_one_feature(asked, leaf) for leaf in (*above, *below)):
            yield division


def accepted_lines(asked: Asked) -> Iterator[exp.Expr]:
    """Find lines that were added over lines that were suggested."""
    for select, division in _divisions(asked):
        above = _named(asked, select, division.this, fields.LINES_CHANGED)
        below = _named(asked, select, division.expression, fields.LINES_SUGGESTED)
        if above and below:
            yield division


def averaged_ratio(asked: Asked) -> Iterator[exp.Expr]:
    """Find averages of quotients, in which a day of one event weighs as much as one of a thousand."""
    for select, mean in _aggregates(asked, *_MEANS):
        behind = asked.behind(select.query, mean.this)
        if any(_is_ratio(asked, each, node) for each in behind for node in each.node.find_all(exp.Div)):
            yield mean


def averaged_summary(asked: Asked) -> Iterator[exp.Expr]:
    """Find averages and sums of averages and medians; a sum of average times number is a right one."""
    for select, aggregate in _aggregates(asked, *_MEANS, exp.Sum):
        is_weighted = aggregate.find(exp.Mul) is not None
        names = {part.name.lower() for part in aggregate.this.find_all(exp.Identifier)}
        is_report = bool(asked.leaves(select.query, aggregate.this))
        if is_report and not is_weighted and any(map(fields.is_summary, names | _fields(asked, select, aggregate))):
            yield aggregate


def averaged_absence(asked: Asked) -> Iterator[exp.Expr]:
    """Find averages in which what is not known counts as 0."""
    for select, mean in _aggregates(asked, exp.Avg):
        for filled in mean.find_all(exp.Coalesce):
            leaf = asked.leaf(select.query, filled.this)
            if leaf and leaf.field in fields.NULLABLE:
                yield mean


def always_zero(asked: Asked) -> Iterator[exp.Expr]:
    """Find sums of what a feature never has: prompts of completions, acceptances and suggestions of edits."""
    for select, aggregate in _aggregates(asked, exp.Sum, exp.Avg):
        for leaf in asked.leaves(select.query, aggregate.this):
            if any(leaf.field in _NEVER.get(feature, ()) for feature in _features(asked, leaf, select)):
                yield aggregate


_NEVER = {
    "code_completion": frozenset((fields.PROMPTS,)),
    "agent_edit": fields.ACCEPTED | fields.LINES_SUGGESTED,
}


def _features(asked: Asked, leaf: Leaf, select: Select) -> Iterator[str]:
    """Yield the features to which WHERE limits the rows of a SELECT."""
    where = select.query.node.args.get("where")
    for found, node, own in asked.compared:
        is_feature = found.occurrence is leaf.occurrence and found.field == "feature" and own is select
        if is_feature and is_single(node) and node.find_ancestor(exp.Where, exp.Or, exp.Case) is where:
            yield literal_of(node)


def _divisions(asked: Asked) -> Iterator[tuple[Select, exp.Expr]]:
    return ((select, node) for select in asked.selects for node in select.find(exp.Div, exp.IntDiv))


def _aggregates(asked: Asked, *kinds: type[exp.Expr]) -> Iterator[tuple[Select, exp.Expr]]:
    """Yield aggregates of rows; a moving average smooths a series, and does so knowingly."""
    for select in asked.selects:
        for node in select.find(*kinds):
            if not isinstance(node.parent, exp.Window):
                yield select, node


def _named(asked: Asked, select: Select, node: exp.Expr, names: frozenset[str]) -> list[Leaf]:
    return [leaf for leaf in asked.leaves(select.query, node) if leaf.field in names]


def _fields(asked: Asked, select: Select, node: exp.Expr) -> set[str]:
    return asked.fields(select.query, node.this)


def _is_ratio(asked: Asked, behind: Behind, division: exp.Expr) -> bool:
    sides = (division.this, division.expression)
    return all(asked.fields(behind.query, side) & fields.MEASURES for side in sides)


def _is_of_one_feature(asked: Asked, leaf: Leaf) -> bool:
    """Tell whether a condition or a group keeps the features apart."""
    if "feature" not in leaf.occurrence.columns:
        return False
    if asked.is_pinned(leaf.occurrence, _FEATURE):
        return True
    groups = (group for select in asked.everywhere for group in asked.groups(select))
    return any(group.occurrence is leaf.occurrence and group.field == "feature" for group in groups)
