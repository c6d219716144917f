"""Lists, days, pages, joins, and everything of DuckDB beside them: the rows, and exactly the calls that they need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck
from stackduck.sandbox import serve

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

Asked = Callable[[], list[str]]
ENG = "/orgs/octo-demo-eng/copilot/billing/seats"
DATA = "/orgs/octo-demo-data/copilot/billing/seats"
DAYS = "/enterprises/octo-demo/copilot/metrics/reports/users-1-day"
SEATS = "github.copilot.org_seats"
ONE_DAY = "github.copilot.copilot_user_one_day_usage_metrics"


def text(day: date) -> str:
    return f"{day:%Y-%m-%d}"


@pytest.mark.parametrize(
    "condition",
    [
        "org IN ('octo-demo-eng', 'octo-demo-data', 'octo-demo-eng')",
        "org = 'octo-demo-eng' OR 'octo-demo-data' = org",
        "org IN (?, ?)",
        "(org = 'octo-demo-eng' AND plan_type <> 'x') OR (org = 'octo-demo-data' AND true)",
    ],
)
def test_a_list_makes_one_call_a_distinct_value(connection: stackduck.Connection, asked: Asked, condition: str) -> None:
    values = ["octo-demo-data", "octo-demo-eng"] if "?" in condition else None
    sql = f"SELECT org, count(*) FROM {SEATS} WHERE {condition} GROUP BY ALL ORDER BY 1"
    assert [row[0] for row in connection.execute(sql, values)] == ["octo-demo-data", "octo-demo-eng"]
    assert asked() == [f"{DATA}?per_page=100", f"{ENG}?per_page=100"]


@pytest.mark.parametrize(
    "condition", ["day BETWEEN $a AND $b", "day >= $a AND day <= $b", "day > $a::DATE - 1 AND day < $b::DATE + 1"]
)
def test_days_between_two_ends_are_asked_one_by_one(
    connection: stackduck.Connection, github: Sandbox, asked: Asked, condition: str
) -> None:
    wanted = [github.last_day - timedelta(n) for n in (2, 1, 0)]
    sql = f"SELECT day, report_day FROM {ONE_DAY} WHERE enterprise = 'octo-demo' AND {condition} ORDER BY day"
    rows = connection.execute(sql, {"a": wanted[0], "b": wanted[-1]}).fetchall()
    assert rows == [(day, day) for day in wanted]
    assert asked() == [f"{DAYS}?day={text(day)}" for day in wanted]


def test_days_may_be_counted_from_today_in_utc(connection: stackduck.Connection, asked: Asked) -> None:
    before = datetime.now(UTC).date()
    sql = f"SELECT day FROM {ONE_DAY} WHERE enterprise = 'octo-demo' AND day IN (current_date - 3, current_date - 4)"
    rows = connection.execute(sql).fetchall()
    days = {before, datetime.now(UTC).date()}
    assert len(rows) == len(asked()) == 2
    assert max(row[0] for row in rows) in {day - timedelta(3) for day in days}


def test_a_day_of_another_type_is_the_same_day(connection: stackduck.Connection, github: Sandbox, asked: Asked) -> None:
    day = text(github.last_day)
    for value in (day, github.last_day):
        sql = f"SELECT report_day FROM {ONE_DAY} WHERE enterprise = 'octo-demo' AND day = ?"
        assert connection.execute(sql, [value]).fetchall() == [(github.last_day,)]
    assert asked() == [f"{DAYS}?day={day}"] * 2


@pytest.fixture
def crowd() -> object:
    """Serve an enterprise with more seats than a page holds."""
    with serve(seed=2, users=260, organizations=1) as github:
        yield github


def test_all_pages_are_read_and_one_page_is_one_page(crowd: Sandbox) -> None:
    org = crowd.organizations[0]

    def ask(condition: str) -> tuple[list[str], int]:
        crowd.requests.clear()
        with stackduck.connect(api_url=crowd.api_url, token=crowd.token) as connection:
            sql = f"SELECT assignee.login FROM {SEATS} WHERE org = '{org}' {condition}"
            return [row[0] for row in connection.execute(sql)], len(crowd.requests)

    everyone, calls = ask("")
    assert len(everyone) == len(set(everyone)) > 200
    assert calls == -(-len(everyone) // 100)
    assert ask("AND per_page = 100 AND page = 2") == (everyone[100:200], 1)
    assert ask("AND per_page = 60")[0] == everyone
    assert ask("AND per_page = 60")[1] == -(-len(everyone) // 60)
    twice, calls = ask("AND per_page = 100 AND page IN (1, 2)")
    assert (sorted(twice), calls) == (sorted(everyone[:200]), 2)


def test_a_call_is_counted_as_often_as_it_was_made(connection: stackduck.Connection) -> None:
    cursor = connection.execute(f"SELECT * FROM {SEATS} WHERE org IN ('octo-demo-eng', 'octo-demo-data')")
    assert cursor.stats.calls == 2
    assert cursor.stats.bytes > 1000
    assert cursor.stats.rate_limit is not None
    assert cursor.stats.rate_limit.limit == 15_000
    assert connection.execute("SELECT 1").stats.calls == 0


A_DAY = "AND day = '2026-01-31'"
NO_DATA = [
    ("copilot_user_one_day_usage_metrics", "enterprise", A_DAY, "users-1-day"),
    ("copilot_user_usage_metrics", "enterprise", "", "users-28-day"),
    ("copilot_usage_metrics", "enterprise", "", "No report available"),
    ("copilot_one_day_usage_metrics", "enterprise", A_DAY, "No report available"),
    ("copilot_repos_one_day_report", "enterprise", A_DAY, "204"),
    ("org_copilot_user_one_day_usage_metrics", "org", A_DAY, "204"),
]


@pytest.mark.parametrize(("resource", "scope", "day", "mention"), NO_DATA, ids=[case[0] for case in NO_DATA])
def test_no_data_is_no_rows_and_a_warning(
    connection: stackduck.Connection, resource: str, scope: str, day: str, mention: str
) -> None:
    cursor = connection.execute(f"SELECT * FROM github.copilot.{resource} WHERE {scope} = 'octo-nodata' {day}")
    assert cursor.fetchall() == []
    assert len(cursor.warnings) == 1
    assert "octo-nodata" in cursor.warnings[0]
    assert mention in cursor.warnings[0]
    assert connection.execute("SELECT 1").warnings == []


def test_a_report_without_links_is_the_row_that_github_gave(connection: stackduck.Connection) -> None:
    sql = "SELECT * FROM github.copilot.org_copilot_user_usage_metrics WHERE org = 'octo-nodata'"
    ((links, start, end),) = connection.execute(sql).fetchall()
    assert (links, end - start) == ([], timedelta(27))


def test_the_days_that_have_data_are_given_beside_those_without(
    connection: stackduck.Connection, github: Sandbox
) -> None:
    days = [github.last_day, github.today + timedelta(1)]
    cursor = connection.execute(f"SELECT day FROM {ONE_DAY} WHERE enterprise = 'octo-demo' AND day IN (?, ?)", days)
    assert cursor.fetchall() == [(days[0],)]
    assert len(cursor.warnings) == 1
    assert text(days[1]) in cursor.warnings[0]


def test_star_is_the_documented_fields_and_parameters_are_selectable(connection: stackduck.Connection) -> None:
    sql = f"SELECT {{}} FROM {SEATS} WHERE org = 'octo-demo-eng' LIMIT 1"
    names = [column[0] for column in connection.execute(sql.format("*")).description or ()]
    assert names[:2] == ["assignee", "organization"]
    assert "org" not in names
    assert [c[0] for c in connection.execute(sql.format("*, org")).description or ()] == [*names, "org"]
    assert connection.execute(sql.format("org, per_page")).fetchall() == [("octo-demo-eng", None)]
    assert connection.execute(sql.format("COLUMNS('plan.*')")).fetchall() == [("enterprise",)]


def test_fields_have_the_documents_types(connection: stackduck.Connection) -> None:
    cursor = connection.execute(
        f"""
        SELECT assignee.id, assignee.login, last_activity_at, created_at, pending_cancellation_date, assigning_team.id
        FROM {SEATS} WHERE org = 'octo-demo-eng'"""
    )
    assert [c[1] for c in cursor.description or ()] == [
        *("BIGINT", "VARCHAR", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE", "DATE", "BIGINT"),
    ]
    rows = cursor.fetchall()
    assert any(row[0] > 2**31 for row in rows)
    assert all(row[3].utcoffset() == timedelta(0) for row in rows)
    assert {type(row[4]) for row in rows} <= {date, type(None)}
    assert {type(row[5]) for row in rows} == {int, type(None)}


def test_two_resources_are_joined(connection: stackduck.Connection, asked: Asked) -> None:
    sql = f"""
        SELECT d.seat_breakdown.total, count(*), d.org
        FROM github.copilot.org_details AS d JOIN {SEATS} AS s ON s.org = d.org
        WHERE d.org = 'octo-demo-eng' GROUP BY ALL
    """
    ((told, counted, org),) = connection.execute(sql).fetchall()
    assert (told, org) == (counted, "octo-demo-eng")
    assert asked() == ["/orgs/octo-demo-eng/copilot/billing", f"{ENG}?per_page=100"]


def test_one_resource_twice_is_two_relations(connection: stackduck.Connection, asked: Asked) -> None:
    sql = f"""
        WITH eng AS (SELECT * FROM {SEATS} WHERE org = 'octo-demo-eng')
        SELECT count(*) FROM eng WHERE assignee.login NOT IN (
            SELECT assignee.login FROM {SEATS} WHERE org = 'octo-demo-data' AND assignee IS NOT NULL)
    """
    assert connection.execute(sql).fetchall()[0][0] > 0
    assert asked() == [f"{DATA}?per_page=100", f"{ENG}?per_page=100"]


def test_the_same_question_twice_is_asked_once(connection: stackduck.Connection, asked: Asked) -> None:
    part = f"SELECT plan_type FROM {SEATS} WHERE org = 'octo-demo-eng'"
    ((twice,),) = connection.execute(f"SELECT count(*) FROM ({part} UNION ALL {part})").fetchall()
    ((once,),) = connection.execute(f"SELECT count(*) FROM ({part})").fetchall()
    assert twice == 2 * once > 0
    assert asked() == [f"{ENG}?per_page=100"] * 2


def test_explain_lists_the_calls_and_sends_none(
    connection: stackduck.Connection, github: Sandbox, asked: Asked
) -> None:
    first = github.last_day - timedelta(2)
    cursor = connection.execute(
        f"EXPLAIN SELECT * FROM {ONE_DAY} WHERE enterprise IN ('a b', 'c') AND day BETWEEN ? AND ?",
        [first, github.last_day],
    )
    names = ["resource", "method", "call", "parameters", "calls", "bytes"]
    assert [c[0] for c in cursor.description or ()] == names
    rows = cursor.fetchall()
    assert [row[2] for row in rows] == [
        "GET /enterprises/a%20b/copilot/metrics/reports/users-1-day",
        "GET /enterprises/c/copilot/metrics/reports/users-1-day",
    ]
    assert [row[4] for row in rows] == [3, 3]
    assert text(first) in rows[0][3]
    assert asked() == []


def test_explain_of_what_makes_no_call_says_so(connection: stackduck.Connection) -> None:
    rows = connection.execute(f"EXPLAIN SELECT * FROM {SEATS} WHERE org = 'a' AND org = 'b'").fetchall()
    assert rows[0][0] == SEATS
    assert rows[0][4] == 0


def test_explain_without_provider_tables_is_duckdbs(connection: stackduck.Connection) -> None:
    cursor = connection.execute("EXPLAIN SELECT 42")
    assert [c[0] for c in cursor.description or ()] == ["explain_key", "explain_value"]


@pytest.mark.parametrize("head", ["EXPLAIN ANALYZE", "explain (analyze)", "EXPLAIN (ANALYZE, FORMAT json)"])
def test_explain_analyze_runs_the_statement(connection: stackduck.Connection, asked: Asked, head: str) -> None:
    cursor = connection.execute(f"{head} SELECT count(*) FROM {SEATS} WHERE org = 'octo-demo-eng'")
    assert cursor.fetchall()[0][0] == "analyzed_plan"
    assert asked() == [f"{ENG}?per_page=100"]


def test_local_tables_files_and_functions_work_beside_provider_tables(
    connection: stackduck.Connection, asked: Asked, tmp_path: Path
) -> None:
    connection.execute("CREATE TABLE teams AS SELECT 'octo-demo-eng' AS org, 7 AS floor")
    connection.execute(f"COPY (SELECT 'octo-demo-eng' AS org, 'x' AS code) TO '{tmp_path}/codes.parquet'")
    connection.execute("CREATE MACRO double_it(x) AS x * 2")
    sql = f"""
        SELECT double_it(t.floor), c.code, count(*) > 0
        FROM {SEATS} s JOIN teams t USING (org) JOIN '{tmp_path}/codes.parquet' c ON c.org = s.org
        WHERE s.org = 'octo-demo-eng' GROUP BY ALL
    """
    assert connection.execute(sql).fetchall() == [(14, "x", True)]
    assert asked() == [f"{ENG}?per_page=100"]


def test_rows_are_kept_in_local_tables_and_files(connection: stackduck.Connection, tmp_path: Path) -> None:
    query = f"SELECT assignee.login AS login, org FROM {SEATS} WHERE org = 'octo-demo-eng'"
    created = connection.execute(f"CREATE TABLE kept AS {query}")
    seats = created.rowcount
    assert seats > 0
    assert created.description is None
    assert connection.execute(f"INSERT INTO kept {query.replace('eng', 'data')}").rowcount > 0
    assert connection.execute(f"WITH x AS ({query}) INSERT INTO kept FROM x").rowcount == seats
    assert connection.execute(f"DELETE FROM kept WHERE login IN (SELECT login FROM ({query}))").rowcount >= 2 * seats
    assert connection.execute(f"COPY ({query}) TO '{tmp_path}/x.parquet'").rowcount == seats
    assert connection.execute(f"SELECT count(*) FROM '{tmp_path}/x.parquet'").fetchall() == [(seats,)]
    assert connection.execute("SHOW TABLES").fetchall() == [("kept",)]


def test_nothing_of_a_statement_is_left_behind(connection: stackduck.Connection) -> None:
    connection.execute(f"SELECT * FROM {SEATS} WHERE org = 'octo-demo-eng'").fetchone()
    with pytest.raises(stackduck.ProgrammingError):
        connection.execute(f"SELECT nope FROM {SEATS} WHERE org = 'octo-demo-eng'")
    assert (
        connection.execute(
            "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        == []
    )


def test_describe_and_summarize_know_provider_tables(connection: stackduck.Connection, asked: Asked) -> None:
    named = [row[0] for row in connection.execute(f"DESCRIBE {SEATS}")]
    assert "plan_type" in named
    assert asked() == []
    described = connection.execute(
        f"DESCRIBE SELECT plan_type AS p, count(*) AS n FROM {SEATS} WHERE org = 'a' GROUP BY 1"
    )
    assert [row[:2] for row in described] == [("p", "VARCHAR"), ("n", "BIGINT")]
    assert asked() == []
    summary = connection.execute(f"SUMMARIZE SELECT plan_type FROM {SEATS} WHERE org = 'octo-demo-eng'").fetchall()
    assert summary[0][:3] == ("plan_type", "VARCHAR", "enterprise")


def test_a_condition_on_what_only_the_rows_tell_is_left_to_duckdb(connection: stackduck.Connection) -> None:
    sql = f"SELECT count(*), count(*) FILTER (last_activity_at IS NULL) FROM {SEATS} WHERE org = 'octo-demo-eng'"
    ((everyone, silent),) = connection.execute(sql).fetchall()
    ((active,),) = connection.execute(
        f"{sql} AND last_activity_at > '2000-01-01'".replace(", count(*) FILTER (last_activity_at IS NULL)", "")
    ).fetchall()
    assert active == everyone - silent
    assert 0 < active < everyone
