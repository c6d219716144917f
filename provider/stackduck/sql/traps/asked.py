"""A statement as the traps see it: its SELECTs, and from which field of which report each value comes.

Columns are followed through subqueries, CTEs, views and tables whose queries are known. Where a name may mean two
things nothing is said: a trap that is not seen is better than one that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from sqlglot import exp

from stackduck.frozen import frozen
from stackduck.sql import scopes
from stackduck.sql.scopes import Occurrence, Query, Scopes, Source
from stackduck.sql.statements import Statement

_DEEPEST = 12
_CONDITIONS = (exp.Where, exp.Having, exp.Qualify, exp.Filter, exp.If, exp.Join)
_EQUAL = (exp.EQ, exp.NullSafeEQ, exp.Like, exp.ILike)


@frozen
class Leaf:
    """A field of a report, where a statement names it."""

    occurrence: Occurrence
    field: str
    """Lower case; a parameter is one too."""
    column: exp.Column

    @property
    def table(self) -> str:
        """The report's name, such as user_days."""
        return self.occurrence.parts[2].lower()


@frozen
class Behind:
    """An expression that makes a value, and the query in which it stands."""

    query: Query
    node: exp.Expr


@dataclass(eq=False)
class Select:
    """One SELECT with the nodes that stand in it and in no query within it."""

    query: Query
    nodes: list[exp.Expr] = field(default_factory=list)

    def find(self, *kinds: type[exp.Expr]) -> Iterator[exp.Expr]:
        """Yield its own nodes of these kinds."""
        return (node for node in self.nodes if isinstance(node, kinds))

    @property
    def tables(self) -> list[tuple[Source, Occurrence]]:
        """The reports in its FROM whose rows it has; those of SEMI and ANTI joins only choose among others."""
        found = [(s, s.occurrence) for s in self.query.sources if s.occurrence]
        return [(s, o) for s, o in found if not s.join or scopes.join_kind(s.join) not in ("SEMI", "ANTI")]

    @cached_property
    def groups(self) -> list[exp.Expr]:
        """What it groups by, places and ALL resolved; also what its windows are partitioned by."""
        found = [each for window in self.find(exp.Window) for each in window.args.get("partition_by") or ()]
        clause = self.query.node.args.get("group")
        if clause is None:
            return [*found, *(self._outputs if self.query.node.args.get("distinct") else ())]
        if clause.args.get("all"):
            return [*found, *(each for each in self._outputs if not each.find(exp.AggFunc))]
        return [*found, *map(self._grouped, clause.expressions)]

    @property
    def _outputs(self) -> list[exp.Expr]:
        return [each.unalias() for each in self.query.node.expressions]

    def _grouped(self, node: exp.Expr) -> exp.Expr:
        """Return what a place, or the alias of an item, stands for."""
        if isinstance(node, exp.Literal) and node.is_int and 0 < int(node.this) <= len(self._outputs):
            return self._outputs[int(node.this) - 1]
        return node


class Asked:
    """What a statement asks of reports."""

    def __init__(self, statement: Statement, tree: Scopes, others: list[Query]) -> None:
        self.statement = statement
        self.tree = tree
        self.selects = [_select(query) for query in tree.every if isinstance(query.node, exp.Select)]
        self._others = [_select(query) for query in others if isinstance(query.node, exp.Select)]
        self._known: dict[tuple[Query, int], list[Leaf]] = {}
        self._columns: dict[int, list[exp.Column]] = {}

    @property
    def everywhere(self) -> list[Select]:
        """The SELECTs of the statement and of the definitions that it reads."""
        return [*self.selects, *self._others]

    @property
    def occurrences(self) -> list[Occurrence]:
        """The provider tables of all of them."""
        sources = (source for select in self.everywhere for source in select.query.sources)
        return [source.occurrence for source in sources if source.occurrence]

    def leaves(self, query: Query, node: exp.Expr) -> list[Leaf]:
        """Return the fields of which an expression's value is made, through whatever lies between."""
        key = query, id(node)
        if key not in self._known:
            self._known[key] = list(self._leaves(query, node, 0))
        return self._known[key]

    def leaves_of(self, source: Source, name: str, column: exp.Column) -> list[Leaf]:
        """Return the fields of which a source's column is made; `column` is where the statement names it."""
        return list(self._of_source(source, name, column, 0)) if _has(source, name) else []

    def fields(self, query: Query, node: exp.Expr) -> set[str]:
        """Return the names of these fields."""
        return {leaf.field for leaf in self.leaves(query, node)}

    def leaf(self, query: Query, node: exp.Expr | None) -> Leaf | None:
        """Return the field that a column is, if it is one and no other."""
        if not isinstance(node, exp.Column):
            return None
        found = self.leaves(query, node)
        return found[0] if len(found) == 1 else None

    def behind(self, query: Query, node: exp.Expr) -> Iterator[Behind]:
        """Yield an expression, and those that make the columns in it."""
        return self._behind(query, node, 0)

    def groups(self, select: Select) -> list[Leaf]:
        """Return the fields by which a SELECT groups its rows."""
        return [leaf for node in select.groups for leaf in self.leaves(select.query, node)]

    @cached_property
    def compared(self) -> list[tuple[Leaf, exp.Expr, Select]]:
        """Every field that is compared for equality, or listed by IN, with the comparison."""
        return [(leaf, node, select) for select in self.everywhere for leaf, node in self._compared(select)]

    def is_pinned(self, occurrence: Occurrence, names: frozenset[str]) -> bool:
        """Tell whether a condition lets only one value of one of the columns pass, or groups tell them apart."""
        return any(
            leaf.occurrence is occurrence and leaf.field in names and is_single(node) for leaf, node, _ in self.compared
        )

    @cached_property
    def tested(self) -> set[tuple[Occurrence, str]]:
        """The fields that stand in a condition of any kind."""
        return {
            (leaf.occurrence, leaf.field)
            for select in self.everywhere
            for column in select.find(exp.Column)
            if column.find_ancestor(*_CONDITIONS, exp.Select) is not select.query.node
            for leaf in self.leaves(select.query, column)
        }

    def _compared(self, select: Select) -> Iterator[tuple[Leaf, exp.Expr]]:
        for node in select.find(*_EQUAL, exp.In, exp.Case):
            for side in (node.this, node.args.get("expression")):
                leaf = self.leaf(select.query, side)
                if leaf:
                    yield leaf, node

    def _columns_in(self, node: exp.Expr) -> list[exp.Column]:
        """Return the columns of an expression of the statement, which several traps ask for."""
        if id(node) not in self._columns:
            self._columns[id(node)] = list(_columns(node))
        return self._columns[id(node)]

    def _leaves(self, query: Query, node: exp.Expr, depth: int) -> Iterator[Leaf]:
        for column in self._columns_in(node):
            for source, name in _sources(query, column):
                yield from self._of_source(source, name, column, depth)
            if depth < _DEEPEST:
                for output in _lateral(query, column):
                    yield from self._leaves(query, output, depth + 1)

    def _of_source(self, source: Source, name: str, column: exp.Column, depth: int) -> Iterator[Leaf]:
        original = source.original(name)
        if original is None or depth > _DEEPEST:
            return
        if source.occurrence:
            if original in source.occurrence.columns:
                yield Leaf(source.occurrence, original, column)
        elif source.body:
            for each in _outputs(source.body, original):
                if isinstance(each, Behind):
                    yield from self._leaves(each.query, each.node, depth + 1)
                else:
                    yield from self._of_source(each, original, column, depth + 1)

    def _behind(self, query: Query, node: exp.Expr, depth: int) -> Iterator[Behind]:
        yield Behind(query, node)
        if depth > _DEEPEST:
            return
        for column in self._columns_in(node):
            for source, name in _sources(query, column):
                yield from self._behind_source(source, name, depth)
            for output in _lateral(query, column):
                yield from self._behind(query, output, depth + 1)

    def _behind_source(self, source: Source, name: str, depth: int) -> Iterator[Behind]:
        original = source.original(name)
        if not source.body or original is None or depth > _DEEPEST:
            return
        for each in _outputs(source.body, original):
            if isinstance(each, Behind):
                yield from self._behind(each.query, each.node, depth + 1)
            else:
                yield from self._behind_source(each, original, depth + 1)


def is_single(node: exp.Expr) -> bool:
    """Tell whether a comparison lets one value pass, and not any of a list."""
    return not isinstance(node, exp.In) or (len(node.expressions) == 1 and not node.args.get("query"))


def literal_of(node: exp.Expr) -> str:
    """Return the text with which a comparison compares; empty where it is none."""
    sides = node.expressions if isinstance(node, exp.In) else [node.args.get("this"), node.args.get("expression")]
    return next((str(side.this) for side in sides if isinstance(side, exp.Literal) and side.is_string), "")


Find = Callable[[Asked], Iterator[exp.Expr]]
"""Yields the nodes of a statement at which a trap is seen."""


def _select(query: Query) -> Select:
    def is_other(node: exp.Expr) -> bool:
        return node is not query.node and isinstance(node, (exp.Select, exp.SetOperation))

    nodes = query.node.walk(prune=is_other)
    return Select(query, [node for node in nodes if not is_other(node)])


def _columns(node: exp.Expr) -> Iterator[exp.Column]:
    """Yield the columns of an expression that are in no query within it."""
    for each in node.walk(prune=lambda n: isinstance(n, (exp.Select, exp.SetOperation))):
        if isinstance(each, exp.Column) and not isinstance(each.this, exp.Star):
            yield each


def _sources(query: Query, column: exp.Column) -> Iterator[tuple[Source, str]]:
    """Yield the source of a column, here or in a query around this one; USING merges several into the first."""
    name, table = _qualified(query, column)
    around: Query | None = query
    while around is not None:
        found = [s for s in around.sources if (not table or s.alias == table) and _has(s, name)]
        if len(found) == 1 or (found and all(s in around.merged(name) for s in found[1:])):
            yield found[0], name
        if found:
            return
        around = around.parent


def _qualified(query: Query, column: exp.Column) -> tuple[str, str]:
    """Return a column's name and its table's, lower case; what is no table is a struct, and the column itself."""
    around: Query | None = query
    first = column.parts[0].name.lower()
    while around is not None and len(column.parts) > 1:
        if any(source.alias == first for source in around.sources):
            return column.parts[1].name.lower(), first
        around = around.parent
    return (first, "") if len(column.parts) < 3 else (column.name.lower(), column.table.lower())


def _has(source: Source, name: str) -> bool:
    """Tell whether a source surely has a column."""
    return source.has(name) is True


def _lateral(query: Query, column: exp.Column) -> Iterator[exp.Expr]:
    """Yield the item of the SELECT list that a name stands for, where no table has a column of that name."""
    name = column.name.lower()
    if column.table or query.branches or any(_has(s, name) for s in query.sources):
        return
    for alias, output in query.outputs:
        inner = output.unalias()
        if alias == name and isinstance(output, exp.Alias) and column not in inner.find_all(exp.Column):
            yield inner


def _outputs(query: Query, name: str) -> Iterator[Behind | Source]:
    """Yield what makes a result column in each branch: an expression, or the source whose column a star shows."""
    if query.branches:
        names = [n for n, _ in query.outputs]
        at = names.index(name) if name in names and not query.node.args.get("by_name") else -1
        for branch in query.branches:
            own = [n for n, _ in branch.outputs]
            yield from _outputs(branch, own[at] if 0 <= at < len(own) else name)
        return
    expressions = [e for n, e in query.outputs if n == name]
    for expression in expressions:
        yield Behind(query, expression.unalias())
    for star in () if expressions else query.stars:
        found = query.starred(star, name)
        if isinstance(found, Source):
            yield found
