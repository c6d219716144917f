"""What is looked for in a subquery, by IN, = ANY or <> ALL: rows of it that differ from that count for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlglot import exp

from stackduck.sql.constants import unwrap
from stackduck.sql.scopes import Query

_AROUND = (exp.Subquery, exp.Paren, exp.Any, exp.All, exp.SetOperation)


class Pair(NamedTuple):
    """A value that is looked for, and the one of each row with which it is compared."""

    sought: exp.Expr
    given: exp.Expr
    test: exp.Expr


def pairs(query: Query) -> Iterator[Pair]:
    """Yield the pairs of the test whose subquery this is, or a side of it; none where it is the subquery of no test."""
    node, is_any, is_all = query.node, False, False
    while isinstance(above := node.parent, _AROUND):
        is_any, is_all = is_any or isinstance(above, exp.Any), is_all or isinstance(above, exp.All)
        node = above
    test = node.parent
    is_in = isinstance(test, exp.In) and test.args.get("query") is node
    if test is None or not (is_in or (isinstance(test, exp.EQ) and is_any) or (isinstance(test, exp.NEQ) and is_all)):
        return
    sought = unwrap(test.this)
    values = sought.expressions if isinstance(sought, exp.Tuple) else [sought]
    if not query.stars and len(values) == len(query.outputs):
        for value, (_, given) in zip(values, query.outputs, strict=True):
            yield Pair(unwrap(value), unwrap(given.unalias()), test)
