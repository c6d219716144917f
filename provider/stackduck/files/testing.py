"""One file's test: it runs on a connection, and its last rows are held against what it expects of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from stackduck.engine.session import Session
from stackduck.errors import Error, ProgrammingError
from stackduck.files.expectations import Failure, Rows, check
from stackduck.files.model import SqlFile
from stackduck.files.parameters import Caster, bind
from stackduck.files.running import Running
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.dbapi import Connection

Status = Literal["passed", "failed", "skipped"]


@frozen
class Verdict:
    """What became of a file's test."""

    file: SqlFile
    status: Status
    failures: tuple[Failure, ...] = ()
    rows: int = 0
    """Of the last result."""
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()


def run_test(
    file: SqlFile, given: Mapping[str, str | None], *, connect: Callable[[], Connection], defaults: Mapping[str, str]
) -> Verdict:
    """Run a file and hold its rows against its expectations; a file that expects nothing is skipped.

    `given` goes before what the file itself gives for its test, and `defaults` come last. Each test has a connection
    of its own; what `connect` raises is no failure of the file, and is raised.
    """
    if file.expect is None:
        return Verdict(file, "skipped")
    started = perf_counter()
    warnings: list[str] = []
    rows = None
    opened = connect()
    try:
        with opened as connection:
            rows = _last_rows(file, {**file.expect.given, **given}, connection, defaults, warnings)
        with closing(Session(is_offline=True)) as session:
            failures = tuple(check(file, rows, session=session))
    except Error as exc:
        failures = (Failure("run", str(exc)),)
    seconds = perf_counter() - started
    count = len(rows.rows) if rows else 0
    return Verdict(file, "failed" if failures else "passed", failures, count, seconds, tuple(warnings))


def _last_rows(
    file: SqlFile,
    given: Mapping[str, str | None],
    connection: Connection,
    defaults: Mapping[str, str],
    warnings: list[str],
) -> Rows:
    """Run all statements and return the rows of the last that has any."""
    with closing(Caster()) as caster:
        bound = bind(file, given, caster=caster, defaults=defaults)
    warnings += bound.warnings
    found: Rows | None = None
    running = Running(file, bound.values, connection)
    for cursor in running:
        if cursor.description is not None:
            found = Rows(cursor.description, list(_fetched(running, cursor)))
        warnings += cursor.warnings
    if found is None:
        raise ProgrammingError(f"{file.path}: no statement has rows, of which something is expected")
    return found


def _fetched(running: Running, cursor: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    try:
        yield from cursor
    except Error as exc:
        running.place(exc)
        raise
