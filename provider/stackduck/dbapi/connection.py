"""Connection: a DuckDB database beside GitHub (PEP 249), in autocommit until BEGIN."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from stackduck.dbapi.cursor import Cursor
from stackduck.dbapi.defaults import default_texts
from stackduck.dbapi.exceptions import Exceptions
from stackduck.dbapi.github import Settings
from stackduck.dbapi.runner import Runner, Stats
from stackduck.sql.variables import Values

if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog
    from stackduck.engine.archive.days import Archive
    from stackduck.execute.reports.syncs import SyncProgress, SyncSummary
    from stackduck.sandbox import Sandbox


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
    sandbox: bool | Sandbox = False,
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
    """Open a connection: a DuckDB database in which the resources of GitHub's APIs are tables.

        with stackduck.connect() as connection:
            sql = "SELECT day, count(*) FROM github.copilot_usage.user_days WHERE enterprise = ? GROUP BY day"
            for day, users in connection.execute(sql, ["octo"]):
                print(day, users)
            frame = connection.execute(sql, ["octo"]).fetch_df()

    It is as PEP 249 has it, in autocommit until BEGIN; leaving a `with` closes it, and rolls back what is open. Threads
    may share it, each with cursors of its own: their statements follow each other. `stackduck.aio.connect` is its twin
    for asyncio. Nothing is sent, and no token is looked for, before a statement needs it.

    What is asked
        database      a DuckDB file for tables and views, or ':memory:'
        registry      a folder of provider documents, or several, ahead of the built-in one
        registry_url  where REGISTRY PULL asks for others
        defaults      values of required parameters, {'enterprise': 'octo'}, for tables to which a statement gives none;
                      what it gives goes before, and a change takes none; EXPLAIN and `Cursor.stats` tell which were
                      used

    Who asks, and whom
        token, token_env  GitHub's token, or the variable that holds it; else GH_TOKEN, GITHUB_TOKEN or gh is asked
        auth          credentials for the hosts of other providers: {'api.example.com': 'EXAMPLE_TOKEN'} names the
                      environment variable, a function gives the credential itself, and None asks without one
        api_url       a GitHub of one's own: https://github.example.com/api/v3
        sandbox       a made-up GitHub on this machine instead of a real one: True starts one, and one that
                      stackduck.sandbox.serve() started may be given
        today         the day on which a sandbox stands, and the session with it

    How much it may cost
        max_calls     the calls and pages of a statement
        max_wait      the seconds that a rate limit may cost
        concurrency   the calls at once

    The days of reports
        archive       the folder that keeps them, or False to keep none; else STACKDUCK_ARCHIVE names it, or it is in
                      the user's data folder
        fresh         fetch days that may still change again within the hour
        fail_on_gaps  make it an error that a day of a report is not there

    What it must not do
        allow_writes  nothing changes at a provider without it
        dry_run       a change gives its requests as rows, and none of them is sent
        confined      take the network, and all files but the archive's, away from SQL

    Answers that are kept
        record        a folder that keeps every answer and report file, without tokens and signed links
        replay        such a folder, which answers without a network or a token; both stand still at the moment at which
                      the recording began, in SQL too, and use an archive of their own

    Raises OperationalError for a database that is in use elsewhere, InterfaceError for options that contradict.
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


class Connection(Exceptions):
    """A session: local tables and views in DuckDB, provider tables from GitHub. Made by connect().

    Threads may share it, with a cursor each. Its errors are attributes too, as PEP 249 suggests.
    """

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

    def sandbox_scopes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the enterprises and organizations of the sandbox, by 'enterprise' and 'org'; none without one."""
        return self._runner.sandbox_scopes()

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
