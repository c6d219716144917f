"""The fetches that fill an archive, their pace within GitHub's limits, and the time that they still take.

Decides only; who fetches counts the calls and waits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.reports.calendar import Window, days_of, possible_days, utc_day
from stackduck.reports.coverage import Coverage, Fetch, Kept, cover
from stackduck.reports.kinds import REPORTS, report_of

POINTS_A_MINUTE = 900
"""GitHub's secondary limit for one REST endpoint; a GET is one point.
https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"""
MINUTE = 61.0
"""The seconds over which calls are counted; one more than GitHub's, as calls may arrive closer than they were sent."""
HOUR = 3600.0


@frozen
class Step:
    """One fetch of one report."""

    report: str
    fetch: Fetch


@frozen
class Backfill:
    """What fills the archive of one scope."""

    steps: tuple[Step, ...]
    """The 28-day reports first, then single days, the newest first and all reports of a day together."""
    coverages: Mapping[str, Coverage]
    """By report."""

    @property
    def days(self) -> int:
        """How many days of a report the steps bring."""
        return sum(len(step.fetch.days) for step in self.steps)


def plan_backfill(
    scope: str,
    kept: Mapping[str, Mapping[date, Kept]],
    *,
    now: datetime,
    windows: Mapping[str, Window],
    reports: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
    fresh: bool = False,
    refetch: bool = False,
) -> Backfill:
    """Return the fetches of all days that GitHub has and the archive lacks.

    `kept` and `windows` are by report's name; a report without a window is estimated. No `reports` are all of them.
    A report whose history begins after `since` is asked for what it has, and its coverage lists the days before.
    """
    if since and until and since > until:
        raise ProgrammingError(f"--since {since} is later than --until {until}; swap them")
    names = [report_of(each).name for each in reports] or list(REPORTS)
    coverages = {
        name: cover(
            name,
            scope,
            _days(name, scope, since, until, today=utc_day(now)),
            kept.get(name, {}),
            now=now,
            window=windows.get(name),
            fresh=fresh,
            refetch=refetch,
        )
        for name in names
    }
    steps = [Step(name, fetch) for name, coverage in coverages.items() for fetch in coverage.fetches]
    return Backfill(tuple(sorted(steps, key=newest_first)), coverages)


def _days(report: str, scope: str, since: date | None, until: date | None, *, today: date) -> tuple[date, ...]:
    first, last = possible_days(report, scope, today=today)
    return days_of((since or first, until or last))


def newest_first(step: Step) -> tuple[bool, int]:
    """Return the key by which steps are sorted, those of several scopes too."""
    return not step.fetch.is_latest, -step.fetch.days[-1].toordinal()


def pace(sent: Collection[float], *, now: float, most: int = POINTS_A_MINUTE) -> float:
    """Return the seconds to wait before one more call of an endpoint.

    `sent` are the times, in seconds, at which calls of this endpoint were sent in the last minute or before; at most
    `most` of them fall into any minute.
    """
    recent = sorted(moment for moment in sent if moment > now - MINUTE)
    return max(0.0, recent[-most] + MINUTE - now) if len(recent) >= most else 0.0


@frozen
class Progress:
    """How far a backfill is."""

    days_done: int
    days_left: int
    calls_left: int
    seconds: float
    """Spent so far, without the waits for a limit that was used up."""


def seconds_left(
    progress: Progress, *, remaining: int | None = None, resets_in: float = 0.0, limit: int = 5000
) -> float | None:
    """Estimate the seconds until a backfill is done; None until its first day is.

    `remaining`, `resets_in` and `limit` are the hourly limit as GitHub told it last: where fewer calls remain than are
    left to make, the rest waits for the reset, and for as many more as it takes.
    """
    if not progress.days_left:
        return 0.0
    if not progress.days_done:
        return None
    work = progress.seconds / progress.days_done * progress.days_left
    return max([work, *_after_resets(progress.calls_left, work, remaining, resets_in=resets_in, limit=limit)])


def _after_resets(calls: int, work: float, remaining: int | None, *, resets_in: float, limit: int) -> list[float]:
    """Return when the calls would end that only each of the coming resets allows."""
    if remaining is None:
        return []
    waiting = range(calls - remaining, 0, -max(1, limit))
    return [resets_in + reset * HOUR + work * late / calls for reset, late in enumerate(waiting)]
