"""What the users reports hold beside GitHub's documented fields: two new fields, and one whose type changed on a row.

GitHub adds a field every other week, before its documents name it. None of these is a figure of any sum.
"""

from __future__ import annotations

from typing import Any

from . import arrivals
from .people import Person

CANVAS = "copilot_canvas_session_count"
"""On few rows only."""
NEXT_EDITS = "next_edit_suggestion_count"
"""Within totals_by_ide."""
CHANGED = "distinct_plugin_use_count"
"""Documented as a number: once a week an object stands in its place, on the first person's row."""

SINCE = arrivals.ordinal("2026-02-01")
WEDNESDAY = arrivals.ordinal("2026-02-04") % 7


def added(someone: Person, day: int, row: dict[str, Any], rolls: bytes) -> dict[str, Any]:
    """Give what a row has in addition or in place of its own fields; its editors are added to as they are."""
    if day < SINCE:
        return {}
    if rolls[40] < 64:
        for ide in row["totals_by_ide"]:
            ide[NEXT_EDITS] = 1 + rolls[41] // 8
    found: dict[str, Any] = {}
    if rolls[42] < 10:
        found[CANVAS] = 1 + rolls[43] // 64
    if someone.number == 0 and day % 7 == WEDNESDAY and CHANGED in row:
        found[CHANGED] = {"count": row[CHANGED], "is_capped": False}
    return found
