"""What the queries about agents, the CLI, reviews and pull requests must answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ... import usage_oracle as oracle
from ...usage_oracle import Row
from .world import COMPLETION, Answer, World, descending, groups, percent, ratio, total, weeks


def agent_adoption_by_week(world: World) -> list[Row]:
    cloud = ("used_copilot_cloud_agent", "used_copilot_coding_agent")
    agents = ("used_agent", "used_cli", "used_copilot_app", "used_vscode_agent", *cloud)
    return [
        {
            "week": week,
            "days_with_users": oracle.distinct(some, "day"),
            "active_users": oracle.distinct(some),
            "agent_users": _users_of(some, *agents),
            "agent_users_percent": percent(_users_of(some, *agents), oracle.distinct(some)),
            "agent_mode_users": _users_of(some, "used_agent"),
            "cloud_agent_users": _users_of(some, *cloud),
            "cli_users": _users_of(some, "used_cli"),
        }
        for week, some in weeks(world.active)
    ]


def _users_of(rows: Iterable[Row], *flags: str) -> int:
    return oracle.distinct(row for row in rows if any(row.get(flag) for flag in flags))


def surface_overlap(world: World) -> list[Row]:
    surfaces: dict[str, Callable[[Row], Any]] = {
        "completion": lambda row: any(each["feature"] == COMPLETION for each in row["totals_by_feature"]),
        "chat": lambda row: row.get("used_chat"),
        "agent mode": lambda row: row.get("used_agent"),
        "cli": lambda row: row.get("used_cli"),
        "cloud agent": lambda row: row.get("used_copilot_cloud_agent") or row.get("used_copilot_coding_agent"),
        "code review": lambda row: row.get("used_copilot_code_review_active"),
    }
    people = groups(world.users, "user_id").values()
    sets = Counter(tuple(name for name, has in surfaces.items() if any(map(has, rows))) for rows in people)
    found = [{"surfaces": list(own), "users": n, "users_percent": percent(n, len(people))} for own, n in sets.items()]
    return sorted(found, key=lambda row: (-row["users"], row["surfaces"]))


def cli_usage_by_week(world: World) -> list[Row]:
    sessions, requests, prompts, incoming, outgoing = oracle.TOKENS
    return [
        {
            "week": week,
            "users": oracle.distinct(some),
            "sessions": total(some, sessions),
            "requests": total(some, requests),
            "prompts": total(some, prompts),
            "input_tokens": total(some, incoming),
            "output_tokens": total(some, outgoing),
            "tokens_per_request": ratio(total(some, incoming) + total(some, outgoing), total(some, requests)),
        }
        for week, some in weeks(world.elements("totals_by_cli"))
    ]


def code_review_users_by_week(world: World) -> list[Row]:
    active, passive = "used_copilot_code_review_active", "used_copilot_code_review_passive"
    rows = []
    for week, some in weeks(row for row in world.users if row.get(active) or row.get(passive)):
        asking, everybody = _users_of(some, active), oracle.distinct(some)
        share = percent(asking, everybody)
        rows.append(
            {
                "week": week,
                "active_users": asking,
                "passive_only_users": everybody - asking,
                "active_users_percent": share,
            }
        )
    return rows


def copilot_pull_requests_by_week(world: World) -> list[Row]:
    rows = []
    for week, some in weeks(world.within(world.usage.entity)):
        pulls = [row.get("pull_requests") or {} for row in some]
        created, by_copilot = total(pulls, "total_created"), total(pulls, "total_created_by_copilot")
        own = ("median_minutes_to_merge_copilot_authored", "total_merged_created_by_copilot")
        rows.append(
            {
                "week": week,
                "created": created,
                "created_by_copilot": by_copilot,
                "created_by_copilot_percent": percent(by_copilot, created),
                "merged": total(pulls, "total_merged"),
                "merged_created_by_copilot": total(pulls, "total_merged_created_by_copilot"),
                "avg_daily_median_hours_to_merge": _hours(pulls, "median_minutes_to_merge", "total_merged"),
                "avg_daily_median_hours_to_merge_copilot": _hours(pulls, *own),
            }
        )
    return rows


def _hours(pulls: Sequence[Row], median: str, merged: str) -> float | None:
    """Return the mean of medians, each as often as it had merges, in hours."""
    minutes = [each[median] for each in pulls if each.get(median) is not None for _ in range(each[merged])]
    return ratio(math.fsum(minutes), len(minutes) * 60)


def repository_pull_requests(world: World) -> list[Row]:
    rows = []
    for some in groups(world.within(world.usage.repos), "repo_id").values():
        last = max(some, key=lambda row: row["day"])
        pulls = [row["pull_requests"] for row in some]
        figures = {
            "created": total(pulls, "total_created"),
            "created_by_copilot": total(pulls, "total_created_by_copilot"),
            "merged": total(pulls, "total_merged"),
            "merged_created_by_copilot": total(pulls, "total_merged_created_by_copilot"),
            "reviewed": total(pulls, "total_reviewed"),
            "reviewed_by_copilot": total(pulls, "total_reviewed_by_copilot"),
        }
        made, applied = total(pulls, "total_copilot_suggestions"), total(pulls, "total_copilot_applied_suggestions")
        rows.append(
            {
                "repository": f"{last['repo_owner_name']}/{last['repo_name']}",
                **figures,
                "reviewed_by_copilot_percent": percent(figures["reviewed_by_copilot"], figures["reviewed"]),
                "copilot_suggestions": made,
                "copilot_suggestions_applied": applied,
                "applied_percent": percent(applied, made),
            }
        )
    return descending(rows, "created", "repository")


ANSWERS: tuple[Answer, ...] = (
    agent_adoption_by_week,
    surface_overlap,
    cli_usage_by_week,
    code_review_users_by_week,
    copilot_pull_requests_by_week,
    repository_pull_requests,
)
"""The queries of this module."""
