"""Everything that a plan reads becomes relations: the pages of its calls, and the contents of its reports, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from stackduck.engine.session import Session
from stackduck.errors import OperationalError
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.catalog.model import Request
    from stackduck.execute.origins import Origins
    from stackduck.execute.reports.service import Fetched, ReportService
    from stackduck.sql.plan import Plan, Scan

Warn = Callable[[str], None]


@dataclass(slots=True)
class Loaded:
    """What a statement leaves behind once it has run."""

    relations: list[str] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    checks: list[Callable[[], list[str]]] = field(default_factory=list)
    """Each sets damaged files aside among those that the statement reads, and tells which it cannot have read."""

    def find_unreadable(self) -> list[str]:
        """Set aside every damaged file that the statement reads; tells why it failed, if it was for its files."""
        return [text for check in self.checks for text in check()]


def load(plan: Plan, origins: Origins, *, session: Session, warn: Warn, left: Loaded) -> None:
    """Ask for everything that the plan's scans need, and load it.

    `left` is told what goes when the statement is done. Raises what the client, the reports and the loaders raise.
    """
    if plan.is_fed:
        from stackduck.execute import feeding

        stages = feeding.Stages(plan, session, origins, warn=warn)
        for ready in stages:
            stages.note(load_at_once(ready, origins, session=session, warn=warn, left=left))
    else:
        load_at_once(Ready(plan.scans, origins.max_calls), origins, session=session, warn=warn, left=left)


@frozen
class Ready:
    """Scans whose calls are all known."""

    scans: tuple[Scan, ...]
    max_calls: int
    optional: frozenset[Request] = frozenset()
    """The requests for values that data gave: where there is nothing for one of them, that is no error."""


def load_at_once(
    ready: Ready, origins: Origins, *, session: Session, warn: Warn, left: Loaded
) -> Mapping[Request, OperationalError]:
    """Ask for everything that scans need, and load it; returns the optional requests that found nothing."""
    if any(scan.is_report for scan in ready.scans):
        return _Reports(ready, origins, session, warn, left).load()
    from stackduck.execute import calls

    return calls.load(
        ready.scans,
        session=session,
        client=origins.client,
        max_calls=ready.max_calls,
        warn=warn,
        optional=ready.optional,
    )


@frozen
class _Reports:
    """Scans with reports among them."""

    ready: Ready
    origins: Origins
    session: Session
    warn: Warn
    left: Loaded

    def load(self) -> Mapping[Request, OperationalError]:
        from stackduck.execute.reports import known, seats

        persons, days = self._of("seats"), self._of("users", "entity", "user_teams", "repos")
        service = self.origins.reports()
        grants = seats.grants(persons, catalog=self.origins.catalog, session=self.session)
        parts = [part for each in grants for part in each.parts]
        self.left.relations += [part.relation for part in parts]
        asked = [scan for scan in self.ready.scans if not scan.is_report] + parts
        fetched, absent = self._at_once(service, days, asked)
        for each in grants:
            seats.relate(each, self.session)
        if fetched:
            self.left.afterwards.append(fetched.lent.close)
            self.left.checks.append(partial(service.find_unreadable, fetched))
            service.relate(fetched, self.session)
        for scan in self._of("report_days"):
            known.fill(self.session, scan, archive=service.archive, now=service.now())
        return absent

    def _of(self, *reports: str) -> list[Scan]:
        from stackduck.execute.reports.shapes import about

        return [scan for scan in self.ready.scans if scan.is_report and about(scan.method).report in reports]

    def _at_once(
        self, service: ReportService, days: Sequence[Scan], asked: Sequence[Scan]
    ) -> tuple[Fetched | None, Mapping[Request, OperationalError]]:
        """Fetch reports while pages are loaded; what fails first stops the other."""
        spare = self.ready.max_calls - len({request for scan in asked for request in scan.requests})
        if not days:
            return None, self._call(asked)
        with ThreadPoolExecutor(1, thread_name_prefix="fetch") as pool:
            stop = Event()
            fetching = pool.submit(service.fetch, days, warn=self.warn, max_calls=spare, stop=stop)
            fetching.add_done_callback(self._stop_calls)
            try:
                absent = self._call(asked)
                return fetching.result(), absent
            except BaseException as exc:
                is_for_reports = isinstance(exc, Exception) and fetching.done()
                stop.set()
                service.interrupt()
                self._interrupt_calls()
                if is_for_reports:
                    # The calls have only been stopped for them.
                    fetching.result()
                _drop(fetching)
                raise

    def _stop_calls(self, fetching: Future[Fetched]) -> None:
        if fetching.exception():
            self._interrupt_calls()

    def _interrupt_calls(self) -> None:
        # A statement that has been stopped is given no client any more; its calls have been stopped with it.
        with suppress(OperationalError):
            self.origins.client().interrupt()

    def _call(self, asked: Sequence[Scan]) -> Mapping[Request, OperationalError]:
        from stackduck.execute import calls
        from stackduck.execute.reports import seats

        with seats.suggesting():
            return calls.load(
                asked,
                session=self.session,
                client=self.origins.client,
                max_calls=self.ready.max_calls,
                warn=self.warn,
                optional=self.ready.optional,
            )


def _drop(fetching: Future[Fetched]) -> None:
    """Wait for the end of what nobody wants any more, and give back what it took."""
    if fetching.exception() is None:
        fetching.result().lent.close()
