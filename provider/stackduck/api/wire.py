"""The API's HTTP client: sends a request and reads its answer to the end.

One exchange at a time and no second try; what fails is a TransferError. Follows no redirect and keeps no cookie.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING

from stackduck.api.connections import InUse, fault_of, hidden_url, open_client
from stackduck.api.credentials import Credential
from stackduck.api.hosts import Base
from stackduck.api.model import Answer, CancelledError, TransferError

if TYPE_CHECKING:
    import httpx

_BOM = b"\xef\xbb\xbf"


class Wire:
    """Connections to one API, kept alive and shared by threads."""

    def __init__(self, base: Base, *, timeout: float, connections: int, credential: Credential | None = None) -> None:
        """Open connections; a credential that stands in the query is put there, and kept out of httpx's log."""
        self._base = base
        self._credential = credential if credential and credential.in_query else None
        self._client = open_client(
            is_loopback=base.is_loopback,
            is_tls=base.origin.startswith("https:"),
            timeout=timeout,
            connections=connections,
        )
        self._in_use = InUse(self._client.close)

    def send(self, method: str, target: str, *, headers: Mapping[str, str], body: str | None, stop: Event) -> Answer:
        """Send one request and return its whole answer; raise TransferError, or CancelledError once stop is set."""
        self._in_use.enter()
        try:
            return self._exchange(method, target, headers, body, stop)
        finally:
            self._in_use.leave()

    def close(self) -> None:
        """Close the connections, those in use as soon as they are no longer."""
        self._in_use.close()

    def _exchange(self, method: str, target: str, headers: Mapping[str, str], body: str | None, stop: Event) -> Answer:
        import httpx

        try:
            # A request made by hand carries no cookies; the answer's body is read undecoded, since httpx
            # takes a gzip stream that was cut for a whole one.
            content = None if body is None else body.encode()
            shown = self._base.origin if self._credential else self._base.origin + target
            request = httpx.Request(method, shown, headers=headers, content=content)
            if self._credential:
                request.url = hidden_url(self._base.origin, self._credential.signed(target))
            response = self._client.send(request, stream=True)
            try:
                received = _read(response, stop)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as exc:
            fault = fault_of(exc)
            raise fault from (exc if fault.reason in str(exc) else None)
        decoded = _decoded(received, response.headers.get("content-encoding", ""))
        return Answer(response.status_code, response.headers, decoded.removeprefix(_BOM), len(received))


def _read(response: httpx.Response, stop: Event) -> bytes:
    """Return the body as it came, or give up as soon as nobody wants it."""
    chunks = []
    for chunk in response.iter_raw():
        if stop.is_set():
            raise CancelledError
        chunks.append(chunk)
    return b"".join(chunks)


def _decoded(body: bytes, encoding: str) -> bytes:
    """Unpack a body, and notice one that was cut."""
    encoding = encoding.strip().lower()
    if not body or encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise TransferError("the body has a compression that was not asked for", lasting=True)
    parts = []
    while body:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            parts.append(unpacker.decompress(body))
        except zlib.error:
            raise TransferError("the gzip body is broken") from None
        if not unpacker.eof:
            raise TransferError("the gzip body was cut")
        body = unpacker.unused_data.lstrip(b"\0")
    return b"".join(parts)
