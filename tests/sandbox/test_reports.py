"""Which reports there are for which days, what the API says where there is none, and how they are cut into parts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from stackduck.sandbox import Sandbox, serve

Ask = Callable[..., Any]

ENTERPRISE = "/enterprises/octo-demo/copilot/metrics/reports"
ORGANIZATION = "/orgs/octo-demo-eng/copilot/metrics/reports"
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize("day", ["", "?day=", "?day=2026-02-30", "?day=yesterday", "?day=20261101", "?day=2026-1-1"])
def test_a_day_is_required_in_its_one_form(api: Ask, day: str) -> None:
    answer = api(f"{ENTERPRISE}/users-1-day{day}")
    assert answer.status == 422
    assert "day" in answer.json["message"]


@pytest.mark.parametrize("day", ["2025-10-09", "2025-11-19", "2026-11-19", "2026-11-20", "2027-01-01"])
def test_an_enterprise_without_a_report_for_the_day_is_told_so(api: Ask, day: str) -> None:
    for report in ("enterprise-1-day", "users-1-day", "user-teams-1-day"):
        answer = api(f"{ENTERPRISE}/{report}?day={day}")
        assert answer.status == 404
        assert answer.json["message"] == f"No report available for this enterprise on {day}"
    assert api(f"{ENTERPRISE}/repos-1-day?day={day}").status == 204


@pytest.mark.parametrize("report", ["organization-1-day", "users-1-day", "user-teams-1-day", "repos-1-day"])
@pytest.mark.parametrize("day", ["2025-12-11", "2026-11-19"])
def test_an_organization_without_a_report_for_the_day_gets_nothing(api: Ask, report: str, day: str) -> None:
    answer = api(f"{ORGANIZATION}/{report}?day={day}")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (204, b"", None)


@pytest.mark.parametrize(
    ("path", "first"),
    [
        (f"{ENTERPRISE}/enterprise-1-day", "2025-11-20"),
        (f"{ORGANIZATION}/organization-1-day", "2025-12-12"),
        (f"{ORGANIZATION}/users-1-day", "2025-12-12"),
        (f"{ENTERPRISE}/user-teams-1-day", "2026-05-14"),
        (f"{ORGANIZATION}/repos-1-day", "2026-07-17"),
    ],
)
def test_history_starts_where_githubs_does_and_reaches_a_year_back(api: Ask, path: str, first: str) -> None:
    before = date.fromisoformat(first) - timedelta(days=1)
    assert api(f"{path}?day={first}").json["report_day"] == first
    assert api(f"{path}?day={before}").status in (204, 404)
    assert api(f"{path}?day=2026-11-18").status == 200


def test_an_early_sandbox_starts_with_githubs_history(api_of: Ask) -> None:
    with serve(today=date(2025, 11, 1)) as github:
        api = api_of(github)
        assert api(f"{ENTERPRISE}/users-1-day?day=2025-10-09").status == 404
        assert api(f"{ENTERPRISE}/users-1-day?day=2025-10-10").status == 200
    with serve(today=date(2025, 10, 11)) as github:
        assert api_of(github)(f"{ENTERPRISE}/users-28-day/latest").status == 404


@pytest.mark.parametrize(
    ("report", "status", "body"),
    [
        ("enterprise-1-day?day=2026-11-02", 404, b"No report available for this enterprise on 2026-11-02"),
        ("users-1-day?day=2026-11-02", 200, b""),
        ("users-28-day/latest", 200, b'""'),
        ("enterprise-28-day/latest", 200, b'"No report available for this enterprise on 2026-11-18"'),
        ("user-teams-1-day?day=2026-11-02", 200, b'"download_links":[]'),
        ("repos-1-day?day=2026-11-02", 204, b""),
    ],
)
def test_one_enterprise_shows_every_shape_of_no_data(api: Ask, report: str, status: int, body: bytes) -> None:
    answer = api(f"/enterprises/octo-nodata/copilot/metrics/reports/{report}")
    assert answer.status == status
    assert body in answer.body
    assert bool(answer.body) is bool(body)


def test_one_organization_has_no_data(api: Ask) -> None:
    base = "/orgs/octo-nodata/copilot/metrics/reports"
    assert api(f"{base}/users-1-day?day=2026-11-02").status == 204
    assert api(f"{base}/users-28-day/latest").json["download_links"] == []


@pytest.mark.parametrize("base", [ENTERPRISE, ORGANIZATION])
def test_the_window_ends_on_the_last_processed_day(api: Ask, github: Sandbox, base: str) -> None:
    answer = api(f"{base}/users-28-day/latest").json
    assert (answer["report_start_day"], answer["report_end_day"]) == ("2026-10-22", "2026-11-18")
    assert github.last_day == date(2026, 11, 18)


def test_today_is_the_utc_day_by_default(api_of: Ask) -> None:
    with serve() as github:
        window = api_of(github)(f"{ENTERPRISE}/users-28-day/latest").json
        assert window["report_end_day"] == str(github.today - timedelta(days=2))


def files(ask: Ask, answer: Any) -> list[bytes]:
    """Give the files of a report."""
    return [ask(link).plain for link in answer.json["download_links"]]


def rows(parts: list[bytes]) -> list[dict[str, Any]]:
    """Give the rows of newline-delimited files."""
    return [json.loads(line) for part in parts for line in part.splitlines()]


@pytest.mark.parametrize("base", [ENTERPRISE, ORGANIZATION])
def test_a_user_and_day_is_in_one_part_only(ask: Ask, api: Ask, base: str) -> None:
    parts = files(ask, api(f"{base}/users-28-day/latest"))
    keys = [(row["user_id"], row["day"]) for row in rows(parts)]
    assert len(parts) == 4
    assert len(keys) == len(set(keys)) > 100
    assert {day for _, day in keys} <= {str(date(2026, 10, 22) + timedelta(days=n)) for n in range(28)}


@pytest.mark.parametrize("base", [ENTERPRISE, ORGANIZATION])
def test_the_users_window_holds_exactly_the_rows_of_its_days(ask: Ask, api: Ask, base: str) -> None:
    bounds = {"report_start_day": "2026-10-22", "report_end_day": "2026-11-18"}
    days = [date(2026, 10, 22) + timedelta(days=n) for n in range(28)]
    single = [row for day in days for row in rows(files(ask, api(f"{base}/users-1-day?day={day}")))]
    assert rows(files(ask, api(f"{base}/users-28-day/latest"))) == [{**bounds, **row} for row in single]


@pytest.mark.parametrize("report", ["users-1-day", "user-teams-1-day", "repos-1-day"])
@pytest.mark.parametrize("base", [ENTERPRISE, ORGANIZATION])
def test_the_rows_of_a_day_come_in_several_parts(ask: Ask, api: Ask, base: str, report: str) -> None:
    parts = files(ask, api(f"{base}/{report}?day=2026-11-03"))
    assert len(parts) == 2
    assert all(rows([part]) for part in parts)
    assert not any(part.endswith(b"\n") for part in parts)


def test_repositories_have_no_data_in_the_days_before_githubs_first(api: Ask) -> None:
    for day in ("2026-07-14", "2026-07-15", "2026-07-16"):
        for base in (ENTERPRISE, ORGANIZATION):
            assert api(f"{base}/repos-1-day?day={day}").status == 204


def test_the_entity_window_holds_its_days_in_no_order(ask: Ask, api: Ask) -> None:
    [body] = files(ask, api(f"{ORGANIZATION}/organization-28-day/latest"))
    wrapper = json.loads(body)
    days = [row["day"] for row in wrapper["day_totals"]]
    assert days != sorted(days)
    assert len(set(days)) == 28
    assert (wrapper["report_start_day"], wrapper["report_end_day"]) == (min(days), max(days))
    assert wrapper["organization_id"] == wrapper["day_totals"][0]["organization_id"]
    for day in wrapper["day_totals"]:
        [one] = files(ask, api(f"{ORGANIZATION}/organization-1-day?day={day['day']}"))
        assert json.loads(one) == day


def test_a_large_enterprise_is_cut_into_more_parts(ask: Ask, api_of: Ask) -> None:
    with serve(users=4100, organizations=1, today=TODAY) as github:
        api = api_of(github)
        assert len(api(f"{ENTERPRISE}/users-1-day?day=2026-11-03").json["download_links"]) == 3
        links = api(f"{ENTERPRISE}/users-28-day/latest").json["download_links"]
        assert len(links) == 28 * 3
        first = rows([ask(links[0]).plain])
        assert {row["day"] for row in first} == {"2026-10-22"}
        assert len({row["user_id"] for row in first}) == len(first) > 500


def bodies(github: Sandbox, ask: Ask, api_of: Ask) -> dict[str, bytes | list[bytes]]:
    """Give bodies of every kind."""
    api = api_of(github)
    plain = (
        "/orgs/octo-demo-eng/copilot/billing/seats",
        "/orgs/octo-demo-data/members",
        "/orgs/octo-demo-eng/copilot/billing",
    )
    reports = (
        f"{ENTERPRISE}/users-28-day/latest",
        f"{ENTERPRISE}/enterprise-28-day/latest",
        f"{ORGANIZATION}/user-teams-1-day?day=2026-11-02",
        f"{ORGANIZATION}/repos-1-day?day=2026-11-02",
        f"{ORGANIZATION}/organization-1-day?day=2026-03-02",
    )
    return {path: api(path).body for path in plain} | {path: files(ask, api(path)) for path in reports}


def test_the_same_seed_and_day_give_the_same_bytes(github: Sandbox, ask: Ask, api_of: Ask) -> None:
    with serve(today=TODAY) as again, serve(today=TODAY, seed=7) as other:
        first = bodies(github, ask, api_of)
        assert bodies(again, ask, api_of) == first
        different = bodies(other, ask, api_of)
    same = [path for path in first if different[path] == first[path]]
    assert same in ([], ["/orgs/octo-demo-eng/copilot/billing"]), "counts may agree by chance"


def test_a_settled_report_does_not_depend_on_today(github: Sandbox, ask: Ask, api: Ask, api_of: Ask) -> None:
    path = f"{ENTERPRISE}/users-1-day?day=2026-09-30"
    with serve(today=date(2026, 10, 4)) as earlier:
        assert files(ask, api_of(earlier)(path)) == files(ask, api(path))


def test_what_is_not_kept_is_made_again(github: Sandbox, ask: Ask, api_of: Ask) -> None:
    with serve(today=TODAY, cache_bytes=0) as forgetful:
        expected = bodies(github, ask, api_of)
        assert bodies(forgetful, ask, api_of) == bodies(forgetful, ask, api_of) == expected
