"""What seats and credits do not say: that nobody ever used a seat, and what the bill will be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from stackduck.sql.traps import fields
from stackduck.sql.traps.asked import Asked, Select

_LAST_ACTIVITY = "last_activity_at"
_BILLED = re.compile(r"bill|invoice|charge")
_MONEY = re.compile(r"(?:^|_)(?:costs?|spend|spent|usd|eur|dollars?|euros?)(?:$|_)")


def never_used(asked: Asked) -> Iterator[exp.Expr]:
    """Find seats chosen by an empty last_activity_at alone, which is emptied after 90 days."""
    if any(fields.family_of(occurrence.parts[2].lower()) == "user" for occurrence in asked.occurrences):
        return
    for select in asked.selects:
        for node in select.find(exp.Is):
            leaf = asked.leaf(select.query, node.this)
            is_null = isinstance(node.expression, exp.Null) and not isinstance(node.parent, exp.Not)
            if leaf and is_null and leaf.field == _LAST_ACTIVITY and not _is_one_of_two(node):
                yield node


def credits_as_bill(asked: Asked) -> Iterator[exp.Expr]:
    """Find credits that are called a bill, or money without a price."""
    for select in asked.selects:
        for item in select.query.node.expressions:
            # The name is looked at first: to follow what every item is made of takes long.
            is_bill = isinstance(item, exp.Alias) and _is_bill(asked, select, item)
            if is_bill and fields.CREDITS in asked.fields(select.query, item.this):
                yield item


def _is_bill(asked: Asked, select: Select, item: exp.Alias) -> bool:
    name = item.alias.lower()
    if not _MONEY.search(name):
        return bool(_BILLED.search(name))
    return not any(each.node.find(exp.Mul) for each in asked.behind(select.query, item.this))


def _is_one_of_two(node: exp.Expr) -> bool:
    """Tell whether the same condition lets old activity pass as well."""
    around = node.find_ancestor(exp.Or)
    names = [column.name.lower() for column in around.find_all(exp.Column)] if around else []
    return names.count(_LAST_ACTIVITY) > 1
