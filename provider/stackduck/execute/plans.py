"""What a statement was planned to ask, in words that last: the tables, their methods and the calls.

What was sent is another matter: an archive may have had the days, and later pages are only known from earlier ones.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.catalog.model import Request
    from stackduck.sql.plan import Plan, Scan


@frozen
class PlannedReport:
    """What of a report a table is read from."""

    scope: str
    """enterprise or org."""
    name: str
    days: tuple[date, ...] | None
    """Those up to today that may match, in order; None for the latest ones, or all of a report that is not by day."""


@frozen
class PlannedScan:
    """One provider table of a statement."""

    resource: str
    """github.copilot.org_seats."""
    method: str
    calls: tuple[str, ...] = ()
    """The first page of each: GET /orgs/octo/copilot/billing/seats?per_page=100; none where data or reports tell."""
    reports: tuple[PlannedReport, ...] = ()
    fed: tuple[str, ...] = ()
    """Values that come from data: org from m.login of github.orgs.members."""
    defaults: tuple[tuple[str, str], ...] = ()
    """Parameters to which the statement gives no value, with the defaults that they have."""


def told(plan: Plan) -> tuple[PlannedScan, ...]:
    """Return the scans of a plan in the order in which they are asked for."""
    return tuple(_told(scan, plan) for scans in plan.stages for scan in scans)


def _told(scan: Scan, plan: Plan) -> PlannedScan:
    today = datetime.now(UTC).date()
    reports = tuple(
        PlannedReport(s.scope, s.name, None if s.days is None else tuple(sorted(d for d in s.days if d <= today)))
        for s in scan.selections
    )
    fed = tuple(
        f"{name} from {origin}"
        for calls in scan.fed
        for feed in calls.feeds
        for name, origin in zip(feed.names, feed.origins, strict=True)
    )
    defaults = tuple(plan.defaults.get(scan.relation, {}).items())
    calls = tuple(map(_call, scan.requests))
    return PlannedScan(scan.resource.full_name, scan.method.name, calls, reports, fed, defaults)


def _call(request: Request) -> str:
    query = f"?{urlencode(request.query)}" if request.query else ""
    return f"{request.http_method} {request.server}{request.path}{query}"
