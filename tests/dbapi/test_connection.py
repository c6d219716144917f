"""Connections: transactions, files, threads, interruption, closing."""

from __future__ import annotations

import gc
import inspect
import os
import subprocess
import sys
import threading
import weakref
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck
from stackduck import errors

if TYPE_CHECKING:
    from conftest import Silence

SEATS = "SELECT assignee.login AS login FROM github.copilot.org_seats WHERE org = ?"
SLOW = "SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5"


def test_the_errors_are_attributes_of_a_connection(connection: stackduck.Connection) -> None:
    names = ("Warning", "Error", "InterfaceError", "DatabaseError", "DataError", "OperationalError", "IntegrityError")
    for name in (*names, "InternalError", "ProgrammingError", "NotSupportedError"):
        assert getattr(connection, name) is getattr(errors, name) is getattr(stackduck, name)


def test_the_modules_globals_are_pep_249s() -> None:
    assert (stackduck.apilevel, stackduck.paramstyle) == ("2.0", "qmark")
    assert stackduck.threadsafety == 2
    assert stackduck.Binary(b"x") == b"x"
    assert stackduck.TimestampFromTicks(0) == datetime(1970, 1, 1)
    assert str(stackduck.DateFromTicks(86400)) == "1970-01-02"
    assert str(stackduck.TimeFromTicks(3661)) == "01:01:01"


def test_what_pep_249_leaves_to_drivers_is_there_whole_or_not_at_all(connection: stackduck.Connection) -> None:
    cursor = connection.cursor()
    assert (cursor.arraysize, cursor.lastrowid, cursor.rowcount) == (1, None, -1)
    assert not any(hasattr(cursor, name) for name in ("callproc", "nextset", "scroll"))
    assert stackduck.Binary(bytearray(b"x")) == stackduck.Binary(memoryview(b"x")) == b"x"
    assert (stackduck.Date(2026, 1, 31), stackduck.Time(10, 0)) == (date(2026, 1, 31), time(10))
    assert stackduck.Timestamp(2026, 1, 31, 10) == datetime(2026, 1, 31, 10)


def test_help_tells_of_every_option_of_connect() -> None:
    told = stackduck.connect.__doc__ or ""
    assert [name for name in inspect.signature(stackduck.connect).parameters if name not in told] == []


def test_a_statement_commits_itself(tmp_path: Path) -> None:
    file = tmp_path / "x.duckdb"
    with stackduck.connect(file) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS n")
    with stackduck.connect(str(file)) as connection:
        assert connection.execute("FROM t").fetchall() == [(1,)]


def test_begin_holds_until_commit_or_rollback(connection: stackduck.Connection) -> None:
    connection.execute("CREATE TABLE t (n INTEGER)")
    connection.execute("BEGIN; INSERT INTO t VALUES (1)")
    connection.rollback()
    assert connection.execute("FROM t").fetchall() == []
    connection.execute("BEGIN; INSERT INTO t VALUES (1)")
    connection.commit()
    connection.rollback()
    assert connection.execute("FROM t").fetchall() == [(1,)]


def test_commit_and_rollback_without_a_transaction_do_nothing(connection: stackduck.Connection) -> None:
    connection.commit()
    connection.rollback()


def test_an_open_transaction_is_rolled_back_by_closing(tmp_path: Path) -> None:
    with stackduck.connect(tmp_path / "x.duckdb") as connection:
        connection.execute("CREATE TABLE t (n INTEGER); BEGIN; INSERT INTO t VALUES (1)")
    with stackduck.connect(tmp_path / "x.duckdb") as connection:
        assert connection.execute("FROM t").fetchall() == []


def test_a_failure_in_a_transaction_says_what_failed(connection: stackduck.Connection) -> None:
    connection.execute("BEGIN")
    with pytest.raises(errors.ProgrammingError, match="nope"):
        connection.execute("SELECT * FROM nope")
    with pytest.raises(errors.OperationalError, match="aborted"):
        connection.execute("SELECT 1")
    connection.rollback()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_failed_transaction_is_rolled_back_by_a_statement_too(connection: stackduck.Connection) -> None:
    connection.execute("BEGIN; CREATE TABLE t (n INTEGER)")
    with pytest.raises(errors.ProgrammingError):
        connection.execute("SELECT nope FROM t")
    connection.execute("ROLLBACK")
    assert connection.execute("SHOW TABLES").fetchall() == []


def test_provider_tables_may_be_read_in_a_transaction(online: stackduck.Connection) -> None:
    online.execute("BEGIN")
    online.execute(f"CREATE TABLE kept AS {SEATS}", ["octo-demo-eng"])
    ((count,),) = online.execute("SELECT count(*) FROM kept").fetchall()
    assert count > 0
    online.rollback()
    assert online.execute("SHOW TABLES").fetchall() == []
    online.execute("BEGIN")
    online.execute(f"CREATE TABLE kept AS {SEATS}", ["octo-demo-eng"])
    assert len(online.execute(SEATS, ["octo-demo-data"]).fetchall()) > 0
    online.commit()
    assert online.execute("SELECT count(*) FROM kept").fetchall() == [(count,)]
    assert online.execute("SHOW TABLES").fetchall() == [("kept",)]


def test_two_cursors_read_the_same_resource_side_by_side(online: stackduck.Connection) -> None:
    expected = [online.execute(SEATS, [org]).fetchall() for org in ("octo-demo-eng", "octo-demo-data")]
    one, two = online.cursor(), online.cursor()
    one.execute(SEATS, ["octo-demo-eng"])
    rows: tuple[list[object], list[object]] = ([one.fetchone()], [])
    two.execute(SEATS, ["octo-demo-data"])
    while (row := two.fetchone()) is not None:
        rows[1].append(row)
        rows[0].extend(one.fetchmany(2))
    rows[0].extend(one.fetchall())
    assert list(rows) == expected
    assert expected[0] != expected[1]


def test_warnings_and_statistics_belong_to_their_cursor(online: stackduck.Connection) -> None:
    sql = "SELECT * FROM github.copilot.copilot_usage_metrics WHERE enterprise = 'octo-nodata'"
    warned, other = online.execute(sql), online.execute(SEATS, ["octo-demo-eng"])
    assert (len(warned.warnings), warned.stats.calls) == (1, 1)
    assert (other.warnings, other.stats.calls) == ([], 1)
    assert other.stats.bytes > 1000
    assert other.stats.seconds > 0
    warned.execute("SELECT 1")
    assert (warned.warnings, warned.stats.calls, warned.stats.bytes) == ([], 0, 0)


def test_rows_are_written_to_parquet_instead_of_fetched(online: stackduck.Connection, tmp_path: Path) -> None:
    expected = online.execute(f"{SEATS} ORDER BY 1", ["octo-demo-eng"]).fetchall()
    file = tmp_path / "it's.parquet"
    cursor = online.execute(f"{SEATS} ORDER BY 1 -- done", ["octo-demo-eng"])
    assert cursor.write_parquet(str(file)) == len(expected)
    assert online.execute(f"FROM '{str(file).replace(chr(39), chr(39) * 2)}'").fetchall() == expected


def test_a_cursor_writes_its_own_rows_after_another_statement(online: stackduck.Connection, tmp_path: Path) -> None:
    cursor = online.execute(SEATS, ["octo-demo-eng"])
    assert online.execute("SELECT 'another' AS login").fetchall() == [("another",)]
    cursor.write_parquet(str(tmp_path / "x.parquet"))
    written = online.execute(f"FROM '{tmp_path}/x.parquet' ORDER BY 1").fetchall()
    assert written == online.execute(f"{SEATS} ORDER BY 1", ["octo-demo-eng"]).fetchall()


def test_what_has_no_rows_cannot_be_written(connection: stackduck.Connection, tmp_path: Path) -> None:
    cursor = connection.execute("CREATE TABLE t (n INTEGER)")
    with pytest.raises(errors.InterfaceError, match="no rows"):
        cursor.write_parquet(str(tmp_path / "x.parquet"))
    with pytest.raises(errors.OperationalError, match="nowhere"):
        connection.execute("SELECT 1").write_parquet(str(tmp_path / "nowhere" / "x.parquet"))


def test_tables_and_views_persist_in_a_file(sandbox: object, tmp_path: Path) -> None:
    options = {"api_url": sandbox.api_url, "token": sandbox.token}  # type: ignore[attr-defined]
    with stackduck.connect(tmp_path / "x.duckdb", **options) as connection:
        connection.execute("CREATE VIEW seats AS SELECT org, plan_type FROM github.copilot.org_seats")
        connection.execute("CREATE TABLE kept AS SELECT * FROM seats WHERE org = 'octo-demo-eng'")
    with stackduck.connect(tmp_path / "x.duckdb", **options) as connection:
        assert connection.execute("SHOW TABLES").fetchall() == [("kept",), ("seats",)]
        live = connection.execute("SELECT count(*) FROM seats WHERE org = 'octo-demo-eng'").fetchall()
        assert connection.execute("SELECT count(*) FROM kept").fetchall() == live


def test_a_database_in_use_is_an_operational_error(tmp_path: Path) -> None:
    code = f"import duckdb; held = duckdb.connect({str(tmp_path / 'x.duckdb')!r}); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(errors.OperationalError, match="lock"):
            stackduck.connect(tmp_path / "x.duckdb")
        other.communicate(b"\n")


def test_a_registry_comes_first(sandbox: object, tmp_path: Path) -> None:
    home = tmp_path / "github" / "v1"
    (home / "services").mkdir(parents=True)
    (home / "provider.yaml").write_text(
        """
id: github
name: github
version: v1
providerServices:
  people:
    id: people:v1
    name: people
    title: People
    version: v1
    service: {$ref: github/v1/services/people.yaml}
"""
    )
    (home / "services" / "people.yaml").write_text(
        """
openapi: 3.0.3
info: {title: people, version: "1"}
paths:
  /user:
    get:
      responses:
        "200":
          content:
            application/json:
              schema: {type: object, properties: {login: {type: string}, id: {type: integer}}}
components:
  x-stackQL-resources:
    me:
      id: github.people.me
      methods:
        get:
          operation: {$ref: "#/paths/~1user/get"}
          response: {mediaType: application/json, openAPIDocKey: "200"}
      sqlVerbs: {select: [{$ref: "#/components/x-stackQL-resources/me/methods/get"}]}
"""
    )
    options = {"api_url": sandbox.api_url, "token": sandbox.token}  # type: ignore[attr-defined]
    with stackduck.connect(registry=[tmp_path], **options) as connection:
        cursor = connection.execute("SELECT * FROM github.people.me")
        assert [column[0] for column in cursor.description or ()] == ["login", "id"]
        assert len(cursor.fetchall()) == 1
        assert len(connection.execute(SEATS, ["octo-demo-eng"]).fetchall()) > 0


def test_interrupt_stops_a_call(silence: Silence) -> None:
    with stackduck.connect(api_url=silence.url, token="ghp_x") as connection:

        def stop() -> None:
            silence.is_asked.wait(30)
            connection.interrupt()

        thread = threading.Thread(target=stop)
        thread.start()
        with pytest.raises(errors.OperationalError, match="interrupted"):
            connection.execute(SEATS, ["octo"])
        thread.join()
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []


def test_interrupt_stops_duckdb(connection: stackduck.Connection) -> None:
    timer = threading.Timer(0.2, connection.interrupt)
    timer.start()
    with pytest.raises(errors.OperationalError, match=r"(?i)interrupt"):
        connection.execute(SLOW).fetchall()
    timer.join()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_an_interrupt_when_nothing_runs_stops_nothing(online: stackduck.Connection) -> None:
    online.interrupt()
    assert len(online.execute(SEATS, ["octo-demo-eng"]).fetchall()) > 0


def test_closing_while_a_call_is_under_way_ends_it(silence: Silence) -> None:
    connection = stackduck.connect(api_url=silence.url, token="ghp_x")

    def close() -> None:
        silence.is_asked.wait(30)
        connection.close()

    thread = threading.Thread(target=close)
    thread.start()
    with pytest.raises(errors.Error):
        connection.execute(SEATS, ["octo"])
    thread.join()


def test_a_closed_connection_cannot_be_used() -> None:
    connection = stackduck.connect()
    cursor = connection.execute("SELECT 1")
    connection.close()
    for use in (
        *(connection.cursor, connection.commit, connection.rollback, connection.close, connection.__enter__),
        *(lambda: connection.execute("SELECT 1"), lambda: next(connection.script("SELECT 1"))),
        *(cursor.fetchone, lambda: cursor.execute("SELECT 1"), lambda: list(cursor)),
    ):
        with pytest.raises(errors.InterfaceError, match="closed"):
            use()


def test_a_connection_that_is_dropped_frees_its_file_at_once(tmp_path: Path) -> None:
    """Nothing waits for the garbage collector, with which a file would stay in use."""
    connection = stackduck.connect(tmp_path / "x.duckdb")
    connection.execute("CREATE TABLE t AS SELECT 1 AS n").close()
    kept = weakref.ref(connection._runner)
    gc.disable()
    try:
        del connection
        assert kept() is None
    finally:
        gc.enable()


def test_a_connection_may_be_closed_within_its_with() -> None:
    with stackduck.connect() as connection:
        connection.close()


def test_the_sandbox_is_one_argument_away() -> None:
    with stackduck.connect(sandbox=True) as connection:
        sql = "SELECT report_end_day FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'octo-demo'"
        assert len(connection.execute(sql).fetchall()) == 1


def test_nothing_is_left_open(clean_environment: Path) -> None:
    """In a process that treats warnings as errors, with and without closing."""
    code = """
import gc, stackduck
def use():
    c = stackduck.connect(sandbox=True)
    c.execute("SELECT assignee.login FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'").fetchone()
    return c
use().close()
with use():
    pass
gc.collect()
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDEVMODE": "1"},
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("SELECT 1", ("sqlglot", "httpx", "yaml")),
        ("CREATE VIEW v AS SELECT 1 AS github; FROM v; DESCRIBE v; EXPLAIN SELECT 1", ("sqlglot", "httpx", "yaml")),
        ("SELECT 'github.copilot.org_seats' -- github.copilot.org_seats", ("sqlglot", "httpx", "yaml")),
        ("SELECT * FROM github.copilot.org_seats WHERE org = NULL", ("httpx",)),
        ("EXPLAIN SELECT * FROM github.copilot.org_seats WHERE org = 'a'", ("httpx",)),
    ],
)
def test_what_a_statement_does_not_need_is_not_imported(statement: str, absent: tuple[str, ...]) -> None:
    asked = f"stackduck.connect().execute({statement!r})"
    code = f"import sys, stackduck; {asked}; print([m for m in {absent} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_now_is_an_instant(connection: stackduck.Connection) -> None:
    before = datetime.now(UTC)
    (now,) = connection.execute("SELECT now()").fetchone() or ()
    assert before.replace(microsecond=0) <= now <= datetime.now(UTC)
