"""The made-up enterprise: its organizations, teams, repositories and people, all derived from a seed.

Immutable, and computed when first asked for. Who holds a seat today is in seats.py; what was used is in activity.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from . import arrivals
from .people import CLI, Person, person, words

SLUG = "octo-demo"
ENTERPRISE_ID = 200_417
COUNCIL = "ent:council"
SUFFIXES = ("eng", "data", "apps", "ops", "labs", "web", "core", "field")
TEAM_NAMES = ("frontend", "backend", "platform", "mobile", "security", "analytics", "research", "tooling")
REPOSITORY_NAMES = words(
    "checkout orders billing gateway console identity search catalog ledger notifier scheduler telemetry "
    "design-system mobile-app data-lake feature-flags docs infra runbooks sdk"
)
VISIBILITIES = ("PRIVATE", "INTERNAL", "PRIVATE", "PUBLIC")


@dataclass(frozen=True)
class Organization:
    """An organization and the positions of its members."""

    position: int
    login: str
    id: int
    members: tuple[int, ...]


@dataclass(frozen=True)
class Team:
    """A team of an organization, or of the enterprise where organization is None."""

    id: int
    name: str
    slug: str
    organization: Organization | None
    members: tuple[int, ...]


@dataclass(frozen=True)
class Repository:
    """A repository and its organization."""

    position: int
    id: int
    name: str
    visibility: str
    organization: Organization


@dataclass(frozen=True)
class Scope:
    """The enterprise or an organization as reports see it."""

    kind: str
    """`enterprise` or `organization`."""
    slug: str
    ids: dict[str, str]
    members: Sequence[int]
    since: int
    """The first day of its history."""
    cli_since: int
    """The first day whose rows know the command line."""
    position: int | None = None
    """The organization's position."""

    def hidden(self, day: int) -> int:
        """Give the surfaces that this scope's rows of a day do not know yet."""
        return CLI if day < self.cli_since else 0


class Enterprise:
    """Everything of the enterprise that a seed and two sizes decide."""

    def __init__(self, seed: int, *, users: int, organizations: int) -> None:
        if users < 1 or organizations < 1:
            raise ValueError("the sandbox needs at least one user and one organization")
        self.seed = seed
        self.slug = SLUG
        self.id = ENTERPRISE_ID + seed
        self.users = users
        self.logins = tuple(f"{SLUG}-{_suffix(n)}" for n in range(organizations))

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Give everybody: the users with a seat first, then one in twenty more without."""
        everybody = range(self.users + max(1, self.users // 20))
        many = len(self.logins)
        return tuple(person(self.seed, n, seated=n < self.users, organizations=many) for n in everybody)

    @cached_property
    def by_login(self) -> dict[str, Person]:
        """Give people by their login in lower case."""
        return {someone.login: someone for someone in self.people}

    @cached_property
    def organizations(self) -> tuple[Organization, ...]:
        """Give the organizations with their members."""
        members: list[list[int]] = [[] for _ in self.logins]
        for someone in self.people:
            for position in someone.organizations:
                members[position].append(someone.number)
        return tuple(
            Organization(n, login, 91_000_417 + self.seed * 131 + n * 7919, tuple(members[n]))
            for n, login in enumerate(self.logins)
        )

    def organization(self, login: str) -> Organization | None:
        """Give an organization by its login in any case."""
        lowered = login.lower()
        return self.organizations[self.logins.index(lowered)] if lowered in self.logins else None

    @cached_property
    def teams(self) -> tuple[Team, ...]:
        """Give every organization's teams, then the enterprise's; the last of each is too small for the reports."""
        found = [team for organization in self.organizations for team in self._teams(organization)]
        seated = range(self.users)
        own = ("ent:everyone", tuple(seated)), ("ent:champions", tuple(seated[::4])), (COUNCIL, tuple(seated[:3]))
        for n, (slug, members) in enumerate(own):
            found.append(Team(7_700_001 + n, slug.partition(":")[2].title(), slug, None, members))
        return tuple(found)

    def _teams(self, organization: Organization) -> list[Team]:
        """Split an organization into teams of about eight and up, one person in seven in two of them."""
        many = max(2, min(len(TEAM_NAMES) - 1, len(organization.members) // 8))
        members: list[list[int]] = [[] for _ in range(many)]
        for n, index in enumerate(organization.members):
            for home in {n % many, (n + 1) % many} if n % 7 == 0 else {n % many}:
                members[home].append(index)
        members.append(list(organization.members[:3]))
        names = [TEAM_NAMES[(organization.position * 5 + n) % len(TEAM_NAMES)] for n in range(many)] + ["pilots"]
        return [
            Team(5_100_000_000 + organization.position * 1000 + n * 17, name.title(), name, organization, tuple(found))
            for n, (name, found) in enumerate(zip(names, members, strict=True))
        ]

    @cached_property
    def repositories(self) -> tuple[Repository, ...]:
        """Give the repositories of every organization, one for about three users."""
        return tuple(self._repository(n) for n in range(self.users // 3 + 4))

    def _repository(self, position: int) -> Repository:
        """Make up a repository."""
        name = REPOSITORY_NAMES[position % len(REPOSITORY_NAMES)]
        if position >= len(REPOSITORY_NAMES):
            name += f"-{position // len(REPOSITORY_NAMES)}"
        home = self.organizations[position % len(self.organizations)]
        visibility = VISIBILITIES[position % len(VISIBILITIES)]
        return Repository(position, 900_000_001 + position * 613, name, visibility, home)

    @cached_property
    def scope(self) -> Scope:
        """Give the enterprise as reports see it."""
        everybody = range(len(self.people))
        ids = {"enterprise_id": str(self.id)}
        return Scope("enterprise", self.slug, ids, everybody, arrivals.ENTERPRISE_HISTORY, arrivals.CLI)

    def organization_scope(self, organization: Organization) -> Scope:
        """Give an organization as reports see it."""
        return Scope(
            "organization",
            organization.login,
            {"organization_id": str(organization.id), "enterprise_id": str(self.id)},
            organization.members,
            arrivals.ORGANIZATION_HISTORY,
            arrivals.CLI_IN_ORGANIZATIONS,
            organization.position,
        )


def _suffix(position: int) -> str:
    """Give the end of an organization's login."""
    again, n = divmod(position, len(SUFFIXES))
    return SUFFIXES[n] if not again else f"{SUFFIXES[n]}-{again + 1}"
