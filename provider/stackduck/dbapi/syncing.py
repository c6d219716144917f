"""Connection.sync: what it is given becomes an order, and what went wrong an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from stackduck.errors import InterfaceError, ProgrammingError
from stackduck.execute.reports.backfill import Backfill
from stackduck.execute.reports.pacing import Gate
from stackduck.execute.reports.syncs import SyncOrder, SyncProgress, SyncSummary

if TYPE_CHECKING:
    from stackduck.execute.reports.service import ReportService

Names = str | Sequence[str]


def order(
    *,
    enterprise: Names,
    org: Names,
    since: date | str | None,
    until: date | str | None,
    reports: Names,
    refetch: bool,
    fresh: bool,
) -> SyncOrder:
    """Return what to do. Raises InterfaceError for nobody's reports, ProgrammingError for a text that is no day."""
    owners = [*(("enterprise", name) for name in _listed(enterprise)), *(("org", name) for name in _listed(org))]
    if not owners:
        raise InterfaceError("sync needs to know whose reports to fetch; give enterprise='<slug>' or org='<name>'")
    return SyncOrder(owners, _day(since), _day(until), _listed(reports), refetch=refetch, fresh=fresh)


def run(
    service: ReportService,
    wanted: SyncOrder,
    *,
    pace: int | None,
    on_progress: Callable[[SyncProgress], None] | None,
    raise_errors: bool,
) -> SyncSummary:
    """Do it. Raises what keeps everything from coming, and where that is wanted the rest at the end."""
    tell = on_progress or _ignore
    summary = Backfill(service, wanted, gate=Gate(most=pace), on_progress=tell).run()
    if raise_errors and summary.errors:
        raise summary.errors[0]
    return summary


def _ignore(progress: SyncProgress) -> None:
    """Take what nobody asked for."""


def _listed(names: Names) -> Sequence[str]:
    found = [names] if isinstance(names, str) else list(names) if isinstance(names, Iterable) else [names]
    if not all(isinstance(name, str) and name for name in found):
        raise InterfaceError("enterprises, organizations and reports are named by texts that are not empty")
    return found


def _day(value: date | str | None) -> date | None:
    if isinstance(value, datetime) or not isinstance(value, (date, str, type(None))):
        raise InterfaceError(f"a day is a date or a text like '2026-02-01', not {type(value).__name__}")
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as exc:
        raise ProgrammingError(f"'{value}' is not a day like 2026-02-01") from exc
