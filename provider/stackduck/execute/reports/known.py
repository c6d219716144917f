"""The rows of report_days: what is known here of each report for each day. Asks GitHub nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from stackduck.engine.session import quoted
from stackduck.execute.reports.shapes import parameter_columns
from stackduck.reports.calendar import days_of, possible_days, utc_day, wanted_days, why_not
from stackduck.reports.coverage import NOT_PROCESSED
from stackduck.reports.kinds import REPORTS

if TYPE_CHECKING:
    from stackduck.engine.archive.days import Archive, Entry
    from stackduck.engine.session import Session
    from stackduck.sql.plan import Scan, Selection

Row = tuple[object, ...]
_FIELDS = ("day", "report", "status", "rows", "bytes", "files", "fetched_at", "unknown_fields", "doubles")
_NOTHING: Row = (None,) * 6


def fill(session: Session, scan: Scan, *, archive: Archive | None, now: datetime) -> None:
    """Insert the rows of a scan into its relation."""
    for selection in scan.selections:
        rows = list(_rows(selection, archive, now))
        if not rows:
            continue
        types = dict(scan.types)
        lists: dict[str, object] = {f"c{at}": [row[at] for row in rows] for at in range(len(_FIELDS))}
        chosen = [f"unnest($c{at}::{types[name]}[]) AS {quoted(name)}" for at, name in enumerate(_FIELDS)]
        chosen += parameter_columns(scan, selection.name)
        session.rows(f"INSERT INTO {quoted(scan.relation)} BY NAME SELECT {', '.join(chosen)}", lists)


def _rows(selection: Selection, archive: Archive | None, now: datetime) -> Iterator[Row]:
    for report in REPORTS:
        entries = archive.listing(report, selection.scope, selection.name.lower()).entries if archive else {}
        for day in _days(report, selection, entries, today=utc_day(now)):
            yield _row(report, selection.scope, day, entries.get(day), today=utc_day(now))


def _days(report: str, selection: Selection, kept: object, *, today: date) -> Sequence[date]:
    """Return the days that a condition names, all that can exist where there is none."""
    assert isinstance(kept, dict)
    if selection.days is None:
        possible = days_of(possible_days(report, selection.scope, today=today))
        return sorted({*possible, *kept})
    return wanted_days(selection.days, report, selection.scope, today=today, kept=kept)


def _row(report: str, scope: str, day: date, entry: Entry | None, *, today: date) -> Row:
    if entry is None:
        why = why_not(report, scope, day, today=today)
        is_early = why in (NOT_PROCESSED, "in the future")
        return day, report, "unknown" if not why else "not yet" if is_early else "not available", *_NOTHING
    if entry.status != "data":
        return day, report, entry.status, None, None, None, entry.fetched_at, None, None
    facts = entry.rows, entry.bytes, entry.files, entry.fetched_at, list(entry.unknown_fields), entry.doubles
    return day, report, entry.status, *facts
