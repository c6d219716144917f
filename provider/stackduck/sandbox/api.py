"""The API origin: who may call, which handler a path belongs to, and the headers of every answer.

What is answered is in reads.py and writes.py.
"""

from __future__ import annotations

import threading
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache

from . import reads, special, writes
from .answers import Refusal, not_found
from .blobs import packed
from .call import Call
from .people import dice
from .wire import Request, Response
from .world import World

RATE_LIMIT = 15_000
VERSIONS = ("2022-11-28", "2026-03-10")
GZIP_FROM = 1024

Handler = Callable[[World, Call], Response]

ROUTES: dict[str, Handler] = {
    "GET /enterprises/{enterprise}/copilot/metrics/reports/{report}": reads.report,
    "GET /enterprises/{enterprise}/copilot/metrics/reports/{report}/{latest=latest}": reads.report,
    "GET /enterprises/{enterprise}/copilot/billing/seats": reads.seats,
    "GET /enterprises/{enterprise}/members/{username}/copilot": reads.enterprise_member_seats,
    "PUT /enterprises/{enterprise}/copilot/policies/coding_agent": writes.set_agent_policy,
    "POST /enterprises/{enterprise}/copilot/policies/coding_agent/organizations": writes.add_policy_organizations,
    "DELETE /enterprises/{enterprise}/copilot/policies/coding_agent/organizations": writes.remove_policy_organizations,
    "GET /orgs/{org}/copilot/metrics/reports/{report}": reads.report,
    "GET /orgs/{org}/copilot/metrics/reports/{report}/{latest=latest}": reads.report,
    "GET /orgs/{org}/copilot/billing": reads.billing,
    "GET /orgs/{org}/copilot/billing/seats": reads.seats,
    "POST /orgs/{org}/copilot/billing/selected_users": writes.add_users,
    "DELETE /orgs/{org}/copilot/billing/selected_users": writes.cancel_users,
    "POST /orgs/{org}/copilot/billing/selected_teams": writes.add_teams,
    "DELETE /orgs/{org}/copilot/billing/selected_teams": writes.cancel_teams,
    "GET /orgs/{org}/members/{username}/copilot": reads.member_seat,
    "GET /orgs/{org}/copilot/content_exclusion": reads.content_exclusion,
    "PUT /orgs/{org}/copilot/content_exclusion": writes.set_content_exclusion,
    "GET /orgs/{org}/copilot/coding-agent/permissions": reads.agent_permissions,
    "PUT /orgs/{org}/copilot/coding-agent/permissions": writes.set_agent_permissions,
    "GET /orgs/{org}/copilot/coding-agent/permissions/repositories": reads.agent_repositories,
    "PUT /orgs/{org}/copilot/coding-agent/permissions/repositories": writes.set_agent_repositories,
    "PUT /orgs/{org}/copilot/coding-agent/permissions/repositories/{repository_id}": writes.enable_agent_repository,
    "DELETE /orgs/{org}/copilot/coding-agent/permissions/repositories/{repository_id}": writes.disable_agent_repository,
    "GET /repos/{owner}/{repo}/copilot/cloud-agent/configuration": reads.agent_configuration,
    "GET /repos/{owner}/{repo}": reads.repository,
    "GET /orgs/{org}": reads.organization,
    "GET /orgs/{org}/members": reads.members,
    "GET /orgs/{org}/repos": reads.repositories,
    "GET /orgs/{org}/teams": reads.teams,
    "GET /orgs/{org}/teams/{team_slug}/members": reads.team_members,
    "GET /users/{username}": reads.user,
    "GET /user": reads.myself,
}


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, int], list[tuple[list[str], Handler]]]:
    """Give the routes by method and number of segments."""
    table: dict[tuple[str, int], list[tuple[list[str], Handler]]] = {}
    for route, handler in ROUTES.items():
        method, path = route.split()
        pattern = path.split("/")[1:]
        table.setdefault((method, len(pattern)), []).append((pattern, handler))
    return table


def match(method: str, segments: list[str]) -> tuple[Handler, dict[str, str]] | None:
    """Give the handler of a path and the names in it."""
    for pattern, handler in _table().get((method, len(segments)), ()):
        names = _names(pattern, segments)
        if names is not None:
            return handler, names
    return None


def _names(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    """Give the named segments of a path, or None if the pattern is another's."""
    names: dict[str, str] = {}
    for expected, given in zip(pattern, segments, strict=True):
        if not expected.startswith("{"):
            if expected != given:
                return None
            continue
        name, _, literal = expected[1:-1].partition("=")
        if literal and literal != given:
            return None
        names[name] = given
    return names


class Api:
    """Answers requests as api.github.com would."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._answered = 0
        self._asked: Counter[str] = Counter()

    def __call__(self, request: Request) -> Response:
        """Answer a request."""
        with self._lock:
            self._answered += 1
            number = self._answered
        try:
            response = self._answer(request)
        except Refusal as refusal:
            response = refusal.response
        return _compressed(request, Response(response.status, response.body, self._headers(response, number)))

    def _answer(self, request: Request) -> Response:
        """Find out who calls what, and let the handler answer."""
        check_token(self._world.token, request.headers.get("authorization"))
        version = request.headers.get("x-github-api-version", VERSIONS[0])
        if version not in VERSIONS:
            raise Refusal(400, f"'{version}' is not a supported version")
        found = match("GET" if request.method == "HEAD" else request.method, request.segments)
        if found is None:
            raise not_found()
        handler, names = found
        return handler(self._world, self._call(request, names))

    def _call(self, request: Request, names: dict[str, str]) -> Call:
        """Resolve the enterprise or organization of a path."""
        if "enterprise" not in names and "org" not in names:
            return Call(request, names)
        kind = "enterprise" if "enterprise" in names else "organization"
        slug = (names.get("enterprise") or names.get("org") or "").lower()
        special.refuse(slug, kind, now=self._world.clock())
        twist = self._twist(slug, request)
        if kind == "enterprise":
            if slug != self._world.enterprise.slug and twist is None:
                raise not_found()
            return Call(request, names, None, twist)
        home = self._world.enterprise.organization(self._world.enterprise.logins[0] if twist else slug)
        if home is None:
            raise not_found()
        return Call(request, names, home, twist)

    def _twist(self, slug: str, request: Request) -> str | None:
        """Give the special name in whose manner to answer, if any; two depend on how often was asked."""
        if slug == special.FLAKY and self._count(request.path) <= 2:
            raise Refusal(502, "Server Error")
        if slug == special.STALE:
            is_first = self._count(f"{request.path}?day={request.query.get('day')}") % 2
            return special.EXPIRED if is_first else special.STALE
        return slug if slug in special.TWISTS else None

    def _count(self, key: str) -> int:
        """Count how often something was asked for."""
        with self._lock:
            self._asked[key] += 1
            return self._asked[key]

    def _headers(self, response: Response, number: int) -> dict[str, str]:
        """Give the headers that every answer bears; those of the answer itself come last."""
        used = number % RATE_LIMIT
        return {
            "X-GitHub-Request-Id": dice("request", number, size=8).hex().upper(),
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-RateLimit-Limit": str(RATE_LIMIT),
            "X-RateLimit-Remaining": str(RATE_LIMIT - used),
            "X-RateLimit-Used": str(used),
            "X-RateLimit-Reset": str((int(self._world.clock()) // 3600 + 1) * 3600),
            "X-RateLimit-Resource": "core",
            "Cache-Control": "private, max-age=60, s-maxage=60",
            **response.headers,
        }


def check_token(token: str, authorization: str | None) -> None:
    """Refuse whoever does not show the token, in any of the three forms that GitHub takes."""
    if authorization is None:
        raise Refusal(401, "Requires authentication")
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "basic":
        given = _password(given)
    if scheme.lower() not in ("bearer", "token", "basic") or given.strip() != token:
        raise Refusal(401, "Bad credentials")


def _password(encoded: str) -> str:
    """Give the password of basic credentials."""
    try:
        return b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _compressed(request: Request, response: Response) -> Response:
    """Compress a body of some size for whoever takes gzip."""
    if len(response.body) < GZIP_FROM or "gzip" not in request.headers.get("accept-encoding", ""):
        return response
    headers: Mapping[str, str] = {**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(response.status, _packed(response.body), headers)


_packed = lru_cache(maxsize=256)(packed)
