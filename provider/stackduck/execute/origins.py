"""Where the rows of a connection's statements come from, and what they may change there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from stackduck.execute.permission import Permission
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.api.client import Client
    from stackduck.api.pulling import Registry
    from stackduck.catalog.names import Catalog
    from stackduck.execute.looking import Account
    from stackduck.execute.reports.service import ReportService


@frozen
class Origins:
    """The catalog, and what is made when a statement first needs it."""

    catalog: Catalog
    client: Callable[[], Client]
    reports: Callable[[], ReportService]
    registry: Callable[[], Registry] | None = None
    """Where documents are pulled from; None where none are."""
    account: Account | None = None
    max_calls: int = 2_000
    permission: Permission = field(default_factory=Permission)
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Parameter name (lower case) → the value of a required parameter that a statement gives none."""
