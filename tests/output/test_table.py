from __future__ import annotations

import pytest

from stackduck.output.results import Style
from stackduck.output.safety import width

LONG = "SELECT i AS n, repeat('x', 300) AS text, repeat('y', 50) AS other FROM range(3) t(i)"


@pytest.mark.parametrize("room", [20, 40, 80, 120])
def test_a_table_never_leaves_the_terminal(room: int, render) -> None:
    lines = render(LONG, "table", style=Style(width=room)).splitlines()
    assert max(map(width, lines[:-1])) <= room


def test_a_cut_is_told_with_the_way_to_see_all(render) -> None:
    assert render(LONG, "table", style=Style(width=80)).splitlines()[-1] == (
        "(3 rows, long values cut; -o vertical shows all)"
    )


def test_columns_that_find_no_room_are_counted(render) -> None:
    sql = "SELECT " + ", ".join(f"'a long value' AS c{i}" for i in range(30))
    assert "(1 row, 23 more columns, long values cut; -o vertical shows all)" in render(
        sql, "table", style=Style(width=80)
    )


def test_outside_a_terminal_nothing_is_cut(render) -> None:
    text = render(LONG, "table")
    assert "x" * 300 in text
    assert "rows" not in text


def test_rows_after_the_sample_are_whole_too(render) -> None:
    text = render("SELECT CASE WHEN i < 1500 THEN 'a' ELSE repeat('b', 30) END AS t FROM range(1501) t(i)", "table")
    assert "b" * 30 in text
    assert text.count("\n") == 1501 + 4


def test_no_rows_are_a_header_in_a_frame(render) -> None:
    assert render("SELECT 1 AS n WHERE false", "table") == "┌───┐\n│ n │\n├───┤\n└───┘\n"


def test_without_color_nothing_but_text_is_written(render) -> None:
    assert "\x1b" not in render("SELECT NULL AS n, chr(27) || '[2J' AS s", "table", style=Style(width=80))
