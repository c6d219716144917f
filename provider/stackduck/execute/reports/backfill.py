"""Fills an archive with all that GitHub has of reports and the archive lacks, for as long as that takes.

What came stays, whatever happens then: the next run goes on where one was stopped, killed or failed, and several at
once share the work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from stackduck.errors import InterfaceError
from stackduck.execute import clock
from stackduck.execute.reports import gaps
from stackduck.execute.reports.filling import REFUSED, Filling
from stackduck.execute.reports.model import Source
from stackduck.execute.reports.ordering import Ordered, Ordering
from stackduck.execute.reports.pacing import Gate, PatientAsking
from stackduck.execute.reports.syncs import SyncOrder, SyncProgress, SyncSummary, Tally
from stackduck.frozen import frozen
from stackduck.reports.backfill import Progress, seconds_left
from stackduck.reports.calendar import possible_days, utc_day
from stackduck.reports.coverage import NO_DATA, NOT_PROCESSED

if TYPE_CHECKING:
    from stackduck.engine.archive.days import Damaged
    from stackduck.execute.reports.model import Choice
    from stackduck.execute.reports.service import ReportService


class Backfill:
    """One run."""

    def __init__(
        self,
        service: ReportService,
        order: SyncOrder,
        *,
        gate: Gate,
        on_progress: Callable[[SyncProgress], None] = lambda progress: None,
    ) -> None:
        """Prepare it. `on_progress` is called from several threads, one call at a time.

        Raises InterfaceError where there is no archive.
        """
        if service.archive is None:
            raise InterfaceError("there is no archive to fill; connect without archive=False")
        self._service, self._archive = service, service.archive
        self._order = replace(order, fresh=order.fresh or service.options.fresh)
        self._gate, self._on_progress = gate, on_progress
        self._gate.on_hold = self._tell
        self._now, self._started = service.now(), monotonic()
        self._client = service.client()
        self._calls, self._bytes = len(self._client.calls), service.downloaded
        self._tally = Tally()
        self._warnings: dict[str, None] = {}
        self._damaged: list[tuple[Source, Damaged]] = []
        self._lock = Lock()

    def run(self) -> SyncSummary:
        """Bring what is missing.

        What keeps single days or reports from coming is told in the summary; raises what keeps everything from it.
        """
        self._archive.tidy(now=self._now)
        self._set_damaged_aside()
        asking = PatientAsking(self._service.client, now=self._service.now, warn=self._warn, gate=self._gate)
        filling = Filling(self._service.tools(), asking, self._archive, gate=self._gate, started_at=self._now)
        with self._service.watched(filling):
            ordering = Ordering(self._order, self._archive, self._service.windows, asking, self._now)
            ordered = ordering.ordered(concurrency=filling.tools.concurrency)
            self._tally = Tally(ordered.jobs)
            self._tell()
            for brought in filling.fetch(ordered.jobs):
                self._tally.take(brought)
                self._tell()
        return self._summary(ordered)

    def _set_damaged_aside(self) -> None:
        """Read the files of the owners whole, so that what is damaged comes again."""
        owners = {(scope, name.lower()) for scope, name in self._order.owners}
        for holding in self._archive.holdings():
            if (holding.scope, holding.name.lower()) in owners:
                source = Source(holding.report, holding.scope, holding.name)
                for damaged in list(self._archive.verify(holding)):
                    aside = replace(damaged, path=self._archive.set_aside(damaged.path))
                    self._damaged.append((source, aside))

    def _warn(self, text: str) -> None:
        self._warnings[text] = None

    def _tell(self) -> None:
        with self._lock:
            self._on_progress(self._progress())

    def _progress(self) -> SyncProgress:
        limit, tally = self._client.rate_limit, self._tally
        spent = max(0.0, monotonic() - self._started - self._gate.held_seconds)
        progress = Progress(tally.days_done, tally.days_left, tally.calls_left, spent)
        left = seconds_left(progress)
        if limit:
            resets_in = max(0.0, (limit.resets_at - clock.now()).total_seconds())
            left = seconds_left(progress, remaining=limit.remaining, resets_in=resets_in, limit=limit.limit)
        return SyncProgress(
            days_done=tally.days_done,
            days_left=tally.days_left,
            bytes=self._service.downloaded - self._bytes,
            seconds_left=left,
            rate_limit=limit,
            waits_until=self._gate.held_until,
        )

    def _summary(self, ordered: Ordered) -> SyncSummary:
        found = {source: self._day_sets(choice) for source, choice in ordered.choices.items()}
        missing = {source: days.missing for source, days in found.items() if days.missing}
        damage = gaps.set_aside(self._damaged, ordered.choices.values())
        refusal = gaps.refusal(missing) if self._service.options.fail_on_gaps else None
        # A report that was refused is told of by the error, where that is about it.
        told = {
            source: {day: why for day, why in days.items() if why != REFUSED or source not in self._tally.blamed}
            for source, days in missing.items()
        }
        notices = gaps.notices((), {} if refusal else told, {}, self._tally.brought)
        if not any(self._wanted(choice) for choice in ordered.choices.values()):
            notices.append("no report can have any of the days that were asked for; check --since and --until")
        for source, choice in ordered.choices.items():
            notices += gaps.stale(choice, self._tally.brought.get(source, ()))
        return SyncSummary(
            days=self._tally.days,
            kept=sum(days.kept for days in found.values()),
            rows=self._tally.rows,
            calls=len(self._client.calls) - self._calls,
            bytes=self._service.downloaded - self._bytes,
            seconds=monotonic() - self._started,
            missing=missing,
            beyond={source: days.beyond for source, days in found.items() if days.beyond},
            warnings=(*self._warnings, *damage, *notices),
            errors=(*self._tally.errors, *([refusal] if refusal else [])),
        )

    @staticmethod
    def _wanted(choice: Choice) -> set[date]:
        return {*choice.coverage.kept, *choice.coverage.missing, *choice.coverage.unavailable}

    def _day_sets(self, choice: Choice) -> _DaySets:
        """Tell the days of a report apart."""
        source, order = choice.source, self._order
        wanted = self._wanted(choice)
        absent = gaps.missing_days(choice, self._tally.brought.get(source, ()))
        here = wanted - absent.keys()
        first, last = possible_days(source.report, source.scope, today=utc_day(self._now))
        if any(first <= day <= last for day in wanted):
            # The others cannot be had, and this is not what was asked for.
            absent = {day: why for day, why in absent.items() if first <= day <= last}
        begin = min(here, default=first) if order.since is None else first
        beyond = {
            day: why
            for day, why in absent.items()
            if (why == NO_DATA and day < begin) or (why == NOT_PROCESSED and order.until is None)
        }
        missing = {day: why for day, why in absent.items() if day not in beyond}
        return _DaySets(len(here - self._tally.came(source)), missing, beyond)


@frozen
class _DaySets:
    """What became of the days of one report."""

    kept: int
    missing: Mapping[date, str]
    beyond: Mapping[date, str]
