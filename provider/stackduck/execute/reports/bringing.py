"""Reports come into an archive: every day whole, or not at all."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from typing import TYPE_CHECKING

from stackduck.engine.archive.durable import writing
from stackduck.engine.ingest.ingest import Ingest, Ingested
from stackduck.execute.reports.fetching import Fetching, Tools, told
from stackduck.execute.reports.model import Brought, Job, Links, Source
from stackduck.execute.reports.shapes import WINDOWS, engagement_columns, report_shape
from stackduck.reports.calendar import days_of, is_closed, is_idle
from stackduck.reports.coverage import Fetch

if TYPE_CHECKING:
    from pathlib import Path

    from stackduck.engine.archive.days import Archive, Entry
    from stackduck.execute.reports.links import Asking

ENTITY = "entity"


class Bringing(Fetching):
    """Fetches reports into one archive."""

    def __init__(self, tools: Tools, asking: Asking, archive: Archive, *, at_once: int | None = None) -> None:
        super().__init__(tools, asking, at_once=at_once)
        self._archive = archive

    def take_nothing(self, job: Job, asked_at: datetime) -> None:
        """Remember for a while that there is no report."""
        for day in job.fetch.days:
            self._archive.store_nothing(job.source.report, *job.source.owner, day, fetched_at=asked_at)

    def take(self, job: Job, links: Links) -> Brought:
        """Download, parse and keep a report."""
        with self._archive.incoming() as folder, writing(self._archive.root):
            found = self._ingested(job, links, folder)
            self.check_stop()
            return self._kept(job, links, found)

    def _ingested(self, job: Job, links: Links, folder: Path) -> Ingested:
        source, catalog = job.source, self.tools.catalog
        has_window = job.fetch.is_latest and source.report == ENTITY
        out = folder / "days"
        out.mkdir()
        with closing(self.tools.bench.another()) as bench:
            ingest = Ingest(
                bench,
                report_shape(catalog, source.report, source.scope),
                folder=out,
                label=links.label(source),
                fetched_at=links.asked_at,
                expected_days=days_of(links.window),
                engagement=engagement_columns(catalog, source.scope) if has_window else (),
                may_be_empty=_may_be_empty(job, links),
                about={"scope": source.scope, "name": source.name},
            )
            with ingest:
                self.download(job, links, folder / "parts", ingest)
                return ingest.finish()

    def _kept(self, job: Job, links: Links, found: Ingested) -> Brought:
        """Move to their places the days that are wanted, and of the others those that are not kept for good."""
        source, archive, wanted = job.source, self._archive, set(job.fetch.days)
        kept = {} if found.days.keys() <= wanted else archive.listing(source.report, *source.owner).entries
        new = {
            day: file.path
            for day, file in found.days.items()
            if (day in wanted or not _is_final(kept.get(day))) and (file.rows or not self._has_rows(source, day))
        }
        if found.engagement:
            # First: whoever is killed in between asks for the report again, since its days are missing.
            archive.store(WINDOWS, *source.owner, {links.window[1]: found.engagement})
        archive.store(source.report, *source.owner, new)
        rows = sum(found.days[day].rows for day in new)
        absent = [day for day in job.fetch.days if day not in new]
        if job.fetch.is_latest:
            # Nobody may have been active, or it may be late or left out: the day's own report tells.
            again = [Fetch((day,)) for day in absent]
            return Brought(job, tuple(sorted(new)), {}, found.unknown_fields, rows=rows, bytes=found.bytes, again=again)
        for day in absent:
            archive.store_nothing(source.report, *source.owner, day, fetched_at=links.asked_at)
        missing = {day: told(day, links.asked_at) for day in absent}
        return Brought(job, tuple(sorted(new)), missing, found.unknown_fields, rows=rows, bytes=found.bytes)

    def _has_rows(self, source: Source, day: date) -> bool:
        """Tell whether there are rows of a day: a report without any, like one that is not there, takes none away."""
        entry = self._archive.entry(source.report, *source.owner, day)
        return entry is not None and bool(entry.rows)


def _may_be_empty(job: Job, links: Links) -> tuple[date, ...]:
    """Return the days that are there even without a row: nobody was active.

    Of an enterprise or organization itself there is a row of every day. A 28-day report may lack a day that has rows.
    """
    if job.source.report == ENTITY:
        return ()
    days = days_of(links.window)
    return tuple(day for day in days if is_idle(day, links.asked_at)) if job.fetch.is_latest else days


def _is_final(entry: Entry | None) -> bool:
    return entry is not None and entry.status == "data" and is_closed(entry.day, entry.fetched_at)
