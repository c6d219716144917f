"""Constants that no value of a column's type can be made of are found wherever they are compared; what fits is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from checked import check, seen, words

DAYS = "github.copilot_usage.user_days"


@pytest.mark.parametrize(
    ("condition", "marked"),
    [
        ("user_id = 'abc'", "'abc'"),
        ("'abc' <> user_id", "'abc'"),
        ("user_id IN ('1', 'abc')", "'abc'"),
        ("user_id BETWEEN '1' AND 'abc'", "'abc'"),
        ("code_generation_activity_count = 'many' AND user_login = 'ann'", "'many'"),
        ("used_chat = 'maybe'", "'maybe'"),
        ("user_login = 'ann' AND day > 'last week'", "'last week'"),
        ("totals_by_ide[1].code_generation_activity_count > 'few'", "'few'"),
        ("user_id IN (SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'y' AND user_id = 'a')", "'a'"),
    ],
)
def test_a_constant_that_is_no_value_of_the_column_is_an_error_at_its_place(
    condition: str, marked: str, tmp_path: Path
) -> None:
    report = check(tmp_path, file=f"SELECT user_id FROM {DAYS} WHERE org = 'x' AND {condition}")
    assert [name for name, *_ in seen(report)] == ["type-error"]
    assert words(report.findings[0]) == marked


def test_a_constant_behind_a_view_or_of_a_local_table_is_found_too(tmp_path: Path) -> None:
    text = f"""CREATE VIEW ids AS SELECT user_id, org FROM {DAYS};
SELECT user_id FROM ids WHERE org = 'x' AND user_id = 'abc';
CREATE TABLE seats (login VARCHAR, created_at TIMESTAMP);
SELECT login FROM seats WHERE login = 'ann' AND created_at > 'last week';"""
    assert [(name, line) for name, line, _ in seen(check(tmp_path, file=text))] == [
        ("type-error", 2),
        ("type-error", 4),
    ]


@pytest.mark.parametrize(
    "condition",
    [
        "user_id = '12' AND day >= '2026-01-31' AND used_chat = 'true'",
        "user_id = '1e3'",
        "user_login = 5 AND user_login > 'abc'",
        "user_id::VARCHAR = 'abc' AND day::VARCHAR LIKE '2026%'",
        "user_id = TRY_CAST('abc' AS BIGINT)",
        "coalesce(TRY(CAST('abc' AS BIGINT)), 1) = user_id",
        "CASE WHEN 'abc' = '' THEN user_id = CAST('abc' AS BIGINT) ELSE true END",
        "user_id = $id AND day >= $since AND day < $until AND code_generation_activity_count > $least",
    ],
)
def test_what_can_be_cast_or_is_never_cast_is_clean(condition: str, tmp_path: Path) -> None:
    text = f"SELECT user_id FROM {DAYS} WHERE org = 'x' AND {condition}"
    assert seen(check(tmp_path, file=text)) == []


def test_variables_without_a_type_fit_where_several_types_are_asked_for(tmp_path: Path) -> None:
    text = (
        f"SELECT user_id FROM {DAYS} WHERE org = $o AND day >= $since AND user_id > CAST($n AS INT) AND used_chat = $c"
    )
    assert seen(check(tmp_path, file=text)) == []
