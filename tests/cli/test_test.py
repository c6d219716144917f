"""`stackduck test`: a line a file, a diff for what is not so, an exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .conftest import COMMAND

GOOD = """\
-- ---
-- parameters: {enterprise: VARCHAR, org: VARCHAR}
-- one of: [enterprise, org]
-- expect: {rows: 1, columns: [day, users], values: {users: {min: 1, nulls: no}, day: 2026-11-02}}
-- ---
SELECT current_date AS day, count(DISTINCT user_id) AS users FROM github.copilot_usage.user_days
WHERE (enterprise = $enterprise OR org = $org) AND day >= current_date - 3
"""
BAD = "-- ---\n-- expect: {equals: bad.csv}\n-- ---\nSELECT 'ann' AS login UNION ALL SELECT 'cy'"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a file that is as expected, one that is not, and one that expects nothing."""
    (tmp_path / "good.sql").write_text(GOOD)
    (tmp_path / "bad.sql").write_text(BAD)
    (tmp_path / "bad.csv").write_text("login\nann\nbob\n")
    (tmp_path / "other.sql").write_text("SELECT $never")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "the following arguments are required"),
        (["{folder}/other.sql"], "no file states what it expects"),
        (["{folder}/none.sql"], "there is no file or folder"),
        (["{folder}", "--live", "--sandbox"], "--live asks GitHub"),
        (["{folder}", "--live", "--today", "2026-02-01"], "--today is the day of the sandbox"),
        (["{folder}", "--day", "1"], "any of the files has no parameter for --day"),
        (["{folder}", "--today", "soon"], "'soon' is not a day"),
    ],
)
def test_what_is_used_wrongly_is_told(arguments: list[str], told: str, stackduck, folder: Path) -> None:
    done = stackduck("test", *(each.format(folder=folder) for each in arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_a_line_a_file_a_diff_and_a_summary_are_printed(stackduck, folder: Path) -> None:
    done = stackduck("test", str(folder))
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"failed  {folder}/bad.sql (")
    assert lines[1] == "        equals: the rows are not those of bad.csv; 2 rows are expected, 2 came"
    assert lines[2:8] == [
        "          --- expected",
        "          +++ came",
        "          @@ -1,2 +1,2 @@",
        '           ["ann"]',
        '          -["bob"]',
        '          +["cy"]',
    ]
    assert lines[8].startswith(f"passed  {folder}/good.sql (1 row, ")
    assert lines[9] == f"skipped {folder}/other.sql (expects nothing)"
    assert lines[10].startswith("1 passed, 1 failed, 1 skipped in ")
    assert len(lines) == 11


def test_all_as_expected_is_exit_code_0(stackduck, folder: Path) -> None:
    assert stackduck("test", str(folder / "good.sql"), "--org", "octo-demo-data").returncode == 0


def test_results_are_json(stackduck, folder: Path) -> None:
    done = stackduck("test", str(folder), "-o", "json")
    assert done.returncode == 1
    bad, good, other = json.loads(done.stdout)
    assert (bad["status"], good["status"], other["status"]) == ("failed", "passed", "skipped")
    assert (good["rows"], good["failures"]) == (1, [])
    assert bad["failures"][0]["expectation"] == "equals"
    assert '+["cy"]' in bad["failures"][0]["diff"]


def test_results_are_junit(stackduck, folder: Path) -> None:
    root = ElementTree.fromstring(stackduck("test", str(folder), "-o", "junit").stdout)
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    failure = suite.find("testcase[@name='bad']/failure")
    assert failure is not None
    assert '+["cy"]' in (failure.text or "")


def test_the_sandbox_stands_on_another_day(stackduck, folder: Path) -> None:
    done = stackduck("test", str(folder / "good.sql"), "--today", "2026-05-04")
    assert done.returncode == 1
    assert "values: day is expected to be 2026-11-02: 2026-05-04 in row 1" in done.stdout


def test_sql_reaches_no_file(stackduck, tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- ---\n-- expect: {rows: 1}\n-- ---\nSELECT * FROM read_text('/etc/passwd')")
    done = stackduck("test", str(tmp_path))
    assert done.returncode == 1
    assert f"run: {tmp_path}/a.sql:4: Permission Error" in done.stdout


def test_a_recording_answers(stackduck, folder: Path, tmp_path: Path) -> None:
    kept, file = str(tmp_path / "kept"), str(folder / "good.sql")
    made = stackduck("test", file, "--record", kept)
    assert (made.returncode, made.stderr) == (0, "")
    replayed = stackduck("test", file, "--replay", kept, "--enterprise", "octo-demo", PATH="/nowhere")
    assert replayed.returncode == 0, replayed.stdout
    lacking = stackduck("test", file, "--replay", kept)
    assert lacking.returncode == 1
    assert "run: " in lacking.stdout
    assert "good needs enterprise or org" in lacking.stdout


def test_live_asks_the_api(stackduck, folder: Path, sandbox) -> None:
    environ = {"GITHUB_API_URL": sandbox.api_url, "GH_TOKEN": sandbox.token}
    (folder / "live.sql").write_text(GOOD.replace(", day: 2026-11-02", ""))
    done = stackduck("test", str(folder / "live.sql"), "--live", "--enterprise", sandbox.enterprise, **environ)
    assert done.returncode == 0, done.stdout


def test_the_files_that_come_along_are_as_they_expect(stackduck) -> None:
    done = stackduck("test", "idle_seats", "active_user_rules")
    assert done.returncode == 0, done.stdout


def test_an_interruption_ends_the_tests_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "1.sql").write_text("-- ---\n-- expect: {rows: 1}\n-- ---\nSELECT 1")
    endless = "SELECT sum(hash(a.range)) FROM range(1000000) a, range(1000000) b"
    (tmp_path / "2.sql").write_text(f"-- ---\n-- expect: {{rows: 1}}\n-- ---\n{endless}")
    left = tmp_path / "tmp"
    left.mkdir()
    process = subprocess.Popen(
        [COMMAND, "test", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(left)},
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("passed")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 130
    assert list(left.iterdir()) == []


def test_a_recording_that_is_not_there_is_no_failure_of_a_file(stackduck, folder: Path) -> None:
    done = stackduck("test", str(folder), "--replay", str(folder / "none"), "--org", "a")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no recording in" in done.stderr
