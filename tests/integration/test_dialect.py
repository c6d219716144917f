"""StackQL's functions over provider tables: the same calls, and the fields with their types."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import stackduck
from stackduck import errors

Asked = Callable[[], list[str]]
ENG = "/orgs/octo-demo-eng/copilot/billing/seats?per_page=100"
SEATS = "FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'"
DAY = "/enterprises/octo-demo/copilot/metrics/reports/users-1-day?day="


def ask(connection: stackduck.Connection, sql: str, parameters: object = None) -> list[tuple[object, ...]]:
    return connection.execute(sql, parameters).fetchall()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (f"SELECT json_extract(assignee, '$.logn') {SEATS}", "assignee has no .logn; did you mean 'login'?"),
        (f"SELECT json_extract(asignee, '$.login') {SEATS}", "no column 'asignee' in github.copilot.org_seats"),
        (f"SELECT plan_type {SEATS} AND created_at > date('now', 'yesterday')", "'yesterday' is no modifier"),
        ("SELECT json_extract(assignee, '$.login') FROM github.copilot.org_seat", "no resource 'org_seat'"),
    ],
)
def test_mistakes_are_told_before_any_call(
    connection: stackduck.Connection, asked: Asked, sql: str, message: str
) -> None:
    with pytest.raises(errors.ProgrammingError, match=message):
        connection.execute(sql)
    assert asked() == []


@pytest.mark.parametrize(
    "columns",
    [
        "json_extract(assignee, '$.login') AS l, json_extract(assignee, '$.id') AS i",
        "assignee ->> 'login' AS l, assignee -> '$.id' AS i",
        "json_extract(s.assignee, '$.login') AS l, github.copilot.s.assignee -> 'id' AS i",
    ],
)
def test_a_path_into_a_field_gives_its_type(connection: stackduck.Connection, asked: Asked, columns: str) -> None:
    columns = columns.replace("github.copilot.s.", "s.")
    cursor = connection.execute(f"SELECT {columns} {SEATS.replace(' WHERE', ' s WHERE')} ORDER BY l")
    assert [column[:2] for column in cursor.description or []] == [("l", "VARCHAR"), ("i", "BIGINT")]
    rows = cursor.fetchall()
    assert rows == sorted(rows)
    assert len(rows) == 17
    assert asked() == [ENG]


@pytest.mark.parametrize(
    ("condition", "calls"),
    [
        ("org = lower('OCTO-demo-eng')", [ENG]),
        ("org = iif(1 > 0, 'octo-demo-eng', 'x')", [ENG]),
        ("org = json_extract('{\"o\": \"octo-demo-eng\"}', '$.o')", [ENG]),
        ("org = 'octo-demo-eng' AND json_extract(assignee, '$.id') > 0", [ENG]),
        ("json_extract(assignee, '$.login') LIKE '%' AND org IN ('octo-demo-eng')", [ENG]),
    ],
)
def test_conditions_still_reach_github(
    connection: stackduck.Connection, asked: Asked, condition: str, calls: list[str]
) -> None:
    assert ask(connection, f"SELECT count(*) FROM github.copilot.org_seats WHERE {condition}") == [(17,)]
    assert asked() == calls


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ("day = date('now', '-3 day')", "current_date - 3"),
        ("day = date('now', 'start of month', '-1 day')", "CAST(date_trunc('month', current_date) AS DATE) - 1"),
        ("day = strftime('%Y-%m-%d', 'now', '-4 days')", "current_date - 4"),
        (
            "day >= date('now', '-4 days') AND day < date('now', '-2 days')",
            "unnest([current_date - 4, current_date - 3])",
        ),
        ("day IN (date('now', '-3 days'), date('now', '-5 days'))", "unnest([current_date - 5, current_date - 3])"),
    ],
)
def test_a_day_is_counted_as_sqlite_counts(
    connection: stackduck.Connection, asked: Asked, condition: str, days: str
) -> None:
    wanted = sorted(f"{DAY}{day}" for (day,) in ask(connection, f"SELECT CAST({days} AS VARCHAR)"))
    table = "github.copilot.copilot_user_one_day_usage_metrics"
    ask(connection, f"SELECT report_day FROM {table} WHERE enterprise = 'octo-demo' AND {condition}")
    assert asked() == wanted


def test_json_each_over_a_list_and_an_object(connection: stackduck.Connection, asked: Asked) -> None:
    details = (
        "SELECT key, value FROM github.copilot.org_details d, json_each(seat_breakdown) j WHERE d.org = 'octo-demo-eng'"
    )
    assert ("total", 17) in ask(connection, details)
    links = (
        "SELECT m.report_end_day, j.value FROM github.copilot.copilot_user_usage_metrics m "
        "LEFT JOIN json_each(m.download_links) j ON true WHERE m.enterprise = 'octo-demo'"
    )
    assert all(str(link).startswith("http") for _, link in ask(connection, links))
    assert len(asked()) == 2


def test_they_work_in_views(connection: stackduck.Connection, asked: Asked) -> None:
    connection.execute(
        "CREATE VIEW v AS SELECT org, json_extract(assignee, '$.login') AS login, "
        "iif(plan_type = 'business', 1, 0) AS b, date(created_at, 'start of month') AS month, j.value AS editor "
        "FROM github.copilot.org_seats, json_each(json_extract('[\"x\"]', '$')) AS j"
    )
    connection.execute("CREATE VIEW w AS SELECT login, total(b) AS t FROM v WHERE org = 'octo-demo-eng' GROUP BY login")
    assert asked() == []
    assert ask(connection, "SELECT count(login), iif(count(*) > 3, 'many', 'few') FROM w") == [(17, "many")]
    assert asked() == [ENG]


def test_they_work_on_what_was_kept(connection: stackduck.Connection) -> None:
    connection.execute(f"CREATE TABLE t AS SELECT assignee, created_at {SEATS}")
    connection.execute(
        "CREATE VIEW local AS SELECT json_extract(assignee, '$.login') AS l, date(created_at, '-1 day') AS d FROM t"
    )
    assert ask(connection, "SELECT count(l), count(d) FROM local") == [(17, 17)]
    assert ask(connection, "SELECT typeof(assignee ->> 'id') AS t FROM t LIMIT 1") == [("BIGINT",)]


def test_back_ticks_and_stackqls_casts(connection: stackduck.Connection) -> None:
    sql = f"SELECT CAST(count(*) AS SIGNED) AS `the count` {SEATS.replace('org_seats', '`org_seats`')}"
    assert ask(connection, sql) == [(17,)]


def test_bound_values_stand_in_them(connection: stackduck.Connection) -> None:
    sql = f"SELECT iif(plan_type = ?, 1, 2), date('2026-01-31', ?) {SEATS} LIMIT 1"
    assert str(ask(connection, sql, ["enterprise", "-1 day"])) == "[(1, datetime.date(2026, 1, 30))]"


def test_the_users_macro_goes_first(connection: stackduck.Connection) -> None:
    connection.execute("CREATE MACRO iif(a, b, c) AS 'mine'")
    assert ask(connection, "SELECT iif(true, 1, 2)") == [("mine",)]
    connection.execute("DROP MACRO iif")
    assert ask(connection, "SELECT iif(true, 1, 2)") == [(1,)]


def test_a_statement_without_them_loads_no_parser_for_them(connection: stackduck.Connection) -> None:
    assert ask(connection, "SELECT json_extract('{\"a\": \"b\"}', '$.a'), date('2026-01-31', '-1 month')")[0][0] == "b"
