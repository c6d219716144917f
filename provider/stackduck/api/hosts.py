"""Where the API is: its base URL, checked, and what follows from its host.

Decides which URLs a token may be sent to. Opens no connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urljoin

from stackduck.catalog.model import Request
from stackduck.errors import InterfaceError, ProgrammingError
from stackduck.frozen import frozen

GITHUB = "https://api.github.com"
API_VERSION = "2026-03-10"
SERVER_API_VERSION = "2022-11-28"
"""What GitHub Enterprise Server knows; it refuses versions that are newer than itself."""

URL = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(/[!-~]*)?", re.IGNORECASE)
"""Scheme, host, port and the rest of a URL; none with a user name or a password fits."""
_PATH = re.compile(r"/[!\"$-.0->@-~/]*")
_DEFAULT_PORTS = {"https": "443", "http": "80"}


@frozen
class Base:
    """The API's base URL, taken apart."""

    origin: str
    """Scheme, host and port in lower case: https://api.github.com."""
    host: str
    prefix: str = ""
    """The path before every request's own: /api/v3 on GitHub Enterprise Server."""
    is_loopback: bool = False

    @property
    def gh_host(self) -> str:
        """The name under which the gh command keeps this host's token."""
        is_api_host = self.host == "api.github.com" or self.host.endswith(".ghe.com")
        return self.host.removeprefix("api.") if is_api_host else self.host

    @property
    def api_version(self) -> str:
        """The newest API version that the host is sure to know."""
        is_server = not (self.is_loopback or self.gh_host == "github.com" or self.host.endswith(".ghe.com"))
        return SERVER_API_VERSION if is_server else API_VERSION

    def target(self, request: Request) -> str:
        """Return path and query of a request's first page, as they are sent."""
        if not _PATH.fullmatch(request.path):
            raise ProgrammingError(f"{request.resource}: the path {request.path_template} cannot be sent")
        query = urlencode(request.query, quote_via=quote, safe="")
        prefix = self.prefix
        if request.graphql is not None and not request.server:
            # On GitHub Enterprise Server it is beside the REST API: /api/graphql and /api/v3.
            prefix = prefix.removesuffix("/v3")
        return f"{prefix}{request.path}{'?' if query else ''}{query}"

    def target_of(self, link: str, *, seen_at: str) -> str | None:
        """Return path and query of a link found at a target, or None when it leads away from this origin."""
        url = link if "://" in link[:9] else urljoin(self.origin + seen_at, link)
        if not re.fullmatch(r"[!-~]+", url):
            return None
        scheme = self.origin.partition(":")[0]
        for origin in (self.origin, f"{self.origin}:{_DEFAULT_PORTS[scheme]}"):
            rest = url[len(origin) :]
            if url[: len(origin)].lower() == origin and rest.startswith("/"):
                return rest.partition("#")[0]
        return None


def base_from(api_url: str | None, environ: Mapping[str, str]) -> Base:
    """Return the base of an API URL that was given, else of GITHUB_API_URL, else of github.com."""
    if api_url is not None:
        return parse(api_url, source="the API URL")
    return parse(environ.get("GITHUB_API_URL", "").strip() or GITHUB, source="GITHUB_API_URL")


def parse(url: str, *, source: str) -> Base:
    """Check a base URL and take it apart; its text is shown only where it cannot hold a password."""
    text = url.strip().rstrip("/")
    if "@" in text:
        raise InterfaceError(f"{source} holds a user name or password; give the token by GH_TOKEN instead")
    match = URL.fullmatch(text)
    if match is None or "?" in text or "#" in text or _has_dot_segment(match[4] or ""):
        raise InterfaceError(f"{source} is no base URL; write it like {GITHUB}")
    scheme, host, port, prefix = match[1].lower(), match[2].lower(), match[3], match[4] or ""
    is_loopback = is_loopback_host(host.strip("[]"))
    if scheme == "http" and not is_loopback:
        raise InterfaceError(f"{source} is plain http to {host}, where tokens can be read on the way; use https")
    return Base(origin_of(scheme, host, port), host.strip("[]"), prefix, is_loopback)


def origin_of(scheme: str, host: str, port: str | None) -> str:
    """Return scheme, host and port as one text, without a port that goes without saying."""
    suffix = f":{port}" if port and port != _DEFAULT_PORTS[scheme] else ""
    return f"{scheme}://{host}{suffix}"


def _has_dot_segment(path: str) -> bool:
    return any(segment in (".", "..") for segment in path.split("/"))


def is_loopback_host(host: str) -> bool:
    """Tell whether a name or address is this machine's own."""
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
