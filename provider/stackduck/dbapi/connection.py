"""Connection: a DuckDB database beside GitHub (PEP 249), in autocommit until BEGIN."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from stackduck import errors
from stackduck.dbapi.cursor import Cursor
from stackduck.dbapi.defaults import default_texts
from stackduck.dbapi.github import Settings
from stackduck.dbapi.runner import Runner, Stats
from stackduck.sql.variables import Values

if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog
    from stackduck.engine.archive.days import Archive
    from stackduck.execute.reports.syncs import SyncProgress, SyncSummary


def connect(
    database: str | Path = ":memory:",
    *,
    token: str | None = None,
    token_env: str | None = None,
    auth: Mapping[str, str | Callable[[], str] | None] | None = None,
    api_url: str | None = None,
    registry: str | Path | Sequence[str | Path] = (),
    registry_url: str | None = None,
    max_calls: int = 2_000,
    max_wait: float = 60.0,
    concurrency: int = 8,
    sandbox: bool = False,
    archive: str | Path | bool | None = None,
    fresh: bool = False,
    fail_on_gaps: bool = False,
    allow_writes: bool = False,
    dry_run: bool = False,
    defaults: Mapping[str, str | int | bool | date] | None = None,
    record: str | Path | None = None,
    replay: str | Path | None = None,
    today: date | None = None,
    confined: bool = False,
) -> Connection:
    """Open a connection.

    `database` is a DuckDB file for tables and views, or ':memory:'. `registry` is a folder of provider documents, or
    several, ahead of the built-in one; REGISTRY PULL asks `registry_url` for others. `auth` binds credentials to the
    hosts of other providers: {'api.example.com': 'EXAMPLE_TOKEN'} names the environment variable, a function gives the
    credential itself, and None asks without one. `max_calls` bounds the calls and pages of a statement, `max_wait` the
    seconds that a rate limit may cost, `concurrency` the calls at once. `sandbox` asks a made-up GitHub on this machine
    instead of a real one.
    `archive` is the folder that keeps the days of reports, or False to keep none; else STACKDUCK_ARCHIVE names it, or
    it is in the user's data folder. `fresh` fetches days that may still change again within the hour, and
    `fail_on_gaps` makes it an error that a day of a report is not there.
    Nothing changes at a provider unless `allow_writes`; with `dry_run` a change gives its requests as rows, and none of
    them is sent.
    `defaults` are values of required parameters, {'enterprise': 'octo'}, for tables to which a statement gives none;
    what it gives goes before, and a change takes none. EXPLAIN and `Cursor.stats` tell which were used.
    `record` is a folder that keeps every answer and report file, without tokens and signed links; `replay` answers from
    such a folder, without a network or a token. Both stand still at the moment at which the recording began, in SQL
    too, and use an archive of their own. `today` is the day on which a sandbox stands, and the session with it.
    `confined` takes the network, and all files but the archive's, away from SQL.
    Nothing is sent, and no token is looked for, before a statement needs it.
    """
    settings = Settings(
        token=token,
        token_env=token_env,
        auth=auth or {},
        api_url=api_url,
        registry=[registry] if isinstance(registry, (str, Path)) else registry,
        registry_url=registry_url,
        max_calls=max_calls,
        max_wait=max_wait,
        concurrency=concurrency,
        sandbox=sandbox,
        archive=archive,
        fresh=fresh,
        fail_on_gaps=fail_on_gaps,
        allow_writes=allow_writes,
        dry_run=dry_run,
        defaults=default_texts(defaults or {}),
        record=record,
        replay=replay,
        today=today,
        confined=confined,
    )
    return Connection(Runner(str(database), settings))


class Connection:
    """A session: local tables and views in DuckDB, provider tables from GitHub. Made by connect()."""

    Warning = errors.Warning
    Error = errors.Error
    InterfaceError = errors.InterfaceError
    DatabaseError = errors.DatabaseError
    DataError = errors.DataError
    OperationalError = errors.OperationalError
    IntegrityError = errors.IntegrityError
    InternalError = errors.InternalError
    ProgrammingError = errors.ProgrammingError
    NotSupportedError = errors.NotSupportedError

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        self._runner.check_open()
        return Cursor(self, self._runner)

    def execute(self, operation: str, parameters: Values | None = None) -> Cursor:
        """Run a statement on a new cursor and return it."""
        return self.cursor().execute(operation, parameters)

    def script(self, operation: str, parameters: Values | None = None) -> Iterator[Cursor]:
        """Run a script statement by statement, yielding a cursor for each as it is done.

        A variable that no statement names is an error before the first one runs.
        """
        for bound in self._runner.bind(operation, parameters):
            yield Cursor(self, self._runner, self._runner.run(bound))

    def sync(
        self,
        *,
        enterprise: str | Sequence[str] = (),
        org: str | Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        reports: str | Sequence[str] = (),
        refetch: bool = False,
        fresh: bool = False,
        pace: int | None = 900,
        on_progress: Callable[[SyncProgress], None] | None = None,
        raise_errors: bool = True,
    ) -> SyncSummary:
        """Fill the archive with the reports of enterprises and organizations: all that GitHub has and it lacks.

        That is a year, or the days from `since` to `until`, of all reports or those that are named. `refetch` fetches
        days again that are kept for good, and `fresh` those that may still change. At most `pace` calls a minute are
        made of each of GitHub's endpoints; None is as many as can be. Where the rate limit is used up it waits,
        whatever the connection's `max_wait`; `max_calls` does not apply.
        `on_progress` is told after every report, and when it waits; it is called from several threads, one at a time.
        What came stays when it is interrupted or fails, and the next sync goes on there. An error about single days or
        reports keeps no others from coming and is raised at the end; with `raise_errors=False` it is in the summary
        alone.
        """
        from stackduck.dbapi import syncing

        order = syncing.order(
            enterprise=enterprise, org=org, since=since, until=until, reports=reports, refetch=refetch, fresh=fresh
        )
        return self._runner.sync(order, pace=pace, on_progress=on_progress, raise_errors=raise_errors)

    def commit(self) -> None:
        """Commit the open transaction, if BEGIN started one."""
        self._runner.end_transaction("COMMIT")

    def rollback(self) -> None:
        """Roll the open transaction back, if BEGIN started one."""
        self._runner.end_transaction("ROLLBACK")

    def cancel(self) -> None:
        """Stop the statement that runs, from another thread; whoever waits for it gets OperationalError.

        Its calls and DuckDB stop, the connection stays usable, and an open transaction stays open for ROLLBACK. Where
        nothing runs, nothing happens to statements that come after.
        """
        self._runner.interrupt()

    interrupt = cancel

    @property
    def is_closed(self) -> bool:
        """Whether close() was called."""
        return self._runner.is_closed

    @property
    def stats(self) -> Stats:
        """What the connection has cost so far, the statements that failed included."""
        return self._runner.stats

    @property
    def catalog(self) -> Catalog:
        """The provider documents by which statements are planned."""
        return self._runner.catalog

    @property
    def archive(self) -> Archive | None:
        """Where the days of reports are kept; None where none are."""
        return self._runner.archive()

    @property
    def defaults(self) -> Mapping[str, str]:
        """Parameter name, in lower case → the value that it has where a statement gives none."""
        return self._runner.settings.defaults

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back. Raises InterfaceError if it is closed already."""
        self._runner.close()

    def __enter__(self) -> Connection:
        self._runner.check_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._runner.is_closed:
            self.close()
