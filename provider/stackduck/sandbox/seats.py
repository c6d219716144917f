"""Who holds a Copilot seat: the seats that the enterprise starts with, and what writes make of them.

The only state of the sandbox beside settings.py; a write changes `version`, which keys every cached page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from . import arrivals
from .enterprise import COUNCIL, Enterprise, Organization, Team
from .people import Person, dice

Holder = str | None
"""The login of a seat's holder; None for a seat whose invitation nobody has taken up."""


@dataclass(frozen=True)
class Seat:
    """A seat in an organization, or by way of one of the enterprise's own teams."""

    holder: Person | None
    organization: Organization | None
    created: int
    team: Team | None = None
    cancelled_on: int | None = None


class Seats:
    """The seats of every organization, and of the enterprise's own teams; `today` tells when something is written."""

    def __init__(self, enterprise: Enterprise, today: Callable[[], int]) -> None:
        self.version = 0
        self._enterprise = enterprise
        self._today = today
        self._start = today()
        self._lock = threading.RLock()
        self._seats: dict[int, dict[Holder, Seat]] = {}

    def of(self, organization: Organization) -> dict[Holder, Seat]:
        """Give an organization's seats by holder."""
        with self._lock:
            found = self._seats.get(organization.position)
            if found is None:
                found = self._seats[organization.position] = self._first_seats(organization)
            return found

    def everywhere(self) -> list[Seat]:
        """Give the seats of all organizations and of the enterprise; who has several appears several times."""
        of_organizations = [seat for home in self._enterprise.organizations for seat in list(self.of(home).values())]
        return of_organizations + self._own()

    def _own(self) -> list[Seat]:
        """Give the seats that come with the enterprise's smallest team, beside those of the organizations."""
        council = next(team for team in self._enterprise.teams if team.slug == COUNCIL)
        created = max(self._start - 200, arrivals.ENTERPRISE_HISTORY - 30)
        return [Seat(self._enterprise.people[index], None, created, council) for index in council.members]

    def add(self, organization: Organization, logins: Iterable[str], *, team: Team | None = None) -> int:
        """Seat people, take back their cancellation, and say how many seats that made."""
        with self._lock:
            seats, made = self.of(organization), 0
            for login in logins:
                held = seats.get(login)
                if held is None:
                    seats[login] = Seat(self._enterprise.by_login[login], organization, self._today(), team)
                elif held.cancelled_on is not None:
                    seats[login] = replace(held, cancelled_on=None)
                else:
                    continue
                made += 1
            self.version += 1
            return made

    def cancel(self, organization: Organization, logins: Iterable[str]) -> int:
        """Mark people's seats as ending with the billing month, and say how many that were."""
        with self._lock:
            seats, ended = self.of(organization), 0
            for login in logins:
                held = seats.get(login)
                if held is not None and held.cancelled_on is None:
                    seats[login] = replace(held, cancelled_on=self.next_cycle())
                    ended += 1
            self.version += 1
            return ended

    def next_cycle(self) -> int:
        """Give the first day of the next billing month."""
        today = date.fromordinal(self._today())
        return date(today.year + today.month // 12, today.month % 12 + 1, 1).toordinal()

    def this_cycle(self) -> int:
        """Give the first day of this billing month."""
        return date.fromordinal(self._today()).replace(day=1).toordinal()

    def _first_seats(self, organization: Organization) -> dict[Holder, Seat]:
        """Give the seats that an organization starts with."""
        people = self._enterprise.people
        own = [team for team in self._enterprise.teams if team.organization == organization]
        teams = {index: team for team in reversed(own) for index in team.members}
        seats: dict[Holder, Seat] = {}
        for index in organization.members:
            if index < self._enterprise.users:
                seats[people[index].login] = self._first_seat(people[index], organization, teams.get(index))
        if organization.position and organization.position == len(self._enterprise.organizations) - 1:
            seats[None] = Seat(None, organization, self._start - 3)
        return seats

    def _first_seat(self, someone: Person, organization: Organization, team: Team | None) -> Seat:
        """Give a person's seat: half of them by way of a team, and one in fifteen about to end."""
        rolls = dice(self._enterprise.seed, "seat", someone.id, organization.position)
        created = min(someone.first_day, self._start - 5) - 20 - rolls[0] % 60
        ending = rolls[1] % 15 == 0
        return Seat(
            someone,
            organization,
            max(created, arrivals.ENTERPRISE_HISTORY - 90),
            team if rolls[2] < 128 else None,
            self.next_cycle() if ending else None,
        )
