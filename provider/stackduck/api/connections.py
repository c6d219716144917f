"""What both clients know of httpx: opening one, closing it when nobody uses it any longer, its exceptions as ours."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from stackduck.api.model import TransferError
from stackduck.errors import OperationalError

if TYPE_CHECKING:
    import httpx

_KEEP_ALIVE = 30.0
_CONNECT_SECONDS = 10.0
_OWN_AUTHORITY = "; where a proxy signs certificates itself, name its authority's file in SSL_CERT_FILE"


def import_httpx() -> None:
    """Import httpx without the command line that it brings along where click and rich are installed."""
    if "httpx" in sys.modules or "httpx._main" in sys.modules:
        return
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
    try:
        import httpx  # noqa: F401
    finally:
        del sys.modules["httpx._main"]


def open_client(*, is_loopback: bool, is_tls: bool, timeout: float, connections: int) -> httpx.Client:
    """Open a client; loopback is reached without proxies, and without TLS's certificates where it has none."""
    import_httpx()
    import httpx

    try:
        return httpx.Client(
            trust_env=not is_loopback,
            verify=httpx.create_ssl_context() if is_tls else False,
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


def hidden_url(origin: str, target: str) -> httpx.URL:
    """Return a URL that shows its origin and sends a target: httpx logs what it asks, and a target may hold a secret.

    It must be set on a request that was made with it, since httpx takes a URL apart.
    """
    return cast("httpx.URL", _hidden_url_class()(origin, target))


@lru_cache(maxsize=1)
def _hidden_url_class() -> Any:
    """Make the class of such URLs; httpx is imported when the first one is opened."""
    import_httpx()
    import httpx

    class HiddenURL(httpx.URL):
        def __init__(self, origin: str, target: str) -> None:
            super().__init__(origin)
            self._target = target.encode("ascii")

        @property
        def raw_path(self) -> bytes:
            return self._target

    return HiddenURL


class InUse:
    """Counts the users of something, and closes it once it is to be closed and the last of them has left."""

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close
        self._lock = Lock()
        self._users = 0
        self._is_closing = False

    def enter(self) -> None:
        """Count one more user."""
        with self._lock:
            self._users += 1

    def leave(self) -> None:
        """Count one user less."""
        with self._lock:
            self._users -= 1
            is_last = self._is_closing and not self._users
        if is_last:
            self._close()

    def close(self) -> None:
        """Close it now, or as soon as nobody uses it."""
        with self._lock:
            self._is_closing = True
            is_idle = not self._users
        if is_idle:
            self._close()


def fault_of(exc: Exception) -> TransferError:
    """Turn httpx's exception into ours; say nothing of its own that could hold a header."""
    import httpx

    if isinstance(exc, httpx.ConnectTimeout | httpx.PoolTimeout):
        return TransferError("no connection in time", sent=False, timed_out=True)
    if isinstance(exc, httpx.TimeoutException):
        return TransferError("the connection fell silent", timed_out=True)
    if isinstance(exc, httpx.ConnectError):
        hint = _OWN_AUTHORITY if _is_distrusted(exc) else ""
        return TransferError(_cause(exc) + hint, sent=False, lasting=bool(hint) or _is_unknown(exc))
    if isinstance(exc, httpx.ProxyError):
        return TransferError(f"the proxy answered {exc}", sent=False, lasting=str(exc).startswith("4"))
    if isinstance(exc, httpx.NetworkError | httpx.RemoteProtocolError):
        return TransferError(_cause(exc))
    return TransferError("the request cannot be sent as it is", lasting=True)


def _cause(exc: Exception) -> str:
    """Return the exception's text; what httpx and h11 quote of an answer that they cannot read is not repeated."""
    text = str(exc).rstrip(".") or type(exc).__name__
    return "the answer is no HTTP" if "bytearray(" in text or "location header" in text else text


def _is_unknown(exc: httpx.ConnectError) -> bool:
    """Tell a name that does not exist from a network that is down."""
    import socket

    root = _root(exc)
    return isinstance(root, socket.gaierror) and root.errno == socket.EAI_NONAME


def _is_distrusted(exc: httpx.ConnectError) -> bool:
    import ssl

    return isinstance(_root(exc), ssl.SSLCertVerificationError)


def _root(exc: httpx.ConnectError) -> object:
    return exc.__cause__.args[0] if exc.__cause__ is not None and exc.__cause__.args else None
