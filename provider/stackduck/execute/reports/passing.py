"""Reports for one statement that keeps nothing: of every record only what the statement asks for."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from stackduck.engine.ingest.extract import Extract
from stackduck.engine.shapes import text
from stackduck.execute.reports.fetching import Fetching, Tools, told
from stackduck.execute.reports.model import Brought, Job, Links
from stackduck.reports.calendar import days_of, is_idle
from stackduck.reports.coverage import Fetch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackduck.engine.ingest.trees import ReportShape
    from stackduck.engine.ingest.workbench import Workbench
    from stackduck.execute.reports.links import Asking


class Passing(Fetching):
    """Fetches reports into a folder that the statement's owner removes."""

    def __init__(
        self, tools: Tools, asking: Asking, folder: Path, shapes: Mapping[tuple[str, str], tuple[ReportShape, bool]]
    ) -> None:
        """`shapes` are, by report and kind of scope, what is read of it, and whether that is less than all."""
        super().__init__(tools, asking)
        self._folder, self._shapes = folder, shapes
        self._numbers = count(1)

    def take_nothing(self, job: Job, asked_at: datetime) -> None:
        """Remember nothing."""

    def take(self, job: Job, links: Links) -> Brought:
        """Download a report and parse what is asked of it."""
        shape, is_narrow = self._shapes[job.source.report, job.source.scope]
        folder = self._folder / f"{next(self._numbers):05}"
        out = folder / "rows"
        out.mkdir(parents=True)
        with closing(self.tools.bench.another()) as bench:
            extract = Extract(
                bench,
                shape,
                folder=out,
                label=links.label(job.source),
                expected_days=days_of(links.window),
                is_narrow=is_narrow,
            )
            with extract:
                self.download(job, links, folder / "parts", extract)
                found = extract.finish()
            days = _days(bench, found.files)
        self.check_stop()
        if found.is_no_report and not days and not job.fetch.is_latest:
            return Brought(job, missing={day: told(day, links.asked_at) for day in job.fetch.days})
        absent = [] if not job.fetch.is_latest else [day for day in job.fetch.days if day not in days]
        # A day that the 28-day report lacks may have rows in its own.
        again = [Fetch((day,)) for day in absent if not is_idle(day, links.asked_at)]
        here = tuple(sorted({*days, *job.fetch.days} - {each.days[0] for each in again}))
        return Brought(job, here, {}, found.unknown_fields, bytes=found.bytes, files=found.files, again=again)


def _days(bench: Workbench, files: tuple[Path, ...]) -> tuple[date, ...]:
    if not files:
        return ()
    listed = ", ".join(text(str(path)) for path in files)
    rows = bench.rows(f"SELECT DISTINCT day FROM read_parquet([{listed}], hive_partitioning = false) ORDER BY day")
    return tuple(row[0] for row in rows)
