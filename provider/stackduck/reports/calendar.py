"""The days that can exist for each report, those that a condition means, and how long what is kept is believed.

A day is GitHub's: a calendar day in UTC. Every function is given the time; nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from stackduck.errors import ProgrammingError
from stackduck.reports.kinds import SCOPES, report_of

WINDOW_DAYS = 28
"""The days of GitHub's `latest` reports, and of a statement that says nothing of days."""
PROCESSED_AFTER = 2
"""How many days ago the last processed day is expected to be: GitHub needs two to three full UTC days."""
CLOSED_AFTER = timedelta(days=4)
"""How long after its end a day's figures may still move; GitHub computes a day again for three days."""
YOUNG_LIFE = timedelta(hours=1)
"""How long figures that may still move, and the 28-day report's window, are believed."""
NO_DATA_LIFE = timedelta(days=1)
"""How long 'no data' is believed of a day that should have been processed.

It may mean a policy that is off or a token that may not see, which somebody puts right; a day is soon enough for that,
and asking a whole year of such days again once a day stays far below the hourly limit.
"""

_DAY = timedelta(days=1)
_CALENDAR_START = date(2015, 1, 1)
_OPEN = timedelta(days=366)
_AHEAD = timedelta(days=5 * 366)

Window = tuple[date, date]
"""The first and the last day of a 28-day report."""
NO_WINDOW: Window = (date.max, date.min)
"""That of a 28-day report which GitHub does not have: no day is in it."""
_WORKING_DAYS = 5
"""Days of a week, from Monday on."""


def utc_day(moment: datetime) -> date:
    """Return GitHub's day of a moment."""
    return moment.astimezone(UTC).date()


def days_of(window: Window) -> tuple[date, ...]:
    """Return all days from a first to a last one, which are none where the first is later."""
    first, last = window
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def possible_days(report: str, scope: str, *, today: date) -> Window:
    """Return the first and the last day that GitHub can have a report for; the first is later where there is none.

    A day is possible from its end on: some are processed by the next day, others two or three days later.
    """
    return max(_start(report, scope), a_year_before(today)), today - _DAY


def a_year_before(today: date) -> date:
    """Return the earliest day that GitHub still keeps: the same date of the year before."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return today.replace(year=today.year - 1, day=28)


def why_not(report: str, scope: str, day: date, *, today: date) -> str:
    """Return why GitHub cannot have a report for a day, or an empty text where it can."""
    start = _start(report, scope)
    if day < start:
        return f"before history starts on {start}"
    if day < a_year_before(today):
        return "older than a year"
    if day > today:
        return "in the future"
    return "not processed yet" if day == today else ""


def _start(report: str, scope: str) -> date:
    if scope not in SCOPES:
        raise ProgrammingError(f"no scope '{scope}'; known: {', '.join(SCOPES)}")
    return report_of(report).starts[scope]


def estimated_window(*, today: date) -> Window:
    """Return the days that the 28-day report covers, as far as the date alone tells."""
    return _window_until(today - PROCESSED_AFTER * _DAY)


def default_window(*, today: date, processed: date | None) -> tuple[date, ...]:
    """Return the latest 28 processed days, the same for every report.

    `processed` is the last day of a 28-day report that GitHub told lately.
    """
    if processed is None:
        return days_of(estimated_window(today=today))
    return days_of(_window_until(min(processed, today - _DAY)))


def _window_until(last: date) -> Window:
    return last - (WINDOW_DAYS - 1) * _DAY, last


def is_idle(day: date, asked_at: datetime) -> bool:
    """Tell whether it is believed that nobody was active on a day that a 28-day report has no row of.

    That report has rows of active people alone. A closed Saturday or Sunday is believed; a working day without anybody
    is asked for by itself, and so is a day that may be late.
    """
    return is_closed(day, asked_at) and day.isoweekday() > _WORKING_DAYS


def is_closed(day: date, fetched_at: datetime) -> bool:
    """Say whether what was fetched of a day is final: fetched more than 4 full UTC days after the day ended.

    `fetched_at` is when the links were asked for, since the files are no newer than that.
    """
    end = datetime.combine(day + _DAY, time(), UTC)
    return fetched_at > end + CLOSED_AFTER


def is_recent(told_at: datetime, *, now: datetime, life: timedelta = YOUNG_LIFE) -> bool:
    """Say whether something is still believed; a time well in the future is a wrong clock's, and is not."""
    return abs(now - told_at) < life


def is_fresh(day: date, fetched_at: datetime, *, now: datetime) -> bool:
    """Say whether a kept day need not be fetched: it is closed, or was fetched within the hour."""
    is_past = fetched_at < now + YOUNG_LIFE
    return is_recent(fetched_at, now=now) or (is_past and is_closed(day, fetched_at))


def is_remembered(day: date, asked_at: datetime, *, now: datetime) -> bool:
    """Say whether an answer 'no data' still holds: an hour for a young day, a day for an older one."""
    life = NO_DATA_LIFE if is_closed(day, asked_at) else YOUNG_LIFE
    return is_recent(asked_at, now=now, life=life)


def calendar_days(*, today: date) -> tuple[date, ...]:
    """Return the days over which a condition on `day` is evaluated: those that exist, and years on either side."""
    return days_of((_CALENDAR_START, today + _AHEAD))


def wanted_days(
    matching: Collection[date], report: str, scope: str, *, today: date, kept: Container[date] = ()
) -> tuple[date, ...]:
    """Return the days that a condition wants, of those of `calendar_days` that it holds for.

    All that exist, existed or are kept; of the others those that the condition names. A condition that holds for days
    however early (`day < x`, `dayofweek(day) = 1`) names none of the past before GitHub's history starts, and one that
    holds for days however late (`day >= x`) names none of the future.
    """
    first, last = _start(report, scope), possible_days(report, scope, today=today)[1]
    is_open_before = any(day < _CALENDAR_START + _OPEN for day in matching)
    is_open_after = any(day > today + _AHEAD - _OPEN for day in matching)

    def is_wanted(day: date) -> bool:
        if day in kept or first <= day <= last:
            return True
        return not is_open_after if day > last else not is_open_before

    return tuple(sorted(day for day in set(matching) if is_wanted(day)))


def spans(days: Iterable[date]) -> tuple[Window, ...]:
    """Return days as runs without a gap, for messages."""
    found: list[Window] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] == _DAY:
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return tuple(found)


def in_words(days: Sequence[date]) -> str:
    """Write days as runs: '2026-01-01 to 2026-01-31, 2026-02-02'."""
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in spans(days))
