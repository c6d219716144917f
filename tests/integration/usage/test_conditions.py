"""Conditions on `day`, each answered as DuckDB answers it over local tables with the same rows."""

from __future__ import annotations

from typing import Any

import pytest

import stackduck

from .conftest import FIRST, FRIDAY, IN_RANGE, LAST, MONDAY, THURSDAY, Connect, ago, sorted_text
from .twin import Twin


@pytest.fixture(scope="module")
def connection(connect: Connect, tmp_path_factory: pytest.TempPathFactory) -> stackduck.Connection:
    """Connect with an archive that fills from test to test."""
    return connect(tmp_path_factory.mktemp("archive"))


CONDITIONS = {
    "equal": f"day = '{MONDAY}'",
    "a date literal": f"day = DATE '{MONDAY}'",
    "list": f"day IN ('{MONDAY}', '{ago(31)}', '{THURSDAY}')",
    "not in": f"day NOT IN ('{MONDAY}', '{ago(31)}') AND {IN_RANGE}",
    "between": f"day BETWEEN '{ago(14)}' AND '{FRIDAY}'",
    "not between": f"day NOT BETWEEN '{ago(30)}' AND '{ago(4)}' AND {IN_RANGE}",
    "less": f"day < '{ago(30)}' AND day >= '{FIRST}'",
    "more and less": f"day > '{ago(13)}' AND day <= '{MONDAY}'",
    "unequal": f"day <> '{MONDAY}' AND {IN_RANGE}",
    "or": f"(day = '{MONDAY}' OR day BETWEEN '{ago(32)}' AND '{ago(31)}')",
    "or with other columns": f"((day = '{MONDAY}' AND used_chat) OR (day = '{THURSDAY}' AND NOT used_chat))",
    "weekday": f"dayofweek(day) = 1 AND {IN_RANGE}",
    "month": f"month(day) = 10 AND {IN_RANGE}",
    "week": f"date_trunc('week', day) = DATE '{ago(15)}' AND {IN_RANGE}",
    "text": f"day::VARCHAR LIKE '2026-10-0%' AND {IN_RANGE}",
    "strftime": f"strftime(day, '%d') IN ('01', '15') AND {IN_RANGE}",
    "arithmetic": f"day + 3 = DATE '{MONDAY}'",
    "an interval": f"day >= DATE '{LAST}' - INTERVAL 5 DAY AND day <= '{LAST}'",
    "case": f"CASE WHEN day > '{FRIDAY}' THEN day <= '{MONDAY}' ELSE day = '{ago(20)}' END",
    "a moment": f"day > TIMESTAMP '{MONDAY} 12:00' AND day < TIMESTAMP '{ago(7)} 00:00:01'",
    "is not null": f"day IS NOT NULL AND {IN_RANGE}",
    "contradiction": f"day > '{MONDAY}' AND day < '{THURSDAY}'",
    "null": "day = NULL",
    "not": f"NOT (day <= '{MONDAY}' OR day >= '{ago(6)}')",
    "row": f"(day, user_id IS NOT NULL) = (DATE '{MONDAY}', true)",
    "qualified": f"user_days.day = '{MONDAY}'",
    "in a list value": f"list_contains([DATE '{MONDAY}', DATE '{FRIDAY}'], day)",
    "with another column": f"day = '{MONDAY}' AND code_generation_activity_count > 3",
    "range and another column": f"{IN_RANGE} AND (day = '{MONDAY}' OR code_generation_activity_count > 20)",
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS.keys())
def test_conditions_on_day(connection: stackduck.Connection, twin: Twin, condition: str) -> None:
    sql = f"""SELECT day, user_login, loc_added_sum FROM github.copilot_usage.user_days
              WHERE enterprise = 'octo-demo' AND {condition}"""
    cursor = connection.execute(sql)
    assert sorted_text(cursor.fetchall()) == sorted_text(twin.ask(sql))
    assert not [warning for warning in cursor.warnings if "no condition on day" in warning]


BOUND: dict[str, tuple[str, Any]] = {
    "a date": ("day = ?", [MONDAY]),
    "text": ("day = ?", [str(MONDAY)]),
    "two": ("day BETWEEN ? AND ?", [THURSDAY, MONDAY]),
    "named": ("day >= $first AND day <= $last", {"first": THURSDAY, "last": MONDAY}),
    "a list": ("list_contains($days::DATE[], day)", {"days": [THURSDAY, MONDAY]}),
    "a list of text": ("day::VARCHAR IN (?, ?) AND day >= '2026-10-01'", [str(THURSDAY), str(MONDAY)]),
    "a number of days": ("day > DATE '2026-10-20' - $n::INT AND day <= '2026-10-18'", {"n": 6}),
    "null": ("day = ?", [None]),
}


@pytest.mark.parametrize(("condition", "values"), BOUND.values(), ids=BOUND.keys())
def test_bound_parameters_select_days(
    connection: stackduck.Connection, twin: Twin, condition: str, values: Any
) -> None:
    sql = f"""SELECT day, user_login FROM github.copilot_usage.user_days
              WHERE enterprise = 'octo-demo' AND {condition}"""
    assert sorted_text(connection.execute(sql, values).fetchall()) == sorted_text(twin.ask(sql, values))
