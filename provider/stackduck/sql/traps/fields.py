"""The fields and tables of Copilot's reports by what may be done with their numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

SERVICE = "copilot_usage"
TEAMS = "user_team_days"
USERS = frozenset(("user_id", "user_login"))
TEAM = frozenset(("team_id", "slug", "team_slug"))
SCOPE = frozenset(("org", "organization_id"))

ACCEPTED = frozenset(("code_acceptance_activity_count", "avg_code_acceptance_activities"))
GENERATED = frozenset(("code_generation_activity_count", "avg_code_generation_activities"))
LINES_CHANGED = frozenset(("loc_added_sum", "loc_deleted_sum"))
LINES_SUGGESTED = frozenset(("loc_suggested_to_add_sum", "loc_suggested_to_delete_sum"))
PROMPTS = "user_initiated_interaction_count"
CREDITS = "ai_credits_used"

MEASURES = frozenset(
    (
        *(PROMPTS, "code_generation_activity_count", "code_acceptance_activity_count"),
        *LINES_CHANGED,
        *LINES_SUGGESTED,
        *("interaction_count", CREDITS, "session_count"),
    )
)
"""Counts and sums of a row, which add up over rows that do not overlap."""

NULLABLE = frozenset(
    (
        *("used_copilot_code_review_active", "used_copilot_code_review_passive", "users_in_phase_28d", CREDITS),
        *("used_cli", "used_copilot_coding_agent", "used_copilot_cloud_agent", "used_copilot_app", "used_vscode_agent"),
    )
)
"""Fields that are NULL where nothing is known, which is not the same as 0 or false."""

_UNIQUE = re.compile(
    r"(?:daily|weekly|monthly)_(?:active|passive)_\w*users$|"
    r"total_engaged_users$|users_in_phase_28d$|active_user_count$|engaged_user_count$|distinct_\w+_use_count$"
)
_SUMMARY = re.compile(r"(?:avg|median|p\d\d)_")

_DIMENSIONS: Mapping[str, frozenset[str]] = {
    "ides": frozenset(("ide",)),
    "features": frozenset(("feature",)),
    "language_features": frozenset(("language", "feature")),
    "language_models": frozenset(("language", "model")),
    "model_features": frozenset(("model", "feature")),
    "3rd_party_agents": frozenset(("agent_id", "agent_name")),
    "skills": frozenset(("skill",)),
    "custom_agents": frozenset(("custom_agent",)),
    "mcps": frozenset(("mcp",)),
    "slash_cmds": frozenset(("slash_cmd",)),
    "plugins": frozenset(("plugin",)),
    "ai_adoption_phases": frozenset(("phase", "phase_number")),
    "copilot_suggestions_by_comment_types": frozenset(("comment_type",)),
    "pull_request_review_times": frozenset(("authored_by", "reviewed_by")),
}
_CHILD = re.compile(r"(user|entity|repo)_day_(\w+)$")
_PARENT = re.compile(r"(user|entity|repo)_days$")


def is_unique_count(field: str) -> bool:
    """Tell whether a field counts different people or things, who come again in the next row."""
    return bool(_UNIQUE.match(field))


def is_summary(field: str) -> bool:
    """Tell whether a field is an average, a median or another quantile of something that is not in the row."""
    return bool(_SUMMARY.match(field))


def cut_of(table: str) -> str:
    """Return by what a table cuts the days of its parent: ides of user_day_ides; empty for a parent."""
    found = _CHILD.match(table)
    return found[2] if found else ""


def family_of(table: str) -> str:
    """Return user, entity or repo: the tables of one family say the same activity in different ways."""
    found = _CHILD.match(table) or _PARENT.match(table)
    return found[1] if found else ""


def dimensions_of(table: str) -> frozenset[str]:
    """Return the columns that tell the rows of one day apart."""
    return _DIMENSIONS.get(cut_of(table), frozenset())
