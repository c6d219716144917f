"""Who used which surface of Copilot on which day, as GitHub knows it on another day, and how often within a window.

Every count of active users is derived from here, so that daily, weekly and monthly counts agree. Writes no rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import TypeVar

from . import arrivals
from .people import AGENT, APP, CLI, CLOUD, REVIEW_ACTIVE, REVIEW_PASSIVE, SERVER, SURFACES, VSCODE_AGENT, Person

Hidden = Callable[[int], int]
K = TypeVar("K")

WEEK, MONTH = 7, 28
SETTLED = 4
"""Days after a day from which on its figures no longer change."""
SENT_LATE = AGENT | CLI
"""Surfaces whose telemetry may come after that of the others."""
AGENT_SURFACES = (AGENT, CLI, CLOUD, APP, VSCODE_AGENT)
FIELD = 5
"""Bits of a packed count: enough for the 28 days of the longest window."""

_SINCE = (
    (CLI, arrivals.CLI),
    (CLOUD, arrivals.CODING_AGENT),
    (REVIEW_ACTIVE, arrivals.CODE_REVIEW),
    (REVIEW_PASSIVE, arrivals.CODE_REVIEW),
    (APP, arrivals.COPILOT_APP),
    (VSCODE_AGENT, arrivals.VSCODE_AGENT),
    (SERVER, arrivals.SERVER_SIDE_USERS),
)


@lru_cache(maxsize=1024)
def visible_surfaces(day: int) -> int:
    """Give the surfaces that the reports of a day know of."""
    return ~sum(bit for bit, since in _SINCE if day < since)


@lru_cache(maxsize=1024)
def rhythm(day: int) -> int:
    """Give how much of the usual work is done on a day, out of 256: weekends and the turn of the year are quiet."""
    when = date.fromordinal(day)
    if when.weekday() >= 5:
        return (30, 24)[when.weekday() - 5]
    if (when.month, when.day) >= (12, 23) or (when.month, when.day) <= (1, 2):
        return 60
    return 232 if when.weekday() == 4 else 256


@lru_cache(maxsize=4096)
def spread(surfaces: int) -> int:
    """Spread the bits of a set of surfaces into packed counts of one."""
    return sum(1 << FIELD * n for n in range(SURFACES) if surfaces >> n & 1) | (
        1 << FIELD * SURFACES if surfaces else 0
    )


def count(packed: int, surface: int) -> int:
    """Give a surface's count out of packed counts."""
    return packed >> FIELD * (surface.bit_length() - 1) & 31


def active_days(packed: int) -> int:
    """Give the number of days with any surface out of packed counts."""
    return packed >> FIELD * SURFACES


def is_away(seed: int, number: int, week: int) -> bool:
    """Say whether a person is on leave in a week: one in eight."""
    return blake2b(b"%d|away|%d|%d" % (seed, number, week), digest_size=1).digest()[0] < 32


def surfaces_used(seed: int, someone: Person, day: int) -> int:
    """Give the set of surfaces that a person used on a day; 0 is a day without Copilot."""
    if not someone.first_day <= day <= someone.last_day or day < arrivals.ENTERPRISE_HISTORY:
        return 0
    habit = someone.habit
    rolls = blake2b(b"%d|used|%d|%d" % (seed, someone.id, day), digest_size=12).digest()
    if rolls[0] >= habit.presence * someone.pace * rhythm(day) >> 16 or is_away(seed, someone.id, day // 7):
        return 0
    used = 0
    for (surface, chance), roll in zip(habit.chances, rolls[1:], strict=False):
        if roll < chance:
            used |= surface
    return (used or habit.otherwise) & visible_surfaces(day)


def known_by_now(someone: Person, day: int, *, used: int, age: int) -> int:
    """Give what is known, `age` days after a day, of the surfaces that were used on it.

    After two days something of every fourth person is still to come, after three of every eighth, then of nobody.
    """
    turn = someone.number + day
    if age >= SETTLED or turn % (1 << age):
        return used
    return used & ~SENT_LATE if turn // 8 % 2 else 0


def phase(packed: int) -> int:
    """Give the adoption phase of a 28-day window: none, code first, one agent surface, or several.

    Two days make a habit.
    """
    agents = sum(count(packed, surface) >= 2 for surface in AGENT_SURFACES)
    if agents:
        return 2 if agents == 1 else 3
    return 1 if active_days(packed) >= 2 else 0


def nothing(_: int) -> int:
    """Hide no surface."""
    return 0


class Activity:
    """The days of everybody as they are known on one day, kept for as many days as two overlapping windows need."""

    def __init__(self, seed: int, people: Sequence[Person], today: int) -> None:
        self.seed = seed
        self.people = people
        self._today = today
        self._days: dict[int, list[int]] = {}
        self._months: dict[int, list[int]] = {}
        self._counts: dict[tuple[int, int], list[int]] = {}

    def on(self, day: int) -> list[int]:
        """Give everybody's surfaces on a day, in the order of the people."""
        found = self._days.get(day)
        if found is None:
            found = [self._known(someone, day) for someone in self.people]
            _keep(self._days, day, found, most=96)
        return found

    def age(self, day: int) -> int:
        """Give how many days ago a day was, no more than it takes to settle."""
        return min(self._today - day, SETTLED)

    def _known(self, someone: Person, day: int) -> int:
        """Give a person's surfaces on a day, as far as they are known."""
        used = surfaces_used(self.seed, someone, day)
        return known_by_now(someone, day, used=used, age=self.age(day))

    def within(
        self, day: int, length: int, *, members: Sequence[int], since: int, hidden: Hidden = nothing
    ) -> list[int]:
        """Give packed counts of the members over the `length` days that end at `day`, none before `since`.

        `hidden` gives the surfaces of a day that are not to be counted.
        """
        days = [self._packed(d, hidden(d)) for d in range(max(since, day - length + 1), day + 1)]
        if not days:
            return [0] * len(members)
        sums = list(map(sum, zip(*days, strict=True)))
        return [sums[n] for n in members]

    def _packed(self, day: int, hidden: int) -> list[int]:
        """Give everybody's surfaces on a day as packed counts of one."""
        found = self._counts.get((day, hidden))
        if found is None:
            found = [spread(used & ~hidden) for used in self.on(day)]
            _keep(self._counts, (day, hidden), found, most=96)
        return found

    def phases(self, day: int) -> list[int]:
        """Give everybody's adoption phase on a day."""
        found = self._months.get(day)
        if found is None:
            everybody = range(len(self.people))
            counts = self.within(day, MONTH, members=everybody, since=arrivals.ENTERPRISE_HISTORY)
            found = [phase(packed) for packed in counts]
            _keep(self._months, day, found, most=64)
        return found

    def last_day(self, someone: Person, before: int, *, look_back: int = 90) -> int | None:
        """Give the last day at or before `before` on which a person used Copilot, within the look-back."""
        if not someone.habit.presence:
            return None
        for day in range(min(before, someone.last_day), before - look_back, -1):
            if surfaces_used(self.seed, someone, day):
                return day
        return None


def _keep(cache: dict[K, list[int]], key: K, value: list[int], *, most: int) -> None:
    """Add to a cache and drop its oldest entries."""
    cache[key] = value
    while len(cache) > most:
        cache.pop(next(iter(cache)), None)
