"""What each file of queries/ must answer, computed in plain Python over the JSON that GitHub serves; no SQL is used.

A function a query, of the same name: it takes a World and returns rows by column name, in the order of the answer.
Shares, averages and money are not rounded here; `same` allows for the rounding of the answer and no more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles
from typing import Any

from .. import usage_oracle as oracle
from ..usage_oracle import Row, Usage

PROMPTS, GENERATIONS, ACCEPTANCES, SUGGESTED, _, ADDED, DELETED = oracle.M7
COMPLETION = "code_completion"
CREDITS = "ai_credits_used"
SIGNS = (
    *("used_agent", "used_chat", "used_cli", "used_copilot_app", "used_vscode_agent"),
    *("used_copilot_coding_agent", "used_copilot_cloud_agent", "used_copilot_code_review_active"),
)
PRICES = {"business": 19.0, "enterprise": 39.0}
CHANGES = {
    date(2026, 4, 10): "the CLI counts in totals and features",
    date(2026, 6, 15): "people whom only servers see are listed",
    date(2026, 7, 2): "suggestions of the CLI count",
    date(2026, 7, 28): "the Copilot app counts",
}

Number = float | int | None
Answer = Callable[["World"], list[Row]]


@dataclass
class World:
    """What GitHub has of an enterprise or organization, and what the query is asked with."""

    today: date
    usage: Usage
    seats: list[Row] = field(default_factory=list)
    days: int = 28
    months: int = 1

    def since(self, days: int) -> date:
        """Return the day so many days before today."""
        return self.today - timedelta(days)

    def within(self, rows: Iterable[Row]) -> list[Row]:
        """Return the rows of the days asked for."""
        return [row for row in rows if self.since(self.days) <= row["day"] < self.today]

    @property
    def users(self) -> list[Row]:
        """The rows of the users report."""
        return self.within(self.usage.users)

    @property
    def active(self) -> list[Row]:
        """Those of them with any activity."""
        return [row for row in self.users if is_active(row)]

    @property
    def persons(self) -> list[Row]:
        """The seats that somebody holds, each person once."""
        return [seat for seat in oracle.merged_seats(self.seats) if seat["login"] is not None]

    def elements(self, array: str) -> list[Row]:
        """Return the elements of an array of the users report."""
        return oracle.elements(self.users, array)


def is_active(row: Row) -> bool:
    """Tell whether somebody did something on a day."""
    return any((row.get(name) or 0) > 0 for name in (PROMPTS, GENERATIONS)) or any(row.get(name) for name in SIGNS)


def same(found: Sequence[Row], expected: Sequence[Row]) -> bool:
    """Tell whether rows are the expected ones, in their order, but for the rounding of shares, averages and money."""
    return len(found) == len(expected) and all(
        list(one) == list(other) and all(_is_close(name, one[name], other[name]) for name in one)
        for one, other in zip(found, expected, strict=True)
    )


def _is_close(name: str, found: Any, expected: Any) -> bool:
    if not isinstance(expected, float) or not isinstance(found, float | int):
        return bool(found == expected and (found is None) is (expected is None))
    digits = 2 if re.search(r"usd|credits", name) and "percent" not in name else 1
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=0.5 * 10**-digits + 1e-9)


def ratio(part: Number, whole: Number, times: float = 1.0) -> float | None:
    """Return a quotient, None where nothing can be said."""
    return times * part / whole if part is not None and whole else None


def percent(part: Number, whole: Number) -> float | None:
    """Return a share in percent."""
    return ratio(part, whole, 100.0)


def total(rows: Iterable[Row], name: str) -> Any:
    """Return the sum of a field, None where no row has it."""
    return oracle.totals(rows, [name])[name]


def groups(rows: Iterable[Row], *by: str) -> dict[Any, list[Row]]:
    """Return rows by the value of a field, or by the values of several."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get(by[0]) if len(by) == 1 else tuple(map(row.get, by)), []).append(row)
    return found


def weeks(rows: Iterable[Row]) -> list[tuple[date, list[Row]]]:
    """Return rows by the Monday of their week, in order."""
    return sorted(groups(oracle.with_week(rows), "week").items())


def descending(rows: Iterable[Row], figure: str, *names: str) -> list[Row]:
    """Return rows with the largest figure first, those without any last, and otherwise by names."""
    return sorted(
        rows,
        key=lambda row: (
            row[figure] is None,
            -(row[figure] or 0),
            *((row[name] is None, row[name]) for name in names),
        ),
    )


def latest_login(rows: Iterable[Row]) -> Any:
    """Return the login of the latest day."""
    return max(rows, key=lambda row: row["day"])["user_login"]


# Seats


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


def utc_day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def days_ago(world: World, moment: datetime | None) -> int | None:
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


# People and days


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
    for day in oracle.days_between(world.since(world.days), world.since(1)):
        daily = entity.get(day, {}).get("daily_active_users")
        listed = oracle.distinct(people[day]) if day in people else None
        state = "may still change" if day >= world.since(4) else "final"
        if (day in entity) is False or (daily and listed is None):
            state = "missing" if day not in entity and listed is None else "partly missing"
        rows.append({"day": day, "state": state, "daily_users": daily, "listed_users": listed})
    return rows


def monthly_trend(world: World) -> list[Row]:
    first = world.today.replace(day=1)
    for _ in range(world.months):
        first = (first - timedelta(1)).replace(day=1)
    users = [row for row in world.usage.users if first <= row["day"] < world.today]
    rows: list[Row] = []
    for month, some in sorted(groups(oracle.with_month(users), "month").items()):
        active = oracle.distinct(filter(is_active, some))
        before = rows[-1]["active_users"] if rows else None
        end = (month + timedelta(31)).replace(day=1) - timedelta(1)
        rows.append(
            {
                "month": month,
                "is_over": end < world.since(4),
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


# Teams


def team_adoption(world: World) -> list[Row]:
    memberships = groups(world.within(world.usage.user_teams), "team_id")
    teamed = {team: {(row["day"], row["user_id"]) for row in rows} for team, rows in memberships.items()}
    everybody = set().union(*teamed.values())
    active = {(row["day"], row["user_id"]): row for row in world.active}
    rows = []
    for team, pairs in {**teamed, None: active.keys() - everybody}.items():
        used = [active[pair] for pair in pairs if pair in active]
        members = len({user for _, user in pairs}) if team is not None else 0
        if pairs:
            rows.append(
                {
                    "team": _slug(memberships.get(team, [])),
                    "members": members,
                    "active_members": oracle.distinct(used),
                    "active_members_percent": percent(oracle.distinct(used), members),
                    "prompts": total(used, PROMPTS),
                    "code_generations": total(used, GENERATIONS),
                    "lines_added": total(used, ADDED),
                }
            )
    return descending(rows, "active_members_percent", "team")


def _slug(memberships: Sequence[Row]) -> str | None:
    return max(memberships, key=lambda row: row["day"])["slug"] if memberships else None


def ai_credits_by_team(world: World) -> list[Row]:
    memberships = groups(world.within(world.usage.user_teams), "team_id")
    teamed = {team: {(row["day"], row["user_id"]) for row in rows} for team, rows in memberships.items()}
    spent = {(row["day"], row["user_id"]): row[CREDITS] for row in world.users if row.get(CREDITS) is not None}
    rows = []
    for team, pairs in {**teamed, None: spent.keys() - set().union(*teamed.values())}.items():
        found = [spent[pair] for pair in pairs if pair in spent]
        members = len({user for _, user in pairs}) if team is not None else 0
        if pairs:
            rows.append(
                {
                    "team": _slug(memberships.get(team, [])),
                    "members": members,
                    "members_with_credits": len({pair[1] for pair in pairs if spent.get(pair, 0) > 0}),
                    "ai_credits": math.fsum(found) if found else None,
                    "ai_credits_per_member": ratio(math.fsum(found) if found else None, members),
                }
            )
    return descending(rows, "ai_credits", "team")


def team_coverage(world: World) -> list[Row]:
    teams: dict[tuple[date, int], set[int]] = {}
    for row in world.within(world.usage.user_teams):
        teams.setdefault((row["day"], row["user_id"]), set()).add(row["team_id"])
    of_user: dict[int, set[int]] = {}
    for row in world.active:
        of_user.setdefault(row["user_id"], set()).update(teams.get((row["day"], row["user_id"]), ()))
    counts = Counter(map(len, of_user.values()))
    return [{"teams": n, "users": counts[n], "users_percent": percent(counts[n], len(of_user))} for n in sorted(counts)]


# Features, languages, editors, models


def feature_mix(world: World) -> list[Row]:
    used = world.elements("totals_by_feature")
    rows = [
        {
            "feature": feature,
            "kind": _kind(feature),
            "users": oracle.distinct(some),
            "users_percent": percent(oracle.distinct(some), oracle.distinct(used)),
            "prompts": total(some, PROMPTS),
            "prompts_percent": percent(total(some, PROMPTS), total(used, PROMPTS)),
            "code_generations": total(some, GENERATIONS),
            "lines_added": total(some, ADDED),
        }
        for feature, some in groups(used, "feature").items()
    ]
    return descending(rows, "users", "feature")


def _kind(feature: str) -> str:
    kinds = {
        COMPLETION: "completion",
        "chat_panel_agent_mode": "agent",
        "agent_edit": "agent",
        "copilot_cli": "cli",
        "cli_agent": "cli",
        "copilot_app": "app",
    }
    return kinds.get(feature, "chat" if feature.startswith("chat_") else "other")


def acceptance_by_feature(world: World) -> list[Row]:
    rows = []
    for feature, some in groups(world.elements("totals_by_feature"), "feature").items():
        generated, accepted = total(some, GENERATIONS), total(some, ACCEPTANCES)
        rows.append(
            {
                "feature": feature,
                "users": oracle.distinct(some),
                "code_generations": generated,
                "code_acceptances": accepted,
                "acceptance_percent": percent(accepted, generated) if feature == COMPLETION else None,
            }
        )
    return descending(rows, "code_generations", "feature")


def lines_by_feature(world: World) -> list[Row]:
    used = world.elements("totals_by_feature")
    rows = [
        {
            "feature": feature,
            "users": oracle.distinct(some),
            "lines_suggested": total(some, SUGGESTED),
            "lines_added": total(some, ADDED),
            "lines_added_percent": percent(total(some, ADDED), total(used, ADDED)),
            "lines_deleted": total(some, DELETED),
            "user_days_with_more_added": sum(row[ADDED] > row[SUGGESTED] for row in some),
        }
        for feature, some in groups(used, "feature").items()
    ]
    return descending(rows, "lines_added", "feature")


def completion_acceptance_by_week(world: World) -> list[Row]:
    completions = [row for row in world.elements("totals_by_feature") if row["feature"] == COMPLETION]
    return [
        {
            "week": week,
            "days_with_users": oracle.distinct(some, "day"),
            "users": oracle.distinct(some),
            "completions": total(some, GENERATIONS),
            "accepted_completions": total(some, ACCEPTANCES),
            "acceptance_percent": percent(total(some, ACCEPTANCES), total(some, GENERATIONS)),
        }
        for week, some in weeks(completions)
    ]


def language_usage(world: World) -> list[Row]:
    used = [{**row, "language": row["language"].lower()} for row in world.elements("totals_by_language_feature")]
    rows = []
    for language, some in groups(used, "language").items():
        completions = [row for row in some if row["feature"] == COMPLETION]
        generated, accepted = total(completions, GENERATIONS) or 0, total(completions, ACCEPTANCES) or 0
        rows.append(
            {
                "language": language,
                "users": oracle.distinct(some),
                "code_generations": total(some, GENERATIONS),
                "completions": generated,
                "accepted_completions": accepted,
                "acceptance_percent": percent(accepted, generated),
                "lines_added": total(some, ADDED),
                "lines_added_percent": percent(total(some, ADDED), total(used, ADDED)),
            }
        )
    return descending(rows, "lines_added", "language")


def editor_usage(world: World) -> list[Row]:
    used = world.elements("totals_by_ide")
    rows = [
        {
            "editor": editor,
            "users": oracle.distinct(some),
            "users_percent": percent(oracle.distinct(some), oracle.distinct(used)),
            "prompts": total(some, PROMPTS),
            "code_generations": total(some, GENERATIONS),
            "lines_added": total(some, ADDED),
            "last_day": max(row["day"] for row in some),
        }
        for editor, some in groups(used, "ide").items()
    ]
    return descending(rows, "users", "editor")


def outdated_editors(world: World, grace_days: int = 7) -> list[Row]:
    name, plugin, sampled = (f"last_known_plugin_version.{part}" for part in ("plugin_version", "plugin", "sampled_at"))
    samples = [row for row in world.elements("totals_by_ide") if re.search(r"\d", row.get(name) or "")]
    rows = []
    for (editor, kind), some in groups(samples, "ide", plugin).items():
        seen = {version: min(_moment(row[sampled]) for row in of) for version, of in groups(some, name).items()}
        old_enough = [version for version, at in seen.items() if utc_day(at) < world.since(grace_days)]
        newest = max(old_enough, key=_numbers, default=None)
        for latest in (max(own, key=lambda row: row[sampled]) for own in groups(some, "user_id").values()):
            if newest is not None and _numbers(latest[name]) < _numbers(newest):
                rows.append(
                    {
                        "user_login": latest["user_login"],
                        "editor": editor,
                        "plugin": kind,
                        "plugin_version": latest[name],
                        "newest_version": newest,
                        "editor_version": latest["last_known_ide_version.ide_version"],
                        "last_seen_at": _moment(latest[sampled]),
                    }
                )
    return sorted(rows, key=lambda row: (row["editor"], row["user_login"]))


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def model_mix(world: World) -> list[Row]:
    used = [{**row, "name": _model(row["model"])} for row in world.elements("totals_by_model_feature")]
    rows = [
        {
            "model": name,
            "spellings": sorted({row["model"] for row in some}),
            "users": oracle.distinct(some),
            "prompts": total(some, PROMPTS),
            "prompts_percent": percent(total(some, PROMPTS), total(used, PROMPTS)),
            "code_generations": total(some, GENERATIONS),
            "lines_added": total(some, ADDED),
        }
        for name, some in groups(used, "name").items()
    ]
    return descending(rows, "prompts", "model")


def _model(name: str) -> str:
    """Return a model's name with its number last: claude-4.5-haiku is claude-haiku-4.5."""
    parts = name.lower().split("-")
    if parts[0] == "claude" and len(parts) > 2 and parts[1].replace(".", "").isdigit():
        parts[1], parts[2] = parts[2], parts[1]
    return "-".join(parts)


def cuts_compared(world: World) -> list[Row]:
    cuts = {
        "whole": world.users,
        "by feature": world.elements("totals_by_feature"),
        "by language and feature": world.elements("totals_by_language_feature"),
        "by editor": world.elements("totals_by_ide"),
        "by model and feature": world.elements("totals_by_model_feature"),
        "by language and model": world.elements("totals_by_language_model"),
    }
    sums = {cut: oracle.totals(rows, (PROMPTS, GENERATIONS, ADDED)) for cut, rows in cuts.items() if rows}
    rows = []
    for cut, found in sums.items():
        row: Row = {"cut": cut}
        for name, figure in (("prompts", PROMPTS), ("code_generations", GENERATIONS), ("lines_added", ADDED)):
            row |= {name: found[figure], f"{name}_percent": percent(found[figure], sums["whole"][figure])}
        rows.append(row)
    return sorted(
        rows,
        key=lambda row: (
            -row["code_generations"],
            row["prompts"] is None,
            -(row["prompts"] or 0),
            row["cut"] != "whole",
            row["cut"],
        ),
    )


# Agents, CLI, reviews, pull requests


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


# Credits, phases, fields, customizations


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


EXPECTED: dict[str, Answer] = {
    answer.__name__: answer
    for answer in (
        *(idle_seats, never_used_seats, seat_status, cost_per_active_user, unique_active_users, daily_active_users),
        *(active_user_rules, day_status, monthly_trend, series_breaks, team_adoption, ai_credits_by_team),
        *(team_coverage, feature_mix, acceptance_by_feature, lines_by_feature, completion_acceptance_by_week),
        *(language_usage, editor_usage, outdated_editors, model_mix, cuts_compared, agent_adoption_by_week),
        *(surface_overlap, cli_usage_by_week, code_review_users_by_week, copilot_pull_requests_by_week),
        *(repository_pull_requests, ai_credits_by_user, ai_credits_by_week, adoption_phase_movement, adoption_phases),
        *(field_coverage, missing_telemetry, customizations_used),
    )
}
"""The queries by name, each with what it must answer."""
