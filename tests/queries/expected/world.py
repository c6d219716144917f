"""What is there to be asked, and the sums, shares and orders of which every answer is made."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ... import usage_oracle as oracle
from ...usage_oracle import Row, Usage

PROMPTS, GENERATIONS, ACCEPTANCES, SUGGESTED, _, ADDED, DELETED = oracle.M7
COMPLETION = "code_completion"
CREDITS = "ai_credits_used"
SIGNS = (
    *("used_agent", "used_chat", "used_cli", "used_copilot_app", "used_vscode_agent"),
    *("used_copilot_coding_agent", "used_copilot_cloud_agent", "used_copilot_code_review_active"),
)
PRICES = {"business": 19.0, "enterprise": 39.0}
CHANGES = {
    date(2026, 4, 10): "the CLI counts in totals and features",
    date(2026, 6, 15): "people whom only servers see are listed",
    date(2026, 7, 2): "suggestions of the CLI count",
    date(2026, 7, 28): "the Copilot app counts",
}

Number = float | int | None
Answer = Callable[["World"], list[Row]]


@dataclass
class World:
    """What GitHub has of an enterprise or organization, and what the query is asked with."""

    today: date
    usage: Usage
    seats: list[Row] = field(default_factory=list)
    days: int = 28
    months: int = 1
    until: date | None = None
    """The last day asked for; None for yesterday."""

    def since(self, days: int) -> date:
        """Return the day so many days before today."""
        return self.today - timedelta(days)

    def within(self, rows: Iterable[Row]) -> list[Row]:
        """Return the rows of the days asked for."""
        return [row for row in rows if timedelta(0) <= self.last - row["day"] < timedelta(self.days)]

    @property
    def last(self) -> date:
        """The last day asked for."""
        return self.until or self.since(1)

    @property
    def users(self) -> list[Row]:
        """The rows of the users report."""
        return self.within(self.usage.users)

    @property
    def active(self) -> list[Row]:
        """Those of them with any activity."""
        return [row for row in self.users if is_active(row)]

    @property
    def persons(self) -> list[Row]:
        """The seats that somebody holds, each person once."""
        return [seat for seat in oracle.merged_seats(self.seats) if seat["login"] is not None]

    def elements(self, array: str) -> list[Row]:
        """Return the elements of an array of the users report."""
        return oracle.elements(self.users, array)


def is_active(row: Row) -> bool:
    """Tell whether somebody did something on a day."""
    return any((row.get(name) or 0) > 0 for name in (PROMPTS, GENERATIONS)) or any(row.get(name) for name in SIGNS)


def same(found: Sequence[Row], expected: Sequence[Row]) -> bool:
    """Tell whether rows are the expected ones, in their order, but for the rounding of shares, averages and money."""
    return len(found) == len(expected) and all(
        list(one) == list(other) and all(_is_close(name, one[name], other[name]) for name in one)
        for one, other in zip(found, expected, strict=True)
    )


def _is_close(name: str, found: Any, expected: Any) -> bool:
    if not isinstance(expected, float) or not isinstance(found, float | int):
        return bool(found == expected and (found is None) is (expected is None))
    digits = 2 if re.search(r"usd|credits", name) and "percent" not in name else 1
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=0.5 * 10**-digits + 1e-9)


def ratio(part: Number, whole: Number, times: float = 1.0) -> float | None:
    """Return a quotient, None where nothing can be said."""
    return times * part / whole if part is not None and whole else None


def percent(part: Number, whole: Number) -> float | None:
    """Return a share in percent."""
    return ratio(part, whole, 100.0)


def total(rows: Iterable[Row], name: str) -> Any:
    """Return the sum of a field, None where no row has it."""
    return oracle.totals(rows, [name])[name]


def groups(rows: Iterable[Row], *by: str) -> dict[Any, list[Row]]:
    """Return rows by the value of a field, or by the values of several."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get(by[0]) if len(by) == 1 else tuple(map(row.get, by)), []).append(row)
    return found


def weeks(rows: Iterable[Row]) -> list[tuple[date, list[Row]]]:
    """Return rows by the Monday of their week, in order."""
    return sorted(groups(oracle.with_week(rows), "week").items())


def descending(rows: Iterable[Row], figure: str, *names: str) -> list[Row]:
    """Return rows with the largest figure first, those without any last, and otherwise by names."""
    return sorted(
        rows,
        key=lambda row: (
            row[figure] is None,
            -(row[figure] or 0),
            *((row[name] is None, row[name]) for name in names),
        ),
    )


def latest_login(rows: Iterable[Row]) -> Any:
    """Return the login of the latest day."""
    return max(rows, key=lambda row: row["day"])["user_login"]


def utc_day(moment: datetime) -> date:
    """Return the UTC day of a moment."""
    return moment.astimezone(UTC).date()
