"""From which provider tables the values of a column come, through subqueries, CTEs and the expressions of these."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from stackduck.sql.scopes import DAY, Occurrence, Query, Source

CARRYING_AGGREGATES = (exp.Max, exp.Min, exp.ArgMax, exp.ArgMin, exp.AnyValue, exp.First, exp.Last, exp.Mode)
"""Aggregates whose value is one of their argument's."""


def report_days(source: Source, name: str) -> frozenset[Occurrence]:
    """Return the reports whose day a column of a source carries, as it is or in an expression such as its month."""
    return frozenset(_days_of(source, name, frozenset()))


def reports_in(query: Query) -> frozenset[Occurrence]:
    """Return every report of days that a query reads."""
    return frozenset(_reports_in(query, frozenset()))


def possible_sources(query: Query, column: exp.Column) -> list[Source]:
    """Return the sources of a query that may have a column: one where that is certain."""
    target = query.resolve(column, aliases=False)
    if target:
        return [target[0]]
    name, table = column.name.lower(), column.table.lower()
    return [source for source in query.sources if source.has(name) is not False and table in ("", source.alias)]


def carried(node: exp.Expr) -> Iterator[exp.Column]:
    """Yield the columns that make the value of an expression: not what is counted, tested or only sorted by."""
    if isinstance(node, exp.Column):
        yield node
    elif isinstance(node, exp.Case):
        for branch in (*(b.args["true"] for b in node.args["ifs"]), node.args.get("default")):
            yield from carried(branch) if branch else ()
    elif not _makes_another(node):
        for child in node.iter_expressions():
            yield from carried(child)


def _makes_another(node: exp.Expr) -> bool:
    """Tell whether an expression's value is no day any more, nor a part of one."""
    if isinstance(node, exp.AggFunc):
        return not isinstance(node, CARRYING_AGGREGATES)
    if isinstance(node, (exp.Sub, exp.DateDiff)):
        # The time between two days.
        return all(side.find(exp.Column) for side in (node.this, node.expression))
    return isinstance(node, (exp.Window, exp.Filter, exp.Predicate, exp.Connector, exp.Not, exp.Query))


def _days_of(source: Source, name: str, seen: frozenset[tuple[Query, str]]) -> Iterator[Occurrence]:
    original = source.original(name) if name in source.renamed else name
    if source.occurrence:
        if source.occurrence.has_days and original == DAY:
            yield source.occurrence
    elif source.body and original is None:
        # AS t(a, b) over a star: it may be any column.
        yield from _reports_in(source.body, seen)
    elif source.body and original:
        yield from _days_in_output(source.body, original, seen)


def _reports_in(query: Query, seen: frozenset[tuple[Query, str]]) -> Iterator[Occurrence]:
    """Yield every report of days that a query reads from."""
    if (query, "") in seen:
        return
    seen |= {(query, "")}
    for branch in query.branches:
        yield from _reports_in(branch, seen)
    for source in query.sources:
        if source.occurrence and source.occurrence.has_days:
            yield source.occurrence
        yield from _reports_in(source.body, seen) if source.body else ()


def _days_in_output(query: Query, name: str, seen: frozenset[tuple[Query, str]]) -> Iterator[Occurrence]:
    """Yield the reports behind a result column; a recursive CTE leads back to itself and ends there."""
    if (query, name) in seen:
        return
    seen |= {(query, name)}
    if query.branches:
        for branch, own in _branch_names(query, name):
            yield from _days_in_output(branch, own, seen)
        return
    expressions = [e for n, e in query.outputs if n == name]
    for column in (c for e in expressions for c in carried(e.unalias())):
        for source in possible_sources(query, column):
            yield from _days_of(source, column.name.lower(), seen)
    if not expressions and (query.has_patterns or any(map(_is_changed, query.stars))):
        yield from _reports_in(query, seen)
    for star in () if expressions else query.stars:
        found = query.starred(star, name)
        covered = [found] if isinstance(found, Source) else [] if found is False else query.covered(star)
        for source in covered:
            yield from _days_of(source, name, seen)


def _is_changed(star: exp.Expr) -> bool:
    """Tell whether a star gives columns another name or value, by RENAME or REPLACE."""
    inner = star.this if isinstance(star, exp.Column) else star
    return bool(inner.args.get("rename") or inner.args.get("replace"))


def _branch_names(query: Query, name: str) -> Iterator[tuple[Query, str]]:
    """Yield the branches of a set operation with the name that the column has in each."""
    names = [n for n, _ in query.outputs]
    by_place = name in names and not query.stars and not query.node.args.get("by_name")
    for branch in query.branches:
        own = [n for n, _ in branch.outputs]
        at = names.index(name) if by_place else -1
        yield branch, own[at] if 0 <= at < len(own) else name
