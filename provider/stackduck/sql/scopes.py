"""The queries of a statement as a tree: what each reads, under which names, and where provider tables stand.

Owns name resolution. It answers only what is certain; where a name may mean two things, or the columns of a source
are not known, it answers nothing, and DuckDB is asked instead.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from stackduck.sql.values import Values

Disjuncts = list[dict[str, Values]]
"""Column name → values, one dictionary for each way in which a row may qualify; {} restricts nothing."""


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

    node: exp.Expression
    parent: Query | None = None
    sources: list[Source] = field(default_factory=list)
    ctes: list[Cte] = field(default_factory=list)
    branches: tuple[Query, ...] = ()
    """The two sides of a set operation."""
    nested: list[Query] = field(default_factory=list)
    """Subqueries of its expressions."""

    @property
    def outputs(self) -> list[tuple[str, exp.Expression]]:
        """Name (lower case) and expression of each column that is no star."""
        if self.branches:
            return self.branches[0].outputs
        return [(e.alias_or_name.lower(), e) for e in self.node.expressions if not _is_star(e)]

    @property
    def stars(self) -> list[exp.Expression]:
        """The * and t.* of a SELECT list."""
        if self.branches:
            return [s for b in self.branches for s in b.stars]
        return [e for e in self.node.expressions if _is_star(e)]

    def has(self, name: str) -> bool | None:
        """Tell whether the result has that column; None where it is not known."""
        if self.branches:
            return self.branches[0].has(name)
        if any(n == name for n, _ in self.outputs):
            return True
        answers = [self.starred(star, name) for star in self.stars]
        if any(isinstance(a, Source) for a in answers):
            return True
        return None if None in answers else False

    def starred(self, star: exp.Expression, name: str) -> Source | bool | None:
        """Return the source from which a star takes the column; False for none, None where it is not known."""
        inner = star.this if isinstance(star, exp.Column) else star
        if not isinstance(inner, exp.Star) or inner.args.get("rename"):
            return None
        changed = [*(inner.args.get("except_") or []), *(inner.args.get("replace") or [])]
        if any(e.alias_or_name.lower() == name for e in changed):
            return False
        covered = self.covered(star)
        found = [s for s in covered if s.has(name)]
        if len(found) == 1 and not any(s.has(name) is None for s in covered):
            return found[0]
        return None if found or any(s.has(name) is None for s in covered) else False

    def covered(self, star: exp.Expression) -> list[Source]:
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

    def _merges(self, source: Source, name: str) -> bool:
        using = source.join.args.get("using") if source.join else None
        return any(u.name.lower() == name for u in using or ())


@dataclass(eq=False)
class Scopes:
    """All queries of a statement."""

    root: exp.Expression
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


ColumnsOf = Callable[[exp.Table], tuple[str, ...] | None]
IsProvider = Callable[[exp.Table], tuple[str, str, str] | None]


def build(root: exp.Expression, is_provider: IsProvider, *, local_columns: ColumnsOf) -> Scopes:
    """Build the tree of a parsed statement.

    `is_provider` tells the three parts of a provider table's name; `local_columns` the columns of any other table,
    where they are known.
    """
    builder = _Builder(is_provider, local_columns)
    outer = [builder.query(node, None, {}) for node in _outermost(root)]
    builder.adopt_unseen(root)
    return Scopes(root, outer, sorted(builder.occurrences, key=lambda o: o.number), builder.every)


class _Builder:
    """Walks the tree once and keeps what it has seen."""

    def __init__(self, is_provider: IsProvider, local_columns: ColumnsOf) -> None:
        self.is_provider = is_provider
        self.local_columns = local_columns
        self.occurrences: list[Occurrence] = []
        self.every: list[Query] = []
        self.seen: set[int] = set()
        self.ctes: list[Cte] = []

    def query(self, node: exp.Expression, parent: Query | None, env: dict[str, Cte]) -> Query:
        query = Query(node, parent)
        self.every.append(query)
        env = self._with(node, query, env)
        if isinstance(node, exp.SetOperation):
            query.branches = tuple(self.query(_bare(n), query, env) for n in (node.this, node.expression))
        elif isinstance(node, exp.Select):
            self._from(node, query, env)
        for sub in _subqueries(node):
            query.nested.append(self.query(_bare(sub), query, env))
        return query

    def _with(self, node: exp.Expression, query: Query, env: dict[str, Cte]) -> dict[str, Cte]:
        clause = node.args.get("with_")
        holder = node.parent
        while isinstance(holder, exp.Subquery) and not clause:
            clause, holder = holder.args.get("with_"), holder.parent
        if not clause:
            return env
        env = dict(env)
        for item in clause.expressions:
            recursive = bool(clause.args.get("recursive")) and _names(item.this, item.alias.lower())
            cte = Cte(item.alias.lower(), Query(item.this), recursive)
            inner = {**env, cte.name: cte} if cte.recursive else env
            if isinstance(_bare(item.this), (exp.Select, exp.SetOperation)):
                cte.query = self.query(_bare(item.this), query, inner)
            query.ctes.append(cte)
            self.ctes.append(cte)
            env[cte.name] = cte
        return env

    def _from(self, node: exp.Select, query: Query, env: dict[str, Cte]) -> None:
        clause = node.args.get("from_")
        items = _flat(clause.this, None) if clause else []
        for join in node.args.get("joins") or []:
            items += _flat(join.this, join)
        items += [(lateral, None, True) for lateral in node.args.get("laterals") or []]
        for item, join, is_plain in items:
            source = self._source(item, query, env)
            source.join = join
            source.opaque = source.opaque or not is_plain
            query.sources.append(source)

    def _source(self, item: exp.Expression, query: Query, env: dict[str, Cte]) -> Source:
        alias = item.args.get("alias")
        renamed = tuple(c.name.lower() for c in alias.args.get("columns") or ()) if alias else ()
        name = item.alias_or_name.lower()
        if isinstance(item, exp.Table):
            return self._table(item, name, renamed, env)
        inner = item.this if isinstance(item, exp.Lateral) else item
        body = _bare(inner.this) if isinstance(inner, exp.Subquery) else inner
        if isinstance(inner, exp.Subquery) and isinstance(body, (exp.Select, exp.SetOperation)):
            opaque = bool(item.args.get("sample") or item.args.get("pivots"))
            return Source(name, query=self.query(body, query, env), renamed=renamed, opaque=opaque)
        return Source(name, columns=renamed or None, opaque=not renamed)

    def _table(self, item: exp.Table, name: str, renamed: tuple[str, ...], env: dict[str, Cte]) -> Source:
        self.seen.add(id(item))
        opaque = any(item.args.get(k) for k in ("sample", "pivots"))
        parts = self.is_provider(item)
        if parts:
            return Source(name, occurrence=self._occurrence(item, parts), renamed=renamed, opaque=opaque)
        if not item.args.get("db") and item.name.lower() in env:
            cte = env[item.name.lower()]
            return Source(name, cte=cte, renamed=renamed or _cte_columns(cte), opaque=opaque)
        return Source(name, columns=self.local_columns(item), renamed=renamed, opaque=opaque)

    def _occurrence(self, item: exp.Table, parts: tuple[str, str, str]) -> Occurrence:
        occurrence = Occurrence(len(self.occurrences), parts, item)
        self.occurrences.append(occurrence)
        return occurrence

    def adopt_unseen(self, root: exp.Expression) -> None:
        """Give what was not understood no conditions, so that nothing is taken for unneeded."""
        for table in root.find_all(exp.Table):
            if id(table) in self.seen:
                continue
            parts = self.is_provider(table)
            if parts:
                self._occurrence(table, parts).disjuncts = [{}]
            for cte in self.ctes:
                if cte.name == table.name.lower() and not table.args.get("db"):
                    cte.uses.append([{}])


def _outermost(root: exp.Expression) -> Iterator[exp.Expression]:
    """Yield the queries that are not part of another one."""
    bare = _bare(root)
    if isinstance(bare, (exp.Select, exp.SetOperation)):
        yield bare
        return
    for child in root.iter_expressions():
        yield from _outermost(child)


def _subqueries(node: exp.Expression) -> Iterator[exp.Expression]:
    """Yield the subqueries in a query's expressions, outermost ones only; FROM items and CTEs are no part of them."""
    for key, value in node.args.items():
        if key == "with_" or (isinstance(node, exp.SetOperation) and key in ("this", "expression")):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Expression):
                yield from _queries_below(child)


def _queries_below(node: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(node, (exp.Select, exp.SetOperation)):
        yield node
    elif isinstance(node, exp.From):
        return
    elif isinstance(node, exp.Join):
        for key in ("on", "using"):
            for child in node.args.get(key) or [] if isinstance(node.args.get(key), list) else [node.args.get(key)]:
                if isinstance(child, exp.Expression):
                    yield from _queries_below(child)
    elif not isinstance(node, exp.Lateral):
        for child in node.iter_expressions():
            yield from _queries_below(child)


def _flat(item: exp.Expression, join: exp.Join | None) -> list[tuple[exp.Expression, exp.Join | None, bool]]:
    """Return the items of a join in parentheses, (a JOIN b ON …), whose names are visible outside, each with its join.

    The last value tells whether the list means the same as the parentheses: always for the first item of FROM, where
    joins associate to the left anyway, elsewhere for inner joins alone.
    """
    is_named = not isinstance(item, exp.Subquery) or item.alias or isinstance(_bare(item), (exp.Select, exp.SetOperation))
    flat = [(item, join, True)] if is_named else _flat(item.this, join)
    joins = item.args.get("joins") or []
    for each in joins:
        flat += _flat(each.this, each)
    if joins and join is not None and not all(_is_inner(j) for j in (join, *joins)):
        return [(part, own, False) for part, own, _ in flat]
    return flat


def _is_inner(join: exp.Join) -> bool:
    plain = not join.args.get("method") and not join.args.get("side")
    return plain and str(join.args.get("kind") or "").upper() in ("", "INNER", "CROSS")


def _bare(node: exp.Expression) -> exp.Expression:
    while isinstance(node, exp.Subquery) and isinstance(node.this, exp.Expression) and not _has_own_clauses(node):
        node = node.this
    return node


def _has_own_clauses(node: exp.Subquery) -> bool:
    return any(node.args.get(k) for k in ("limit", "offset", "joins"))


def _names(node: exp.Expression, name: str) -> bool:
    """Tell whether a query may read the CTE of that name."""
    return any(t.name.lower() == name and not t.args.get("db") for t in node.find_all(exp.Table))


def _cte_columns(cte: Cte) -> tuple[str, ...]:
    holder = cte.query.node.parent
    while isinstance(holder, exp.Subquery):
        holder = holder.parent
    alias = holder.args.get("alias") if isinstance(holder, exp.CTE) else None
    return tuple(c.name.lower() for c in alias.args.get("columns") or ()) if alias else ()


def _is_star(node: exp.Expression) -> bool:
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))


def provider_parts(table: exp.Table, providers: Collection[str]) -> tuple[str, str, str] | None:
    """Return provider, service and resource of a table's name, where its first part is a known provider."""
    if not isinstance(table.this, exp.Identifier) or not table.args.get("catalog"):
        return None
    parts = (table.catalog, table.db, table.name)
    return parts if parts[0].lower() in providers else None
