"""Charts of real DuckDB results, in text."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from stackduck.errors import ProgrammingError
from stackduck.output import write
from stackduck.output.charts import scales
from stackduck.output.results import Style
from stackduck.output.safety import width

Render = Callable[..., str]
GOLDEN = Path(__file__).parent / "golden" / "charts"
DAYS = "SELECT DATE '2026-10-01' + i::INTEGER AS day, {} FROM range({}) t(i)"
TEAMS = (
    "SELECT DATE '2026-10-01' + i::INTEGER AS day, team, (i * length(team))::INTEGER AS users "
    "FROM range(20) t(i), (VALUES ('core'), ('platform')) v(team)"
)
BRAILLE = re.compile("[\u2801-\u28ff]")
PICTURES = {
    "line": (DAYS.format("(i * 7) % 13 AS users", 28), Style()),
    "line-ascii": (DAYS.format("(i * 7) % 13 AS users", 28), Style(width=60, boxes=False)),
    "gap": (DAYS.format("CASE WHEN i BETWEEN 8 AND 12 THEN NULL ELSE i / 100 END AS rate", 30), Style(width=60)),
    "series-color": (TEAMS, Style(width=80, color=True)),
    "series-plain": (TEAMS, Style(width=60)),
    "units": (DAYS.format("i * 1000 AS suggested, i / 40 AS rate", 30), Style(width=60, color=True)),
    "bars": ("SELECT 'team ' || i AS team, i * i AS users, i / 4 AS rate FROM range(5) t(i)", Style(width=60)),
    "bars-negative": ("SELECT 'team ' || i AS team, (i - 2) * 12.5 AS delta FROM range(6) t(i)", Style(width=60)),
    "bars-ascii": ("SELECT 'team ' || i AS team, i AS users FROM range(5) t(i)", Style(width=40, boxes=False)),
    "bars-days": (DAYS.format("i % 7 AS users", 21), Style(width=80, chart="bars")),
    "bars-one-row": ("SELECT 3 AS a, 1.5 AS b, NULL::INTEGER AS c", Style(width=40)),
    "spark": (TEAMS, Style(width=60, chart="spark")),
    "moments": (
        "SELECT TIMESTAMP '2026-10-01 10:00:00' + INTERVAL (i * 37) MINUTE AS at, i % 7 AS calls FROM range(40) t(i)",
        Style(width=70),
    ),
    "numbers": ("SELECT i AS week, sqrt(i) * 1e6 AS bytes FROM range(53) t(i)", Style(width=60)),
}


def _problem(render: Render, sql: str, chart: str | None = None) -> str:
    with pytest.raises(ProgrammingError) as caught:
        render(sql, "chart", style=Style(chart=chart))
    return str(caught.value)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 'a' AS name, DATE '2026-01-01' AS day", ["no number to draw in name, day", "count(*)"]),
        (
            "SELECT DATE '2026-01-01' AS day, 1 AS n, [1] AS list, {'a': 1} AS box, JSON '1' AS doc, 'x' AS name",
            ["leave out list, box, doc", "keep some of day, n, name"],
        ),
        ("SELECT DATE '2026-01-01' AS a, now() AS b, 1 AS n", ["one date goes on the x axis", "keep one of a, b"]),
        (
            "SELECT DATE '2026-01-01' AS day, i AS n FROM range(2) t(i)",
            ["several rows have day 2026-01-01", "SELECT day, sum(n)", "GROUP BY ALL"],
        ),
        (
            "SELECT DATE '2026-01-01' AS day, 'x' AS team, i AS n FROM range(2) t(i)",
            ["several rows have day 2026-01-01 and the same team", "SELECT day, team, sum(n)"],
        ),
        ("SELECT 'x' AS team, i AS n FROM range(2) t(i)", ["several rows have team x"]),
        ("SELECT NULL::DATE AS day, 1 AS n", ["day is NULL in 1 rows"]),
        (
            "SELECT DATE '2026-01-01' AS day, 'u' || i AS login, i AS n FROM range(9) t(i)",
            ["9 series of n by login", "up to 8", "by WHERE"],
        ),
        (
            "SELECT DATE '2026-01-01' AS day, " + ", ".join(f"{i} AS c{i}" for i in range(9)),
            ["up to 8 columns of numbers; keep some of c0, c1"],
        ),
        ("SELECT 'u' || i AS login, i AS n FROM range(201) t(i)", ["201 values of login", "LIMIT"]),
    ],
    ids=[
        *("no number", "nested", "two dates", "day twice", "team twice", "label twice", "no day", "many series"),
        *("many columns", "many labels"),
    ],
)
def test_what_does_not_suit_is_an_error_that_says_what_would(sql: str, words: list[str], render: Render) -> None:
    problem = _problem(render, sql)
    assert [each for each in words if each not in problem] == [], problem


def test_a_long_list_of_columns_is_cut(render: Render) -> None:
    problem = _problem(render, "SELECT " + ", ".join(f"[{i}] AS l{i}" for i in range(30)) + ", 1 AS n")
    assert "l9 and 20 more" in problem
    assert "l10" not in problem


def test_a_line_over_text_is_refused(render: Render) -> None:
    assert "team is text; draw bars" in _problem(render, "SELECT 'a' AS team, 1 AS n", "line")


def test_more_bars_than_columns_are_refused(render: Render) -> None:
    assert "300 bars do not fit" in _problem(render, DAYS.format("i AS n", 300), "bars")


def test_nothing_is_written_of_what_cannot_be_drawn() -> None:
    stream = io.StringIO()
    with pytest.raises(ProgrammingError):
        write(duckdb.connect().execute("SELECT 'a' AS a"), stream, form="chart", style=Style())
    assert stream.getvalue() == ""


def test_a_chart_without_its_library_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['plotille'] = None\n"
        "import duckdb\nfrom stackduck.output import write\nfrom stackduck.output.results import Style\n"
        "write(duckdb.connect().execute('SELECT 1 AS x, 2 AS y UNION ALL SELECT 2, 3'), sys.stdout, form='chart',"
        " style=Style())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "InterfaceError: charts need plotille; pip install 'stackduck[chart]'" in done.stderr


@pytest.mark.parametrize("name", PICTURES)
def test_a_chart_is_what_its_golden_file_shows(name: str, render: Render) -> None:
    """Run with REGOLD=1 to draw the files anew, and look at the difference."""
    sql, style = PICTURES[name]
    text = render(sql, "chart", style=style)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REGOLD"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("room", [30, 41, 80, 200])
def test_a_chart_never_leaves_the_terminal(name: str, room: int, render: Render) -> None:
    sql, style = PICTURES[name]
    text = render(sql, "chart", style=Style(width=room, color=style.color, boxes=style.boxes, chart=style.chart))
    plain = re.sub("\x1b\\[[0-9;]*m", "", text)
    assert max(map(width, plain.splitlines())) <= room


@pytest.mark.parametrize("name", [name for name, (_, style) in PICTURES.items() if not style.color])
def test_without_colour_no_escape_is_written(name: str, render: Render) -> None:
    sql, style = PICTURES[name]
    assert "\x1b" not in render(sql, "chart", style=style)


@pytest.mark.parametrize("name", [name for name, (_, style) in PICTURES.items() if not style.boxes])
def test_a_terminal_without_signs_gets_plain_ones(name: str, render: Render) -> None:
    sql, style = PICTURES[name]
    assert render(sql, "chart", style=style).isascii()


def test_no_rows_are_no_chart(render: Render) -> None:
    assert render("SELECT 1 AS n WHERE false", "chart") == "(no rows to draw)\n"


def test_null_is_a_gap_and_zero_is_none(render: Render) -> None:
    gap = render(DAYS.format("CASE WHEN i BETWEEN 5 AND 14 THEN NULL ELSE 50 END AS n", 20), "chart")
    zero = render(DAYS.format("CASE WHEN i BETWEEN 5 AND 14 THEN 0 ELSE 50 END AS n", 20), "chart")
    drawn = [sum(bool(BRAILLE.match(sign)) for sign in max(text.splitlines(), key=_dots)) for text in (gap, zero)]
    assert drawn[0] < 45
    assert len(BRAILLE.findall(zero)) > len(BRAILLE.findall(gap))


def _dots(line: str) -> int:
    return len(BRAILLE.findall(line))


def test_a_day_without_a_row_is_passed_over(render: Render) -> None:
    """Only NULL says that there is nothing; a day that is not there says nothing."""
    text = render(
        "SELECT day, 50 AS n FROM (VALUES (DATE '2026-10-01'), ('2026-10-02'), ('2026-10-20')) v(day)", "chart"
    )
    assert max(map(_dots, text.splitlines())) > 70


def test_rows_may_come_in_any_order(render: Render) -> None:
    assert render(f"{TEAMS} ORDER BY day DESC, team", "chart") == render(f"{TEAMS} ORDER BY day, team", "chart")


def test_the_order_of_labels_is_that_of_the_rows(render: Render) -> None:
    text = render("SELECT * FROM (VALUES ('b', 1), ('a', 3), ('c', 2)) v(team, n)", "chart")
    assert [line[0] for line in text.splitlines()[1:]] == ["b", "a", "c"]


def test_bars_are_as_long_as_their_values(render: Render) -> None:
    text = render("SELECT * FROM (VALUES ('a', 10), ('b', 5), ('c', 0), ('d', NULL)) v(team, n)", "chart")
    lengths = {line[0]: line.count("█") for line in text.splitlines()[1:]}
    assert abs(lengths["a"] - 2 * lengths["b"]) <= 1 < lengths["b"]
    assert (lengths["c"], lengths["d"]) == (0, 0)
    assert text.splitlines()[-1].endswith("NULL")


def test_a_bar_that_is_not_zero_is_seen(render: Render) -> None:
    text = render("SELECT * FROM (VALUES ('a', 100000), ('b', 1)) v(team, n)", "chart")
    assert "▏ 1" in text


def test_the_signs_of_the_data_do_not_drive_the_terminal(render: Render) -> None:
    sql = "SELECT 'a' || chr(27) || '[2J' || chr(10) AS team, 1 AS n"
    assert "\x1b" not in render(sql, "chart")
    assert "\\x1b[2J\\n" in render(sql, "chart")


@pytest.mark.parametrize("value", ["'nan'::DOUBLE", "'inf'::DOUBLE", "NULL"])
def test_what_is_no_number_is_a_gap(value: str, render: Render) -> None:
    assert render(DAYS.format(f"CASE WHEN i = 3 THEN {value} ELSE i END AS n", 9), "chart") == render(
        DAYS.format("CASE WHEN i = 3 THEN NULL ELSE i END AS n", 9), "chart"
    )


@pytest.mark.parametrize(
    "sql", ["SELECT 7 AS n", "SELECT DATE '2026-10-01' AS day, 0 AS n", "SELECT 'a' AS t, NULL::INT AS n"]
)
@pytest.mark.parametrize("chart", [None, "bars", "spark"])
def test_a_single_value_is_drawn(sql: str, chart: str | None, render: Render) -> None:
    assert render(sql, "chart", style=Style(chart=chart)).strip()


@pytest.mark.parametrize(
    ("values", "is_whole", "marks"),
    [
        ([0, 14], True, ["0", "5", "10", "15"]),
        ([0, 3], True, ["0", "1", "2", "3"]),
        ([0.1, 0.38], False, ["0.0", "0.1", "0.2", "0.3", "0.4"]),
        ([95, 100], True, ["94", "96", "98", "100"]),
        ([0, 1_250_000], True, ["0", "500k", "1.0M", "1.5M"]),
        ([-20, 15], True, ["-20", "-10", "0", "10", "20"]),
        ([0, 0], True, ["0", "1"]),
        ([None], True, ["0", "1"]),
    ],
)
def test_a_scale_has_round_marks(values: list[float | None], is_whole: bool, marks: list[str]) -> None:
    scale = scales.numbers(values, most=5, is_whole=is_whole, from_zero=False)
    assert [mark.text for mark in scale.marks] == marks
    known = [value for value in values if value is not None]
    assert scale.low <= min(known, default=0) <= max(known, default=0) <= scale.high


@pytest.mark.parametrize(
    ("days", "room", "texts"),
    [
        (28, 80, ["2026-10-01", "2026-10-08", "2026-10-15", "2026-10-22", "2026-10-28"]),
        (3, 80, ["2026-10-01", "2026-10-02", "2026-10-03"]),
        (366, 60, ["2026-10-01", "2027-04-01", "2027-10-01"]),
        (1, 80, ["2026-10-01"]),
    ],
)
def test_days_are_marked_in_steps_of_the_calendar(days: int, room: int, texts: list[str]) -> None:
    first = float(date(2026, 10, 1).toordinal())
    found = [first + number for number in range(days)]
    assert [mark.text for mark in scales.places("day", found, room=room).marks] == texts
