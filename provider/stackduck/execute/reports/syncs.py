"""What a sync is asked to do, tells while it runs, and comes to. A day here is the day of one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from stackduck.execute.reports.model import Brought, Job, Source
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.api.model import RateLimit
    from stackduck.errors import Error

Reasons = Mapping[Source, Mapping[date, str]]
"""Day → why it is not there, by report."""


@frozen
class SyncOrder:
    """What to fill an archive with."""

    owners: Sequence[tuple[str, str]]
    """Kind and name of enterprises and organizations."""
    since: date | None = None
    until: date | None = None
    reports: Sequence[str] = ()
    """None of them are all."""
    refetch: bool = False
    """Whether to fetch again what is kept for good, too."""
    fresh: bool = False
    """Whether to fetch days that may still change again within the hour."""


@frozen
class SyncProgress:
    """How far a sync is."""

    days_done: int
    days_left: int
    bytes: int
    """Of the files of reports, so far."""
    seconds_left: float | None
    """None until that can be told."""
    rate_limit: RateLimit | None
    waits_until: datetime | None
    """When a rate limit resets that is used up, while that is waited for."""


@frozen
class SyncSummary:
    """What a sync came to."""

    days: int
    """Days that came."""
    kept: int
    """Days that were here already, or came by another process meanwhile."""
    rows: int
    """Of the days that came."""
    calls: int
    """Exchanges with the API, those that failed included."""
    bytes: int
    """Of the files of reports."""
    seconds: float
    missing: Reasons
    """Days that are not there."""
    beyond: Reasons
    """Days that are not there and that nobody misses: before GitHub's first one where no beginning was asked for, and
    those that are not processed yet where no end was."""
    warnings: tuple[str, ...]
    errors: tuple[Error, ...]
    """What kept single days or reports from coming, of alike ones the first; then MissingDaysError where gaps fail."""


class Tally:
    """Counts what is done and what is left."""

    def __init__(self, jobs: Sequence[Job] = ()) -> None:
        self.days_done = self.days = self.rows = 0
        self.days_left = sum(len(job.fetch.days) for job in jobs)
        self.calls_left = sum(job.links is None for job in jobs)
        self.brought: dict[Source, list[Brought]] = {}
        self.blamed: set[Source] = set()
        """The reports that the errors name."""
        self._errors: dict[tuple[object, ...], Error] = {}

    @property
    def errors(self) -> tuple[Error, ...]:
        """What went wrong; of alike errors about one enterprise or organization the first."""
        return tuple(self._errors.values())

    def came(self, source: Source) -> set[date]:
        """Return the days of a report that came."""
        return {day for brought in self.brought.get(source, ()) for day in brought.days}

    def take(self, brought: Brought) -> None:
        """Count a job."""
        job = brought.job
        settled = len(job.fetch.days) - sum(len(fetch.days) for fetch in brought.again)
        self.days_done += settled
        self.days_left -= settled
        self.calls_left += len(brought.again) - (job.links is None)
        self.days += len(brought.days)
        self.rows += brought.rows
        self.brought.setdefault(job.source, []).append(brought)
        if (error := brought.error) is not None:
            alike = (job.source.owner, type(error), getattr(error, "status", None))
            if self._errors.setdefault(alike, error) is error:
                self.blamed.add(job.source)
