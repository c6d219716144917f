"""The API origin: who is let in, what every answer bears, and how lists are paged."""

from __future__ import annotations

import base64
import gzip
import inspect
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from stackduck.sandbox import Sandbox, environment, serve

Ask = Callable[..., Any]

SEATS = "/orgs/octo-demo-eng/copilot/billing/seats"


def test_no_credentials_are_asked_for(github: Sandbox, ask: Ask) -> None:
    answer = ask(github.api_url + SEATS)
    assert (answer.status, answer.json["message"]) == (401, "Requires authentication")


@pytest.mark.parametrize("value", ["Bearer wrong", "token wrong", "Basic !!", "Basic d3Jvbmc=", "Bearer", "Digest x"])
def test_wrong_credentials_are_refused(github: Sandbox, value: str, ask: Ask) -> None:
    answer = ask(github.api_url + SEATS, Authorization=value)
    assert (answer.status, answer.json["message"], answer.json["status"]) == (401, "Bad credentials", "401")


def test_the_token_is_taken_in_all_three_forms(github: Sandbox, ask: Ask) -> None:
    basic = base64.b64encode(f"anybody:{github.token}".encode()).decode()
    for value in (f"Bearer {github.token}", f"token {github.token}", f"Basic {basic}"):
        assert ask(github.api_url + SEATS, Authorization=value).status == 200, value


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/orgs/octo/copilot/billing",
        "/enterprises/octo/copilot/billing/seats",
        "/orgs/octo-demo/copilot/billing",
        "/orgs/octo-demo-eng/copilot/metrics",
        "/orgs/octo-demo-eng/copilot/metrics/reports/users-28-day",
        "/orgs/octo-demo-eng/copilot/metrics/reports/users-1-day/latest",
        "/orgs/octo-demo-eng/copilot/metrics/reports/enterprise-1-day?day=2026-11-02",
        "/orgs/octo-demo-eng/teams/none/members",
        "/users/nobody",
        "/repos/octo-demo-eng/none",
    ],
)
def test_an_unknown_name_or_path_is_404(api: Ask, path: str) -> None:
    answer = api(path)
    assert (answer.status, answer.json["message"]) == (404, "Not Found")


@pytest.mark.parametrize("path", ["/orgs/{}/copilot/billing", "/enterprises/{}/copilot/billing/seats"])
@pytest.mark.parametrize(
    ("slug", "status", "words"),
    [
        ("octo-forbidden", 403, "Insufficient permissions"),
        ("octo-policy-off", 403, "'Copilot usage metrics' policy must be enabled"),
        ("octo-broken", 500, "Server Error"),
    ],
)
def test_special_names_answer_with_their_error(api: Ask, path: str, slug: str, status: int, words: str) -> None:
    answer = api(path.format(slug))
    assert answer.status == status
    assert words in answer.json["message"]
    assert answer.json["status"] == str(status)
    assert answer.json["documentation_url"].startswith("https://docs.github.com/")


def test_the_limited_enterprise_has_used_up_its_hour(api: Ask) -> None:
    answer = api("/enterprises/octo-limited/copilot/billing/seats")
    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (403, "0")
    assert answer.headers["retry-after"] is None
    assert "rate limit" in answer.json["message"]


def test_the_limited_organization_is_told_when_to_retry(api: Ask) -> None:
    answer = api("/orgs/octo-limited/copilot/billing")
    assert (answer.status, answer.headers["retry-after"]) == (429, "3600")


def test_the_flaky_enterprise_answers_the_third_time(own: Sandbox, api_of: Ask) -> None:
    path = "/enterprises/octo-flaky/copilot/metrics/reports/users-28-day/latest"
    assert [api_of(own)(path).status for _ in range(3)] == [502, 502, 200]


def test_an_unknown_api_version_is_refused(api: Ask) -> None:
    assert api("/user", X_GitHub_Api_Version="2020-01-01").status == 400
    assert api("/user", X_GitHub_Api_Version="2022-11-28").status == 200


def test_names_are_known_in_any_case(api: Ask) -> None:
    lower, upper = api("/orgs/octo-demo-eng/copilot/billing"), api("/orgs/OCTO-Demo-ENG/copilot/billing")
    assert upper.status == 200
    assert upper.json == lower.json
    assert api("/enterprises/Octo-Demo/copilot/billing/seats").status == 200


def test_every_answer_bears_githubs_headers(own: Sandbox, api_of: Ask) -> None:
    first, second = (api_of(own)("/user").headers for _ in range(2))
    assert int(first["x-ratelimit-remaining"]) - int(second["x-ratelimit-remaining"]) == 1
    assert first["x-github-request-id"] != second["x-github-request-id"]
    assert first["x-github-media-type"] == "github.v3; format=json"
    assert first["content-type"] == "application/json; charset=utf-8"
    for name in ("x-ratelimit-limit", "x-ratelimit-used", "x-ratelimit-reset", "content-length"):
        assert first[name].isdecimal(), name


def test_an_error_bears_the_rate_limit_too(github: Sandbox, ask: Ask) -> None:
    assert ask(github.api_url + "/user").headers["x-ratelimit-remaining"].isdecimal()


def test_a_large_body_is_compressed_for_who_takes_gzip(api: Ask) -> None:
    plain, packed = api(SEATS), api(SEATS, Accept_Encoding="gzip, deflate")
    assert plain.headers["content-encoding"] is None
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)
    assert gzip.decompress(packed.body) == plain.body


def links(header: str | None) -> dict[str, int]:
    """Give the page of every relation of a Link header."""
    found = re.findall(r'<[^>]*[?&]page=(\d+)[^>]*>; rel="(\w+)"', header or "")
    return {relation: int(page) for page, relation in found}


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (1, {"next": 2, "last": 4}),
        (2, {"prev": 1, "next": 3, "last": 4, "first": 1}),
        (4, {"prev": 3, "first": 1}),
        (9, {"prev": 4, "first": 1}),
    ],
)
def test_a_page_links_to_its_neighbours(api: Ask, page: int, expected: dict[str, int]) -> None:
    answer = api(f"{SEATS}?per_page=5&page={page}")
    assert links(answer.headers["link"]) == expected
    assert answer.json["total_seats"] == 17


def test_links_keep_the_query_and_lead_through_all_pages(github: Sandbox, api: Ask) -> None:
    url, logins = f"{SEATS}?per_page=7", []
    while url:
        answer = api(url)
        logins += [seat["assignee"]["login"] for seat in answer.json["seats"]]
        following = re.search(r'<([^>]*)>; rel="next"', answer.headers["link"] or "")
        assert following is None or "per_page=7" in following[1]
        url = following[1].removeprefix(github.api_url) if following else ""
    assert len(logins) == len(set(logins)) == 17


def test_one_page_has_no_links(api: Ask) -> None:
    assert api(SEATS).headers["link"] is None


@pytest.mark.parametrize(
    ("query", "size"), [("", 50), ("?per_page=100", 100), ("?per_page=500", 100), ("?per_page=x", 50)]
)
def test_seats_come_fifty_a_page_and_a_hundred_at_most(query: str, size: int, api_of: Ask) -> None:
    with serve(users=120, organizations=1, today=date(2026, 11, 20)) as github:
        assert len(api_of(github)(SEATS + query).json["seats"]) == size


def test_lists_come_thirty_a_page(api_of: Ask) -> None:
    with serve(users=90, organizations=1, today=date(2026, 11, 20)) as github:
        answer = api_of(github)("/orgs/octo-demo-eng/members")
    assert len(answer.json) == 30
    assert links(answer.headers["link"]) == {"next": 2, "last": 4}


def test_the_first_requests_of_a_path_can_be_made_to_fail(api_of: Ask) -> None:
    with serve(fail_first=2) as github:
        assert [api_of(github)("/user").status for _ in range(3)] == [503, 503, 200]


def test_requests_are_kept_without_secrets(own: Sandbox, ask: Ask, api_of: Ask) -> None:
    api = api_of(own)
    link = api("/enterprises/octo-demo/copilot/metrics/reports/users-28-day/latest?x=1").json["download_links"][0]
    ask(link)
    assert [(r.method, r.status, r.query) for r in own.requests] == [("GET", 200, {"x": "1"})]
    assert [(r.status, r.query) for r in own.file_requests] == [(200, {})]


def test_the_environment_names_the_sandbox(github: Sandbox) -> None:
    assert environment(github) == {"GITHUB_API_URL": github.api_url, "GH_TOKEN": github.token}


def test_another_seed_is_another_enterprise(github: Sandbox, api_of: Ask) -> None:
    with serve(seed=2, today=github.today) as other:
        assert other.token != github.token
        seats = [api_of(g)(SEATS).json["seats"][0]["assignee"]["login"] for g in (github, other)]
    assert seats[0] != seats[1]


def test_a_closed_sandbox_is_gone(ask: Ask) -> None:
    github = serve()
    github.close()
    github.close()
    with pytest.raises(ConnectionRefusedError):
        ask(github.api_url + "/user")


def test_bodies_hold_nothing_of_the_port(github: Sandbox, api: Ask) -> None:
    port = github.api_url.rpartition(":")[2]
    for path in (SEATS, "/orgs/octo-demo-eng/teams", "/orgs/octo-demo-eng/copilot/coding-agent/permissions"):
        assert port not in json.dumps(api(path).json), path


def test_every_option_is_described() -> None:
    described = set(re.findall(r"`(\w+)`", str(serve.__doc__)))
    assert inspect.signature(serve).parameters.keys() <= described
