"""What the 28-day reports said lately of the days that they cover: believed for an hour, by all statements."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from threading import Lock

from stackduck.engine.archive import windows
from stackduck.engine.archive.days import Archive
from stackduck.engine.archive.windows import Told
from stackduck.errors import OperationalError
from stackduck.execute.reports.model import Links, Source
from stackduck.reports.calendar import Window, is_recent


class Windows:
    """What was told, kept in the archive where there is one."""

    def __init__(self, archive: Archive | None) -> None:
        self._archive = archive
        self._told: dict[tuple[str, str], dict[str, Told]] = {}
        self._lock = Lock()

    def told(self, owner: tuple[str, str], *, now: datetime) -> Mapping[str, Window]:
        """Return the windows that are still believed, by report, the one that was told first first."""
        found = {**(windows.told(self._archive, *owner) if self._archive else {}), **self._told.get(owner, {})}
        in_turn = sorted(found.items(), key=lambda each: each[1].at)
        return {report: (told.first, told.last) for report, told in in_turn if is_recent(told.at, now=now)}

    def remember(self, source: Source, links: Links) -> None:
        """Take what the links of a 28-day report say."""
        told = Told(*links.window, links.asked_at)
        with self._lock:
            self._told.setdefault(source.owner, {})[source.report] = told
        if self._archive:
            # Losing it costs a call; an archive that can only be read still serves what it has.
            with suppress(OperationalError):
                windows.keep(self._archive, source.report, *source.owner, told=told)
