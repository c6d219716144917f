"""`-o chart` on a terminal, in a pipe and in a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackduck.cli import exits
from stackduck.output.safety import width

Command = Callable[..., Any]
Terminal = Callable[..., tuple[int, str]]
TEAMS = (
    "SELECT DATE '2026-10-01' + i::INTEGER AS day, team, i * length(team) AS users "
    "FROM range(20) t(i), (VALUES ('core'), ('platform')) v(team)"
)
COLOR = re.compile("\x1b\\[[0-9;]*m")


def test_what_does_not_suit_fails_and_writes_nothing(stackduck: Command, tmp_path: Path) -> None:
    target = tmp_path / "chart.txt"
    done = stackduck("exec", "-o", "chart", "-f", str(target), "SELECT 'a' AS name")
    assert (done.returncode, done.stdout) == (exits.QUERY, "")
    assert done.stderr == "error: there is no number to draw in name; add one, such as count(*)\n"
    assert not target.exists()


def test_an_unknown_kind_is_a_usage_error(stackduck: Command) -> None:
    assert stackduck("exec", "--chart", "pie", "SELECT 1").returncode == exits.USAGE


def test_a_pipe_gets_plain_text_of_eighty_columns(stackduck: Command) -> None:
    done = stackduck("exec", "-o", "chart", TEAMS)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert max(map(width, done.stdout.splitlines())) == 80
    assert done.stdout.startswith("users: core\n")


@pytest.mark.parametrize("columns", ["50", "120"])
def test_a_terminal_gets_its_width_and_colours(columns: str, terminal: Terminal) -> None:
    code, shown = terminal("exec", "-o", "chart", TEAMS, COLUMNS=columns)
    assert code == 0
    assert len(set(COLOR.findall(shown))) == 3
    assert max(width(COLOR.sub("", line)) for line in shown.splitlines()) == int(columns)
    assert COLOR.sub("", shown).startswith("users\n── core   ── platform\n")


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_without_colour_gets_panels(environ: dict[str, str], terminal: Terminal) -> None:
    code, shown = terminal("exec", "-o", "chart", TEAMS, COLUMNS="60", **environ)
    assert (code, COLOR.findall(shown)) == (0, [])
    assert "users: core\n" in shown
    assert "users: platform\n" in shown


def test_the_kind_of_chart_is_chosen_by_option(stackduck: Command) -> None:
    assert stackduck("exec", "--chart", "spark", TEAMS).stdout.count("\n") == 3
    assert "█" in stackduck("exec", "--chart", "bars", TEAMS).stdout
    assert "⣀" in stackduck("exec", "--chart", "line", TEAMS).stdout


def test_two_charts_have_a_blank_line_between_them(stackduck: Command) -> None:
    shown = stackduck("exec", "-o", "chart", "SELECT 'a' AS t, 1 AS n", "SELECT 'b' AS t, 2 AS n").stdout
    assert [line[:1] for line in shown.splitlines()] == ["n", "a", "", "n", "b"]


def test_a_file_of_sql_may_ask_for_a_chart_by_its_configuration(stackduck: Command, tmp_path: Path) -> None:
    (tmp_path / "stackduck.toml").write_text('output = "chart"\n', encoding="utf-8")
    (tmp_path / "teams.sql").write_text(TEAMS, encoding="utf-8")
    assert stackduck("exec", "-i", str(tmp_path / "teams.sql")).stdout.startswith("users: core\n")


def test_the_data_of_the_sandbox_is_drawn(stackduck: Command) -> None:
    done = stackduck(
        *("exec", "--sandbox", "--quiet", "-o", "chart"),
        "SELECT day, count(*) AS active_users FROM github.copilot_usage.user_days "
        "WHERE enterprise = 'octo-demo' GROUP BY day",
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "active_users"
    assert len(re.findall(r"\d{4}-\d\d-\d\d", lines[-1])) >= 4
