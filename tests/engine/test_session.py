"""One DuckDB connection: relations come and go unseen, transactions are the user's, nothing leaks in or out."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stackduck.engine.session import Session, quoted
from stackduck.errors import Error, IntegrityError, InterfaceError, OperationalError, ProgrammingError

TABLES = "SELECT table_name FROM duckdb_tables() ORDER BY ALL"


def filled(session: Session, name: str) -> str:
    """Make a relation of one row and return the query that reads it."""
    session.create(name, [("n", "BIGINT")])
    session.rows(f"INSERT INTO {quoted(name)} VALUES (1)")
    return f"SELECT n FROM {quoted(name)}"


def test_a_python_variable_is_no_table(session: Session) -> None:
    rows = [1, 2, 3]
    with pytest.raises(ProgrammingError, match="rows does not exist"):
        session.run("SELECT * FROM rows")
    assert len(rows) == 3


def test_an_extension_is_not_installed_by_naming_it(session: Session) -> None:
    assert session.rows("SELECT current_setting('autoinstall_known_extensions')") == [(False,)]
    with pytest.raises(Error, match="httpfs"):
        session.run("SELECT * FROM 'https://127.0.0.1:1/x.parquet'")


def test_a_session_is_in_utc_on_any_machine() -> None:
    code = (
        "from stackduck.engine.session import Session; s = Session();"
        "print(s.rows(\"SELECT current_setting('TimeZone'), TIMESTAMPTZ '2026-01-31 23:00:00-05', "
        "TIMESTAMP '2026-01-01'::TIMESTAMPTZ::VARCHAR, date_trunc('day', TIMESTAMPTZ '2026-01-31 20:00:00Z')::DATE\"))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "'UTC'" in done.stdout
    assert "datetime.datetime(2026, 2, 1, 4, 0, tzinfo=<UTC>)" in done.stdout
    assert "2026-01-01 00:00:00+00" in done.stdout
    assert "datetime.date(2026, 1, 31)" in done.stdout


def test_instants_are_aware(session: Session) -> None:
    (value,) = session.rows("SELECT TIMESTAMPTZ '2026-01-31 12:00:00+02'")[0]
    assert value == datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert value.utcoffset().total_seconds() == 0


def test_files_are_read_and_written(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "it's.parquet"
    session.run(f"COPY (SELECT 7 AS n) TO '{str(file).replace(chr(39), chr(39) * 2)}'", is_change=True)
    assert session.run(f"FROM '{str(file).replace(chr(39), chr(39) * 2)}'").take(None) == [(7,)]


def test_two_results_are_read_side_by_side(session: Session) -> None:
    one = session.run("SELECT range FROM range(10000)", is_query=True)
    assert one.take(2) == [(0,), (1,)]
    two = session.run("SELECT range + 50 FROM range(5000)", is_query=True)
    assert two.take(1) == [(50,)]
    assert one.take(1) == [(2,)]
    assert [row[0] for row in one.take(None)] == list(range(3, 10000))
    assert [row[0] for row in two.take(None)] == list(range(51, 5050))
    assert one.take(None) == two.take(5) == []


def test_a_result_that_fails_midway_fails_its_own_reader(session: Session) -> None:
    one = session.run("SELECT CASE WHEN range = 2000000 THEN error('late')::BIGINT ELSE range END FROM range(3000000)")
    assert len(one.take(1)) == 1
    two = session.run("SELECT 42")
    assert two.take(None) == [(42,)]
    with pytest.raises(Error, match="late"):
        one.take(None)
    assert one.take(None) == []
    assert session.run("SELECT 43").take(None) == [(43,)]


def test_a_relation_lives_while_its_result_is_read(session: Session) -> None:
    query = filled(session, "seats #1")
    result = session.run(query)
    session.discard(["seats #1"])
    assert result.take(None) == [(1,)]
    session.settle()
    assert session.rows(TABLES) == []


def test_a_relation_is_gone_once_another_statement_runs(session: Session) -> None:
    result = session.run(filled(session, "seats #1"))
    session.discard(["seats #1"])
    assert session.run("SHOW TABLES").take(None) == []
    assert result.take(None) == [(1,)]


def test_a_relation_in_a_transaction_is_dropped_in_it(session: Session) -> None:
    session.run("BEGIN", is_change=True)
    session.run(f"CREATE TABLE kept AS {filled(session, 'seats #1')}", is_change=True)
    session.discard(["seats #1"])
    session.run("COMMIT", is_change=True)
    assert session.rows(TABLES) == [("kept",)]
    assert session.rows("SELECT n FROM kept") == [(1,)]


def test_a_relation_of_a_failed_transaction_goes_with_it(session: Session) -> None:
    session.run("BEGIN", is_change=True)
    filled(session, "seats #1")
    session.discard(["seats #1"])
    with pytest.raises(ProgrammingError):
        session.run("SELECT nothing")
    with pytest.raises(OperationalError, match="aborted"):
        session.run("SELECT 1")
    session.run("ROLLBACK", is_change=True)
    assert session.rows(TABLES) == []
    assert session.run("SELECT 1").take(None) == [(1,)]


def test_a_query_aside_works_in_a_failed_transaction(session: Session) -> None:
    session.run("BEGIN", is_change=True)
    with pytest.raises(ProgrammingError):
        session.run("SELECT nothing")
    assert session.aside("SELECT $n + 1", {"n": 1}) == [(2,)]
    with pytest.raises(OperationalError, match="aborted"):
        session.run("SELECT 1")


def test_a_constraint_is_an_integrity_error(session: Session) -> None:
    session.run("CREATE TABLE t (n INTEGER PRIMARY KEY)", is_change=True)
    session.run("INSERT INTO t VALUES (1)", is_change=True)
    with pytest.raises(IntegrityError, match="Duplicate key"):
        session.run("INSERT INTO t VALUES (1)", is_change=True)


def test_interrupt_stops_a_statement_from_another_thread(session: Session) -> None:
    timer = threading.Timer(0.2, session.interrupt)
    timer.start()
    with pytest.raises(OperationalError, match=r"(?i)interrupt"):
        session.run("SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5").take(1)
    timer.join()
    assert session.run("SELECT 1").take(None) == [(1,)]


def test_an_interrupt_that_comes_late_stops_nothing(session: Session) -> None:
    session.interrupt()
    assert session.run("SELECT 1").take(None) == [(1,)]


def test_check_knows_an_unknown_column_and_runs_nothing(session: Session) -> None:
    session.create("seats", [("n", "BIGINT")])
    with pytest.raises(ProgrammingError, match="nope"):
        session.check("SELECT nope FROM seats", {})
    session.check("INSERT INTO seats VALUES (1)", {})
    assert session.rows("SELECT * FROM seats") == []


def test_describe_gives_names_and_types(session: Session) -> None:
    assert session.describe("SELECT 1::BIGINT AS a, ['x'] AS \"b c\"", {}) == [("a", "BIGINT"), ("b c", "VARCHAR[]")]


def test_local_columns_are_found_by_any_part_of_the_name(session: Session) -> None:
    session.run("CREATE SCHEMA s", is_change=True)
    session.run('CREATE TABLE s.t ("Login" VARCHAR, n BIGINT)', is_change=True)
    assert session.local_columns(("T",)) == ("login", "n")
    assert session.local_columns(("s", "t")) == ("login", "n")
    assert session.local_columns(("memory", "s", "t")) == ("login", "n")
    assert session.local_columns(("other", "t")) is None
    assert session.local_columns(("nothing",)) is None


def test_optimizers_are_as_they_were_after_planning(session: Session) -> None:
    session.run("SET disabled_optimizers = 'filter_pullup'", is_change=True)
    tables = {"seats": (("n", "BIGINT"), ("org", "VARCHAR"))}
    text = session.optimized("SELECT n FROM seats WHERE org = 'a'", {}, tables, disabled="statistics_propagation")
    assert text is not None and "'a'" in text
    assert session.optimized("SELECT nope FROM seats", {}, tables, disabled="statistics_propagation") is None
    assert session.rows("SELECT current_setting('disabled_optimizers')") == [("filter_pullup",)]
    session.settle()
    assert session.rows(TABLES) == []


def test_variables_are_those_of_set_variable(session: Session) -> None:
    session.run("SET VARIABLE org = 'octo'", is_change=True)
    assert session.variables() == {"org"}


def test_a_database_file_keeps_tables(tmp_path: Path) -> None:
    file = str(tmp_path / "kept.duckdb")
    first = Session(file)
    first.run("CREATE TABLE t AS SELECT 1 AS n", is_change=True)
    first.close()
    second = Session(file)
    assert second.rows("FROM t") == [(1,)]
    second.close()


def test_a_database_that_cannot_be_opened_is_an_operational_error(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="nowhere"):
        Session(str(tmp_path / "nowhere" / "x.duckdb"))


@pytest.mark.parametrize("query", ["SELECT range AS n, 'x' AS s FROM range(3)", "VALUES (0, 'x'), (1, 'x'), (2, 'x')"])
def test_a_result_is_written_to_parquet(session: Session, tmp_path: Path, query: str) -> None:
    result = session.run(query, is_query=True)
    assert session.export(result, str(tmp_path / "it's.parquet")) == 3
    assert result.take(None) == []
    written = session.rows("SELECT * FROM read_parquet($file)", {"file": str(tmp_path / "it's.parquet")})
    assert written == [(0, "x"), (1, "x"), (2, "x")]


def test_a_result_that_stepped_aside_is_written_whole_and_typed(session: Session, tmp_path: Path) -> None:
    query = """SELECT 2::HUGEINT AS h, DATE '2026-01-31' AS d, TIMESTAMPTZ '2026-01-31 10:00Z' AS t,
        {'a b': [1]} AS s, '{"x": 1}'::JSON AS j, NULL::VARCHAR AS n, 'e'::ENUM('e') AS e,
        1.50::DECIMAL(9, 2) AS "a ""b", 'x'::BLOB AS b"""
    result = session.run(query, is_query=True)
    session.run("SELECT 'another'", is_query=True)
    session.export(result, str(tmp_path / "x.parquet"))
    direct = session.run(query, is_query=True)
    session.export(direct, str(tmp_path / "y.parquet"))
    assert session.rows(f"FROM '{tmp_path}/x.parquet'") == session.rows(f"FROM '{tmp_path}/y.parquet'")
    described = [session.describe(f"FROM '{tmp_path}/{name}.parquet'", {}) for name in "xy"]
    assert described[0] == described[1]


def test_a_change_that_returns_rows_is_not_run_again_to_write_them(session: Session, tmp_path: Path) -> None:
    session.run("CREATE TABLE t (n BIGINT)", is_change=True)
    result = session.run("INSERT INTO t VALUES (1), (2) RETURNING n")
    assert session.export(result, str(tmp_path / "x.parquet")) == 2
    assert session.rows("FROM t") == [(1,), (2,)]


def test_rows_that_were_fetched_cannot_be_written(session: Session, tmp_path: Path) -> None:
    result = session.run("SELECT 1", is_query=True)
    result.take(1)
    with pytest.raises(InterfaceError, match="fetched already"):
        session.export(result, str(tmp_path / "x.parquet"))


@pytest.mark.parametrize(
    ("statement", "changed"),
    [("INSERT INTO t VALUES (1), (2)", 2), ("CREATE TABLE u AS FROM range(3)", 3), ("CREATE TABLE v (n BIGINT)", -1)],
)
def test_a_change_counts_its_rows(session: Session, statement: str, changed: int) -> None:
    session.run("CREATE TABLE t (n BIGINT)", is_change=True)
    result = session.run(statement, is_change=True)
    assert (result.changed, result.description) == (changed, None)


def test_a_column_called_count_is_a_column(session: Session) -> None:
    result = session.run('SELECT 5::BIGINT AS "Count"', is_query=True)
    assert result.description is not None
    assert (result.changed, result.take(None)) == (-1, [(5,)])
