"""Every query on reports of real shape, whose sums are known to the last digit; their days are moved to the last weeks.

They move by whole weeks, so that weeks stay what they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import stackduck

from .. import usage_oracle as oracle
from ..usage_oracle import Row, Usage
from .asking import ask
from .expected import EXPECTED, World, same
from .github import serving

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
if not SAMPLES.is_dir():
    pytest.skip("the sample files are not here", allow_module_level=True)

TODAY = datetime.now(UTC).date()
LAST = date(2026, 4, 25)
MOVED = timedelta(days=(TODAY - timedelta(1) - LAST).days // 7 * 7)
DAYS = (TODAY - MOVED - date(2026, 3, 29)).days
"""So many days back is the first of the sample's four weeks."""

OF_DAYS = sorted(EXPECTED.keys() - {"monthly_trend", "unique_active_users", "series_breaks"})
"""The queries about the days before today."""

Ask = Callable[..., list[Row]]


def sample(name: str) -> list[Row]:
    """Return the rows of a sample file, on their new days."""
    rows = oracle.records((SAMPLES / name).read_bytes())
    return [{**row, "day": row["day"] + MOVED} if "day" in row else row for row in rows]


def on(day: date, rows: Iterable[Row]) -> list[Row]:
    """Return rows as those of another day."""
    return [{**row, "day": day} for row in rows]


def seats_of(users: list[Row]) -> list[Row]:
    """Return the sample of seats, with their times moved and the numbers of the users whose logins they have."""
    numbers = {row["user_login"]: row["user_id"] for row in users}
    [listed] = json.loads("[" + (SAMPLES / "org-seats.viewer.json").read_text() + "]")
    for seat in listed["seats"]:
        seat["assignee"]["id"] = numbers.get(seat["assignee"]["login"], 99)
        for name in ("created_at", "last_activity_at"):
            seat[name] = seat[name] and str(datetime.fromisoformat(seat[name]) + MOVED)
    return list(listed["seats"])


@pytest.fixture(scope="module")
def world() -> World:
    users = sample("org-users-28-day.viewer.ndjson")
    usage = Usage(users=users, entity=sample("org-28-day.viewer.json"))
    return World(TODAY, usage, seats_of(users), days=DAYS)


@pytest.fixture(scope="module")
def ask_sample(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask a query about the four weeks."""
    with (
        serving(world.usage, world.seats) as url,
        stackduck.connect(api_url=url, token="none", archive=tmp_path_factory.mktemp("archive")) as connection,
    ):

        def run(name: str, **given: Any) -> list[Row]:
            return ask(connection, name, org="octo", **given)

        yield run


@pytest.mark.parametrize("name", OF_DAYS)
def test_a_query_answers_what_the_sample_says(ask_sample: Ask, world: World, name: str) -> None:
    assert same(ask_sample(name, days=DAYS), EXPECTED[name](world))


def test_completions_are_accepted_at_a_known_rate(ask_sample: Ask) -> None:
    rates = {row["feature"]: row["acceptance_percent"] for row in ask_sample("acceptance_by_feature", days=DAYS)}
    assert rates.pop("code_completion") == 64.3
    assert set(rates.values()) == {None}
    weeks = ask_sample("completion_acceptance_by_week", days=DAYS)
    assert [row["acceptance_percent"] for row in weeks] == [71.4, 68.3, 50.2, 68.7, 74.0]
    assert sum(row["completions"] for row in weeks) == 1766
    assert sum(row["accepted_completions"] for row in weeks) == 1136


def test_users_of_weeks_are_known_and_do_not_add_up(ask_sample: Ask, world: World) -> None:
    assert [row["users"] for row in ask_sample("ai_credits_by_week", days=DAYS)] == [1, 6, 7, 6, 7]
    [whole] = ask_sample("unique_active_users", since=world.since(DAYS))
    assert whole["listed_users"] == 8


def test_cuts_add_up_as_known(ask_sample: Ask) -> None:
    cuts = {row["cut"]: row for row in ask_sample("cuts_compared", days=DAYS)}
    figures = {cut: (row["prompts"], row["code_generations"], row["lines_added"]) for cut, row in cuts.items()}
    assert figures == {
        "whole": (2987, 4987, 100878),
        "by feature": (2987, 4987, 100878),
        "by language and feature": (None, 4987, 100878),
        "by editor": (1347, 2444, 49293),
        "by model and feature": (2489, 4768, 100738),
        "by language and model": (None, 3221, 62858),
    }


def test_features_credits_and_tokens_are_known(ask_sample: Ask) -> None:
    features = {row["feature"]: (row["users"], row["prompts"]) for row in ask_sample("feature_mix", days=DAYS)}
    assert (features["copilot_cli"], features["chat_panel_agent_mode"]) == ((5, 1640), (6, 785))
    assert features["chat_panel_ask_mode"] == (3, 514)
    assert sum(row["ai_credits"] or 0 for row in ask_sample("ai_credits_by_user", days=DAYS)) == pytest.approx(4014.09)
    weeks = ask_sample("cli_usage_by_week", days=DAYS)
    sums = [sum(row[name] for row in weeks) for name in ("sessions", "input_tokens", "output_tokens")]
    assert sums == [274, 1_327_259_411, 6_594_915]


def test_what_is_not_told_is_known(ask_sample: Ask) -> None:
    fields = {row["field"]: (row["told"], row["above_zero"]) for row in ask_sample("field_coverage", days=DAYS)}
    assert (fields["used_cli"], fields["totals_by_cli"]) == ((73, 51), (51, 51))
    assert fields["totals_by_language_model"][0] == 78


def test_rows_without_activity_are_known(ask_sample: Ask) -> None:
    rules = {row["rule"]: row["user_days"] for row in ask_sample("active_user_rules", days=DAYS)}
    assert (rules["listed in the report"], rules["prompts"], rules["prompts or code"]) == (107, 107 - 18, 107 - 17)


def test_the_one_who_never_used_a_seat_is_known(ask_sample: Ask) -> None:
    [row] = ask_sample("never_used_seats", days=DAYS)
    assert (row["user_login"], row["is_certain"]) == ("newjoiner", True)
    assert {row["status"]: row["seats"] for row in ask_sample("seat_status", days=DAYS)} == {"used": 8, "new": 1}


def test_teams_are_known(tmp_path: Path) -> None:
    users, teams = (
        on(TODAY - timedelta(3), sample(file))
        for file in ("org-users-1-day.for-user-teams.docs.ndjson", "org-user-teams-1-day.docs.ndjson")
    )
    world = World(TODAY, Usage(users=users, user_teams=teams), days=5)
    with serving(world.usage) as url, stackduck.connect(api_url=url, token="none", archive=tmp_path) as connection:
        found = ask(connection, "team_adoption", org="octo", days=5)
        coverage = ask(connection, "team_coverage", org="octo", days=5)
    assert [(row["team"], row["active_members"], row["lines_added"]) for row in found] == [
        ("backend", 1, 88),
        ("frontend", 2, 112),
    ]
    assert same(found, EXPECTED["team_adoption"](world))
    assert [(row["teams"], row["users"]) for row in coverage] == [(1, 1), (2, 1)]


@pytest.mark.parametrize("name", OF_DAYS)
def test_rows_with_every_documented_field(tmp_path: Path, name: str) -> None:
    users, repos, entity = (
        on(TODAY - timedelta(3), sample(file))
        for file in (
            "enterprise-users-1-day.docs.ndjson",
            "enterprise-repos-1-day.docs.ndjson",
            "enterprise-1-day.docs.json",
        )
    )
    seats = json.loads((SAMPLES / "enterprise-seats-duplicates.viewer.json").read_text())["seats"]
    world = World(TODAY, Usage(users=users, entity=entity, repos=repos), seats, days=5)
    expected = EXPECTED[name](world)
    with serving(world.usage, seats) as url, stackduck.connect(api_url=url, token="none", archive=tmp_path) as con:
        assert same(ask(con, name, enterprise="octo", days=5), expected)
