"""Runs the statements of a connection: binds their placeholders, executes them, and counts what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from stackduck import errors
from stackduck.catalog.names import Catalog
from stackduck.dbapi.github import GitHub, Settings
from stackduck.dbapi.turns import Turns
from stackduck.engine.results import Result
from stackduck.engine.session import Session
from stackduck.errors import InterfaceError
from stackduck.execute import Executor, Origins, Permission
from stackduck.frozen import frozen
from stackduck.sql import statements
from stackduck.sql.variables import Bound, Values, bind, check_all_used, check_enough, merged, names, set_by

if TYPE_CHECKING:
    from stackduck.api.model import CallRecord, RateLimit
    from stackduck.engine.archive.days import Archive
    from stackduck.execute.reports.syncs import SyncOrder, SyncProgress, SyncSummary
    from stackduck.sql.scans import Plan
    from stackduck.sql.statements import Statement

    OnProgress = Callable[[SyncProgress], None]

T = TypeVar("T")


@frozen
class Stats:
    """What one statement cost."""

    rows: int = -1
    """Rows that it changed, or -1; rows of a SELECT are counted by who fetches them."""
    calls: int = 0
    bytes: int = 0
    downloaded: int = 0
    """Of the bytes, those of the files of reports."""
    seconds: float = 0.0
    rate_limit: RateLimit | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Parameters to which the statement gave no value, and the defaults that they had."""


@frozen
class Outcome:
    """A statement that has run."""

    result: Result
    warnings: list[str] = field(default_factory=list)
    stats: Stats = field(default_factory=Stats)
    calls: tuple[CallRecord, ...] = ()
    plan: Plan | None = None


class Runner:
    """The DuckDB session and the GitHub of one connection."""

    def __init__(self, database: str, settings: Settings) -> None:
        self.catalog = Catalog.default(settings.registry)
        self.settings = settings
        self._turns = Turns()
        self.session = Session(database, go_on=self._turns.go_on)
        self._github = GitHub(settings, self.catalog)
        self._settle(settings)
        origins = Origins(
            self.catalog,
            _in_turn(self._turns, self._github.client),
            _in_turn(self._turns, self._github.reports),
            self._github.registry,
            account=self._github,
            max_calls=settings.max_calls,
            permission=Permission(settings.allow_writes, settings.dry_run),
            defaults=settings.defaults,
        )
        self._executor = Executor(self.session, origins)
        self._taken: dict[str, str] = {}
        self.is_closed = False

    def _settle(self, settings: Settings) -> None:
        """Let the session's time stand still where the answers' does, and take away what its SQL must not reach."""
        if self._github.moment is not None:
            self.session.stand_at(self._github.moment)
        if settings.confined:
            self.session.confine(self._github.folders)

    def check_open(self) -> None:
        """Raise InterfaceError once the connection is closed."""
        if self.is_closed:
            raise InterfaceError("the connection is closed")

    def bind(self, operation: str, parameters: Values | None) -> list[Bound]:
        """Bind every statement of a script, before any of them runs.

        Raises ProgrammingError for a variable that is missing, or that no statement names.
        """
        self.check_open()
        _check_kinds(operation, parameters)
        script, used = _filled(operation, parameters)
        check_enough((statement for statement, _ in script), parameters)
        made: set[str] = set()
        taken = 0
        bounds = []
        for statement, own in script:
            rest = parameters if parameters is None or isinstance(parameters, Mapping) else parameters[taken:]
            rest = merged(rest, own)
            bound = bind(statement, rest, session=self._session_variables(statement, rest) | made)
            bounds.append(bound)
            made |= set_by(statement)
            used |= bound.used
            taken += bound.positional
        check_all_used(parameters, used=frozenset(used), positional=taken)
        return bounds

    def _session_variables(self, statement: Statement, parameters: Values | None) -> frozenset[str]:
        """Return the variables that the session holds, where the statement names one that is not given."""
        given = frozenset(parameters) if isinstance(parameters, Mapping) else frozenset()
        if not names(statement) - given:
            return frozenset()
        return frozenset(name.lower() for name in self.session.variables())

    def run(self, bound: Bound, *, owner: object = None) -> Outcome:
        """Run one statement, once those that run on other threads are done; `owner` may stop it."""
        with self._turns.taken(owner):
            self.check_open()
            outcome = self._run(bound)
            try:
                self._turns.go_on()
            except errors.OperationalError:
                outcome.result.close()
                raise
            return outcome

    def _run(self, bound: Bound) -> Outcome:
        started, before, downloaded = perf_counter(), len(self._github.calls), self._github.downloaded
        self._executor.forget_taken()
        self._executor.plan = None
        warnings: list[str] = []
        result = self._executor.run(bound, warn=warnings.append)
        calls = self._github.calls[before:]
        stats = Stats(
            rows=result.changed,
            calls=len(calls),
            bytes=sum(c.bytes for c in calls) + self._github.downloaded - downloaded,
            downloaded=self._github.downloaded - downloaded,
            seconds=perf_counter() - started,
            rate_limit=self._github.rate_limit,
            defaults=self._executor.forget_taken(),
        )
        self._taken |= stats.defaults
        return Outcome(result, warnings, stats, tuple(calls), self._executor.plan)

    def sync(
        self, order: SyncOrder, *, pace: int | None, on_progress: OnProgress | None, raise_errors: bool
    ) -> SyncSummary:
        """Fill the archive."""
        from stackduck.dbapi import syncing

        self.check_open()
        service = self._github.reports()
        return syncing.run(service, order, pace=pace, on_progress=on_progress, raise_errors=raise_errors)

    def export(self, result: Result, path: str) -> int:
        """Write a result to a Parquet file instead of fetching it; returns the number of rows."""
        return self.session.export(result, path)

    def end_transaction(self, statement: str) -> None:
        """Run COMMIT or ROLLBACK, which do nothing outside a transaction."""
        with self._turns.taken():
            self.check_open()
            try:
                self.session.rows(statement)
            except errors.OperationalError as exc:
                if "no transaction is active" not in str(exc):
                    raise
            self._executor.forget_views()

    @property
    def stats(self) -> Stats:
        """What all statements have cost so far, those that failed included."""
        calls, downloaded = self._github.calls, self._github.downloaded
        return Stats(
            calls=len(calls),
            bytes=sum(c.bytes for c in calls) + downloaded,
            downloaded=downloaded,
            rate_limit=self._github.rate_limit,
            defaults=dict(self._taken),
        )

    def archive(self) -> Archive | None:
        """Return where the days of reports are kept; None where none are."""
        self.check_open()
        return self._github.archive()

    def stop(self, owner: object = None) -> bool:
        """Stop the statement that runs, from another thread: any, or the owner's alone; tell whether there was one."""
        return self._turns.stop(self._interrupt, owner=owner)

    def sandbox_scopes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the enterprises and organizations of the sandbox, by 'enterprise' and 'org'; none without one."""
        return self._github.sandbox_scopes()

    def interrupt(self) -> None:
        """Stop what runs, from another thread: a statement, a sync, or DuckDB while rows are fetched."""
        if not self.stop():
            self._interrupt()

    def _interrupt(self) -> None:
        self._github.interrupt()
        self.session.interrupt()

    def close(self) -> None:
        """End the calls, then close the database; an open transaction is rolled back."""
        self.check_open()
        self.is_closed = True
        try:
            self._github.close()
        finally:
            self.session.close()


def _in_turn(turns: Turns, make: Callable[[], T]) -> Callable[[], T]:
    """Return what makes something, unless the statement that needs it has been stopped."""

    def made() -> T:
        turns.go_on()
        return make()

    return made


def _filled(operation: str, parameters: Values | None) -> tuple[list[tuple[Statement, Mapping[str, object]]], set[str]]:
    """Return the statements of a script, each with its templates' values, and the variables that these were made of."""
    if "{{" not in operation and "<<<" not in operation:
        return [(statement, {}) for statement in statements.split(operation)], set()
    from stackduck.sql import templates

    parts = templates.parts(operation, parameters)
    filled = [templates.filled(each, part.data) for part in parts for each in statements.split(part.text)]
    return [(each.statement, each.values) for each in filled], {name for part in parts for name in part.externals}


def _check_kinds(operation: object, parameters: object) -> None:
    """Raise InterfaceError for what is no text, or are no parameters."""
    if not isinstance(operation, str):
        raise InterfaceError(f"a statement is text, not {type(operation).__name__}")
    is_text = isinstance(parameters, (str, bytes, bytearray))
    if is_text or not isinstance(parameters, (Mapping, Sequence, type(None))):
        kind = type(parameters).__name__
        raise InterfaceError(
            f"parameters are a sequence for ? or a mapping for $name, not {kind}; write [value] for one"
        )
    try:
        operation.encode()
    except UnicodeEncodeError as exc:
        raise InterfaceError(f"the statement is no valid text: {exc.reason}") from exc
