"""All that one sandbox serves: the enterprise, its use of Copilot, its seats, settings, reports and links.

Joins the rooms below for the handlers above; decides nothing itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property

from .activity import Activity
from .enterprise import Enterprise, Organization, Scope
from .links import Signer
from .people import dice
from .reports import ByteCache, Reports
from .seats import Seats
from .settings import Settings

PAGE_BYTES = 64 * 1024 * 1024


@dataclass
class World:
    """One made-up GitHub on one day."""

    enterprise: Enterprise
    today: int
    link_seconds: float
    clock: Callable[[], float] = time.time
    api_url: str = ""
    files_url: str = ""
    signer: Signer = field(default_factory=lambda: Signer(os.urandom(32)))
    pages: ByteCache = field(default_factory=lambda: ByteCache(PAGE_BYTES))
    """Encoded pages of lists whose items take time to make."""

    @cached_property
    def token(self) -> str:
        """Give the one token that is accepted."""
        return f"sandbox-token-{dice(self.enterprise.seed, 'token', size=20).hex()}"

    @cached_property
    def activity(self) -> Activity:
        """Give everybody's days."""
        return Activity(self.enterprise.seed, self.enterprise.people)

    @cached_property
    def seats(self) -> Seats:
        """Give the seats."""
        return Seats(self.enterprise, self.today)

    @cached_property
    def settings(self) -> Settings:
        """Give the settings."""
        return Settings(self.enterprise)

    @cached_property
    def reports(self) -> Reports:
        """Give the reports."""
        return Reports(self.enterprise, self.activity, self.today)

    def scope(self, organization: Organization | None) -> Scope:
        """Give an organization, or the enterprise, as reports see it."""
        return self.enterprise.organization_scope(organization) if organization else self.enterprise.scope


def utc_today() -> date:
    """Give GitHub's day."""
    return datetime.now(UTC).date()
