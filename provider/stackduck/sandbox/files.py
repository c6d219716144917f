"""The files origin: signed report files, served as Azure's blob storage serves them.

Takes no credentials: a request that brings any is refused, as the real host refuses it.
"""

from __future__ import annotations

import re
from datetime import date

from .enterprise import Scope
from .people import dice
from .wire import Request, Response
from .world import World

PATH = re.compile(r"/(enterprise|organization)/([^/]+)/([a-z0-9-]+)-report/(\d{4}-\d{2}-\d{2})/part-(\d{5})\.json")
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
UNWANTED = "Authentication information is not given in the correct format. Check the value of Authorization header."
XML = '<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>'


class Files:
    """Answers requests for report files."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, request: Request) -> Response:
        """Answer a request."""
        if "authorization" in request.headers:
            return _error(400, "InvalidAuthenticationInfo", UNWANTED)
        if request.method not in ("GET", "HEAD"):
            return _error(405, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.")
        refusal = self._world.signer.refusal(request.path, dict(request.query), now=self._world.clock())
        if refusal is not None:
            return _error(403, "AuthenticationFailed", "Server failed to authenticate the request.", detail=refusal)
        body = self._body(request.path)
        if body is None:
            return _error(404, "BlobNotFound", "The specified blob does not exist.")
        return _ranged(body, request.headers.get("range"))

    def _body(self, path: str) -> bytes | None:
        """Give the file of a path, or None if there is none."""
        found = PATH.fullmatch(path)
        if found is None:
            return None
        kind, slug, name, day, part = found.groups()
        scope, report = self._scope(kind, slug), self._world.reports.report(kind, name)
        if scope is None or report is None:
            return None
        return self._world.reports.content(report, scope, date.fromisoformat(day).toordinal(), int(part))

    def _scope(self, kind: str, slug: str) -> Scope | None:
        """Give the enterprise or organization of a path, or None if there is none."""
        if kind == "enterprise":
            return self._world.scope(None) if slug == self._world.enterprise.slug else None
        home = self._world.enterprise.organization(slug)
        return self._world.scope(home) if home else None


def _ranged(body: bytes, wanted: str | None) -> Response:
    """Give a body or the range of it that is wanted."""
    headers = {
        "Content-Type": "application/octet-stream",
        "Accept-Ranges": "bytes",
        "ETag": f'"0x{dice(len(body), body[:64], size=8).hex().upper()}"',
        "x-ms-blob-type": "BlockBlob",
    }
    found = RANGE.fullmatch(wanted or "")
    if found is None or found.groups() == ("", ""):
        return Response(200, body, headers)
    first, last = _bounds(found[1], found[2], len(body))
    if first > last:
        return _error(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
    return Response(206, body[first : last + 1], headers | {"Content-Range": f"bytes {first}-{last}/{len(body)}"})


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Give the first and last byte of a range."""
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _error(status: int, code: str, message: str, *, detail: str = "") -> Response:
    """Give Azure's error document."""
    more = f"<AuthenticationErrorDetail>{detail}</AuthenticationErrorDetail>" if detail else ""
    body = XML.format(code=code, message=message, more=more).encode()
    return Response(status, body, {"Content-Type": "application/xml", "x-ms-error-code": code})
