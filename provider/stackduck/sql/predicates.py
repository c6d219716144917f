"""What one condition says of one source: the values that its columns may have.

Only equality with constants, lists, rows and ranges say something, joined by AND and OR; all else restricts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from stackduck.sql.constants import NULL, Constants, differ, unwrap
from stackduck.sql.disjuncts import both, single_list
from stackduck.sql.scopes import Disjuncts, Query, Source
from stackduck.sql.values import Listed, bounded, canonical

_FLIPPED: Mapping[type[exp.Expr], str] = {exp.LT: ">", exp.LTE: ">=", exp.GT: "<", exp.GTE: "<="}
_OPERATORS: Mapping[type[exp.Expr], str] = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}


class Reader:
    """Reads conditions of a query for one of its sources."""

    def __init__(self, query: Query, source: Source, constants: Constants) -> None:
        self.query = query
        self.source = source
        self.constants = constants

    def values_of(self, node: exp.Expr) -> Disjuncts:
        """Return the ways in which a condition may hold, as far as they restrict the source."""
        if isinstance(node, exp.Paren):
            return self.values_of(node.this)
        if isinstance(node, exp.And):
            return both(self.values_of(node.this), self.values_of(node.expression))
        if isinstance(node, exp.Or):
            return [*self.values_of(node.this), *self.values_of(node.expression)]
        if isinstance(node, (exp.Boolean, exp.Null)):
            return [{}] if isinstance(node, exp.Boolean) and node.this else []
        if isinstance(node, (exp.EQ, exp.NullSafeEQ, *_OPERATORS)):
            return self._comparison(node)
        if isinstance(node, exp.In):
            return self._in_list(node)
        if isinstance(node, exp.Between) and not node.args.get("symmetric"):
            low = self._compared(node.this, node.args["low"], ">=")
            return both(low, self._compared(node.this, node.args["high"], "<="))
        return [{}]

    def _comparison(self, node: exp.Expr) -> Disjuncts:
        left, right = unwrap(node.this), unwrap(node.expression)
        if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
            return self._tuple(left, right)
        if isinstance(left, exp.Literal) and isinstance(right, exp.Literal):
            return [] if isinstance(node, exp.EQ) and differ(left, right) else [{}]
        if isinstance(node, exp.NullSafeEQ) and NULL in (self.constants.value(left), self.constants.value(right)):
            return [{}]
        if isinstance(node, exp.EQ) and isinstance(right, exp.Any) and isinstance(unwrap(right.this), exp.Array):
            return self._one_of(left, unwrap(right.this).expressions)
        if isinstance(left, exp.Column):
            return self._compared(left, right, _OPERATORS.get(type(node), "="))
        return self._compared(right, left, _FLIPPED.get(type(node), "="))

    def _in_list(self, node: exp.In) -> Disjuncts:
        if node.args.get("query") or node.args.get("unnest") or node.args.get("field"):
            return [{}]
        return self._one_of(unwrap(node.this), node.expressions)

    def _one_of(self, subject: exp.Expr, items: list[exp.Expr]) -> Disjuncts:
        found: Disjuncts = []
        for item in items:
            value = unwrap(item)
            if isinstance(subject, exp.Tuple) and isinstance(value, exp.Tuple):
                found += self._tuple(subject, value)
            else:
                found += self._compared(subject, value, "=")
        values = single_list(found)
        return values if values is not None else found

    def _tuple(self, left: exp.Tuple, right: exp.Tuple) -> Disjuncts:
        ways: Disjuncts = [{}]
        if len(left.expressions) == len(right.expressions):
            for column, value in zip(left.expressions, right.expressions, strict=True):
                # Within a row NULL equals NULL.
                if self.constants.value(value) is not NULL:
                    ways = both(ways, self._compared(unwrap(column), unwrap(value), "="))
        return ways

    def _compared(self, column: exp.Expr, value: exp.Expr, operator: str) -> Disjuncts:
        """Return what `column operator value` says of the source."""
        target = self.query.resolve(column) if isinstance(column, exp.Column) else None
        constant = self.constants.value(value)
        if constant is NULL:
            return []
        if not target or constant is None or not _same_or_merged(target[0], self.source, column, self.query):
            return [{}]
        name = target[1]
        occurrence, original = self.source.occurrence, self.source.original(name)
        is_shared = bool(occurrence and operator == "=" and original in occurrence.shared)
        kind = occurrence.types[original] if occurrence and original and is_shared else kind_of(self.source, name)
        text = canonical(constant, kind) if kind else None
        if text is None or kind is None:
            if occurrence and original and kind:
                occurrence.misfits[original] = str(constant)
            return [{}]
        values = Listed((text,)) if operator == "=" else bounded(text, operator, kind=kind)
        if values is None:
            return [{}]
        if occurrence and original and is_shared and isinstance(column, exp.Column):
            occurrence.comparisons.setdefault(original, []).append(column)
        return [{name: values}]


def kind_of(source: Source, name: str) -> str | None:
    """Return the DuckDB type of the parameter that a column is in the end; None where it is none."""
    original = source.original(name)
    if original is None:
        return None
    if source.occurrence:
        occurrence = source.occurrence
        return None if original in occurrence.shared else occurrence.types.get(original)
    if source.cte and source.cte.recursive:
        return None
    body = source.body
    if body and body.branches:
        index = [n for n, _ in body.outputs].index(original) if any(n == original for n, _ in body.outputs) else -1
        return _kind_of_branch(body, index)
    target = body.output(original) if body else None
    return kind_of(*target) if target else None


def _kind_of_branch(body: Query, index: int) -> str | None:
    if index < 0 or body.stars:
        return None
    kinds = set()
    for branch in body.branches:
        if branch.branches:
            kinds.add(_kind_of_branch(branch, index))
        elif index < len(branch.outputs):
            target = branch.output(branch.outputs[index][0])
            kinds.add(kind_of(*target) if target else None)
    if len(kinds) > 1 and "BIGINT" in kinds:
        # Beside another type numbers may be compared as text, where 50 lies between 5 and 9.
        return None
    kinds.discard(None)
    return kinds.pop() if len(kinds) == 1 else None


def _same_or_merged(found: Source, source: Source, column: exp.Expr, query: Query) -> bool:
    """Tell whether a resolved column speaks of the source: it is its own, or a USING column that both share."""
    if found is source:
        return True
    if not isinstance(column, exp.Column) or column.table:
        return False
    name = column.name.lower()
    shares = [
        s for s in query.sources if s.join and any(u.name.lower() == name for u in s.join.args.get("using") or ())
    ]
    return source in shares and source.has(name) is True
