"""Reports come into an archive as far as they can be had: what fails keeps nothing else from coming."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING

from stackduck.errors import AuthenticationError, DataError, NotFoundError, OperationalError, PermissionDeniedError
from stackduck.execute.reports.bringing import Bringing
from stackduck.execute.reports.fetching import Tools, told
from stackduck.execute.reports.model import Brought, Job, Source

if TYPE_CHECKING:
    from stackduck.engine.archive.days import Archive
    from stackduck.execute.reports.pacing import Gate, PatientAsking

FAILED = "it could not be fetched"
_IN_A_ROW = 5
"""So many failures without anything between them are not about single days."""


class Filling(Bringing):
    """Brings reports into an archive, perhaps beside another process that brings the same."""

    def __init__(
        self, tools: Tools, asking: PatientAsking, archive: Archive, *, gate: Gate, started_at: datetime
    ) -> None:
        super().__init__(tools, asking, archive)
        self._kept_in, self._gate = archive, gate
        self._started_at = started_at.replace(microsecond=0)
        self._refused: set[Source] = set()
        self._failures = 0
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
            return _failed(job)
        try:
            brought = super().bring(job)
        except (DataError, OperationalError) as exc:
            self.check_stop()
            self._count(job, exc)
            return _failed(job, exc)
        self._failures = 0
        return brought

    def _brought_by_another(self, job: Job) -> Brought | None:
        entries = [self._kept_in.entry(job.source.report, *job.source.owner, day) for day in job.fetch.days]
        found = [entry for entry in entries if entry is not None and entry.fetched_at > self._started_at]
        if len(found) < len(entries):
            return None
        days = tuple(entry.day for entry in found if entry.status == "data")
        missing = {entry.day: told(entry.day, entry.fetched_at) for entry in found if entry.day not in days}
        return Brought(job, days, missing)

    def _count(self, job: Job, error: DataError | OperationalError) -> None:
        """Note a failure, and raise it where it is not about a job alone."""
        if isinstance(error, AuthenticationError):
            raise error
        if isinstance(error, (PermissionDeniedError, NotFoundError)) and "part" not in error.values:
            self._refused.add(job.source)
            return
        self._failures += 1
        if self._failures >= _IN_A_ROW:
            raise error


def _failed(job: Job, error: DataError | OperationalError | None = None) -> Brought:
    return Brought(job, missing=dict.fromkeys(job.fetch.days, FAILED), error=error)
