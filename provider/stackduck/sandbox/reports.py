"""The usage reports as they stand on one day: which there are, in how many parts, and the rows of each part.

A part is made when it is asked for, so that a large enterprise costs no start-up time and little memory. How parts are
stored and handed out is not known here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from . import arrivals
from .activity import MONTH, SETTLED, Activity
from .answers import encoded
from .arrivals import day_text
from .enterprise import Enterprise, Scope
from .people import dice

T = TypeVar("T")

DELAY = 2
"""Full days until a day is processed."""
LOOK_BACK = 365
MEMBERS_PER_PART = 2000
TEAM_AND_REPOSITORY_PARTS = 2
FEW_MEMBERS = 300


@dataclass(frozen=True)
class Report:
    """A kind of report."""

    name: str
    """As in the API's path, without `/latest`."""
    since: int
    """The first day that GitHub has it for."""

    @property
    def is_window(self) -> bool:
        """Say whether it covers 28 days."""
        return self.name.endswith("28-day")

    @property
    def is_entity(self) -> bool:
        """Say whether it is about an enterprise or organization as a whole, in one JSON object."""
        return self.name.startswith(("enterprise-", "organization-"))


REPORTS = {
    "enterprise": (
        Report("enterprise-1-day", 0),
        Report("enterprise-28-day", 0),
        Report("users-1-day", 0),
        Report("users-28-day", 0),
        Report("user-teams-1-day", arrivals.USER_TEAMS_HISTORY),
        Report("repos-1-day", arrivals.REPOS_HISTORY),
    ),
    "organization": (
        Report("organization-1-day", 0),
        Report("organization-28-day", 0),
        Report("users-1-day", 0),
        Report("users-28-day", 0),
        Report("user-teams-1-day", arrivals.USER_TEAMS_HISTORY),
        Report("repos-1-day", arrivals.REPOS_HISTORY),
    ),
}


def one_day_reports() -> tuple[str, ...]:
    """Give the names of the reports of one day."""
    return tuple(dict.fromkeys(report.name for some in REPORTS.values() for report in some if not report.is_window))


class Reports:
    """The reports of one enterprise as they stand on one day."""

    def __init__(self, enterprise: Enterprise, today: int, *, bodies: ByteCache, is_documented: bool) -> None:
        self.enterprise = enterprise
        self.activity = Activity(enterprise.seed, enterprise.people, today)
        self.last_day = today - DELAY
        self._today = today
        self._first_day = today - LOOK_BACK
        self._bodies = bodies
        self._is_documented = is_documented

    def report(self, kind: str, name: str) -> Report | None:
        """Give a kind of scope's report by name."""
        return next((report for report in REPORTS[kind] if report.name == name), None)

    def exists(self, report: Report, scope: Scope, day: int) -> bool:
        """Say whether there is a report for, or up to, a day."""
        return max(self._first_day, scope.since, report.since) <= day <= self.last_day

    def made_on(self, day: int) -> int:
        """Give the day on which a report for, or up to, a day was made last: until the day's figures are settled."""
        return min(self._today, day + SETTLED)

    def parts(self, report: Report, scope: Scope) -> int:
        """Give the number of files of a report."""
        if report.is_entity:
            return 1
        if report.name.startswith("users-"):
            return len(self._pieces(report, scope, self.last_day))
        return TEAM_AND_REPOSITORY_PARTS

    def content(self, report: Report, scope: Scope, day: int, part: int) -> bytes:
        """Give the rows of a part as JSON, one a line."""
        key = f"{scope.kind}/{scope.slug}/{report.name}/{day}/{self.made_on(day)}/{part}"
        return self._bodies.get(key, lambda: self._content(report, scope, day, part))

    def _content(self, report: Report, scope: Scope, day: int, part: int) -> bytes:
        """Make the rows of a part."""
        if report.name.startswith("users-"):
            days, members = self._pieces(report, scope, day)[part]
            return self._users(scope, days, members, window=window(day) if report.is_window else {})
        if report.is_entity and report.is_window:
            return self._entity_window(scope, day)
        from . import totals

        if report.is_entity:
            return encoded(totals.entity_row(self.activity, self.enterprise, scope, day))
        rows = totals.user_team_rows if report.name == "user-teams-1-day" else totals.repository_rows
        found = list(rows(self.enterprise, scope, day))
        return lines(map(encoded, split(found, TEAM_AND_REPOSITORY_PARTS)[part]))

    def _entity_window(self, scope: Scope, day: int) -> bytes:
        """Wrap the 1-day reports of a window, which GitHub gives in no order."""
        from . import totals

        one_day = next(report for report in REPORTS[scope.kind] if report.name == f"{scope.kind}-1-day")
        days = [d for d in range(day - MONTH + 1, day + 1) if d >= scope.since]
        shuffled = sorted(days, key=lambda d: dice("order", d))
        head = encoded(totals.window_head(self.activity, scope, day) | window(day))
        return b'%s,"day_totals":[%s]}' % (head[:-1], b",".join(self.content(one_day, scope, d, 0) for d in shuffled))

    def _pieces(self, report: Report, scope: Scope, day: int) -> list[tuple[Sequence[int], Sequence[int]]]:
        """Split a users report into the days and members of each part.

        A 1-day report is split by members. A 28-day report is split by days: into weeks for few members, else into
        days, which in turn are split by members.
        """
        members = scope.members
        many = max(1, -(-len(members) // MEMBERS_PER_PART))
        if not report.is_window:
            return [([day], some) for some in split(members, max(2, many))]
        days = range(day - MONTH + 1, day + 1)
        if len(members) <= FEW_MEMBERS:
            return [(days[n : n + 7], members) for n in range(0, MONTH, 7)]
        return [([one], some) for one in days for some in split(members, many)]

    def _users(self, scope: Scope, days: Sequence[int], members: Sequence[int], *, window: dict[str, str]) -> bytes:
        """Give the users rows of some days and members, without a newline at the end."""
        from .usage import user_row

        rows: list[bytes] = []
        for day in days:
            if day < scope.since:
                continue
            used, hidden = self.activity.on(day), scope.hidden(day)
            for index in members:
                if surfaces := used[index] & ~hidden:
                    row = user_row(
                        self.activity, index, day, scope=scope, used=surfaces, is_documented=self._is_documented
                    )
                    rows.append(encoded({**window, **row}))
        return lines(rows)


def window(day: int) -> dict[str, str]:
    """Give the window of the 28-day report that ends on a day."""
    return {"report_start_day": day_text(day - MONTH + 1), "report_end_day": day_text(day)}


def split(items: Sequence[T], many: int) -> list[Sequence[T]]:
    """Split items into parts of nearly one size."""
    return [items[n * len(items) // many : (n + 1) * len(items) // many] for n in range(many)]


def lines(rows: Iterable[bytes]) -> bytes:
    """Give rows as newline-delimited JSON, the last line without its newline as in some of GitHub's files."""
    return b"\n".join(rows)


class ByteCache:
    """The bodies asked for last, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._lock = threading.Lock()
        self._found: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Give a body, making it if it is not there."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        body = make()
        with self._lock:
            if key not in self._found and len(body) < self._most:
                self._found[key] = body
                self._size += len(body)
            while self._size > self._most:
                self._size -= len(self._found.popitem(last=False)[1])
        return body
