"""What EXPLAIN says of a plan: one row for each kind of call, none of which is sent.

The rows are in the order of the calls: what feeds another table stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from stackduck.engine import rows
from stackduck.engine.results import Result
from stackduck.engine.session import Session
from stackduck.execute.wording import in_words

if TYPE_CHECKING:
    from stackduck.catalog.model import Request
    from stackduck.execute.reports.service import ReportService
    from stackduck.sql.plan import Plan, Scan
    from stackduck.sql.scans import FedCalls

_HOLE = re.compile(r"\{([^{}]+)\}")

Row = tuple[str, str, str, str, int | None, int | None]

_COLUMNS = (
    *(("resource", "VARCHAR"), ("method", "VARCHAR"), ("call", "VARCHAR")),
    *(("parameters", "VARCHAR"), ("calls", "BIGINT"), ("bytes", "BIGINT")),
)
"""`calls` is NULL where data that must be asked for first tells how many; `bytes` are those that come from report
links, as far as the archive tells."""


def result(session: Session, plan: Plan, *, reports: Callable[[], ReportService]) -> Result:
    """Return one row for each path that the scans call, and for each other place from which their rows come."""
    found: list[tuple[Scan, Row]] = []
    for scans in plan.stages:
        written = [scan for scan in scans if scan.requests or not scan.fed]
        found += [(scan, (*row, None)) for scan in written if not scan.is_report for row in _rows(scan)]
        found += [(scan, _fed_row(scan, fed, session)) for scan in scans for fed in scan.fed]
        known = [_with_known_days(scan, session) if scan.fed else scan for scan in scans if scan.is_report]
        if of_reports := [scan for scan in known if scan.selections or not scan.fed]:
            from stackduck.execute.reports import explaining

            found += explaining.rows(of_reports, reports())
    return rows.result(session, _COLUMNS, [_told(row, plan.defaults.get(scan.relation, {})) for scan, row in found])


def _told(row: Row, defaults: Mapping[str, str]) -> Row:
    """Add to a row's parameters what is not the statement's own."""
    resource, method, call, parameters, *sizes = row
    told = "; ".join(text for text in (in_words(defaults), parameters) if text)
    return resource, method, call, told, sizes[0], sizes[1]


def _with_known_days(scan: Scan, session: Session) -> Scan:
    """Return a scan of a report with what data tells of it that need not be asked for first."""
    from stackduck.execute import feeding

    known = all(feed.is_local for fed in scan.fed for feed in fed.feeds)
    return feeding.filled_by_data(scan, session, most=0) if known else scan


def _fed_row(scan: Scan, fed: FedCalls, session: Session) -> Row:
    """Return the row of calls whose values come from data; the calls of a report that are known have their own rows."""
    from stackduck.execute import feeding

    origins = [f"{n} from {o}" for feed in fed.feeds for n, o in zip(feed.names, feed.origins, strict=True)]
    method = scan.method
    path = "" if scan.is_report else method.path
    single = {name: values[0] for name, values in fed.listed if len(values) == 1 and f"{{{name}}}" in path}
    others = [f"{name} = {_listed(scan, name, values)}" for name, values in fed.listed if name not in single]

    def filled(hole: re.Match[str]) -> str:
        return quote(single[hole[1]], safe="") if hole[1] in single else hole[0]

    call = "reports" if scan.is_report else f"{method.http_method} {method.server}{_HOLE.sub(filled, path)}"
    calls = None if scan.is_report else feeding.known_calls(fed, session)
    return scan.resource.full_name, method.name, call, "; ".join([*origins, *others]), calls, None


def _rows(scan: Scan) -> list[tuple[str, str, str, str, int]]:
    """Return one row a path: resource, method, call, parameters, how many calls."""
    paths: dict[str, list[Request]] = {}
    for request in scan.requests:
        paths.setdefault(f"{request.http_method} {request.server}{request.path}", []).append(request)
    name, method = scan.resource.full_name, scan.method.name
    if not paths:
        return [
            (name, method, f"none: no value of {', '.join(scan.method.required) or 'a condition'} can match", "", 0)
        ]
    return [(name, method, path, _parameters_text(found), len(found)) for path, found in paths.items()]


def _parameters_text(requests: Sequence[Request]) -> str:
    values: dict[str, dict[str, None]] = {}
    for request in requests:
        for key, value in request.values if request.graphql else request.query:
            values.setdefault(key, {})[value] = None
    return "; ".join(f"{key} = {_shortened(list(found))}" for key, found in values.items())


def _listed(scan: Scan, name: str, values: Sequence[str]) -> str:
    """Return the values that a statement gives beside those of data; of a report's days those that can be there."""
    if not scan.is_report or name != "day":
        return _shortened(list(values))
    from stackduck.execute.clock import now
    from stackduck.reports.calendar import in_words as days_in_words
    from stackduck.reports.calendar import utc_day

    return days_in_words([day for day in map(date.fromisoformat, values) if day <= utc_day(now())]) or "none"


def _shortened(values: list[str]) -> str:
    return ", ".join(values) if len(values) < 4 else f"{values[0]}, {values[1]}, … {values[-1]}"
