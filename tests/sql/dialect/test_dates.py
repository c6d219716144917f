"""SQLite itself says what its functions of time give; ours give the same as DuckDB's types."""

from __future__ import annotations

from itertools import product

import pytest

from stackduck.errors import DataError, ProgrammingError

MOMENTS = ("2026-01-31", "2024-02-29 23:59:59", "2026-03-01T00:30:00Z", "2025-12-31 10:00:00.750", "10:30")
MODIFIERS = (
    (),
    ("-2 day",),
    ("+1 month",),
    ("-1 months", "start of month"),
    ("+1 month", "start of month", "-1 day"),
    ("+13 months",),
    ("-1 year",),
    ("start of year", "+8 months", "weekday 1"),
    ("weekday 0",),
    ("weekday 6", "-7 days"),
    ("start of day", "+90 minutes"),
    ("-1.5 hours",),
    ("+0.5 days",),
    ("+10:30",),
    ("-00:00:30",),
    ("3600 seconds", "utc"),
)


def called(name: str, moment: str, modifiers: tuple[str, ...]) -> str:
    return f"{name}({', '.join(repr(text) for text in (moment, *modifiers))})"


@pytest.mark.parametrize("modifiers", [("tomorrow",), ("-2 fortnights",), ("2",), ("start of week",), ("",)])
@pytest.mark.parametrize("name", ["date", "datetime", "time", "julianday"])
def test_a_modifier_that_nobody_knows_is_refused(ask, name: str, modifiers: tuple[str, ...]) -> None:
    with pytest.raises(ProgrammingError, match=r"is no modifier of a point in time; there are -7 days"):
        ask(f"SELECT {called(name, 'now', modifiers)}")


def test_a_modifier_that_is_known_too_late_is_refused_when_it_runs(ask) -> None:
    with pytest.raises(Exception, match="'never' is no modifier of a point in time"):
        ask("SELECT date('now', m) FROM (VALUES ('never')) AS t(m)")


def test_what_is_no_point_in_time_is_an_error(ask) -> None:
    with pytest.raises((DataError, ProgrammingError), match="someday"):
        ask("SELECT datetime('someday')")


@pytest.mark.parametrize("name", ["date", "datetime", "time", "julianday", "unixepoch"])
def test_sqlite_gives_the_same(ask, sqlite, name: str) -> None:
    for moment, modifiers in product(MOMENTS, MODIFIERS):
        expression = called(name, moment, modifiers)
        [(ours,)], [(theirs,)] = ask(f"SELECT {expression}"), sqlite(f"SELECT {expression}")
        if name == "julianday":
            assert ours == pytest.approx(theirs, abs=1e-6), expression
        else:
            assert str(ours) == str(theirs), expression


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%s", "%j|%W|%w", "%J", "week %W of %Y%%", "%Y-%m-%dT%H:%M:%SZ", "plain %d"],
)
def test_strftime_writes_as_sqlite_does(ask, sqlite, form: str) -> None:
    for moment, modifiers in product(MOMENTS[:3], ((), ("-1 month",), ("+36 hours",))):
        expression = f"strftime('{form}', {called('', moment, modifiers)[1:]}"
        assert ask(f"SELECT {expression}") == sqlite(f"SELECT {expression}"), expression


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("typeof(date('now', '-2 day'))", "DATE"),
        ("typeof(date(seen, '+1 hour'))", "DATE"),
        ("typeof(datetime('now'))", "TIMESTAMP"),
        ("typeof(time(seen))", "TIME"),
        ("typeof(julianday(day))", "DOUBLE"),
        ("typeof(unixepoch(seen))", "BIGINT"),
        ("typeof(strftime('%Y', seen))", "VARCHAR"),
    ],
)
def test_the_types_are_duckdbs(value, expression: str, wanted: str) -> None:
    assert value(expression) == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("date(seen)", "2026-01-31"),
        ("date(day, '+1 month')", "2026-03-03"),
        ("datetime(seen, 'start of day')", "2026-01-31 00:00:00"),
        ("datetime(seen)", "2026-01-31 10:05:09"),
        ("strftime('%Y-%m', day)", "2026-01"),
        ("strftime('%F %T|%R', seen)", "2026-01-31 10:05:09|10:05"),
        ("strftime(seen, '%Y')", "2026"),
        ("date('2026-01-12T23:29:59-05:00')", "2026-01-13"),
        ("datetime(1767225600, 'unixepoch', '+1 day')", "2026-01-02 00:00:00"),
        ("date(2461041.5)", "2026-01-01"),
        ("date(n * 86400, 'unixepoch')", "1970-01-08"),
        ("date('2026-01-31', '-' || n || ' days')", "2026-01-24"),
        ("datetime('2026-01-31', concat('+', 1, ' month'))", "2026-03-03 00:00:00"),
    ],
)
def test_columns_and_expressions_are_points_in_time_too(value, expression: str, wanted: str) -> None:
    assert str(value(expression)) == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("date('now')", "current_date"),
        ("date('now', '-7 days')", "(current_date - 7)"),
        ("date('2026-02-01', '-2 day')", "(CAST('2026-02-01' AS DATE) - 2)"),
        ("date(seen)", "date(seen)"),
        ("date('2026-01-31')", "date('2026-01-31')"),
        ("strftime(seen, '%Y')", "strftime(seen, '%Y')"),
        ("CAST(written AS datetime)", "CAST(written AS datetime)"),
        ("DATE '2026-01-31'", "DATE '2026-01-31'"),
    ],
)
def test_what_the_planner_can_prove_and_what_duckdb_says_itself_stays_plain(translated, expression, wanted) -> None:
    assert translated(f"SELECT 1 WHERE day = {expression}") == f"SELECT 1 WHERE day = {wanted}"


def test_now_is_today_where_only_days_are_counted(ask) -> None:
    assert ask("SELECT date('now', '+1 day') = current_date + 1, date() = current_date") == [(True, True)]
    assert ask("SELECT datetime('now') BETWEEN now() - INTERVAL 1 MINUTE AND now() + INTERVAL 1 SECOND") == [(True,)]
