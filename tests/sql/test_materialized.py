from __future__ import annotations

import pytest

from stackduck.errors import ProgrammingError
from stackduck.sql.materialized import Command, command, may_concern
from stackduck.sql.statements import of_text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CREATE MATERIALIZED TABLE v AS SELECT 1", "CREATE MATERIALIZED is followed by VIEW"),
        ("REFRESH MATERIALIZED v", "REFRESH MATERIALIZED is followed by VIEW"),
        ("CREATE MATERIALIZED VIEW", "CREATE MATERIALIZED VIEW takes one name"),
        ("CREATE MATERIALIZED VIEW AS SELECT 1", "needs a query"),
        ("CREATE MATERIALIZED VIEW v", "needs a query"),
        ("CREATE MATERIALIZED VIEW v AS", "needs a query"),
        ("REFRESH MATERIALIZED VIEW", "REFRESH MATERIALIZED VIEW takes one name"),
        ("REFRESH MATERIALIZED VIEW a, b", "REFRESH MATERIALIZED VIEW takes one name"),
        ("DROP MATERIALIZED VIEW IF EXISTS", "DROP MATERIALIZED VIEW takes one name"),
    ],
)
def test_half_a_statement_is_refused(text: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        command(of_text(text))


@pytest.mark.parametrize(
    "text",
    [
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE materialized AS SELECT 1",
        "SHOW TABLES",
        "SHOW MATERIALIZED",
        "DROP VIEW v",
        "WITH x AS MATERIALIZED (SELECT 1) FROM x",
        "EXPLAIN WITH x AS MATERIALIZED (SELECT 1) FROM x",
    ],
)
def test_other_statements_are_none_of_them(text: str) -> None:
    assert command(of_text(text)) is None


def test_most_statements_are_not_looked_at() -> None:
    assert not may_concern(of_text("SELECT materialized FROM t"))
    assert not may_concern(of_text("CREATE TABLE t AS SELECT 1"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("CREATE MATERIALIZED VIEW v AS SELECT 1 -- one", Command("CREATE", ("v",), "v", "SELECT 1 -- one")),
        (
            'create or replace temp materialized view "a.b".V as from t',
            Command("CREATE", ("a.b", "V"), '"a.b".V', "from t", replaces=True, is_temporary=True),
        ),
        (
            "CREATE MATERIALIZED VIEW IF NOT EXISTS v (a, b) AS SELECT 1, 2",
            Command("CREATE", ("v",), "v", "SELECT * FROM (SELECT 1, 2\n) AS renamed (a, b)", is_tolerant=True),
        ),
        ("REFRESH MATERIALIZED VIEW m.v", Command("REFRESH", ("m", "v"), "m.v")),
        ("DROP MATERIALIZED VIEW IF EXISTS v", Command("DROP", ("v",), "v", is_tolerant=True)),
        ("SHOW MATERIALIZED VIEWS", Command("SHOW")),
    ],
)
def test_a_statement_is_read(text: str, wanted: Command) -> None:
    statement = of_text(text)
    assert may_concern(statement)
    assert command(statement) == wanted
