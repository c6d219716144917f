"""A materialized view is a table whose comment holds its query and the time of its rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from stackduck.engine import materialized
from stackduck.engine.session import Session
from stackduck.errors import Error


def fill(session: Session, query: str = "SELECT 1 AS n", name: str = "v", *, is_temporary: bool = False) -> None:
    session.rows(f'CREATE OR REPLACE TEMP TABLE "rows #1" AS {query}')
    materialized.replace(session, name, query=query, rows="rows #1", is_temporary=is_temporary)


def test_rows_stay_where_their_replacement_fails(session: Session) -> None:
    fill(session)
    with pytest.raises(Error):
        materialized.replace(session, "v", query="SELECT 2", rows="no such rows", is_temporary=False)
    assert session.rows("FROM v") == [(1,)]
    found = materialized.find(session, ["v"])
    assert found is not None
    assert found.query == "SELECT 1 AS n"


def test_nothing_is_half_done_where_the_comment_fails(session: Session) -> None:
    session.rows("CREATE TABLE v AS SELECT 0 AS n; CREATE SCHEMA s; CREATE TABLE s.v AS SELECT 0 AS n")
    with pytest.raises(Error):
        fill(session, name="main.s.v.v")
    assert session.rows("FROM s.v") == [(0,)]


def test_the_query_comes_back_as_it_was(session: Session) -> None:
    query = "SELECT 'it''s' AS a -- refreshed now: \"x\"\n, 2 AS b"
    fill(session, query, "V")
    found = materialized.find(session, ["memory", "main", "v"])
    assert found == materialized.Found("materialized view", query, False)


def test_what_else_has_a_name_is_told(session: Session) -> None:
    session.rows("CREATE TABLE t (n INT); CREATE VIEW w AS SELECT 1; COMMENT ON TABLE t IS 'mine'")
    assert materialized.find(session, ["T"]) == materialized.Found("table")
    assert materialized.find(session, ["main", "w"]) == materialized.Found("view")
    assert materialized.find(session, ["nothing"]) is None


def test_they_are_listed_with_their_age(session: Session) -> None:
    fill(session, name="b")
    session.rows("CREATE SCHEMA s; CREATE TABLE plain (n INT)")
    fill(session, "SELECT * FROM range(3)", "s.a")
    result = materialized.listed(session)
    assert [column[0] for column in result.description or []] == ["name", "refreshed_at", "rows", "query"]
    rows = result.take(None)
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("b", 1, "SELECT 1 AS n"),
        ("s.a", 3, "SELECT * FROM range(3)"),
    ]
    ages = session.rows(
        "SELECT now() - $1::TIMESTAMPTZ BETWEEN INTERVAL 0 SECONDS AND INTERVAL 1 MINUTE", {"1": rows[0][1]}
    )
    assert ages == [(True,)]


def test_they_take_part_in_the_users_transaction(session: Session) -> None:
    fill(session)
    session.rows("BEGIN")
    fill(session, "SELECT 2 AS n")
    assert session.rows("FROM v") == [(2,)]
    session.rows("ROLLBACK")
    assert session.rows("FROM v") == [(1,)]


def test_a_temporary_one_stays_temporary(session: Session) -> None:
    fill(session, is_temporary=True)
    assert materialized.find(session, ["v"]) == materialized.Found("materialized view", "SELECT 1 AS n", True)
    assert session.rows("SELECT database_name FROM duckdb_tables() WHERE table_name = 'v'") == [("temp",)]


def test_any_duckdb_reads_their_rows(tmp_path: Path) -> None:
    session = Session(str(tmp_path / "kept.duckdb"))
    fill(session)
    session.close()
    with duckdb.connect(str(tmp_path / "kept.duckdb")) as plain:
        assert plain.execute("FROM v").fetchall() == [(1,)]
