"""Views over provider tables: planned through by name, and DuckDB's own statements about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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


@pytest.mark.parametrize(
    "sql", ["DELETE FROM v", "UPDATE main.v SET org = 'x'", "INSERT INTO memory.main.v VALUES (1, 2)"]
)
def test_a_view_cannot_be_changed(connection: stackduck.Connection, asked: Asked, sql: str) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}")
    with pytest.raises(errors.NotSupportedError, match=r"v is a view over provider tables.* needs a local table"):
        connection.execute(sql)
    assert asked() == []


@pytest.mark.parametrize("name", ["v", "main.v", "memory.v", "memory.main.v", "temp.main.w"])
def test_a_view_is_known_by_its_whole_name(connection: stackduck.Connection, asked: Asked, name: str) -> None:
    connection.execute(f"CREATE VIEW v AS {SEATS}; CREATE TEMP VIEW w AS {SEATS}")
    rows = ask(connection, f"SELECT DISTINCT {name}.org FROM {name} WHERE {name}.org = 'octo-demo-eng'")
    assert rows == [("octo-demo-eng",)]
    assert asked() == [ENG]


def test_a_view_may_be_named_like_the_table_it_reads(connection: stackduck.Connection) -> None:
    connection.execute(f"CREATE VIEW org_seats AS {SEATS}")
    query = "SELECT DISTINCT org FROM {} WHERE org = 'octo-demo-eng'"
    for name in ("org_seats", "main.org_seats", "github.copilot.org_seats"):
        assert ask(connection, query.format(name)) == [("octo-demo-eng",)]


@pytest.mark.parametrize("query", ["TABLE v", "(TABLE v)", "FROM v", "TABLE main.v"])
def test_a_view_is_kept_as_a_table(connection: stackduck.Connection, query: str) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}; CREATE TABLE t AS {query}; CREATE VIEW w AS {query}")
    assert set(ask(connection, "FROM t")) == set(ask(connection, "FROM w")) == {("enterprise", "octo-demo-eng")}


@pytest.mark.parametrize(("copied", "columns"), [("v", "plan_type,org"), ("memory.main.v (org)", "org")])
def test_a_view_is_copied_to_a_file(
    connection: stackduck.Connection, tmp_path: Path, copied: str, columns: str
) -> None:
    connection.execute(f"CREATE VIEW v AS {ENG_SEATS}")
    assert connection.execute(f"COPY {copied} TO '{tmp_path}/x.csv'").rowcount > 0
    assert (tmp_path / "x.csv").read_text().splitlines()[0] == columns


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


@pytest.mark.parametrize(
    ("view", "read", "error", "message"),
    [
        (f"{SEATS}", "FROM v", errors.MissingParameterError, "in the view v needs org; add WHERE org = '<slug>'$"),
        (
            "SELECT plan_type FROM github.copilot.org_seats",
            "FROM v WHERE org = 'octo-demo-eng'",
            errors.ProgrammingError,
            "the view v has no column org, a parameter of github.copilot.org_seats in it; add the column: CREATE",
        ),
        (
            "SELECT plan_type FROM github.copilot.org_seats",
            "FROM v",
            errors.MissingParameterError,
            "the view v has no column org",
        ),
        (
            "SELECT plan_type, count(*) AS n FROM github.copilot.org_seats GROUP BY ALL",
            "FROM v AS x WHERE x.org = 'octo-demo-eng'",
            errors.ProgrammingError,
            "the view v has no column org",
        ),
        (
            "SELECT * FROM github.copilot.org_seats LIMIT 3",
            "FROM v WHERE org = 'octo-demo-eng'",
            errors.MissingParameterError,
            "no condition on the view reaches it; put WHERE org = '<org>' into the view",
        ),
        (
            "SELECT plan_type FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'",
            "FROM v WHERE org = 'octo-demo-eng'",
            errors.ProgrammingError,
            "the view v has no column org",
        ),
    ],
)
def test_a_view_that_keeps_a_parameter_from_its_reader_is_named(
    connection: stackduck.Connection, asked: Asked, view: str, read: str, error: type[Exception], message: str
) -> None:
    connection.execute(f"CREATE VIEW v AS {view}")
    with pytest.raises(error, match=message):
        ask(connection, f"SELECT * {read}")
    assert asked() == []


def test_a_star_does_not_hide_a_parameter_that_the_reader_gives(connection: stackduck.Connection, asked: Asked) -> None:
    connection.execute("CREATE VIEW v AS SELECT * FROM github.copilot.org_seats; CREATE VIEW w AS SELECT * FROM v")
    assert ask(connection, "SELECT count(*) FROM w WHERE org = 'octo-demo-eng'") == [(17,)]
    assert asked() == [ENG]


@pytest.mark.parametrize(
    ("made", "closing", "circle"),
    [
        ((), "CREATE OR REPLACE VIEW a AS SELECT * FROM a", "a reads a"),
        (("b AS FROM a",), "CREATE OR REPLACE VIEW a AS SELECT * FROM b", "a reads b reads a"),
        (("b AS FROM a", "c AS FROM b"), "CREATE OR REPLACE VIEW a AS FROM c JOIN c d USING (org)", "a reads c"),
        (("b AS FROM a",), "DROP VIEW a; CREATE VIEW a AS SELECT iif(true, org, org) FROM b", "a reads b"),
    ],
)  # fmt: skip
def test_a_view_cannot_be_made_to_read_itself(
    connection: stackduck.Connection, made: tuple[str, ...], closing: str, circle: str
) -> None:
    connection.execute(f"CREATE VIEW a AS {SEATS}")
    for view in made:
        connection.execute(f"CREATE VIEW {view}")
    with pytest.raises(errors.ProgrammingError, match=f"views name each other in a circle: {circle}"):
        connection.execute(closing)
