"""Cuts of the same days added up: each of them says the same activity again."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from stackduck.sql.traps import fields
from stackduck.sql.traps.asked import Asked, Leaf, Select


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
    leaves = [*asked.leaves(select.query, node), *_of_queries(asked, select, node)]
    return {leaf.table for leaf in leaves if leaf.field in fields.MEASURES and fields.family_of(leaf.table)}


def _of_queries(asked: Asked, select: Select, node: exp.Expr) -> Iterator[Leaf]:
    """Yield the fields of which the queries within an expression make their only value."""
    within = {id(each) for each in node.find_all(exp.Select)}
    for query in select.query.nested:
        if id(query.node) in within and len(query.outputs) == 1:
            yield from asked.leaves(query, query.outputs[0][1].unalias())


def _is_mixed(asked: Asked, select: Select, node: exp.Expr) -> bool:
    """Tell whether a value is made of several tables of one family: a division of two is a ratio, and no sum."""
    own = node.walk(prune=lambda each: isinstance(each, exp.Select))
    if any(isinstance(each, (exp.Div, exp.Sub, exp.Coalesce)) for each in own):
        return False
    tables = _tables(asked, select, node)
    families = [fields.family_of(table) for table in tables]
    return len(tables) > 1 and len(set(families)) < len(families)


def _is_told_apart(asked: Asked, select: Select) -> bool:
    """Tell whether a group is by a text that the branches of a UNION write out, such as the name of the cut."""
    made = (each for group in select.groups for each in asked.behind(select.query, group))
    return any(isinstance(each.node, exp.Literal) and each.query is not select.query for each in made)
