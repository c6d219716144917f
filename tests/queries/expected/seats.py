"""What the queries about seats and what they cost must answer."""

from __future__ import annotations

from datetime import datetime

from ... import usage_oracle as oracle
from ...usage_oracle import Row
from .world import CREDITS, PRICES, Answer, World, descending, groups, percent, ratio, total, utc_day


def idle_seats(world: World) -> list[Row]:
    since = world.since(world.days)
    active = {row["user_id"] for row in world.active}
    idle = [
        seat
        for seat in world.persons
        if seat["user_id"] not in active
        and seat["created_at"]
        and utc_day(seat["created_at"]) < since
        and (seat["last_activity_at"] is None or utc_day(seat["last_activity_at"]) < since)
    ]
    rows = [
        {
            "user_login": seat["login"],
            **{name: seat[name] for name in ("organizations", "teams", "plan_type", "last_activity_at")},
            "days_idle": days_ago(world, seat["last_activity_at"]),
            "seat_age_days": days_ago(world, seat["created_at"]),
            "usd_per_month": PRICES.get(seat["plan_type"]),
            "pending_cancellation_date": seat["pending_cancellation_date"],
        }
        for seat in idle
    ]
    return sorted(rows, key=lambda row: (row["last_activity_at"] or oracle.NEVER, row["user_login"]))


def days_ago(world: World, moment: datetime | None) -> int | None:
    """Return how many days lie between a moment and today."""
    return (world.today - utc_day(moment)).days if moment else None


def never_used_seats(world: World) -> list[Row]:
    active = {row["user_id"] for row in world.active}
    certain_since = world.since(min(world.days, 90))
    rows = [
        {
            "user_login": seat["login"],
            **{name: seat[name] for name in ("organizations", "teams", "plan_type")},
            "seat_created_at": seat["created_at"],
            "seat_age_days": days_ago(world, seat["created_at"]),
            "last_authenticated_at": seat["last_authenticated_at"],
            "is_certain": utc_day(seat["created_at"]) >= certain_since if seat["created_at"] else None,
            "pending_cancellation_date": seat["pending_cancellation_date"],
        }
        for seat in world.persons
        if seat["last_activity_at"] is None and seat["user_id"] not in active
    ]
    return descending(rows, "seat_age_days", "user_login")


def seat_status(world: World) -> list[Row]:
    active = {row["user_id"] for row in world.active}
    merged = [{**seat, "status": _status(world, seat, active)} for seat in oracle.merged_seats(world.seats)]
    rows = []
    for status, seats in groups(merged, "status").items():
        prices = [PRICES[seat["plan_type"]] for seat in seats if seat["plan_type"] in PRICES]
        rows.append(
            {
                "status": status,
                "seats": len(seats),
                "seats_percent": percent(len(seats), len(merged)),
                "ending": sum(seat["pending_cancellation_date"] is not None for seat in seats),
                "usd_per_month": sum(prices) if prices else None,
            }
        )
    return descending(rows, "seats", "status")


def _status(world: World, seat: Row, active: set[int]) -> str:
    since, last = world.since(world.days), seat["last_activity_at"]
    if seat["login"] is None:
        return "not taken up"
    if seat["user_id"] in active:
        return "used"
    if last:
        return "used elsewhere" if utc_day(last) >= since else "idle"
    return "new" if seat["created_at"] and utc_day(seat["created_at"]) >= since else "nothing known"


def cost_per_active_user(world: World) -> list[Row]:
    prices = [PRICES.get(seat["plan_type"]) for seat in world.persons]
    known = [price for price in prices if price is not None]
    seats_usd = sum(known) * 12 / 365 * world.days if known else None
    spent, users = total(world.users, CREDITS), oracle.distinct(world.active)
    total_usd = None if seats_usd is None else seats_usd + (spent or 0) * 0.01
    return [
        {
            "seats": len(prices),
            "seats_without_price": prices.count(None),
            "active_users": users,
            "seats_usd": seats_usd,
            "ai_credits": spent,
            "credits_usd": ratio(spent, 100),
            "total_usd": total_usd,
            "usd_per_active_user": ratio(total_usd, users),
        }
    ]


ANSWERS: tuple[Answer, ...] = (
    idle_seats,
    never_used_seats,
    seat_status,
    cost_per_active_user,
)
"""The queries of this module."""
