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
SEED = "copilot_user_usage_metrics"


def test_each_query_has_an_answer_to_compare() -> None:
    assert FILES.keys() - {SEED} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_query_answers_what_the_json_says(
    connection: stackduck.Connection, world: World, scope: dict[str, str], name: str
) -> None:
    asked = OTHERWISE.get(name, {})
    days = asked.get("days") or (FILES[name].parameter("days") or FILES[name].parameters[0]).default or world.days
    expected = EXPECTED[name](replace(world, days=int(str(days))))
    found = ask(connection, name, **scope, **asked)
    assert expected
    assert same(found, expected), (found, expected)
    expect = FILES[name].expect
    assert expect and list(found[0]) == [column.name for column in expect.columns]


@pytest.mark.parametrize("name", ["team_adoption", "idle_seats", "outdated_editors", "feature_mix"])
def test_other_periods(connection: stackduck.Connection, world: World, scope: dict[str, str], name: str) -> None:
    for days in (1, 3, 9):
        assert same(ask(connection, name, **scope, days=days), EXPECTED[name](replace(world, days=days)))


def test_people_of_a_period_between_two_days(
    connection: stackduck.Connection, world: World, scope: dict[str, str]
) -> None:
    since, until = world.since(20), world.since(11)
    [found] = ask(connection, "unique_active_users", **scope, since=since, until=until)
    users = [row for row in world.usage.users if since <= row["day"] <= until]
    shifted = replace(world, today=until + timedelta(1), days=10)
    assert shifted.users == users
    assert same([found], EXPECTED["unique_active_users"](shifted))


def test_organizations_do_not_add_up_to_their_enterprise(connection: stackduck.Connection) -> None:
    [whole] = ask(connection, "unique_active_users", enterprise="octo-demo")
    parts = [ask(connection, "unique_active_users", org=f"octo-demo-{name}")[0] for name in ("eng", "data")]
    assert sum(part["active_users"] for part in parts) > whole["active_users"]
