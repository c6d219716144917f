"""GitHub's REST rules with no I/O: headers, links, the rate limit, which bodies are whole and which mean "no data".

When to try again is in waits, what an error says in failures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from stackduck.api.model import Answer, RateLimit
from stackduck.catalog.model import Request
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen

REDIRECTS = frozenset({301, 302, 307, 308})
ABSENT = frozenset({404, 409, 410, 451})
"""Not there, not in this state (an empty repository), withdrawn, not shown for legal reasons."""
NO_REPORT = "no report available"

_OWN_HEADERS = frozenset(
    {
        *("accept", "accept-encoding", "authorization", "connection", "content-length", "cookie", "expect", "host"),
        *("keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
    }
)
"""What a document's header parameter may not set."""
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,]+))", re.IGNORECASE)
_PAGE = re.compile(r"(?<=[?&])page=([0-9]{1,9})(?=&|$)")
_LITERAL = re.compile(rb"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false|null")
_CLOSERS = {b"{": b"}", b"[": b"]", b'"': b'"'}


def headers_for(request: Request, common: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request: GitHub's, the caller's own, and those of the document that may be added."""
    is_json = request.media_type in ("", "application/json")
    own = "application/json" if request.server else "application/vnd.github+json"
    headers = {"Accept": own if is_json else request.media_type, **common}
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    for name, value in request.headers:
        if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII) or not re.fullmatch(r"[ -~]*", value):
            raise ProgrammingError(f"{request.resource}: the value of the header {name!r} cannot be sent")
        if name.lower() not in _OWN_HEADERS:
            headers = {key: kept for key, kept in headers.items() if key.lower() != name.lower()} | {name: value}
    return headers


def links(header: str) -> dict[str, str]:
    """Return the URLs of a Link header by their relation."""
    found: dict[str, str] = {}
    for url, parameters in _LINK.findall(header):
        match = _REL.search(parameters)
        for relation in ((match[1] or match[2] or "") if match else "").lower().split():
            found.setdefault(relation, url)
    return found


@frozen
class Following:
    """The links after a page: the next one, or all of them where they are numbered up to the last."""

    next: str
    count: int = 1

    def __len__(self) -> int:
        return self.count

    def link(self, step: int) -> str:
        """Return the link that is so many steps after the next one."""
        if step == 0:
            return self.next
        return _PAGE.sub(lambda match: f"page={int(match[1]) + step}", self.next, count=1)


def following(answer: Answer) -> Following | None:
    """Read what the Link header of a page says about the pages after it."""
    found = links(answer.headers.get("link", ""))
    if "next" not in found:
        return None
    return Following(found["next"], _count(found["next"], found.get("last", "")))


def _count(first: str, last: str) -> int:
    """Return how many pages two links span; 1 unless they differ in nothing but the page's number."""
    low, high = _PAGE.search(first), _PAGE.search(last)
    if low is None or high is None or _PAGE.sub("page=", first) != _PAGE.sub("page=", last):
        return 1
    return max(1, int(high[1]) - int(low[1]) + 1)


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """Return the hourly limit of the token, where an answer tells it."""
    if headers.get("x-ratelimit-resource", "core") != "core":
        return None
    try:
        limit, remaining, reset = (int(headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset"))
        return RateLimit(limit, remaining, datetime.fromtimestamp(reset, UTC))
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def newer(known: RateLimit | None, seen: RateLimit) -> RateLimit:
    """Return the later of two rate limits, whatever order their answers came in."""
    if known is None or seen.resets_at > known.resets_at:
        return seen
    is_later = seen.resets_at == known.resets_at and seen.remaining < known.remaining
    return seen if is_later else known


def message(body: bytes) -> str:
    """Return what GitHub says in an error's body, or an empty text where it is no JSON of GitHub's."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    if isinstance(said, str):
        return said
    return str(said["message"]) if isinstance(said, dict) and said.get("message") else ""


def no_data(answer: Answer, *, who: str = "GitHub") -> str | None:
    """Return how GitHub says that there is nothing yet, in one of its five shapes, or None."""
    if answer.status == 204:
        return f"{who} answered 204, no content"
    if answer.status == 404:
        said = message(answer.body)
        return f"{who} said: {said}" if NO_REPORT in said.lower() else None
    if answer.status != 200 or len(answer.body) > 1000:
        return None
    if not answer.body.strip():
        return f"{who} answered with an empty body"
    if answer.body.strip() == b'""':
        return f"{who} answered with an empty text"
    said = message(answer.body) if _first(answer.body) == b'"' else ""
    return f"{who} said: {said}" if NO_REPORT in said.lower() else None


def is_cut(answer: Answer) -> bool:
    """Tell whether a body stops before its JSON ends, as far as its two ends show it.

    A body whose end only the closing of the connection marks is parsed to be sure.
    """
    body, headers = answer.body, answer.headers
    if answer.status == 204:
        return False
    is_framed = "content-length" in headers or "transfer-encoding" in headers
    if not is_framed and "gzip" not in headers.get("content-encoding", ""):
        return not _parses(body)
    closer = _CLOSERS.get(_first(body))
    return closer is not None and (body[-1:] if body[-1:] > b" " else body.rstrip()[-1:]) != closer


def is_json(body: bytes) -> bool:
    """Tell whether a body begins as a JSON text does."""
    return _first(body) in _CLOSERS or _LITERAL.fullmatch(body[:100].strip()) is not None


def _first(body: bytes) -> bytes:
    return body[:1] if body[:1] > b" " else body.lstrip()[:1]


def _parses(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def left_out(headers: Mapping[str, str]) -> str:
    """Return the ids of organizations that GitHub left out of an answer for want of single sign-on."""
    match = re.search(r"partial-results;\s*organizations=([0-9, ]+)", headers.get("x-github-sso", ""))
    return match[1].replace(" ", "").replace(",", ", ") if match else ""
