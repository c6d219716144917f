"""Run a statement: plan it, ask GitHub, load the answers, let DuckDB answer. Nothing is decided here.

Joins the planner, the client and the engine, which do not know each other. A statement that names no provider goes to
DuckDB as it is, and neither the planner nor the client is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from stackduck.engine.results import Result
from stackduck.engine.session import Session
from stackduck.errors import DatabaseError, NotSupportedError, OperationalError, ProgrammingError
from stackduck.execute.language import Language, TranslatedViews, without_excerpt
from stackduck.execute.loading import Loaded, load
from stackduck.execute.origins import Origins
from stackduck.execute.planning import PlanningDatabase
from stackduck.execute.wording import in_users_words, unknown_column
from stackduck.sql import materialized, statements, verbs
from stackduck.sql.inspecting import signs
from stackduck.sql.statements import Statement
from stackduck.sql.variables import Bound

if TYPE_CHECKING:
    from stackduck.execute.looking import Looking
    from stackduck.execute.writes import Writer
    from stackduck.sql.plan import Plan
    from stackduck.sql.verbs import Explain
    from stackduck.sql.views import ViewDefinition

Warn = Callable[[str], None]

_DAY_WORDS = (
    *("CURRENT_DATE", "TODAY", "NOW", "CURRENT_TIMESTAMP", "GET_CURRENT_TIMESTAMP", "TRANSACTION_TIMESTAMP"),
    *("LOCALTIMESTAMP", "LOCALTIME", "CURRENT_TIME", "CURRENT_LOCALTIMESTAMP", "CURRENT_LOCALTIME"),
    *("GET_CURRENT_TIME", "AGE"),
)
_MOST_ATTEMPTS = 3


class Executor:
    """Runs the statements of one connection."""

    def __init__(self, session: Session, origins: Origins) -> None:
        self.session = session
        self.origins = origins
        self.catalog = origins.catalog
        self.language = Language(session, origins.catalog)
        self.taken: dict[str, str] = {}
        """The defaults that statements took, until `forget_taken`."""
        self.plan: Plan | None = None
        """What the statement that ran last asked for; who reads it takes it away."""
        self._defaults = origins.defaults
        self._views: Mapping[str, str] | None = {} if session.is_in_memory else None

    def run(self, bound: Bound, *, warn: Warn) -> Result:
        """Run one statement whose placeholders are bound and return its rows."""
        statement = bound.statement
        try:
            if signs.may_concern_registry(statement) and (told := self._of_registry(statement)) is not None:
                return told
            if materialized.may_concern(statement) and (kept := self._materialized(bound, warn=warn)) is not None:
                return kept
            if signs.may_look(statement) and (looked := self._looking.answer(bound, warn=warn)) is not None:
                return looked
            if verbs.may_change(statement) and (changed := self._changed(bound, warn=warn)) is not None:
                return changed
            if self._needs_planner(statement):
                return self._planned(bound, warn=warn)
            return self._direct(bound)
        finally:
            if statement.keyword not in ("SELECT", "FROM", "VALUES", "WITH"):
                self.forget_views(statement)

    def _of_registry(self, statement: Statement) -> Result | None:
        from stackduck.execute import pulls

        return pulls.run(statement, session=self.session, catalog=self.catalog, registry=self.origins.registry)

    def _materialized(self, bound: Bound, *, warn: Warn) -> Result | None:
        from stackduck.execute.materialized import answer

        return answer(bound, session=self.session, run=partial(self.run, warn=warn), check=self._refuse_to_repeat)

    def _refuse_to_repeat(self, query: Statement) -> None:
        """Refuse a query that changes something at a provider, where it would be kept and asked again."""
        if verbs.may_change(query):
            self._writer(lambda _: None).refuse_to_repeat(query)

    def _changed(self, bound: Bound, *, warn: Warn) -> Result | None:
        """Run a statement that changes something at a provider; None for any other."""
        is_ours = bound.statement.keyword in ("EXEC", "REPLACE")  # no statements of DuckDB's, whatever they name
        if not is_ours and not statements.names_any(bound.statement, self.catalog.provider_names()):
            return None
        return self._writer(warn).run(bound, warn=warn)

    def _writer(self, warn: Warn) -> Writer:
        from stackduck.execute.writes import Writer

        return Writer(
            self.session,
            self.catalog,
            self.origins.client,
            ask=partial(self._without_defaults, warn=warn),
            reads=self._needs_planner,
            max_calls=self.origins.max_calls,
            permission=self.origins.permission,
        )

    def _without_defaults(self, bound: Bound, *, warn: Warn) -> Result:
        """Run a statement whose rows become a change: what is changed is said by the statement alone."""
        kept, self._defaults = self._defaults, {}
        try:
            return self.run(bound, warn=warn)
        finally:
            self._defaults = kept

    def forget_taken(self) -> dict[str, str]:
        """Return the defaults that were taken, and begin anew."""
        taken, self.taken = self.taken, {}
        return taken

    def forget_views(self, statement: Statement | None = None) -> None:
        """Read the views anew: a statement or the end of a transaction may have changed them."""
        self._views = None
        self.language.forget(statement)

    def _needs_planner(self, statement: Statement) -> bool:
        """Tell whether a statement reads from a provider, a table of facts, or a view that does."""
        if statements.names_any(statement, self.catalog.provider_names()) or signs.may_read_facts(statement):
            return True
        if not verbs.may_read_views(statement):
            return False
        return any(t.kind in ("word", "quoted") and t.name.lower() in self.views for t in statement.tokens[1:])

    @cached_property
    def _looking(self) -> Looking:
        from stackduck.execute.looking import Looking

        return Looking(self.session, self.catalog, self.origins.account, language=self.language)

    @cached_property
    def _planning_database(self) -> PlanningDatabase:
        return PlanningDatabase(self.session)

    @property
    def views(self) -> Mapping[str, str]:
        """The texts of the views over provider tables, by lower-case name."""
        if self._views is None:
            from stackduck.engine import views

            self._views = views.known(self.session)
        return self._views

    def _direct(self, bound: Bound) -> Result:
        statement = self.language.translated(bound.statement)
        try:
            return self._run(statement, statement.text, bound.parameters)
        except ProgrammingError as exc:
            self._explain_unknown_table(statement, exc)
            self._refuse_absent(statement, exc)
            if statement is not bound.statement:
                raise without_excerpt(exc) from exc
            raise

    def _refuse_absent(self, statement: Statement, exc: ProgrammingError) -> None:
        """Raise an error that says what to do instead, where a statement is StackQL's and has no counterpart."""
        from stackduck.sql import absent

        if told := absent.remedy(statement, self.catalog.provider_names()):
            raise NotSupportedError(told) from exc

    def _run(self, statement: Statement, sql: str, parameters: Mapping[str, object]) -> Result:
        """Run the text that stands for a statement."""
        kind = verbs.kind(statement)
        return self.session.run(sql, parameters, is_change=kind == "change", is_query=kind == "query")

    def _explain_unknown_table(self, statement: Statement, exc: ProgrammingError) -> None:
        """Raise an error that says more, where a name that DuckDB lacks is, or looks like, one of the catalog's."""
        problem = str(exc).split("\n")[0].rstrip("!.")
        if "does not exist" not in problem:
            return
        databases = {row[0].lower() for row in self.session.aside("SELECT database_name FROM duckdb_databases()")}
        for provider, service, resource in statements.three_part_names(statement):
            if provider.name.lower() not in databases:
                self.catalog.resource(provider.name, service.name, resource.name)
        for name in self.catalog.full_names(problem.replace('"', " ").replace(".", " ").split()):
            raise ProgrammingError(f"{problem}; did you mean {name}?")

    def _planned(self, bound: Bound, *, warn: Warn) -> Result:
        from stackduck.sql import views

        bound = replace(bound, statement=statements.plainly_quoted(bound.statement))
        if (view := views.definition(bound.statement)) is not None:
            if self._needs_planner(statements.of_text(view.query)):
                return self._create_view(bound, view, warn=warn)
            return self._direct(bound)
        if bound.statement.keyword == "DROP":
            return self._direct(bound)
        bound = replace(bound, statement=self.language.translated(bound.statement))
        try:
            return self._answered(bound, warn=warn)
        except ProgrammingError as exc:
            from stackduck.execute.hidden import Views

            told = Views(self.views, self.catalog, read=self._read_only, expand=self._expanded).blamed(
                exc, bound.statement
            )
            if told:
                raise told from exc
            raise

    def _answered(self, bound: Bound, *, warn: Warn) -> Result:
        head, inner = verbs.explained(bound.statement)
        expanded = self._expanded(verbs.as_query(inner))
        if not signs.may_read_facts(expanded):
            return self._asked(expanded, bound, head=head, warn=warn)
        with self._looking.spliced(expanded, bound.parameters, warn=warn) as statement:
            return self._asked(statement, bound, head=head, warn=warn)

    def _asked(self, statement: Statement, bound: Bound, *, head: Explain | None, warn: Warn) -> Result:
        """Answer a statement in which no view and no table of facts is left."""
        verbs.refuse_others(statement, self.catalog.provider_names())
        if not statements.names_any(statement, self.catalog.provider_names()):
            return self._local(statement, bound, head=head)
        if head and not head.is_run:
            return self._explain(self._plan(statement, bound.parameters), statement)
        for _ in range(_MOST_ATTEMPTS):
            started = self._today()
            result = self._answer(statement, bound, head=head, warn=warn)
            if not self._day_has_changed(statement, started):
                return result
        raise OperationalError("the date kept changing while the statement ran; run it again")

    def _local(self, statement: Statement, bound: Bound, *, head: Explain | None) -> Result:
        """Answer a statement over relations of facts and local tables alone."""
        try:
            return self._run(bound.statement, f"{head.text if head else ''}{statement.text}", bound.parameters)
        except ProgrammingError as exc:
            from stackduck.sql.inspecting import facts

            self._explain_unknown_table(statement, exc)
            raise in_users_words(exc, facts.columns_named_in(bound.statement)) from exc

    def _read_only(self, text: str) -> None:
        """Plan and bind a statement about views, and do nothing more."""
        statement = self._expanded(statements.of_text(text))
        self._bind_only(self._plan(statement, {}), statement)

    def _expanded(self, statement: Statement) -> Statement:
        """Put the text of every view in place of its name, the user's and those of documents."""
        from stackduck.sql import views
        from stackduck.sql.documents import documented

        own = views.expand(statement, TranslatedViews(self.views, self.language), exists=self.session.has_table)
        documents = documented.expand(own, self.catalog.provider_names(), self.catalog.resource)
        return documents if documents is own else self.language.translated(documents)

    def _today(self) -> date:
        return (self.session.moment or datetime.now(UTC)).date()

    def _day_has_changed(self, statement: Statement, started: date) -> bool:
        """Tell whether `current_date` meant one day to the calls and another to the rows."""
        return self._today() != started and any(t.is_word(*_DAY_WORDS) for t in statement.tokens)

    def _plan(self, statement: Statement, parameters: Mapping[str, object], *, only_columns: bool = False) -> Plan:
        from stackduck.sql.plan import make_plan

        plan = make_plan(
            statement,
            parameters,
            self.catalog,
            database=self._planning_database,
            max_calls=self.origins.max_calls,
            only_columns=only_columns,
            default_values=self._defaults,
        )
        for values in plan.defaults.values():
            self.taken |= values
        return plan

    def _answer(self, statement: Statement, bound: Bound, *, head: Explain | None, warn: Warn) -> Result:
        only_columns = statement.keyword in ("DESCRIBE", "DESC")
        self.plan = plan = self._plan(statement, bound.parameters, only_columns=only_columns)
        left = Loaded(list(plan.relations))
        try:
            self._create_relations(plan, statement)
            load(plan, self.origins, session=self.session, warn=warn, left=left)
            try:
                result = self._run(bound.statement, f"{head.text if head else ''}{plan.sql}", plan.parameters)
                if left.checks:
                    result.begin(explain=left.find_unreadable)
                return result
            except DatabaseError:
                if not left.find_unreadable():
                    raise
        finally:
            self.session.discard(left.relations, afterwards=left.afterwards)
        return self._answer(statement, bound, head=head, warn=warn)

    def _create_relations(self, plan: Plan, statement: Statement) -> None:
        """Make the empty relations and let DuckDB bind the statement over them, before any call."""
        for scan in plan.scans:
            self.session.create(scan.relation, scan.types)
        try:
            if plan.is_fed:
                from stackduck.execute import feeding

                feeding.prepare(plan, self.session)
            self.session.check(plan.sql, plan.parameters)
        except ProgrammingError as exc:
            self._explain_unknown_table(statement, exc)
            self._explain_unused_parameter(plan, exc)
            raise in_users_words(
                exc, {s.resource.full_name: [name for name, _ in s.types] for s in plan.scans}
            ) from exc

    def _explain_unused_parameter(self, plan: Plan, exc: ProgrammingError) -> None:
        """Raise an error that says more, where a column that DuckDB lacks is a parameter of another method."""
        from stackduck.sql import methods

        name = unknown_column(exc)
        for scan in plan.scans:
            takers = [method for method in methods.select_methods(scan.resource) if name and method.parameter(name)]
            if takers and not scan.method.parameter(name):
                raise methods.passed_over(scan.resource, scan.method, name, is_given=False) from exc

    def _explain(self, plan: Plan, statement: Statement) -> Result:
        """List the calls of a plan, without sending any."""
        from stackduck.execute import explained

        self._bind_only(plan, statement)
        return explained.result(self.session, plan, reports=self.origins.reports)

    def _bind_only(self, plan: Plan, statement: Statement) -> None:
        try:
            self._create_relations(plan, statement)
        finally:
            self.session.discard(plan.relations)

    def _create_view(self, bound: Bound, view: ViewDefinition, *, warn: Warn) -> Result:
        from stackduck.engine import views as kept
        from stackduck.sql import views
        from stackduck.sql.variables import inlined

        statement = verbs.as_query(statements.of_text(inlined(view.query, bound.parameters)))
        translated = self.language.translated(statement)
        texts = TranslatedViews(self.views, self.language)
        views.refuse_circle(view.name, translated, texts, exists=self.session.has_table)
        with self._looking.spliced(self._expanded(translated), {}, warn=warn) as expanded:
            plan = self._plan(expanded, {}, only_columns=True)
            try:
                self._create_relations(plan, expanded)
                columns = self.session.describe(plan.sql, {})
            finally:
                self.session.discard([scan.relation for scan in plan.scans])
        text = verbs.renamed(view.head, statement.text)
        kept.create(self.session, view.head, view.name, text=text, columns=columns)
        return self.session.run("SELECT 0::BIGINT AS Count WHERE false", is_change=True)
