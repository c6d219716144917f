"""Threads may share the module and a connection (threadsafety 2), each with cursors of its own; and they cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck
from stackduck import errors

if TYPE_CHECKING:
    from conftest import Silence

SEATS = "SELECT assignee.login AS login FROM github.copilot.org_seats WHERE org = ?"
SLOW = "SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5"


def in_thread(work: Callable[[], object]) -> threading.Thread:
    """Start something beside the test."""
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_threads_that_share_a_connection_get_their_own_rows(online: stackduck.Connection) -> None:
    def ask(n: int) -> bool:
        cursor = online.execute("SELECT range + ? FROM range(5000)", [n])
        first = cursor.fetchmany(10)
        return [row[0] for row in first + cursor.fetchall()] == list(range(n, n + 5000))

    def ask_github(n: int) -> bool:
        org = ("octo-demo-eng", "octo-demo-data")[n % 2]
        cursor = online.execute("SELECT DISTINCT org FROM github.copilot.org_seats WHERE org = ?", [org])
        return cursor.fetchall() == [(org,)] and cursor.stats.calls == len(cursor.calls) == 1

    def ask_reports(n: int) -> bool:
        sql = "SELECT DISTINCT enterprise FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo'"
        return online.execute(sql).fetchall() == [("octo-demo",)]

    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(work, n) for n in range(24) for work in (ask, ask_github, ask_reports)]
        assert all(each.result() for each in found)
    assert online.execute("SHOW TABLES").fetchall() == []


def test_threads_that_share_a_connection_get_their_own_frames(connection: stackduck.Connection) -> None:
    def frame(n: int) -> bool:
        cursor = connection.execute("SELECT range + ? AS n FROM range(5000)", [n])
        return cursor.fetch_polars()["n"].to_list() == list(range(n, n + 5000))

    def batches(n: int) -> bool:
        reader = connection.execute("SELECT range + ? AS n FROM range(5000)", [n]).fetch_record_batch(500)
        return [m for batch in reader for m in batch["n"].to_pylist()] == list(range(n, n + 5000))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(frame, range(24)))
        assert all(pool.map(batches, range(24)))


def test_changes_of_threads_do_not_fall_into_each_others_transactions(connection: stackduck.Connection) -> None:
    """A materialized view is replaced in a transaction of its own; a failure rolls back nobody else's rows."""
    connection.execute("CREATE TABLE t (n INTEGER)")

    def refresh(n: int) -> None:
        connection.execute("CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM t")

    def insert(n: int) -> None:
        connection.execute("INSERT INTO t VALUES (?)", [n])

    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(work, n) for n in range(40) for work in (insert, refresh)]
        assert [each.exception() for each in found if each.exception()] == []
    assert sorted(connection.execute("FROM t").fetchall()) == [(n,) for n in range(40)]


def test_a_file_is_shared_by_the_connections_of_threads(tmp_path: Path) -> None:
    file = tmp_path / "x.duckdb"
    with stackduck.connect(file) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")

        def insert(n: int) -> int:
            with stackduck.connect(file) as other:
                return other.execute("INSERT INTO t VALUES (?)", [n]).rowcount

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(insert, range(20))) == 20
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (20,)


def test_each_thread_may_have_its_own_connection(sandbox: object) -> None:
    def ask(org: str) -> int:
        options = {"api_url": sandbox.api_url, "token": sandbox.token}  # type: ignore[attr-defined]
        with stackduck.connect(**options) as connection:
            return len(connection.execute(SEATS, [org]).fetchall())

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(ask, ["octo-demo-eng", "octo-demo-data"] * 4))
    assert len(set(counts[::2])) == len(set(counts[1::2])) == 1


def test_cancelling_a_cursor_stops_its_statement(connection: stackduck.Connection) -> None:
    cursor = connection.cursor()
    stopped = threading.Event()

    def stop() -> None:
        while not stopped.wait(0.05):
            cursor.cancel()

    thread = in_thread(stop)
    with pytest.raises(errors.OperationalError, match=r"(?i)interrupt"):
        cursor.execute(SLOW)
    stopped.set()
    thread.join()
    assert cursor.execute("SELECT 1").fetchall() == [(1,)]


def test_cancelling_a_cursor_stops_no_other(connection: stackduck.Connection) -> None:
    busy, idle, done = connection.cursor(), connection.cursor(), connection.execute("SELECT 1")
    done.fetchall()
    ended = threading.Event()

    def work() -> None:
        with pytest.raises(errors.OperationalError, match=r"(?i)interrupt"):
            busy.execute(SLOW)
        ended.set()

    thread = in_thread(work)
    for _ in range(5):
        idle.cancel()
        done.cancel()
        assert not ended.wait(0.05)
    while not ended.wait(0.05):
        busy.cancel()
    thread.join()


@pytest.mark.parametrize(
    "cancel",
    [lambda cursor: cursor.cancel(), lambda cursor: cursor.connection.cancel()],
    ids=["the cursor", "the connection"],
)
def test_cancelling_stops_a_call(silence: Silence, cancel: Callable[[stackduck.Cursor], None]) -> None:
    with stackduck.connect(api_url=silence.url, token="ghp_x") as connection:
        cursor = connection.cursor()
        thread = in_thread(lambda: (silence.is_asked.wait(30), cancel(cursor)))
        with pytest.raises(errors.OperationalError, match="interrupted"):
            cursor.execute(SEATS, ["octo"])
        thread.join()
        assert cursor.execute("SELECT 1").fetchall() == [(1,)]
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []


def test_cancelling_stops_the_statement_that_waits_its_turn_after_the_first(silence: Silence) -> None:
    """The first is stopped, the second runs, and is stopped for itself."""
    with stackduck.connect(api_url=silence.url, token="ghp_x") as connection:
        first, second = connection.cursor(), connection.cursor()
        results: list[str] = []

        def work(cursor: stackduck.Cursor, name: str) -> None:
            with pytest.raises(errors.OperationalError, match="interrupted"):
                cursor.execute(SEATS, ["octo"])
            results.append(name)

        threads = [in_thread(lambda: work(first, "first"))]
        assert silence.is_asked.wait(30)
        silence.is_asked.clear()
        threads.append(in_thread(lambda: work(second, "second")))
        assert not silence.is_asked.wait(0.2), "statements of one connection follow each other"
        first.cancel()
        assert silence.is_asked.wait(30)
        second.cancel()
        for thread in threads:
            thread.join()
        assert results == ["first", "second"]


def test_cancelling_between_the_steps_of_a_statement_stops_it() -> None:
    """Where neither DuckDB nor a call is under way: a credential is being looked for."""
    asked = 0

    def credential() -> str:
        nonlocal asked
        asked += 1
        connection.cancel()
        return "ghp_x"

    connection = stackduck.connect(api_url="http://127.0.0.1:9", auth={"http://127.0.0.1:9": credential})
    with connection, pytest.raises(errors.OperationalError, match="interrupted"):
        connection.execute(SEATS, ["octo"])
    assert asked == 1


def test_cancelling_ends_the_rows_that_are_left_in_duckdb(connection: stackduck.Connection) -> None:
    cursor = connection.execute("FROM range(100000000)")
    cursor.fetchone()
    cursor.cancel()
    with pytest.raises(errors.OperationalError, match=r"(?i)interrupt"):
        cursor.fetchall()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_cancelling_what_does_not_run_changes_nothing(online: stackduck.Connection) -> None:
    cursor = online.cursor()
    for _ in range(3):
        cursor.cancel()
        online.cancel()
    assert len(cursor.execute(SEATS, ["octo-demo-eng"]).fetchall()) > 0


def test_a_transaction_outlives_a_cancelled_statement(connection: stackduck.Connection) -> None:
    connection.execute("CREATE TABLE t (n INTEGER); BEGIN; INSERT INTO t VALUES (1)")
    timer = threading.Timer(0.2, connection.cancel)
    timer.start()
    with pytest.raises(errors.OperationalError, match=r"(?i)interrupt"):
        connection.execute(SLOW)
    timer.join()
    connection.rollback()
    assert connection.execute("FROM t").fetchall() == []


def test_rows_that_nobody_can_read_are_not_kept_for_another_statement(connection: stackduck.Connection) -> None:
    """There are more of them than memory holds."""
    for _ in range(3):
        assert connection.execute("FROM range(1000000000000)").fetchone() == (0,)
