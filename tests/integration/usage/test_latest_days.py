"""Statements that say nothing of days: the latest 28 processed ones, the same for every table, and said to be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck

from .conftest import LAST, SCOPES, Connect, ago, full, sorted_text
from .twin import Twin

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

WINDOW = f"BETWEEN '{ago(29)}' AND '{LAST}'"
NOTICE = f"no condition on day: the days are the latest 28 processed ones, {ago(29)} to {LAST}"


@pytest.fixture(scope="module")
def connection(connect: Connect, tmp_path_factory: pytest.TempPathFactory) -> stackduck.Connection:
    return connect(tmp_path_factory.mktemp("archive"))


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", ["user_days", "entity_days", "user_team_days", "repo_days", "user_day_ides"])
def test_a_table_has_the_latest_days(connection: stackduck.Connection, twin: Twin, table: str, scope: str) -> None:
    sql = f"SELECT day, count(*) FROM {full(table)} WHERE {scope} = '{SCOPES[scope]}'"
    cursor = connection.execute(f"{sql} GROUP BY day")
    assert cursor.warnings[0] == NOTICE
    assert sorted_text(cursor.fetchall()) == sorted_text(twin.ask(f"{sql} AND day {WINDOW} GROUP BY day"))


@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
def test_tables_that_are_joined_have_the_same_days(
    connection: stackduck.Connection, connect: Connect, twin: Twin, keeps: bool
) -> None:
    sql = f"""SELECT t.slug, u.day, sum(f.loc_added_sum) FROM {full("user_days")} u
              JOIN {full("user_team_days")} t ON t.day = u.day AND t.user_id = u.user_id AND t.org = u.org
              JOIN {full("user_day_features")} f ON f.day = u.day AND f.user_id = u.user_id AND f.org = u.org
              WHERE u.org = 'octo-demo-eng' AND t.org = 'octo-demo-eng' AND f.org = 'octo-demo-eng'"""
    cursor = (connection if keeps else connect(False)).execute(f"{sql} GROUP BY ALL")
    assert cursor.warnings.count(NOTICE) == 1
    assert sorted_text(cursor.fetchall()) == sorted_text(twin.ask(f"{sql} AND u.day {WINDOW} GROUP BY ALL"))


def test_a_condition_on_other_columns_alone_leaves_the_latest_days(
    connection: stackduck.Connection, twin: Twin
) -> None:
    sql = f"SELECT day, user_login FROM {full('user_days')} WHERE enterprise = 'octo-demo' AND loc_added_sum > 50"
    cursor = connection.execute(sql)
    assert cursor.warnings[0] == NOTICE
    assert sorted_text(cursor.fetchall()) == sorted_text(twin.ask(f"{sql} AND day {WINDOW}"))


def test_each_organization_has_the_latest_days(connection: stackduck.Connection, twin: Twin) -> None:
    sql = f"SELECT org, day, count(*) FROM {full('user_days')} WHERE org IN ('octo-demo-eng', 'octo-demo-data')"
    cursor = connection.execute(f"{sql} GROUP BY ALL")
    assert cursor.warnings[0] == NOTICE
    assert sorted_text(cursor.fetchall()) == sorted_text(twin.ask(f"{sql} AND day {WINDOW} GROUP BY ALL"))


def test_an_explanation_names_the_latest_days(connect: Connect, github: Sandbox, tmp_path: Path) -> None:
    github.requests.clear()
    rows = (
        connect(tmp_path).execute(f"EXPLAIN SELECT * FROM {full('user_days')} WHERE org = 'octo-demo-eng'").fetchall()
    )
    assert [(row[2], row[3], row[4]) for row in rows] == [
        ("GET /orgs/octo-demo-eng/copilot/metrics/reports/users-28-day/latest", f"day = {ago(29)} to {LAST}", 1)
    ]
    assert github.requests == []
