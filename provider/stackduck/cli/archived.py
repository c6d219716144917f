"""What `stackduck archive` shows and removes, over the archives of all API hosts in one folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from stackduck.engine.archive.days import Archive, Damaged, Holding, archives, remove, root_folder
from stackduck.errors import ProgrammingError
from stackduck.reports.calendar import days_of, in_words
from stackduck.reports.kinds import REPORTS

_TYPES = {
    "host": "VARCHAR",
    "scope": "VARCHAR",
    "name": "VARCHAR",
    "report": "VARCHAR",
    "first_day": "DATE",
    "last_day": "DATE",
    "days": "BIGINT",
    "rows": "BIGINT",
    "bytes": "BIGINT",
    "gaps": "VARCHAR",
}
SQL = (
    "SELECT "
    + ", ".join(f"unnest(${name}::{kind}[]) AS {name}" for name, kind in _TYPES.items())
    + " ORDER BY host, scope, name, report"
)
"""The query of a listing, which takes its columns as parameters."""


def root(given: str | None) -> Path:
    """Return the folder of the archive."""
    return root_folder(given)


def existing(given: str | None, *, is_named: bool) -> Path:
    """Return the archive's folder. Raises ProgrammingError where --archive names one that is not there."""
    folder = root(given)
    if is_named and not folder.is_dir():
        raise ProgrammingError(f"there is no folder {folder}; check --archive, or STACKDUCK_ARCHIVE")
    return folder


def columns(folder: Path) -> Mapping[str, list[object]]:
    """Return what is kept, a list for each column."""
    rows = [row for archive in archives(folder) for holding in archive.holdings() if (row := _row(archive, holding))]
    return {name: [row[at] for row in rows] for at, name in enumerate(_TYPES)}


def _row(archive: Archive, holding: Holding) -> tuple[object, ...] | None:
    listing = archive.listing(holding.report, holding.scope, holding.name)
    kept = {day: entry for day, entry in listing.entries.items() if entry.status == "data"}
    if not kept:
        return None
    first, last = min(kept), max(kept)
    gaps = [day for day in days_of((first, last)) if day not in kept] if holding.report in REPORTS else []
    sums = (sum(entry.rows for entry in kept.values()), sum(entry.size for entry in kept.values()))
    place = (archive.host, holding.scope, holding.name, holding.report)
    return (*place, first, last, len(kept), *sums, in_words(gaps) or None)


def checked(folder: Path) -> Iterator[tuple[int, list[Damaged]]]:
    """Read every file, and return for each report how many there are and which of them are damaged."""
    for archive in archives(folder):
        for holding in archive.holdings():
            listing = archive.listing(holding.report, holding.scope, holding.name)
            whole = sum(entry.status == "data" for entry in listing.entries.values())
            yield whole + len(listing.damaged), list(archive.verify(holding))


def pruned(folder: Path, *, before: date | None, is_rehearsal: bool) -> Iterator[tuple[Path, int]]:
    """Remove what is of no use, unless that is to be seen alone; returns each path and its bytes."""
    seen: set[Path] = set()
    for archive in archives(folder):
        for path in archive.useless(now=datetime.now(UTC), before=before):
            amount = _size(path)
            if path not in seen and (is_rehearsal or remove(path)):
                yield path, amount
            seen.add(path)


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
