"""What EXPLAIN says of reports: which days come from where, by how many calls, about how many bytes. Asks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from stackduck.execute.reports import seats
from stackduck.execute.reports.choosing import as_kept
from stackduck.execute.reports.model import Choice, Need, Source
from stackduck.execute.reports.shapes import about
from stackduck.reports.calendar import estimated_window, in_words, utc_day
from stackduck.reports.coverage import Fetch, estimated_bytes, reasons
from stackduck.reports.kinds import REPORTS, day_request, latest_request

if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog
    from stackduck.execute.reports.service import ReportService
    from stackduck.sql.plan import Scan

Row = tuple[str, str, str, str, int, int | None]
"""Resource, method, call, what of it, how many calls, how many bytes if that can be told."""


def rows(scans: Sequence[Scan], service: ReportService) -> Iterator[tuple[Scan, Row]]:
    """Yield the rows of the scans of reports, each with its scan."""
    by_day = [scan for scan in scans if about(scan.method).report in REPORTS and not about(scan.method).is_window]
    chooser = service.chooser()
    wanted = chooser.choose(by_day)
    shown: set[Source] = set()
    for scan in scans:
        own = [need for need in wanted.needs if need.scan is scan]
        if scan in by_day:
            yield from ((scan, row) for row in _nothing(scan) if not own)
            for need in own:
                choice = wanted.choices[need.source]
                is_first = need.source not in shown
                shown.add(need.source)
                found = _days(need, choice, is_first=is_first, today=utc_day(chooser.now))
                yield from ((scan, row) for row in found)
        else:
            yield from ((scan, row) for row in _other(scan, service.catalog))


def _nothing(scan: Scan) -> Iterator[Row]:
    names = " or ".join(scan.method.required)
    yield scan.resource.full_name, scan.method.name, f"none: no value of {names} can match", "", 0, 0


def _days(need: Need, choice: Choice, *, is_first: bool, today: date) -> Iterator[Row]:
    """Return a row for each place from which a need's days come; a call that others share is shown once."""
    name, method, mine = need.scan.resource.full_name, need.scan.method.name, set(need.days)
    kept = [day for day in choice.coverage.kept if day in mine]
    if kept:
        yield name, method, "archive", _listed(kept), 0, 0
    latest = [fetch for fetch in choice.coverage.fetches if fetch.is_latest]
    single = [fetch for fetch in choice.coverage.fetches if not fetch.is_latest]
    for fetches in (latest, single):
        days = [day for fetch in fetches for day in fetch.days if day in mine]
        if days:
            size = _estimated(choice, fetches, today=today) if is_first else 0
            yield name, method, _call(choice.source, fetches[0]), _listed(days), len(fetches) if is_first else 0, size
    for text in reasons({day: why for day, why in choice.coverage.unavailable.items() if day in mine}):
        yield name, method, "none", f"day = {text}", 0, 0


def _estimated(choice: Choice, fetches: Sequence[Fetch], *, today: date) -> int | None:
    window = choice.window or estimated_window(today=today)
    return estimated_bytes(fetches, as_kept(choice.kept), window=window)


def _call(source: Source, fetch: Fetch) -> str:
    request = (
        latest_request(source.report, source.scope, source.name)
        if fetch.is_latest
        else day_request(source.report, source.scope, source.name, day=fetch.days[0])
    )
    return f"{request.http_method} {request.path}"


def _listed(days: Sequence[date]) -> str:
    return f"day = {in_words(days)}"


def _other(scan: Scan, catalog: Catalog) -> Iterator[Row]:
    """Return the rows of what is not by day: seats, windows, and what is known of days."""
    told = about(scan.method)
    name, method = scan.resource.full_name, scan.method.name
    for selection in scan.selections:
        if told.report == seats.REPORT:
            request = seats.request(selection, catalog)
            yield name, method, f"{request.http_method} {request.path}", "", 1, None
        elif told.is_window:
            yield name, method, _call(Source("entity", selection.scope, selection.name), Fetch((), True)), "", 1, None
        else:
            yield name, method, "archive", "", 0, 0
