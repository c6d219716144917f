"""What connect() says of recordings, checked, and the moment at which a session then stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from stackduck.errors import InterfaceError

if TYPE_CHECKING:
    from stackduck.api.recording.folder import Recording
    from stackduck.dbapi.github import Settings


def opened(settings: Settings) -> Recording | None:
    """Open the recording, if there is one. Raises InterfaceError for what does not go together."""
    if settings.today is not None and not settings.sandbox:
        raise InterfaceError("today is the day of a sandbox; give sandbox=True with it")
    if settings.record is None and settings.replay is None:
        return None
    _check(settings)
    from stackduck.api.recording import folder

    if settings.replay is not None:
        return folder.replay(settings.replay)
    assert settings.record is not None
    moment = noon(settings.today)
    return folder.record(settings.record, now=(lambda: moment) if moment else lambda: datetime.now(UTC))


def noon(day: date | None) -> datetime | None:
    """Return the moment at which a sandbox of this day begins."""
    return datetime.combine(day, time(12), UTC) if day else None


def _check(settings: Settings) -> None:
    word = "replay" if settings.replay is not None else "record"
    if settings.replay is not None and settings.record is not None:
        raise InterfaceError("record and replay are two runs; give one of them")
    if settings.replay is not None and (settings.sandbox or settings.api_url is not None):
        raise InterfaceError("replay answers from the recording alone; leave sandbox and api_url out")
    if settings.allow_writes:
        raise InterfaceError(f"{word} is for reading; leave allow_writes out")
    if settings.fresh:
        raise InterfaceError(f"{word} keeps the answers of one moment; leave fresh out")
    if settings.archive not in (None, False):
        raise InterfaceError(f"{word} has days of its own, so that it is whole; leave the archive out")
