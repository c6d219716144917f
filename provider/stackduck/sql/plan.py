"""A statement becomes a plan: which calls fill which relations, and the SQL that reads them.

The order is: parse, find provider tables, prove values, choose methods, make requests, cut the text. Nothing is
called and nothing is changed here; what the planner must know of the database it asks through `Database`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from sqlglot import exp

from stackduck.catalog.model import Method
from stackduck.catalog.requests import build
from stackduck.errors import Error, MissingParameterError, NotSupportedError
from stackduck.sql import (
    columns,
    corrected,
    defaults,
    methods,
    reading,
    relations,
    reports,
    scopes,
    statements,
    unparsed,
)
from stackduck.sql.asked import Database, Names
from stackduck.sql.constants import Constants
from stackduck.sql.feeding import feeds
from stackduck.sql.feeding.feeds import Arranged
from stackduck.sql.methods import Call
from stackduck.sql.parsing import parse
from stackduck.sql.proving import conditions, day_filters, optimized
from stackduck.sql.proving.day_conditions import DayConditions
from stackduck.sql.proving.day_filters import DayFilter
from stackduck.sql.relations import ColumnTypes
from stackduck.sql.reports import Selection
from stackduck.sql.rewrite import Edit, splice
from stackduck.sql.scans import Plan, Scan, ScanParameter
from stackduck.sql.scopes import Disjuncts, Occurrence, Scopes
from stackduck.sql.statements import Statement

__all__ = ["ColumnTypes", "Database", "Names", "Plan", "Scan", "ScanParameter", "Selection", "make_plan"]


def make_plan(
    statement: Statement,
    parameters: Mapping[str, object],
    catalog: Names,
    *,
    database: Database,
    max_calls: int = 2_000,
    only_columns: bool = False,
    default_values: Mapping[str, str] | None = None,
) -> Plan:
    """Plan one statement whose placeholders are bound.

    `only_columns` plans a statement of which only the result's columns matter (a view, DESCRIBE): no values are
    needed. `default_values` are those of required parameters that the statement leaves out, by lower-case name.
    Raises ProgrammingError for unknown names, MissingParameterError, NotSupportedError for what cannot be
    proved, CallLimitError where more than `max_calls` calls are needed; all before any call.
    """
    try:
        planner = _Planner(statement, parameters, catalog, database, default_values=default_values or {})
        planner.find_values(only_columns=only_columns)
        scans = planner.scans(max_calls=max_calls, only_columns=only_columns)
        plan = planner.finished(scans)
    except MissingParameterError:
        planner.refuse_what_duckdb_refuses()
        raise
    except RecursionError as exc:
        raise NotSupportedError("the statement is nested too deep; give parts of it names with CREATE TABLE") from exc
    needed = len(plan.requests)
    if needed > max_calls:
        worst = max(plan.scans, key=lambda s: len(s.requests))
        raise methods.too_many(needed, max_calls=max_calls, resource=worst.resource.full_name)
    return plan


class _Planner:
    """One statement on its way to a plan."""

    def __init__(
        self,
        statement: Statement,
        parameters: Mapping[str, object],
        catalog: Names,
        database: Database,
        *,
        default_values: Mapping[str, str],
        is_trial: bool = False,
    ) -> None:
        self.statement = statement
        self.parameters = parameters
        self.catalog = catalog
        self.database = database
        self.is_trial = is_trial
        self.default_values = default_values
        self.taken: defaults.Taken = {}
        self.providers = frozenset(p.lower() for p in catalog.provider_names())
        self.tree = self._tree()
        self.resources = {o: catalog.resource(*o.parts) for o in self.tree.occurrences}
        for occurrence, resource in self.resources.items():
            relations.describe(occurrence, resource)
        if not self.is_parsed:
            unparsed.refuse_stars(statement)
        unparsed.refuse_shared(statement, (o for o in self.tree.occurrences if self.tree.source_of(o) is None))
        self.references = columns.references(self.tree)
        self.constants = Constants(parameters, self._today)
        self.day_conditions = DayConditions(statement, parameters, database.matching_days)
        self.feeding = feeds.Feeding(self.tree, statement, parameters, volatile=database.volatile_functions)
        self.arranged: Mapping[Occurrence, Arranged] = {}
        self.needed = self._needed()

    def _tree(self) -> Scopes:
        root = parse(self.statement.text)
        if root is None:
            self.database.check_syntax(self.statement.text)
            return unparsed.find(self.statement, self.providers)
        _refuse_changes(root, self.providers)

        def parts(table: exp.Table) -> tuple[str, str, str] | None:
            return scopes.provider_parts(table, self.providers)

        return reading.build(root, parts, local_columns=self._local_columns)

    def _local_columns(self, table: exp.Table) -> tuple[str, ...] | None:
        if not isinstance(table.this, exp.Identifier):
            return None
        return self.database.local_columns(tuple(p.name for p in table.parts))

    @property
    def is_parsed(self) -> bool:
        return not unparsed.is_unparsed(self.tree)

    def find_values(self, *, only_columns: bool) -> None:
        """Prove values from the text, then from DuckDB's optimizer; what is left out has its default."""
        self._prove(only_columns=only_columns)
        if not only_columns:
            values = self.default_values if self.is_parsed else unparsed.unspoken(self.statement, self.default_values)
            self.taken = defaults.take(self.tree, self.resources, values, references=self.references)

    def _prove(self, *, only_columns: bool) -> None:
        """Prove values from the text, then from DuckDB's optimizer for what is left or left to data."""
        conditions.collect(self.tree, self.constants, self.day_conditions, is_fed=not only_columns)
        self.feeding.keep_usable(self.tree.occurrences)
        if only_columns or all(self._is_settled(o) for o in self.tree.occurrences):
            return
        wide = {o: self.database.new_relation_name(self.resources[o].full_name) for o in self.tree.occurrences}
        tables = {wide[o]: relations.wide_columns(self.resources[o]) for o in self.tree.occurrences}
        query = statements.query_of(self._spliced(wide, relations.hidden_everywhere(self.tree.occurrences)))
        empty = {n: relations.while_planning(n, tables[n], o) for o, n in wide.items()}
        found = self._optimized(query, tables, empty)
        if optimized.may_change(self.statement) and any(way for ways in found.values() for way in ways):
            # A constant that is another one at the second time, random or a time, cannot be asked for.
            again = self._optimized(query, tables, empty)
            found = {name: ways for name, ways in found.items() if again.get(name) == ways}
        for occurrence, name in wide.items():
            if name in found:
                ways = optimized.stable(found[name], self.statement, occurrence.types)
                occurrence.disjuncts = feeds.both_with_derived(occurrence.disjuncts or [], ways)

    def refuse_what_duckdb_refuses(self) -> None:
        """Let DuckDB speak first: a value may seem missing only because the statement cannot be read.

        Raises ProgrammingError with its words, NotSupportedError where it reads what the planner cannot.
        """
        wide = {o: self.database.new_relation_name(self.resources[o].full_name) for o in self.tree.occurrences}
        tables = {wide[o]: relations.wide_columns(self.resources[o]) for o in self.tree.occurrences}
        hidden = relations.hidden_everywhere(self.tree.occurrences)
        self.database.check(self._spliced(wide, hidden), self.parameters, tables)
        if not self.is_parsed:
            names = ", ".join(dict.fromkeys(r.full_name for r in self.resources.values()))
            raise NotSupportedError(
                f"no value can be proved for {names} in a statement of this form; "
                "put the table and its conditions into a CTE, and use that"
            )

    def _optimized(
        self, query: str, tables: Mapping[str, ColumnTypes], empty: Mapping[str, optimized.Relation]
    ) -> dict[str, Disjuncts]:
        text = self.database.optimized(optimized.question(query), self.parameters, tables)
        return optimized.read(text, empty, ask=self.database.matching_days) if text else {}

    def _today(self) -> date | None:
        """Return DuckDB's current_date: the session may have a time zone of its own."""
        text = self.database.optimized("SELECT current_date", {}, {}) or ""
        found = re.search(r"\d{4}-\d{2}-\d{2}", text)
        return date.fromisoformat(found.group()) if found else None

    def _is_settled(self, occurrence: Occurrence) -> bool:
        ways = occurrence.disjuncts or []
        method = methods.choose(self.resources[occurrence], ways) if ways else None
        if not ways:
            return True
        if self.is_parsed and self.tree.source_of(occurrence) is None:
            # The text says nothing of a table in UPDATE … FROM, DELETE … USING or MERGE.
            return False
        if method is None or any(feeds.is_fed(way, method) for way in ways):
            return False
        return not any(self._unsupplied(occurrence)) and not self._day_in_doubt(occurrence)

    @cached_property
    def day_filters(self) -> Mapping[Occurrence, Sequence[DayFilter]]:
        """The conditions on the day of each report."""
        return day_filters.find(self.tree, self.statement)

    def _day_in_doubt(self, occurrence: Occurrence) -> DayFilter | None:
        """Return a condition on a report's day that chooses no days; None where others do, or there is none."""
        found = () if occurrence.is_on_days else self.day_filters.get(occurrence, ())
        return min((f for f in found if f.is_in_doubt), key=lambda f: not f.is_fed, default=None)

    def scans(self, *, max_calls: int, only_columns: bool) -> dict[Occurrence, Scan]:
        """Choose the methods and make the requests; equal scans are one."""
        made: dict[object, Scan] = {}
        found: dict[Occurrence, Scan] = {}
        chosen = {o: self._reader(o, only_columns=only_columns) for o in self.tree.occurrences}
        if not only_columns:
            self.arranged = self._arranged(chosen)
        for occurrence, method in chosen.items():
            key, scan = self._scan(occurrence, method, max_calls=max_calls, only_columns=only_columns)
            found[occurrence] = made.setdefault(key, scan)
        return found

    def _arranged(self, chosen: Mapping[Occurrence, Method]) -> Mapping[Occurrence, Arranged]:
        """Return how the tables feed each other; a default ends their waiting for one another."""
        wanted = {o: (self.resources[o], method) for o, method in chosen.items()}
        while True:
            try:
                return self.feeding.arrange(wanted)
            except feeds.CircleError as exc:
                found = defaults.break_circle(self.tree, exc.lacking, wanted, self.default_values)
                if not found:
                    raise self._circle(exc, chosen) from None
                self.taken |= found

    def _reader(self, occurrence: Occurrence, *, only_columns: bool) -> Method:
        """Return the method that reads a table."""
        resource = self.resources[occurrence]
        mentioned = {r.name for r in self.references[occurrence] if not columns.is_never_true(r.column, self.constants)}
        if only_columns:
            return methods.choose(resource, [], mentioned=mentioned) or methods.select_methods(resource)[0]
        method = self._method(occurrence, mentioned)
        methods.refuse_change(resource, method)
        return method

    def _scan(
        self, occurrence: Occurrence, method: Method, *, max_calls: int, only_columns: bool
    ) -> tuple[object, Scan]:
        resource, ways = self.resources[occurrence], occurrence.disjuncts or []
        calls: tuple[Call, ...] = ()
        names = {p.name.lower() for p in method.parameters}
        chosen: tuple[Selection, ...] = ()
        if not only_columns:
            calls = methods.calls(method, ways, max_calls=max_calls, resource=resource.full_name)
            names = self._parameter_columns(occurrence, method)
            chosen = self._selections(occurrence, method)
        relations.refuse_renamed_parameters(occurrence, method)
        parameters = tuple(
            ScanParameter(p.name, relations.column_name(p, method), p.type)
            for p in method.parameters
            if p.name.lower() in names
        )
        parameters += self._unused_parameters(occurrence, method)
        requests = () if reports.is_report(method) else tuple(build(resource, method, dict(call)) for call in calls)
        relation = self.database.new_relation_name(resource.full_name)
        arranged = self.arranged.get(occurrence)
        stage = arranged.stage if arranged else 0
        scan = Scan(relation, resource, method, parameters, calls, requests, self.needed, chosen, stage=stage)
        fed = occurrence if arranged and any(arranged.groups) else None
        return (resource.full_name, method.name, parameters, calls, chosen, fed), scan

    def _unused_parameters(self, occurrence: Occurrence, method: Method) -> tuple[ScanParameter, ...]:
        """Return the parameters of other methods that the statement names, only to compare them with NULL."""
        known = {c.name.lower() for c in method.columns} | {p.name.lower() for p in method.parameters}
        named = dict.fromkeys(r.name for r in self.references[occurrence] if r.name not in known)
        return tuple(ScanParameter(name, name, occurrence.types[name]) for name in named if name in occurrence.types)

    def _selections(self, occurrence: Occurrence, method: Method) -> tuple[Selection, ...]:
        """Return what to read of a report. Raises NotSupportedError for a condition on its day that chooses none."""
        if not reports.is_report(method):
            return ()
        unused = self._day_in_doubt(occurrence)
        if unused is not None:
            self.refuse_what_duckdb_refuses()
            name = self.resources[occurrence].full_name
            raise day_filters.refused(unused, name, reasons=self.day_conditions.reasons)
        return reports.selections(method, self.arranged[occurrence].written)

    def _method(self, occurrence: Occurrence, mentioned: Iterable[str]) -> Method:
        resource, ways = self.resources[occurrence], occurrence.disjuncts or []
        two_scopes = reports.both_scopes(resource, ways, mentioned=mentioned)
        if two_scopes is not None:
            raise two_scopes
        method = methods.choose(resource, ways, mentioned=mentioned)
        if method is None:
            for name, text in occurrence.misfits.items():
                if not methods.supplied(ways, name):
                    raise methods.misfit(resource, name, text=text, kind=occurrence.types[name])
            ignored = dict.fromkeys(r.name for r in self._unsupplied(occurrence))
            raise methods.missing_error(
                resource, ways, mentioned=self._asked(occurrence), ignored=ignored, corrected=self._corrected()
            )
        fields = {c.name.lower() for c in method.columns}
        for name in mentioned:
            if name in occurrence.types and name not in fields and not method.parameter(name):
                raise methods.passed_over(resource, method, name, is_given=bool(ways) and methods.supplied(ways, name))
        self._refuse_ambiguous(occurrence, method)
        return method

    def _refuse_ambiguous(self, occurrence: Occurrence, method: Method) -> None:
        """Refuse a comparison that asks for a parameter's value, was not pushed, and would be read as the field's."""
        ways = occurrence.disjuncts or []
        for reference in self.references[occurrence] if ways else ():
            name = reference.name
            if name in occurrence.shared and method.parameter(name) and columns.is_question(reference.column):
                pushed = {id(c) for c in occurrence.comparisons.get(name, ())}
                if id(reference.column) not in pushed or not methods.supplied(ways, name):
                    raise methods.ambiguous(self.resources[occurrence], name)
        for other, column in columns.uncertain(self.tree) if ways and occurrence.shared else ():
            name = column.name.lower()
            is_shared = other is occurrence and name in occurrence.shared and method.parameter(name)
            if is_shared and columns.is_question(column):
                raise methods.ambiguous(self.resources[occurrence], name)

    def _corrected(self) -> str:
        """Return the statement with conditions for all that is missing anywhere in it, if that can be planned."""
        if not self.is_parsed or self.is_trial:
            return ""
        missing: dict[Occurrence, tuple[Method, tuple[str, ...]]] = {}
        for occurrence, resource in self.resources.items():
            ways = occurrence.disjuncts or []
            if ways and methods.choose(resource, ways) is None:
                missing[occurrence] = methods.nearest(resource, ways, mentioned=self._asked(occurrence))
        shown, tried = (
            corrected.statement(
                self.statement, self.tree, {o: {n: f(m, n) for n in ns} for o, (m, ns) in missing.items()}
            )
            for f in (methods.example, methods.sample)
        )
        return shown if shown and self._can_be_planned(tried) else ""

    def _circle(self, circle: feeds.CircleError, chosen: Mapping[Occurrence, Method]) -> MissingParameterError:
        """Return the error for tables that feed each other, with a value for the first of them put in."""
        occurrence, names = next(iter(circle.lacking.items()))
        shown, tried = (
            corrected.statement(self.statement, self.tree, {occurrence: {n: f(chosen[occurrence], n) for n in names}})
            for f in (methods.example, methods.sample)
        )
        fixed = shown if shown and not self.is_trial and self._can_be_planned(tried) else ""
        resource = self.resources[occurrence].full_name
        condition = f"{names[0]} = {methods.example(chosen[occurrence], names[0])}"
        text = f"{circle}; give one of them a value, such as {condition}"
        text += f"\ntry: {fixed}" if fixed else ""
        return MissingParameterError(text, resource=resource, missing=names, corrected=fixed)

    def _can_be_planned(self, text: str) -> bool:
        trial = _Planner(
            statements.of_text(text),
            self.parameters,
            self.catalog,
            self.database,
            default_values=self.default_values,
            is_trial=True,
        )
        try:
            trial.find_values(only_columns=False)
            return bool(trial.scans(max_calls=2_000, only_columns=False))
        except Error:
            return False

    def _asked(self, occurrence: Occurrence) -> set[str]:
        """Return the parameters that the statement names and that cannot be fields."""
        named = {r.name for r in self.references[occurrence]}
        return {name for name in named if name in occurrence.types and name not in occurrence.shared}

    def _unsupplied(self, occurrence: Occurrence) -> Iterator[columns.Reference]:
        """Yield the references in conditions to parameters that have no value."""
        ways = occurrence.disjuncts or []
        for reference in self.references[occurrence]:
            name = reference.name
            is_parameter = name in occurrence.types and name not in occurrence.shared
            is_asked = not reference.is_output and not columns.is_never_true(reference.column, self.constants)
            if is_parameter and is_asked and not methods.supplied(ways, name):
                yield reference

    def _parameter_columns(self, occurrence: Occurrence, method: Method) -> set[str]:
        """Return the parameters that become columns: those with a value, and those that are only selected."""
        resource, ways = self.resources[occurrence], occurrence.disjuncts or []
        for reference in self._unsupplied(occurrence) if ways else ():
            parameter = method.parameter(reference.name)
            if parameter and reference.name in occurrence.misfits:
                text, kind = occurrence.misfits[reference.name], parameter.type
                raise methods.misfit(resource, reference.name, text=text, kind=kind)
            if parameter:
                raise methods.unsupplied(resource, parameter)
        named = {r.name for r in self.references[occurrence]} - occurrence.shared
        for other, column in columns.uncertain(self.tree) if ways else ():
            name = column.name.lower()
            is_own = other is occurrence and name in occurrence.types and name not in occurrence.shared
            if is_own and not methods.supplied(ways, name):
                raise methods.unclear(resource, name, alias=occurrence.alias)
        taken = {p.name.lower() for p in method.parameters}
        return {name for name in taken if name in named or methods.supplied(ways, name)}

    def _needed(self) -> frozenset[str] | None:
        """Return the words of the statement, where nothing in it may read a column without naming it."""
        if not self.is_parsed or columns.reads_unnamed(self.tree):
            return None
        return frozenset(t.name.lower() for t in self.statement.tokens if t.kind in ("word", "quoted"))

    def finished(self, scans: Mapping[Occurrence, Scan]) -> Plan:
        """Return the plan: the user's text and its feeds, with relations in place of provider tables."""
        hidden = {o: frozenset(p.column.lower() for p in s.parameters) for o, s in scans.items()}
        shared = [
            edit
            for o, s in scans.items()
            for edit in relations.shared_edits(o, {p.name: p.column for p in s.parameters if p.column != p.name})
        ]
        edits = [*shared, *self._edits({o: s.relation for o, s in scans.items()}, hidden)]
        ready = self.feeding.finished(self.arranged, scans, edits, new_name=self.database.new_relation_name)
        listed = tuple({s.relation: s for s in ready.scans}.values())
        sql = splice(self.statement.text, ready.edits)
        parameters = statements.named_in(sql, self.parameters) if ready.kept else self.parameters
        taken = {scans[o].relation: values for o, values in self.taken.items()}
        return Plan(sql, listed, parameters, self.is_parsed, ready.kept, taken)

    def _spliced(self, names: Mapping[Occurrence, str], hidden: Mapping[Occurrence, frozenset[str]]) -> str:
        return splice(self.statement.text, self._edits(names, hidden))

    def _edits(self, names: Mapping[Occurrence, str], hidden: Mapping[Occurrence, frozenset[str]]) -> list[Edit]:
        edits = [relations.table_edit(o, name, hidden[o]) for o, name in names.items()]
        if self.is_parsed:
            edits += columns.star_edits(self.statement, self.tree, hidden)
            edits += relations.prefix_edits(self.tree, self.providers)
            edits += relations.heading_edits(self.tree, self.statement)
        return edits


def _refuse_changes(root: exp.Expr, providers: frozenset[str]) -> None:
    """Refuse statements that would change something at the provider."""
    if not isinstance(root, (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter)):
        return
    target = root.this.this if isinstance(root.this, exp.Schema) else root.this
    if isinstance(target, exp.Table) and scopes.provider_parts(target, providers):
        name = f"{target.catalog}.{target.db}.{target.name}"
        raise NotSupportedError(f"{name} is only read here; {root.key} needs a local table")
