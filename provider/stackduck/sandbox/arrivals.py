"""When GitHub's usage reports began and when each of their fields arrived, as proleptic day numbers.

Holds dates only; which field they switch is decided where the field is written.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache


def ordinal(text: str) -> int:
    """Give the day number of an ISO date."""
    return date.fromisoformat(text).toordinal()


@lru_cache(maxsize=1024)
def day_text(day: int) -> str:
    """Give the ISO date of a day number."""
    return date.fromordinal(day).isoformat()


ENTERPRISE_HISTORY = ordinal("2025-10-10")
ORGANIZATION_HISTORY = ordinal("2025-12-12")
USER_TEAMS_HISTORY = ordinal("2026-05-14")
REPOS_HISTORY = ordinal("2026-07-17")

PULL_REQUESTS = ordinal("2026-02-19")
CLI = ordinal("2026-02-27")
PLAN_MODE = ordinal("2026-03-01")
CODING_AGENT = ordinal("2026-03-25")
CLI_IN_ORGANIZATIONS = ordinal("2026-04-02")
CODE_REVIEW = ordinal("2026-04-06")
REVIEWED_MERGES = ordinal("2026-04-08")
CLI_IN_TOTALS = ordinal("2026-04-10")
CLOUD_AGENT = ordinal("2026-04-10")
CODE_REVIEW_COUNTS = ordinal("2026-04-22")
COMMENT_TYPES = ordinal("2026-05-08")
ADOPTION_PHASE = ordinal("2026-05-29")
SERVER_SIDE_USERS = ordinal("2026-06-15")
AI_CREDITS = ordinal("2026-06-19")
PHASE_MERGES = ordinal("2026-06-26")
CLI_SUGGESTIONS = ordinal("2026-07-02")
PHASE_REVIEWS = ordinal("2026-07-07")
COPILOT_APP = ordinal("2026-07-28")
THIRD_PARTY_AGENTS = ordinal("2026-08-07")
VSCODE_AGENT = ordinal("2026-09-11")
CUSTOMIZATION = ordinal("2026-09-17")
REVIEW_STAGES = ordinal("2026-09-25")
