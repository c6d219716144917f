"""Days, people and seats of the kinds that queries go wrong on, each in a made-up GitHub of a few rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import stackduck

from ..usage_oracle import M7, Row, Usage
from .asking import ask
from .expected import EXPECTED, World, same
from .expected.world import SIGNS
from .github import serving

TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(10)
BY_RULE = (
    *("idle_seats", "never_used_seats", "seat_status", "cost_per_active_user", "unique_active_users", "monthly_trend"),
    *("team_adoption", "team_coverage", "agent_adoption_by_week", "active_user_rules"),
)
"""The queries that say who is active."""

Ask = Callable[..., list[Row]]


@pytest.fixture
def ask_about(tmp_path: Path) -> Ask:
    """Ask a query about made-up reports and seats; the answer must be that of plain Python too."""
    folders = (tmp_path / str(number) for number in count())

    def run(name: str, usage: Usage, seats: list[Row] | None = None, **given: Any) -> list[Row]:
        period = {key: given[key] for key in ("days", "months", "until") if key in given}
        world = World(TODAY, usage, seats or [], **period)
        with (
            serving(usage, world.seats) as url,
            stackduck.connect(api_url=url, token="none", archive=next(folders)) as connection,
        ):
            found = ask(connection, name, org="octo", **given)
        assert same(found, EXPECTED[name](world)), found
        return found

    return run


def user(number: int, ago: int = 10, **fields: object) -> Row:
    """Return a row of the users report; its figures are 0 and its arrays empty where it is not said otherwise."""
    arrays = ("ide", "feature", "language_feature", "language_model", "model_feature")
    return {
        "day": TODAY - timedelta(ago),
        "organization_id": "7",
        "user_id": number,
        "user_login": f"user-{number}",
        **dict.fromkeys(M7, 0),
        **{f"totals_by_{name}": [] for name in arrays},
        **fields,
    }


def figures(**told: int) -> Row:
    """Return the seven figures, 0 but for those told."""
    return dict.fromkeys(M7, 0) | told


def feature(name: str, generated: int, accepted: int, **more: int) -> Row:
    """Return an element of totals_by_feature."""
    told = {"code_generation_activity_count": generated, "code_acceptance_activity_count": accepted}
    return {"feature": name, **figures(**told, **more)}


def team(number: int, user_id: int, ago: int = 10, slug: str = "") -> Row:
    """Return a row of the user-teams report."""
    day = TODAY - timedelta(ago)
    about = {"organization_id": "7", "team_id": number, "slug": slug or f"team-{number}"}
    return {"day": day, "user_id": user_id, "user_login": f"user-{user_id}", **about}


def seat(number: int | None, *, created: int = 200, last: int | None = None, **fields: object) -> Row:
    """Return a seat that was created, and last used, so many days ago."""
    moments = {"created_at": ago_text(created), "last_activity_at": None if last is None else ago_text(last)}
    assignee = None if number is None else {"login": f"user-{number}", "id": number}
    return {"assignee": assignee, "plan_type": "business", "pending_cancellation_date": None, **moments, **fields}


def ago_text(days: int) -> str:
    """Write a moment so many days ago, as GitHub does."""
    return f"{TODAY - timedelta(days)}T12:00:00Z"


PROMPTED = {"user_initiated_interaction_count": 3}


# Nothing there


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_is_divided_by_no_rows(ask_about: Ask, name: str) -> None:
    given = {"monthly_trend": {"months": 1}, "unique_active_users": {}}.get(name, {"days": 10})
    for row in ask_about(name, Usage(), **given):
        assert not [column for column in row if row[column] and "percent" in column]


def test_no_active_user_has_no_cost(ask_about: Ask) -> None:
    [row] = ask_about("cost_per_active_user", Usage(users=[user(1)]), [seat(1)], days=20)
    assert (row["seats"], row["active_users"], row["usd_per_active_user"]) == (1, 0, None)
    assert row["total_usd"] == row["seats_usd"] > 0


def test_no_completion_has_no_rate(ask_about: Ask) -> None:
    users = [user(1, totals_by_feature=[feature("code_completion", 0, 0), feature("copilot_cli", 9, 9)])]
    [row] = ask_about("completion_acceptance_by_week", Usage(users=users), days=20)
    assert (row["completions"], row["acceptance_percent"]) == (0, None)


def test_nothing_merged_has_no_hours(ask_about: Ask) -> None:
    pulls = {"total_created": 2, "total_created_by_copilot": 0, "total_merged": 0, "total_merged_created_by_copilot": 0}
    entity = [{"day": DAY, "organization_id": "7", "pull_requests": pulls}]
    [row] = ask_about("copilot_pull_requests_by_week", Usage(entity=entity), days=20)
    assert (row["created_by_copilot_percent"], row["avg_daily_median_hours_to_merge"]) == (0.0, None)


def test_medians_weigh_as_their_merges(ask_about: Ask) -> None:
    monday = TODAY - timedelta(TODAY.weekday() + 7)
    entity = [
        {"day": monday, "organization_id": "7", "pull_requests": {"total_merged": 1, "median_minutes_to_merge": 600.0}},
        {
            "day": monday + timedelta(1),
            "organization_id": "7",
            "pull_requests": {"total_merged": 9, "median_minutes_to_merge": 60.0},
        },
        {"day": monday + timedelta(2), "organization_id": "7", "pull_requests": {"total_merged": 0}},
    ]
    [row] = ask_about("copilot_pull_requests_by_week", Usage(entity=entity), days=20)
    assert row["avg_daily_median_hours_to_merge"] == 1.9
    assert row["avg_daily_median_hours_to_merge_copilot"] is None


# NULL, absent and 0


def test_credits_that_are_not_told_are_not_zero(ask_about: Ask) -> None:
    users = [user(1, ai_credits_used=None), user(2), user(3, ai_credits_used=0.0), user(4, ai_credits_used=2.5)]
    rows = {row["user_login"]: row["ai_credits"] for row in ask_about("ai_credits_by_user", Usage(users=users))}
    assert rows == {"user-1": None, "user-2": None, "user-3": 0.0, "user-4": 2.5}
    [week] = ask_about("ai_credits_by_week", Usage(users=users))
    assert (week["user_days_not_told"], week["users_with_credits"], week["ai_credits_per_user"]) == (2, 1, 2.5)


def test_a_field_that_is_not_told_is_not_false(ask_about: Ask) -> None:
    users = [user(1, used_cli=False), user(2, used_cli=None), user(3, used_cli=True), user(4)]
    rows = {row["field"]: row for row in ask_about("field_coverage", Usage(users=users))}
    assert (rows["used_cli"]["told"], rows["used_cli"]["above_zero"], rows["used_cli"]["rows"]) == (2, 1, 4)
    assert rows["used_copilot_app"]["first_day_told"] is None


def test_reviews_by_rule_alone_are_not_use(ask_about: Ask) -> None:
    active, passive = "used_copilot_code_review_active", "used_copilot_code_review_passive"
    users = [
        user(1, **{active: None, passive: True}),
        user(2, **{active: True, passive: True}),
        user(2, 11, **{active: False, passive: True}),
        user(3, **{active: None, passive: None}),
    ]
    monday = TODAY - timedelta(TODAY.weekday() + 7)
    users = [{**row, "day": monday + timedelta(row["day"] != DAY)} for row in users]
    [row] = ask_about("code_review_users_by_week", Usage(users=users), days=20)
    assert (row["active_users"], row["passive_only_users"], row["active_users_percent"]) == (1, 1, 50.0)
    idle = ask_about("idle_seats", Usage(users=users), [seat(1), seat(2)], days=20)
    assert [row["user_login"] for row in idle] == ["user-1"]


# Days


def test_a_day_may_be_missing_late_or_half_there(ask_about: Ask) -> None:
    entity = [
        {"day": TODAY - timedelta(n), "organization_id": "7", "daily_active_users": users}
        for n, users in ((9, 1), (8, 0), (7, 2), (2, 1))
    ]
    usage = Usage(users=[user(1, 9), user(1, 6), user(1, 2)], entity=entity)
    states = [(row["state"], row["listed_users"]) for row in ask_about("day_status", usage, days=9)]
    assert states == [
        ("final", 1),
        ("final", None),
        ("partly missing", None),
        ("partly missing", 1),
        ("missing", None),
        ("missing", None),
        ("missing", None),
        ("may still change", 1),
        ("missing", None),
    ]


def test_weeks_begin_on_monday(ask_about: Ask) -> None:
    monday = TODAY - timedelta(TODAY.weekday() + 7)
    days = [(TODAY - monday).days + n for n in (1, 0)]
    users = [user(1, ago, **PROMPTED) for ago in days]
    weeks = [row["week"] for row in ask_about("agent_adoption_by_week", Usage(users=users), days=20)]
    assert weeks == [monday - timedelta(7), monday]


def test_a_day_outside_the_period_is_outside(ask_about: Ask) -> None:
    usage = Usage(users=[user(1, 5, **PROMPTED), user(2, 6, **PROMPTED)])
    assert [row["users"] for row in ask_about("active_user_rules", usage, days=5)] == [1] * 4
    assert [row["users"] for row in ask_about("active_user_rules", usage, days=6)] == [2] * 4


def test_a_month_compares_with_the_one_before_alone(ask_about: Ask) -> None:
    ends = [TODAY.replace(day=1) - timedelta(1)]
    for _ in range(2):
        ends.insert(0, ends[0].replace(day=1) - timedelta(1))
    long_before, before, last = ends

    def people(day: date, many: int) -> list[Row]:
        return [user(n, (TODAY - day).days, **PROMPTED) for n in range(many)]

    def change(*users: Row) -> list[float | None]:
        rows = ask_about("monthly_trend", Usage(users=list(users)), months=2, until=last)
        return [row["active_users_change_percent"] for row in rows]

    assert change(*people(long_before, 4), *people(before, 2), *people(last, 3)) == [None, -50.0, 50.0]
    assert change(*people(long_before, 4), *people(last, 3)) == [None, None]


# People


def test_who_is_listed_is_not_yet_active(ask_about: Ask) -> None:
    users = [
        user(1),
        user(2, **PROMPTED),
        user(3, code_generation_activity_count=1),
        user(4, used_copilot_cloud_agent=True),
        user(5, ai_credits_used=9.0),
    ]
    assert [row["users"] for row in ask_about("active_user_rules", Usage(users=users))] == [5, 3, 2, 1]


@pytest.mark.parametrize("name", BY_RULE)
def test_each_sign_of_use_is_use_by_itself(ask_about: Ask, name: str) -> None:
    users = [user(n, **{sign: True}) for n, sign in enumerate(SIGNS)]
    users += [user(90, **PROMPTED), user(91, code_generation_activity_count=1), user(92, ai_credits_used=1.0)]
    teams = [team(1, row["user_id"]) for row in users if row["user_id"] % 3]
    given = {"monthly_trend": {"months": 1}, "unique_active_users": {}}.get(name, {"days": 20})
    assert ask_about(name, Usage(users=users, user_teams=teams), [seat(row["user_id"]) for row in users], **given)


def test_people_are_counted_once_however_often_they_come(ask_about: Ask) -> None:
    users = [user(1, ago, **PROMPTED) for ago in (10, 9, 8)] + [user(2, 8, **PROMPTED)]
    [row] = ask_about("unique_active_users", Usage(users=users))
    assert (row["active_users"], row["active_user_days"], row["avg_active_days_per_user"]) == (2, 4, 2.0)


def test_a_renamed_person_is_one(ask_about: Ask) -> None:
    users = [user(1, 9, **PROMPTED, ai_credits_used=1.0), user(1, 8, user_login="new-name", ai_credits_used=2.0)]
    rows = ask_about("ai_credits_by_user", Usage(users=users))
    assert [(row["user_login"], row["ai_credits"]) for row in rows] == [("new-name", 3.0)]
    assert ask_about("idle_seats", Usage(users=users), [seat(1)], days=20) == []


# Seats


def test_a_seat_is_idle_where_neither_reports_nor_github_know_of_use(ask_about: Ask) -> None:
    seats = [
        seat(1),
        seat(2, last=40),
        seat(3, last=12),
        seat(4, created=12),
        seat(5),
        seat(None),
        seat(6, plan_type="unknown"),
    ]
    rows = ask_about("idle_seats", Usage(users=[user(5, **PROMPTED), user(6)]), seats, days=20)
    assert [(row["user_login"], row["days_idle"], row["usd_per_month"]) for row in rows] == [
        ("user-1", None, 19.0),
        ("user-6", None, None),
        ("user-2", 40, 19.0),
    ]


@pytest.mark.parametrize("name", ["idle_seats", "never_used_seats", "seat_status"])
def test_seats_at_the_edges_of_the_period(ask_about: Ask, name: str) -> None:
    pairs = [(created, last) for created in (19, 20, 21, 22) for last in (None, 19, 20, 21)]
    seats = [seat(100 * created + (last or 0), created=created, last=last) for created, last in pairs]
    users = [user(1900, 20, **PROMPTED), user(2200, 21, **PROMPTED), user(2019, 1, **PROMPTED)]
    assert ask_about(name, Usage(users=users), seats, days=20)


def test_nothing_looks_back_further_than_90_days_for_certain(ask_about: Ask) -> None:
    rows = ask_about("never_used_seats", Usage(), [seat(n, created=n) for n in (89, 90, 91, 99)], days=100)
    assert [(row["seat_age_days"], row["is_certain"]) for row in rows] == [
        (99, False),
        (91, False),
        (90, True),
        (89, True),
    ]


def test_never_used_is_certain_of_young_seats_alone(ask_about: Ask) -> None:
    seats = [seat(1), seat(2, created=12), seat(3, last=85), seat(4)]
    rows = ask_about("never_used_seats", Usage(users=[user(4, used_cli=True)]), seats, days=20)
    assert [(row["user_login"], row["is_certain"]) for row in rows] == [("user-1", False), ("user-2", True)]


def test_each_person_has_one_seat(ask_about: Ask) -> None:
    twice = [seat(1, last=3, plan_type="enterprise"), seat(1, last=30, pending_cancellation_date=str(TODAY))]
    rows = ask_about("seat_status", Usage(), [*twice, seat(None)], days=20)
    assert [(row["status"], row["seats"], row["ending"], row["usd_per_month"]) for row in rows] == [
        ("not taken up", 1, 0, 19.0),
        ("used elsewhere", 1, 0, 39.0),
    ]


# Teams


def test_usage_goes_to_the_team_of_the_day(ask_about: Ask) -> None:
    usage = Usage(
        users=[user(1, 10, **PROMPTED, ai_credits_used=1.0), user(1, 9, **PROMPTED, ai_credits_used=5.0)],
        user_teams=[team(1, 1, 10), team(2, 1, 9), team(2, 2, 9)],
    )
    adoption = {row["team"]: row for row in ask_about("team_adoption", usage)}
    assert (adoption["team-1"]["prompts"], adoption["team-1"]["active_members_percent"]) == (3, 100.0)
    assert (adoption["team-2"]["prompts"], adoption["team-2"]["active_members_percent"]) == (3, 50.0)
    spent = {row["team"]: row["ai_credits"] for row in ask_about("ai_credits_by_team", usage)}
    assert spent == {"team-1": 1.0, "team-2": 5.0}


def test_people_without_a_team_are_a_row_of_their_own(ask_about: Ask) -> None:
    usage = Usage(users=[user(1, **PROMPTED), user(2, **PROMPTED)], user_teams=[team(1, 1)])
    rows = {row["team"]: row for row in ask_about("team_adoption", usage)}
    assert rows.keys() == {"team-1", None}
    assert (rows[None]["members"], rows[None]["active_members"], rows[None]["active_members_percent"]) == (0, 1, None)
    coverage = ask_about("team_coverage", usage)
    assert [(row["teams"], row["users"]) for row in coverage] == [(0, 1), (1, 1)]


def test_a_member_of_two_teams_counts_in_both_and_as_one_person(ask_about: Ask) -> None:
    usage = Usage(users=[user(1, **PROMPTED)], user_teams=[team(1, 1), team(2, 1)])
    assert [row["active_members"] for row in ask_about("team_adoption", usage)] == [1, 1]
    assert [(row["teams"], row["users"]) for row in ask_about("team_coverage", usage)] == [(2, 1)]


def test_a_renamed_team_is_one(ask_about: Ask) -> None:
    usage = Usage(user_teams=[team(1, 1, 10, "old"), team(1, 1, 9, "new")])
    assert [(row["team"], row["members"]) for row in ask_about("team_adoption", usage)] == [("new", 1)]


# Names


def test_spellings_of_a_model_are_one_model(ask_about: Ask) -> None:
    names = ("claude-4.5-haiku", "claude-haiku-4.5", "claude-opus-4.6-1m", "auto", "gpt-5-mini")
    models = [{"model": name, "feature": "chat_inline", **figures(**PROMPTED)} for name in names]
    rows = ask_about("model_mix", Usage(users=[user(1, totals_by_model_feature=models)]))
    assert [(row["model"], row["prompts"]) for row in rows] == [
        ("claude-haiku-4.5", 6),
        ("auto", 3),
        ("claude-opus-4.6-1m", 3),
        ("gpt-5-mini", 3),
    ]
    assert rows[0]["spellings"] == ["claude-4.5-haiku", "claude-haiku-4.5"]


def test_languages_are_one_in_any_case_and_accept_completions_alone(ask_about: Ask) -> None:
    languages = [
        {"language": "Unknown", **feature("code_completion", 4, 1)},
        {"language": "unknown", **feature("agent_edit", 6, 0, loc_added_sum=8)},
        {"language": "go", **feature("copilot_cli", 5, 5, loc_added_sum=2)},
    ]
    rows = ask_about("language_usage", Usage(users=[user(1, totals_by_language_feature=languages)]))
    assert [(row["language"], row["acceptance_percent"], row["lines_added_percent"]) for row in rows] == [
        ("unknown", 25.0, 80.0),
        ("go", None, 20.0),
    ]


def test_versions_compare_by_their_numbers(ask_about: Ask) -> None:
    def editor(version: str | None, ago: int) -> list[Row]:
        known = {"plugin": "copilot", "plugin_version": version, "sampled_at": ago_text(ago)}
        told = {"last_known_plugin_version": known} if version is not None else {}
        return [{"ide": "jetbrains", **figures(), **told}]

    users = [
        user(1, 12, totals_by_ide=editor("1.10.0", 12)),
        user(2, 10, totals_by_ide=editor("1.9.3", 10)),
        user(3, 10, totals_by_ide=editor(None, 10)),
        user(4, 9, totals_by_ide=editor("unknown", 9)),
        user(5, 12, totals_by_ide=editor("1.9.3", 12)),
        user(5, 11, totals_by_ide=editor("1.10.0", 11)),
        user(6, 3, totals_by_ide=editor("1.11.0", 3)),
    ]
    rows = ask_about("outdated_editors", Usage(users=users))
    assert [(row["user_login"], row["newest_version"]) for row in rows] == [("user-2", "1.10.0")]


def test_an_outlier_is_far_above_the_others(ask_about: Ask) -> None:
    users = [user(n, ai_credits_used=float(n)) for n in range(1, 9)] + [user(9, ai_credits_used=80.0)]
    rows = ask_about("ai_credits_by_user", Usage(users=users))
    assert [row["user_login"] for row in rows if row["is_outlier"]] == ["user-9"]


def test_phases_move_both_ways(ask_about: Ask) -> None:
    def phase(number: int) -> Row:
        return {"ai_adoption_phase": {"phase_number": number, "phase": f"Phase {number}", "version": "v1"}}

    users = [user(1, 9, **phase(1)), user(1, 8, **phase(3)), user(2, 9, **phase(2)), user(2, 7, **phase(1))]
    rows = ask_about("adoption_phase_movement", Usage(users=[*users, user(3, 9, **phase(1)), user(4, 9)]), days=20)
    assert [(row["first_phase_number"], row["last_phase_number"], row["direction"]) for row in rows] == [
        (1, 1, "same"),
        (1, 3, "up"),
        (2, 1, "down"),
    ]
