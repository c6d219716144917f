"""Statements as far as they go without a call: planned, bound by DuckDB, and never run.

What a statement defines is there for the next one, without rows. The session should be one that is offline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

from stackduck.engine.results import Result
from stackduck.engine.session import Session
from stackduck.errors import InternalError
from stackduck.execute.emptied import attached_in_memory, created, without_rows
from stackduck.execute.executor import Executor, Warn
from stackduck.execute.origins import Origins
from stackduck.execute.permission import Permission
from stackduck.execute.planning import PlanningDatabase
from stackduck.sql import statements, verbs
from stackduck.sql.inspecting import registries, signs
from stackduck.sql.plan import Plan
from stackduck.sql.statements import Statement
from stackduck.sql.variables import Bound

if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog
    from stackduck.sql.relations import ColumnTypes
    from stackduck.sql.verbs import Explain

_DEFINITIONS = ("ALTER", "ATTACH", "COMMENT", "DETACH", "DROP", "USE")
_BOUND = (
    *("SELECT", "FROM", "VALUES", "WITH", "TABLE", "PIVOT", "UNPIVOT", "SUMMARIZE", "DESCRIBE"),
    *("INSERT", "UPDATE", "DELETE", "MERGE", "COPY"),
)
_NOTHING = "SELECT 0::BIGINT AS Count WHERE false"


class _Remembering(PlanningDatabase):
    """Asks the session about days and constants once: the answer holds until something is defined."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._days: dict[tuple[str, str], frozenset[date]] = {}
        self._constants: dict[tuple[str, str], str | None] = {}

    def forget(self) -> None:
        """Ask anew: a macro may have another text now."""
        self._days.clear()
        self._constants.clear()

    def matching_days(self, condition: str, parameters: Mapping[str, object]) -> frozenset[date]:
        key = condition, repr(parameters)
        if key not in self._days:
            self._days[key] = super().matching_days(condition, parameters)
        return self._days[key]

    def optimized(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> str | None:
        if tables:
            return super().optimized(sql, parameters, tables)
        key = sql, repr(parameters)
        if key not in self._constants:
            self._constants[key] = super().optimized(sql, parameters, tables)
        return self._constants[key]


class Rehearsal(Executor):
    """Plans and binds the statements of one script after the other; asks nobody, reads no rows, changes nothing."""

    def __init__(self, session: Session, catalog: Catalog, *, defaults: Mapping[str, str]) -> None:
        origins = Origins(catalog, _nobody, _nobody, permission=Permission(dry_run=True), defaults=defaults)
        super().__init__(session, origins)
        self._nothing: Result | None = None

    @cached_property
    def _planning_database(self) -> _Remembering:
        return _Remembering(self.session)

    def rehearse(self, bound: Bound) -> None:
        """Raise what running the statement would raise before its first call."""
        bound = _as_query(bound)
        if registries.read(bound.statement) is None and not _is_of_the_machine(bound.statement):
            self.run(bound, warn=_ignore).close()

    def _run(self, statement: Statement, sql: str, parameters: Mapping[str, object]) -> Result:
        """Let DuckDB bind a local statement; run it only where it defines something."""
        if _defines(statement):
            self._planning_database.forget()
            return self._defined(statement, sql, parameters)
        if statement.keyword in _BOUND:
            self.session.check(sql, parameters)
        else:
            self.session.check_syntax(sql)
        return self._no_rows()

    def _defined(self, statement: Statement, sql: str, parameters: Mapping[str, object]) -> Result:
        if created(statement) in ("TABLE", "TYPE"):
            self.session.check(sql, parameters)
            sql = without_rows(sql)
        if statement.keyword == "ATTACH":
            self.session.check_syntax(sql)
            sql, parameters = attached_in_memory(statement), {}
            if not sql:
                return self._no_rows()
        return self.session.run(sql, parameters, is_change=True)

    def _answer(self, statement: Statement, bound: Bound, *, head: Explain | None, warn: Warn) -> Result:
        only_columns = statement.keyword in ("DESCRIBE", "DESC")
        plan = self._plan(statement, bound.parameters, only_columns=only_columns)
        try:
            self._create_relations(plan, statement)
            if _defines(bound.statement):
                self.session.run(without_rows(plan.sql), plan.parameters, is_change=True)
            return self._no_rows()
        finally:
            self.session.discard(plan.relations)

    def _explain(self, plan: Plan, statement: Statement) -> Result:
        self._bind_only(plan, statement)
        return self._no_rows()

    def _changed(self, bound: Bound, *, warn: Warn) -> Result | None:
        """Plan a change at a provider, and bind the query of its values."""
        is_ours = bound.statement.keyword in ("EXEC", "REPLACE")
        if not is_ours and not statements.names_any(bound.statement, self.catalog.provider_names()):
            return None
        from stackduck.sql.changing import changes, executions, mutations

        _, statement = verbs.explained(statements.plainly_quoted(bound.statement))
        span = executions.within(statement)
        inner = executions.inner(statement, span) if span else statement
        mutation = mutations.read(inner, self.catalog.provider_names())
        if mutation is None:
            return None
        question = changes.plan(mutation, self.catalog).mutation.question
        if question:
            named = statements.named_in(question, bound.parameters)
            self.run(Bound(statements.of_text(question), named), warn=warn).close()
        return self._no_rows()

    def _no_rows(self) -> Result:
        """Return the answer to everything: nothing."""
        if self._nothing is None:
            self._nothing = self.session.run(_NOTHING, is_change=True)
        return self._nothing


def _as_query(bound: Bound) -> Bound:
    """Return the query of COPY (…) TO, whose file is nobody's to open here; any other statement as it is."""
    statement = bound.statement
    if statement.keyword != "COPY":
        return bound
    copied = verbs.as_query(statement)
    if len(copied.tokens) < 2 or copied.tokens[1].text != "(":
        return bound
    text = statements.query_of(copied.text)
    return replace(bound, statement=statements.of_text(text), parameters=statements.named_in(text, bound.parameters))


def _is_of_the_machine(statement: Statement) -> bool:
    """Tell whether a statement is about credentials or what is kept on the machine, which nothing here may touch."""
    if statement.keyword == "PURGE":
        return True
    return statement.keyword in signs.KEYWORDS and any(token.is_word("AUTH") for token in statement.tokens[1:2])


def _defines(statement: Statement) -> bool:
    """Tell whether later statements see what the statement makes or changes."""
    if statement.keyword == "SET":
        return any(token.is_word("VARIABLE") for token in statement.tokens[1:2])
    return statement.keyword in _DEFINITIONS or bool(created(statement))


def _ignore(text: str) -> None:
    """Take a warning about rows that nobody reads."""


def _nobody() -> NoReturn:
    raise InternalError("a rehearsal asks nobody")
