"""Wide rows whose middle is left out: which columns stay, and what says that there are others."""

from __future__ import annotations

import io

import pytest

import stackduck
from stackduck.output import write
from stackduck.output.results import Style


def drawn(sql: str, width: int) -> list[str]:
    stream = io.StringIO()
    with stackduck.connect() as connection:
        style = Style(width=width, elides_middle=True, remedy=".last shows all")
        write(connection.execute(sql), stream, form="table", style=style)
    return stream.getvalue().splitlines()


def columns_of(lines: list[str]) -> list[str]:
    return [cell.strip() for cell in lines[1].strip("│").split("│")]


def numbered(count: int) -> str:
    return "SELECT " + ", ".join(f"{number} AS number_{number:02}" for number in range(count))


@pytest.mark.parametrize("width", range(20, 200, 7))
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    assert all(len(line) <= width for line in drawn(numbered(30), width)[:-1])


def test_two_stay_at_the_start_for_one_at_the_end() -> None:
    lines = drawn(numbered(30), 85)
    shown = columns_of(lines)
    assert shown == ["number_00", "number_01", "number_02", "number_03", "24 more", "number_28", "number_29"]
    assert lines[3].split("│")[5].strip() == "…"
    assert lines[-1] == "(1 row, 24 more columns in the middle; .last shows all)"


def test_columns_that_fit_all_stay() -> None:
    lines = drawn(numbered(6), 80)
    assert columns_of(lines) == [f"number_0{number}" for number in range(6)]
    assert lines[-1] == "(1 row)"


def test_one_column_is_never_left_out() -> None:
    lines = drawn("SELECT repeat('x', 100) AS text", 20)
    assert columns_of(lines) == ["text"]
    assert lines[-1] == "(1 row, long values cut; .last shows all)"
    assert columns_of(drawn(numbered(30), 20)) == ["number…", "29 mo…"]


def test_the_first_column_is_whole_where_the_others_keep_enough() -> None:
    sql = f"SELECT '{'n' * 60}' AS name, '{'k' * 30}' AS kind, '{'a' * 90}' AS about"
    name, kind, about = columns_of(["", drawn(sql, 110)[3]])
    assert name == "n" * 60
    assert kind.endswith("…")
    assert about.endswith("…")
    assert columns_of(["", drawn(sql, 70)[3]])[0].endswith("…")
