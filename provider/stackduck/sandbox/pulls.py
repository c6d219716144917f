"""The pull requests of a repository on a day, and GitHub's statistics over any number of them.

A statistic of an organization is taken over its pull requests, never over its repositories' statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import shake_128
from typing import Any, NamedTuple

from . import arrivals
from .activity import rhythm
from .enterprise import Repository
from .people import pick

COMMENT_TYPES = ("bug_risk", "security", "documentation", "performance")
STAGES = ("minutes_ready_to_first_review", "minutes_first_to_final_review", "minutes_final_review_to_merge")


class PullRequest(NamedTuple):
    """What happened to a pull request on one day."""

    author: int
    """The position of the person who wrote it, or who asked Copilot for it."""
    created: bool
    reviewed: bool
    merged: bool
    by_copilot: bool
    reviewed_by_copilot: bool
    minutes: tuple[float, float, float]
    """Of the three stages from ready to merged."""
    suggestions: tuple[int, int]
    """Of people: made and applied."""
    copilot_suggestions: tuple[int, int]
    comment_type: str

    @property
    def minutes_to_merge(self) -> float:
        """Give the time from ready to merged."""
        return round(sum(self.minutes), 2)


def pull_requests(seed: int, repository: Repository, day: int) -> list[PullRequest]:
    """Give what happened in a repository on a day: nothing, or up to two pull requests."""
    rolls = shake_128(b"%d|pulls|%d|%d" % (seed, repository.id, day)).digest(64)
    many = (rolls[0] * rhythm(day) >> 8) * 3 >> 8
    return [_pull_request(repository, day, rolls[1 + n * 16 : 17 + n * 16]) for n in range(many)]


def _pull_request(repository: Repository, day: int, rolls: bytes) -> PullRequest:
    """Make up a pull request; Copilot takes part since it could."""
    members = repository.organization.members
    merged, reviewed = rolls[2] < 150, rolls[3] < 180
    by_copilot = rolls[4] < 50 and day >= arrivals.CODING_AGENT
    reviewed_by_copilot = reviewed and rolls[5] < 120 and day >= arrivals.CODE_REVIEW
    made, copilot_made = (rolls[6] >> 6 if reviewed else 0), (1 + (rolls[7] >> 6) if reviewed_by_copilot else 0)
    waiting = (rolls[8] * rolls[9] / 90, rolls[10] * rolls[11] / 60, rolls[12] * rolls[13] / 150)
    first, second, third = (round(minutes + 0.5, 2) for minutes in waiting)
    return PullRequest(
        author=members[(rolls[0] << 8 | rolls[1]) * len(members) >> 16],
        created=rolls[14] < 170 or not (merged or reviewed),
        reviewed=reviewed,
        merged=merged,
        by_copilot=by_copilot,
        reviewed_by_copilot=reviewed_by_copilot,
        minutes=(first, second, third),
        suggestions=(made, made >> 1),
        copilot_suggestions=(copilot_made, copilot_made * rolls[15] >> 9),
        comment_type=pick(COMMENT_TYPES, rolls[13]),
    )


def statistics(some: Sequence[PullRequest], day: int) -> dict[str, Any]:
    """Give the pull_requests object; a median over nothing is left out."""
    merged = [pull for pull in some if pull.merged]
    copilot = [pull.copilot_suggestions for pull in some]
    made, applied = sum(n for n, _ in copilot), sum(n for _, n in copilot)
    found: dict[str, Any] = {
        "total_created": sum(pull.created for pull in some),
        "total_reviewed": sum(pull.reviewed for pull in some),
        "total_merged": len(merged),
        **_median("median_minutes_to_merge", merged),
        "total_suggestions": sum(pull.suggestions[0] for pull in some) + made,
        "total_applied_suggestions": sum(pull.suggestions[1] for pull in some) + applied,
        "total_created_by_copilot": sum(pull.created and pull.by_copilot for pull in some),
        "total_reviewed_by_copilot": sum(pull.reviewed_by_copilot for pull in some),
        "total_merged_created_by_copilot": sum(pull.by_copilot for pull in merged),
        **_median("median_minutes_to_merge_copilot_authored", [pull for pull in merged if pull.by_copilot]),
        "total_copilot_suggestions": made,
        "total_copilot_applied_suggestions": applied,
    }
    if day >= arrivals.REVIEWED_MERGES:
        reviewed = [pull for pull in merged if pull.reviewed_by_copilot]
        found["total_merged_reviewed_by_copilot"] = len(reviewed)
        found |= _median("median_minutes_to_merge_copilot_reviewed", reviewed)
    if day >= arrivals.COMMENT_TYPES:
        found["copilot_suggestions_by_comment_type"] = _comment_types(some)
    return found


def _comment_types(some: Sequence[PullRequest]) -> list[dict[str, Any]]:
    """Give Copilot's suggestions by what they were about."""
    found = []
    for kind in COMMENT_TYPES:
        of_kind = [p.copilot_suggestions for p in some if p.comment_type == kind and p.copilot_suggestions[0]]
        if of_kind:
            made, applied = sum(n for n, _ in of_kind), sum(n for _, n in of_kind)
            counts = {"total_copilot_suggestions": made, "total_copilot_applied_suggestions": applied}
            found.append({"comment_type": kind, **counts})
    return found


def review_times(some: Sequence[PullRequest], day: int) -> list[dict[str, Any]]:
    """Give the stages of reviewed and merged pull requests by author and reviewer, since GitHub measures them."""
    if day < arrivals.REVIEW_STAGES:
        return []
    groups: dict[tuple[str, str], list[PullRequest]] = {}
    for pull in some:
        if pull.merged and pull.reviewed:
            key = _actor(pull.by_copilot), _actor(pull.reviewed_by_copilot)
            groups.setdefault(key, []).append(pull)
    return [_stages(author, reviewer, group) for (author, reviewer), group in sorted(groups.items())]


def _stages(author: str, reviewer: str, group: Sequence[PullRequest]) -> dict[str, Any]:
    """Give median and 90th percentile of each stage."""
    found: dict[str, Any] = {"authored_by": author, "reviewed_by": reviewer, "total_merged": len(group)}
    for n, stage in enumerate(STAGES):
        minutes = sorted(pull.minutes[n] for pull in group)
        found[f"median_{stage}"] = median(minutes)
        found[f"p90_{stage}"] = minutes[(len(minutes) * 9 + 9) // 10 - 1]
    return found


def _actor(copilot: bool) -> str:
    """Give who acted."""
    return "copilot" if copilot else "human"


def _median(name: str, some: Sequence[PullRequest]) -> dict[str, float]:
    """Give a named median of minutes to merge, or nothing."""
    values = sorted(pull.minutes_to_merge for pull in some)
    return {name: median(values)} if values else {}


def median(values: Sequence[float]) -> float:
    """Give the median of sorted values."""
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else round((values[middle - 1] + values[middle]) / 2, 2)
