"""Report files of real shape, through a whole connection: sums that are known to the last digit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stackduck.execute import clock

from .conftest import Connect, GitHub

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
if not SAMPLES.is_dir():
    pytest.skip("the sample files are not here", allow_module_level=True)

M7 = (
    *("user_initiated_interaction_count", "code_generation_activity_count", "code_acceptance_activity_count"),
    *("loc_suggested_to_add_sum", "loc_suggested_to_delete_sum", "loc_added_sum", "loc_deleted_sum"),
)
SUMS = ", ".join(f"sum({name})::BIGINT" for name in M7)
SUMS_OF_SIX = ", ".join(f"sum({name})::BIGINT" for name in M7[1:])
WINDOW = {"report_start_day": "2026-03-29", "report_end_day": "2026-04-25"}


@pytest.fixture(params=[True, False], ids=["kept", "not kept"])
def ask(github: GitHub, connect: Connect, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 4, 27, 9, tzinfo=UTC))
    content = (SAMPLES / "org-users-28-day.viewer.ndjson").read_bytes().splitlines(keepends=True)
    github.raw = {
        "users-28-day": (WINDOW, [b"".join(content[:40]), b"".join(content[40:])]),
        "organization-28-day": (WINDOW, [(SAMPLES / "org-28-day.viewer.json").read_bytes()]),
    }
    connection = connect() if request.param else connect(archive=False)

    def run(columns: str, table: str, more: str = "") -> Any:
        sql = f"SELECT {columns} FROM github.copilot_usage.{table} WHERE org = 'octo' {more}"
        return connection.execute(sql).fetchall()

    return run


def test_the_top_level(ask: Any) -> None:
    assert ask(f"count(*), count(DISTINCT user_id), {SUMS}", "user_days") == [
        (107, 8, 2987, 4987, 3630, 59135, 2868, 100878, 17311)
    ]
    assert ask("count(DISTINCT (user_id, day)), round(sum(ai_credits_used), 2)", "user_days") == [(107, 4014.09)]
    cli = "totals_by_cli"
    tokens = f"sum({cli}.token_usage.prompt_tokens_sum), sum({cli}.token_usage.output_tokens_sum)"
    assert ask(f"sum({cli}.session_count), {tokens}, count({cli})", "user_days") == [
        (274, 1_327_259_411, 6_594_915, 51)
    ]


@pytest.mark.parametrize(
    ("table", "sums", "expected"),
    [
        ("user_day_features", SUMS, (195, 2987, 4987, 3630, 59135, 2868, 100878, 17311)),
        ("user_day_language_features", SUMS_OF_SIX, (361, 4987, 3630, 59135, 2868, 100878, 17311)),
        ("user_day_ides", SUMS, (75, 1347, 2444, 1140, 59135, 2868, 49293, 5653)),
        ("user_day_language_models", SUMS_OF_SIX, (307, 3221, 2494, 1167, 0, 62858, 16187)),
        ("user_day_model_features", SUMS, (263, 2489, 4768, 3576, 58738, 2868, 100738, 17311)),
    ],
)
def test_each_child(ask: Any, table: str, sums: str, expected: tuple[int, ...]) -> None:
    assert ask(f"count(*), {sums}", table) == [expected]


def test_acceptance_is_of_completions_alone(ask: Any) -> None:
    sums = "sum(code_generation_activity_count)::BIGINT AS g, sum(code_acceptance_activity_count)::BIGINT AS a"
    only = "AND feature = 'code_completion'"
    assert ask(f"{sums}, round(100 * a / g, 1)", "user_day_features", only) == [(1766, 1136, 64.3)]
    assert ask(f"{sums}, round(100 * a / g, 1)", "user_day_features") == [(4987, 3630, 72.8)]


def test_absent_null_and_zero_stay_apart(ask: Any) -> None:
    kinds = "count(*) FILTER (used_cli), count(*) FILTER (NOT used_cli), count(*) FILTER (used_cli IS NULL)"
    assert ask(kinds, "user_days") == [(51, 22, 34)]
    assert ask("count(totals_by_language_model), count(*)", "user_days") == [(78, 107)]
    idle = "count(*) FILTER (user_initiated_interaction_count = 0)"
    both = "count(*) FILTER (user_initiated_interaction_count = 0 AND code_generation_activity_count = 0)"
    more = "count(*) FILTER (loc_added_sum > loc_suggested_to_add_sum)"
    assert ask(f"{idle}, {both}, {more}", "user_days") == [(18, 17, 44)]


def test_the_organization_has_a_row_a_day(ask: Any) -> None:
    assert ask("count(*), count(DISTINCT day), min(day)::VARCHAR, max(day)::VARCHAR", "entity_days") == [
        (28, 28, "2026-03-29", "2026-04-25")
    ]
