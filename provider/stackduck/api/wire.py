"""The one HTTP client: sends a request and reads its answer to the end. The only door to httpx.

One exchange at a time and no second try; what fails is a TransferError. Follows no redirect and keeps no cookie.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Mapping
from threading import Event, Lock
from typing import TYPE_CHECKING

from stackduck.api.hosts import Base
from stackduck.api.model import Answer, CancelledError, TransferError
from stackduck.errors import OperationalError

if TYPE_CHECKING:
    import httpx

_KEEP_ALIVE = 30.0
_CONNECT_SECONDS = 10.0
_BOM = b"\xef\xbb\xbf"


def import_httpx() -> None:
    """Import httpx without the command line that it brings along where click and rich are installed."""
    if "httpx" in sys.modules or "httpx._main" in sys.modules:
        return
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
    try:
        import httpx  # noqa: F401
    finally:
        del sys.modules["httpx._main"]


class Wire:
    """Connections to one API, kept alive and shared by threads."""

    def __init__(self, base: Base, *, timeout: float, connections: int) -> None:
        self._base = base
        self._lock = Lock()
        self._active = 0
        self._is_closing = False
        self._client = _open(base, timeout=timeout, connections=connections)

    def send(self, method: str, target: str, *, headers: Mapping[str, str], body: str | None, stop: Event) -> Answer:
        """Send one request and return its whole answer; raise TransferError, or CancelledError once stop is set."""
        with self._lock:
            self._active += 1
        try:
            return self._exchange(method, target, headers, body, stop)
        finally:
            with self._lock:
                self._active -= 1
                is_last = self._is_closing and not self._active
            if is_last:
                self._client.close()

    def close(self) -> None:
        """Close the connections, those in use as soon as they are no longer."""
        with self._lock:
            self._is_closing = True
            is_idle = not self._active
        if is_idle:
            self._client.close()

    def _exchange(self, method: str, target: str, headers: Mapping[str, str], body: str | None, stop: Event) -> Answer:
        import httpx

        try:
            # A request made by hand carries no cookies; the answer's body is read undecoded, since httpx
            # takes a gzip stream that was cut for a whole one.
            content = None if body is None else body.encode()
            request = httpx.Request(method, self._base.origin + target, headers=headers, content=content)
            response = self._client.send(request, stream=True)
            try:
                received = _read(response, stop)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as exc:
            fault = _fault(exc)
            raise fault from (exc if fault.reason in str(exc) else None)
        decoded = _decoded(received, response.headers.get("content-encoding", ""))
        return Answer(response.status_code, response.headers, decoded.removeprefix(_BOM), len(received))


def _open(base: Base, *, timeout: float, connections: int) -> httpx.Client:
    """Open the client; loopback is reached without proxies, and without TLS's certificates where it has none."""
    import_httpx()
    import httpx

    try:
        return httpx.Client(
            trust_env=not base.is_loopback,
            verify=httpx.create_ssl_context() if base.origin.startswith("https:") else False,
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS), pool=None),
            limits=httpx.Limits(
                max_connections=None, max_keepalive_connections=2 * connections, keepalive_expiry=_KEEP_ALIVE
            ),
        )
    except ImportError:
        raise OperationalError("a SOCKS proxy needs one more package; run pip install 'httpx[socks]'") from None
    except (OSError, ValueError, httpx.InvalidURL):
        names = "HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR"
        raise OperationalError(f"the proxy or certificates of the environment cannot be used; check {names}") from None


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


def _fault(exc: Exception) -> TransferError:
    """Turn httpx's exception into ours; say nothing of its own that could hold a header."""
    import httpx

    if isinstance(exc, httpx.ConnectTimeout | httpx.PoolTimeout):
        return TransferError("no connection in time", sent=False, timed_out=True)
    if isinstance(exc, httpx.TimeoutException):
        return TransferError("the connection fell silent", timed_out=True)
    if isinstance(exc, httpx.ConnectError):
        return TransferError(_cause(exc), sent=False, lasting=_is_lasting(exc))
    if isinstance(exc, httpx.ProxyError):
        return TransferError(f"the proxy answered {exc}", sent=False, lasting=str(exc).startswith("4"))
    if isinstance(exc, httpx.NetworkError | httpx.RemoteProtocolError):
        return TransferError(_cause(exc))
    return TransferError("the request cannot be sent as it is", lasting=True)


def _cause(exc: Exception) -> str:
    """Return the exception's text; h11 quotes lines that it cannot read, which are not repeated."""
    text = str(exc).rstrip(".") or type(exc).__name__
    return "the answer is no HTTP" if "bytearray(" in text else text


def _is_lasting(exc: httpx.ConnectError) -> bool:
    """Tell a name that does not exist or a certificate that does not fit from a network that is down."""
    import socket
    import ssl

    root = exc.__cause__.args[0] if exc.__cause__ is not None and exc.__cause__.args else None
    if isinstance(root, socket.gaierror):
        return root.errno == socket.EAI_NONAME
    return isinstance(root, ssl.SSLCertVerificationError)
