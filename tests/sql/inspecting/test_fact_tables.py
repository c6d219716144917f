"""Where tables of facts stand in a statement, and how much of the catalog is wanted of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from stackduck.catalog.facts import Place
from stackduck.engine.session import Session
from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.execute.planning import PlanningDatabase
from stackduck.sql.inspecting.fact_tables import spliced
from stackduck.sql.inspecting.facts import Use
from stackduck.sql.statements import of_text


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


def found(session: Session, sql: str, parameters: Mapping[str, object] | None = None) -> tuple[str, tuple[Use, ...]]:
    statement, uses = spliced(of_text(sql), parameters or {}, PlanningDatabase(session))
    return statement.text, uses


def place(**names: str) -> Place:
    return Place(**{level: frozenset(told.split()) for level, told in names.items()})


@pytest.mark.parametrize(
    ("sql", "error", "told"),
    [
        ("SELECT * FROM stackduck.method", ProgrammingError, "no table 'method' in stackduck; did you mean 'methods'?"),
        ("SELECT * FROM stackduck.zzz", ProgrammingError, "no table 'zzz' in stackduck; there are calls, columns,"),
        ("FROM a POSITIONAL JOIN stackduck.zzz", ProgrammingError, "no table 'zzz' in stackduck"),
        (
            "INSERT INTO stackduck.calls SELECT 1",
            NotSupportedError,
            "stackduck.calls is only read; INSERT needs a local",
        ),
        ("UPDATE stackduck.methods SET name = 'x'", NotSupportedError, "UPDATE needs a local table"),
        ("DELETE FROM StackDuck.Methods", NotSupportedError, "StackDuck.Methods is only read; DELETE"[9:]),
        ("TRUNCATE stackduck.methods", NotSupportedError, "is only read"),
    ],
)
def test_what_is_no_table_to_read_is_refused(sql: str, error: type[Exception], told: str, session: Session) -> None:
    with pytest.raises(error) as raised:
        found(session, sql)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE stackduck.methods AS SELECT 1",
        "DROP TABLE stackduck.methods",
        "ALTER TABLE stackduck.methods ADD COLUMN n INT",
        "SELECT * FROM other.methods",
        "SELECT * FROM memory.stackduck.methods",
        "SELECT * FROM stackduck.methods(1)",
        "SELECT stackduck.methods FROM t AS stackduck",
    ],
)
def test_other_names_are_left_to_duckdb(sql: str, session: Session) -> None:
    assert found(session, sql) == (sql, ())


@pytest.mark.parametrize(
    "made",
    [
        ["CREATE SCHEMA stackduck", "CREATE TABLE stackduck.methods (n INT)"],
        ["CREATE SCHEMA stackduck", "CREATE VIEW stackduck.METHODS AS SELECT 1 AS n"],
        ["ATTACH ':memory:' AS stackduck", "CREATE TABLE stackduck.methods (n INT)"],
    ],
    ids=["schema", "view", "database"],
)
def test_a_table_of_the_users_own_goes_first(made: list[str], session: Session) -> None:
    for sql in made:
        session.rows(sql)
    for sql in (
        "SELECT * FROM stackduck.methods",
        "INSERT INTO stackduck.methods SELECT 1",
        "FROM stackduck.methods AT 1",
    ):
        assert found(session, sql) == (sql, ())
    assert found(session, "SELECT * FROM stackduck.columns")[1] != ()


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT * FROM stackduck.methods", 'SELECT * FROM "{}" AS "methods"'),
        ('SELECT m.* FROM StackDuck."Methods" AS m', 'SELECT m.* FROM "{}" AS m'),
        ("SELECT stackduck.methods.name FROM stackduck.methods", 'SELECT methods.name FROM "{}" AS "methods"'),
        ("FROM stackduck.methods WHERE methods.name = 'a'", """FROM "{}" AS "methods" WHERE methods.name = 'a'"""),
        ("WITH m AS (FROM stackduck.methods) FROM m", 'WITH m AS (FROM "{}" AS "methods") FROM m'),
        ("DELETE FROM t USING stackduck.methods", 'DELETE FROM t USING "{}" AS "methods"'),
        ("UPDATE t SET n = 1 FROM stackduck.methods", 'UPDATE t SET n = 1 FROM "{}" AS "methods"'),
        ("DESCRIBE stackduck.methods", 'DESCRIBE SELECT * FROM "{}"'),
        ("COPY (FROM stackduck.methods) TO 'x'", """COPY (FROM "{}" AS "methods") TO 'x'"""),
        ("INSERT INTO t SELECT * FROM stackduck.methods", 'INSERT INTO t SELECT * FROM "{}" AS "methods"'),
        ("FROM stackduck.methods AT 1", 'FROM "{}" AS "methods" AT 1'),
    ],
)
def test_a_relation_takes_the_place_of_a_table(sql: str, text: str, session: Session) -> None:
    written, (use,) = found(session, sql)
    assert written == text.format(use.relation)
    assert use.table == "methods"


def test_equal_readings_are_one(session: Session) -> None:
    both = "stackduck.methods a JOIN stackduck.methods b ON a.service = 'x' AND b.service = 'x'"
    _, uses = found(session, f"FROM {both} JOIN stackduck.calls c ON true")
    assert [(use.table, use.place) for use in uses] == [("methods", place(service="x")), ("calls", Place())]


METHODS = "SELECT * FROM stackduck.methods"


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        (METHODS, Place()),
        (f"{METHODS} WHERE service = 'Copilot'", place(service="copilot")),
        (f"{METHODS} WHERE service IN ('a', 'b') AND resource = 'r'", place(service="a b", resource="r")),
        (f"{METHODS} WHERE service = 'a' OR service = 'b'", place(service="a b")),
        (f"{METHODS} WHERE service = 'a' OR resource = 'b'", Place()),
        (f"{METHODS} WHERE service <> 'a'", Place()),
        (f"{METHODS} WHERE service LIKE 'a%'", Place()),
        (f"{METHODS} WHERE service = $s AND name = 'list'", place(service="bound", method="list")),
        (f"{METHODS} WHERE service = 'a' AND service = 'b'", Place(*[frozenset()] * 4)),
        (f"SELECT * FROM ({METHODS}) WHERE service = 'a'", place(service="a")),
        (f"WITH m AS ({METHODS}) SELECT * FROM m WHERE service = 'a'", place(service="a")),
        (f"SELECT * FROM t LEFT JOIN ({METHODS}) m ON m.service = 'a'", place(service="a")),
        ("SELECT * FROM t, stackduck.methods WHERE lower('A') = service", place(service="a")),
        (f"{METHODS} ORDER BY name LIMIT 1", Place()),
        ("SELECT * FROM stackduck.services WHERE provider = 'p' AND name = 's'", place(provider="p", service="s")),
        ("SELECT * FROM stackduck.columns WHERE resource = 'r' AND name = 'n'", place(resource="r")),
        ("FROM stackduck.methods AT 1 WHERE service = 'a'", Place()),
    ],
)
def test_conditions_that_must_hold_limit_what_is_read(sql: str, wanted: Place, session: Session) -> None:
    session.rows("CREATE TABLE t (n INT)")
    _, (use,) = found(session, sql, {"s": "bound"} if "$s" in sql else {})
    assert use.place == wanted


@pytest.mark.parametrize(
    "join",
    [
        "m.service = p.service WHERE m.service = 'a'",
        "p.service = m.service AND m.service = 'a'",
        "m.service = p.service AND m.resource = p.resource WHERE p.service = 'a'",
        "m.service || '' = p.service AND p.service = 'a' WHERE m.service = 'a'",
    ],
)
def test_a_condition_on_one_side_of_a_join_limits_the_other(join: str, session: Session) -> None:
    _, uses = found(session, f"SELECT * FROM stackduck.methods m JOIN stackduck.parameters p ON {join}")
    assert [use.place.service for use in uses] == [frozenset("a")] * 2


def test_duckdb_carries_a_condition_through_using(session: Session) -> None:
    sql = "SELECT * FROM stackduck.methods JOIN stackduck.parameters USING (provider, service) WHERE service = 'a'"
    assert [use.place.service for use in found(session, sql)[1]] == [frozenset("a")] * 2


def test_a_value_that_may_change_limits_nothing(session: Session) -> None:
    sql = "SELECT * FROM stackduck.methods WHERE service = CASE WHEN random() < 2 THEN 'a' ELSE 'b' END"
    assert found(session, sql)[1][0].place == Place()
