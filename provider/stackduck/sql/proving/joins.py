"""What a join keeps, WHERE considered: an outer join whose missing rows WHERE refuses is no outer join."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from stackduck.sql.constants import unwrap
from stackduck.sql.scopes import Query, Source, join_kind

_REFUSING = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between, exp.Like, exp.ILike)


def kind_in(query: Query, joined: Source) -> str:
    """Return what `join_kind` says of a source's join, and INNER, LEFT or RIGHT for an outer one that is no more."""
    assert joined.join is not None
    kind = join_kind(joined.join)
    if kind not in ("LEFT", "RIGHT", "FULL") or joined.is_inside:
        return kind
    needed = _needed(query)
    needs_own = joined in needed
    needs_others = any(source in needed for source in query.sources[: query.sources.index(joined)])
    keeps_left = kind in ("LEFT", "FULL") and not needs_own
    keeps_right = kind in ("RIGHT", "FULL") and not needs_others
    return "FULL" if keeps_left and keeps_right else "LEFT" if keeps_left else "RIGHT" if keeps_right else "INNER"


def _needed(query: Query) -> Collection[Source]:
    """Return the sources of which WHERE compares a column as it is: where they have no row it holds for none."""
    where = query.node.args.get("where")
    condition = unwrap(where.this) if where else None
    parts = condition.flatten() if isinstance(condition, exp.And) else [condition]
    found = []
    for part in map(unwrap, filter(None, parts)):
        sides = [unwrap(part.args[k]) for k in ("this", "expression") if part.args.get(k)]
        # Of no rows everything holds for all.
        is_refusing = isinstance(part, _REFUSING) and not any(isinstance(side, exp.All) for side in sides)
        for column in sides if is_refusing else ():
            if isinstance(column, exp.Column) and (column.table or not query.merged(column.name.lower())):
                target = query.resolve(column)
                found += [target[0]] if target else []
    return found
