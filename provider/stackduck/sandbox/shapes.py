"""GitHub's JSON for people, organizations, teams, repositories and seats.

Pure: the same thing gives the same object, whatever port the sandbox listens on.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from . import arrivals
from .activity import Activity
from .arrivals import day_text
from .enterprise import SLUG, Organization, Repository, Team
from .people import Person, dice
from .seats import Seat
from .usage import surface_of

API, WEB = "https://api.github.com", "https://github.com"
USER_LINKS = {
    "followers_url": "followers",
    "following_url": "following{/other_user}",
    "gists_url": "gists{/gist_id}",
    "starred_url": "starred{/owner}{/repo}",
    "subscriptions_url": "subscriptions",
    "organizations_url": "orgs",
    "repos_url": "repos",
    "events_url": "events{/privacy}",
    "received_events_url": "received_events",
}


def node_id(kind: str, number: int) -> str:
    """Give a node id in the manner of GitHub's."""
    return f"{kind}_{b64encode(str(number).encode()).decode().rstrip('=')}"


def simple_user(someone: Person) -> dict[str, Any]:
    """Give a person as lists show them."""
    url = f"{API}/users/{someone.login}"
    return {
        "login": someone.login,
        "id": someone.id,
        "node_id": node_id("U", someone.id),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{someone.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{WEB}/{someone.login}",
        **{name: f"{url}/{end}" for name, end in USER_LINKS.items()},
        "type": "User",
        "user_view_type": "public",
        "site_admin": False,
    }


def full_user(someone: Person, home: Organization) -> dict[str, Any]:
    """Give a person as /users/{login} shows them."""
    created = f"{day_text(arrivals.ENTERPRISE_HISTORY - 900 - someone.id % 900)}T08:00:00Z"
    return {
        **simple_user(someone),
        "name": someone.name,
        "company": f"@{home.login}",
        "blog": "",
        "location": None,
        "email": None,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": someone.id % 9,
        "public_gists": 0,
        "followers": someone.id % 70,
        "following": someone.id % 30,
        "created_at": created,
        "updated_at": f"{day_text(arrivals.ENTERPRISE_HISTORY)}T08:00:00Z",
    }


def organization(found: Organization) -> dict[str, Any]:
    """Give an organization as seats and lists show it."""
    url = f"{API}/orgs/{found.login}"
    return {
        "login": found.login,
        "id": found.id,
        "node_id": node_id("O", found.id),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{found.id}?v=4",
        "description": "A made-up organization of the stackduck sandbox",
    }


def full_organization(found: Organization, repositories: int) -> dict[str, Any]:
    """Give an organization as /orgs/{org} shows it."""
    return {
        **organization(found),
        "name": found.login.replace("-", " ").title(),
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "is_verified": False,
        "has_organization_projects": True,
        "has_repository_projects": True,
        "public_repos": repositories // 4,
        "total_private_repos": repositories - repositories // 4,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "html_url": f"{WEB}/{found.login}",
        "type": "Organization",
        "created_at": "2021-03-04T09:00:00Z",
        "updated_at": "2025-10-10T09:00:00Z",
    }


def team(found: Team, owner: str) -> dict[str, Any]:
    """Give a team."""
    home = f"orgs/{found.organization.login}" if found.organization else f"enterprises/{owner}"
    url = f"{API}/{home}/teams/{found.slug}"
    return {
        "id": found.id,
        "node_id": node_id("T", found.id),
        "url": url,
        "html_url": f"{WEB}/{home}/teams/{found.slug}",
        "name": found.name,
        "slug": found.slug,
        "description": "",
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "type": "organization" if found.organization else "enterprise",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "parent": None,
    }


def repository(found: Repository) -> dict[str, Any]:
    """Give a repository, without most of its hundred links."""
    owner, full_name = found.organization, f"{found.organization.login}/{found.name}"
    keep = ("login", "id", "node_id", "avatar_url", "url", "repos_url", "events_url")
    shown = organization(owner)
    return {
        "id": found.id,
        "node_id": node_id("R", found.id),
        "name": found.name,
        "full_name": full_name,
        "private": found.visibility != "PUBLIC",
        "owner": {name: shown[name] for name in keep} | {"type": "Organization", "site_admin": False},
        "html_url": f"{WEB}/{full_name}",
        "description": None,
        "fork": False,
        "url": f"{API}/repos/{full_name}",
        "visibility": found.visibility.lower(),
        "default_branch": "main",
        "language": ("TypeScript", "Python", "Go", "Java")[found.position % 4],
        "archived": False,
        "disabled": False,
        "stargazers_count": found.position % 17,
        "forks_count": found.position % 5,
        "open_issues_count": found.position % 11,
        "size": 200 + found.position * 37,
        "topics": [],
        "created_at": "2022-01-10T09:00:00Z",
        "updated_at": "2026-01-10T09:00:00Z",
        "pushed_at": "2026-01-10T09:00:00Z",
    }


def seat(found: Seat, activity: Activity, today: int) -> dict[str, Any]:
    """Give a seat with what GitHub knows of its last use, which it forgets after 90 days."""
    created = f"{day_text(found.created)}T09:00:00Z"
    return {
        "created_at": created,
        "updated_at": created,
        "pending_cancellation_date": day_text(found.cancelled_on) if found.cancelled_on else None,
        **_last_use(found, activity, today),
        "plan_type": plan(found.organization),
        "assignee": simple_user(found.holder) if found.holder else None,
        "assigning_team": team(found.team, SLUG) if found.team else None,
        "organization": organization(found.organization) if found.organization else None,
    }


def plan(home: Organization | None) -> str:
    """Give the plan of an organization, or of the enterprise."""
    return "business" if home and home.position else "enterprise"


def last_activity_day(found: Seat, activity: Activity, today: int) -> int | None:
    """Give the day of a seat's last use on any surface, those outside the reports among them."""
    if found.holder is None:
        return None
    if found.holder.kind == "web":
        return today - 1 - found.holder.id % 5
    return activity.last_day(found.holder, today - 1)


def _last_use(found: Seat, activity: Activity, today: int) -> dict[str, str | None]:
    """Give the three fields of a seat's last use."""
    day = last_activity_day(found, activity, today)
    names = "last_activity_at", "last_activity_editor", "last_authenticated_at"
    fields: dict[str, str | None] = dict.fromkeys(names)
    if found.holder is None or found.holder.kind == "never":
        return fields
    rolls = dice(activity.seed, "seen", found.holder.id, day)
    seen = day if day is not None else today - 60 - rolls[1] % 25
    fields["last_authenticated_at"] = f"{day_text(seen)}T06:{rolls[0] % 60:02}:00Z"
    if day is not None:
        fields["last_activity_at"] = f"{day_text(day)}T{8 + rolls[2] % 10:02}:{rolls[3] % 60:02}:{rolls[4] % 60:02}Z"
        fields["last_activity_editor"] = _editor(found.holder, rolls[5])
    return fields


def _editor(someone: Person, byte: int) -> str:
    """Give where a person was last seen."""
    return {"cli": "copilot-cli/1.0.64", "web": "copilot-chat-dotcom"}.get(someone.kind) or surface_of(someone, byte)
