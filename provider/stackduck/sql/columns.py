"""Which columns of each provider table a statement uses, and what its stars must leave out.

`*` gives the documented fields of a resource; its parameters are columns too, but only by name. Owns finding the
references, and the edits that keep parameters out of stars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlglot import exp

from stackduck.errors import NotSupportedError
from stackduck.frozen import frozen
from stackduck.sql.constants import NULL, Constants
from stackduck.sql.rewrite import Edit, quote
from stackduck.sql.scopes import Occurrence, Query, Scopes, Source
from stackduck.sql.statements import Statement


@frozen
class Reference:
    """A column of a provider table where the statement names it."""

    column: exp.Column
    name: str
    """Lower case."""
    is_output: bool
    """Whether it stands in the SELECT list of an outermost query, where a NULL can decide nothing."""


def references(scopes: Scopes) -> dict[Occurrence, list[Reference]]:
    """Return every reference to each occurrence that is certain."""
    by_node = {id(q.node): q for q in scopes.every}
    found: dict[Occurrence, list[Reference]] = {o: [] for o in scopes.occurrences}
    for column in scopes.root.find_all(exp.Column):
        if isinstance(column.this, exp.Star):
            continue
        query = _query_of(column, by_node)
        if query and _is_ordered_alias(column, query):
            continue
        target = resolve_outward(query, column)[1]
        if target and target[0].occurrence and query:
            name = target[0].original(target[1])
            if name:
                is_output = query in scopes.queries and _in_select_list(column, query.node)
                found[target[0].occurrence].append(Reference(column, name, is_output))
    return found


def _is_ordered_alias(column: exp.Column, query: Query) -> bool:
    """Tell whether a name in ORDER BY is one that the SELECT list gives, which goes before a column there."""
    if column.table or not isinstance(column.parent, exp.Ordered):
        return False
    name = column.name.lower()
    return any(n == name and isinstance(e, exp.Alias) for n, e in query.outputs)


def uncertain(scopes: Scopes) -> Iterator[tuple[Occurrence, exp.Column]]:
    """Yield the columns that may be an occurrence's or another source's, whose columns are not known."""
    for query in scopes.every:
        for column in query.own(exp.Column):
            if not isinstance(column, exp.Column) or column.table or _is_ordered_alias(column, query):
                continue
            if query.resolve(column) is None:
                for source in query.sources:
                    if source.occurrence and source.has(column.name.lower()) is not False:
                        yield source.occurrence, column


def is_never_true(column: exp.Column, constants: Constants) -> bool:
    """Tell whether a column only stands in a comparison with NULL, which holds for no row, whatever the column is."""
    comparison = column.parent
    while isinstance(comparison, exp.Paren):
        comparison = comparison.parent
    if not isinstance(comparison, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)):
        return False
    return any(constants.value(side) is NULL for side in (comparison.this, comparison.expression))


def _query_of(column: exp.Expr, by_node: Mapping[int, Query]) -> Query | None:
    node: exp.Expr | None = column
    while node is not None:
        if id(node) in by_node:
            return by_node[id(node)]
        node = node.parent
    return None


def resolve_outward(
    query: Query | None, column: exp.Column
) -> tuple[Query, tuple[Source, str] | None] | tuple[None, None]:
    """Resolve a column where it stands, or in an outer query if the inner one surely lacks it.

    Returns the query to which the column belongs, and what it is there, if that is certain.
    """
    while query:
        target = query.resolve(column)
        if target or _may_be_own(query, column):
            return query, target
        query = query.parent
    return None, None


def _may_be_own(query: Query, column: exp.Column) -> bool:
    if column.table:
        return any(s.alias == column.table.lower() for s in query.sources)
    return any(s.has(column.name.lower()) is not False for s in query.sources)


def _in_select_list(column: exp.Expr, select: exp.Expr) -> bool:
    node = column
    while node.parent is not None and node.parent is not select:
        if isinstance(node, (exp.AggFunc, exp.Window, exp.Query)):
            return False
        node = node.parent
    return node.arg_key == "expressions" and not isinstance(node, exp.AggFunc)


def is_question(column: exp.Column) -> bool:
    """Tell whether a column is compared for equality with a constant expression, in WHERE or ON."""
    node: exp.Expr = column
    while isinstance(node.parent, exp.Paren):
        node = node.parent
    comparison = node.parent
    if isinstance(comparison, (exp.EQ, exp.NullSafeEQ)):
        others = [comparison.expression if comparison.this is node else comparison.this]
    elif isinstance(comparison, exp.In) and comparison.this is node and not comparison.args.get("query"):
        others = comparison.expressions
    else:
        return False
    if any(other.find(exp.Column, exp.Query) for other in others):
        return False
    holder = comparison.find_ancestor(exp.Where, exp.Join, exp.Select, exp.Filter)
    return isinstance(holder, exp.Join) or (isinstance(holder, exp.Where) and isinstance(holder.parent, exp.Select))


def star_edits(statement: Statement, scopes: Scopes, hidden: Mapping[Occurrence, frozenset[str]]) -> Iterator[Edit]:
    """Yield the edits that leave parameters out of every star.

    `hidden` has, for each occurrence, its relation's columns beyond the documented fields.
    """
    walk = _Stars(statement, hidden)
    for query in scopes.queries:
        list(walk.visit(query, frozenset()))
    # Only now is it known what every reader of a CTE names.
    walk.is_settled = True
    for query in scopes.queries:
        yield from walk.visit(query, frozenset())


class _Stars:
    def __init__(self, statement: Statement, hidden: Mapping[Occurrence, frozenset[str]]) -> None:
        self.statement = statement
        self.hidden = hidden
        self.wanted_of_cte: dict[int, frozenset[str]] = {}
        self.is_settled = False

    def visit(self, query: Query, wanted: frozenset[str]) -> Iterator[Edit]:
        """Walk a query whose reader names the `wanted` parameters of its result."""
        if query.branches:
            if not all(wanted <= self.leaks(branch) for branch in query.branches):
                wanted = frozenset()
            for branch in query.branches:
                yield from self.visit(branch, wanted)
        else:
            yield from self._select(query, wanted)
        for nested in query.nested:
            yield from self.visit(nested, frozenset())
        for cte in reversed(query.ctes):
            yield from self.visit(cte.query, self.wanted_of_cte.get(id(cte), frozenset()))

    def _select(self, query: Query, wanted: frozenset[str]) -> Iterator[Edit]:
        named = frozenset(c.name.lower() for c in query.below[exp.Column]) | wanted
        shown = [(source, self._shown(source, named)) for source in query.sources]
        for source, extra in shown:
            if source.query:
                yield from self.visit(source.query, extra)
        for star in query.own(exp.Star):
            if isinstance(star, exp.Star) and not _is_counted(star):
                yield from self._star(star, query, shown, wanted)
        self._refuse_whole_rows(query, shown)

    def _shown(self, source: Source, named: frozenset[str]) -> frozenset[str]:
        """Return the parameters that the source really has beside its documented columns."""
        extra = self._hidden_in(source)
        if source.occurrence:
            return extra
        if not source.cte:
            return extra & named
        before = self.wanted_of_cte.get(id(source.cte), frozenset())
        if not self.is_settled:
            self.wanted_of_cte[id(source.cte)] = before | (extra & named)
        return self.wanted_of_cte[id(source.cte)] & extra

    def _hidden_in(self, source: Source) -> frozenset[str]:
        if source.occurrence:
            return self.hidden.get(source.occurrence, frozenset())
        return self.leaks(source.body) if source.body else frozenset()

    def leaks(self, query: Query) -> frozenset[str]:
        """Return the parameters that the query's stars would give if they left nothing out."""
        if query.branches:
            return self.leaks(query.branches[0]) & self.leaks(query.branches[1])
        explicit = {name for name, _ in query.outputs}
        return frozenset(n for star in query.stars for s in query.covered(star) for n in self._hidden_in(s)) - explicit

    def _star(
        self, star: exp.Star, query: Query, shown: list[tuple[Source, frozenset[str]]], wanted: frozenset[str]
    ) -> Iterator[Edit]:
        table = star.parent.table.lower() if isinstance(star.parent, exp.Column) else ""
        taken = {e.alias_or_name.lower() for e in star.args.get("except_") or ()}
        names: dict[str, None] = {}
        for source, extra in shown:
            if (table and source.alias != table) or _is_not_shown(source):
                continue
            for name in sorted(extra - wanted - taken):
                names[quote(name) if table else self._excluded(query, source, name)] = None
        if names:
            yield self._exclude(star, list(names), query)

    def _excluded(self, query: Query, source: Source, name: str) -> str:
        """Return the name by which EXCLUDE means the column of that source and no other."""
        others = [s for s in query.sources if s is not source]
        if self._is_merged(query, name) or not others:
            return quote(name)
        if source.alias:
            return f"{quote(source.alias)}.{quote(name)}"
        if any(s.has(name) is not False for s in others):
            raise NotSupportedError(f"* over a subquery without a name may show {name}; give the subquery an alias")
        return quote(name)

    def _is_merged(self, query: Query, name: str) -> bool:
        return any(u.name.lower() == name for s in query.sources if s.join for u in s.join.args.get("using") or ())

    def _exclude(self, star: exp.Star, names: list[str], query: Query) -> Edit:
        listed = ", ".join(names)
        at = star.meta.get("start", -1)
        if at < 0 or self.statement.text[at : at + 1] != "*":
            return self._from_first(query, listed)
        following = [t for t in self.statement.tokens if t.start > at][:3]
        if following and following[0].is_word("EXCLUDE", "EXCEPT") and len(following) > 1:
            if following[1].text == "(":
                return Edit(following[1].end, following[1].end, f"{listed}, ")
            end = self._end_of_name(following[1].start)
            return Edit(following[1].start, end, f"({listed}, {self.statement.text[following[1].start : end]})")
        return Edit(at + 1, at + 1, f" EXCLUDE ({listed})")

    def _end_of_name(self, start: int) -> int:
        end = start
        for token in self.statement.tokens:
            if token.start == end and (token.kind in ("word", "quoted") or token.text == "."):
                end = token.end
        return end

    def _from_first(self, query: Query, listed: str) -> Edit:
        """FROM t without SELECT: write the SELECT that it stands for."""
        first = min((p.meta["start"] for p in query.node.args["from_"].find_all(exp.Identifier) if p.meta), default=0)
        keyword = next((t for t in reversed(self.statement.tokens) if t.start < first and t.is_word("FROM")), None)
        if keyword is None:
            raise NotSupportedError("the statement has a star that stackduck cannot place; write SELECT * FROM …")
        return Edit(keyword.start, keyword.start, f"SELECT * EXCLUDE ({listed}) ")

    def _refuse_whole_rows(self, query: Query, shown: list[tuple[Source, frozenset[str]]]) -> None:
        """Refuse what would show parameters where they cannot be left out."""
        with_extra = {s.alias: extra for s, extra in shown if extra}
        if not with_extra:
            return
        for column in query.below[exp.Column]:
            name = column.name.lower()
            is_bare = isinstance(column, exp.Column) and not column.table
            if is_bare and name in with_extra and not any(s.has(name) for s in query.sources):
                raise NotSupportedError(
                    f"{column.name} as a whole row cannot be read from a provider table; name its columns"
                )
        for columns in query.below[exp.Columns]:
            names = (name for extra in with_extra.values() for name in extra)
            if not isinstance(columns.this, exp.Star) and any(may_stand_for(columns, name) for name in names):
                raise NotSupportedError(
                    "COLUMNS() with a pattern may show a provider table's parameters; name the columns"
                )
        if query.below[exp.PositionalColumn]:
            raise NotSupportedError("#1 and the like cannot be read from a provider table; name the columns")
        if any(str(s.join.args.get("method") or "").upper() == "NATURAL" for s in query.sources if s.join):
            raise NotSupportedError("NATURAL JOIN cannot be read from a provider table; write JOIN … USING (…)")
        if any(s.occurrence and s.occurrence.table.args.get("pivots") for s in query.sources):
            raise NotSupportedError(
                "a provider table cannot be pivoted in FROM; pivot a subquery that selects its columns"
            )


def reads_unnamed(scopes: Scopes) -> bool:
    """Tell whether the statement may read a column of a provider table without naming it."""
    aliases = {o.alias.lower() for o in scopes.occurrences}
    for node in scopes.root.walk():
        if isinstance(node, exp.Star) and not _is_counted(node):
            return True
        if isinstance(node, (exp.Columns, exp.PositionalColumn, exp.Pivot, exp.Summarize, exp.Describe)):
            return True
        if isinstance(node, exp.Column) and not node.table and node.name.lower() in aliases:
            return True
        if isinstance(node, exp.Join) and str(node.args.get("method") or "").upper() == "NATURAL":
            return True
    return any((o.table.args.get("alias") or exp.TableAlias()).args.get("columns") for o in scopes.occurrences)


def _is_counted(star: exp.Star) -> bool:
    holder = star.parent.parent if isinstance(star.parent, exp.Column) else star.parent
    return isinstance(holder, exp.Count)


def _is_not_shown(source: Source) -> bool:
    """Tell whether the source is the right side of a SEMI or ANTI join, whose columns no star has."""
    return source.join is not None and str(source.join.args.get("kind") or "").upper() in ("SEMI", "ANTI")


def may_stand_for(columns: exp.Expr, name: str) -> bool:
    """Tell whether COLUMNS(…) may stand for a column of that name."""
    try:
        return not isinstance(columns.this, exp.Literal) or bool(re.search(columns.this.this, name, re.IGNORECASE))
    except re.error:
        return True
