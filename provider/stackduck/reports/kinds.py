"""The reports that GitHub has, and the requests that ask for their links.

The links' contents, their columns and where they are kept are not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

from stackduck.catalog.model import Request
from stackduck.catalog.names import did_you_mean
from stackduck.catalog.requests import path_segment
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen

Scope = Literal["enterprise", "org"]

_SERVICE = "github.copilot_usage"
_FOLDERS: Mapping[str, str] = {"enterprise": "/enterprises/{enterprise}", "org": "/orgs/{org}"}
SCOPES = tuple(_FOLDERS)


@frozen
class Report:
    """A kind of report."""

    name: str
    parent: str
    """The resource whose rows are the report's records: user_days."""
    key: tuple[str, ...]
    """The fields of which one scope's report has no two records alike."""
    starts: Mapping[str, date]
    """The first day that GitHub has it for, by scope."""
    has_latest: bool
    """Whether there is a report of the latest 28 days too."""
    path_names: Mapping[str, str]
    """What the path calls it, by scope: `users` in users-1-day."""


def _same(value: str) -> Mapping[str, str]:
    return MappingProxyType(dict.fromkeys(SCOPES, value))


def _since(enterprise: str, org: str) -> Mapping[str, date]:
    days = {"enterprise": date.fromisoformat(enterprise), "org": date.fromisoformat(org)}
    return MappingProxyType(days)


# https://docs.github.com/rest/copilot/copilot-usage-metrics names the first days. For repos it names none: of the two
# days that the announcement (07-17) and the example (07-14) give, the earlier one can exist.
_HISTORY = _since("2025-10-10", "2025-12-12")
_TEAMS = _since("2026-05-14", "2026-05-14")
_REPOS = _since("2026-07-14", "2026-07-14")
_ENTITIES = MappingProxyType({"enterprise": "enterprise", "org": "organization"})

REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        report.name: report
        for report in (
            Report("users", "user_days", ("day", "user_id"), _HISTORY, True, _same("users")),
            Report("entity", "entity_days", ("day",), _HISTORY, True, _ENTITIES),
            Report("user_teams", "user_team_days", ("day", "user_id", "team_id"), _TEAMS, False, _same("user-teams")),
            Report("repos", "repo_days", ("day", "repo_id"), _REPOS, False, _same("repos")),
        )
    }
)


def report_of(name: str) -> Report:
    """Return a report by its name or its resource's, in any case."""
    key = name.lower()
    found = next((each for each in REPORTS.values() if key in (each.name, each.parent)), None)
    if found is None:
        names = [*REPORTS, *(each.parent for each in REPORTS.values())]
        hint = did_you_mean(name, names) or f"; known: {', '.join(REPORTS)}"
        raise ProgrammingError(f"no report '{name}'{hint}")
    return found


def day_request(report: str, scope: str, name: str, *, day: date, resource: str = "") -> Request:
    """Return the request for the links of one day's report.

    `resource` is the table that asks, for messages; the report's own resource where it is empty.
    """
    return _request(report, scope, name, ending="1-day", day=day, resource=resource)


def latest_request(report: str, scope: str, name: str, *, resource: str = "") -> Request:
    """Return the request for the links of the latest 28 days' report."""
    if not report_of(report).has_latest:
        raise ProgrammingError(f"GitHub has no 28-day report of {report}; ask for single days")
    return _request(report, scope, name, ending="28-day/latest", day=None, resource=resource)


def _request(report: str, scope: str, name: str, *, ending: str, day: date | None, resource: str) -> Request:
    found, folder = report_of(report), scope_folder(scope)
    label = resource or f"{_SERVICE}.{found.parent}"
    template = f"{folder}/copilot/metrics/reports/{found.path_names[scope]}-{ending}"
    query = () if day is None else (("day", day.isoformat()),)
    return Request(
        resource=label,
        http_method="GET",
        path=template.replace(f"{{{scope}}}", path_segment(name, name=scope, where=label)),
        path_template=template,
        query=query,
        values=((scope, name), *query),
        follows_link=False,
    )


def scope_folder(scope: str) -> str:
    """Return the path's beginning for a kind of scope."""
    if scope not in _FOLDERS:
        raise ProgrammingError(f"no scope '{scope}'; known: {', '.join(SCOPES)}")
    return _FOLDERS[scope]
