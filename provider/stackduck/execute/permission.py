"""What a connection may change at providers."""

from __future__ import annotations

from stackduck.frozen import frozen


@frozen
class Permission:
    """Nothing, unless the user said otherwise."""

    allow_writes: bool = False
    dry_run: bool = False
    """Whether the requests of a change are shown instead of sent."""
