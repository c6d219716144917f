"""Which values of which columns must hold for each provider table of a statement.

Only what is proved counts: WHERE and the ON of joins that may restrict the table, carried inward through plain
projections, group keys and partition keys. Everything else restricts nothing; then DuckDB's optimizer is asked, or
the statement is refused. A condition stays in the SQL either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sqlglot import exp

from stackduck.sql.scopes import Disjuncts, Occurrence, Query, Scopes, Source
from stackduck.sql.values import Listed, Values, bounded, canonical, intersect, is_empty, unite

_MOST_DISJUNCTS = 5_000
_NULL = object()
_FLIPPED = {exp.LT: ">", exp.LTE: ">=", exp.GT: "<", exp.GTE: "<="}
_OPERATORS = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def collect(scopes: Scopes, parameters: Mapping[str, object]) -> None:
    """Fill `disjuncts` of every occurrence; `parameters` are the bound values by placeholder."""
    walk = _Walk(parameters)
    for query in scopes.queries:
        walk.visit(query, [{}])
    for occurrence in scopes.occurrences:
        if occurrence.disjuncts is None:
            # Stands in a query that nothing reads, such as an unused CTE.
            occurrence.disjuncts = []


class _Walk:
    def __init__(self, parameters: Mapping[str, object]) -> None:
        self.parameters = parameters

    def visit(self, query: Query, incoming: Disjuncts) -> None:
        """Walk a query of whose result only the rows that meet `incoming` matter."""
        if query.branches:
            self._visit_branches(query, incoming)
        else:
            self._visit_select(query, incoming if _lets_through(query) else [{}])
        for nested in query.nested:
            self.visit(nested, [{}])
        for cte in reversed(query.ctes):
            if cte.recursive:
                self.visit(cte.query, [{}] if cte.uses else [])
            else:
                self.visit(cte.query, _any_of(cte.uses))

    def _visit_branches(self, query: Query, incoming: Disjuncts) -> None:
        plain = not any(query.node.args.get(k) for k in ("limit", "offset", "by_name")) and not query.stars
        names = [[name for name, _ in branch.outputs] for branch in query.branches]
        for branch, own in zip(query.branches, names, strict=True):
            if not incoming:
                self.visit(branch, [])
            elif plain and len(set(names[0])) == len(names[0]) and len(own) == len(names[0]):
                to_own = dict(zip(names[0], own, strict=True))
                self.visit(branch, [{to_own[n]: v for n, v in d.items() if n in to_own} for d in incoming])
            else:
                self.visit(branch, [{}])

    def _visit_select(self, query: Query, incoming: Disjuncts) -> None:
        found = {id(s): self._for_source(query, s, incoming) for s in query.sources}
        for _ in query.sources:
            if not self._spread_equalities(query, found):
                break
        nothing = not incoming or any(not d for d in found.values() if self._must_match(query))
        for source in query.sources:
            self._give(source, [] if nothing else found[id(source)])

    def _must_match(self, query: Query) -> bool:
        """Tell whether one empty source makes the whole FROM empty: only inner joins."""
        return all(not s.join or _join_kind(s.join) == "INNER" for s in query.sources)

    def _give(self, source: Source, disjuncts: Disjuncts) -> None:
        if source.renamed:
            originals = [{source.original(n): v for n, v in d.items()} for d in disjuncts]
            disjuncts = [{n: v for n, v in d.items() if n is not None} for d in originals]
        if source.occurrence:
            source.occurrence.disjuncts = [*(source.occurrence.disjuncts or []), *disjuncts]
        elif source.cte:
            source.cte.uses.append(disjuncts)
        elif source.query:
            self.visit(source.query, disjuncts)

    def _for_source(self, query: Query, source: Source, incoming: Disjuncts) -> Disjuncts:
        """Return what must hold for the source's rows, as values of its own columns."""
        if not incoming:
            return []
        disjuncts = [{}] if source.opaque else self._carried(query, source, incoming)
        for condition in _conditions_on(query, source):
            disjuncts = both(disjuncts, self._values_of(condition, query, source))
        return disjuncts

    def _carried(self, query: Query, source: Source, incoming: Disjuncts) -> Disjuncts:
        if not _where_reaches(query, source):
            return [{}]
        carried: Disjuncts = []
        for way in incoming:
            own: dict[str, Values] | None = {}
            for name, values in way.items():
                target = query.output(name) if _passes(query, name) else None
                if own is not None and target and target[0] is source:
                    own = _merge(own, {target[1]: values})
            if own is not None:
                carried.append(own)
        return carried

    def _spread_equalities(self, query: Query, found: dict[int, Disjuncts]) -> bool:
        """Use a.x = b.x: what must hold for one side must hold for the other. Tells whether anything was new."""
        news = False
        for source in query.sources:
            for name, other, other_name in _equalities(query, source):
                mine = found[id(source)]
                if all(name in d for d in mine) or self.kind(source, name) != self.kind(other, other_name):
                    continue
                theirs = found[id(other)]
                if self.kind(source, name) and theirs and all(other_name in d for d in theirs):
                    united = unite(d[other_name] for d in theirs)
                    if united is not None:
                        found[id(source)], news = both(mine, [{name: united}]), True
        return news

    def kind(self, source: Source, name: str) -> str | None:
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
            return self._kind_of_branch(body, index)
        target = body.output(original) if body else None
        return self.kind(*target) if target else None

    def _kind_of_branch(self, body: Query, index: int) -> str | None:
        if index < 0 or body.stars:
            return None
        kinds = set()
        for branch in body.branches:
            if branch.branches:
                kinds.add(self._kind_of_branch(branch, index))
            elif index < len(branch.outputs):
                target = branch.output(branch.outputs[index][0])
                kinds.add(self.kind(*target) if target else None)
        kinds.discard(None)
        return kinds.pop() if len(kinds) == 1 else None

    def _values_of(self, node: exp.Expression, query: Query, source: Source) -> Disjuncts:
        """Return the ways in which a condition may hold, as far as they restrict the source."""
        if isinstance(node, exp.Paren):
            return self._values_of(node.this, query, source)
        if isinstance(node, exp.And):
            return both(self._values_of(node.this, query, source), self._values_of(node.expression, query, source))
        if isinstance(node, exp.Or):
            return [*self._values_of(node.this, query, source), *self._values_of(node.expression, query, source)]
        if isinstance(node, (exp.Boolean, exp.Null)):
            return [{}] if isinstance(node, exp.Boolean) and node.this else []
        if isinstance(node, (exp.EQ, exp.NullSafeEQ, *_OPERATORS)):
            return self._comparison(node, query, source)
        if isinstance(node, exp.In):
            return self._in_list(node, query, source)
        if isinstance(node, exp.Between) and not node.args.get("symmetric"):
            low = self._compared(node.this, node.args["low"], ">=", query, source)
            return both(low, self._compared(node.this, node.args["high"], "<=", query, source))
        return [{}]

    def _comparison(self, node: exp.Expression, query: Query, source: Source) -> Disjuncts:
        left, right = _unwrap(node.this), _unwrap(node.expression)
        if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
            return self._tuple(left, right, query, source)
        if isinstance(left, exp.Literal) and isinstance(right, exp.Literal):
            return [] if isinstance(node, exp.EQ) and _differ(left, right) else [{}]
        if isinstance(node, exp.NullSafeEQ) and _NULL in (self._constant(left), self._constant(right)):
            return [{}]
        if isinstance(node, exp.EQ) and isinstance(right, exp.Any) and isinstance(_unwrap(right.this), exp.Array):
            return self._one_of(left, _unwrap(right.this).expressions, query, source)
        if isinstance(left, exp.Column):
            return self._compared(left, right, _OPERATORS.get(type(node), "="), query, source)
        return self._compared(right, left, _FLIPPED.get(type(node), "="), query, source)

    def _in_list(self, node: exp.In, query: Query, source: Source) -> Disjuncts:
        if node.args.get("query") or node.args.get("unnest") or node.args.get("field"):
            return [{}]
        return self._one_of(_unwrap(node.this), node.expressions, query, source)

    def _one_of(self, subject: exp.Expression, items: list[exp.Expression], query: Query, source: Source) -> Disjuncts:
        found: Disjuncts = []
        for item in items:
            value = _unwrap(item)
            if isinstance(subject, exp.Tuple) and isinstance(value, exp.Tuple):
                found += self._tuple(subject, value, query, source)
            else:
                found += self._compared(subject, value, "=", query, source)
        values = _single_list(found)
        return values if values is not None else found

    def _tuple(self, left: exp.Tuple, right: exp.Tuple, query: Query, source: Source) -> Disjuncts:
        ways: Disjuncts = [{}]
        if len(left.expressions) == len(right.expressions):
            for column, value in zip(left.expressions, right.expressions, strict=True):
                # Within a row NULL equals NULL.
                if self._constant(value) is not _NULL:
                    ways = both(ways, self._compared(_unwrap(column), _unwrap(value), "=", query, source))
        return ways

    def _compared(
        self, column: exp.Expression, value: exp.Expression, operator: str, query: Query, source: Source
    ) -> Disjuncts:
        """Return what `column operator value` says of the source."""
        target = query.resolve(column) if isinstance(column, exp.Column) else None
        constant = self._constant(value)
        if constant is _NULL:
            return []
        if not target or constant is None or not _same_or_merged(target[0], source, column, query):
            return [{}]
        name = target[1]
        is_shared = bool(source.occurrence and operator == "=" and name in source.occurrence.shared)
        kind = source.occurrence.types[name] if source.occurrence and is_shared else self.kind(source, name)
        text = canonical(constant, kind) if kind else None
        if text is None or kind is None:
            if source.occurrence and kind:
                source.occurrence.misfits[name] = str(constant)
            return [{}]
        values = Listed((text,)) if operator == "=" else bounded(text, operator, kind=kind)
        if values is None:
            return [{}]
        if source.occurrence and is_shared and isinstance(column, exp.Column):
            source.occurrence.comparisons.setdefault(name, []).append(column)
        return [{name: values}]

    def _constant(self, node: exp.Expression) -> object | None:
        """Return the value of a plain constant, _NULL for NULL, None for anything that DuckDB must compute."""
        node = _unwrap(node)
        if isinstance(node, exp.Placeholder):
            value = self.parameters.get(node.name, self)
            return None if value is self else (_NULL if value is None else value)
        if isinstance(node, exp.Null):
            return _NULL
        if isinstance(node, exp.Boolean):
            return bool(node.this)
        if isinstance(node, exp.Literal):
            return node.this if node.is_string else _number(node.this)
        if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and not node.this.is_string:
            number = _number(node.this.this)
            return -number if number is not None else None
        if isinstance(node, exp.Cast):
            return self._cast(node)
        return None

    def _cast(self, node: exp.Cast) -> object | None:
        value = self._constant(node.this)
        kind = node.to.sql("duckdb").upper()
        if value is _NULL:
            return _NULL
        if kind == "DATE" and isinstance(value, str):
            return value if _ISO_DAY.match(value) else None
        if kind in ("TEXT", "VARCHAR") and isinstance(value, str):
            return value
        if kind in ("BIGINT", "INT", "INTEGER") and isinstance(value, int) and not isinstance(value, bool):
            return value if abs(value) < 2**31 else None
        return None


def _differ(a: exp.Literal, b: exp.Literal) -> bool:
    """Tell whether two literals surely differ: 1 and 1.0 do not, as text and as numbers."""
    if a.is_string and b.is_string:
        return bool(a.this != b.this)
    numbers = [_number(x.this) for x in (a, b) if not x.is_string]
    return len(numbers) == 2 and None not in numbers and numbers[0] != numbers[1]


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 19 else None


def _unwrap(node: exp.Expression) -> exp.Expression:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _same_or_merged(found: Source, source: Source, column: exp.Expression, query: Query) -> bool:
    """Tell whether a resolved column speaks of the source: it is its own, or a USING column that both share."""
    if found is source:
        return True
    if not isinstance(column, exp.Column) or column.table:
        return False
    name = column.name.lower()
    shares = [s for s in query.sources if s.join and any(u.name.lower() == name for u in s.join.args.get("using") or ())]
    return source in shares and source.has(name) is True


def _conditions_on(query: Query, source: Source) -> Iterable[exp.Expression]:
    """Yield the conditions that every row of the source that matters must meet."""
    if source.opaque or any(_join_kind(s.join) == "?" for s in query.sources if s.join):
        return
    at = query.sources.index(source)
    reaches = _where_reaches(query, source)
    where = query.node.args.get("where")
    if where and reaches:
        yield where.this
    for i, other in enumerate(query.sources):
        on = other.join.args.get("on") if other.join else None
        if on is None or other.join is None:
            continue
        kind = _join_kind(other.join)
        if other is source and kind in ("INNER", "LEFT", "SEMI", "ANTI", "ASOF"):
            yield on
        elif other is not source and i > at and kind in ("INNER", "RIGHT", "SEMI") and reaches:
            yield on
        elif other is not source and i < at and kind == "INNER" and reaches:
            yield on


def _where_reaches(query: Query, source: Source) -> bool:
    """Tell whether a condition on the result of FROM may be applied to the source's rows before the joins."""
    if query.node.args.get("sample"):
        return False
    kinds = [_join_kind(s.join) for s in query.sources if s.join]
    if "?" in kinds or source.opaque:
        return False
    return not (source.join and _join_kind(source.join) in ("ASOF", "ANTI", "SEMI"))


def _join_kind(join: exp.Join) -> str:
    """Return INNER, LEFT, RIGHT, FULL, SEMI, ANTI, ASOF, or ? for one that is not understood."""
    method, side, kind = (str(join.args.get(k) or "").upper() for k in ("method", "side", "kind"))
    if method == "ASOF":
        return "ASOF"
    if method not in ("", "NATURAL") or kind not in ("", "INNER", "CROSS", "OUTER", "SEMI", "ANTI"):
        return "?"
    if kind in ("SEMI", "ANTI"):
        return kind if not side else "?"
    if side not in ("", "LEFT", "RIGHT", "FULL"):
        return "?"
    return side or "INNER"


def _equalities(query: Query, source: Source) -> Iterable[tuple[str, Source, str]]:
    """Yield (column, other source, its column) for each equality that must hold for the source's rows."""
    for condition in _conditions_on(query, source):
        for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
            part = _unwrap(part)
            if not isinstance(part, exp.EQ):
                continue
            sides = [_unwrap(part.this), _unwrap(part.expression)]
            if not all(isinstance(s, exp.Column) for s in sides):
                continue
            a, b = (query.resolve(s) for s in sides if isinstance(s, exp.Column))
            if a and b and a[0] is not b[0]:
                if a[0] is source:
                    yield a[1], b[0], b[1]
                elif b[0] is source:
                    yield b[1], a[0], a[1]


def _lets_through(query: Query) -> bool:
    """Tell whether rows that the result does not need may be left out before the query's own clauses."""
    node = query.node
    if any(node.args.get(k) for k in ("limit", "offset", "sample")):
        return False
    distinct = node.args.get("distinct")
    return not (distinct and distinct.args.get("on"))


def _passes(query: Query, name: str) -> bool:
    """Tell whether a condition on a result column may move below grouping and windows: it is a key of each."""
    node = query.node
    target = query.output(name)
    group = node.args.get("group")
    if group and not _is_key(query, target, group.expressions, name):
        return False
    windows = [w for w in node.find_all(exp.Window) if w.find_ancestor(exp.Select) is node]
    if windows or node.args.get("windows"):
        return not node.args.get("windows") and all(
            _is_key(query, target, w.args.get("partition_by") or [], name) for w in windows
        )
    if not group and any(a.find_ancestor(exp.Select) is node for a in node.find_all(exp.AggFunc)):
        return False
    # A function that sqlglot does not know may aggregate, or give several rows.
    return bool(group) or not any(a.find_ancestor(exp.Select) is node for a in node.find_all(exp.Anonymous, exp.AnonymousAggFunc))


def _is_key(query: Query, target: tuple[Source, str] | None, keys: list[exp.Expression], name: str) -> bool:
    if target is None:
        return False
    if any(k for k in ("grouping_sets", "cube", "rollup", "all") if (query.node.args.get("group") or exp.Group()).args.get(k)):
        return False
    for key in keys:
        key = _unwrap(key)
        if isinstance(key, exp.Column) and query.resolve(key) == target:
            return True
        if isinstance(key, exp.Literal) and not key.is_string and key.this.isdigit():
            at = int(key.this) - 1
            if not query.stars and at < len(query.outputs) and query.outputs[at][0] == name:
                return True
    return False


def _any_of(uses: Iterable[Disjuncts]) -> Disjuncts:
    return [way for use in uses for way in use]


def both(a: Disjuncts, b: Disjuncts) -> Disjuncts:
    """Return the ways in which both may hold; the looser one alone where there are too many to list."""
    if len(a) * len(b) > _MOST_DISJUNCTS:
        return a
    merged = [_merge(x, y) for x in a for y in b]
    return [m for m in merged if m is not None]


def _merge(a: Mapping[str, Values], b: Mapping[str, Values]) -> dict[str, Values] | None:
    merged = dict(a)
    for name, values in b.items():
        merged[name] = intersect(merged[name], values) if name in merged else values
        if is_empty(merged[name]):
            return None
    return merged


def _single_list(ways: Disjuncts) -> Disjuncts | None:
    """Return an IN list as one way with a list of values; None where it is not one."""
    names = {name for way in ways for name in way}
    if len(names) != 1 or any(len(way) != 1 for way in ways):
        return None
    name = names.pop()
    united = unite(way[name] for way in ways)
    return [{name: united}] if united is not None else None


def restricts(occurrence: Occurrence, name: str) -> bool:
    """Tell whether every way gives the column a finite list of values."""
    ways = occurrence.disjuncts or []
    return all(name in way and unite([way[name]]) is not None for way in ways)
