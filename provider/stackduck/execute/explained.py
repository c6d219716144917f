"""What EXPLAIN says of a plan: one row for each kind of call, none of which is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from stackduck.engine import rows
from stackduck.engine.results import Result
from stackduck.engine.session import Session

if TYPE_CHECKING:
    from stackduck.catalog.model import Request
    from stackduck.execute.reports.service import ReportService
    from stackduck.sql.plan import Scan

Row = tuple[str, str, str, str, int, int | None]

_COLUMNS = (
    *(("resource", "VARCHAR"), ("method", "VARCHAR"), ("call", "VARCHAR")),
    *(("parameters", "VARCHAR"), ("calls", "BIGINT"), ("bytes", "BIGINT")),
)
"""`bytes` are those that come from report links, as far as the archive tells."""


def result(session: Session, scans: Sequence[Scan], *, reports: Callable[[], ReportService]) -> Result:
    """Return one row for each path that the scans call, and for each other place from which their rows come."""
    found: list[Row] = [(*row, None) for scan in scans if not scan.is_report for row in _rows(scan)]
    if of_reports := [scan for scan in scans if scan.is_report]:
        from stackduck.execute.reports import explaining

        found += explaining.rows(of_reports, reports())
    return rows.result(session, _COLUMNS, found)


def _rows(scan: Scan) -> list[tuple[str, str, str, str, int]]:
    """Return one row a path: resource, method, call, parameters, how many calls."""
    paths: dict[str, list[Request]] = {}
    for request in scan.requests:
        paths.setdefault(f"{request.http_method} {request.path}", []).append(request)
    name, method = scan.resource.full_name, scan.method.name
    if not paths:
        return [
            (name, method, f"none: no value of {', '.join(scan.method.required) or 'a condition'} can match", "", 0)
        ]
    return [(name, method, path, _parameters_text(found), len(found)) for path, found in paths.items()]


def _parameters_text(requests: Sequence[Request]) -> str:
    values: dict[str, dict[str, None]] = {}
    for request in requests:
        for key, value in request.query:
            values.setdefault(key, {})[value] = None
    return "; ".join(f"{key} = {_shortened(list(found))}" for key, found in values.items())


def _shortened(values: list[str]) -> str:
    return ", ".join(values) if len(values) < 4 else f"{values[0]}, {values[1]}, … {values[-1]}"
