"""What SQL over a GitHub of known contents must answer, computed in plain Python over the JSON that it serves.

Independent of the package: `download` asks for one report a day over HTTP and reads every part whole; everything below
it is a pure function of rows, and takes the samples' rows as well. Rows are the JSON objects with `day` as a date.
Answers are lists of dicts, sorted by what they are grouped by. As in SQL, sums leave out absent and null values (and
those of another type than documented), and are None over nothing else; absent, null and 0 stay three things in rows.

    usage = download(github, days_between(first, last), enterprise="octo-demo")
    per_day(usage.users)                                                      # rows, users and the seven sums of a day
    grouped(elements(usage.users, "totals_by_ide"), ["ide"], M7)              # an array by one of its fields
    grouped(with_week(usage.users), ["week"])                                 # distinct users of each week
    grouped(joined_teams(usage.users, usage.user_teams), ["slug"], M7)        # teams, by user and day
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from math import fsum
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

Row = dict[str, Any]

M6 = (
    "code_generation_activity_count",
    "code_acceptance_activity_count",
    "loc_suggested_to_add_sum",
    "loc_suggested_to_delete_sum",
    "loc_added_sum",
    "loc_deleted_sum",
)
M7 = ("user_initiated_interaction_count", *M6)
"""The figures of every block; arrays by language know M6 alone."""
TOKENS = (
    *("session_count", "request_count", "prompt_count"),
    *("token_usage.prompt_tokens_sum", "token_usage.output_tokens_sum"),
)
"""The figures of totals_by_cli and totals_by_copilot_app."""
KEYS = ("day", "enterprise_id", "organization_id", "user_id", "user_login", "repo_id", "repo_owner_name", "repo_name")
"""What elements of an array take over from their row."""
ROW_KEYS = {
    "users": ("day", "user_id"),
    "entity": ("day",),
    "user_teams": ("day", "user_id", "team_id"),
    "repos": ("day", "repo_id"),
}
NEVER = datetime.min.replace(tzinfo=UTC)
PLANS = ("enterprise", "business", "unknown")


class GitHub(Protocol):
    """What to ask: a sandbox, or any other server."""

    @property
    def api_url(self) -> str: ...
    @property
    def token(self) -> str: ...


@dataclass
class Usage:
    """The rows of a scope's reports, of all days that have data."""

    users: list[Row] = field(default_factory=list)
    entity: list[Row] = field(default_factory=list)
    user_teams: list[Row] = field(default_factory=list)
    repos: list[Row] = field(default_factory=list)
    missing: dict[str, list[date]] = field(default_factory=dict)
    """The days for which there is no data, by report."""


def days_between(first: date, last: date) -> list[date]:
    """Return all days from the first to the last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def download(
    github: GitHub,
    days: Iterable[date],
    *,
    enterprise: str = "",
    org: str = "",
    reports: Sequence[str] = ("users", "entity", "user_teams", "repos"),
) -> Usage:
    """Return the rows of an enterprise's or organization's reports, asked for day by day."""
    folder, entity = _scope(enterprise, org)
    names = {"users": "users", "entity": entity, "user_teams": "user-teams", "repos": "repos"}
    usage = Usage(missing={report: [] for report in reports})
    for report in reports:
        for day in sorted(set(days)):
            found = _report(github, f"{folder}/copilot/metrics/reports/{names[report]}-1-day?day={day}")
            if found is None:
                usage.missing[report].append(day)
            else:
                getattr(usage, report).extend(without_doubles(found, ROW_KEYS[report]))
    return usage


def download_window(github: GitHub, report: str, *, enterprise: str = "", org: str = "") -> list[Row]:
    """Return the rows of the latest 28-day report: one a user and day of `users`, the wrapper of `entity`."""
    folder, entity = _scope(enterprise, org)
    name = {"users": "users", "entity": entity}[report]
    return _report(github, f"{folder}/copilot/metrics/reports/{name}-28-day/latest", unwrap=False) or []


def download_seats(github: GitHub, *, enterprise: str = "", org: str = "") -> list[Row]:
    """Return the seats of an enterprise or organization as GitHub lists them, with a seat for each grant."""
    folder, _ = _scope(enterprise, org)
    url, seats = f"{github.api_url}{folder}/copilot/billing/seats?per_page=100", []
    while url:
        _, body, link = _get(url, github.token)
        seats += json.loads(body)["seats"]
        following = re.search(r'<([^>]*)>; rel="next"', link)
        url = following[1] if following else ""
    return seats


def _scope(enterprise: str, org: str) -> tuple[str, str]:
    """Return the beginning of the paths, and what they call the report of the whole."""
    if bool(enterprise) is bool(org):
        raise ValueError("give an enterprise or an org")
    if enterprise:
        return f"/enterprises/{quote(enterprise)}", "enterprise"
    return f"/orgs/{quote(org)}", "organization"


def _report(github: GitHub, path: str, *, unwrap: bool = True) -> list[Row] | None:
    """Return the rows of all parts of a report, None where there is no data in any of the ways of saying so."""
    status, body, _ = _get(github.api_url + path, github.token)
    if status == 404 and b"No report available" in body:
        return None
    if status not in (200, 204):
        raise LookupError(f"{status} for {path}: {body[:200]!r}")
    answer = json.loads(body or b'""')
    links = answer["download_links"] if isinstance(answer, dict) else []
    parts = [_get(link) for link in links]
    if not links or any(status == 404 for status, *_ in parts):
        return None
    return [row for _, part, _ in parts for row in records(part, unwrap=unwrap)]


def _get(url: str, token: str = "") -> tuple[int, bytes, str]:
    """Return the status, the body and the Link header of a GET; links get no token."""
    where = urlsplit(url)
    connection = HTTPConnection(where.netloc, timeout=60)
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", f"{where.path}?{where.query}", headers=headers)
        response = connection.getresponse()
        return response.status, response.read(), response.headers.get("link", "")
    finally:
        connection.close()


def records(body: bytes, *, unwrap: bool = True) -> list[Row]:
    """Return the rows of a report file: lines, one object, an array, or the days of a wrapper; perhaps compressed."""
    text = (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).decode("utf-8-sig").strip()
    decoder, found, at = json.JSONDecoder(), list[Row](), 0
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        found += value if isinstance(value, list) else [value]
        at = _next(text, end)
    if unwrap:
        found = [row for one in found for row in one.get("day_totals", [one])]
    return [{**row, "day": date.fromisoformat(row["day"])} if "day" in row else row for row in found]


def _next(text: str, at: int) -> int:
    """Return where the next character that is no space stands."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def without_doubles(rows: Iterable[Row], key: Sequence[str]) -> list[Row]:
    """Return the rows with one of each key, the last."""
    return list({tuple(row[name] for name in key): row for row in rows}.values())


def elements(rows: Iterable[Row], path: str) -> list[Row]:
    """Return the elements of an array (or an object, as its one element) at a dotted path, each with its row's keys.

    Nested objects within them become fields with dotted names: `token_usage.prompt_tokens_sum`.
    """
    found = []
    for row in rows:
        value: Any = row
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        keys = {name: row[name] for name in KEYS if name in row}
        some = value if isinstance(value, list) else [] if value is None else [value]
        found += [{**keys, **dict(_flat(each))} for each in some]
    return found


def _flat(value: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    """Yield the fields of an object, those of objects within it under dotted names."""
    for name, each in value.items():
        if isinstance(each, dict):
            yield from _flat(each, f"{before}{name}.")
        else:
            yield before + name, each


def grouped(rows: Iterable[Row], by: Sequence[str], sums: Sequence[str] = ()) -> list[Row]:
    """Return one dict a group: its fields, `rows`, distinct `users`, and the sums."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(name) for name in by), []).append(row)
    ordered = sorted(groups.items(), key=lambda group: tuple((each is None, each) for each in group[0]))
    return [
        {**dict(zip(by, key, strict=True)), "rows": len(some), "users": distinct(some), **totals(some, sums)}
        for key, some in ordered
    ]


def totals(rows: Iterable[Row], sums: Sequence[str] = M7) -> Row:
    """Return the sums of fields, None for a field without a value in any row."""
    found = list(rows)
    return {name: _sum(row.get(name) for row in found) for name in sums}


def _sum(values: Iterable[Any]) -> float | int | None:
    """Return the sum of the numbers, exact for whole ones."""
    numbers = [value for value in values if isinstance(value, (int, float))]
    if any(isinstance(number, float) for number in numbers):
        return fsum(numbers)
    return sum(numbers) if numbers else None


def distinct(rows: Iterable[Row], name: str = "user_id") -> int:
    """Return how many values other than null a field has."""
    return len({row.get(name) for row in rows} - {None})


def per_day(rows: Iterable[Row], sums: Sequence[str] = M7) -> list[Row]:
    """Return rows, distinct users and sums of each day."""
    return grouped(rows, ["day"], sums)


def with_week(rows: Iterable[Row]) -> list[Row]:
    """Return rows with the Monday of their day as `week`."""
    return [{**row, "week": row["day"] - timedelta(days=row["day"].weekday())} for row in rows]


def with_month(rows: Iterable[Row]) -> list[Row]:
    """Return rows with the first of their day's month as `month`."""
    return [{**row, "month": row["day"].replace(day=1)} for row in rows]


def trailing_users(rows: Iterable[Row], days: Iterable[date], length: int) -> list[Row]:
    """Return for each day the distinct users of the `length` days that end with it."""
    found = list(rows)
    return [
        {"day": day, "users": distinct(row for row in found if timedelta(0) <= day - row["day"] < timedelta(length))}
        for day in sorted(days)
    ]


def acceptance(rows: Iterable[Row], by: Sequence[str] = ("day",)) -> list[Row]:
    """Return the share of generated completions that were accepted, of code_completion alone, by fields of the rows."""
    completions = [
        {**{name: row.get(name) for name in by}, **each}
        for row in rows
        for each in row["totals_by_feature"]
        if each["feature"] == "code_completion"
    ]
    some = grouped(completions, by, M6[:2])
    return [{**{name: one[name] for name in by}, "acceptance_rate": _ratio(one[M6[1]], one[M6[0]])} for one in some]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def latest_versions(rows: Iterable[Row], path: str = "last_known_plugin_version") -> list[Row]:
    """Return each user's latest sample of an editor's or plugin's version, by user and editor."""
    latest: dict[tuple[int, str], Row] = {}
    for ide in elements(rows, "totals_by_ide"):
        sampled_at, key = ide.get(f"{path}.sampled_at"), (ide["user_id"], ide["ide"])
        if isinstance(sampled_at, str) and (key not in latest or latest[key]["sampled_at"] <= sampled_at):
            version = {name.removeprefix(f"{path}."): ide[name] for name in ide if name.startswith(f"{path}.")}
            latest[key] = {"user_id": ide["user_id"], "user_login": ide["user_login"], "ide": ide["ide"], **version}
    return [latest[key] for key in sorted(latest)]


def joined_teams(users: Iterable[Row], user_teams: Iterable[Row]) -> list[Row]:
    """Return the users rows once for each team of the user on that day, with the team's fields."""
    teams: dict[tuple[date, int], list[Row]] = {}
    for row in user_teams:
        teams.setdefault((row["day"], row["user_id"]), []).append(row)
    return [{**row, **team} for row in users for team in teams.get((row["day"], row["user_id"]), ())]


def engagement(wrappers: Iterable[Row]) -> list[Row]:
    """Return the features that people were engaged with over the window of the 28-day entity report."""
    found = []
    for wrapper in wrappers:
        told = wrapper.get("copilot_feature_engagement") or {"totals_by_feature": []}
        about: Row = {name: wrapper[name] for name in ("enterprise_id", "organization_id") if name in wrapper}
        about |= {name: date.fromisoformat(wrapper[name]) for name in ("report_start_day", "report_end_day")}
        found += [{**about, "active_user_count": told["active_user_count"], **one} for one in told["totals_by_feature"]]
    return sorted(found, key=lambda row: row["feature"])


def merged_seats(seats: Iterable[Row]) -> list[Row]:
    """Return one dict a person, with what the grants say together, by login; a grant without a person stays alone."""
    persons: dict[Any, list[Row]] = {}
    for number, seat in enumerate(seats):
        key = ("", seat["assignee"]["id"]) if seat.get("assignee") else ("nobody", number)
        persons.setdefault(key, []).append(seat)
    merged = [_merged(grants) for grants in persons.values()]
    return sorted(merged, key=lambda one: (one["login"] is None, one["login"]))


def _merged(grants: Sequence[Row]) -> Row:
    """Return what the grants of one person say together."""
    latest = max(grants, key=lambda grant: _moment(grant.get("last_activity_at")) or NEVER)
    endings = [str(grant.get("pending_cancellation_date") or "") for grant in grants]
    plans = {grant.get("plan_type") for grant in grants}
    assignee = grants[0].get("assignee") or {}
    return {
        "login": assignee.get("login"),
        "user_id": assignee.get("id"),
        "organizations": _names(grants, "organization", "login"),
        "teams": _names(grants, "assigning_team", "slug"),
        "seats": len(grants),
        "plan_type": next((plan for plan in PLANS if plan in plans), None),
        "last_activity_at": _moment(latest.get("last_activity_at")),
        "last_activity_editor": latest.get("last_activity_editor") if latest.get("last_activity_at") else None,
        "last_authenticated_at": max(_moments(grants, "last_authenticated_at"), default=None),
        "created_at": min(_moments(grants, "created_at"), default=None),
        "pending_cancellation_date": date.fromisoformat(max(endings)) if all(endings) else None,
    }


def _names(grants: Iterable[Row], thing: str, name: str) -> list[str]:
    """Return the names of the organizations or teams of grants, each once."""
    return sorted({grant[thing][name] for grant in grants if (grant.get(thing) or {}).get(name)})


def _moments(grants: Iterable[Row], name: str) -> list[datetime]:
    """Return the moments that grants tell."""
    return [moment for grant in grants if (moment := _moment(grant.get(name)))]


def _moment(text: str | None) -> datetime | None:
    """Return a moment with its time zone."""
    return datetime.fromisoformat(text) if text else None


def idle_seats(seats: Iterable[Row], users: Iterable[Row], *, on: str = "user_id") -> list[Row]:
    """Return the merged seats of persons without any users row; `on` is user_id or login."""
    active = {row["user_login" if on == "login" else on] for row in users}
    return [seat for seat in merged_seats(seats) if seat["login"] is not None and seat[on] not in active]
