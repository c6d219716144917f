"""What the queries about teams must answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date

from ... import usage_oracle as oracle
from ...usage_oracle import Row
from .world import ADDED, CREDITS, GENERATIONS, PROMPTS, Answer, World, descending, groups, percent, ratio, total


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


ANSWERS: tuple[Answer, ...] = (
    team_adoption,
    ai_credits_by_team,
    team_coverage,
)
"""The queries of this module."""
