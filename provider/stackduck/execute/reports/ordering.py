"""What a sync has to fetch: of each enterprise and organization the days that the archive lacks.

Asks for the links of the 28-day reports that have a part in it, which say what they cover; fetches nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from stackduck.errors import AuthenticationError, DataError, OperationalError
from stackduck.execute.reports.choosing import as_kept
from stackduck.execute.reports.latest import Latest
from stackduck.execute.reports.model import Choice, Job, Source
from stackduck.execute.reports.syncs import SyncOrder
from stackduck.frozen import frozen
from stackduck.reports.backfill import Backfill, Step, newest_first, plan_backfill
from stackduck.reports.calendar import NO_WINDOW, Window
from stackduck.reports.kinds import REPORTS, report_of

if TYPE_CHECKING:
    from stackduck.engine.archive.days import Archive
    from stackduck.execute.reports.links import Asking
    from stackduck.execute.reports.windows import Windows


@frozen
class Ordered:
    """What is to be done."""

    choices: Mapping[Source, Choice]
    jobs: Sequence[Job]
    """The newest days first."""


@frozen
class Ordering:
    """Finds out for one sync."""

    order: SyncOrder
    archive: Archive
    windows: Windows
    asking: Asking
    now: datetime

    def ordered(self, *, concurrency: int) -> Ordered:
        """Return what is to be done, for all owners together.

        Raises ProgrammingError for a report that does not exist and days in the wrong order, AuthenticationError.
        """
        owners = {(scope, name.lower()): (scope, name) for scope, name in self.order.owners}
        with ThreadPoolExecutor(min(concurrency, len(owners)) or 1) as pool:
            found = list(pool.map(lambda owner: _OfOwner(self, *owner).planned(), owners.values()))
        choices = {choice.source: choice for some, _ in found for choice in some}
        steps = sorted((each for _, some in found for each in some), key=lambda each: newest_first(each[0]))
        return Ordered(choices, [job for _, job in steps])


class _OfOwner:
    """The reports of one enterprise or organization."""

    def __init__(self, ordering: Ordering, scope: str, name: str) -> None:
        self._ordering, self._order, self._scope, self._name = ordering, ordering.order, scope, name
        names = [report_of(each).name for each in self._order.reports] or list(REPORTS)
        self._listings = {each: ordering.archive.listing(each, scope, name.lower()) for each in names}
        self._latest = Latest(
            scope,
            name,
            windows=ordering.windows,
            asking=ordering.asking,
            now=ordering.now,
            fresh=self._order.fresh or self._order.refetch,
        )

    def planned(self) -> tuple[list[Choice], list[tuple[Step, Job]]]:
        """Return where the days come from, and what that takes."""
        windows = dict(self._latest.told)
        asked = [step.report for step in self._plan(windows).steps if step.fetch.is_latest]
        plan = self._plan(windows | {report: self._window(report) for report in asked})
        choices = []
        for report, coverage in plan.coverages.items():
            listing = self._listings[report]
            choices.append(Choice(self._source(report), coverage, listing.entries, listing.damaged))
        return choices, [(step, self._job(step)) for step in plan.steps]

    def _source(self, report: str) -> Source:
        return Source(report, self._scope, self._name)

    def _job(self, step: Step) -> Job:
        links = self._latest.links(step.report) if step.fetch.is_latest else None
        return Job(self._source(step.report), step.fetch, links)

    def _plan(self, windows: Mapping[str, Window]) -> Backfill:
        order = self._order
        return plan_backfill(
            self._scope,
            {report: as_kept(listing.entries) for report, listing in self._listings.items()},
            now=self._ordering.now,
            windows=windows,
            reports=list(self._listings),
            since=order.since,
            until=order.until,
            fresh=order.fresh,
            refetch=order.refetch,
        )

    def _window(self, report: str) -> Window:
        """Return what a 28-day report covers; nothing where it is not to be had, since single days may be."""
        try:
            self._latest.ask(report)
        except AuthenticationError:
            raise
        except (DataError, OperationalError):
            return NO_WINDOW
        return self._latest.window(report) or NO_WINDOW
