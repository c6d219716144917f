"""The shell on a real terminal: keys are sent by tmux, and its screen is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from .conftest import Screen

ENDLESS = "SELECT sum(hash(a.range)) FROM range(1000000) a, range(1000000) b;"


def test_ctrl_c_clears_the_line(sandboxed: Screen) -> None:
    sandboxed.type("SELECT 'dropped'")
    sandboxed.wait("SELECT 'dropped'")
    sandboxed.press("C-c")
    sandboxed.wait("sandbox>\n")
    sandboxed.enter("SELECT 6 * 7 AS answer;")
    sandboxed.wait("│     42 │", "(1 row)")
    assert "error" not in sandboxed.text()


def test_ctrl_c_stops_the_query_and_keeps_the_session(sandboxed: Screen) -> None:
    sandboxed.enter("CREATE TABLE kept AS SELECT 6 * 7 AS answer;")
    sandboxed.wait("(1 row changed)")
    sandboxed.enter(ENDLESS)
    sandboxed.wait("working, 1 s")
    sandboxed.press("C-c")
    sandboxed.wait("interrupted")
    sandboxed.enter("FROM kept;")
    sandboxed.wait("│     42 │")


def test_ctrl_c_at_an_empty_prompt_does_not_leave_and_ctrl_d_does(sandboxed: Screen) -> None:
    sandboxed.press("C-c", "C-c")
    sandboxed.enter("SELECT 6 * 7 AS answer;")
    sandboxed.wait("│     42 │", "1 row  │")
    sandboxed.press("C-d")
    sandboxed.wait("left with 0")


def test_a_statement_takes_lines_until_its_semicolon(sandboxed: Screen) -> None:
    sandboxed.enter("SELECT 6 * 7")
    sandboxed.wait("...>")
    sandboxed.enter("AS answer;")
    sandboxed.wait("│     42 │")


def test_what_is_typed_ahead_waits_for_the_prompt(sandboxed: Screen) -> None:
    sandboxed.enter(ENDLESS)
    sandboxed.wait("working, 1 s")
    sandboxed.enter("SELECT 6 * 7 AS answer;")
    sandboxed.press("C-c")
    sandboxed.wait("interrupted", "sandbox>")
    sandboxed.enter("SELECT 'next' AS answer;")
    sandboxed.wait("│ next   │")


def test_the_greeting_names_the_host_that_is_asked_and_no_password(screen: Screen) -> None:
    screen.start("shell", GITHUB_API_URL="https://ann:secret-9@octo.ghe.com/api/v3")
    shown = screen.wait("asking octo.ghe.com;")
    assert "secret-9" not in shown


def test_the_bar_tells_mode_rows_time_calls_and_the_rate_limit(sandboxed: Screen) -> None:
    sandboxed.wait(" table  │")
    sandboxed.enter(".mode csv")
    sandboxed.wait(" csv  │")
    sandboxed.enter("SELECT count(*) AS n FROM github.copilot.org_seats WHERE org = 'octo-demo-eng';")
    bar = sandboxed.wait("1 row  │", "1 call  │", " of 15,000 left until ").splitlines()[-1]
    assert bar.split("  │  ")[2].endswith("s")


def test_a_missing_parameter_is_offered_for_filling_in(sandboxed: Screen) -> None:
    sandboxed.enter("SELECT count(*) AS seats FROM github.copilot.enterprise_seats;")
    sandboxed.wait("needs enterprise", "WHERE enterprise = '<slug>';")
    sandboxed.type("octo-demo")
    sandboxed.wait("WHERE enterprise = 'octo-demo';")
    sandboxed.press("Enter")
    sandboxed.wait("│ seats │", "(1 row)")


def test_the_offer_can_be_dropped(sandboxed: Screen) -> None:
    sandboxed.enter("SELECT count(*) AS seats FROM github.copilot.enterprise_seats;")
    sandboxed.wait("WHERE enterprise = '<slug>';")
    sandboxed.press("C-c")
    sandboxed.enter("SELECT 6 * 7 AS answer;")
    sandboxed.wait("│     42 │")


def test_wide_rows_lose_their_middle_and_last_shows_it(sandboxed: Screen) -> None:
    columns = ", ".join(f"{number} AS column_number_{number}" for number in range(30))
    sandboxed.enter(f"SELECT {columns};")
    shown = sandboxed.wait("(1 row, 25 more columns in the middle; .last shows all)")
    assert "│ column_number_0 │" in shown
    assert " 25 more │" in shown
    assert "│ column_number_29 │" in shown
    assert "column_number_15 │" not in shown
    sandboxed.enter(".last")
    sandboxed.wait("column_number_5")
    sandboxed.press(*["Right"] * 6)
    sandboxed.wait("column_number_18")
    sandboxed.press("q")
    sandboxed.wait("sandbox>")


def test_the_pager_is_for_what_does_not_fit(sandboxed: Screen) -> None:
    sandboxed.enter("SELECT range AS n FROM range(10);")
    sandboxed.wait("(10 rows)", "sandbox>\n")
    sandboxed.enter("SELECT range AS n FROM range(1000);")
    assert "1 row" not in sandboxed.wait("\n:", gone="sandbox>\n")
    sandboxed.press("G")
    sandboxed.wait("(1,000 rows)")
    sandboxed.press("q")
    sandboxed.wait("sandbox>\n", "1,000 rows  │")
    sandboxed.enter(".pager off")
    sandboxed.enter("SELECT range AS n FROM range(1000);")
    sandboxed.wait("(1,000 rows)", "sandbox>\n")


def test_an_endless_answer_can_be_left(sandboxed: Screen) -> None:
    sandboxed.enter("FROM range(1_000_000_000_000);")
    sandboxed.wait("\n:")
    sandboxed.press("q")
    sandboxed.wait("+ rows  │")
    sandboxed.enter("SELECT 6 * 7 AS answer;")
    sandboxed.wait("│     42 │")


def test_ctrl_c_in_the_pager_is_the_pagers(sandboxed: Screen) -> None:
    sandboxed.enter("SELECT range AS n FROM range(1000);")
    sandboxed.wait("\n:")
    sandboxed.press("C-c")
    sandboxed.press_until("q", "\nsandbox>")
    assert "interrupted" not in sandboxed.text()


def test_commands_of_both_kinds_work(sandboxed: Screen) -> None:
    sandboxed.enter("\\dt org_seats")
    sandboxed.wait("github.copilot.org_seats │ resource │ org")
    sandboxed.enter("\\x")
    sandboxed.wait("mode vertical")
    sandboxed.enter("SELECT 6 * 7 AS answer;")
    sandboxed.wait("-- row 1 --\nanswer  42")
    sandboxed.enter("\\timing")
    sandboxed.wait("timer on")
    sandboxed.enter(".last csv")
    sandboxed.wait("answer\n42")
    sandboxed.enter(".exit 3")
    sandboxed.wait("left with 3")


def test_inspect_is_a_page(sandboxed: Screen) -> None:
    sandboxed.enter("\\d github.copilot.org_seats")
    sandboxed.wait("resource github.copilot.org_seats", "example")
    sandboxed.type("/token:")
    sandboxed.press("Enter")
    sandboxed.wait("token: A classic or OAuth token with manage_billing:copilot or read:org")
    sandboxed.press("q")
    sandboxed.wait("sandbox>\n")


def test_the_editor_changes_the_latest_statement(screen: Screen, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i s/1/42/ "$1"\n')
    editor.chmod(0o700)
    screen.start("shell", EDITOR=str(editor))
    screen.wait("stackduck>")
    screen.enter("SELECT 1 AS answer;")
    screen.wait("(1 row)")
    screen.enter("\\e")
    screen.wait("stackduck> SELECT 42 AS answer;")
    screen.press("Enter")
    screen.wait("│     42 │")


def test_an_editor_that_fails_changes_nothing(screen: Screen) -> None:
    screen.start("shell", EDITOR="false")
    screen.wait("stackduck>")
    screen.enter(".edit SELECT 1")
    screen.wait("error: false ended with 1; the statement stays as it was", "stackduck>\n")


def test_watch_ends_with_ctrl_c(sandboxed: Screen) -> None:
    sandboxed.enter("CREATE SEQUENCE round;")
    sandboxed.wait("(done)")
    sandboxed.enter("SELECT nextval('round') AS n \\watch 1")
    sandboxed.wait("every 1; Ctrl-C ends it", "│ 2 │")
    sandboxed.press("C-c")
    sandboxed.wait("interrupted", "sandbox>\n")


def test_the_latest_rows_become_a_chart(sandboxed: Screen) -> None:
    sandboxed.enter("SELECT * FROM (VALUES ('chat', 12), ('agent', 30)) AS t(feature, users);")
    sandboxed.wait("(2 rows)")
    sandboxed.enter(".chart")
    sandboxed.wait("█", "chat", "agent")


def test_history_is_kept_for_this_user_alone(sandboxed: Screen, clean_environment: Path) -> None:
    sandboxed.enter("SELECT 6 * 7 AS answer;")
    sandboxed.wait("│     42 │")
    sandboxed.enter(".exit")
    sandboxed.wait("left with 0")
    (file,) = (clean_environment / "state/stackduck").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "SELECT 6 * 7" in file.read_text()


def test_history_comes_back_by_key_and_as_a_suggestion(sandboxed: Screen) -> None:
    sandboxed.enter("SELECT 6 * 7 AS answer;")
    sandboxed.wait("│     42 │")
    sandboxed.type("SELECT 6")
    sandboxed.wait("sandbox> SELECT 6 * 7 AS answer;\n")
    sandboxed.press("C-e", "Enter")
    sandboxed.wait("│     42 │")
    sandboxed.press("Up")
    sandboxed.wait("sandbox> SELECT 6 * 7 AS answer;\n")


def test_tab_completes_names_and_commands(sandboxed: Screen) -> None:
    sandboxed.type(".ins")
    sandboxed.wait(".inspect ", "tell columns")
    sandboxed.press("Tab")
    sandboxed.type(" org_seats")
    sandboxed.press("Enter")
    sandboxed.wait("resource github.copilot.org_seats")


def test_no_color_leaves_no_colour(screen: Screen) -> None:
    screen.start("shell", "--sandbox", NO_COLOR="1")
    screen.wait("sandbox>")
    screen.enter("SELECT 'x' AS answer, NULL AS nothing;")
    screen.wait("(1 row)")
    colours = [f"\x1b[{code}m" for code in (*range(30, 38), *range(40, 48), *range(90, 98))]
    shown = screen.text(styled=True)
    assert not any(colour in shown for colour in colours)
    assert "\x1b[38;" not in shown


def test_colours_are_there_without_it(sandboxed: Screen) -> None:
    sandboxed.type("SELECT 1")
    sandboxed.wait("SELECT 1")
    assert "\x1b[34mSELECT" in sandboxed.text(styled=True).replace("\x1b[1m", "")


@pytest.mark.parametrize("term", ["dumb", "vt100", "xterm-256color", "screen"])
def test_every_kind_of_terminal_works(screen: Screen, term: str) -> None:
    screen.start("shell", "--sandbox", TERM=term)
    screen.wait("sandbox>")
    screen.enter("SELECT 6 * 7")
    screen.wait("...>")
    screen.enter("AS answer;")
    screen.wait("42", "(1 row)")
    screen.enter(ENDLESS)
    screen.wait("working, 1 s")
    screen.press("C-c")
    screen.wait("interrupted")
    screen.enter("SELECT count(*) AS n FROM github.copilot.enterprise_seats;")
    screen.wait("error: github.copilot.enterprise_seats needs enterprise", "'<slug>'")
    screen.wait("sandbox>\n" if term == "dumb" else "'<slug>';")
    screen.press("C-c")
    screen.wait("^C\n" if term == "dumb" else "sandbox>\n")
    screen.enter(".exit 4")
    screen.wait("left with 4")


def test_without_boxes_in_its_encoding_a_terminal_gets_dashes(screen: Screen) -> None:
    screen.start("shell", PYTHONIOENCODING="ascii", TERM="dumb")
    screen.wait("stackduck>")
    screen.enter("SELECT 42 AS answer;")
    screen.wait("| answer |", "+--------+")


def test_the_bare_command_is_the_shell(screen: Screen) -> None:
    screen.start()
    screen.wait("stackduck 0", ".help lists the commands", "stackduck>")
    screen.press("C-d")
    screen.wait("left with 0")


def test_a_terminal_that_goes_away_ends_the_shell(sandboxed: Screen, tmp_path: Path) -> None:
    sandboxed.enter(f".output {tmp_path}/rows.csv")
    sandboxed.wait("answers go to")
    assert len(os.listdir(tmp_path)) == 1
    sandboxed.end()
    until_empty(tmp_path)


def until_empty(folder: Path) -> None:
    import time

    until = time.monotonic() + 20
    while os.listdir(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert os.listdir(folder) == []
