"""Run a statement: plan it, ask GitHub, load the answers, let DuckDB answer. Nothing is decided here.

Joins the planner, the client and the engine, which do not know each other. A statement that names no provider goes to
DuckDB as it is, and neither the planner nor the client is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stackduck.engine.results import Result
from stackduck.engine.session import Session
from stackduck.errors import OperationalError, ProgrammingError
from stackduck.sql import statements, verbs
from stackduck.sql.statements import Statement
from stackduck.sql.variables import Bound

if TYPE_CHECKING:
    from stackduck.api.client import Client
    from stackduck.catalog.model import Request
    from stackduck.catalog.names import Catalog
    from stackduck.engine.relations import Loader
    from stackduck.sql.plan import ColumnTypes, Plan, Scan
    from stackduck.sql.verbs import Explain
    from stackduck.sql.views import ViewDefinition

Warn = Callable[[str], None]

_DAY_WORDS = ("CURRENT_DATE", "TODAY", "NOW", "CURRENT_TIMESTAMP", "GET_CURRENT_TIMESTAMP", "TRANSACTION_TIMESTAMP")
_MOST_ATTEMPTS = 3


class Executor:
    """Runs the statements of one connection."""

    def __init__(self, session: Session, catalog: Catalog, client: Callable[[], Client], *, max_calls: int) -> None:
        self.session = session
        self.catalog = catalog
        self.client = client
        self.max_calls = max_calls
        self._views: dict[str, str] | None = None

    def run(self, bound: Bound, *, warn: Warn) -> Result:
        """Run one statement whose placeholders are bound and return its rows."""
        statement = bound.statement
        try:
            if self._needs_planner(statement):
                return self._planned(bound, warn=warn)
            return self._direct(bound)
        finally:
            if statement.keyword not in ("SELECT", "FROM", "VALUES", "WITH"):
                self.forget_views()

    def forget_views(self) -> None:
        """Read the views anew: a statement or the end of a transaction may have changed them."""
        self._views = None

    def _needs_planner(self, statement: Statement) -> bool:
        """Tell whether a statement reads from a provider, or from a view that does."""
        if statements.names_any(statement, self.catalog.provider_names()):
            return True
        if not verbs.may_read_views(statement):
            return False
        return any(t.kind in ("word", "quoted") and t.name.lower() in self.views for t in statement.tokens[1:])

    @property
    def views(self) -> Mapping[str, str]:
        """The texts of the views over provider tables, by lower-case name."""
        if self._views is None:
            from stackduck.engine import views

            self._views = views.known(self.session)
        return self._views

    def _direct(self, bound: Bound) -> Result:
        try:
            return self._run(bound.statement, bound.statement.text, bound.parameters)
        except ProgrammingError:
            self._explain_unknown_provider(bound.statement)
            raise

    def _run(self, statement: Statement, sql: str, parameters: Mapping[str, object]) -> Result:
        """Run the text that stands for a statement."""
        kind = verbs.kind(statement)
        return self.session.run(sql, parameters, is_change=kind == "change", is_query=kind == "query")

    def _explain_unknown_provider(self, statement: Statement) -> None:
        """Raise the catalog's error where an unknown a.b.c looks like one of its tables."""
        databases = {row[0].lower() for row in self.session.aside("SELECT database_name FROM duckdb_databases()")}
        for provider, service, resource in statements.three_part_names(statement):
            if provider.name.lower() not in databases:
                self.catalog.resource(provider.name, service.name, resource.name)

    def _planned(self, bound: Bound, *, warn: Warn) -> Result:
        from stackduck.sql import views

        if (view := views.definition(bound.statement)) is not None:
            if self._needs_planner(statements.of_text(view.query)):
                return self._create_view(bound, view)
            return self._direct(bound)
        if bound.statement.keyword == "DROP":
            return self._direct(bound)
        head, inner = verbs.explained(bound.statement)
        statement = views.expand(verbs.as_query(inner), self.views)
        if head and not head.is_run:
            return self._explain(self._plan(statement, bound.parameters))
        for _ in range(_MOST_ATTEMPTS):
            started = datetime.now(UTC).date()
            result = self._answer(statement, bound, head=head, warn=warn)
            if not self._day_has_changed(statement, started):
                return result
        raise OperationalError("the date kept changing while the statement ran; run it again")

    def _day_has_changed(self, statement: Statement, started: object) -> bool:
        """Tell whether `current_date` meant one day to the calls and another to the rows."""
        return datetime.now(UTC).date() != started and any(t.is_word(*_DAY_WORDS) for t in statement.tokens)

    def _plan(self, statement: Statement, parameters: Mapping[str, object], *, only_columns: bool = False) -> Plan:
        from stackduck.sql.plan import make_plan

        return make_plan(
            statement,
            parameters,
            self.catalog,
            database=_Database(self.session),
            max_calls=self.max_calls,
            only_columns=only_columns,
        )

    def _answer(self, statement: Statement, bound: Bound, *, head: Explain | None, warn: Warn) -> Result:
        only_columns = statement.keyword in ("DESCRIBE", "DESC")
        plan = self._plan(statement, bound.parameters, only_columns=only_columns)
        names = [scan.relation for scan in plan.scans]
        try:
            self._create_relations(plan)
            self._load(plan, warn=warn)
            return self._run(bound.statement, f"{head.text if head else ''}{plan.sql}", plan.parameters)
        finally:
            self.session.discard(names)

    def _create_relations(self, plan: Plan) -> None:
        """Make the empty relations and let DuckDB bind the statement over them, before any call."""
        for scan in plan.scans:
            self.session.create(scan.relation, scan.types)
        try:
            self.session.check(plan.sql, plan.parameters)
        except ProgrammingError as exc:
            raise _in_users_words(exc, plan) from exc

    def _load(self, plan: Plan, *, warn: Warn) -> None:
        requests = plan.requests
        if not requests:
            return
        readers: dict[Request, list[tuple[Scan, int, Loader]]] = {r: [] for r in requests}
        loaders = []
        for scan in plan.scans:
            loader = _loader(self.session, scan)
            loaders.append((scan, loader))
            for i, request in enumerate(scan.requests):
                readers[request].append((scan, i, loader))
        pages = self.client().fetch(requests, max_calls=self.max_calls, warn=warn)
        try:
            for at, page in pages:
                for scan, i, loader in readers[requests[at]]:
                    loader.add(i, page.body, values=_parameter_values(scan, i))
        finally:
            close = getattr(pages, "close", None)
            if close:
                close()
        for scan, loader in loaders:
            loader.finish({i: _call_name(r) for i, r in enumerate(scan.requests) if r.follows_link})

    def _explain(self, plan: Plan) -> Result:
        """List the calls of a plan, without sending any."""
        self._bind_only(plan)
        rows = [row for scan in plan.scans for row in _explain_rows(scan)]
        columns = ("resource", "method", "call", "parameters", "calls")
        lists = {name: [row[i] for row in rows] for i, name in enumerate(columns)}
        kinds = ("VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "BIGINT")
        listed = ", ".join(f'unnest(${n}::{k}[]) AS "{n}"' for n, k in zip(columns, kinds, strict=True))
        return self.session.run(f"SELECT {listed}", lists, is_query=True)

    def _bind_only(self, plan: Plan) -> None:
        try:
            self._create_relations(plan)
        finally:
            self.session.discard([scan.relation for scan in plan.scans])

    def _create_view(self, bound: Bound, view: ViewDefinition) -> Result:
        from stackduck.engine import views as kept
        from stackduck.sql import views
        from stackduck.sql.variables import inlined

        statement = statements.of_text(inlined(view.query, bound.parameters))
        plan = self._plan(views.expand(statement, self.views), {}, only_columns=True)
        try:
            self._create_relations(plan)
            columns = self.session.describe(plan.sql, {})
        finally:
            self.session.discard([scan.relation for scan in plan.scans])
        text = verbs.renamed(view.head, statement.text)
        kept.create(self.session, view.head, view.name, text=text, columns=columns)
        return self.session.run("SELECT 0::BIGINT AS Count WHERE false", is_change=True)


class _Database:
    """What the planner may ask of the session."""

    def __init__(self, session: Session) -> None:
        self.local_columns = session.local_columns
        self.new_relation_name = session.new_relation_name
        self._session = session

    def optimized(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> str | None:
        """Ask DuckDB's optimizer what is left of the statement over empty tables."""
        from stackduck.sql.optimized import DISABLED

        return self._session.optimized(sql, parameters, tables, disabled=DISABLED)


def _loader(session: Session, scan: Scan) -> Loader:
    from stackduck.engine.relations import Loader
    from stackduck.engine.shapes import Shape

    needed = scan.needed
    fields = [c for c in scan.columns if needed is None or c.name.lower() in needed]
    shape = Shape(
        relation=scan.relation,
        resource=scan.resource.full_name,
        # Where only the number of rows matters, the shortest type is the cheapest to read.
        fields=fields or sorted(scan.columns, key=lambda c: len(c.type))[:1],
        parameters=[(p.column, p.type) for p in scan.parameters],
        object_key=scan.method.object_key,
        total_key=scan.method.total_key,
        is_array=scan.method.is_array,
        rows_are_values=scan.method.rows_are_values,
    )
    return Loader(session, shape)


def _parameter_values(scan: Scan, call: int) -> dict[str, str]:
    given = dict(scan.calls[call])
    return {p.column: given[p.name] for p in scan.parameters if p.name in given}


def _call_name(request: Request) -> str:
    return ", ".join(f"{name} = '{value}'" for name, value in request.values) or request.path_template


def _explain_rows(scan: Scan) -> list[tuple[str, str, str, str, int]]:
    """Return one row a path: resource, method, call, parameters, how many calls."""
    paths: dict[str, list[Request]] = {}
    for request in scan.requests:
        paths.setdefault(f"{request.http_method} {request.path}", []).append(request)
    name, method = scan.resource.full_name, scan.method.name
    if not paths:
        return [
            (name, method, f"none: no value of {', '.join(scan.method.required) or 'a condition'} can match", "", 0)
        ]
    return [(name, method, path, _parameters_text(found), len(found)) for path, found in paths.items()]


def _parameters_text(requests: Sequence[Request]) -> str:
    values: dict[str, dict[str, None]] = {}
    for request in requests:
        for key, value in request.query:
            values.setdefault(key, {})[value] = None
    return "; ".join(f"{key} = {_shortened(list(found))}" for key, found in values.items())


def _shortened(values: list[str]) -> str:
    return ", ".join(values) if len(values) < 4 else f"{values[0]}, {values[1]}, … {values[-1]}"


def _in_users_words(exc: ProgrammingError, plan: Plan) -> ProgrammingError:
    """Return a binder error that speaks of the user's statement: its excerpt shows the text that DuckDB got instead."""
    import re

    from stackduck.catalog.names import did_you_mean

    text = str(exc).split("\n\nLINE ")[0]
    unknown = re.search(r'(?:Referenced column|column named) "([^"]+)"', text)
    if not unknown:
        return type(exc)(text)
    name = unknown.group(1)
    known = list(dict.fromkeys(column for scan in plan.scans for column, _ in scan.types))
    tables = ", ".join(dict.fromkeys(scan.resource.full_name for scan in plan.scans))
    meant = did_you_mean(name, known)
    listed = f"{'' if meant else ';'} the columns are {', '.join(known)}"
    return ProgrammingError(f"no column '{name}' in {tables}{meant}{listed}")
