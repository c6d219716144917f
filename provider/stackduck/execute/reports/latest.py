"""The 28-day reports of one enterprise or organization: the days that they cover, told lately or now, and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from stackduck.execute.reports.model import Links, Source
from stackduck.reports.calendar import NO_WINDOW, Window
from stackduck.reports.coverage import Coverage, fetches_for

if TYPE_CHECKING:
    from stackduck.execute.reports.links import Asking
    from stackduck.execute.reports.windows import Windows


class Latest:
    """What is known of them; each is asked for once at most."""

    def __init__(
        self, scope: str, name: str, *, windows: Windows, asking: Asking | None, now: datetime, fresh: bool = False
    ) -> None:
        """Take what was told lately, unless it is to be fresh. Without `asking` nothing more becomes known."""
        self._scope, self._name, self._windows, self._asking = scope, name, windows, asking
        self._told = {} if fresh else dict(windows.told((scope, name.lower()), now=now))
        self._links: dict[str, Links | None] = {}

    @property
    def told(self) -> Mapping[str, Window]:
        """What is known of their days, by report."""
        return self._told

    def links(self, report: str) -> Links | None:
        """Return the links of a 28-day report, if it was asked for and is there."""
        return self._links.get(report)

    def ask(self, report: str) -> Links | None:
        """Ask for the links of a 28-day report; None where there is none, or nothing may be asked."""
        if self._asking is None:
            return None
        if report not in self._links:
            source = Source(report, self._scope, self._name)
            links = self._links[report] = self._asking.latest(source)
            if links is not None:
                self._told[report] = links.window
                self._windows.remember(source, links)
        return self._links[report]

    def window(self, report: str) -> Window | None:
        """Return the days that a 28-day report covers; None where nobody told."""
        is_none = report in self._links and self._links[report] is None
        return NO_WINDOW if is_none else self._told.get(report)

    def settled(self, report: str, coverage: Coverage) -> Coverage:
        """Return a coverage with fetches by what the 28-day report really covers, where it has a part in it."""
        if self._asking is None or not any(fetch.is_latest for fetch in coverage.fetches):
            return coverage
        self.ask(report)
        fetches = fetches_for(report, coverage.missing, window=self.window(report) or NO_WINDOW)
        return replace(coverage, fetches=fetches)
