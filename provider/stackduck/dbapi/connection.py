"""Connection: a DuckDB database beside GitHub (PEP 249), in autocommit until BEGIN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING

from stackduck import errors
from stackduck.catalog.names import Catalog
from stackduck.dbapi.cursor import Cursor, Stats
from stackduck.engine.session import Session
from stackduck.errors import InterfaceError
from stackduck.execute import Executor
from stackduck.sql import statements
from stackduck.sql.variables import Bound, Values, bind, check_all_used

if TYPE_CHECKING:
    from stackduck.api.client import Client
    from stackduck.sql.statements import Statement


def connect(
    database: str | Path = ":memory:",
    *,
    token: str | None = None,
    token_env: str | None = None,
    api_url: str | None = None,
    registry: Sequence[str | Path] = (),
    max_calls: int = 2_000,
    max_wait: float = 60.0,
    concurrency: int = 8,
    sandbox: bool = False,
) -> Connection:
    """Open a connection.

    `database` is a DuckDB file for tables and views, or ':memory:'. `registry` are folders of provider documents ahead
    of the built-in one. `max_calls` bounds the calls and pages of a statement, `max_wait` the seconds that a rate limit
    may cost, `concurrency` the calls at once. `sandbox` asks a made-up GitHub on this machine instead of a real one.
    Nothing is sent, and no token is looked for, before a statement needs it.
    """
    return Connection(
        str(database),
        token=token,
        token_env=token_env,
        api_url=api_url,
        registry=registry,
        max_calls=max_calls,
        max_wait=max_wait,
        concurrency=concurrency,
        sandbox=sandbox,
    )


class Connection:
    """A session: local tables and views in DuckDB, provider tables from GitHub."""

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

    def __init__(
        self,
        database: str = ":memory:",
        *,
        token: str | None = None,
        token_env: str | None = None,
        api_url: str | None = None,
        registry: Sequence[str | Path] = (),
        max_calls: int = 2_000,
        max_wait: float = 60.0,
        concurrency: int = 8,
        sandbox: bool = False,
    ) -> None:
        self._token, self._token_env, self._api_url = token, token_env, api_url
        self._max_wait, self._concurrency, self._is_sandbox = max_wait, concurrency, sandbox
        self._client: Client | None = None
        self._resources = ExitStack()
        self._is_closed = False
        catalog = Catalog.default(registry)
        self._session = Session(database)
        self._resources.callback(self._session.close)
        self._executor = Executor(self._session, catalog, self._get_client, max_calls=max_calls)

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        self._check()
        return Cursor(self)

    def execute(self, operation: str, parameters: Values | None = None) -> Cursor:
        """Run a statement on a new cursor and return it."""
        return self.cursor().execute(operation, parameters)

    def script(self, operation: str, parameters: Values | None = None) -> Iterator[Cursor]:
        """Run a script statement by statement, yielding a cursor for each as it is done.

        A variable that no statement names is an error before the first one runs.
        """
        self._check()
        for bound in self._bound(operation, parameters):
            cursor = Cursor(self)
            self._run(cursor, bound)
            yield cursor

    def commit(self) -> None:
        """Commit the open transaction, if BEGIN started one."""
        self._end_transaction("COMMIT")

    def rollback(self) -> None:
        """Roll the open transaction back, if BEGIN started one."""
        self._end_transaction("ROLLBACK")

    def interrupt(self) -> None:
        """Stop the statement that runs, from another thread."""
        if self._client:
            self._client.interrupt()
        self._session.interrupt()

    @property
    def stats(self) -> Stats:
        """What the connection has cost so far, the statements that failed included."""
        calls = self._client.calls if self._client else []
        limit = self._client.rate_limit if self._client else None
        return Stats(calls=len(calls), bytes=sum(c.bytes for c in calls), rate_limit=limit)

    def activity(self) -> str:
        """Say in a few words what the connection is doing, for a progress line."""
        calls = self._client.calls if self._client else []
        if not calls:
            return "starting"
        size = sum(c.bytes for c in calls)
        return f"{len(calls)} call{'' if len(calls) == 1 else 's'}, {size / 1e6:.1f} MB"

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back. Raises InterfaceError if it is closed already."""
        self._check()
        self._is_closed = True
        self._resources.close()

    def __enter__(self) -> Connection:
        self._check()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_closed:
            self.close()

    def _check(self) -> None:
        if self._is_closed:
            raise InterfaceError("the connection is closed")

    def _end_transaction(self, statement: str) -> None:
        self._check()
        try:
            self._session.rows(statement)
        except errors.OperationalError as exc:
            if "no transaction is active" not in str(exc):
                raise
        self._executor.forget_views()

    def _bound(self, operation: str, parameters: Values | None) -> list[Bound]:
        """Bind every statement of a script, before any of them runs."""
        _check_kinds(operation, parameters)
        used: set[str] = set()
        taken = 0
        bounds = []
        for statement in statements.split(operation):
            rest = parameters if parameters is None or isinstance(parameters, Mapping) else parameters[taken:]
            bound = bind(statement, rest, session=self._session_variables(statement))
            bounds.append(bound)
            used |= bound.used
            taken += bound.positional
        check_all_used(parameters, used=frozenset(used), positional=taken)
        return bounds

    def _session_variables(self, statement: Statement) -> frozenset[str]:
        named = any(t.kind == "named" for t in statement.tokens)
        return self._session.variables() if named else frozenset()

    def _run_script(self, cursor: Cursor, operation: str, parameters: Values | None) -> None:
        self._check()
        cursor._forget()
        for bound in self._bound(operation, parameters):
            self._run(cursor, bound)

    def _run(self, cursor: Cursor, bound: Bound) -> None:
        started, before = perf_counter(), len(self._client.calls) if self._client else 0
        warnings: list[str] = []
        result = self._executor.run(bound, warn=warnings.append)
        calls = self._client.calls[before:] if self._client else []
        stats = Stats(
            rows=result.changed,
            calls=len(calls),
            bytes=sum(c.bytes for c in calls),
            seconds=perf_counter() - started,
            rate_limit=self._client.rate_limit if self._client else None,
        )
        cursor._take_over(result, warnings=warnings, stats=stats)

    def _write_parquet(self, cursor: Cursor, path: str) -> int:
        cursor._check()
        return self._session.export(cursor._rows(), path)

    def _get_client(self) -> Client:
        """Return the client, made when the first call is needed."""
        if self._client is None:
            from stackduck.api.client import Client

            api_url, token = self._api_url, self._token
            if self._is_sandbox:
                from stackduck.sandbox import serve

                served = self._resources.enter_context(serve())
                api_url, token = served.api_url, served.token
            self._client = Client(
                api_url=api_url,
                token=token,
                token_env=None if self._is_sandbox else self._token_env,
                concurrency=self._concurrency,
                max_wait=self._max_wait,
            )
            self._resources.callback(self._client.close)
        return self._client


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
