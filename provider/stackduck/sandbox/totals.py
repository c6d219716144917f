"""The rows of everything but the users reports: an enterprise's or organization's day, teams and repositories.

An entity's day is the sum of its members' days, made of the same cells; active users are counted, never added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from . import arrivals
from .activity import MONTH, WEEK, Activity, active_days, count
from .arrivals import day_text
from .cells import Cell, Metrics, cells, groupings, merged, named, total
from .enterprise import Enterprise, Repository, Scope, Team
from .people import (
    AGENT,
    APP,
    CHAT,
    CLI,
    CLOUD,
    COMPLETION,
    REVIEW_ACTIVE,
    REVIEW_PASSIVE,
    VSCODE_AGENT,
)
from .pulls import PullRequest, median, pull_requests, review_times, statistics
from .usage import CUSTOMIZATIONS, PHASES, customizations, row_rolls, surface_blocks, token_block

SMALLEST_TEAM = 5
ENGAGEMENT = (
    ("code_completion", COMPLETION),
    ("chat", CHAT),
    ("agent_mode", AGENT),
    ("copilot_cli", CLI),
    ("copilot_cloud_agent", CLOUD),
    ("copilot_code_review", REVIEW_ACTIVE),
    ("copilot_app", APP),
)
SPANS = (
    ("active_copilot_cloud_agent_users", CLOUD, arrivals.CLOUD_AGENT),
    ("active_copilot_code_review_users", REVIEW_ACTIVE, arrivals.CODE_REVIEW_COUNTS),
    ("passive_copilot_code_review_users", REVIEW_PASSIVE, arrivals.CODE_REVIEW_COUNTS),
)
"""What is counted daily, weekly and monthly, and since when."""
DAILY = (
    ("daily_active_copilot_app_users", APP, arrivals.COPILOT_APP),
    ("daily_active_vscode_agent_users", VSCODE_AGENT, arrivals.VSCODE_AGENT),
)
TOKEN_BLOCKS = ("totals_by_cli", "totals_by_copilot_app")


class Member(NamedTuple):
    """A member who was active on the day."""

    number: int
    used: int
    metrics: Metrics
    blocks: dict[str, Any]
    """What the row has beside the metrics, of the surfaces outside the editor and of customizations."""


def entity_row(activity: Activity, enterprise: Enterprise, scope: Scope, day: int) -> dict[str, Any]:
    """Give the row of an enterprise or organization on a day."""
    pulls = [pull for found in own_repositories(enterprise, scope) for pull in pull_requests(activity.seed, found, day)]
    active, done = _active_members(activity, scope, day)
    return {
        "day": day_text(day),
        **scope.ids,
        **_active_users(activity, scope, day, active),
        **named(total(done)),
        **groupings(done),
        **_blocks(active),
        **_third_party(active, day),
        **_customizations(active, day),
        **_phases(activity, scope, day, active, pulls),
        **({"pull_requests": statistics(pulls, day)} if day >= arrivals.PULL_REQUESTS else {}),
    }


def _active_members(activity: Activity, scope: Scope, day: int) -> tuple[list[Member], list[Cell]]:
    """Give the active members, and all their cells added up."""
    used, hidden = activity.on(day), scope.hidden(day)
    members: list[Member] = []
    everything: list[Cell] = []
    for index in scope.members:
        if surfaces := used[index] & ~hidden:
            someone = activity.people[index]
            done = cells(activity.seed, someone, day, surfaces)
            rolls = row_rolls(activity.seed, someone, day)
            blocks = surface_blocks(someone, day, done, surfaces, rolls, scope) | customizations(day, surfaces, rolls)
            members.append(Member(index, surfaces, total(done), blocks))
            everything += done
    return members, merged(everything)


def _active_users(activity: Activity, scope: Scope, day: int, active: Sequence[Member]) -> dict[str, int]:
    """Count distinct users of the day, of seven days and of 28, none of them before the scope's history."""
    weekly, monthly = (
        activity.within(day, length, members=scope.members, since=scope.since, hidden=scope.hidden)
        for length in (WEEK, MONTH)
    )
    counts = {
        "daily_active_users": len(active),
        "weekly_active_users": sum(map(bool, weekly)),
        "monthly_active_users": sum(map(bool, monthly)),
        "monthly_active_chat_users": _users_of(monthly, CHAT),
        "monthly_active_agent_users": _users_of(monthly, AGENT),
    }
    for name, surface, since in SPANS:
        if day >= since:
            counts[f"daily_{name}"] = _today(active, surface)
            counts[f"weekly_{name}"] = _users_of(weekly, surface)
            counts[f"monthly_{name}"] = _users_of(monthly, surface)
    for name, surface, since in (("daily_active_cli_users", CLI, scope.cli_since), *DAILY):
        if day >= since:
            counts[name] = _today(active, surface)
    return counts


def _users_of(packed: Sequence[int], surface: int) -> int:
    """Count the users of a surface in a window."""
    return sum(count(counts, surface) > 0 for counts in packed)


def _today(active: Sequence[Member], surface: int) -> int:
    """Count the users of a surface on the day."""
    return sum(bool(member.used & surface) for member in active)


def _blocks(active: Sequence[Member]) -> dict[str, Any]:
    """Add up the blocks of the command line, the app and the agents window, each only where somebody used it."""
    found: dict[str, Any] = {}
    for name in TOKEN_BLOCKS:
        if blocks := [member.blocks[name] for member in active if name in member.blocks]:
            found[name] = token_block(_token_sums(blocks))
    if blocks := [member.blocks["totals_by_vscode_agent"] for member in active if member.used & VSCODE_AGENT]:
        found["totals_by_vscode_agent"] = {key: sum(block[key] for block in blocks) for key in blocks[0]}
    return found


def _token_sums(blocks: Sequence[dict[str, Any]]) -> tuple[int, int, int, int, int]:
    """Add up token blocks; an average is taken anew."""
    sessions, requests, prompts = (
        sum(block[name] for block in blocks) for name in ("session_count", "request_count", "prompt_count")
    )
    incoming, outgoing = (
        sum(block["token_usage"][name] for block in blocks) for name in ("prompt_tokens_sum", "output_tokens_sum")
    )
    return sessions, requests, prompts, incoming, outgoing


def _third_party(active: Sequence[Member], day: int) -> dict[str, Any]:
    """Add up the jobs of other vendors' agents; each job of an entity is a session."""
    if day < arrivals.THIRD_PARTY_AGENTS:
        return {}
    sums: dict[tuple[str, str], int] = {}
    for member in active:
        for row in member.blocks.get("totals_by_3rd_party_agent", ()):
            key = row["agent_id"], row["agent_name"]
            sums[key] = sums.get(key, 0) + row["user_initiated_interaction_count"]
    rows = [
        {"agent_id": agent, "agent_name": name, "session_count": jobs, "user_initiated_interaction_count": jobs}
        for (agent, name), jobs in sorted(sums.items())
    ]
    return {"totals_by_3rd_party_agent": rows}


def _customizations(active: Sequence[Member], day: int) -> dict[str, Any]:
    """Add up what was used of skills and the like, and count the distinct ones."""
    if day < arrivals.CUSTOMIZATION:
        return {}
    found: dict[str, Any] = {}
    for kind in CUSTOMIZATIONS:
        sums: dict[str, int] = {}
        for member in active:
            for row in member.blocks.get(f"totals_by_{kind}", ()):
                sums[row[kind]] = sums.get(row[kind], 0) + row["interaction_count"]
        found[f"totals_by_{kind}"] = [{kind: name, "interaction_count": sums[name]} for name in sorted(sums)]
        found[f"distinct_{kind}_use_count"] = len(sums)
    return found


def _phases(
    activity: Activity, scope: Scope, day: int, active: Sequence[Member], pulls: Sequence[PullRequest]
) -> dict[str, Any]:
    """Give the adoption phases that somebody active is in."""
    if day < arrivals.ADOPTION_PHASE:
        return {}
    phases = activity.phases(day)
    rows = []
    for number, name in enumerate(PHASES):
        engaged = [member.metrics for member in active if phases[member.number] == number]
        if engaged:
            row = {"phase": name, "phase_number": number, "total_engaged_users": len(engaged)}
            if day >= arrivals.CUSTOMIZATION:
                row["users_in_phase_28d"] = _users_in_phase(activity, scope, day, number)
            own = [pull for pull in pulls if phases[pull.author] == number]
            rows.append({**row, **_averages(engaged), **_pull_averages(own, len(engaged), day)})
    return {"totals_by_ai_adoption_phase": rows}


def _users_in_phase(activity: Activity, scope: Scope, day: int, number: int) -> int:
    """Count the members in a phase who were active in the 28 days."""
    monthly = activity.within(day, MONTH, members=scope.members, since=scope.since, hidden=scope.hidden)
    phases = activity.phases(day)
    return sum(phases[index] == number and bool(packed) for index, packed in zip(scope.members, monthly, strict=True))


def _averages(engaged: Sequence[Metrics]) -> dict[str, float]:
    """Give the averages of a phase's users."""
    names = (
        ("avg_user_initiated_interactions", 0),
        ("avg_code_generation_activities", 1),
        ("avg_code_acceptance_activities", 2),
        ("avg_loc_added", 5),
        ("avg_loc_deleted", 6),
    )
    return {name: round(sum(metrics[n] for metrics in engaged) / len(engaged), 2) for name, n in names}


def _pull_averages(own: Sequence[PullRequest], engaged: int, day: int) -> dict[str, Any]:
    """Give the pull requests of a phase's users, as far as GitHub had them by the day."""
    done = [pull for pull in own if pull.merged]
    minutes = sorted(pull.minutes_to_merge for pull in done)
    found: dict[str, Any] = {
        "avg_pull_requests_created": round(sum(pull.created for pull in own) / engaged, 2),
        "avg_pull_requests_reviewed": round(sum(pull.reviewed for pull in own) / engaged, 2),
        "avg_pull_requests_merged": round(len(done) / engaged, 2),
        "avg_pull_requests_median_minutes_to_merge": median(minutes) if minutes else None,
    }
    if day >= arrivals.PHASE_MERGES:
        found["total_pull_requests_merged"] = len(done)
    if day >= arrivals.PHASE_REVIEWS:
        waits = sorted(pull.minutes[0] for pull in own if pull.reviewed)
        cycles = [1 + (pull.minutes[1] > 60) for pull in own if pull.reviewed]
        found["avg_pull_requests_minutes_to_review"] = median(waits) if waits else None
        found["avg_pull_requests_review_cycles"] = round(sum(cycles) / len(cycles), 2) if cycles else None
    return found


def window_head(activity: Activity, scope: Scope, day: int) -> dict[str, Any]:
    """Give what the 28-day report has beside its days."""
    head: dict[str, Any] = {**scope.ids, "created_at": f"{day_text(day + 1)}T03:36:11.710Z"}
    if day < arrivals.CUSTOMIZATION:
        return head | {"copilot_feature_engagement": None}
    monthly = activity.within(day, MONTH, members=scope.members, since=scope.since, hidden=scope.hidden)
    features = [
        {"feature": name, "engaged_user_count": sum(count(packed, surface) >= 2 for packed in monthly)}
        for name, surface in ENGAGEMENT
    ]
    active = sum(active_days(packed) > 0 for packed in monthly)
    return head | {"copilot_feature_engagement": {"active_user_count": active, "totals_by_feature": features}}


def own_repositories(enterprise: Enterprise, scope: Scope) -> list[Repository]:
    """Give the repositories of an organization, or all."""
    everything = enterprise.repositories
    return [found for found in everything if scope.position in (None, found.organization.position)]


def repository_rows(enterprise: Enterprise, scope: Scope, day: int) -> Iterator[dict[str, Any]]:
    """Give a row for every repository in which something happened."""
    for found in own_repositories(enterprise, scope):
        if pulls := pull_requests(enterprise.seed, found, day):
            yield {
                "day": day_text(day),
                "enterprise_id": str(enterprise.id),
                "organization_id": str(found.organization.id),
                "repo_id": found.id,
                "repo_owner_name": found.organization.login,
                "repo_name": found.name,
                "repo_visibility": found.visibility,
                "pull_requests": statistics(pulls, day),
                "pull_request_review_times": review_times(pulls, day),
            }


def user_team_rows(enterprise: Enterprise, scope: Scope, day: int) -> Iterator[dict[str, Any]]:
    """Give a row for every member of every team that is large enough; the enterprise has teams of its own."""
    name = f"{scope.kind}_id"
    for team in enterprise.teams:
        members = _seated(enterprise, team)
        position = team.organization.position if team.organization else None
        if position != scope.position or len(members) < SMALLEST_TEAM:
            continue
        for index in members:
            someone = enterprise.people[index]
            who = {"user_id": someone.id, "user_login": someone.login, "day": day_text(day)}
            yield {**who, name: scope.ids[name], "team_id": team.id, "slug": team.slug}


def _seated(enterprise: Enterprise, team: Team) -> list[int]:
    """Give the members of a team who have a seat."""
    return [index for index in team.members if index < enterprise.users]
