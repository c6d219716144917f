"""A comment lets its own statement break a rule, and no other one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from checked import check, seen

SUM = "SELECT sum(daily_active_users) FROM github.copilot_usage.entity_days WHERE org = 'x'"


@pytest.mark.parametrize(
    "text",
    [
        f"-- stackduck: ignore summed-users\n{SUM}",
        f"{SUM} -- stackduck: ignore summed-users",
        f"{SUM}; -- stackduck: ignore summed-users",
        f"{SUM};  -- STACKDUCK:IGNORE Summed-Users",
        f"/* stackduck: ignore summed-users */ {SUM};",
        f"-- stackduck: ignore accepted-lines, summed-users -- only one day\n{SUM}",
        f"SELECT 1;\n-- why\n-- stackduck: ignore summed-users\n\n{SUM}; SELECT 2",
        "SELECT nope -- stackduck: ignore unknown-column",
        "-- stackduck: ignore unused-parameter\n-- ---\n-- parameters: {a: INT}\n-- ---\nSELECT 1",
    ],
)
def test_a_comment_lets_its_statement_break_a_rule(text: str, tmp_path: Path) -> None:
    assert seen(check(tmp_path, file=text)) == []


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT 1; -- stackduck: ignore summed-users\n{SUM}",
        f"{SUM};\n-- stackduck: ignore summed-users\nSELECT 1",
        f"{SUM} -- stackduck: ignored summed-users",
        f"SELECT '-- stackduck: ignore summed-users'; {SUM}",
        f"-- stackduck: ignore accepted-lines\n{SUM}",
    ],
)
def test_a_comment_elsewhere_or_of_another_rule_does_not(text: str, tmp_path: Path) -> None:
    assert [name for name, *_ in seen(check(tmp_path, file=text))] == ["summed-users"]


def test_a_comment_without_a_rule_ignores_nothing_and_is_said(tmp_path: Path) -> None:
    found = seen(check(tmp_path, file=f"-- stackduck: ignore\n{SUM}"))
    assert [name for name, *_ in found] == ["unknown-rule", "summed-users"]
