"""A statement becomes a plan: which calls fill which relations, and the SQL that reads them.

The order is: parse, find provider tables, prove values, choose methods, make requests, cut the text. Nothing is
called and nothing is changed here; what the planner must know of the database it asks through `Database`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlglot import exp

from stackduck.catalog.model import Column, Method, Parameter, Request, Resource
from stackduck.catalog.requests import build
from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.sql import columns, conditions, methods, optimized, scopes, statements
from stackduck.sql.methods import Call
from stackduck.sql.parsing import parse
from stackduck.sql.rewrite import Edit, quote, splice
from stackduck.sql.scopes import Disjuncts, Occurrence, Scopes
from stackduck.sql.statements import Statement, three_part_names

ColumnTypes = tuple[tuple[str, str], ...]


class Names(Protocol):
    """What the planner asks of the catalog."""

    def provider_names(self) -> tuple[str, ...]: ...

    def resource(self, provider: str, service: str, resource: str) -> Resource: ...


class Database(Protocol):
    """What the planner asks of the database in which the statement will run."""

    def local_columns(self, name: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the lower-case columns of a local table or view; None where there is none, or none is known."""

    def optimized(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> str | None:
        """Return EXPLAIN (SQL) of a statement over empty tables of these names; None where DuckDB cannot say.

        Raises DataError for a constant that does not fit the column with which it is compared.
        """

    def new_relation_name(self, resource: str) -> str:
        """Return a name that no relation of the database has had."""


@dataclass(frozen=True, slots=True)
class ScanParameter:
    """A parameter as a column of the relation."""

    name: str
    column: str
    """The column's name: the parameter's own, or another one where a response field has it."""
    type: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The calls that fill one relation."""

    relation: str
    resource: Resource
    method: Method
    parameters: tuple[ScanParameter, ...]
    calls: tuple[Call, ...]
    requests: tuple[Request, ...]
    needed: frozenset[str] | None = None
    """Lower-case names that the statement may read, or None for all."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The documented fields, in document order."""
        return self.method.columns

    @property
    def types(self) -> ColumnTypes:
        """All columns of the relation: the fields, then the parameters."""
        return (*((c.name, c.type) for c in self.columns), *((p.column, p.type) for p in self.parameters))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to call, and what to run over it."""

    sql: str
    scans: tuple[Scan, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    is_parsed: bool = True

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every distinct request of the plan."""
        return tuple(dict.fromkeys(r for s in self.scans for r in s.requests))


def make_plan(
    statement: Statement,
    parameters: Mapping[str, object],
    catalog: Names,
    *,
    database: Database,
    max_calls: int = 2_000,
    only_columns: bool = False,
) -> Plan:
    """Plan one statement whose placeholders are bound.

    `only_columns` plans a statement of which only the result's columns matter (a view, DESCRIBE): no values are
    needed. Raises ProgrammingError for unknown names, MissingParameterError, NotSupportedError for what cannot be
    proved, CallLimitError where more than `max_calls` calls are needed; all before any call.
    """
    planner = _Planner(statement, parameters, catalog, database)
    planner.find_values(only_columns=only_columns)
    scans = planner.scans(max_calls=max_calls, only_columns=only_columns)
    plan = Plan(planner.final_sql(scans), tuple({s.relation: s for s in scans.values()}.values()), parameters)
    needed = len(plan.requests)
    if needed > max_calls:
        worst = max(plan.scans, key=lambda s: len(s.requests))
        raise methods.too_many(needed, max_calls=max_calls, resource=worst.resource.full_name)
    return plan


class _Planner:
    """One statement on its way to a plan."""

    def __init__(
        self, statement: Statement, parameters: Mapping[str, object], catalog: Names, database: Database
    ) -> None:
        self.statement = statement
        self.parameters = parameters
        self.database = database
        self.providers = frozenset(p.lower() for p in catalog.provider_names())
        self.tree = self._tree()
        self.resources = {o: catalog.resource(*o.parts) for o in self.tree.occurrences}
        for occurrence, resource in self.resources.items():
            _describe(occurrence, resource)
        self.references = columns.references(self.tree)

    def _tree(self) -> Scopes:
        root = parse(self.statement.text)
        if root is None:
            return _unparsed(self.statement, self.providers)
        _refuse_changes(root, self.providers)

        def parts(table: exp.Table) -> tuple[str, str, str] | None:
            return scopes.provider_parts(table, self.providers)

        return scopes.build(root, parts, local_columns=self._local_columns)

    def _local_columns(self, table: exp.Table) -> tuple[str, ...] | None:
        if not isinstance(table.this, exp.Identifier):
            return None
        return self.database.local_columns(tuple(p.name for p in table.parts))

    @property
    def is_parsed(self) -> bool:
        return not isinstance(self.tree.root, exp.Placeholder)

    def find_values(self, *, only_columns: bool) -> None:
        """Prove values from the text, then from DuckDB's optimizer for what is left."""
        conditions.collect(self.tree, self.parameters)
        if only_columns or all(self._is_settled(o) for o in self.tree.occurrences):
            return
        wide = {o: self.database.new_relation_name(self.resources[o].full_name) for o in self.tree.occurrences}
        tables = {wide[o]: _wide_columns(self.resources[o]) for o in self.tree.occurrences}
        query = statements.query_of(self._spliced(wide, _hidden_everywhere(self.resources)))
        text = self.database.optimized(query, self.parameters, tables)
        relations = {name: _relation(name, types, o) for (o, name), types in zip(wide.items(), tables.values(), strict=True)}
        found = optimized.read(text, relations) if text else {}
        for occurrence, name in wide.items():
            if name in found:
                occurrence.disjuncts = conditions.both(occurrence.disjuncts or [], found[name])

    def _is_settled(self, occurrence: Occurrence) -> bool:
        ways = occurrence.disjuncts or []
        method = methods.choose(self.resources[occurrence], ways) if ways else None
        if not ways:
            return True
        return method is not None and all(
            r.is_output or r.name in occurrence.shared or r.name not in occurrence.types or methods.supplied(ways, r.name)
            for r in self.references[occurrence]
        )

    def scans(self, *, max_calls: int, only_columns: bool) -> dict[Occurrence, Scan]:
        """Choose the methods and make the requests; equal scans are one."""
        made: dict[object, Scan] = {}
        found: dict[Occurrence, Scan] = {}
        for occurrence in self.tree.occurrences:
            key, scan = self._scan(occurrence, max_calls=max_calls, only_columns=only_columns)
            found[occurrence] = made.setdefault(key, scan)
        return found

    def _scan(self, occurrence: Occurrence, *, max_calls: int, only_columns: bool) -> tuple[object, Scan]:
        resource, ways = self.resources[occurrence], occurrence.disjuncts or []
        mentioned = {r.name for r in self.references[occurrence]}
        if only_columns:
            method = methods.choose(resource, [], mentioned=mentioned) or methods.select_methods(resource)[0]
            calls: tuple[Call, ...] = ()
            names = {p.name.lower() for p in method.parameters}
        else:
            method = self._method(occurrence, mentioned)
            calls = methods.calls(method, ways, max_calls=max_calls, resource=resource.full_name)
            names = self._parameter_columns(occurrence, method)
        parameters = tuple(
            ScanParameter(p.name, _column_name(p, method), p.type) for p in method.parameters if p.name.lower() in names
        )
        requests = tuple(build(resource, method, dict(call)) for call in calls)
        relation = self.database.new_relation_name(resource.full_name)
        scan = Scan(relation, resource, method, parameters, calls, requests, self._needed())
        return (resource.full_name, method.name, parameters, calls), scan

    def _method(self, occurrence: Occurrence, mentioned: Iterable[str]) -> Method:
        resource, ways = self.resources[occurrence], occurrence.disjuncts or []
        method = methods.choose(resource, ways, mentioned=mentioned)
        if method is None:
            for name, text in occurrence.misfits.items():
                if not methods.supplied(ways, name):
                    raise methods.misfit(resource, name, text=text, kind=occurrence.types[name])
            ignored = dict.fromkeys(r.name for r in self._unsupplied(occurrence))
            raise methods.missing_error(resource, ways, ignored=ignored, corrected=self._corrected(occurrence))
        fields = {c.name.lower() for c in method.columns}
        for name in mentioned:
            if name in occurrence.types and name not in fields and not method.parameter(name):
                raise methods.passed_over(resource, method, name)
        return method

    def _unsupplied(self, occurrence: Occurrence) -> Iterator[columns.Reference]:
        """Yield the references in conditions to parameters that have no value."""
        ways = occurrence.disjuncts or []
        for reference in self.references[occurrence]:
            name = reference.name
            if name in occurrence.types and name not in occurrence.shared and not reference.is_output:
                if not methods.supplied(ways, name):
                    yield reference

    def _parameter_columns(self, occurrence: Occurrence, method: Method) -> set[str]:
        """Return the parameters that become columns: those with a value, and those that are only selected."""
        resource, ways = self.resources[occurrence], occurrence.disjuncts or []
        for reference in self._unsupplied(occurrence) if ways else ():
            parameter = method.parameter(reference.name)
            if parameter:
                raise methods.unsupplied(resource, parameter)
        named = {r.name for r in self.references[occurrence]} - occurrence.shared
        return {p.name.lower() for p in method.parameters if p.name.lower() in named or methods.supplied(ways, p.name.lower())}

    def _needed(self) -> frozenset[str] | None:
        """Return the words of the statement, where nothing in it may read a column without naming it."""
        if not self.is_parsed or columns.reads_unnamed(self.tree):
            return None
        return frozenset(t.name.lower() for t in self.statement.tokens if t.kind in ("word", "quoted"))

    def final_sql(self, scans: Mapping[Occurrence, Scan]) -> str:
        """Return the user's text with relations in place of provider tables."""
        hidden = {o: frozenset(p.column.lower() for p in s.parameters) for o, s in scans.items()}
        relations = {o: s.relation for o, s in scans.items()}
        shared = [
            Edit(c.this.meta["start"], c.this.meta["end"] + 1, quote(p.column))
            for o, s in scans.items()
            for p in s.parameters
            if p.column != p.name
            for c in occurrence_comparisons(o, p.name)
        ]
        return self._spliced(relations, hidden, shared)

    def _spliced(
        self, relations: Mapping[Occurrence, str], hidden: Mapping[Occurrence, frozenset[str]], more: Iterable[Edit] = ()
    ) -> str:
        edits = [*more]
        for occurrence, name in relations.items():
            edits.append(_table_edit(occurrence, name, hidden[occurrence]))
        if self.is_parsed:
            edits += columns.star_edits(self.statement, self.tree, hidden)
            edits += _column_prefix_edits(self.tree, self.providers)
        elif any(hidden.values()) and self._has_star():
            raise NotSupportedError("stackduck cannot read this statement well enough to expand its *; name the columns")
        return splice(self.statement.text, edits)

    def _has_star(self) -> bool:
        tokens = self.statement.tokens
        return any(t.text == "*" and t.kind == "symbol" and tokens[i - 1].text != "(" for i, t in enumerate(tokens))

    def _corrected(self, occurrence: Occurrence) -> dict[str, str]:
        """Return the statement with the missing conditions, by what is missing."""
        place = self.tree.source_of(occurrence)
        if not place or not self.is_parsed:
            return {}
        query, source = place
        ways = occurrence.disjuncts or []
        corrected = {}
        for method in methods.select_methods(self.resources[occurrence]):
            names = methods.missing(method, ways)
            at = [id(n) for n in self.tree.root.find_all(exp.Select)].index(id(query.node))
            root = self.tree.root.copy()
            select = list(root.find_all(exp.Select))[at]
            prefix = f"{quote(source.alias)}." if len(query.sources) > 1 else ""
            for name in names:
                select.where(f"{prefix}{quote(name)} = {_as_literal(methods.example(method, name))}", copy=False, dialect="duckdb")
            corrected[",".join(names)] = root.sql("duckdb").replace('"', "") if not prefix else root.sql("duckdb")
        return corrected


def occurrence_comparisons(occurrence: Occurrence, name: str) -> list[exp.Column]:
    """Return the distinct column nodes whose comparison gave a shared parameter its values."""
    return list({id(c): c for c in occurrence.comparisons.get(name.lower(), ())}.values())


def _as_literal(example: str) -> str:
    return example if example.startswith("'") or example == "true" else f"'{example}'"


def _describe(occurrence: Occurrence, resource: Resource) -> None:
    """Tell the occurrence its columns: the fields of every SELECT method, then their parameters."""
    fields: dict[str, None] = {}
    types: dict[str, str] = {}
    for method in methods.select_methods(resource):
        fields.update(dict.fromkeys(c.name.lower() for c in method.columns))
        for parameter in method.parameters:
            types.setdefault(parameter.name.lower(), parameter.type)
    occurrence.columns = (*fields, *(name for name in types if name not in fields))
    occurrence.types = types
    occurrence.shared = frozenset(name for name in types if name in fields)


def _wide_columns(resource: Resource) -> ColumnTypes:
    """Return the columns of every SELECT method together, for planning."""
    found: dict[str, tuple[str, str]] = {}
    for method in methods.select_methods(resource):
        for column in method.columns:
            found.setdefault(column.name.lower(), (column.name, column.type))
    for method in methods.select_methods(resource):
        for parameter in method.parameters:
            found.setdefault(parameter.name.lower(), (parameter.name, parameter.type))
    return tuple(found.values())


def _hidden_everywhere(resources: Mapping[Occurrence, Resource]) -> dict[Occurrence, frozenset[str]]:
    return {o: frozenset(o.types) - o.shared for o in resources}


def _relation(name: str, types: ColumnTypes, occurrence: Occurrence) -> optimized.Relation:
    own = {n: t for n, t in occurrence.types.items() if n not in occurrence.shared}
    return optimized.Relation(name, tuple(n.lower() for n, _ in types), own)


def _column_name(parameter: Parameter, method: Method) -> str:
    taken = {c.name.lower() for c in method.columns}
    return f"{parameter.name} (parameter)" if parameter.name.lower() in taken else parameter.name


def _table_edit(occurrence: Occurrence, relation: str, hidden: frozenset[str]) -> Edit:
    star = f"* EXCLUDE ({', '.join(map(quote, sorted(hidden)))})" if hidden else "*"
    parts = occurrence.table.parts
    start, end = parts[0].meta["start"], parts[-1].meta["end"] + 1
    if isinstance(occurrence.table.parent, (exp.Describe, exp.Summarize)):
        return Edit(start, end, f"SELECT {star} FROM {quote(relation)}")
    alias = "" if occurrence.table.args.get("alias") else f" AS {quote(occurrence.parts[2])}"
    return Edit(start, end, f"{quote(relation)}{alias}")


def _column_prefix_edits(tree: Scopes, providers: frozenset[str]) -> Iterator[Edit]:
    """Yield edits that turn github.copilot.org_seats.plan_type into org_seats.plan_type."""
    for column in tree.root.find_all(exp.Column):
        parts = column.parts
        if len(parts) > 3 and parts[0].name.lower() in providers:
            yield Edit(parts[0].meta["start"], parts[2].meta["start"], "")


def _refuse_changes(root: exp.Expression, providers: frozenset[str]) -> None:
    """Refuse statements that would change something at the provider."""
    if not isinstance(root, (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter)):
        return
    target = root.this.this if isinstance(root.this, exp.Schema) else root.this
    if isinstance(target, exp.Table) and scopes.provider_parts(target, providers):
        raise NotSupportedError(f"{target.catalog}.{target.db}.{target.name} is only read here; {root.key} needs a local table")


def _unparsed(statement: Statement, providers: frozenset[str]) -> Scopes:
    """Find provider tables by tokens alone, for syntax that DuckDB knows and sqlglot does not."""
    found: list[Occurrence] = []
    tokens = {t.start: i for i, t in enumerate(statement.tokens)}
    for a, b, c in three_part_names(statement):
        at = tokens[c.start]
        following = statement.tokens[at + 1].text if at + 1 < len(statement.tokens) else ""
        if a.name.lower() in providers and following not in (".", "("):
            identifiers = [_identifier(t) for t in (c, b, a)]
            after = statement.tokens[at + 1] if at + 1 < len(statement.tokens) else None
            has_alias = after is not None and (after.is_word("AS") or after.kind == "quoted" or _is_alias(after.text, after.kind))
            alias = exp.TableAlias(this=exp.to_identifier("aliased")) if has_alias else None
            table = exp.Table(this=identifiers[0], db=identifiers[1], catalog=identifiers[2], alias=alias)
            found.append(Occurrence(len(found), (a.name, b.name, c.name), table, disjuncts=[{}]))
    if not found:
        raise ProgrammingError("stackduck cannot read this statement")
    return Scopes(exp.Placeholder(), [], found, [])


_CLAUSES = frozenset(
    "WHERE JOIN INNER LEFT RIGHT FULL CROSS ASOF POSITIONAL SEMI ANTI NATURAL ON USING GROUP HAVING ORDER LIMIT OFFSET "
    "QUALIFY WINDOW UNION EXCEPT INTERSECT SELECT TABLESAMPLE PIVOT UNPIVOT RETURNING OUTER AT SET WHEN".split()
)


def _is_alias(text: str, kind: str) -> bool:
    return kind == "word" and text.upper() not in _CLAUSES


def _identifier(token: object) -> exp.Identifier:
    identifier = exp.to_identifier(token.name)  # type: ignore[attr-defined]
    identifier.meta.update(start=token.start, end=token.end - 1)  # type: ignore[attr-defined]
    return identifier
