"""The answers to GET: reports' links, seats, billing, settings, and what joins want to know of people and repositories.

A handler takes the world and a call and gives a response; who may call, and which path is whose, is api.py's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from . import shapes, special
from .answers import JSON, Refusal, answer, encoded, link_header, listed, not_found, page_bounds, page_of
from .arrivals import day_text
from .call import Call
from .enterprise import Organization, Repository, Team
from .people import Person, words
from .reports import Report, window
from .seats import Seat
from .wire import Response
from .world import World

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SEAT_COUNTS = words(
    "total added_this_cycle pending_cancellation pending_invitation active_this_cycle inactive_this_cycle"
)


def report(world: World, call: Call) -> Response:
    """Answer with the links of a report."""
    scope = world.scope(call.organization)
    found = world.reports.report(scope.kind, call.names["report"])
    if found is None or found.is_window is not ("latest" in call.names):
        raise not_found()
    day = world.reports.last_day if found.is_window else _wanted_day(call)
    if call.special == special.NO_DATA:
        return special.no_data(scope.kind, found.name, day)
    if not world.has_report(found, scope, day):
        return special.no_report(scope.kind, found.name, day)
    gap = special.gap(scope.kind, found.name, day) if call.special == special.GAPS else None
    if gap is not None:
        return gap
    days = window(day) if found.is_window else {"report_day": day_text(day)}
    return answer({"download_links": _links(world, call, found, day), **days})


def _wanted_day(call: Call) -> int:
    """Give the day that a call must name."""
    text = call.request.query.get("day", "")
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text).toordinal()
    except ValueError:
        pass
    problem = f"'{text}' is not a date in the form YYYY-MM-DD" if text else "is required"
    raise Refusal(422, f"Invalid request.\n\nday {problem}.")


def _links(world: World, call: Call, found: Report, day: int) -> list[str]:
    """Sign a link for every part of a report."""
    scope, now = world.scope(call.organization), world.clock()
    seconds = -1.0 if call.special == special.EXPIRED else world.options.link_seconds
    slug = special.folder(call.special, day) or scope.slug
    made_on = day_text(world.reports.made_on(day))
    folder = f"/{scope.kind}/{slug}/{found.name}-report/{day_text(day)}/{made_on}"
    return [
        world.files_url + world.signer.sign(f"{folder}/part-{n:05}.json", now=now, seconds=seconds)
        for n in range(world.reports.parts(found, scope))
    ]


def seats(world: World, call: Call) -> Response:
    """Answer with a page of seats, of an organization or of the whole enterprise."""
    page, size = page_bounds(call.request, default=50)
    whose = call.organization.login if call.organization else ""
    key = f"{whose}/{world.today}/{world.seats.version}/{page}/{size}"
    held = list(world.seats.of(call.organization).values()) if call.organization else world.seats.everywhere()
    total = len(held) if call.organization else len({seat.holder for seat in held})
    body = world.pages.get(key, lambda: _seat_page(world, page_of(held, page, size), total))
    links = link_header(call.request, world.api_url, many=len(held), page=page, size=size)
    return Response(200, body, {"Content-Type": JSON, **links})


def _seat_page(world: World, held: Sequence[Seat], total: int) -> bytes:
    """Encode a page of seats below their total, which of an enterprise counts each person once."""
    return encoded({"total_seats": total, "seats": [_seat(world, one) for one in held]})


def _seat(world: World, found: Seat) -> dict[str, Any]:
    """Give a seat's JSON."""
    return shapes.seat(found, world.reports.activity, world.today)


def member_seat(world: World, call: Call) -> Response:
    """Answer with the seat of one person in an organization."""
    found = world.seats.of(call.home).get(call.names["username"].lower())
    if found is None:
        raise Refusal(404, "No seat found for this user in this organization.")
    return answer(_seat(world, found))


def enterprise_member_seats(world: World, call: Call) -> Response:
    """Answer with all seats of one person."""
    login = call.names["username"].lower()
    held = [seat for seat in world.seats.everywhere() if seat.holder and seat.holder.login == login]
    if not held:
        raise Refusal(404, "No seat found for this user in this enterprise.")
    return Response(200, _seat_page(world, held, 1), {"Content-Type": JSON})


def billing(world: World, call: Call) -> Response:
    """Answer with an organization's seat counts and policies."""
    key = f"{call.home.login}/{world.today}/{world.seats.version}/billing"
    body = world.pages.get(key, lambda: encoded(_billing(world, call.home)))
    return Response(200, body, {"Content-Type": JSON})


def _billing(world: World, home: Organization) -> dict[str, Any]:
    """Count an organization's seats."""
    held, cycle = list(world.seats.of(home).values()), world.seats.this_cycle()
    seen = [shapes.last_activity_day(seat, world.reports.activity, world.today) for seat in held]
    active = sum(day is not None and day >= cycle for day in seen)
    counts = (
        len(held),
        sum(seat.created >= cycle for seat in held),
        sum(seat.cancelled_on is not None for seat in held),
        sum(seat.holder is None for seat in held),
        active,
        len(held) - active,
    )
    policies = {"public_code_suggestions": "block", "ide_chat": "enabled", "platform_chat": "enabled", "cli": "enabled"}
    plan = {"seat_management_setting": "assign_selected", "plan_type": shapes.plan(home)}
    return {"seat_breakdown": dict(zip(SEAT_COUNTS, counts, strict=True)), **policies, **plan}


def content_exclusion(world: World, call: Call) -> Response:
    """Answer with the content exclusions."""
    return answer(world.settings.exclusions(call.home))


def agent_permissions(world: World, call: Call) -> Response:
    """Answer with the coding agent's mode."""
    mode = world.settings.mode(call.home)
    url = f"{shapes.API}/orgs/{call.home.login}/copilot/coding-agent/permissions/repositories"
    more = {"selected_repositories_url": url} if mode == "selected" else {}
    return answer({"enabled_repositories": mode, **more})


def agent_repositories(world: World, call: Call) -> Response:
    """Answer with the repositories selected for the coding agent."""
    if world.settings.mode(call.home) != "selected":
        raise Refusal(409, "The coding agent policy of this organization is not set to selected repositories.")
    selected = world.settings.repositories(call.home)
    chosen = [repository for repository in world.enterprise.repositories if repository.id in selected]
    return listed(call.request, world.api_url, chosen, shape=shapes.repository, key="repositories")


def agent_configuration(world: World, call: Call) -> Response:
    """Answer with a repository's cloud-agent configuration."""
    position = repository_of(world, call).position
    servers = {"mcpServers": {"octo-docs": {"type": "http", "url": "https://mcp.example.com", "tools": ["search"]}}}
    tools = {
        "codeql": True,
        "copilot_code_review": True,
        "secret_scanning": True,
        "dependency_vulnerability_checks": True,
    }
    return answer(
        {
            "mcp_configuration": servers if position % 3 == 0 else None,
            "enabled_tools": tools | {"codeql": position % 4 != 1},
            "require_actions_workflow_approval": position % 2 == 0,
            "is_firewall_enabled": position % 5 != 4,
            "is_firewall_recommended_allowlist_enabled": True,
            "custom_allowlist": ["packages.example.com"] if position % 2 else [],
            "is_automations_enabled": position % 3 != 2,
            "require_write_access_for_automation_triggers": True,
        }
    )


def repository_of(world: World, call: Call) -> Repository:
    """Give the repository that a path names."""
    home = world.enterprise.organization(call.names["owner"])
    wanted = call.names["repo"].lower()
    for found in world.enterprise.repositories:
        if found.organization == home and found.name == wanted:
            return found
    raise not_found()


def repository(world: World, call: Call) -> Response:
    """Answer with a repository."""
    return answer(shapes.repository(repository_of(world, call)))


def repositories(world: World, call: Call) -> Response:
    """Answer with a page of an organization's repositories."""
    return listed(call.request, world.api_url, _own_repositories(world, call.home), shape=shapes.repository)


def _own_repositories(world: World, home: Organization) -> list[Repository]:
    """Give an organization's repositories."""
    return [found for found in world.enterprise.repositories if found.organization == home]


def organization(world: World, call: Call) -> Response:
    """Answer with an organization."""
    return answer(shapes.full_organization(call.home, len(_own_repositories(world, call.home))))


def members(world: World, call: Call) -> Response:
    """Answer with a page of an organization's members."""
    return _people(world, call, call.home.members)


def teams(world: World, call: Call) -> Response:
    """Answer with a page of an organization's teams."""
    own = [team for team in world.enterprise.teams if team.organization == call.home]
    return listed(call.request, world.api_url, own, shape=lambda team: shapes.team(team, world.enterprise.slug))


def team_of(world: World, home: Organization, slug: str) -> Team:
    """Give an organization's team by slug."""
    for team in world.enterprise.teams:
        if team.organization == home and team.slug == slug.lower():
            return team
    raise not_found()


def team_members(world: World, call: Call) -> Response:
    """Answer with a page of a team's members."""
    return _people(world, call, team_of(world, call.home, call.names["team_slug"]).members)


def _people(world: World, call: Call, indexes: Sequence[int]) -> Response:
    """Answer with a page of people."""
    return listed(call.request, world.api_url, indexes, shape=lambda n: shapes.simple_user(world.enterprise.people[n]))


def user(world: World, call: Call) -> Response:
    """Answer with a person."""
    return _user(world, world.enterprise.by_login.get(call.names["username"].lower()))


def myself(world: World, _: Call) -> Response:
    """Answer with the token's owner: the first person."""
    return _user(world, world.enterprise.people[0])


def _user(world: World, someone: Person | None) -> Response:
    """Answer with a person, if there is one."""
    if someone is None:
        raise not_found()
    return answer(shapes.full_user(someone, world.enterprise.organizations[someone.organizations[0]]))
