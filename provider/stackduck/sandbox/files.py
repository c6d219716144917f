"""The files origin: signed report files, served as Azure's blob storage serves them.

Takes no credentials: a request that brings any is refused, as the real host refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from . import arrivals, blobs, special
from .enterprise import Scope
from .people import dice, words
from .reports import Report
from .wire import Request, Response
from .world import World

DAY = r"(\d{4}-\d\d-\d\d)"
PATH = re.compile(rf"/(enterprise|organization)/([^/]+)/([a-z0-9-]+)-report/{DAY}/{DAY}/part-(\d{{5}})\.json")
"""Kind and name of the scope, report, its (last) day, the day on which it was made, part."""
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
UNWANTED = "Authentication information is not given in the correct format. Check the value of Authorization header."
XML = '<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>'
WEEKDAYS = words("Mon Tue Wed Thu Fri Sat Sun")
MONTHS = words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")


@dataclass(frozen=True)
class Place:
    """What the path of a file says."""

    path: str
    report: Report
    scope: Scope
    day: int
    made_on: int
    part: int
    twist: str | None
    """The special name, if it is one of those whose files differ."""


@dataclass(frozen=True)
class Blob:
    """A stored file; its tag tells it from whatever is stored under another path."""

    body: bytes = field(repr=False)
    etag: str
    modified: str

    @property
    def headers(self) -> dict[str, str]:
        """Give the headers that mark it."""
        return {
            "Content-Type": "application/octet-stream",
            "Accept-Ranges": "bytes",
            "ETag": self.etag,
            "Last-Modified": self.modified,
            "x-ms-blob-type": "BlockBlob",
        }


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
        place = self._place(request.path)
        if place is None:
            return _error(404, "BlobNotFound", "The specified blob does not exist.")
        return _served(self._blob(place), place, request)

    def _place(self, path: str) -> Place | None:
        """Read a path, or give None if no file is there."""
        found = PATH.fullmatch(path)
        if found is None:
            return None
        kind, slug, name, day, made_on, part = found.groups()
        report, scope = self._world.reports.report(kind, name), self._world.scope_of(kind, slug)
        if report is None or scope is None:
            return None
        twist = slug if slug in special.STORED else None
        return Place(path, report, scope, arrivals.ordinal(day), arrivals.ordinal(made_on), int(part), twist)

    def _blob(self, place: Place) -> Blob:
        """Give the file of a place."""
        made = date.fromordinal(place.made_on)
        return Blob(
            self._body(place),
            etag=f'"0x{dice(*self._world.identity, place.path, size=8).hex().upper()}"',
            modified=f"{WEEKDAYS[made.weekday()]}, {made.day:02} {MONTHS[made.month - 1]} {made.year} 03:36:11 GMT",
        )

    def _body(self, place: Place) -> bytes:
        """Give the bytes of a file; those that took more than the rows themselves are kept."""
        reports = self._world.reports_made(place.day, place.made_on)

        def rows(part: int) -> bytes:
            return reports.content(place.report, place.scope, place.day, part)

        def make() -> bytes:
            many = reports.parts(place.report, place.scope)
            return blobs.stored(rows, place.part, parts=many, report=place.report.name, twist=place.twist)

        is_plain = place.twist is None and not blobs.is_packed(place.part)
        return make() if is_plain else self._world.bodies.get(place.path, make)


def _served(blob: Blob, place: Place, request: Request) -> Response:
    """Give a file, or the range of it that is wanted if the file is still the same."""
    headers, size = blob.headers | blobs.encoding(place.part, place.twist), len(blob.body)
    wanted = RANGE.fullmatch(request.headers.get("range", "")) if _is_same(blob, request) else None
    if request.headers.get("if-match", "*") not in ("*", blob.etag):
        return _error(412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.")
    if wanted is None or wanted.groups() == ("", ""):
        cut = size // 2 if place.twist == special.TORN else None
        return Response(200, blob.body, headers, breaks_after=cut)
    first, last = _bounds(wanted[1], wanted[2], size)
    if first > last:
        return _error(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Response(206, blob.body[first : last + 1], headers)


def _is_same(blob: Blob, request: Request) -> bool:
    """Say whether the file is the one of which If-Range wants the rest."""
    return request.headers.get("if-range", blob.etag) in (blob.etag, blob.modified)


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
