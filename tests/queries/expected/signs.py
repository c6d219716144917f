"""What the queries about credits, phases, fields and customizations must answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import quantiles
from typing import Any

from ... import usage_oracle as oracle
from ...usage_oracle import Row
from .world import CREDITS, PROMPTS, Answer, World, descending, groups, latest_login, percent, ratio, total, weeks


def ai_credits_by_user(world: World) -> list[Row]:
    people = groups(world.users, "user_id").values()
    sums = [total(some, CREDITS) for some in people]
    known = [each for each in sums if each is not None]
    fence = _fence(known)
    rows = [
        {
            "user_login": latest_login(some),
            "days_with_credits": sum((row.get(CREDITS) or 0) > 0 for row in some),
            "ai_credits": spent,
            "ai_credits_percent": percent(spent, math.fsum(known)),
            "prompts": total(some, PROMPTS),
            "is_outlier": spent > fence if spent is not None and fence is not None else None,
        }
        for some, spent in zip(people, sums, strict=True)
    ]
    return descending(rows, "ai_credits", "user_login")


def _fence(known: Sequence[float]) -> float | None:
    """Return what lies one and a half interquartile ranges above the upper quartile."""
    if len(known) < 2:
        return known[0] if known else None
    lower, _, upper = quantiles(known, n=4, method="inclusive")
    return upper + 1.5 * (upper - lower)


def ai_credits_by_week(world: World) -> list[Row]:
    rows = []
    for week, some in weeks(world.users):
        with_credits = oracle.distinct(row for row in some if (row.get(CREDITS) or 0) > 0)
        rows.append(
            {
                "week": week,
                "users": oracle.distinct(some),
                "users_with_credits": with_credits,
                "ai_credits": total(some, CREDITS),
                "ai_credits_per_user": ratio(total(some, CREDITS), with_credits),
                "user_days_not_told": sum(row.get(CREDITS) is None for row in some),
            }
        )
    return rows


def adoption_phase_movement(world: World) -> list[Row]:
    moves: Counter[tuple[Any, ...]] = Counter()
    told = [row for row in world.users if row.get("ai_adoption_phase")]
    for some in groups(sorted(told, key=lambda row: row["day"]), "user_id").values():
        first, last = (some[n]["ai_adoption_phase"] for n in (0, -1))
        moves[first["phase_number"], first["phase"], last["phase_number"], last["phase"]] += 1
    return [
        {
            "first_phase_number": move[0],
            "first_phase": move[1],
            "last_phase_number": move[2],
            "last_phase": move[3],
            "users": users,
            "direction": "up" if move[2] > move[0] else "down" if move[2] < move[0] else "same",
        }
        for move, users in sorted(moves.items())
    ]


def adoption_phases(world: World) -> list[Row]:
    phases = oracle.elements(world.within(world.usage.entity), "totals_by_ai_adoption_phase")
    last = max((row["day"] for row in phases), default=None)
    latest = sorted((row for row in phases if row["day"] == last), key=lambda row: row["phase_number"])
    return [
        {
            "day": last,
            "phase_number": row["phase_number"],
            "phase": row["phase"],
            "users_in_phase_28d": row.get("users_in_phase_28d"),
            "users_in_phase_percent": percent(row.get("users_in_phase_28d"), total(latest, "users_in_phase_28d")),
            "users_active_on_day": row["total_engaged_users"],
            "avg_prompts_on_day": row["avg_user_initiated_interactions"],
            "avg_lines_added_on_day": row["avg_loc_added"],
        }
        for row in latest
    ]


def field_coverage(world: World) -> list[Row]:
    readers: dict[str, Callable[[Row], Any]] = {
        name: lambda row, name=name: _number(row.get(name))  # type: ignore[misc]
        for name in (
            *("used_cli", "used_copilot_cloud_agent", "used_copilot_code_review_active"),
            *("used_copilot_code_review_passive", "used_copilot_app", "used_vscode_agent"),
            *(CREDITS, "distinct_mcp_use_count"),
        )
    }
    readers["ai_adoption_phase"] = lambda row: (row.get("ai_adoption_phase") or {}).get("phase_number")
    readers["totals_by_cli"] = lambda row: (row.get("totals_by_cli") or {}).get("session_count")
    models = "totals_by_language_model"
    readers[models] = lambda row: None if row.get(models) is None else len(row[models])
    users, rows = world.users, []
    for name, read in readers.items():
        told = [(row["day"], value) for row in users if (value := read(row)) is not None]
        rows.append(
            {
                "field": name,
                "rows": len(users),
                "told": len(told),
                "told_percent": percent(len(told), len(users)),
                "above_zero": sum(value > 0 for _, value in told),
                "first_day_told": min((day for day, _ in told), default=None),
            }
        )
    return sorted(rows, key=lambda row: (row["told"], row["field"])) if users else []


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, bool | int | float) else None


def missing_telemetry(world: World) -> list[Row]:
    rows = []
    for some in groups(world.users, "user_id").values():
        without = sum(not row.get("totals_by_feature") for row in some)
        if without:
            rows.append(
                {
                    "user_login": latest_login(some),
                    "days_listed": len(some),
                    "days_without_features": without,
                    "days_without_features_percent": percent(without, len(some)),
                    "ai_credits": total(some, CREDITS),
                    "last_day": max(row["day"] for row in some),
                }
            )
    return descending(rows, "days_without_features", "user_login")


def customizations_used(world: World) -> list[Row]:
    kinds = {
        ("skill", "uses"): ("totals_by_skill", "skill", "interaction_count"),
        ("custom agent", "uses"): ("totals_by_custom_agent", "custom_agent", "interaction_count"),
        ("MCP server", "connections"): ("totals_by_mcp", "mcp", "interaction_count"),
        ("slash command", "uses"): ("totals_by_slash_cmd", "slash_cmd", "interaction_count"),
        ("plugin", "uses"): ("totals_by_plugin", "plugin", "interaction_count"),
        ("third-party agent", "jobs"): ("totals_by_3rd_party_agent", "agent_name", PROMPTS),
    }
    rows = [
        {"kind": kind, "name": name, "users": oracle.distinct(some), "uses": total(some, figure), "unit": unit}
        for (kind, unit), (array, field_name, figure) in kinds.items()
        for name, some in groups(world.elements(array), field_name).items()
    ]
    return sorted(rows, key=lambda row: (row["kind"], -row["users"], row["name"]))


ANSWERS: tuple[Answer, ...] = (
    ai_credits_by_user,
    ai_credits_by_week,
    adoption_phase_movement,
    adoption_phases,
    field_coverage,
    missing_telemetry,
    customizations_used,
)
"""The queries of this module."""
