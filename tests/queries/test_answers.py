"""Every query answers what plain Python computes of the same JSON, for an enterprise and for an organization."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import stackduck

from .asking import FILES, ask
from .conftest import AROUND
from .expected import EXPECTED, World, same

OTHERWISE: dict[str, dict[str, int]] = {
    "never_used_seats": {"days": 40},
    "monthly_trend": {"months": 1},
    "series_breaks": {"days": AROUND},
}
"""What is asked with other values than the defaults, which would need more days than the others."""
WHOLE_MONTHS = ("monthly_trend",)
DATED = ("series_breaks",)
"""What is about certain days of 2026, of which GitHub tells for a year."""
PAST = [name for name, file in FILES.items() if file.parameter("until") and name not in WHOLE_MONTHS]
"""What can be asked about days of the past."""
SEED = "copilot_user_usage_metrics"


def defaults(name: str) -> dict[str, int]:
    """Return the number of days that a query asks about by default."""
    days = FILES[name].parameter("days")
    return {"days": int(str(days.default))} if days else {}


def test_each_query_has_an_answer_to_compare() -> None:
    assert FILES.keys() - {SEED} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_query_answers_what_the_json_says(
    connection: stackduck.Connection, world: World, scope: dict[str, str], name: str
) -> None:
    asked = OTHERWISE.get(name, {})
    expected = EXPECTED[name](replace(world, **(defaults(name) | asked)))
    found = ask(connection, name, **scope, **asked)
    assert expected or name in DATED
    assert same(found, expected), (found, expected)
    expect = FILES[name].expect
    assert expect and list(found[0]) == [column.name for column in expect.columns]


@pytest.mark.parametrize("name", PAST)
def test_a_period_that_is_over(
    connection: stackduck.Connection, world: World, scope: dict[str, str], name: str
) -> None:
    until = world.since(9)
    for days in (1, 16):
        given = {"since": until - timedelta(days - 1)} if FILES[name].parameter("since") else {"days": days}
        expected = EXPECTED[name](replace(world, days=days, until=until))
        assert same(ask(connection, name, **scope, **given, until=until), expected)


def test_months_that_are_over(connection: stackduck.Connection, world: World, scope: dict[str, str]) -> None:
    until = world.today.replace(day=1) - timedelta(1)
    expected = EXPECTED["monthly_trend"](replace(world, months=0, until=until))
    found = ask(connection, "monthly_trend", **scope, months=0, until=until)
    assert [row["month"] for row in found] == [until.replace(day=1)]
    assert same(found, expected)


def test_organizations_do_not_add_up_to_their_enterprise(connection: stackduck.Connection) -> None:
    [whole] = ask(connection, "unique_active_users", enterprise="octo-demo")
    parts = [ask(connection, "unique_active_users", org=f"octo-demo-{name}")[0] for name in ("eng", "data")]
    assert sum(part["active_users"] for part in parts) > whole["active_users"]
