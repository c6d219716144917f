"""Writes change what later reads give, and are refused where GitHub refuses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackduck.sandbox import Sandbox

Ask = Callable[..., Any]

BILLING = "/orgs/octo-demo-eng/copilot/billing"
AGENT = "/orgs/octo-demo-eng/copilot/coding-agent/permissions"
POLICY = "/enterprises/octo-demo/copilot/policies/coding_agent"


@pytest.fixture
def write(own: Sandbox, api_of: Ask) -> Ask:
    """Ask the API of a sandbox of this test's own."""
    return api_of(own)  # type: ignore[no-any-return]


@pytest.fixture
def unseated(write: Ask) -> str:
    """Give a member without a seat."""
    members = {user["login"] for user in write("/orgs/octo-demo-eng/members?per_page=100").json}
    seats = write(f"{BILLING}/seats?per_page=100").json["seats"]
    [login] = members - {seat["assignee"]["login"] for seat in seats}
    return str(login)


@pytest.fixture
def seated(write: Ask) -> str:
    """Give a member whose seat does not end."""
    seats = write(f"{BILLING}/seats?per_page=100").json["seats"]
    return str(next(s["assignee"]["login"] for s in seats if not s["pending_cancellation_date"]))


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"{BILLING}/selected_users", {}, 422),
        ("POST", f"{BILLING}/selected_users", {"selected_usernames": "ada"}, 422),
        ("POST", f"{BILLING}/selected_users", {"selected_usernames": ["nobody"]}, 422),
        ("POST", f"{BILLING}/selected_users", [], 400),
        ("DELETE", f"{BILLING}/selected_users", {"selected_usernames": [1]}, 422),
        ("POST", f"{BILLING}/selected_teams", {"selected_teams": ["none"]}, 404),
        ("PUT", AGENT, {"enabled_repositories": "some"}, 422),
        ("PUT", f"{AGENT}/repositories", {"selected_repository_ids": ["1"]}, 422),
        ("PUT", f"{AGENT}/repositories/1", None, 404),
        ("PUT", f"{AGENT}/repositories/x", None, 404),
        ("PUT", "/orgs/octo-demo-data/copilot/coding-agent/permissions/repositories/1", None, 409),
        ("PUT", "/orgs/octo-demo-eng/copilot/content_exclusion", [], 400),
        ("PUT", POLICY, {"policy_state": "maybe"}, 400),
        ("POST", f"{POLICY}/organizations", {"organizations": ["octo-demo-eng"]}, 400),
        ("PATCH", BILLING, {}, 404),
    ],
)
def test_a_wrong_write_is_refused(write: Ask, method: str, path: str, body: object, status: int) -> None:
    answer = write(path, method=method, body=body)
    assert (answer.status, answer.json["status"]) == (status, str(status))


def test_broken_json_is_refused(write: Ask) -> None:
    answer = write(POLICY, method="PUT", body=b'{"policy_state":')
    assert (answer.status, answer.json["message"]) == (400, "Problems parsing JSON")


def test_a_seat_is_given(write: Ask, unseated: str) -> None:
    before = write(f"{BILLING}/seats").json["total_seats"]
    answer = write(f"{BILLING}/selected_users", method="POST", body={"selected_usernames": [unseated.upper()]})
    assert (answer.status, answer.json) == (201, {"seats_created": 1})
    assert write(f"{BILLING}/seats").json["total_seats"] == before + 1
    assert write(f"/orgs/octo-demo-eng/members/{unseated}/copilot").json["created_at"] == "2026-11-20T09:00:00Z"
    again = write(f"{BILLING}/selected_users", method="POST", body={"selected_usernames": [unseated]})
    assert (again.status, again.json) == (201, {"seats_created": 0})


def test_a_seat_ends_with_the_month_until_it_is_given_again(write: Ask, seated: str) -> None:
    def ends() -> str | None:
        return write(f"/orgs/octo-demo-eng/members/{seated}/copilot").json["pending_cancellation_date"]  # type: ignore[no-any-return]

    body, before = {"selected_usernames": [seated]}, write(BILLING).json["seat_breakdown"]["pending_cancellation"]
    answer = write(f"{BILLING}/selected_users", method="DELETE", body=body)
    assert (answer.status, answer.json, ends()) == (200, {"seats_cancelled": 1}, "2026-12-01")
    assert write(BILLING).json["seat_breakdown"]["pending_cancellation"] == before + 1
    assert write(f"{BILLING}/selected_users", method="DELETE", body=body).json == {"seats_cancelled": 0}
    assert write(f"{BILLING}/selected_users", method="POST", body=body).json == {"seats_created": 1}
    assert ends() is None


def test_a_teams_seats_end_and_come_back(write: Ask) -> None:
    team = write("/orgs/octo-demo-eng/teams").json[0]["slug"]
    members = len(write(f"/orgs/octo-demo-eng/teams/{team}/members").json)
    ended = write(f"{BILLING}/selected_teams", method="DELETE", body={"selected_teams": [team]})
    assert ended.status == 200
    assert 0 < ended.json["seats_cancelled"] <= members
    given = write(f"{BILLING}/selected_teams", method="POST", body={"selected_teams": [team]})
    assert (given.status, given.json) == (201, {"seats_created": members})


def test_repositories_are_selected_one_by_one_and_together(write: Ask) -> None:
    def selected() -> set[int]:
        return {r["id"] for r in write(f"{AGENT}/repositories?per_page=100").json["repositories"]}

    own = {r["id"] for r in write("/orgs/octo-demo-eng/repos?per_page=100").json}
    [number, *_] = own - selected()
    assert write(f"{AGENT}/repositories/{number}", method="PUT").status == 204
    assert number in selected()
    assert write(f"{AGENT}/repositories/{number}", method="DELETE").status == 204
    assert number not in selected()
    body = {"selected_repository_ids": [number]}
    assert write(f"{AGENT}/repositories", method="PUT", body=body).status == 204
    assert selected() == {number}


def test_the_mode_of_the_coding_agent_is_set(write: Ask) -> None:
    assert write(AGENT, method="PUT", body={"enabled_repositories": "none"}).status == 204
    assert write(AGENT).json == {"enabled_repositories": "none"}
    assert write(f"{AGENT}/repositories").status == 409


def test_content_exclusions_are_replaced(write: Ask) -> None:
    path, rules = "/orgs/octo-demo-data/copilot/content_exclusion", {"octo": ["/secret/*"]}
    assert write(path, method="PUT", body=rules).status == 200
    assert write(path).json == rules


def test_the_policy_takes_organizations_once_it_selects(write: Ask) -> None:
    body = {"organizations": ["octo-demo-eng"]}
    assert write(POLICY, method="PUT", body={"policy_state": "enabled_for_selected_orgs"}).status == 204
    for method in ("POST", "DELETE"):
        assert write(f"{POLICY}/organizations", method=method, body=body).status == 204
    assert write(f"{POLICY}/organizations", method="POST", body={"organizations": ["other"]}).status == 400
    by_property = {"custom_properties": [{"property_name": "tier", "values": ["one"]}]}
    assert write(f"{POLICY}/organizations", method="POST", body=by_property).status == 204
