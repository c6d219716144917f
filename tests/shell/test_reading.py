from __future__ import annotations

import pytest

from stackduck.errors import ProgrammingError
from stackduck.shell.reading import Command, Query, is_command, is_whole, items


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT ';",
        "SELECT 'a\n;",
        "/* ;",
        'SELECT "a;',
        "SELECT $$ ; ",
        "SELECT '\\g",
        "SELECT 1 -- \\g",
        ".5",
    ],
)
def test_a_text_that_goes_on_is_not_whole(text: str) -> None:
    assert not is_whole(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "-- a remark",
        "SELECT 1;",
        "SELECT\n  1\n;",
        "SELECT ';';",
        "SELECT 1; -- done",
        "/* ; */ SELECT 1;",
        ".mode csv",
        "\\x",
        "\\?",
        "\\!",
        ".",
        "exit",
        "QUIT;",
        "SELECT 1 \\g",
        "SELECT\n 1 \\g rows.csv",
        "SELECT 1;\n.mode csv",
    ],
)
def test_a_text_that_ends_is_whole(text: str) -> None:
    assert is_whole(text)


def read(text: str) -> list[Command | Query]:
    return list(items(text.splitlines(keepends=True)))


def test_statements_and_commands_come_in_order() -> None:
    text = ".mode csv\nSELECT 1;\n\n-- a remark\n.timer on\nSELECT\n  2;SELECT 3;\nSELECT 4"
    assert read(text) == [
        Command("mode", "csv"),
        Query("SELECT 1"),
        Command("timer", "on"),
        Query("SELECT\n  2"),
        Query("SELECT 3"),
        Query("SELECT 4"),
    ]


def test_a_line_within_a_statement_is_no_command() -> None:
    assert read("SELECT '\n.exit\n';") == [Query("SELECT '\n.exit\n'")]
    assert read("SELECT 1 +\n.5;") == [Query("SELECT 1 +\n.5")]


def test_a_backslash_command_takes_the_statement_before_it() -> None:
    assert read("SELECT 1; SELECT 2 \\g rows.csv") == [Query("SELECT 1"), Command("g", "rows.csv", "SELECT 2")]
    assert read("SELECT 1; \\g") == [Command("g", "", "SELECT 1")]


def test_bare_words_leave_and_help() -> None:
    assert read("exit\nhelp;\nQuit") == [Command("exit"), Command("help"), Command("Quit")]


def test_an_item_comes_before_the_next_line_is_asked_for() -> None:
    asked = []

    def lines() -> object:
        for line in ("SELECT 1;\n", ".exit\n"):
            asked.append(line)
            yield line

    found = items(lines())
    assert next(found) == Query("SELECT 1")
    assert len(asked) == 1


def test_a_block_of_data_stays_with_its_statement() -> None:
    text = "<<<json\n{\"n\": 1}\n>>>\nSELECT '{{ .n }}';"
    assert read(text) == [Query(text)]


def test_an_open_quote_at_the_end_is_an_error() -> None:
    with pytest.raises(ProgrammingError, match="unterminated quote at line 1, column 8"):
        read("SELECT 'a")


def test_many_lines_are_read_once() -> None:
    """A statement of many lines is looked at where one of them may end it, not at each."""
    text = "SELECT [\n" + "  1,\n" * 50_000 + "2];"
    assert is_whole(text)


@pytest.mark.parametrize(("text", "told"), [(".tab", True), ("\\d", True), (" .x", True), ("SELECT", False)])
def test_a_command_is_told_by_its_first_mark(text: str, told: bool) -> None:
    assert is_command(text) is told
