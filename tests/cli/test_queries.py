"""`stackduck queries`: a page for people, rows for programs, and the file itself to start from."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stackduck.files.finding import installed

Command = Callable[..., subprocess.CompletedProcess[str]]

BY_NAME = installed()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["show", "idle_seat"], 1, "error: there is no query 'idle_seat'; did you mean 'idle_seats'?\n"),
        (["show", "zzzzzz"], 1, "error: there is no query 'zzzzzz'; stackduck queries lists them\n"),
        (["show", "../queries/idle_seats"], 1, "error: there is no query '../queries/idle_seats'"),
        (["show"], 2, "error: show needs the name of a query; run stackduck queries --help\n"),
        (["show", "idle_seats", "-o", "json"], 2, "error: -o is for the list; show prints the file as it is; run"),
        (["idle_seats"], 2, "error: argument action: invalid choice: 'idle_seats'"),
        (["show", "a", "b"], 2, "error: unrecognized arguments: b; run stackduck queries --help\n"),
        (["-o", "xml"], 2, "error: argument -o/--output: invalid choice: 'xml'"),
        (["-o", "parquet"], 2, "error: argument -o/--output: invalid choice: 'parquet'"),
    ],
)
def test_a_mistake_is_told_and_prints_nothing(arguments: list[str], code: int, told: str, stackduck: Command) -> None:
    done = stackduck("queries", *arguments)
    assert done.stderr.startswith(told)
    assert (done.returncode, done.stdout) == (code, "")


def test_the_list_says_what_each_query_answers_needs_and_takes(stackduck: Command) -> None:
    done = stackduck("queries")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(BY_NAME)
    text = " ".join(done.stdout.split())
    about = "Seats that nobody has used for a while, and what they cost; needs enterprise or org; takes days (30), "
    assert f"idle_seats {about}business_usd (19)" in text
    assert "copilot_user_usage_metrics Where the latest 28-day report" in text
    assert "which days it covers; needs enterprise cost_per" in text
    assert "takes since, until" in text
    assert max(map(len, lines)) <= 110


def test_the_list_fits_a_terminal_and_is_plain(terminal: Callable[..., tuple[int, str]]) -> None:
    code, shown = terminal("queries", COLUMNS="80")
    assert code == 0
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_rows_have_the_parameters_whole(stackduck: Command) -> None:
    done = stackduck("queries", "-o", "json")
    assert (done.returncode, done.stderr) == (0, "")
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert list(rows) == list(BY_NAME)
    idle = rows["idle_seats"]
    assert (list(idle), idle["one_of"]) == (["name", "description", "parameters", "one_of"], ["enterprise", "org"])
    parameters = {each["name"]: each for each in idle["parameters"]}
    assert parameters["days"] == {
        "name": "days",
        "type": "INTEGER",
        "default_value": "30",
        "has_default": True,
        "description": "Days without any activity that make a seat idle.",
    }
    assert (parameters["org"]["default_value"], parameters["org"]["has_default"]) == (None, False)
    assert rows["copilot_user_usage_metrics"]["one_of"] == []


@pytest.mark.parametrize("form", ["csv", "ndjson", "markdown", "table", "vertical"])
def test_rows_in_other_formats(form: str, stackduck: Command) -> None:
    done = stackduck("queries", "-o", form)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in BY_NAME)


@pytest.mark.parametrize("name", ["idle_seats", "copilot_user_usage_metrics", "idle_seats.sql"])
def test_show_prints_the_file(name: str, stackduck: Command) -> None:
    done = stackduck("queries", "show", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == BY_NAME[name.removesuffix(".sql")].read_text(encoding="utf-8")


def test_what_is_shown_runs(stackduck: Command, tmp_path: Path) -> None:
    mine = tmp_path / "mine.sql"
    mine.write_text(stackduck("queries", "show", "feature_mix").stdout)
    arguments = ("--sandbox", "--no-archive", "--org", "octo-demo-eng", "--days", "9", "-o", "json", "--quiet")
    done, by_name = (stackduck("run", name, *arguments) for name in (str(mine), "feature_mix"))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(by_name.stdout) != []


def test_the_list_looks_for_no_token_and_leaves_no_trace(stackduck: Command, clean_environment: Path) -> None:
    assert stackduck("queries", "-o", "csv", GITHUB_API_URL="http://127.0.0.1:9").returncode == 0
    assert not list(clean_environment.rglob("*archive*"))


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"{sys.executable} -m stackduck queries | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout.split()[0], done.stderr) == (next(iter(BY_NAME)), "")
