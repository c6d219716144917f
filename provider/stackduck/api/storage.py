"""The file storage's HTTP client: opens a link and hands its body over in pieces. Holds no credentials.

Follows redirects as far as links may be followed at all. What fails is a TransferError, which shows no link;
nor do httpx's log lines, which get to see the link's origin alone.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from threading import Event, Lock, local
from types import TracebackType
from typing import TYPE_CHECKING, Self

from stackduck.api import rules
from stackduck.api.connections import InUse, fault_of, hidden_url, open_client
from stackduck.api.links import Link, onward
from stackduck.api.model import CancelledError, TransferError

if TYPE_CHECKING:
    import socket

    import httpx

_MAX_REDIRECTS = 5
_REDIRECTS = rules.REDIRECTS | {303}
_PIECE = 256 * 1024
_DIRECT = 8 * 1024 * 1024
"""From this size on, a new connection for the next file costs less than reading this one through httpx."""
_LISTENING = 0.25
"""Seconds after which a silent connection is asked whether anybody still wants it."""


class Storage:
    """Connections to whatever hosts the links name."""

    def __init__(self, *, timeout: float, connections: int, is_plain_allowed: bool) -> None:
        self._timeout = timeout
        self._connections = connections
        self._is_plain_allowed = is_plain_allowed
        self._lock = Lock()
        self._clients: dict[tuple[bool, bool], httpx.Client] = {}
        self._in_use = InUse(self._close)

    def open(self, link: Link, *, headers: Mapping[str, str]) -> Body:
        """Ask for a file and return the answer as soon as it begins; to be used as a context manager."""
        self._in_use.enter()
        try:
            return Body(self._answer(link, headers), leave=self._in_use.leave, timeout=self._timeout)
        except BaseException:
            self._in_use.leave()
            raise

    def close(self) -> None:
        """Close the connections, those in use as soon as they are no longer."""
        self._in_use.close()

    def _close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _answer(self, link: Link, headers: Mapping[str, str]) -> httpx.Response:
        for count in range(1 + _MAX_REDIRECTS):
            try:
                response = self._send(link, headers)
            except TransferError as fault:
                fault.reason += f" ({link.host}, where it sent on to)" if count else ""
                raise
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return response
            response.close()
            found = onward(link, response.headers["location"], is_plain_allowed=self._is_plain_allowed)
            if found is None:
                raise TransferError("it sends on to an address that is not https", lasting=True)
            link = found
        raise TransferError("it sends on again and again", lasting=True)

    def _send(self, link: Link, headers: Mapping[str, str]) -> httpx.Response:
        """Send one request; httpx's exception holds the request and so the link, and is not chained."""
        client = self._client_for(link)
        import httpx

        address = hidden_url(link.origin, link.target)
        request = httpx.Request("GET", address, headers=headers)
        request.url = address
        _this_thread.follows_link = True
        try:
            return client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as exc:
            fault = fault_of(exc)
        finally:
            _this_thread.follows_link = False
        raise fault

    def _client_for(self, link: Link) -> httpx.Client:
        kind = (link.is_loopback, link.is_tls)
        with self._lock:
            if kind not in self._clients:
                logging.getLogger("httpcore.http11").addFilter(_shows_no_answer)
                self._clients[kind] = open_client(
                    is_loopback=link.is_loopback,
                    is_tls=link.is_tls,
                    timeout=self._timeout,
                    connections=self._connections,
                )
            return self._clients[kind]


class Body:
    """An answer whose body is still on its way."""

    def __init__(self, response: httpx.Response, *, leave: Callable[[], None], timeout: float) -> None:
        self._response = response
        self._leave = leave
        self._timeout = timeout
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers.items())
        """By name in lower case."""
        self.is_chunked = "transfer-encoding" in self.headers
        """Whether the body marks its own end."""
        length = self.headers.get("content-length", "")
        self.length = int(length) if length.isdecimal() and not self.is_chunked else None
        """The bytes of the body, where the storage says so."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._response.close()
        finally:
            self._leave()

    def pieces(self, stop: Event) -> Iterator[bytes | memoryview]:
        """Yield the body as it comes, each piece good until the next; raise TransferError where it is not whole."""
        stream = self._response.extensions["network_stream"]
        # TLS within TLS, to an https proxy, has no socket that could be read from.
        is_nested = isinstance(stream.get_extra_info("ssl_object"), ssl.SSLObject)
        if self.length is None or self.length < _DIRECT or is_nested:
            return self._through_httpx()
        return self._from_socket(self.length, stream.get_extra_info("socket"), stop)

    def _through_httpx(self) -> Iterator[bytes]:
        import httpx

        fault = None
        try:
            yield from self._response.iter_raw()
        except (httpx.HTTPError, httpx.StreamError) as exc:
            fault = fault_of(exc)
        if fault is not None:
            raise fault

    def _from_socket(self, length: int, connection: socket.socket, stop: Event) -> Iterator[bytes | memoryview]:
        """Read what httpx has not read yet from its connection, for half of the time that httpx takes.

        httpx's first piece is all that came together with the headers. What comes after the end is yielded too; the
        connection is of no further use.
        """
        through_httpx = self._through_httpx()
        first = next(through_httpx, b"")
        yield first
        left = length - len(first)
        buffer = memoryview(bytearray(_PIECE))
        patience = min(_LISTENING, self._timeout)
        connection.settimeout(patience)
        while left > 0:
            count = self._received(connection, buffer, patience, stop)
            if count == 0:
                raise TransferError(f"the body stops {left:,} bytes before its end")
            left -= count
            yield buffer[:count]

    def _received(self, connection: socket.socket, buffer: memoryview, patience: float, stop: Event) -> int:
        """Wait for bytes, as long as somebody wants them and no longer than the timeout."""
        silent, reason = 0.0, ""
        while silent < self._timeout and not reason:
            try:
                return connection.recv_into(buffer)
            except TimeoutError:
                silent += patience
            except OSError as exc:
                reason = exc.strerror or type(exc).__name__
            if stop.is_set():
                raise CancelledError
        raise TransferError(reason or "the connection fell silent", timed_out=not reason)


_this_thread = local()


def _shows_no_answer(record: logging.LogRecord) -> bool:
    """Let no line of httpx's debugging log through that holds the head of an answer, which may repeat a link."""
    is_head = record.getMessage().startswith("receive_response_headers.")
    return not (is_head and getattr(_this_thread, "follows_link", False))
