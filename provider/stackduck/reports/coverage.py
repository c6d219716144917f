"""Wanted days become archived days, fetches, and days that are not there, each with its reason.

Decides only; it neither lists the archive nor fetches.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from typing import Literal

from stackduck.frozen import frozen
from stackduck.reports.calendar import (
    Window,
    days_of,
    estimated_window,
    in_words,
    is_closed,
    is_fresh,
    is_remembered,
    utc_day,
    why_not,
)
from stackduck.reports.kinds import report_of

WORTH_A_LATEST = 7
"""How many days of its window must be missing for the 28-day report to be fetched in place of single days."""
NO_DATA = "GitHub has no data for it"
NOT_PROCESSED = "not processed yet"
NOT_KEPT = "not kept here"

_NEIGHBOURHOOD = timedelta(days=60)
_SATURDAY = 5


@frozen
class Kept:
    """What the archive says of one report for one day."""

    day: date
    status: Literal["data", "no data"]
    fetched_at: datetime
    """When the links were asked for, or 'no data' was answered; with a time zone."""
    rows: int = 0
    bytes: int = 0
    """As downloaded; a day of a 28-day report has its share."""
    files: int = 0

    @property
    def has_data(self) -> bool:
        """Whether there is a file to read."""
        return self.status == "data"


@frozen
class Fetch:
    """One call for links."""

    days: tuple[date, ...]
    """The wanted days that it brings; a 28-day report may hold more."""
    is_latest: bool = False


@frozen
class Coverage:
    """Where each wanted day comes from: every one is in exactly one of the three."""

    kept: tuple[date, ...] = ()
    """Days to be read from the archive."""
    fetches: tuple[Fetch, ...] = ()
    """The 28-day report first, then single days, the oldest first."""
    unavailable: Mapping[date, str] = field(default_factory=dict)
    """Day → why it cannot be had, in the order of days; none of these is called for."""

    @property
    def missing(self) -> tuple[date, ...]:
        """The days that the fetches bring, in order."""
        return tuple(sorted(day for fetch in self.fetches for day in fetch.days))


def cover(
    report: str,
    scope: str,
    wanted: Collection[date],
    kept: Mapping[date, Kept],
    *,
    now: datetime,
    window: Window | None,
    fresh: bool = False,
    refetch: bool = False,
    offline: bool = False,
) -> Coverage:
    """Say where each wanted day comes from, with as few calls as may be.

    `window` is what the 28-day report is known to cover, estimated where it is None: when GitHub then tells another
    one, `fetches_for(report, coverage.missing, window=told)` are the fetches to go on with.
    `fresh` fetches young days again within the hour, `refetch` closed days too; `offline` fetches nothing and takes
    what is kept, however old.
    """
    today = utc_day(now)
    here: list[date] = []
    missing: list[date] = []
    unavailable: dict[date, str] = {}
    for day in sorted(set(wanted)):
        entry = kept.get(day)
        impossible = why_not(report, scope, day, today=today) or (NOT_KEPT if offline else "")
        if not impossible and not (entry and _is_believed(entry, now=now, fresh=fresh, refetch=refetch)):
            missing.append(day)
        elif entry and entry.has_data:
            here.append(day)
        else:
            unavailable[day] = _told(entry) if entry else impossible
    known = window or estimated_window(today=today)
    return Coverage(tuple(here), fetches_for(report, missing, window=known), unavailable)


def _is_believed(entry: Kept, *, now: datetime, fresh: bool, refetch: bool) -> bool:
    """Say whether what is kept of a day spares the call: a closed day does so for ever, but for `refetch`."""
    if refetch:
        return False
    if not entry.has_data:
        return not fresh and is_remembered(entry.day, entry.fetched_at, now=now)
    is_enough = is_fresh(entry.day, entry.fetched_at, now=now)
    return is_enough and (not fresh or is_closed(entry.day, entry.fetched_at))


def _told(entry: Kept) -> str:
    """Return what an answer 'no data' means: too early, or nothing there."""
    return NO_DATA if is_closed(entry.day, entry.fetched_at) else NOT_PROCESSED


def fetches_for(report: str, days: Collection[date], *, window: Window) -> tuple[Fetch, ...]:
    """Return the calls that bring days: the 28-day report where it spares enough of them, then single days."""
    first, last = window
    inside = tuple(sorted(day for day in set(days) if first <= day <= last))
    is_worth_it = report_of(report).has_latest and len(inside) >= WORTH_A_LATEST
    latest = inside if is_worth_it else ()
    single = tuple(Fetch((day,)) for day in sorted(set(days) - set(latest)))
    return (Fetch(latest, is_latest=True), *single) if latest else single


def estimated_bytes(fetches: Iterable[Fetch], kept: Mapping[date, Kept], *, window: Window) -> int | None:
    """Return about how many bytes the fetches download, by what is kept of days near by; None where nothing tells.

    A 28-day report is downloaded whole, whatever is wanted of it.
    """
    sizes = {day: entry.bytes for day, entry in kept.items() if entry.has_data}
    days = [day for fetch in fetches for day in (days_of(window) if fetch.is_latest else fetch.days)]
    found = [_size(day, sizes) for day in days]
    told = [size for size in found if size is not None]
    return round(sum(told) * len(days) / len(told)) if told else None


def _size(day: date, sizes: Mapping[date, int]) -> int | None:
    """Return the bytes of the nearest kept day, of workdays for a workday and of weekends for a weekend's."""
    if day in sizes:
        return sizes[day]
    near = [each for each in sizes if abs(each - day) <= _NEIGHBOURHOOD]
    alike = [each for each in near if (each.weekday() < _SATURDAY) == (day.weekday() < _SATURDAY)]
    nearest = min(alike or near, key=lambda each: (abs(each - day), each), default=None)
    return None if nearest is None else sizes[nearest]


def reasons(unavailable: Mapping[date, str]) -> tuple[str, ...]:
    """Write unavailable days by reason, each with its runs of days: '2026-11-20: not processed yet'."""
    by_reason: dict[str, list[date]] = {}
    for day, reason in sorted(unavailable.items()):
        by_reason.setdefault(reason, []).append(day)
    return tuple(f"{in_words(days)}: {reason}" for reason, days in by_reason.items())
