"""Cuts of the same days added up: each of them says the same activity again."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from stackduck.sql.traps import fields
from stackduck.sql.traps.asked import Asked, Select


def added_cuts(asked: Asked) -> Iterator[exp.Expr]:
    """Find sums over several cuts of the same days, by + or over a UNION."""
    for select in asked.selects:
        for node in select.find(exp.Add):
            if _tables(asked, select, node.this) and _is_mixed(asked, select, node):
                yield node
        for node in select.find(exp.Sum):
            if _is_mixed(asked, select, node.this) and not _is_told_apart(asked, select):
                yield node


def _tables(asked: Asked, select: Select, node: exp.Expr) -> set[str]:
    """Return the reports whose numbers make a value."""
    leaves = asked.leaves(select.query, node)
    return {leaf.table for leaf in leaves if leaf.field in fields.MEASURES and fields.family_of(leaf.table)}


def _is_mixed(asked: Asked, select: Select, node: exp.Expr) -> bool:
    """Tell whether a value is made of several tables of one family: a division of two is a ratio, and no sum."""
    if node.find(exp.Div, exp.Sub, exp.Coalesce):
        return False
    tables = _tables(asked, select, node)
    families = [fields.family_of(table) for table in tables]
    return len(tables) > 1 and len(set(families)) < len(families)


def _is_told_apart(asked: Asked, select: Select) -> bool:
    """Tell whether a group is by a text that the branches of a UNION write out, such as the name of the cut."""
    made = (each for group in select.groups for each in asked.behind(select.query, group))
    return any(isinstance(each.node, exp.Literal) and each.query is not select.query for each in made)
