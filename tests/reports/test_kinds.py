"""The requests for reports' links, and what is refused before any request."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from stackduck.api.client import Client
from stackduck.catalog import folders
from stackduck.catalog.names import Catalog
from stackduck.errors import ProgrammingError
from stackduck.reports.kinds import REPORTS, SCOPES, day_request, latest_request, report_of
from stackduck.sandbox import serve

DAY = date(2026, 9, 1)


@pytest.mark.parametrize("name", ["", ".", "..", "a\nb", "a\x00", "\x7f", "\x85", "\ud800"], ids=ascii)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_name_that_is_no_path_segment_is_refused(scope: str, name: str) -> None:
    with pytest.raises(ProgrammingError, match=rf"^github\.copilot_usage\.user_days: {scope} .*part of the path$"):
        day_request("users", scope, name, day=DAY)
    with pytest.raises(ProgrammingError, match=rf"^some\.table: {scope} .*part of the path$"):
        latest_request("users", scope, name, resource="some.table")


@pytest.mark.parametrize("report", ["user_teams", "repos"])
def test_a_report_without_a_28_day_form_is_refused(report: str) -> None:
    with pytest.raises(ProgrammingError, match=f"^GitHub has no 28-day report of {report}; ask for single days$"):
        latest_request(report, "org", "octo")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("user", "no report 'user'; did you mean 'users'?"),
        ("user_dayz", "no report 'user_dayz'; did you mean 'user_days'?"),
        ("%", "no report '%'; known: users, entity, user_teams, repos"),
    ],
)
def test_an_unknown_report_says_what_was_meant(name: str, told: str) -> None:
    with pytest.raises(ProgrammingError) as raised:
        report_of(name)
    assert str(raised.value) == told


def test_an_unknown_scope_is_refused() -> None:
    with pytest.raises(ProgrammingError, match=r"^no scope 'team'; known: enterprise, org$"):
        day_request("users", "team", "octo", day=DAY)


@pytest.mark.parametrize("name", ["users", "USERS", "user_days", "User_Days"])
def test_a_report_is_found_by_its_name_and_its_resource_in_any_case(name: str) -> None:
    assert report_of(name) is REPORTS["users"]


def test_no_name_means_two_reports() -> None:
    names = [name for report in REPORTS.values() for name in (report.name, report.parent)]
    assert len(names) == len(set(names)) == 8
    assert [report_of(name).name for name in REPORTS] == list(REPORTS)


@pytest.mark.parametrize(
    ("report", "scope", "path"),
    [
        ("entity", "enterprise", "/enterprises/octo/copilot/metrics/reports/enterprise-1-day"),
        ("users", "enterprise", "/enterprises/octo/copilot/metrics/reports/users-1-day"),
        ("user_teams", "enterprise", "/enterprises/octo/copilot/metrics/reports/user-teams-1-day"),
        ("repos", "enterprise", "/enterprises/octo/copilot/metrics/reports/repos-1-day"),
        ("entity", "org", "/orgs/octo/copilot/metrics/reports/organization-1-day"),
        ("users", "org", "/orgs/octo/copilot/metrics/reports/users-1-day"),
        ("user_teams", "org", "/orgs/octo/copilot/metrics/reports/user-teams-1-day"),
        ("repos", "org", "/orgs/octo/copilot/metrics/reports/repos-1-day"),
    ],
    ids=lambda value: value.split("/")[-1],
)
def test_a_day_has_one_request(report: str, scope: str, path: str) -> None:
    made = day_request(report, scope, "octo", day=DAY)
    assert (made.http_method, made.path) == ("GET", path)
    assert made.query == (("day", "2026-09-01"),)
    assert made.values == ((scope, "octo"), ("day", "2026-09-01"))
    assert made.resource == f"github.copilot_usage.{REPORTS[report].parent}"
    assert not made.follows_link


@pytest.mark.parametrize(
    ("report", "scope", "path"),
    [
        ("entity", "enterprise", "/enterprises/octo/copilot/metrics/reports/enterprise-28-day/latest"),
        ("users", "enterprise", "/enterprises/octo/copilot/metrics/reports/users-28-day/latest"),
        ("entity", "org", "/orgs/octo/copilot/metrics/reports/organization-28-day/latest"),
        ("users", "org", "/orgs/octo/copilot/metrics/reports/users-28-day/latest"),
    ],
)
def test_the_latest_28_days_have_one_request(report: str, scope: str, path: str) -> None:
    made = latest_request(report, scope, "octo", resource="github.copilot_usage.user_day_ides")
    assert (made.path, made.query, made.values) == (path, (), ((scope, "octo"),))
    assert made.resource == "github.copilot_usage.user_day_ides"


@pytest.mark.parametrize("name", ["a/b", "a b?day=x#y", "%2e%2e", "{enterprise}", "Łódź"], ids=ascii)
def test_a_name_is_one_segment_whatever_it_holds(name: str) -> None:
    path = day_request("users", "enterprise", name, day=DAY).path
    assert len(path.split("/")) == 7
    assert not set("?#{} ") & set(path)
    assert day_request("users", "enterprise", name, day=DAY).values[0] == ("enterprise", name)


def test_every_path_is_one_that_githubs_document_names(tmp_path: Path) -> None:
    catalog = Catalog(folders.built_in(), cache_dir=tmp_path)
    documented = {
        method.path
        for resource in catalog.service("github", "copilot").resources.values()
        for method in resource.methods.values()
        if "/copilot/metrics/reports/" in method.path
    }
    made = [day_request(report, scope, "x", day=DAY) for report in REPORTS for scope in SCOPES]
    made += [latest_request(r.name, scope, "x") for r in REPORTS.values() if r.has_latest for scope in SCOPES]
    assert {request.path_template for request in made} == documented
    assert len(made) == len(documented) == 12


def test_the_sandbox_answers_every_request_with_links() -> None:
    with serve(seed=1, users=25, today=date(2026, 9, 20)) as github:
        names = {"enterprise": github.enterprise, "org": github.organizations[0]}
        made = [day_request(report, scope, names[scope], day=DAY) for report in REPORTS for scope in SCOPES]
        made += [
            latest_request(r.name, scope, names[scope]) for r in REPORTS.values() if r.has_latest for scope in SCOPES
        ]
        client = Client(api_url=github.api_url, token=github.token)
        answers = [json.loads(page.body) for _, page in client.fetch(made)]
        client.close()
    assert len(answers) == 12
    assert all(answer["download_links"] for answer in answers)
    assert [answer["report_day"] for answer in answers[:8]] == ["2026-09-01"] * 8
