"""Which days a statement wants of each report, and where each of them comes from.

May ask for the links of a 28-day report, which says what it covers; fetches nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from stackduck.execute.reports.latest import Latest
from stackduck.execute.reports.model import Choice, Need, Source
from stackduck.execute.reports.windows import Windows
from stackduck.frozen import frozen
from stackduck.reports.calendar import default_window, utc_day, wanted_days
from stackduck.reports.coverage import Kept, cover
from stackduck.reports.kinds import report_of

if TYPE_CHECKING:
    from stackduck.engine.archive.days import Archive, Damaged, Entry
    from stackduck.execute.reports.links import Asking
    from stackduck.sql.plan import Scan

_SMALLEST = "entity"
"""The report that is asked what the latest days are, where the statement's own have no 28-day report."""
_AT_ONCE = 8


@frozen
class Wanted:
    """What the scans of one statement read, and where it comes from."""

    needs: tuple[Need, ...]
    choices: Mapping[Source, Choice]


@frozen
class Chooser:
    """Chooses for one statement."""

    archive: Archive | None
    windows: Windows
    now: datetime
    asking: Asking | None = None
    """None where nothing may be asked: then windows that nobody told are estimated."""
    fresh: bool = False

    def choose(self, scans: Sequence[Scan]) -> Wanted:
        """Return what the scans need and where it comes from. Raises what asking raises."""
        owners: dict[tuple[str, str], list[tuple[Scan, Source, frozenset[date] | None]]] = {}
        for scan in scans:
            for selection in scan.selections:
                source = Source(_report(scan), selection.scope, selection.name)
                owners.setdefault(source.owner, []).append((scan, source, selection.days))
        choosers = [_OfOwner(self, asked) for asked in owners.values()]
        with ThreadPoolExecutor(min(_AT_ONCE, len(owners)) or 1) as pool:
            processed = min(filter(None, pool.map(_OfOwner.processed, choosers)), default=None)
            found = list(pool.map(lambda chooser: chooser.wanted(processed), choosers))
        needs = tuple(need for wanted in found for need in wanted.needs)
        return Wanted(needs, {source: choice for wanted in found for source, choice in wanted.choices.items()})


class _OfOwner:
    """The choices among the reports of one enterprise or organization."""

    def __init__(self, chooser: Chooser, asked: Sequence[tuple[Scan, Source, frozenset[date] | None]]) -> None:
        self._chooser, self._asked = chooser, asked
        self._owner = asked[0][1].owner
        self._today = utc_day(chooser.now)
        self._latest = Latest(
            self._owner[0],
            asked[0][1].name,
            windows=chooser.windows,
            asking=chooser.asking,
            now=chooser.now,
            fresh=chooser.fresh,
        )
        self._kept: dict[str, Mapping[date, Entry]] = {}
        self._damaged: dict[str, tuple[Damaged, ...]] = {}

    def processed(self) -> date | None:
        """Return the latest processed day where the statement wants the latest ones; None where it wants others.

        The report that told first decides for an hour, so that statements after each other have the same days.
        """
        reports = [source.report for _, source, days in self._asked if days is None]
        if reports and not self._latest.told:
            self._latest.ask(next((each for each in reports if report_of(each).has_latest), _SMALLEST))
        return next((last for _, last in self._latest.told.values()), None) if reports else None

    def wanted(self, processed: date | None) -> Wanted:
        """Return what the scans need; `processed` is the latest processed day for all of the statement."""
        default = default_window(today=self._today, processed=processed)
        needs = tuple(self._need(*each, default=default) for each in self._asked)
        days: dict[Source, set[date]] = {}
        for need in needs:
            days.setdefault(self._canonical(need.source), set()).update(need.days)
        choices = {source: self._choice(source, wanted) for source, wanted in days.items()}
        return Wanted(tuple(replace(n, source=self._canonical(n.source)) for n in needs), choices)

    def _canonical(self, source: Source) -> Source:
        """Return the first spelling of a report's owner: GitHub does not tell them apart."""
        return replace(source, name=self._asked[0][1].name)

    def _need(self, scan: Scan, source: Source, days: frozenset[date] | None, *, default: tuple[date, ...]) -> Need:
        if days is None:
            return Need(scan, source, default, is_default=True, name=source.name)
        kept = self._entries(source.report)
        wanted = wanted_days(days, source.report, source.scope, today=self._today, kept=kept)
        return Need(scan, source, wanted, is_default=False, name=source.name)

    def _entries(self, report: str) -> Mapping[date, Entry]:
        if report not in self._kept:
            archive = self._chooser.archive
            listing = archive.listing(report, *self._owner) if archive else None
            self._kept[report] = listing.entries if listing else {}
            self._damaged[report] = listing.damaged if listing else ()
        return self._kept[report]

    def _choice(self, source: Source, wanted: Iterable[date]) -> Choice:
        kept, report = self._entries(source.report), source.report
        coverage = cover(
            report,
            source.scope,
            tuple(wanted),
            as_kept(kept),
            now=self._chooser.now,
            window=self._latest.window(report),
            fresh=self._chooser.fresh,
        )
        coverage = self._latest.settled(report, coverage)
        links, window = self._latest.links(report), self._latest.told.get(report)
        return Choice(source, coverage, kept, self._damaged[report], latest=links, window=window)


def as_kept(entries: Mapping[date, Entry]) -> Mapping[date, Kept]:
    """Return what an archive lists as what coverage is decided by."""
    return {
        day: Kept(day, "data" if e.status == "data" else "no data", e.fetched_at, e.rows, e.bytes, e.files)
        for day, e in entries.items()
    }


def _report(scan: Scan) -> str:
    told = scan.method.extras["report"]
    assert isinstance(told, dict)
    return str(told["report"])
