"""Views over provider tables: planned through by name, and DuckDB's own statements about them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import stackduck
from stackduck import errors

Asked = Callable[[], list[str]]
ENG = "/orgs/octo-demo-eng/copilot/billing/seats?per_page=100"
SEATS = "SELECT plan_type, org FROM github.copilot.org_seats"
ENG_SEATS = f"{SEATS} WHERE org = 'octo-demo-eng' -- it's \"the\" plan;\n"


def ask(connection: stackduck.Connection, sql: str, parameters: list[object] | None = None) -> list[tuple[object, ...]]:
    return connection.execute(sql, parameters).fetchall()


def test_a_view_is_made_without_a_call_and_asked_when_it_is_read(
    connection: stackduck.Connection, asked: Asked
) -> None:
    created = connection.execute(f"CREATE VIEW v AS {ENG_SEATS}")
    assert (created.description, created.rowcount, asked()) == (None, -1, [])
    assert ask(connection, "SELECT DISTINCT org FROM v") == [("octo-demo-eng",)]
    assert asked() == [ENG]


@pytest.mark.parametrize(
    "query",
    ["FROM v", 'SELECT * FROM "V" AS x', "SELECT v.* FROM main.v", "TABLE v", "WITH w AS (FROM v) FROM w", "(FROM v)"],
)
def test_a_view_is_read_in_every_way(connection: stackduck.Connection, query: str) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}")
    assert set(ask(connection, query)) == {("enterprise", "octo-demo-eng")}


def test_a_view_takes_its_parameters_from_outside(connection: stackduck.Connection, asked: Asked) -> None:
    connection.execute(f"CREATE VIEW v AS {SEATS}")
    with pytest.raises(errors.MissingParameterError, match="org"):
        ask(connection, "FROM v")
    assert set(ask(connection, "FROM v WHERE org = ?", ["octo-demo-eng"])) == {("enterprise", "octo-demo-eng")}
    assert asked() == [ENG]


def test_a_view_of_a_view_is_planned_through_both(connection: stackduck.Connection, asked: Asked) -> None:
    connection.execute(f"CREATE VIEW v AS {SEATS}; CREATE VIEW w AS SELECT org AS o FROM v WHERE plan_type <> 'x'")
    assert set(ask(connection, "FROM w WHERE o = 'octo-demo-eng'")) == {("octo-demo-eng",)}
    assert asked() == [ENG]


def test_a_view_may_name_its_columns(connection: stackduck.Connection, asked: Asked) -> None:
    connection.execute(f'CREATE VIEW v (a, "b ""c") AS {SEATS}')
    rows = ask(connection, 'SELECT a, "b ""c" FROM v WHERE "b ""c" = \'octo-demo-eng\'')
    assert set(rows) == {("enterprise", "octo-demo-eng")}
    assert asked() == [ENG]


@pytest.mark.parametrize(
    ("value", "parameters"),
    [("?", ["octo-demo-eng"]), ("$o", {"o": "octo-demo-eng"}), ("'{{ o }}'", {"o": "octo-demo-eng"})],
)
def test_a_views_values_are_kept_with_it(connection: stackduck.Connection, value: str, parameters: object) -> None:
    connection.execute(f"CREATE VIEW v AS {SEATS} WHERE org = {value}", parameters)  # type: ignore[arg-type]
    assert set(ask(connection, "FROM v")) == {("enterprise", "octo-demo-eng")}


def test_a_kept_value_is_never_sql(connection: stackduck.Connection) -> None:
    connection.execute(f"CREATE VIEW v AS {SEATS} WHERE org = ?", ["x' OR 1=1 --"])
    with pytest.raises(errors.NotFoundError, match="x' OR 1=1 --"):
        ask(connection, "FROM v")


def test_statements_about_a_view_are_duckdbs(connection: stackduck.Connection, asked: Asked) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}")
    columns = [("plan_type", "VARCHAR"), ("org", "VARCHAR")]
    for sql in ("DESCRIBE v", "SHOW v", "DESCRIBE SELECT * FROM v"):
        assert [row[:2] for row in ask(connection, sql)] == columns
    connection.execute("ALTER VIEW v RENAME TO w")
    assert ask(connection, "SHOW TABLES") == [("w",)]
    connection.execute("SET VARIABLE w = 1; DROP VIEW w")
    assert ask(connection, "SHOW TABLES") == []
    assert asked() == []


def test_a_view_is_summarized(connection: stackduck.Connection) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}")
    assert [row[:3] for row in ask(connection, "SUMMARIZE v")] == [
        ("plan_type", "VARCHAR", "enterprise"),
        ("org", "VARCHAR", "octo-demo-eng"),
    ]


def test_a_view_is_replaced_by_a_plain_one_and_back(connection: stackduck.Connection) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}; CREATE OR REPLACE VIEW v AS SELECT 1 AS n")
    assert ask(connection, "FROM v") == [(1,)]
    assert ask(connection, "SELECT comment FROM duckdb_views() WHERE view_name = 'v'") == [(None,)]
    connection.execute(f"CREATE OR REPLACE VIEW v AS {ENG_SEATS}; CREATE VIEW IF NOT EXISTS v AS {SEATS}")
    assert set(ask(connection, "FROM v")) == {("enterprise", "octo-demo-eng")}
    with pytest.raises(errors.ProgrammingError, match="already exists"):
        connection.execute(f"CREATE VIEW v AS {SEATS}")


def test_a_view_rolls_back(connection: stackduck.Connection) -> None:
    connection.execute(f"BEGIN; CREATE VIEW v AS {ENG_SEATS}")
    assert set(ask(connection, "FROM v")) == {("enterprise", "octo-demo-eng")}
    connection.rollback()
    with pytest.raises(errors.ProgrammingError, match="v does not exist"):
        ask(connection, "FROM v")
    assert ask(connection, "SELECT 1") == [(1,)]


def test_a_view_that_cannot_be_planned_is_not_made(connection: stackduck.Connection) -> None:
    for query in ("SELECT nope FROM github.copilot.org_seats", "FROM github.copilot.org_seat"):
        with pytest.raises(errors.ProgrammingError, match=r"nope|org_seats"):
            connection.execute(f"CREATE VIEW v AS {query}")
    assert ask(connection, "SHOW TABLES") == []


def test_another_table_of_that_name_is_not_taken_for_the_view(connection: stackduck.Connection, asked: Asked) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}; CREATE SCHEMA s; CREATE TABLE s.v AS SELECT 1 AS plan_type")
    assert ask(connection, "SELECT plan_type FROM s.v") == [(1,)]
    assert ask(connection, "WITH v AS (SELECT 2 AS n) FROM v") == [(2,)]
    assert ask(connection, "SELECT v FROM (SELECT 3 AS v)") == [(3,)]
    assert asked() == []


def test_explain_of_a_view_lists_its_calls(connection: stackduck.Connection, asked: Asked) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}")
    assert ask(connection, "EXPLAIN FROM v")[0][2] == f"GET {ENG.partition('?')[0]}"
    assert asked() == []


def test_a_view_is_a_source_for_changes(connection: stackduck.Connection) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}; CREATE TABLE t AS FROM v")
    ((count,),) = ask(connection, "SELECT count(*) FROM t")
    assert connection.execute("INSERT INTO t FROM v").rowcount == count
    assert connection.execute("DELETE FROM t WHERE plan_type IN (SELECT plan_type FROM v)").rowcount == 2 * int(
        str(count)
    )


def test_a_temporary_view_works(connection: stackduck.Connection) -> None:
    connection.execute(f"CREATE TEMP VIEW v AS {ENG_SEATS}")
    assert set(ask(connection, "FROM v")) == {("enterprise", "octo-demo-eng")}
