"""A process that stores days until all are there, to be killed, or to run beside another: ROOT TEMPLATE DAYS TURN."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from stackduck.engine.archive import footers
from stackduck.engine.archive.days import Archive

FIRST = date(2026, 1, 1)
HOST = "https://api.github.com"


def run(root: Path, template: Path, *, days: int, turn: int) -> None:
    """Store what is not there; in a later turn everything again, fetched later."""
    fetched_at = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=turn)
    archive = Archive(root, host=HOST)
    for n in range(days):
        day = FIRST + timedelta(days=n)
        entry = archive.entry("users", "org", "octo", day)
        if entry and entry.fetched_at >= fetched_at:
            continue
        if n % 5 == 4:
            archive.store_nothing("users", "org", "octo", day, fetched_at=fetched_at)
            continue
        with archive.incoming() as folder:
            path = folder / "report.parquet"
            shutil.copyfile(template, path)
            said = {"format": 1, "fetched_at": fetched_at.isoformat(timespec="seconds"), "day": str(day)}
            footers.seal(path, said, rows=3)
            archive.store("users", "org", "octo", {day: path})


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), days=int(sys.argv[3]), turn=int(sys.argv[4]))
