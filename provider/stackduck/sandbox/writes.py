"""The answers to POST, PUT and DELETE: seats and settings change in memory, and the statuses are GitHub's."""

from __future__ import annotations

from collections.abc import Iterable

from .answers import Refusal, answer, body_list, body_object, not_found, nothing
from .call import Call
from .reads import team_of
from .settings import MODES, POLICIES
from .wire import Response
from .world import World


def add_users(world: World, call: Call) -> Response:
    """Seat the users that the body selects."""
    return answer({"seats_created": world.seats.add(call.home, _logins(world, call))}, status=201)


def cancel_users(world: World, call: Call) -> Response:
    """End the seats of the users that the body selects."""
    return answer({"seats_cancelled": world.seats.cancel(call.home, _logins(world, call))})


def _logins(world: World, call: Call) -> list[str]:
    """Give the selected users, all of whom must be members."""
    logins = [login.lower() for login in body_list(call.request, "selected_usernames", str)]
    for login in logins:
        someone = world.enterprise.by_login.get(login)
        if someone is None or call.home.position not in someone.organizations:
            raise Refusal(422, f"Invalid request.\n\n{login} is not a member of the {call.home.login} organization.")
    return logins


def add_teams(world: World, call: Call) -> Response:
    """Seat the members of the teams that the body selects."""
    made = 0
    for slug in body_list(call.request, "selected_teams", str):
        team = team_of(world, call.home, slug)
        made += world.seats.add(call.home, _logins_of(world, team.members), team=team)
    return answer({"seats_created": made}, status=201)


def cancel_teams(world: World, call: Call) -> Response:
    """End the seats of the members of the teams that the body selects."""
    teams = [team_of(world, call.home, slug) for slug in body_list(call.request, "selected_teams", str)]
    ended = sum(world.seats.cancel(call.home, _logins_of(world, team.members)) for team in teams)
    return answer({"seats_cancelled": ended})


def _logins_of(world: World, indexes: Iterable[int]) -> list[str]:
    """Give the logins of people."""
    return [world.enterprise.people[n].login for n in indexes]


def set_agent_permissions(world: World, call: Call) -> Response:
    """Set the coding agent's mode."""
    mode = body_object(call.request).get("enabled_repositories")
    if mode not in MODES:
        raise Refusal(422, f'Invalid request.\n\n"enabled_repositories" must be one of {", ".join(MODES)}.')
    world.settings.set_mode(call.home, str(mode))
    return nothing()


def set_agent_repositories(world: World, call: Call) -> Response:
    """Set the repositories selected for the coding agent."""
    _need_selected(world, call)
    ids = body_list(call.request, "selected_repository_ids", int)
    for number in ids:
        _own_repository(world, call, number)
    world.settings.set_repositories(call.home, ids)
    return nothing()


def enable_agent_repository(world: World, call: Call) -> Response:
    """Select one more repository for the coding agent."""
    _need_selected(world, call)
    number = _own_repository(world, call, _repository_id(call))
    world.settings.set_repositories(call.home, world.settings.repositories(call.home) | {number})
    return nothing()


def disable_agent_repository(world: World, call: Call) -> Response:
    """Deselect a repository for the coding agent."""
    _need_selected(world, call)
    number = _own_repository(world, call, _repository_id(call))
    world.settings.set_repositories(call.home, world.settings.repositories(call.home) - {number})
    return nothing()


def _need_selected(world: World, call: Call) -> None:
    """Refuse unless the coding agent's mode is `selected`."""
    if world.settings.mode(call.home) != "selected":
        raise Refusal(409, "The coding agent policy of this organization is not set to selected repositories.")


def _repository_id(call: Call) -> int:
    """Give the repository id of a path."""
    text = call.names["repository_id"]
    if not text.isascii() or not text.isdecimal():
        raise not_found()
    return int(text)


def _own_repository(world: World, call: Call, number: int) -> int:
    """Give a repository's id if the organization owns it."""
    if not any(r.id == number and r.organization == call.home for r in world.enterprise.repositories):
        raise not_found()
    return number


def set_content_exclusion(world: World, call: Call) -> Response:
    """Replace the content exclusions."""
    world.settings.set_exclusions(call.home, body_object(call.request))
    return answer({"message": "Content exclusion rules updated successfully."})


def set_agent_policy(world: World, call: Call) -> Response:
    """Set the enterprise's coding-agent policy."""
    state = body_object(call.request).get("policy_state")
    if state not in POLICIES:
        raise Refusal(400, f"policy_state must be one of {', '.join(POLICIES)}")
    world.settings.policy = str(state)
    return nothing()


def add_policy_organizations(world: World, call: Call) -> Response:
    """Add organizations to the coding-agent policy."""
    world.settings.select_organizations(_policy_organizations(world, call))
    return nothing()


def remove_policy_organizations(world: World, call: Call) -> Response:
    """Take organizations out of the coding-agent policy."""
    world.settings.deselect_organizations(_policy_organizations(world, call))
    return nothing()


def _policy_organizations(world: World, call: Call) -> list[str]:
    """Give the organizations of the body, where the policy allows a selection; no property is defined here."""
    if world.settings.policy != "enabled_for_selected_orgs":
        raise Refusal(400, "The coding agent policy of this enterprise is not set to selected organizations")
    if "custom_properties" in body_object(call.request):
        return []
    logins = [login.lower() for login in body_list(call.request, "organizations", str)]
    if unknown := [login for login in logins if login not in world.enterprise.logins]:
        raise Refusal(400, f"Unknown organizations: {', '.join(unknown)}")
    return logins
