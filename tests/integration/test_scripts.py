"""Values of every origin in scripts over provider tables, and what takes no provider table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import stackduck
from stackduck import errors

Asked = Callable[[], list[str]]
SEATS = "SELECT DISTINCT org FROM github.copilot.org_seats WHERE org"
BOTH = ["octo-demo-eng", "octo-demo-data"]


@pytest.mark.parametrize(
    "sql",
    [
        "COPY github.copilot.org_seats FROM 'x.csv'",
        "PREPARE p AS SELECT org FROM github.copilot.org_seats WHERE org = ?",
        "CREATE MACRO m(x) AS TABLE SELECT * FROM github.copilot.org_seats WHERE org = x",
        "CREATE FUNCTION m(x) AS (SELECT count(*) FROM github.copilot.org_seats WHERE org = x)",
        "CALL github.copilot.org_seats('octo-demo-eng')",
        "TRUNCATE github.copilot.org_seats",
        "CREATE TABLE t (LIKE github.copilot.org_seats)",
    ],
)
def test_what_holds_no_query_takes_no_provider_table(connection: stackduck.Connection, asked: Asked, sql: str) -> None:
    kind = " ".join(sql.split()[: 2 if sql.startswith("CREATE") else 1])
    with pytest.raises(errors.NotSupportedError, match=rf"^{kind}.* cannot take github\.copilot\.org_seats; "):
        connection.execute(sql, ["octo-demo-eng"] if "?" in sql else None)
    assert asked() == []


def test_a_table_that_is_copied_without_its_values_is_corrected(connection: stackduck.Connection) -> None:
    with pytest.raises(errors.MissingParameterError) as caught:
        connection.execute("COPY github.copilot.org_seats TO 'x.csv'")
    assert "COPY (SELECT * FROM github.copilot.org_seats WHERE org = '<slug>') TO 'x.csv'" in str(caught.value)


def test_show_describes_a_table(connection: stackduck.Connection, asked: Asked) -> None:
    described = connection.execute("DESCRIBE github.copilot.org_seats").fetchall()
    assert connection.execute("SHOW github.copilot.org_seats").fetchall() == described != []
    assert asked() == []


def test_a_script_without_enough_values_runs_nothing(connection: stackduck.Connection) -> None:
    with pytest.raises(errors.ProgrammingError, match="2 values are needed and 1 was given"):
        connection.execute("CREATE TABLE t AS SELECT ?; SELECT ?", [1])
    assert connection.execute("SHOW TABLES").fetchall() == []


@pytest.mark.parametrize(
    ("setting", "condition"),
    [("'octo-demo-eng'", "= $V"), ("'octo-demo-eng'", "= :v"), ("'OCTO-demo-eng'", "= lower($v)")],
)
@pytest.mark.parametrize("parameters", [None, {"w": 1}], ids=["alone", "beside a value"])
def test_a_variable_that_the_script_sets_is_a_value(
    connection: stackduck.Connection, asked: Asked, setting: str, condition: str, parameters: dict[str, int] | None
) -> None:
    more = " AND $w = 1" if parameters else ""
    rows = connection.execute(f"SET VARIABLE v = {setting}; {SEATS} {condition}{more}", parameters).fetchall()
    assert rows == [("octo-demo-eng",)]
    assert len(asked()) == 1


def test_a_variable_is_missing_before_the_script_sets_it(connection: stackduck.Connection) -> None:
    with pytest.raises(errors.ProgrammingError, match="missing variable 'v'"):
        connection.execute("SELECT $v; SET VARIABLE v = 1")


@pytest.mark.parametrize("items", [[5], "octo-demo-eng"], ids=["numbers", "text"])
def test_a_list_of_another_type_is_an_error(connection: stackduck.Connection, asked: Asked, items: object) -> None:
    with pytest.raises(errors.Error):
        connection.execute(f"{SEATS} = ANY(?)", [items])
    assert asked() == []


@pytest.mark.parametrize("condition", ["org = ANY(?)", "org = ANY($1)", "org IN ?", "list_contains(?, org)"])
def test_a_list_is_one_value(connection: stackduck.Connection, asked: Asked, condition: str) -> None:
    query = SEATS.removesuffix("org")
    rows = connection.execute(f"{query} {condition}", [[*BOTH, None, BOTH[0]]]).fetchall()
    assert sorted(rows) == [("octo-demo-data",), ("octo-demo-eng",)]
    assert len(asked()) == 2


def test_an_empty_list_makes_no_call(connection: stackduck.Connection, asked: Asked) -> None:
    assert connection.execute(f"{SEATS} = ANY(?)", [[]]).fetchall() == []
    assert asked() == []
