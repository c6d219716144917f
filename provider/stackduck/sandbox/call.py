"""A request whose path has been understood: the organization and the names in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .answers import not_found
from .enterprise import Organization
from .wire import Request


@dataclass(frozen=True)
class Call:
    """What a handler needs to know of a request."""

    request: Request
    names: Mapping[str, str]
    """The named segments of the path."""
    organization: Organization | None = None
    """None for the enterprise."""
    special: str | None = None
    """The special name that the path bore, if any."""

    @property
    def home(self) -> Organization:
        """Give the organization of a path that has one."""
        if self.organization is None:
            raise not_found()
        return self.organization
