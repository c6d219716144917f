"""Materialized views over the sandbox: asked once, kept, and asked anew when told to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck
from stackduck import errors

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

Asked = Callable[[], list[str]]
SEATS = "SELECT org, assignee.login AS login FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'"
ENG = "/orgs/octo-demo-eng/copilot/billing/seats?per_page=100"


def ask(connection: stackduck.Connection, sql: str, parameters: object = None) -> list[tuple[object, ...]]:
    return connection.execute(sql, parameters).fetchall()  # type: ignore[arg-type]


def test_a_refresh_that_fails_leaves_the_old_rows(github: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "kept.duckdb"
    with stackduck.connect(file, api_url=github.api_url, token=github.token) as connection:
        connection.execute(f"CREATE MATERIALIZED VIEW v AS {SEATS}")
        before = ask(connection, "FROM v ORDER BY ALL")
    with stackduck.connect(file, api_url="http://127.0.0.1:9", token="x") as connection:
        with pytest.raises(errors.OperationalError):
            connection.execute("REFRESH MATERIALIZED VIEW v")
        assert ask(connection, "FROM v ORDER BY ALL") == before
        assert ask(connection, "SHOW MATERIALIZED VIEWS")[0][0] == "v"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("CREATE MATERIALIZED VIEW t AS SELECT 1", "t exists and is a table; DROP TABLE t first"),
        ("CREATE OR REPLACE MATERIALIZED VIEW t AS SELECT 1", "t exists and is a table; DROP TABLE t first"),
        ("CREATE OR REPLACE MATERIALIZED VIEW w AS SELECT 1", "w exists and is a view; DROP VIEW w first"),
        ("CREATE MATERIALIZED VIEW m AS SELECT 1", "m exists and is a materialized view; write CREATE OR REPLACE"),
        ("REFRESH MATERIALIZED VIEW t", "t is a table, not a materialized view; it has no query"),
        ("REFRESH MATERIALIZED VIEW w", "w is a view, not a materialized view; it is asked whenever it is read"),
        ("REFRESH MATERIALIZED VIEW nothing", "no materialized view nothing; SHOW MATERIALIZED VIEWS"),
        ("DROP MATERIALIZED VIEW t", "t is a table, not a materialized view; write DROP TABLE"),
        ("DROP MATERIALIZED VIEW nothing", "no materialized view nothing"),
    ],
)
def test_a_name_that_is_another_things_is_refused(connection: stackduck.Connection, sql: str, message: str) -> None:
    connection.execute(
        f"CREATE TABLE t AS SELECT 7 AS n; CREATE VIEW w AS {SEATS}; CREATE MATERIALIZED VIEW m AS SELECT 8 AS n"
    )
    with pytest.raises(errors.ProgrammingError, match=message):
        connection.execute(sql)
    assert ask(connection, "FROM t, m") == [(7, 8)]


def test_a_query_that_lacks_a_parameter_makes_nothing(connection: stackduck.Connection, asked: Asked) -> None:
    with pytest.raises(
        errors.MissingParameterError, match=r"CREATE MATERIALIZED VIEW v AS SELECT .* WHERE org = '<slug>'"
    ):
        connection.execute("CREATE MATERIALIZED VIEW v AS SELECT plan_type FROM github.copilot.org_seats")
    assert (asked(), ask(connection, "SHOW TABLES")) == ([], [])


def test_the_rows_are_asked_once(connection: stackduck.Connection, asked: Asked) -> None:
    created = connection.execute(f"CREATE MATERIALIZED VIEW v AS {SEATS}")
    assert (created.description, created.rowcount) == (None, 17)
    assert asked() == [ENG]
    assert ask(connection, "SELECT DISTINCT org FROM v") == [("octo-demo-eng",)]
    assert ask(connection, "SELECT count(*) FROM v JOIN v AS w USING (login)") == [(17,)]
    assert asked() == [ENG]
    assert connection.execute("REFRESH MATERIALIZED VIEW v").rowcount == 17
    assert asked() == [ENG, ENG]


def test_values_are_kept_with_the_query(connection: stackduck.Connection, asked: Asked) -> None:
    query = "SELECT count(*) AS n FROM github.copilot.org_seats WHERE org = ?"
    connection.execute(f"CREATE MATERIALIZED VIEW v AS {query}", ["octo-demo-eng"])
    connection.execute("REFRESH MATERIALIZED VIEW v")
    assert (ask(connection, "FROM v"), asked()) == ([(17,)], [ENG, ENG])


def test_they_read_each_other_views_and_tables(connection: stackduck.Connection, asked: Asked) -> None:
    connection.execute(f"CREATE VIEW w AS {SEATS}; CREATE MATERIALIZED VIEW a AS SELECT login FROM w")
    connection.execute("CREATE MATERIALIZED VIEW b (people) AS SELECT count(*) FROM a; REFRESH MATERIALIZED VIEW b")
    assert (ask(connection, "SELECT people FROM b"), asked()) == ([(17,)], [ENG])


def test_stackqls_functions_work_in_them(connection: stackduck.Connection) -> None:
    connection.execute(
        "CREATE MATERIALIZED VIEW v AS SELECT json_extract(assignee, '$.login') AS l, iif(true, 1, 2) AS n "
        "FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'; REFRESH MATERIALIZED VIEW v"
    )
    assert ask(connection, "SELECT count(l), sum(n) FROM v") == [(17, 17)]


def test_explain_tells_the_calls_of_its_query(connection: stackduck.Connection, asked: Asked) -> None:
    calls = ask(connection, f"EXPLAIN CREATE MATERIALIZED VIEW v AS {SEATS}")
    assert [row[2] for row in calls] == ["GET /orgs/octo-demo-eng/copilot/billing/seats"]
    connection.execute(f"CREATE MATERIALIZED VIEW v AS {SEATS}")
    assert ask(connection, "EXPLAIN REFRESH MATERIALIZED VIEW v") == calls
    assert asked() == [ENG]


def test_it_goes_with_drop(connection: stackduck.Connection) -> None:
    connection.execute("CREATE MATERIALIZED VIEW v AS SELECT 1 AS n; DROP MATERIALIZED VIEW v")
    connection.execute("DROP MATERIALIZED VIEW IF EXISTS v; CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT 2 AS n")
    connection.execute("CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT 3 AS n")
    assert ask(connection, "FROM v") == [(2,)]


def test_it_stays_in_the_file(github: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "kept.duckdb"
    with stackduck.connect(file, api_url=github.api_url, token=github.token) as connection:
        connection.execute(
            f"CREATE MATERIALIZED VIEW v AS {SEATS}; CREATE TABLE t AS {SEATS}; CREATE VIEW w AS {SEATS}"
        )
        connection.execute(f"INSERT INTO t {SEATS}")
    with stackduck.connect(file, api_url=github.api_url, token=github.token) as connection:
        counts = "SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM {}), (SELECT count(*) FROM {})"
        assert ask(connection, counts.format("v", "t", "w")) == [(17, 34, 17)]
        assert connection.execute("REFRESH MATERIALIZED VIEW v").rowcount == 17
