"""What a statement asks of a check is bounded: it is warned of, ends, and leaves the rest to be checked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from checked import CATALOG, check, seen

from stackduck.files.checking.checker import Checker

DAYS = "github.copilot_usage.user_days"
MANY = "range(100000000000)"


def check_briefly(folder: Path, text: str) -> list[tuple[str, int, str]]:
    """Check a text, a part of a second a statement; return rule, line and message of each finding."""
    path = folder / "file.sql"
    path.write_text(text)
    report = Checker(CATALOG, seconds=0.3).check([path])
    return [(each.rule.name, each.start.line, each.message) for each in report.findings]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"SET VARIABLE x = (SELECT sum(range) FROM {MANY})", id="a variable"),
        pytest.param(f"PIVOT (SELECT range, range % 3 AS b FROM {MANY}) ON b USING sum(range)", id="PIVOT"),
        pytest.param(
            f"SELECT user_id FROM {DAYS} WHERE org = 'x'"
            " AND day > DATE '2026-01-01' + (list_sum(range(9000000) || [dayofmonth(day)]) % 2)::INT",
            id="a condition that is asked of every day",
        ),
    ],
)
def test_what_takes_too_long_is_a_warning_and_what_follows_is_checked(text: str, tmp_path: Path) -> None:
    assert check_briefly(tmp_path, f"{text};\nSELECT nope") == [
        ("not-checked", 1, "this cannot be checked in 0.3 s"),
        ("unknown-column", 2, 'Referenced column "nope" was not found because the FROM clause is missing'),
    ]


def test_a_variable_whose_value_takes_too_long_may_be_read(tmp_path: Path) -> None:
    found = check_briefly(tmp_path, f"SET VARIABLE x = (SELECT sum(range) FROM {MANY});\nSELECT $x, getvariable('x')")
    assert [(rule, line) for rule, line, _ in found] == [("not-checked", 1)]


def test_a_value_of_a_parameter_that_takes_too_long_is_told(tmp_path: Path) -> None:
    kind = f'"INTEGER) AS value FROM {MANY} GROUP BY ALL HAVING count(range) = 0 --"'
    text = f"-- ---\n-- parameters:\n--   n: {{type: {kind}, default: 1}}\n-- ---\nSELECT $n"
    assert [(rule, line) for rule, line, _ in check_briefly(tmp_path, text)] == [("front-matter", 3)]


def test_no_type_and_no_table_is_made_of_the_rows_of_its_query(tmp_path: Path) -> None:
    text = f"""CREATE TYPE kind AS ENUM (SELECT range::VARCHAR FROM {MANY});
CREATE TYPE login AS ENUM (SELECT user_login FROM {DAYS} WHERE org = 'x');
CREATE TABLE numbers AS FROM {MANY};
SELECT 'a'::kind, CAST('ann' AS login), range FROM numbers;"""
    assert check_briefly(tmp_path, text) == []


def test_a_type_of_a_query_that_cannot_run_is_an_error(tmp_path: Path) -> None:
    assert seen(check(tmp_path, file="CREATE TYPE kind AS ENUM (SELECT nope FROM (SELECT 1 AS a))")) == [
        ("unknown-column", 1, 34)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT list_sum(range(3000000000))",
        "SELECT repeat('x', 4000000000)",
        "SELECT list_transform(range(100000), lambda x: repeat('x', 100000))",
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="only there the memory of a process can be bounded")
def test_the_command_bounds_its_memory(text: str, tmp_path: Path) -> None:
    (tmp_path / "file.sql").write_text(f"{text};\nSELECT nope")
    command = [str(Path(sys.executable).with_name("stackduck")), "check", str(tmp_path / "file.sql"), "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert (process.returncode, "unknown-column" in found) == (1, True)
    assert used.ru_maxrss < 2500 * 1024
