"""The values that pass between the modules of this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from stackduck.frozen import frozen
from stackduck.reports.calendar import Window
from stackduck.reports.coverage import Coverage, Fetch

if TYPE_CHECKING:
    from stackduck.engine.archive.days import Damaged, Entry
    from stackduck.errors import Error
    from stackduck.sql.plan import Scan


@frozen
class Source:
    """One report of one enterprise or organization."""

    report: str
    scope: str
    name: str

    @property
    def owner(self) -> tuple[str, str]:
        """Whose report it is; names differ by more than case."""
        return self.scope, self.name.lower()

    def __str__(self) -> str:
        return f"{self.report} report of {self.scope} {self.name}"


@frozen
class Links:
    """What GitHub answered when it was asked for a report."""

    urls: tuple[str, ...] = field(repr=False)
    asked_at: datetime
    """When, with a time zone: the files are no newer than that."""
    window: Window
    """The first and the last day of which the report is; the same day for a day's report."""

    def label(self, source: Source) -> str:
        """Return the name of the report in errors."""
        first, last = self.window
        return f"{source} of {first}" + (f" to {last}" if last != first else "")


@frozen
class Need:
    """What one scan reads of one source."""

    scan: Scan
    source: Source
    days: tuple[date, ...]
    is_default: bool
    """Whether the statement says nothing of days."""
    name: str
    """The source's name as the statement writes it here; the same elsewhere in it may differ by case."""


@frozen
class Choice:
    """Where the wanted days of one source come from."""

    source: Source
    coverage: Coverage
    kept: Mapping[date, Entry]
    """All that is kept of the source."""
    damaged: tuple[Damaged, ...] = ()
    """Files that are kept no more; their days are fetched again where they are wanted."""
    latest: Links | None = None
    """The links of the 28-day report, where they were asked for already."""
    window: Window | None = None
    """What the 28-day report covers, if that is known."""


@frozen
class Job:
    """One report to bring."""

    source: Source
    fetch: Fetch
    links: Links | None = None
    """None where they are still to be asked for."""


@frozen
class Brought:
    """What became of a job."""

    job: Job
    days: tuple[date, ...] = ()
    """The days that are here now, wanted or not."""
    missing: Mapping[date, str] = field(default_factory=dict)
    """Day → why it is not there."""
    unknown_fields: tuple[str, ...] = ()
    rows: int = 0
    """Of the days that are here now."""
    bytes: int = 0
    files: tuple[Path, ...] = ()
    """The files with the days, where no archive keeps them."""
    again: Sequence[Fetch] = ()
    """What to fetch in its place."""
    error: Error | None = None
    """Why it failed, where others go on."""
