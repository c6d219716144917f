"""Reports come into an archive as far as they can be had: what fails keeps nothing else from coming."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Semaphore
from typing import TYPE_CHECKING

from stackduck.errors import AuthenticationError, DataError, NotFoundError, OperationalError, PermissionDeniedError
from stackduck.execute.reports.bringing import Bringing
from stackduck.execute.reports.fetching import Tools, told
from stackduck.execute.reports.model import Brought, Job, Source
from stackduck.reports.coverage import Fetch

if TYPE_CHECKING:
    from pathlib import Path

    from stackduck.engine.archive.days import Archive
    from stackduck.execute.reports.fetching import Taker
    from stackduck.execute.reports.model import Links
    from stackduck.execute.reports.pacing import Gate, PatientAsking

FAILED = "it could not be fetched"
REFUSED = "the report could not be fetched"
_OF_A_REPORT, _OF_ALL = 5, 8
"""So many failures in a row are not about single days, but about a report, or everything."""


class Filling(Bringing):
    """Brings reports into an archive, perhaps beside another process that brings the same."""

    def __init__(
        self, tools: Tools, asking: PatientAsking, archive: Archive, *, gate: Gate, started_at: datetime
    ) -> None:
        # While as many as may be are on their way, others are parsed, as many as keep the cores busy.
        parsed = min(tools.concurrency, 2 * (os.cpu_count() or 1))
        super().__init__(tools, asking, archive, at_once=tools.concurrency + parsed)
        self._on_their_way = Semaphore(tools.concurrency)
        self._kept_in, self._gate = archive, gate
        self._started_at = started_at.replace(microsecond=0)
        self._answered: set[Source] = set()
        self._refused: set[Source] = set()
        self._in_a_row: Counter[Source | None] = Counter()
        self._is_backwards = False

    def interrupt(self) -> None:
        """Stop what runs and what waits, from another thread."""
        super().interrupt()
        self._gate.close()

    def next_of(self, waiting: deque[Job]) -> Job:
        """Take jobs from the other end once another process turns out to be ahead at this one: they meet in between."""
        return waiting.pop() if self._is_backwards else waiting.popleft()

    def bring(self, job: Job) -> Brought:
        """Do a job, and say what came of it even where that is an error.

        Raises what concerns every job: AuthenticationError, and an error after several others in a row.
        """
        self.check_stop()
        if found := self._brought_by_another(job):
            self._is_backwards = not self._is_backwards
            return found
        if job.source in self._refused:
            return Brought(job, missing=dict.fromkeys(job.fetch.days, REFUSED))
        try:
            brought = super().bring(job)
        except (DataError, OperationalError) as exc:
            self.check_stop()
            return self._failed(job, exc)
        self._answered.add(job.source)
        self._in_a_row[job.source] = self._in_a_row[None] = 0
        return brought

    def links_of(self, job: Job) -> Links | None:
        """Ask for the links of a report, not too many at once."""
        with self._turn():
            return super().links_of(job)

    def download(self, job: Job, links: Links, folder: Path, taker: Taker) -> None:
        """Hand the parts of a report to who takes them, not too many at once."""
        with self._turn():
            super().download(job, links, folder, taker)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._on_their_way:
            self.check_stop()
            yield

    def _brought_by_another(self, job: Job) -> Brought | None:
        entries = [self._kept_in.entry(job.source.report, *job.source.owner, day) for day in job.fetch.days]
        now = self.asking.now()
        # A later time than now is a wrong clock's.
        found = [entry for entry in entries if entry is not None and self._started_at < entry.fetched_at <= now]
        if len(found) < len(entries):
            return None
        return Brought(job, missing={e.day: told(e.day, e.fetched_at) for e in found if e.status != "data"})

    def _failed(self, job: Job, error: DataError | OperationalError) -> Brought:
        """Return what a failure means for the job's days; raise it where it is not about them or their report alone."""
        if isinstance(error, AuthenticationError) or isinstance(error.__cause__, OSError):
            # No other job would fare better: nobody lets us in, or the disk takes no more.
            raise error
        if isinstance(error, DataError):
            return self._unreadable(job, error)
        is_refused = self._is_refusal(error) and job.source not in self._answered
        self._in_a_row[job.source] += 1
        self._in_a_row[None] += not is_refused
        if self._in_a_row[None] >= _OF_ALL:
            raise error
        # Not to be found may be a report that is not made yet, or all that there are.
        may_be_of_day = not is_refused or isinstance(error, NotFoundError)
        if may_be_of_day and (job.fetch.is_latest or self._in_a_row[job.source] < _OF_A_REPORT):
            return self._without(job, error)
        self._refused.add(job.source)
        return Brought(job, missing=dict.fromkeys(job.fetch.days, REFUSED), error=error)

    def _unreadable(self, job: Job, error: DataError) -> Brought:
        """Return what it means that a report's files cannot be read: it says nothing of those of other days."""
        if not job.fetch.is_latest:
            self._in_a_row[None] = 0
        return self._without(job, error)

    @staticmethod
    def _without(job: Job, error: DataError | OperationalError) -> Brought:
        """Go on without a day; ask for those of a 28-day report one by one."""
        if job.fetch.is_latest:
            return Brought(job, again=[Fetch((day,)) for day in job.fetch.days])
        return Brought(job, missing=dict.fromkeys(job.fetch.days, FAILED), error=error)

    @staticmethod
    def _is_refusal(error: DataError | OperationalError) -> bool:
        """Tell an answer that is the same for all days from one about a file."""
        return isinstance(error, (PermissionDeniedError, NotFoundError)) and "part" not in error.values
