"""Which days can exist, which a condition means, and how long what is kept is believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import duckdb
import pytest

from stackduck.errors import ProgrammingError
from stackduck.reports import calendar
from stackduck.reports.calendar import (
    calendar_days,
    days_of,
    default_window,
    estimated_window,
    in_words,
    is_closed,
    is_fresh,
    is_recent,
    is_remembered,
    possible_days,
    spans,
    utc_day,
    wanted_days,
    why_not,
)
from stackduck.reports.kinds import REPORTS, SCOPES

TODAY = date(2026, 11, 20)
DAY = date(2026, 11, 10)
END = datetime(2026, 11, 11, tzinfo=UTC)
CLOSES = END + timedelta(days=4)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def test_an_unknown_report_or_scope_is_refused() -> None:
    with pytest.raises(ProgrammingError, match="no report 'user'"):
        possible_days("user", "org", today=TODAY)
    with pytest.raises(ProgrammingError, match="no scope 'team'"):
        possible_days("users", "team", today=TODAY)


@pytest.mark.parametrize(
    ("report", "scope", "start"),
    [
        ("users", "enterprise", "2025-10-10"),
        ("entity", "enterprise", "2025-10-10"),
        ("users", "org", "2025-12-12"),
        ("entity", "org", "2025-12-12"),
        ("user_teams", "enterprise", "2026-05-14"),
        ("user_teams", "org", "2026-05-14"),
        ("repos", "enterprise", "2026-07-14"),
        ("repos", "org", "2026-07-14"),
    ],
)
def test_history_starts_where_githubs_does(report: str, scope: str, start: str) -> None:
    first = date.fromisoformat(start)
    today = date(2026, 10, 1)
    assert possible_days(report, scope, today=today) == (first, date(2026, 9, 30))
    assert why_not(report, scope, first, today=today) == ""
    assert why_not(report, scope, first - timedelta(days=1), today=today) == f"before history starts on {start}"


@pytest.mark.parametrize(
    ("today", "first"),
    [
        ("2026-11-20", "2025-11-20"),
        ("2028-02-29", "2027-02-28"),
        ("2028-03-01", "2027-03-01"),
        ("2029-02-28", "2028-02-28"),
    ],
)
def test_github_keeps_a_year(today: str, first: str) -> None:
    day, earliest = date.fromisoformat(today), date.fromisoformat(first)
    assert possible_days("users", "enterprise", today=day)[0] == earliest
    assert why_not("users", "enterprise", earliest, today=day) == ""
    assert why_not("users", "enterprise", earliest - timedelta(days=1), today=day) == "older than a year"


def test_a_day_before_history_says_so_though_it_is_older_than_a_year_too() -> None:
    told = why_not("users", "enterprise", date(2020, 1, 1), today=TODAY)
    assert told == "before history starts on 2025-10-10"


@pytest.mark.parametrize(
    ("days_ago", "told"),
    [(2, ""), (1, ""), (0, "not processed yet"), (-1, "in the future"), (-400, "in the future")],
    ids=str,
)
def test_a_day_is_possible_once_it_is_over(days_ago: int, told: str) -> None:
    day = TODAY - timedelta(days=days_ago)
    assert why_not("users", "org", day, today=TODAY) == told
    first, last = possible_days("users", "org", today=TODAY)
    assert (first <= day <= last) is (told == "")


def test_possible_days_are_those_without_a_reason() -> None:
    for report in REPORTS:
        for scope in SCOPES:
            around = days_of((TODAY - timedelta(days=500), TODAY + timedelta(days=30)))
            possible = [day for day in around if not why_not(report, scope, day, today=TODAY)]
            assert tuple(possible) == days_of(possible_days(report, scope, today=TODAY))


@pytest.mark.parametrize("today", ["2026-07-14", "2026-07-01"])
def test_a_report_that_has_not_begun_has_no_days(today: str) -> None:
    assert days_of(possible_days("repos", "org", today=date.fromisoformat(today))) == ()


def test_the_default_is_28_days_that_end_with_the_last_processed_one() -> None:
    assert default_window(today=TODAY, processed=None) == days_of((date(2026, 10, 22), date(2026, 11, 18)))
    told = default_window(today=TODAY, processed=date(2026, 11, 16))
    assert (len(told), told[0], told[-1]) == (28, date(2026, 10, 20), date(2026, 11, 16))
    assert estimated_window(today=TODAY) == (date(2026, 10, 22), date(2026, 11, 18))


def test_a_processed_day_that_is_not_over_is_not_believed() -> None:
    assert default_window(today=TODAY, processed=TODAY)[-1] == date(2026, 11, 19)


@pytest.mark.parametrize(
    ("fetched_at", "closed"),
    [(END, False), (CLOSES - TICK, False), (CLOSES, False), (CLOSES + TICK, True), (CLOSES + 90 * HOUR, True)],
    ids=["at its end", "just before", "at midnight", "just after", "later"],
)
def test_a_day_closes_once_more_than_4_full_days_have_passed(fetched_at: datetime, closed: bool) -> None:
    assert is_closed(DAY, fetched_at) is closed


@pytest.mark.parametrize("hours", [-11, 0, 5.5, 14], ids=str)
def test_a_day_closes_at_midnight_utc_whatever_the_zone_of_the_clock(hours: float) -> None:
    zone = timezone(timedelta(hours=hours))
    assert not is_closed(DAY, CLOSES.astimezone(zone))
    assert is_closed(DAY, (CLOSES + TICK).astimezone(zone))
    assert utc_day((CLOSES - TICK).astimezone(zone)) == date(2026, 11, 14)
    assert utc_day(CLOSES.astimezone(zone)) == date(2026, 11, 15)


@pytest.mark.parametrize(
    ("age", "fresh"), [(0 * HOUR, True), (HOUR - TICK, True), (HOUR, False), (48 * HOUR, False)], ids=str
)
def test_a_young_day_is_fresh_for_an_hour(age: timedelta, fresh: bool) -> None:
    assert is_fresh(DAY, CLOSES, now=CLOSES + age) is fresh


def test_a_closed_day_is_fresh_for_ever() -> None:
    assert is_fresh(DAY, CLOSES + TICK, now=CLOSES + 20000 * HOUR)


@pytest.mark.parametrize("ahead", [HOUR, 1000 * HOUR], ids=str)
def test_a_day_fetched_in_the_future_is_a_wrong_clocks_and_not_fresh(ahead: timedelta) -> None:
    now = CLOSES + HOUR
    assert not is_fresh(DAY, now + ahead, now=now)
    assert is_fresh(DAY, now + TICK, now=now)


@pytest.mark.parametrize(
    ("asked_at", "age", "remembered"),
    [
        (CLOSES, HOUR - TICK, True),
        (CLOSES, HOUR, False),
        (CLOSES + TICK, HOUR, True),
        (CLOSES + TICK, 24 * HOUR - TICK, True),
        (CLOSES + TICK, 24 * HOUR, False),
    ],
    ids=["young", "young, an hour", "older, an hour", "older, nearly a day", "older, a day"],
)
def test_no_data_is_remembered_for_a_while(asked_at: datetime, age: timedelta, remembered: bool) -> None:
    assert is_remembered(DAY, asked_at, now=asked_at + age) is remembered


def test_a_window_is_believed_for_an_hour() -> None:
    assert is_recent(END, now=END + HOUR - TICK)
    assert not is_recent(END, now=END + HOUR)


def in_duckdb(condition: str) -> list[date]:
    """Return the days of the calendar for which a condition holds, as DuckDB sees it."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE calendar (day DATE)")
    days = calendar_days(today=TODAY)
    connection.execute(f"INSERT INTO calendar SELECT DATE '{days[0]}' + n::INT FROM range({len(days)}) t(n)")
    return [day for (day,) in connection.execute(f"SELECT day FROM calendar WHERE {condition}").fetchall()]


POSSIBLE = days_of((date(2025, 12, 12), date(2026, 11, 19)))


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("day >= DATE '2026-08-22'", [d for d in POSSIBLE if d >= date(2026, 8, 22)]),
        ("day < DATE '2026-01-01'", [d for d in POSSIBLE if d < date(2026, 1, 1)]),
        ("dayofweek(day) = 1", [d for d in POSSIBLE if d.isoweekday() == 1]),
        ("day <> DATE '2026-11-10'", [d for d in POSSIBLE if d != DAY]),
        ("day = DATE '2025-12-11'", [date(2025, 12, 11)]),
        ("day IN (DATE '2026-11-19', DATE '2026-11-20')", [date(2026, 11, 19), TODAY]),
        ("day BETWEEN DATE '2025-12-10' AND DATE '2025-12-13'", days_of((date(2025, 12, 10), date(2025, 12, 13)))),
        ("day >= DATE '2025-12-10' AND dayofmonth(day) = 11 AND day < '2026-02-01'", [
            date(2025, 12, 11), date(2026, 1, 11)]),
        ("day < DATE '2025-01-01'", []),
        ("day > DATE '2026-12-01'", []),
        ("day = DATE '2026-12-01' OR day = DATE '2026-11-01'", [date(2026, 11, 1), date(2026, 12, 1)]),
        ("day = DATE '2027-01-01' OR day <= '2025-12-12'", [date(2025, 12, 12), date(2027, 1, 1)]),
        ("false", []),
    ],
)  # fmt: skip
def test_a_condition_wants_what_can_exist_and_what_it_names(condition: str, wanted: list[date]) -> None:
    assert list(wanted_days(in_duckdb(condition), "users", "org", today=TODAY)) == list(wanted)


def test_a_kept_day_is_wanted_though_github_has_it_no_more() -> None:
    old = date(2025, 1, 6)
    every = calendar_days(today=TODAY)
    assert wanted_days(every, "users", "org", today=TODAY, kept={old}) == (old, *POSSIBLE)


@pytest.mark.parametrize("report", list(REPORTS))
def test_every_condition_that_always_holds_wants_the_possible_days(report: str) -> None:
    every = calendar_days(today=TODAY)
    assert wanted_days(every, report, "org", today=TODAY) == days_of(possible_days(report, "org", today=TODAY))


def test_the_calendar_holds_every_day_once_and_reaches_past_what_can_exist() -> None:
    days = calendar_days(today=TODAY)
    assert len(set(days)) == len(days) == (days[-1] - days[0]).days + 1
    assert days[0] < date(2024, 1, 1)
    assert days[-1] > TODAY + timedelta(days=1000)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], ""),
        (["2026-02-02"], "2026-02-02"),
        (["2026-02-28", "2026-03-01", "2026-03-01"], "2026-02-28 to 2026-03-01"),
        (["2026-03-05", "2026-03-01", "2026-03-02"], "2026-03-01 to 2026-03-02, 2026-03-05"),
    ],
    ids=["none", "one", "over a month's end", "two runs"],
)
def test_days_are_written_as_runs(days: list[str], words: str) -> None:
    assert in_words([date.fromisoformat(day) for day in days]) == words


def test_runs_and_days_are_two_forms_of_the_same() -> None:
    some = [day for day in POSSIBLE if day.toordinal() % 5 < 3]
    assert [day for span in spans(some) for day in days_of(span)] == some


@pytest.mark.parametrize("known", [calendar.is_closed, calendar.is_fresh], ids=["closed", "fresh"])
def test_a_time_without_a_zone_is_refused(known: Callable[..., bool]) -> None:
    more = {"now": CLOSES} if known is calendar.is_fresh else {}
    with pytest.raises(TypeError):
        known(DAY, datetime(2026, 11, 15), **more)


def test_a_condition_open_to_the_past_names_what_github_had_and_keeps_no_more() -> None:
    today = date(2026, 11, 22)
    matching = [day for day in calendar_days(today=today) if day < date(2025, 11, 25)]
    wanted = wanted_days(matching, "users", "enterprise", today=today)
    assert (wanted[0], wanted[-1]) == (date(2025, 10, 10), date(2025, 11, 24))
