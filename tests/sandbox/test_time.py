"""What changes as the sandbox's clock goes on: a late report appears, young days change, another day comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from stackduck.sandbox import Sandbox, serve

Ask = Callable[..., Any]
Row = dict[str, Any]

TODAY = date(2026, 11, 20)
LAST = date(2026, 11, 18)
DAY = 86_400
ENTERPRISE = "/enterprises/octo-demo/copilot/metrics/reports"
ORGANIZATION = "/orgs/octo-demo-data/copilot/metrics/reports"
SCOPES = {"enterprise": ENTERPRISE, "organization": ORGANIZATION}
USED = ("user_initiated_interaction_count", "code_generation_activity_count", "loc_added_sum")


@dataclass
class Clock:
    """A clock that a test moves."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def moving(clock: Clock) -> Iterator[Sandbox]:
    """Serve an enterprise by a clock that the test moves; links never expire."""
    with serve(today=TODAY, clock=clock, link_seconds=1e9) as sandbox:
        yield sandbox


@pytest.fixture
def rows(moving: Sandbox, ask: Ask, api_of: Ask) -> Callable[[str], list[Row]]:
    """Give a function that reads the rows of a report."""

    def read(path: str) -> list[Row]:
        links = api_of(moving)(path).json["download_links"]
        return [json.loads(line) for link in links for line in ask(link).plain.splitlines()]

    return read


def test_an_unknown_late_report_is_refused() -> None:
    for name in ("users-28-day", "users", ""):
        with pytest.raises(ValueError, match="late_report is one of"):
            serve(late_report=name)


@pytest.mark.parametrize(("kind", "status"), [("enterprise", 204), ("organization", 204)])
def test_one_report_of_one_day_appears_late(
    moving: Sandbox, clock: Clock, api_of: Ask, rows: Ask, kind: str, status: int
) -> None:
    api, path = api_of(moving), f"{SCOPES[kind]}/repos-1-day?day={{}}"
    assert moving.late_day == LAST - timedelta(days=1)
    for seconds in (0, 3599):
        clock.now = 1_000_000.0 + seconds
        assert api(path.format(moving.late_day)).status == status
        assert api(path.format(LAST)).status == api(path.format(moving.late_day - timedelta(days=1))).status == 200
        assert api(f"{SCOPES[kind]}/users-1-day?day={moving.late_day}").status == 200
    clock.now = 1_000_000.0 + 3600
    assert rows(path.format(moving.late_day))


def test_a_late_report_stays_once_it_is_there(moving: Sandbox, clock: Clock, api_of: Ask) -> None:
    late = moving.late_day
    for days in range(1, 5):
        clock.now = 1_000_000.0 + days * DAY
        for day in (late, moving.last_day, moving.last_day - timedelta(days=1)):
            assert api_of(moving)(f"{ENTERPRISE}/repos-1-day?day={day}").status == 200


@pytest.mark.parametrize("report", ["users-1-day", "user-teams-1-day", "enterprise-1-day"])
def test_any_report_of_a_day_can_be_the_late_one(api_of: Ask, clock: Clock, report: str) -> None:
    with serve(today=TODAY, clock=clock, late_report=report, late_seconds=10) as github:
        answer = api_of(github)(f"{ENTERPRISE}/{report}?day={github.late_day}")
        assert answer.status == 404
        assert answer.json["message"] == "No report available for this enterprise on 2026-11-17"
        assert api_of(github)(f"{ENTERPRISE}/repos-1-day?day={github.late_day}").status == 200
        clock.now += 10
        assert api_of(github)(f"{ENTERPRISE}/{report}?day={github.late_day}").status == 200


def test_nothing_need_be_late(api_of: Ask) -> None:
    with serve(today=TODAY, late_report=None) as github:
        assert api_of(github)(f"{ENTERPRISE}/repos-1-day?day={github.late_day}").status == 200


def test_the_days_go_on_with_the_clock(moving: Sandbox, clock: Clock, api_of: Ask) -> None:
    assert (moving.today, moving.last_day) == (TODAY, LAST)
    path = f"{ENTERPRISE}/users-1-day?day=2026-11-19"
    assert api_of(moving)(path).status == 404
    clock.now += DAY / 2
    assert (moving.today, moving.last_day) == (date(2026, 11, 21), date(2026, 11, 19))
    assert api_of(moving)(path).status == 200
    window = api_of(moving)(f"{ENTERPRISE}/users-28-day/latest").json
    assert (window["report_start_day"], window["report_end_day"]) == ("2026-10-23", "2026-11-19")


def test_the_sandboxs_day_is_its_clocks(clock: Clock) -> None:
    with serve(clock=clock) as github:
        assert github.today == date(1970, 1, 12)


@pytest.mark.parametrize("kind", SCOPES)
def test_a_day_changes_until_its_fourth(clock: Clock, rows: Ask, kind: str) -> None:
    path, found = f"{SCOPES[kind]}/users-1-day?day={LAST}", []
    for _ in range(6):
        assert rows(path) == rows(path)
        found.append(rows(path))
        clock.now += DAY
    second, third, fourth, *later = found
    assert second != third != fourth
    assert later == [fourth] * 3
    users = [{row["user_id"] for row in some} for some in found]
    assert users[0] <= users[1] <= users[2]
    assert users[0] < users[2]
    for name in (*USED, "ai_credits_used"):
        assert sum(row[name] for row in second) < sum(row[name] for row in fourth)


def test_a_user_may_be_there_before_all_of_their_day_is(clock: Clock, moving: Sandbox, rows: Ask) -> None:
    partly = 0
    for n in range(10):
        day = LAST + timedelta(days=n)
        early = {row["user_id"]: row for row in rows(f"{ENTERPRISE}/users-1-day?day={day}")}
        clock.now += 2 * DAY
        settled = {row["user_id"]: row for row in rows(f"{ENTERPRISE}/users-1-day?day={day}")}
        partly += sum(early[user] != settled[user] for user in early)
        clock.now -= DAY
    assert partly


@pytest.mark.parametrize("days", range(4))
@pytest.mark.parametrize("kind", SCOPES)
def test_young_reports_agree_with_each_other(clock: Clock, moving: Sandbox, rows: Ask, kind: str, days: int) -> None:
    clock.now += days * DAY
    window = rows(f"{SCOPES[kind]}/users-28-day/latest")
    [wrapper] = rows(f"{SCOPES[kind]}/{kind}-28-day/latest")
    entities = {row["day"]: row for row in wrapper["day_totals"]}
    for day in (moving.last_day - timedelta(days=n) for n in range(4)):
        users = rows(f"{SCOPES[kind]}/users-1-day?day={day}")
        [entity] = rows(f"{SCOPES[kind]}/{kind}-1-day?day={day}")
        assert entity == entities[str(day)]
        assert entity["daily_active_users"] == len(users) == sum(row["day"] == str(day) for row in window)
        for name in USED:
            assert entity[name] == sum(row[name] for row in users)
    assert entities[str(moving.last_day)]["monthly_active_users"] == len({row["user_id"] for row in window})


def test_a_link_leads_to_the_file_that_was_there_when_it_was_made(
    clock: Clock, moving: Sandbox, ask: Ask, api_of: Ask
) -> None:
    path = f"{ENTERPRISE}/users-1-day?day={LAST}"
    older = api_of(moving)(path).json["download_links"]
    before = [ask(link) for link in older]
    clock.now += DAY
    newer = api_of(moving)(path).json["download_links"]
    after = [ask(link) for link in older]
    assert [answer.body for answer in after] == [answer.body for answer in before]
    assert [answer.headers["etag"] for answer in after] == [answer.headers["etag"] for answer in before]
    assert not {ask(link).headers["etag"] for link in newer} & {answer.headers["etag"] for answer in before}


def test_a_seat_is_created_on_the_day_of_the_write(clock: Clock, moving: Sandbox, api_of: Ask) -> None:
    api = api_of(moving)
    seats = "/orgs/octo-demo-eng/copilot/billing/seats?per_page=100"
    before = api(seats).json["seats"]
    members = {user["login"] for user in api("/orgs/octo-demo-eng/members?per_page=100").json}
    [login] = members - {seat["assignee"]["login"] for seat in before}
    clock.now += 3 * DAY
    body = {"selected_usernames": [login]}
    assert api("/orgs/octo-demo-eng/copilot/billing/selected_users", method="POST", body=body).status == 201
    after = {seat["assignee"]["login"]: seat for seat in api(seats).json["seats"]}
    assert after.pop(login)["created_at"] == "2026-11-23T09:00:00Z"
    assert [seat["created_at"] for seat in after.values()] == [seat["created_at"] for seat in before]
    latest = [max(seat["last_activity_at"] or "" for seat in some) for some in (before, after.values())]
    assert latest[0] < latest[1]
