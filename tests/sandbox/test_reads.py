"""Seats, billing, settings, and the people, teams and repositories around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from stackduck.sandbox import serve

Ask = Callable[..., Any]

ORG = "/orgs/octo-demo-eng"
SEAT = {
    "assignee",
    "assigning_team",
    "created_at",
    "last_activity_at",
    "last_activity_editor",
    "last_authenticated_at",
    "organization",
    "pending_cancellation_date",
    "plan_type",
    "updated_at",
}


@pytest.fixture
def seats(api: Ask) -> list[dict[str, Any]]:
    """Give the first organization's seats."""
    return list(api(f"{ORG}/copilot/billing/seats?per_page=100").json["seats"])


def test_a_member_without_a_seat_has_none(api: Ask, seats: list[dict[str, Any]]) -> None:
    members = {user["login"] for user in api("/orgs/octo-demo-data/members?per_page=100").json}
    holders = api("/orgs/octo-demo-data/copilot/billing/seats?per_page=100").json["seats"]
    without = members - {seat["assignee"]["login"] for seat in holders if seat["assignee"]}
    outsider = {seat["assignee"]["login"] for seat in seats} - members
    for login in [*without, *outsider]:
        answer = api(f"/orgs/octo-demo-data/members/{login}/copilot")
        assert (answer.status, answer.json["message"]) == (404, "No seat found for this user in this organization.")
    assert outsider
    assert api("/enterprises/octo-demo/members/nobody/copilot").status == 404


def test_a_seat_has_githubs_fields(seats: list[dict[str, Any]]) -> None:
    assert all(seat.keys() == SEAT for seat in seats)
    assert {seat["plan_type"] for seat in seats} == {"enterprise"}
    assert {seat["organization"]["login"] for seat in seats} == {"octo-demo-eng"}
    assert any(seat["assigning_team"] is None for seat in seats)
    assert any(seat["assigning_team"] for seat in seats)


def test_a_members_seat_is_that_of_the_list(api: Ask, seats: list[dict[str, Any]]) -> None:
    login = seats[3]["assignee"]["login"]
    assert api(f"{ORG}/members/{login.upper()}/copilot").json == seats[3]


def test_the_enterprise_counts_each_person_once(api: Ask) -> None:
    answer = api("/enterprises/octo-demo/copilot/billing/seats?per_page=100").json
    holders = Counter(seat["assignee"]["login"] if seat["assignee"] else None for seat in answer["seats"])
    assert answer["total_seats"] == len(holders) < len(answer["seats"])
    assert holders.keys() >= {None}
    assert max(holders.values()) == 2


def test_a_member_of_two_organizations_has_two_seats(api: Ask) -> None:
    logins = [
        {user["login"] for user in api(f"/orgs/octo-demo-{n}/members?per_page=100").json} for n in ("eng", "data")
    ]
    both = sorted(set.intersection(*logins))
    assert both
    for login in both:
        held = api(f"/enterprises/octo-demo/members/{login}/copilot").json
        assert held["total_seats"] == 1
        assert [seat["organization"]["login"] for seat in held["seats"]] == ["octo-demo-eng", "octo-demo-data"]


def test_a_seat_by_way_of_an_enterprise_team_has_no_organization(api: Ask) -> None:
    seats = api("/enterprises/octo-demo/copilot/billing/seats?per_page=100").json["seats"]
    granted = [seat for seat in seats if seat["organization"] is None]
    assert len(granted) == 3
    assert {(seat["assigning_team"]["slug"], seat["assigning_team"]["type"]) for seat in granted} == {
        ("ent:council", "enterprise")
    }
    others = {seat["assignee"]["login"] for seat in seats if seat["organization"] and seat["assignee"]}
    assert {seat["assignee"]["login"] for seat in granted} <= others


def test_one_seat_has_no_holder(api: Ask) -> None:
    held = api("/orgs/octo-demo-data/copilot/billing/seats?per_page=100").json["seats"]
    assert [seat["assignee"] for seat in held].count(None) == 1
    assert api("/orgs/octo-demo-data/copilot/billing").json["seat_breakdown"]["pending_invitation"] == 1


def test_users_is_the_number_of_seats_of_one_organization(api_of: Ask) -> None:
    with serve(users=230, organizations=1, today=date(2026, 11, 20)) as github:
        api = api_of(github)
        assert api(f"{ORG}/copilot/billing/seats").json["total_seats"] == 230
        logins = set[str]()
        for page in range(1, 4):
            logins |= {
                s["assignee"]["login"]
                for s in api(f"{ORG}/copilot/billing/seats?per_page=100&page={page}").json["seats"]
            }
        assert len(logins) == 230
        assert len(api(f"{ORG}/members?per_page=100&page=3").json) == 41


def test_more_organizations_than_names_are_served(api_of: Ask) -> None:
    with serve(organizations=10) as github:
        assert len(set(github.organizations)) == 10
        assert api_of(github)(f"/orgs/{github.organizations[9]}").status == 200


@pytest.mark.parametrize("sizes", [{"users": 0}, {"organizations": 0}])
def test_an_empty_enterprise_is_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        serve(**sizes)  # type: ignore[arg-type]


def test_last_use_is_recent_or_forgotten(seats: list[dict[str, Any]]) -> None:
    used = [seat["last_activity_at"] for seat in seats]
    assert None in used
    assert all("2026-08-22" < moment < "2026-11-20" for moment in used if moment)
    assert all((seat["last_activity_at"] is None) is (seat["last_activity_editor"] is None) for seat in seats)
    assert any(seat["last_authenticated_at"] and not seat["last_activity_at"] for seat in seats)


def test_billing_counts_the_seats(api: Ask, seats: list[dict[str, Any]]) -> None:
    billing = api(f"{ORG}/copilot/billing").json
    counts = billing["seat_breakdown"]
    active = sum((seat["last_activity_at"] or "") >= "2026-11" for seat in seats)
    ending = sum(seat["pending_cancellation_date"] == "2026-12-01" for seat in seats)
    assert counts["total"] == counts["active_this_cycle"] + counts["inactive_this_cycle"] == len(seats)
    assert (counts["active_this_cycle"], counts["pending_cancellation"]) == (active, ending)
    assert (billing["plan_type"], billing["seat_management_setting"]) == ("enterprise", "assign_selected")
    assert {"public_code_suggestions", "ide_chat", "platform_chat", "cli"} < billing.keys()


def test_selected_repositories_are_listed(api: Ask) -> None:
    permissions = api(f"{ORG}/copilot/coding-agent/permissions").json
    assert permissions["enabled_repositories"] == "selected"
    assert permissions["selected_repositories_url"].endswith("/copilot/coding-agent/permissions/repositories")
    listed = api(f"{ORG}/copilot/coding-agent/permissions/repositories?per_page=2")
    assert listed.json["total_count"] > len(listed.json["repositories"]) == 2
    assert 'rel="next"' in listed.headers["link"]


def test_repositories_cannot_be_listed_where_all_are_enabled(api: Ask) -> None:
    assert api("/orgs/octo-demo-data/copilot/coding-agent/permissions").json == {"enabled_repositories": "all"}
    assert api("/orgs/octo-demo-data/copilot/coding-agent/permissions/repositories").status == 409


def test_content_exclusions_are_a_map(api: Ask) -> None:
    assert api(f"{ORG}/copilot/content_exclusion").json["*"]
    assert api("/orgs/octo-demo-data/copilot/content_exclusion").json == {}


def test_every_repository_has_a_configuration(api: Ask) -> None:
    repositories = api(f"{ORG}/repos?per_page=100").json
    found = [api(f"/repos/{r['full_name']}/copilot/cloud-agent/configuration").json for r in repositories]
    assert {one["is_firewall_enabled"] for one in found} == {True, False}
    assert None in [one["mcp_configuration"] for one in found]
    assert all(isinstance(one["enabled_tools"]["codeql"], bool) for one in found)


def test_people_teams_and_organizations_can_be_looked_up(api: Ask) -> None:
    member = api(f"{ORG}/members").json[0]
    assert api(f"/users/{member['login']}").json["id"] == member["id"]
    assert api("/user").json["login"] == api("/orgs/octo-demo-eng/members").json[0]["login"]
    assert api(ORG).json["login"] == "octo-demo-eng"
    team = api(f"{ORG}/teams").json[0]
    assert member["login"] in {user["login"] for user in api(f"{ORG}/teams/{team['slug']}/members").json}
    assert api(f"/repos/{api(f'{ORG}/repos').json[0]['full_name']}").json["owner"]["login"] == "octo-demo-eng"
