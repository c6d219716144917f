"""All that one sandbox serves: the enterprise, its use of Copilot, its seats, settings, reports and links.

Joins the rooms below for the handlers above, and knows what day it is. Decides nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from . import special
from .activity import SETTLED
from .enterprise import Enterprise, Organization, Scope
from .links import Signer
from .people import dice
from .reports import DELAY, ByteCache, Report, Reports, one_day_reports
from .seats import Seats
from .settings import Settings

PAGE_BYTES = 64 * 1024 * 1024
SECONDS_OF_A_DAY = 86_400
FIRST_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Options:
    """What `serve` takes beside sizes and ports; it says there what each means."""

    today: date | None
    clock: Callable[[], float]
    link_seconds: float
    late_report: str | None
    late_seconds: float
    undocumented: bool
    cache_bytes: int


class World:
    """One made-up GitHub, which stands on the day that its clock says."""

    def __init__(self, enterprise: Enterprise, options: Options) -> None:
        if options.late_report not in (None, *one_day_reports()):
            raise ValueError(f"late_report is one of {', '.join(one_day_reports())}")
        self.enterprise = enterprise
        self.options = options
        self.clock = options.clock
        self.api_url = self.files_url = ""
        self.signer = Signer(os.urandom(32))
        self.pages = ByteCache(PAGE_BYTES)
        """Encoded pages of lists whose items take time to make."""
        self.bodies = ByteCache(options.cache_bytes)
        """Report files."""
        self._started = self.clock()
        # How far this world's clock is ahead of the one given, which links and rate limits go by.
        self._ahead = 0.0 if options.today is None else _noon(options.today) - self._started
        self.late_day = self.today - DELAY - 1
        self._reports_on = lru_cache(maxsize=3)(self._make_reports)

    @property
    def today(self) -> int:
        """Give the day number of GitHub's day."""
        return FIRST_DAY + int(self.clock() + self._ahead) // SECONDS_OF_A_DAY

    @cached_property
    def token(self) -> str:
        """Give the one token that is accepted."""
        return f"sandbox-token-{dice(self.enterprise.seed, 'token', size=20).hex()}"

    @cached_property
    def identity(self) -> tuple[int, ...]:
        """Give all that decides, beside a path, what its file holds."""
        made_up = self.enterprise
        return made_up.seed, made_up.users, len(made_up.logins), self.options.undocumented

    @cached_property
    def seats(self) -> Seats:
        """Give the seats."""
        return Seats(self.enterprise, lambda: self.today)

    @cached_property
    def settings(self) -> Settings:
        """Give the settings."""
        return Settings(self.enterprise)

    @property
    def reports(self) -> Reports:
        """Give the reports of today."""
        return self._reports_on(self.today)

    def reports_made(self, day: int, made_on: int) -> Reports:
        """Give the reports among which that of a day was made on another day; a settled one is the same ever after."""
        return self.reports if made_on >= day + SETTLED else self._reports_on(made_on)

    def _make_reports(self, today: int) -> Reports:
        """Give the reports of a day."""
        return Reports(self.enterprise, today, bodies=self.bodies, is_documented=not self.options.undocumented)

    def has_report(self, report: Report, scope: Scope, day: int) -> bool:
        """Say whether there is a report for, or up to, a day; one report of one day comes late."""
        is_late = report.name == self.options.late_report and day == self.late_day
        if is_late and self.clock() < self._started + self.options.late_seconds:
            return False
        return self.reports.exists(report, scope, day)

    def scope(self, organization: Organization | None) -> Scope:
        """Give an organization, or the enterprise, as reports see it."""
        return self.enterprise.organization_scope(organization) if organization else self.enterprise.scope

    def scope_of(self, kind: str, slug: str) -> Scope | None:
        """Give the enterprise or organization of a file's path, or None if none has files under that name."""
        is_special = slug in special.STORED
        if kind == "enterprise":
            return self.scope(None) if is_special or slug == self.enterprise.slug else None
        home = self.enterprise.organization(self.enterprise.logins[0] if is_special else slug)
        return self.scope(home) if home else None


def _noon(day: date) -> float:
    """Give the noon of a day in seconds."""
    return (day.toordinal() - FIRST_DAY + 0.5) * SECONDS_OF_A_DAY
