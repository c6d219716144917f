"""The oracle itself: it reads every form of report, and computes of the samples what is known of them by hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import usage_oracle as oracle
from .usage_oracle import M6, M7, TOKENS, Row

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

Sample = Callable[[str], list[Row]]

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
LAST = date(2026, 11, 18)
DAYS = oracle.days_between(LAST - timedelta(days=13), LAST)


@pytest.fixture
def sample() -> Sample:
    """Give a function that reads a sample."""
    if not SAMPLES.is_dir():
        pytest.skip("the sample reports are not here")

    def read(name: str) -> list[Row]:
        return oracle.records((SAMPLES / name).read_bytes())

    return read


@pytest.fixture(scope="module")
def github() -> Iterator[Sandbox]:
    """Serve the enterprise on a known day."""
    from stackduck.sandbox import serve

    with serve(today=LAST + timedelta(days=2)) as sandbox:
        yield sandbox


KNOWN = [
    ("", M7, 107, (2987, 4987, 3630, 59135, 2868, 100878, 17311)),
    ("totals_by_feature", M7, 195, (2987, 4987, 3630, 59135, 2868, 100878, 17311)),
    ("totals_by_language_feature", M6, 361, (4987, 3630, 59135, 2868, 100878, 17311)),
    ("totals_by_ide", M7, 75, (1347, 2444, 1140, 59135, 2868, 49293, 5653)),
    ("totals_by_language_model", M6, 307, (3221, 2494, 1167, 0, 62858, 16187)),
    ("totals_by_model_feature", M7, 263, (2489, 4768, 3576, 58738, 2868, 100738, 17311)),
]


@pytest.mark.parametrize(("array", "names", "rows", "sums"), KNOWN, ids=[known[0] or "rows" for known in KNOWN])
def test_sums_of_a_known_report(
    sample: Sample, array: str, names: tuple[str, ...], rows: int, sums: tuple[int]
) -> None:
    users = sample("org-users-28-day.viewer.ndjson")
    some = oracle.elements(users, array) if array else users
    assert len(some) == rows
    assert oracle.totals(some, names) == dict(zip(names, sums, strict=True))


def test_other_figures_of_a_known_report(sample: Sample) -> None:
    users = sample("org-users-28-day.viewer.ndjson")
    cli = oracle.elements(users, "totals_by_cli")
    assert oracle.distinct(users) == 8
    assert oracle.totals(users, ["ai_credits_used"])["ai_credits_used"] == pytest.approx(4014.09)
    assert oracle.totals(cli, [TOKENS[0], *TOKENS[3:]]) == {
        "session_count": 274,
        "token_usage.prompt_tokens_sum": 1_327_259_411,
        "token_usage.output_tokens_sum": 6_594_915,
    }
    flags = [(row["used_cli"], row["rows"]) for row in oracle.grouped(users, ["used_cli"])]
    assert flags == [(False, 22), (True, 51), (None, 34)]
    assert [row["acceptance_rate"] for row in oracle.acceptance(users, by=())] == [1136 / 1766]


def test_weeks_of_a_known_report(sample: Sample) -> None:
    users = oracle.with_week(sample("org-users-28-day.viewer.ndjson"))
    assert [row["users"] for row in oracle.grouped(users, ["week"])] == [1, 6, 7, 6, 7]
    rates = [round(row["acceptance_rate"], 3) for row in oracle.acceptance(users, by=["week"])]
    assert rates == [0.714, 0.683, 0.502, 0.687, 0.740]
    features = {
        row["feature"]: row for row in oracle.grouped(oracle.elements(users, "totals_by_feature"), ["feature"], M7)
    }
    assert (features["copilot_cli"]["users"], features["copilot_cli"][M7[0]]) == (5, 1640)
    assert (features["chat_panel_agent_mode"]["users"], features["chat_panel_agent_mode"][M7[0]]) == (6, 785)


def test_teams_of_a_known_report(sample: Sample) -> None:
    users, teams = sample("org-users-1-day.for-user-teams.docs.ndjson"), sample("org-user-teams-1-day.docs.ndjson")
    joined = oracle.grouped(oracle.joined_teams(users, teams), ["slug"], [M6[1], "loc_added_sum"])
    assert [(row["slug"], row["users"], row[M6[1]], row["loc_added_sum"]) for row in joined] == [
        ("backend", 1, 12, 88),
        ("frontend", 2, 19, 112),
    ]


def test_idle_seats_of_a_known_report(sample: Sample) -> None:
    [listed] = sample("org-seats.viewer.json")
    users = sample("org-users-28-day.viewer.ndjson")
    assert [seat["login"] for seat in oracle.idle_seats(listed["seats"], users, on="login")] == ["newjoiner"]


def test_grants_of_a_known_list_become_persons(sample: Sample) -> None:
    [listed] = sample("enterprise-seats-duplicates.viewer.json")
    merged = {seat["login"]: seat for seat in oracle.merged_seats(listed["seats"])}
    assert merged.keys() == {"octocat", "octokitten"}
    octocat = merged["octocat"]
    assert (octocat["seats"], octocat["teams"], octocat["organizations"]) == (2, ["team-alpha", "team-beta"], [])
    assert octocat["last_activity_at"] == datetime(2021, 10, 16, 6, 53, 32, tzinfo=UTC)
    assert (octocat["plan_type"], octocat["last_authenticated_at"]) == (None, None)


def test_a_window_is_its_days(sample: Sample) -> None:
    days = sample("org-28-day.viewer.json")
    assert len(days) == len({row["day"] for row in days}) == 28
    elements = oracle.elements(days, "totals_by_feature")
    assert {row["day"] for row in elements} <= {row["day"] for row in days}


ROWS = [{"day": "2026-01-31", "user_id": 1}, {"day": "2026-01-31", "user_id": 2}]
FORMS = {
    "lines": b'{"day":"2026-01-31","user_id":1}\n{"day":"2026-01-31","user_id":2}',
    "blank lines and a mark": b'\xef\xbb\xbf{"day":"2026-01-31","user_id":1}\r\n\r\n'
    b'{"day":"2026-01-31","user_id":2}\r\n\n',
    "array": json.dumps(ROWS, indent=2).encode(),
    "wrapper": json.dumps({"report_start_day": "2026-01-04", "day_totals": ROWS}).encode(),
    "compressed": gzip.compress(json.dumps(ROWS).encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_file_is_read(form: str) -> None:
    assert oracle.records(FORMS[form]) == [{**row, "day": date(2026, 1, 31)} for row in ROWS]


def test_a_file_without_rows_has_none() -> None:
    assert [oracle.records(body) for body in (b"", b"\n", b"[]", gzip.compress(b""))] == [[], [], [], []]


def test_of_doubles_the_last_stays() -> None:
    rows = [{"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 3}]
    assert oracle.without_doubles(rows, ["a"]) == [{"a": 1, "b": 3}, {"a": 2, "b": 2}]


def test_sums_are_those_of_sql() -> None:
    rows: list[Row] = [{"n": 1}, {"n": None}, {}, {"n": {"count": 5}}, {"n": 2.5}]
    assert oracle.totals(rows, ["n", "absent"]) == {"n": 3.5, "absent": None}
    assert oracle.totals([{"n": 2**62}, {"n": 2**62}], ["n"]) == {"n": 2**63}


def test_versions_are_the_latest_samples() -> None:
    def row(day: int, version: str, sampled_at: object) -> Row:
        stamp = {"plugin": "copilot", "plugin_version": version, "sampled_at": sampled_at}
        ides = [{"ide": "vscode", "last_known_plugin_version": stamp}, {"ide": "vim"}]
        return {"day": date(2026, 1, day), "user_id": 1, "user_login": "ada", "totals_by_ide": ides}

    rows = [row(1, "2", "2026-01-01T10:00:00Z"), row(2, "1", "2025-12-30T10:00:00Z"), row(3, "9", None)]
    [found] = oracle.latest_versions(rows)
    assert (found["ide"], found["plugin_version"]) == ("vscode", "2")


def test_a_scope_is_one_of_two(github: Sandbox) -> None:
    for scope in ({}, {"enterprise": "a", "org": "b"}):
        with pytest.raises(ValueError, match="an enterprise or an org"):
            oracle.download(github, [], **scope)  # type: ignore[arg-type]


@pytest.mark.parametrize("slug", ["octo-forbidden", "octo-broken", "nobody"])
def test_a_refusal_is_not_taken_for_no_data(github: Sandbox, slug: str) -> None:
    with pytest.raises(LookupError, match=r"^(403|404|500) for /enterprises/"):
        oracle.download(github, DAYS, enterprise=slug)


SCOPES = [{"enterprise": "octo-demo"}, {"org": "octo-demo-data"}]


@pytest.mark.parametrize("scope", SCOPES, ids=["enterprise", "org"])
def test_days_add_up(github: Sandbox, scope: dict[str, str]) -> None:
    usage = oracle.download(github, DAYS, **scope)
    assert usage.missing == {"users": [], "entity": [], "user_teams": [], "repos": [github.late_day]}
    days = {row["day"]: row for row in usage.entity}
    for row in oracle.per_day(usage.users):
        assert row["rows"] == row["users"] == days[row["day"]]["daily_active_users"]
        assert {name: row[name] for name in M7} == {name: days[row["day"]][name] for name in M7}
    assert [row["day"] for row in oracle.per_day(usage.user_teams, [])] == DAYS
    by_feature = oracle.grouped(oracle.elements(usage.users, "totals_by_feature"), ["feature"], M7)
    assert by_feature == [
        {**row, "users": by_feature[n]["users"], "rows": by_feature[n]["rows"]}
        for n, row in enumerate(oracle.grouped(oracle.elements(usage.entity, "totals_by_feature"), ["feature"], M7))
    ]


def test_a_window_holds_the_same_rows(github: Sandbox) -> None:
    window = oracle.days_between(LAST - timedelta(days=27), LAST)
    single = oracle.download(github, window, enterprise="octo-demo", reports=["users"]).users
    bounds = {"report_start_day": str(window[0]), "report_end_day": str(LAST)}
    assert oracle.download_window(github, "users", enterprise="octo-demo") == [{**bounds, **row} for row in single]
    [trailing] = oracle.trailing_users(single, [LAST], 28)
    assert trailing == {"day": LAST, "users": oracle.distinct(single)}
    told = oracle.engagement(oracle.download_window(github, "entity", enterprise="octo-demo"))
    assert {row["active_user_count"] for row in told} == {trailing["users"]}
    assert [row["feature"] for row in told] == sorted(row["feature"] for row in told)


@pytest.mark.parametrize("slug", ["octo-forms", "octo-doubles"])
def test_odd_files_have_the_same_rows(github: Sandbox, slug: str) -> None:
    def figures(name: str) -> list[list[Row]]:
        usage = oracle.download(github, DAYS[:3], enterprise=name)
        return [sorted(rows, key=str) for rows in (usage.users, usage.entity, usage.user_teams, usage.repos)]

    assert figures(slug) == figures("octo-demo")


def test_gaps_are_missing_days(github: Sandbox) -> None:
    usage = oracle.download(github, DAYS, enterprise="octo-gaps", reports=["users"])
    assert len(usage.missing["users"]) == 7
    own = oracle.download(github, DAYS, enterprise="octo-demo", reports=["users"]).users
    assert usage.users == [row for row in own if row["day"] not in usage.missing["users"]] != own


def test_grants_become_persons(github: Sandbox) -> None:
    listed = oracle.download_seats(github, enterprise="octo-demo")
    merged = oracle.merged_seats(listed)
    assert sum(seat["seats"] for seat in merged) == len(listed) > len(merged)
    assert [seat["login"] for seat in merged].count(None) == 1
    assert merged[-1]["login"] is None
    several = [seat for seat in merged if len(seat["organizations"]) > 1]
    assert several
    assert sum("ent:council" in seat["teams"] for seat in merged) == 3
    persons = {seat["user_id"] for seat in merged if seat["login"] is not None}
    usage = oracle.download(github, DAYS, enterprise="octo-demo", reports=["users"])
    idle = oracle.idle_seats(listed, usage.users)
    assert {seat["user_id"] for seat in idle} == persons - {row["user_id"] for row in usage.users} != set()


def test_an_organizations_seats_are_read_page_by_page() -> None:
    from stackduck.sandbox import serve

    with serve(users=230, organizations=1) as github:
        merged = oracle.merged_seats(oracle.download_seats(github, org="octo-demo-eng"))
    assert len(merged) == len({seat["login"] for seat in merged}) == 230
