"""What the queries about people on days must answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ... import usage_oracle as oracle
from ...usage_oracle import Row
from .world import (
    ADDED,
    CHANGES,
    CREDITS,
    GENERATIONS,
    PROMPTS,
    SUGGESTED,
    Answer,
    World,
    groups,
    is_active,
    percent,
    ratio,
    total,
)


def unique_active_users(world: World) -> list[Row]:
    users, active = world.users, world.active
    days = [row["day"] for row in users]
    return [
        {
            "first_day": min(days, default=None),
            "last_day": max(days, default=None),
            "days_with_users": len(set(days)),
            "active_users": oracle.distinct(active),
            "listed_users": oracle.distinct(users),
            "active_user_days": len(active),
            "avg_active_days_per_user": ratio(len(active), oracle.distinct(active)),
        }
    ]


def daily_active_users(world: World) -> list[Row]:
    seats = len(world.persons)
    return [
        {
            "day": row["day"],
            "daily_users": row["daily_active_users"],
            "weekly_users": row["weekly_active_users"],
            "monthly_users": row["monthly_active_users"],
            "seats_now": seats,
            "daily_users_percent_of_seats": percent(row["daily_active_users"], seats),
            "daily_users_percent_of_monthly": percent(row["daily_active_users"], row["monthly_active_users"]),
        }
        for row in sorted(world.within(world.usage.entity), key=lambda row: row["day"])
    ]


def active_user_rules(world: World) -> list[Row]:
    rules: dict[str, Callable[[Row], bool]] = {
        "listed in the report": lambda row: True,
        "prompts, code or any sign of use": is_active,
        "prompts or code": lambda row: (row[PROMPTS] or 0) > 0 or (row[GENERATIONS] or 0) > 0,
        "prompts": lambda row: (row[PROMPTS] or 0) > 0,
    }
    users, rows = world.users, []
    for rule, holds in rules.items():
        some = list(filter(holds, users))
        share = percent(oracle.distinct(some), oracle.distinct(users))
        rows.append({"rule": rule, "users": oracle.distinct(some), "users_percent": share, "user_days": len(some)})
    return rows if users else []


def day_status(world: World) -> list[Row]:
    entity = {row["day"]: row for row in world.within(world.usage.entity)}
    people = groups(world.users, "day")
    rows = []
    for day in oracle.days_between(world.last - timedelta(world.days - 1), world.last):
        daily = entity.get(day, {}).get("daily_active_users")
        listed = oracle.distinct(people[day]) if day in people else None
        state = "may still change" if day >= world.since(4) else "final"
        if (day in entity) is False or (daily and listed is None):
            state = "missing" if day not in entity and listed is None else "partly missing"
        rows.append({"day": day, "state": state, "daily_users": daily, "listed_users": listed})
    return rows


def monthly_trend(world: World) -> list[Row]:
    first = world.last.replace(day=1)
    for _ in range(world.months):
        first = (first - timedelta(1)).replace(day=1)
    users = [row for row in world.usage.users if first <= row["day"] <= world.last]
    rows: list[Row] = []
    for month, some in sorted(groups(oracle.with_month(users), "month").items()):
        active = oracle.distinct(filter(is_active, some))
        before = {row["month"]: row["active_users"] for row in rows}.get((month - timedelta(1)).replace(day=1))
        end = (month + timedelta(31)).replace(day=1) - timedelta(1)
        rows.append(
            {
                "month": month,
                "is_over": end <= world.last and end < world.since(4),
                "days_with_users": oracle.distinct(some, "day"),
                "active_users": active,
                "active_users_change_percent": None if not before else 100 * active / before - 100,
                "prompts": total(some, PROMPTS),
                "code_generations": total(some, GENERATIONS),
                "lines_added": total(some, ADDED),
                "ai_credits": total(some, CREDITS),
                "prompts_per_active_user": ratio(total(some, PROMPTS), active),
                "changes_of_counting": [day for day in CHANGES if month <= day <= end],
            }
        )
    return rows


def series_breaks(world: World) -> list[Row]:
    rows = []
    for changed_on, change in CHANGES.items():
        first, length = changed_on - timedelta(world.days), timedelta(world.days)
        some = [row for row in world.usage.entity if first <= row["day"] < changed_on + length]
        if not some:
            continue
        before = [row for row in some if row["day"] < changed_on]
        after = [row for row in some if row["day"] >= changed_on]
        figures = {"daily_users": "daily_active_users", "prompts": PROMPTS, "lines_suggested": SUGGESTED}
        averages = {
            f"avg_{name}_{side}": ratio(total(part, figure), len(part))
            for name, figure in figures.items()
            for side, part in (("before", before), ("after", after))
        }
        told = {"changed_on": changed_on, "change": change, "days_before": len(before), "days_after": len(after)}
        rows.append(told | averages)
    return rows


ANSWERS: tuple[Answer, ...] = (
    unique_active_users,
    daily_active_users,
    active_user_rules,
    day_status,
    monthly_trend,
    series_breaks,
)
"""The queries of this module."""
