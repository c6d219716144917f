"""The rows of the reports: they reconcile, they are complete, and entities are what their members add up to."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from stackduck.sandbox import Sandbox, serve

Ask = Callable[..., Any]
Row = dict[str, Any]

M6 = (
    "code_generation_activity_count",
    "code_acceptance_activity_count",
    "loc_suggested_to_add_sum",
    "loc_suggested_to_delete_sum",
    "loc_added_sum",
    "loc_deleted_sum",
)
M7 = ("user_initiated_interaction_count", *M6)
ENTERPRISE = "/enterprises/octo-demo/copilot/metrics/reports"
ORGANIZATION = "/orgs/octo-demo-data/copilot/metrics/reports"
SCOPES = {"enterprise": ENTERPRISE, "organization": ORGANIZATION}
CLI_COUNTS = "2026-04-10"
DAYS = ["2025-12-24", "2026-01-20", "2026-02-27", "2026-03-25", "2026-04-03", "2026-04-10", "2026-05-20", "2026-06-17"]
DAYS += ["2026-07-02", "2026-08-07", "2026-09-16", "2026-09-17", "2026-10-03", "2026-10-29", "2026-11-18"]


class Reports:
    """The reports of one sandbox, each downloaded once."""

    def __init__(self, github: Sandbox, ask: Ask, api: Ask) -> None:
        self.github, self._ask, self._api = github, ask, api
        self._found: dict[str, list[Any]] = {}

    def rows(self, path: str) -> list[Row]:
        """Give the rows of all files of a report; no report has no rows."""
        if path not in self._found:
            answer = self._api(path)
            links = answer.json["download_links"] if answer.status == 200 else []
            lines = [line for link in links for line in self._ask(link).plain.splitlines()]
            self._found[path] = [json.loads(line) for line in lines]
        return self._found[path]

    def users(self, scope: str, day: str) -> list[Row]:
        """Give the users rows of a day."""
        return self.rows(f"{SCOPES[scope]}/users-1-day?day={day}")

    def entity(self, scope: str, day: str) -> Row:
        """Give the entity's row of a day."""
        [row] = self.rows(f"{SCOPES[scope]}/{scope}-1-day?day={day}")
        return row

    def trailing(self, scope: str, day: str, length: int) -> Iterable[list[Row]]:
        """Give the users rows of every day of a window."""
        for n in range(length):
            yield self.users(scope, str(date.fromisoformat(day) - timedelta(days=n)))


@pytest.fixture(scope="module")
def reports(github: Sandbox, ask: Ask, api_of: Ask) -> Reports:
    """Give the reports of the sandbox of known day."""
    return Reports(github, ask, api_of(github))


@pytest.fixture(scope="module")
def year(reports: Reports) -> list[Row]:
    """Give every users row of the enterprise's year."""
    days = (date(2025, 11, 20) + timedelta(days=n) for n in range(364))
    return [row for day in days for row in reports.users("enterprise", str(day))]


def total(rows: Iterable[Row], names: Sequence[str]) -> list[int]:
    """Add up metrics."""
    found = list(rows)
    return [sum(row[name] for row in found) for name in names]


def reconcile(row: Row) -> None:
    """Check the rules of one row, of a user or an entity."""
    top7, top6 = [row[name] for name in M7], [row[name] for name in M6]
    assert total(row["totals_by_feature"], M7) == top7
    assert total(row["totals_by_language_feature"], M6) == top6
    models = [cell for cell in row["totals_by_feature"] if cell["feature"] != "code_completion"]
    assert total(row["totals_by_model_feature"], M7) == total(models, M7)
    assert total(row.get("totals_by_language_model", []), M6) == total(models, M6)
    outside = [cell for cell in row["totals_by_feature"] if cell["feature"] in ("copilot_cli", "copilot_app")]
    inside = [all_ - out for all_, out in zip(top7, total(outside, M7), strict=True)]
    assert total(row["totals_by_ide"], M7) == inside
    for cell in row["totals_by_feature"]:
        if cell["feature"] == "agent_edit":
            assert cell["code_generation_activity_count"] > 0
            assert [cell[name] for name in (M7[0], *M6[1:4])] == [0, 0, 0, 0]
        if cell["feature"] == "code_completion":
            assert cell["user_initiated_interaction_count"] == 0


def test_every_users_row_of_a_year_reconciles(year: list[Row]) -> None:
    assert len(year) > 2000
    for row in year:
        reconcile(row)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("day", DAYS)
def test_an_entity_is_the_sum_of_its_users(reports: Reports, scope: str, day: str) -> None:
    entity, users = reports.entity(scope, day), reports.users(scope, day)
    reconcile(entity)
    assert [entity[name] for name in M7] == total(users, M7)
    for array, keys in {
        "totals_by_feature": ("feature",),
        "totals_by_language_feature": ("language", "feature"),
        "totals_by_language_model": ("language", "model"),
        "totals_by_model_feature": ("model", "feature"),
    }.items():
        names = M7 if array in ("totals_by_feature", "totals_by_model_feature") else M6
        sums: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for row in users:
            for cell in row.get(array, []):
                sums[tuple(cell[key] for key in keys)].update({name: cell[name] for name in names})
        found = {tuple(cell[key] for key in keys): {name: cell[name] for name in names} for cell in entity[array]}
        assert found == sums, array


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("day", DAYS)
def test_active_users_are_the_distinct_users_of_each_window(reports: Reports, scope: str, day: str) -> None:
    entity = reports.entity(scope, day)

    def distinct(length: int, *flags: str) -> int:
        rows = [row for rows in reports.trailing(scope, day, length) for row in rows]
        return len({row["user_id"] for row in rows if not flags or any(row.get(flag) for flag in flags)})

    expected = {
        "daily_active_users": distinct(1),
        "weekly_active_users": distinct(7),
        "monthly_active_users": distinct(28),
        "monthly_active_chat_users": distinct(28, "used_chat"),
        "monthly_active_agent_users": distinct(28, "used_agent"),
        "daily_active_cli_users": distinct(1, "used_cli"),
        "daily_active_copilot_app_users": distinct(1, "used_copilot_app"),
        "daily_active_vscode_agent_users": distinct(1, "used_vscode_agent"),
    }
    for span, length in {"daily": 1, "weekly": 7, "monthly": 28}.items():
        # The older of the two names, since the newer one is not in all of a window's rows.
        expected[f"{span}_active_copilot_cloud_agent_users"] = distinct(length, "used_copilot_coding_agent")
        for kind in ("active", "passive"):
            expected[f"{span}_{kind}_copilot_code_review_users"] = distinct(length, f"used_copilot_code_review_{kind}")
    counts = {name: value for name, value in entity.items() if name.endswith("_users")}
    assert counts == {name: value for name, value in expected.items() if name in counts}
    assert {"daily_active_users", "weekly_active_users", "monthly_active_users"} <= counts.keys()


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("day", ["2026-03-03", "2026-09-15", "2026-10-07", "2026-11-17"])
def test_tokens_and_jobs_of_an_entity_are_those_of_its_users(reports: Reports, scope: str, day: str) -> None:
    users, entity = reports.users(scope, day), reports.entity(scope, day)
    for block in ("totals_by_cli", "totals_by_copilot_app"):
        blocks = [row[block] for row in users if block in row]
        assert (block in entity) is bool(blocks)
        if blocks:
            assert entity[block]["prompt_count"] == sum(found["prompt_count"] for found in blocks)
            usage = entity[block]["token_usage"]
            tokens = usage["prompt_tokens_sum"] + usage["output_tokens_sum"]
            assert usage["prompt_tokens_sum"] == sum(found["token_usage"]["prompt_tokens_sum"] for found in blocks)
            assert usage["avg_tokens_per_request"] == round(tokens / entity[block]["request_count"], 2)
    jobs = Counter[str]()
    for row in users:
        for agent in row.get("totals_by_3rd_party_agent", []):
            jobs[agent["agent_id"]] += agent["user_initiated_interaction_count"]
    rows = entity.get("totals_by_3rd_party_agent", [])
    found = {row["agent_id"]: row["user_initiated_interaction_count"] for row in rows}
    assert found == jobs


def test_terminal_prompts_are_its_interactions(year: list[Row]) -> None:
    for row in year:
        cli = [cell for cell in row["totals_by_feature"] if cell["feature"] == "copilot_cli"]
        if row["day"] < CLI_COUNTS:
            assert not cli
        else:
            assert ("totals_by_cli" in row) is bool(cli)
            for cell in cli:
                assert row["totals_by_cli"]["prompt_count"] == cell["user_initiated_interaction_count"]


ARRIVALS = {
    "used_copilot_coding_agent": "2026-03-25",
    "used_copilot_cloud_agent": "2026-04-10",
    "used_copilot_code_review_active": "2026-04-06",
    "ai_adoption_phase": "2026-05-29",
    "ai_credits_used": "2026-06-19",
    "used_copilot_app": "2026-07-28",
    "totals_by_copilot_app": "2026-07-28",
    "totals_by_3rd_party_agent": "2026-08-07",
    "used_vscode_agent": "2026-09-11",
    "totals_by_vscode_agent": "2026-09-11",
    "totals_by_skill": "2026-09-17",
    "distinct_mcp_use_count": "2026-09-17",
    "totals_by_cli": "2026-02-27",
    "used_cli": "2026-02-27",
}


@pytest.mark.parametrize(("field", "since"), ARRIVALS.items())
def test_a_field_is_absent_before_it_arrived(year: list[Row], field: str, since: str) -> None:
    days = sorted({row["day"] for row in year if field in row})
    assert since <= days[0] <= str(date.fromisoformat(since) + timedelta(days=14))


def test_the_terminal_comes_later_to_organizations(reports: Reports) -> None:
    for day in ("2026-03-02", "2026-04-01"):
        assert any("used_cli" in row for row in reports.users("enterprise", day))
        assert not any("used_cli" in row or "totals_by_cli" in row for row in reports.users("organization", day))


def test_absent_null_and_zero_are_three_things(year: list[Row]) -> None:
    recent = [row for row in year if row["day"] > "2026-06-20"]
    reviews = [row.get("used_copilot_code_review_active", "absent") for row in recent]
    assert {True, None, "absent"} == set(reviews)
    assert {False, True} == {row["used_cli"] for row in recent if row["day"] > "2026-07-02"}
    assert any("used_cli" not in row for row in recent if row["day"] < "2026-07-02")
    assert any("totals_by_language_model" not in row for row in year)
    assert any(row.get("totals_by_language_model") == [] for row in year)
    ides = [ide for row in year for ide in row["totals_by_ide"]]
    assert {"last_known_ide_version" in ide for ide in ides} == {True, False}


def test_a_row_need_not_be_active(year: list[Row]) -> None:
    idle = [row for row in year if not any(row[name] for name in M7)]
    assert any(row.get("ai_credits_used") for row in idle)
    assert 0.02 < len(idle) / len(year) < 0.4


def test_lines_kept_may_exceed_lines_suggested(year: list[Row]) -> None:
    assert any(row["loc_added_sum"] > row["loc_suggested_to_add_sum"] for row in year)


def test_completions_are_accepted_about_every_third_time(year: list[Row]) -> None:
    cells = [cell for row in year for cell in row["totals_by_feature"] if cell["feature"] == "code_completion"]
    generated, accepted = total(cells, M6[:2])
    assert 0.25 < accepted / generated < 0.5


def test_weekends_and_the_turn_of_the_year_are_quiet(year: list[Row]) -> None:
    rows = Counter(row["day"] for row in year)
    working = [rows[day] for day in rows if date.fromisoformat(day).weekday() < 4 and day > "2026-01-10"]
    weekend = [rows[day] for day in rows if date.fromisoformat(day).weekday() > 4]
    assert sum(weekend) / len(weekend) < sum(working) / len(working) / 4
    assert rows["2025-12-24"] < sum(working) / len(working) / 2


def test_there_are_all_kinds_of_people(github: Sandbox, api: Ask, year: list[Row]) -> None:
    seats = api("/enterprises/octo-demo/copilot/billing/seats?per_page=100").json["seats"]
    seated = {seat["assignee"]["id"] for seat in seats if seat["assignee"]}
    used: defaultdict[int, set[str]] = defaultdict(set)
    for row in year:
        used[row["user_id"]] |= {cell["feature"] for cell in row["totals_by_feature"]}
    recent = {row["user_id"] for row in year if row["day"] > "2026-08-01"}
    assert used.keys() < seated
    assert recent < used.keys()
    assert {"copilot_cli"} in used.values()
    assert len({ide["ide"] for row in year for ide in row["totals_by_ide"]}) >= 4
    assert len({cell["model"] for row in year for cell in row["totals_by_model_feature"]}) >= 6
    assert len({cell["language"] for row in year for cell in row["totals_by_language_feature"]}) >= 10
    assert {row["ai_adoption_phase"]["phase_number"] for row in year if "ai_adoption_phase" in row} == {0, 1, 2, 3}


def test_ids_have_githubs_types(year: list[Row]) -> None:
    assert all(isinstance(row["enterprise_id"], str) and isinstance(row["user_id"], int) for row in year)
    assert max(row["user_id"] for row in year) > 2**31 > min(row["user_id"] for row in year)


def test_an_organizations_users_are_its_members(reports: Reports, api: Ask) -> None:
    members = {user["id"] for user in api("/orgs/octo-demo-data/members?per_page=100").json}
    everybody = {row["user_id"]: row for row in reports.users("enterprise", "2026-11-17")}
    own = reports.users("organization", "2026-11-17")
    assert {row["user_id"] for row in own} == members & everybody.keys()
    for row in own:
        assert isinstance(row.pop("organization_id"), str)
        assert row == everybody[row["user_id"]]


@pytest.mark.parametrize("scope", SCOPES)
def test_pull_requests_of_an_entity_are_those_of_its_repositories(reports: Reports, scope: str) -> None:
    entity = reports.entity(scope, "2026-11-16")["pull_requests"]
    repositories = [row["pull_requests"] for row in reports.rows(f"{SCOPES[scope]}/repos-1-day?day=2026-11-16")]
    assert repositories
    for name in entity:
        if name.startswith("total_"):
            assert entity[name] == sum(row[name] for row in repositories), name
    merged = [row for row in repositories if row["total_merged"]]
    assert all(("median_minutes_to_merge" in row) is (row in merged) for row in repositories)
    medians = [row["median_minutes_to_merge"] for row in merged]
    assert min(medians) <= entity["median_minutes_to_merge"] <= max(medians)
    for row in [*repositories, entity]:
        assert row["total_created_by_copilot"] <= row["total_created"]
        assert row["total_applied_suggestions"] <= row["total_suggestions"]
        assert row["total_copilot_suggestions"] <= row["total_suggestions"]
        types = row["copilot_suggestions_by_comment_type"]
        assert total(types, ["total_copilot_suggestions"]) == [row["total_copilot_suggestions"]]


def test_repositories_name_their_organization(reports: Reports, api: Ask) -> None:
    rows = reports.rows(f"{ENTERPRISE}/repos-1-day?day=2026-11-16")
    owners = {row["repo_owner_name"]: row["organization_id"] for row in rows}
    for login, number in owners.items():
        assert api(f"/orgs/{login}").json["id"] == int(number)
    row = rows[0]
    assert api(f"/repos/{row['repo_owner_name']}/{row['repo_name']}").json["id"] == row["repo_id"]
    times = [stage for row in rows for stage in row["pull_request_review_times"]]
    assert all(
        stage["median_minutes_ready_to_first_review"] <= stage["p90_minutes_ready_to_first_review"] for stage in times
    )


def test_the_organizations_repositories_are_the_enterprises(reports: Reports, github: Sandbox) -> None:
    whole = reports.rows(f"{ENTERPRISE}/repos-1-day?day=2026-11-16")
    bases = [f"/orgs/{org}/copilot/metrics/reports" for org in github.organizations]
    parts = [row for base in bases for row in reports.rows(f"{base}/repos-1-day?day=2026-11-16")]
    assert sorted(parts, key=lambda row: row["repo_id"]) == sorted(whole, key=lambda row: row["repo_id"])
    assert len(whole) == len({row["repo_id"] for row in whole}) > 5


def test_phases_cover_the_days_active_users(reports: Reports) -> None:
    for scope in SCOPES:
        entity, users = reports.entity(scope, "2026-11-17"), reports.users(scope, "2026-11-17")
        phases = Counter(row["ai_adoption_phase"]["phase_number"] for row in users)
        found = {row["phase_number"]: row for row in entity["totals_by_ai_adoption_phase"]}
        assert {number: row["total_engaged_users"] for number, row in found.items()} == phases
        assert all(row["users_in_phase_28d"] >= row["total_engaged_users"] for row in found.values())
        assert sum(row["users_in_phase_28d"] for row in found.values()) <= entity["monthly_active_users"]


def test_engagement_counts_users_of_two_days(reports: Reports) -> None:
    [wrapper] = reports.rows(f"{ENTERPRISE}/enterprise-28-day/latest")
    days: defaultdict[int, int] = defaultdict(int)
    for row in reports.rows(f"{ENTERPRISE}/users-28-day/latest"):
        days[row["user_id"]] += row["used_agent"]
    engagement = wrapper["copilot_feature_engagement"]
    counts = {row["feature"]: row["engaged_user_count"] for row in engagement["totals_by_feature"]}
    assert len(counts) == 7
    assert counts["agent_mode"] == sum(n >= 2 for n in days.values())
    assert engagement["active_user_count"] == len(days)


def test_engagement_is_null_before_it_arrived(ask: Ask, api_of: Ask) -> None:
    with serve(today=date(2026, 9, 1)) as github:
        [wrapper] = Reports(github, ask, api_of(github)).rows(f"{ENTERPRISE}/enterprise-28-day/latest")
    assert wrapper["copilot_feature_engagement"] is None


@pytest.mark.parametrize("org", ["octo-demo-eng", "octo-demo-data"])
def test_teams_below_five_seats_are_left_out(reports: Reports, api: Ask, org: str) -> None:
    rows = reports.rows(f"/orgs/{org}/copilot/metrics/reports/user-teams-1-day?day=2026-11-17")
    seats = api(f"/orgs/{org}/copilot/billing/seats?per_page=100").json["seats"]
    seated = {seat["assignee"]["id"] for seat in seats if seat["assignee"]}
    expected = set()
    teams = api(f"/orgs/{org}/teams").json
    for team in teams:
        members = {user["id"] for user in api(f"/orgs/{org}/teams/{team['slug']}/members").json} & seated
        if len(members) >= 5:
            expected |= {(member, team["id"], team["slug"]) for member in members}
    assert {(row["user_id"], row["team_id"], row["slug"]) for row in rows} == expected
    assert len(rows) == len(expected)
    assert len({row["team_id"] for row in rows}) < len(teams)
    assert max(Counter(row["user_id"] for row in rows).values()) == 2


def test_the_enterprises_teams_are_its_own(reports: Reports) -> None:
    rows = reports.rows(f"{ENTERPRISE}/user-teams-1-day?day=2026-11-17")
    assert all(row["slug"].startswith("ent:") and "organization_id" not in row for row in rows)
    assert {row["slug"] for row in rows} == {"ent:everyone", "ent:champions"}
