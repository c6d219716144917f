"""Several at once: connections and processes that fill one archive, and results that are read while others are made."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import stackduck
from stackduck.engine.archive.days import Archive

from .conftest import MONDAY, THURSDAY, TODAY, Connect, ago, asked, sorted_text

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

SCRIPT = """
import json, sys
from datetime import UTC, datetime
import stackduck
from stackduck.execute import clock
told = json.load(sys.stdin)
clock.now = lambda: datetime.fromisoformat(told["now"])
connection = stackduck.connect(api_url=told["api_url"], token=told["token"], archive=told["archive"])
for sql in told["statements"]:
    print(json.dumps(sorted(map(str, connection.execute(sql).fetchall()))))
"""
NOW = f"{TODAY}T12:00:00+00:00"
QUERIES = [
    asked("user_days", "enterprise", columns="day, user_login, loc_added_sum, totals_by_ide"),
    asked("entity_days", "enterprise", columns="day, daily_active_users, pull_requests"),
    asked("user_team_days", "enterprise", columns="day, user_id, slug"),
]


@pytest.fixture
def whole(twin: Any) -> list[list[str]]:
    """Give the answers to the queries."""
    return [sorted_text(twin.ask(sql)) for sql in QUERIES]


def files_of(archive: Path) -> list[Path]:
    return [path for path in archive.rglob("*") if path.is_file()]


def check_archive(archive: Path) -> None:
    """Check that nothing is damaged, nor left from anything under way."""
    assert {path.name for path in files_of(archive) if "_latest" not in path.parts} == {"report.parquet"}
    [host] = (path for path in archive.iterdir() if path.name != ".incoming")
    kept = Archive(archive, host=host.name.replace("%3A", ":"))
    holdings = list(kept.holdings())
    assert len(holdings) == 4
    for holding in holdings:
        assert list(kept.verify(holding)) == []


def test_connections_fill_one_archive_at_once(connect: Connect, whole: list[list[str]], tmp_path: Path) -> None:
    start = threading.Barrier(3)
    found: dict[int, list[list[str]]] = {}

    def run(number: int, connection: stackduck.Connection) -> None:
        start.wait()
        order = [QUERIES[(number + at) % 3] for at in range(3)]
        answers = {sql: sorted_text(connection.execute(sql).fetchall()) for sql in order}
        found[number] = [answers[sql] for sql in QUERIES]

    threads = [threading.Thread(target=run, args=(number, connect(tmp_path))) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict.fromkeys(range(3), whole)
    check_archive(tmp_path)


def test_processes_fill_one_archive_at_once(github: Sandbox, whole: list[list[str]], tmp_path: Path) -> None:
    told = {"api_url": github.api_url, "token": github.token, "archive": str(tmp_path), "now": NOW}
    running = []
    for number in range(3):
        process = subprocess.Popen([sys.executable, "-c", SCRIPT], text=True, stdin=-1, stdout=-1, stderr=-1)
        assert process.stdin
        statements = [QUERIES[(number + at) % 3] for at in range(3)]
        process.stdin.write(json.dumps({**told, "statements": statements}))
        process.stdin.close()
        running.append(process)
    for number, process in enumerate(running):
        process.stdin = None
        out, err = process.communicate(timeout=120)
        answers = [json.loads(line) for line in out.splitlines()]
        assert answers == [whole[(number + at) % 3] for at in range(3)]
        # Nor a word about what DuckDB could not free: the connections were never closed.
        assert err == ""
    check_archive(tmp_path)


@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
def test_a_result_is_read_while_other_statements_run(
    connect: Connect, whole: list[list[str]], tmp_path: Path, keeps: bool
) -> None:
    connection = connect(tmp_path if keeps else False)
    cursors = [connection.execute(sql) for sql in QUERIES]
    first = [cursor.fetchmany(3) for cursor in cursors]
    connection.execute("CREATE TABLE t AS SELECT 1")
    rest = [cursor.fetchall() for cursor in cursors]
    assert [sorted_text([*a, *b]) for a, b in zip(first, rest, strict=True)] == whole


@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
def test_a_result_that_nobody_reads_leaves_no_file(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeps: bool
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    connection = connect(tmp_path / "archive" if keeps else False)
    for _ in range(2):
        for sql in QUERIES:
            connection.execute(sql).fetchone()
    connection.close()
    assert files_of(temporary) == []
    assert list(temporary.iterdir()) == []
    if keeps:
        check_archive(tmp_path / "archive")


def test_a_day_that_is_fetched_again_stays_what_it_was_for_who_reads_it(
    connect: Connect, twin: Any, tmp_path: Path
) -> None:
    sql = asked("user_days", "enterprise", columns="*", first=ago(5), last=ago(2))
    reading = connect(tmp_path).execute(sql)
    some = reading.fetchmany(1)
    again = connect(tmp_path, fresh=True).execute(sql).fetchall()
    assert sorted_text([*some, *reading.fetchall()]) == sorted_text(again)


@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
@pytest.mark.parametrize("ending", ["COMMIT", "ROLLBACK"])
def test_reports_are_read_within_a_transaction(
    connect: Connect, twin: Any, tmp_path: Path, keeps: bool, ending: str
) -> None:
    connection = connect(tmp_path if keeps else False)
    sql = asked("user_days", "enterprise", columns="day, user_login", first=THURSDAY, last=MONDAY)
    rows = sorted_text(twin.ask(sql))
    connection.execute("BEGIN")
    connection.execute(f"CREATE TABLE kept AS {sql}")
    assert sorted_text(connection.execute(sql).fetchall()) == rows
    unread = connection.execute(sql)
    connection.execute(ending)
    assert sorted_text(unread.fetchall()) == rows
    assert sorted_text(connection.execute(sql).fetchall()) == rows
    count = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'kept'").fetchone()
    assert count == (1 if ending == "COMMIT" else 0,)
    assert connection.execute("SELECT count(*) FROM duckdb_views() WHERE view_name LIKE 'github.%'").fetchone() == (0,)


def test_an_error_within_a_transaction_leaves_it_to_be_rolled_back(connect: Connect, twin: Any, tmp_path: Path) -> None:
    connection = connect(tmp_path)
    sql = asked("user_days", "enterprise", columns="day, user_login", first=MONDAY, last=MONDAY)
    connection.execute("BEGIN")
    with pytest.raises(stackduck.errors.DatabaseError):
        connection.execute(sql.replace("user_login", "(user_login::INT)"))
    connection.rollback()
    assert sorted_text(connection.execute(sql).fetchall()) == sorted_text(twin.ask(sql))
