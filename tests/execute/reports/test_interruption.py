"""Statements that end before they are done: interrupted from another thread, by Ctrl-C, or by a report that is none.

Each ends at once, though the server keeps other requests waiting; leaves nothing behind; and the connection goes on.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stackduck
from stackduck import errors
from stackduck.execute.reports.service import Fetched, ReportService

from .conftest import Connect, GitHub, ago

DAY, OTHER = ago(30), ago(31)
COUNTED = (
    f"SELECT count(*) FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND day IN ('{DAY}', '{OTHER}')"
)
LATEST = "SELECT count(*) FROM github.copilot_usage.user_days WHERE enterprise = 'octo'"
PLACES = {
    "the links of a day": (COUNTED, f"users-1-day {DAY}"),
    "a day's file": (COUNTED, f"users-1-day-{DAY}"),
    "the links of 28 days": (LATEST, "latest"),
    "the file of 28 days": (LATEST, "users-28-day"),
}


@pytest.fixture(params=PLACES.values(), ids=PLACES.keys())
def place(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(params=[True, False], ids=["kept", "not kept"])
def connection(connect: Connect, request: pytest.FixtureRequest, temporary: Path) -> stackduck.Connection:
    return connect() if request.param else connect(archive=False)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of all temporary files."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def once_asked(github: GitHub, name: str, act: Callable[[], None]) -> None:
    """Act in another thread, once a file or a report is asked for."""
    asked = threading.Event()
    github.held[name] = threading.Event()
    before = github.wait

    def wait(what: str) -> None:
        if what == name:
            asked.set()
        before(what)

    github.wait = wait  # type: ignore[method-assign]

    def run() -> None:
        asked.wait(60)
        act()

    threading.Thread(target=run, daemon=True).start()


def in_time(act: Callable[[], object]) -> list[BaseException]:
    """Run something in a thread that must end; return what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as exc:
            raised.append(exc)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(40)
    assert not thread.is_alive()
    return raised


def left_behind(tmp_path: Path) -> list[Path]:
    """Return the files that are no days of the archive."""
    files = (path for path in tmp_path.rglob("*") if path.is_file())
    return [path for path in files if path.name != "report.parquet" and "_latest" not in path.parts]


def test_an_interrupt_ends_the_statement_at_once(
    github: GitHub,
    connection: stackduck.Connection,
    place: tuple[str, str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sql, name = place
    expected = 4 if sql is COUNTED else 56
    once_asked(github, name, connection.interrupt)
    [error] = in_time(lambda: connection.execute(sql))
    assert isinstance(error, errors.OperationalError)
    assert "interrupted" in str(error)
    assert caplog.messages == []
    assert left_behind(tmp_path) == []
    github.held.pop(name).set()
    assert connection.execute(sql).fetchall() == [(expected,)]


def test_ctrl_c_ends_the_statement_at_once(
    github: GitHub, connection: stackduck.Connection, place: tuple[str, str], tmp_path: Path
) -> None:
    sql, name = place
    main = threading.get_ident()
    once_asked(github, name, lambda: signal.pthread_kill(main, signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        connection.execute(sql)
    assert name not in github.let_go
    assert left_behind(tmp_path) == []
    github.held.pop(name).set()
    assert connection.execute(sql).fetchone() in ((4,), (56,))


@pytest.mark.parametrize("name", [f"users-1-day {DAY}", f"users-1-day-{DAY}"], ids=["links", "file"])
@pytest.mark.parametrize("how", ["interrupt", "Ctrl-C"])
def test_a_sync_ends_at_once_and_goes_on_later(
    github: GitHub, connect: Connect, temporary: Path, tmp_path: Path, how: str, name: str
) -> None:
    connection, main = connect(), threading.get_ident()
    wanted: dict[str, Any] = {"enterprise": "octo", "since": OTHER, "until": DAY, "reports": "users", "pace": None}
    if how == "interrupt":
        once_asked(github, name, connection.interrupt)
        [error] = in_time(lambda: connection.sync(**wanted))
        assert isinstance(error, errors.OperationalError)
    else:
        once_asked(github, name, lambda: signal.pthread_kill(main, signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            connection.sync(**wanted)
    assert github.let_go == []
    assert left_behind(tmp_path) == []
    github.held.pop(name).set()
    connection.sync(**wanted)
    github.calls()
    assert connection.execute(COUNTED).fetchall() == [(4,)]
    assert github.calls() == []


def test_a_report_that_is_none_ends_the_statement_at_once(
    github: GitHub, connection: stackduck.Connection, tmp_path: Path
) -> None:
    github.held[f"users-1-day-{OTHER}"] = threading.Event()
    github.raw[f"users-1-day {DAY}"] = ({"report_day": str(DAY)}, [b'{"day": "20'])
    with pytest.raises(errors.DataError):
        connection.execute(COUNTED)
    assert github.let_go == []
    assert left_behind(tmp_path) == []


def test_an_error_of_another_table_ends_the_download_at_once(
    github: GitHub, connection: stackduck.Connection, tmp_path: Path
) -> None:
    asked = threading.Event()
    once_asked(github, f"users-1-day-{DAY}", asked.set)
    github.forbidden = {"/orgs/octo/"}
    sql = f"SELECT ({COUNTED}), (SELECT count(*) FROM github.copilot.org_seats WHERE org = 'octo')"
    with pytest.raises(errors.PermissionDeniedError, match="org_seats"):
        connection.execute(sql)
    assert github.let_go == []
    assert left_behind(tmp_path) == []


def test_an_error_of_a_report_ends_the_calls_of_another_table_at_once(
    github: GitHub, connection: stackduck.Connection
) -> None:
    github.held["latest"] = threading.Event()
    github.forbidden = {"/enterprises/"}
    sql = f"SELECT ({COUNTED}), (SELECT count(*) FROM github.copilot.org_seats WHERE org = 'octo')"
    with pytest.raises(errors.PermissionDeniedError, match="user_days"):
        connection.execute(sql)
    assert github.let_go == []


def test_an_error_of_another_table_takes_the_files_of_the_statement_with_it(
    github: GitHub, connection: stackduck.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the reports come first."""
    github.held["latest"] = threading.Event()
    fetch = ReportService.fetch

    def fetch_first(service: ReportService, *args: Any, **options: Any) -> Fetched:
        try:
            return fetch(service, *args, **options)
        finally:
            github.held["latest"].set()

    monkeypatch.setattr(ReportService, "fetch", fetch_first)
    sql = f"SELECT ({COUNTED}), (SELECT count(*) FROM github.copilot.org_seats WHERE org = 'octo')"
    [error] = in_time(lambda: connection.execute(sql))
    assert isinstance(error, errors.OperationalError)
    assert left_behind(tmp_path) == []


def test_days_that_came_before_an_error_stay_and_are_whole(
    github: GitHub, connect: Connect, temporary: Path, tmp_path: Path
) -> None:
    days = [ago(n) for n in range(40, 35, -1)]
    broken = days[2]
    good = github.users[broken]
    github.raw[f"users-1-day {broken}"] = ({"report_day": str(broken)}, [b'{"day": "2026-01-01", "user_id": {}}'])
    sql = f"""SELECT day, count(*) FROM github.copilot_usage.user_days
              WHERE enterprise = 'octo' AND day BETWEEN '{days[0]}' AND '{days[-1]}' GROUP BY day ORDER BY day"""
    with pytest.raises(errors.DataError, match=f"^users report of enterprise octo of {broken}: part 1 "):
        connect(concurrency=1).execute(sql)
    assert left_behind(tmp_path) == []
    github.calls()
    del github.raw[f"users-1-day {broken}"]
    assert connect().execute(sql).fetchall() == [(day, len(good)) for day in days]
    assert github.calls() == [f"users-1-day {day}" for day in days[2:]]
