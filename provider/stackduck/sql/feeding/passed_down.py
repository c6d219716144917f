"""Conditions above a view, a derived table or a CTE that say something of the rows within it.

A row within that fails such a condition is in no row of the result, so that nothing need be asked for it. Owns finding
the conditions, and which expression within stands for each of their columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from stackduck.frozen import frozen
from stackduck.sql.constants import conjuncts
from stackduck.sql.feeding.readings import Readings
from stackduck.sql.scopes import Query, Source, join_kind

_REDUCING = ("group", "having", "qualify", "limit", "offset", "sample", "distinct")
_ROW_BY_ROW: tuple[type[exp.Expr], ...] = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Dot, exp.Bracket),
    *(exp.Cast, exp.TryCast, exp.DataType, exp.Lower, exp.Upper, exp.Trim, exp.Coalesce, exp.Neg, exp.DPipe),
    *(exp.Add, exp.Sub, exp.Mul),
)
"""What has a value for each row by itself, the same every time."""

Value = exp.Expr | tuple[Source, str]
"""An expression of the query within, or a column of one of its sources that a star stands for."""


@frozen
class PassedDown:
    """A condition with what stands for its columns."""

    condition: exp.Expr
    values: tuple[tuple[exp.Column, Value], ...]


def found(query: Query, readings: Readings) -> Iterator[PassedDown]:
    """Yield the conditions of the queries around one that hold for each of its rows that matters."""
    way: list[tuple[Query, Source]] = []
    inner = query
    while _is_plain(inner) and (place := _reader(inner, readings)):
        way.append(place)
        inner, _ = place
        where = inner.node.args.get("where")
        for condition in conjuncts(where.this) if where else ():
            columns = [] if condition.find(exp.Query, exp.Lambda) else list(condition.find_all(exp.Column))
            values = [(column, _value(column, query, way)) for column in columns]
            known = tuple((column, value) for column, value in values if value is not None)
            if known and len(known) == len(values):
                yield PassedDown(condition, known)


def _is_plain(query: Query) -> bool:
    """Tell whether each row of a query is made of one row of its FROM."""
    if not isinstance(query.node, exp.Select) or any(query.node.args.get(key) for key in _REDUCING):
        return False
    return not query.own(exp.AggFunc, exp.Window, exp.Anonymous, exp.AnonymousAggFunc)


def _reader(query: Query, readings: Readings) -> tuple[Query, Source] | None:
    """Return the only query that reads the rows of one, where none of its joins may make up for a row of these."""
    place = readings.reader(query)
    if place is None or not isinstance(place[0].node, exp.Select):
        return None
    reader, source = place
    joins = [s for s in reader.sources if s.join]
    is_inner = not any(s.is_inside or join_kind(s.join) in ("RIGHT", "FULL", "?") for s in joins if s.join)
    is_own = source.join is None or join_kind(source.join) == "INNER"
    return place if is_inner and is_own and not source.opaque and not source.renamed else None


def _value(column: exp.Column, query: Query, way: list[tuple[Query, Source]]) -> Value | None:
    """Return what a column of the outermost query of a way is in the innermost one; None where that is not certain."""
    target = way[-1][0].resolve(column, aliases=False)
    for at in range(len(way) - 1, 0, -1):
        if target is None or target[0] is not way[at][1]:
            return None
        target = way[at - 1][0].output(target[1])
    return _output(query, target[1]) if target is not None and target[0] is way[0][1] else None


def _output(query: Query, name: str) -> Value | None:
    listed = [node.unalias() for known, node in query.outputs if known == name]
    if listed:
        is_plain = len(listed) == 1 and all(isinstance(node, _ROW_BY_ROW) for node in listed[0].walk())
        return listed[0] if is_plain else None
    starred = query.output(name)
    is_parameter = starred is not None and starred[0].occurrence and name in starred[0].occurrence.types
    return None if is_parameter else starred
