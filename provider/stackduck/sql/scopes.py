"""The queries of a statement as a tree: what each reads, under which names, and where provider tables stand.

Owns name resolution. It answers only what is certain; where a name may mean two things, or the columns of a source
are not known, it answers nothing, and DuckDB is asked instead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlglot import exp

from stackduck.sql.values import Values

Disjuncts = list[dict[str, Values]]
"""Column name → values, one dictionary for each way in which a row may qualify; {} restricts nothing."""

DAY = "day"
"""The column by which the rows of a report are chosen."""

_KEPT: tuple[type[exp.Expr], ...] = (
    *(exp.Column, exp.Star, exp.Columns, exp.PositionalColumn, exp.Window, exp.AggFunc),
    *(exp.Anonymous, exp.AnonymousAggFunc),
)


@dataclass(eq=False)
class Occurrence:
    """A provider table where it stands in the statement."""

    number: int
    parts: tuple[str, str, str]
    table: exp.Table
    columns: tuple[str, ...] = ()
    """Fields and parameters, in lower case, in the order of its relation."""
    types: dict[str, str] = field(default_factory=dict)
    """Parameter name (lower case) → DuckDB type."""
    shared: frozenset[str] = frozenset()
    """Parameters that share their name with a response field: only `name = value` beside the table means them."""
    required: frozenset[str] = frozenset()
    """Parameters without which one of its methods cannot be called."""
    has_days: bool = False
    """Whether it is a report of days: a condition on its field `day` chooses what is fetched."""
    disjuncts: Disjuncts | None = None
    """The values that must hold; None until the statement was walked."""
    comparisons: dict[str, list[exp.Column]] = field(default_factory=dict)
    """Shared name → the column nodes whose comparison supplied values."""
    misfits: dict[str, str] = field(default_factory=dict)
    """Parameter name → a constant with which it is compared and which may not fit its type."""

    @property
    def alias(self) -> str:
        """The name under which the statement knows the table."""
        return self.table.alias or self.parts[2]

    @property
    def is_on_days(self) -> bool:
        """Whether all that can be read of it has a day that a condition means."""
        return all(DAY in way for way in self.disjuncts or [])


@dataclass(eq=False)
class Source:
    """One item of a FROM clause."""

    alias: str
    occurrence: Occurrence | None = None
    query: Query | None = None
    cte: Cte | None = None
    columns: tuple[str, ...] | None = None
    """Known column names of an ordinary table, lower case; None where they are not known."""
    renamed: tuple[str, ...] = ()
    """AS t(a, b): the first columns' names."""
    join: exp.Join | None = None
    opaque: bool = False
    """Sampled, pivoted or not understood: conditions say nothing about what is read."""
    node: exp.Expr | None = None
    """Where it stands, without its join."""
    is_inside: bool = False
    """Joined within another join's side: its ON says nothing of what stands outside."""

    @property
    def body(self) -> Query | None:
        """The query behind a derived table or a CTE."""
        return self.cte.query if self.cte else self.query

    def has(self, name: str) -> bool | None:
        """Tell whether the source has that column; None where it is not known."""
        if self.renamed:
            return True if name in self.renamed else (False if self._all_renamed else None)
        if self.opaque:
            return None
        if self.occurrence:
            return name in self.occurrence.columns
        if self.body:
            return self.body.has(name)
        return None if self.columns is None else name in self.columns

    @property
    def _all_renamed(self) -> bool:
        known = self.occurrence.columns if self.occurrence else self.columns
        if self.body:
            return not self.body.stars and len(self.renamed) >= len(self.body.outputs)
        return known is not None and len(self.renamed) >= len(known)

    def original(self, name: str) -> str | None:
        """Return the column's name before AS t(a, b), where that is certain."""
        if not self.renamed:
            return name
        at = self.renamed.index(name) if name in self.renamed else -1
        if at < 0:
            return None
        if self.occurrence:
            return self.occurrence.columns[at] if at < len(self.occurrence.columns) else None
        if self.body and not self.body.stars and at < len(self.body.outputs):
            return self.body.outputs[at][0]
        return None


@dataclass(eq=False)
class Cte:
    """A WITH item."""

    name: str
    query: Query
    recursive: bool = False
    uses: list[Disjuncts] = field(default_factory=list)


@dataclass(eq=False)
class Query:
    """A SELECT or a set operation."""

    node: exp.Expr
    parent: Query | None = None
    sources: list[Source] = field(default_factory=list)
    ctes: list[Cte] = field(default_factory=list)
    branches: tuple[Query, ...] = ()
    """The two sides of a set operation."""
    nested: list[Query] = field(default_factory=list)
    """Subqueries of its expressions."""

    @cached_property
    def below(self) -> Mapping[type[exp.Expr], list[exp.Expr]]:
        """The nodes of a few kinds anywhere in the query, from one walk: asked for often, and walks are slow."""
        found: dict[type[exp.Expr], list[exp.Expr]] = {kind: [] for kind in _KEPT}
        for node in self.node.walk():
            for kind in _KEPT:
                if isinstance(node, kind):
                    found[kind].append(node)
        return found

    def own(self, *kinds: type[exp.Expr]) -> list[exp.Expr]:
        """Return the nodes of these kinds that stand in this SELECT itself, not in a query within it."""
        return [n for kind in kinds for n in self.below[kind] if n.find_ancestor(exp.Select) is self.node]

    @cached_property
    def outputs(self) -> list[tuple[str, exp.Expr]]:
        """Name (lower case) and expression of each column that is no star."""
        if self.branches:
            return self.branches[0].outputs
        return [(e.alias_or_name.lower(), e) for e in self.node.expressions if not _is_star(e)]

    @cached_property
    def stars(self) -> list[exp.Expr]:
        """The * and t.* of a SELECT list."""
        if self.branches:
            return [s for b in self.branches for s in b.stars]
        return [e for e in self.node.expressions if _is_star(e)]

    @property
    def has_patterns(self) -> bool:
        """Whether COLUMNS(…) stands for result columns."""
        return _has_patterns(self.outputs)

    def has(self, name: str) -> bool | None:
        """Tell whether the result has that column; None where it is not known."""
        if self.branches:
            return self.branches[0].has(name)
        outputs = self.outputs
        if any(n == name for n, _ in outputs):
            return True
        if _has_patterns(outputs):
            return None
        answers = [self.starred(star, name) for star in self.stars]
        if any(isinstance(a, Source) for a in answers):
            return True
        return None if None in answers else False

    def starred(self, star: exp.Expr, name: str) -> Source | bool | None:
        """Return the source from which a star takes the column; False for none, None where it is not known."""
        inner = star.this if isinstance(star, exp.Column) else star
        if not isinstance(inner, exp.Star) or inner.args.get("rename"):
            return None
        if any(e.alias_or_name.lower() == name for e in inner.args.get("replace") or ()):
            return None
        if any(e.alias_or_name.lower() == name for e in inner.args.get("except_") or ()):
            return False
        covered = self.covered(star)
        found = [s for s in covered if s.has(name)]
        if len(found) == 1 and not any(s.has(name) is None for s in covered):
            return found[0]
        return None if found or any(s.has(name) is None for s in covered) else False

    def covered(self, star: exp.Expr) -> list[Source]:
        """Return the sources whose columns a star stands for."""
        table = star.table.lower() if isinstance(star, exp.Column) else ""
        return [s for s in self.sources if not table or s.alias == table]

    def output(self, name: str) -> tuple[Source, str] | None:
        """Return the source's column that a result column is, where it is one unchanged."""
        if self.branches:
            return None
        found = [e for n, e in self.outputs if n == name]
        if found:
            column = found[0].unalias() if len(found) == 1 else None
            return self.resolve(column, aliases=False) if isinstance(column, exp.Column) else None
        sources = [s for s in (self.starred(star, name) for star in self.stars) if s is not False]
        return (sources[0], name) if len(sources) == 1 and isinstance(sources[0], Source) else None

    def resolve(self, column: exp.Column, *, aliases: bool = True) -> tuple[Source, str] | None:
        """Return the source and the name of a column of this query; None where it is not certain.

        A column beats an alias of the SELECT list, as in DuckDB.
        """
        name = column.name.lower()
        if column.table:
            return self._qualified(column, name)
        answers = [(s, s.has(name)) for s in self.sources]
        if any(known is None for _, known in answers):
            return None
        found = [s for s, known in answers if known]
        if len(found) == 1 or (found and all(self._merges(s, name) for s in found[1:])):
            return found[0], name
        if found or not aliases:
            return None
        named = [e for n, e in self.outputs if n == name and isinstance(e, exp.Alias)]
        target = named[0].this if len(named) == 1 else None
        return self.resolve(target, aliases=False) if isinstance(target, exp.Column) else None

    def _qualified(self, column: exp.Column, name: str) -> tuple[Source, str] | None:
        matching = [s for s in self.sources if s.alias == column.table.lower()]
        if len(matching) != 1:
            return None
        source = matching[0]
        if column.args.get("db"):
            parts = tuple(p.name.lower() for p in column.parts[:-1])
            own = tuple(p.lower() for p in source.occurrence.parts) if source.occurrence else ()
            if own[-len(parts) :] != parts:
                return None
        return (source, name) if source.has(name) is not False else None

    @property
    def is_inner(self) -> bool:
        """Whether no join may put NULL in place of a row."""
        return all(join_kind(source.join) == "INNER" for source in self.sources if source.join)

    def merged(self, name: str) -> list[Source]:
        """Return the sources that were joined by USING the column."""
        return [s for s in self.sources if self._merges(s, name)]

    def _merges(self, source: Source, name: str) -> bool:
        using = source.join.args.get("using") if source.join else None
        return any(u.name.lower() == name for u in using or ())


@dataclass(eq=False)
class Scopes:
    """All queries of a statement."""

    root: exp.Expr
    queries: list[Query]
    """The outermost ones: those that give the statement its rows."""
    occurrences: list[Occurrence]
    every: list[Query]

    def source_of(self, occurrence: Occurrence) -> tuple[Query, Source] | None:
        """Return where the occurrence stands, unless it was not understood."""
        for query in self.every:
            for source in query.sources:
                if source.occurrence is occurrence:
                    return query, source
        return None


def join_kind(join: exp.Join) -> str:
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


def provider_parts(table: exp.Table, providers: Collection[str]) -> tuple[str, str, str] | None:
    """Return provider, service and resource of a table's name, where its first part is a known provider."""
    if not isinstance(table.this, exp.Identifier) or not table.args.get("catalog"):
        return None
    parts = (table.catalog, table.db, table.name)
    return parts if parts[0].lower() in providers else None


def _has_patterns(outputs: list[tuple[str, exp.Expr]]) -> bool:
    return any(isinstance(e.this if isinstance(e, exp.Alias) else e, exp.Columns) for _, e in outputs)


def _is_star(node: exp.Expr) -> bool:
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))
