"""What writes change beside seats: coding-agent permissions and policies, and content exclusions.

State in memory, guarded by one lock; HTTP is in writes.py.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from .enterprise import Enterprise, Organization

MODES = ("all", "selected", "none")
POLICIES = ("enabled_for_all_orgs", "disabled_for_all_orgs", "enabled_for_selected_orgs", "configured_by_org_admins")


class Settings:
    """The settings of the enterprise and of every organization."""

    def __init__(self, enterprise: Enterprise) -> None:
        self._enterprise = enterprise
        self._lock = threading.RLock()
        self._modes: dict[int, str] = {}
        self._repositories: dict[int, set[int]] = {}
        self._exclusions: dict[int, dict[str, Any]] = {}
        self.policy = "configured_by_org_admins"
        self.policy_organizations: set[str] = set()

    def mode(self, organization: Organization) -> str:
        """Give the coding agent's mode: the first organization selects repositories, the others allow all."""
        return self._modes.get(organization.position, "all" if organization.position else "selected")

    def set_mode(self, organization: Organization, mode: str) -> None:
        """Set the coding agent's mode."""
        with self._lock:
            self._modes[organization.position] = mode

    def repositories(self, organization: Organization) -> set[int]:
        """Give the ids of the repositories selected for the coding agent: every second one at first."""
        with self._lock:
            found = self._repositories.get(organization.position)
            if found is None:
                own = [r.id for r in self._enterprise.repositories if r.organization == organization]
                found = self._repositories[organization.position] = set(own[::2])
            return set(found)

    def set_repositories(self, organization: Organization, ids: Iterable[int]) -> None:
        """Set the selected repositories."""
        with self._lock:
            self._repositories[organization.position] = set(ids)

    def exclusions(self, organization: Organization) -> dict[str, Any]:
        """Give the content exclusions by repository."""
        first = {"*": ["**/.env", "secrets/**"], "billing": ["/fixtures/customers/*"]}
        return self._exclusions.get(organization.position, {} if organization.position else first)

    def set_exclusions(self, organization: Organization, rules: dict[str, Any]) -> None:
        """Set the content exclusions."""
        with self._lock:
            self._exclusions[organization.position] = rules

    def select_organizations(self, logins: Iterable[str]) -> None:
        """Add organizations to the policy's selection."""
        with self._lock:
            self.policy_organizations |= set(logins)

    def deselect_organizations(self, logins: Iterable[str]) -> None:
        """Take organizations out of the policy's selection."""
        with self._lock:
            self.policy_organizations -= set(logins)
