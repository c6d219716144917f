"""What the 28-day reports said of the days that they cover, kept beside the days for as long as it is believed.

    <root>/<host>/_latest/<kind>/<slug>/<report>.json

Losing one of these files costs a call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from stackduck.engine.archive.days import Archive, safe
from stackduck.engine.archive.durable import appear, make_folder, writing
from stackduck.frozen import frozen

_FOLDER = "_latest"


@frozen
class Told:
    """The days of a 28-day report, and when GitHub told them."""

    first: date
    last: date
    at: datetime


def told(archive: Archive, scope: str, name: str) -> Mapping[str, Told]:
    """Return what is kept, by report; what cannot be read is left out."""
    found = {}
    for path in _home(archive, scope, name).glob("*.json"):
        try:
            said = json.loads(path.read_bytes())
            first, last = date.fromisoformat(said["first"]), date.fromisoformat(said["last"])
            at = datetime.fromisoformat(said["told_at"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if at.tzinfo is not None:
            found[path.stem] = Told(first, last, at)
    return found


def keep(archive: Archive, report: str, scope: str, name: str, *, told: Told) -> None:
    """Keep what was told; an older text goes. Raises OperationalError."""
    said = {"first": str(told.first), "last": str(told.last), "told_at": told.at.isoformat()}
    folder = _home(archive, scope, name)
    with writing(folder):
        make_folder(folder)
        appear(folder / f"{safe(report)}.json", json.dumps(said).encode())


def _home(archive: Archive, scope: str, name: str) -> Path:
    return archive.folder / _FOLDER / safe(scope) / safe(name)
