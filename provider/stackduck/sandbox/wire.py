"""HTTP/1.1 over sockets, one thread a connection: what http.server does, at a tenth of its import and answer time.

Serves only what it is given: a function from Request to Response. Knows nothing of GitHub.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from urllib.parse import parse_qsl, unquote

MAX_LINE = 65_536
MAX_BODY = 16 * 1024 * 1024
REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    206: "Partial Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    412: "Precondition Failed",
    416: "Range Not Satisfiable",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


@dataclass(frozen=True)
class Request:
    """A request as it came in."""

    method: str
    path: str
    """As sent, still percent-encoded."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes = b""

    @property
    def segments(self) -> list[str]:
        """Give the decoded segments of the path."""
        return [unquote(segment) for segment in self.path.split("/")[1:]]


@dataclass(frozen=True)
class Response:
    """An answer; Content-Length is added when it is written."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks_after: int | None = None
    """After how many bytes of the body the connection ends, to see how a client takes it."""


Handler = Callable[[Request], Response]


class BadRequestError(Exception):
    """Bytes that are not an HTTP request."""


class Listener:
    """A port that answers by a function until it is closed."""

    def __init__(self, handler: Handler, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._handler = handler
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._socket = socket.create_server((host, port), backlog=256, family=_family(host))
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        self._thread = threading.Thread(target=self._accept, name=f"sandbox {self.address[1]}", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Give the origin."""
        host, port = self.address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def close(self) -> None:
        """Stop listening and end every connection."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._wake()
        self._thread.join()
        self._socket.close()
        with self._lock:
            open_connections = list(self._connections)
        for connection in open_connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _wake(self) -> None:
        """Connect to the own port, so that `accept` returns on every system."""
        host, port = self.address
        with contextlib.suppress(OSError):
            socket.create_connection(({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port), timeout=1).close()

    def _accept(self) -> None:
        """Give every connection a thread."""
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                continue
            with self._lock:
                closed = self._closed
                if not closed:
                    self._connections.add(connection)
            if closed:
                connection.close()
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        """Answer the requests of a connection, one after the other."""
        try:
            with connection, connection.makefile("rb") as reader, contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while self._answer(connection, reader):
                    pass
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _answer(self, connection: socket.socket, reader: BufferedReader) -> bool:
        """Answer one request and say whether another may follow."""
        try:
            request = read_request(reader)
        except BadRequestError:
            write_response(connection, Response(400), keep_alive=False)
            return False
        if request is None:
            return False
        keep_alive = request.headers.get("connection", "").lower() != "close"
        try:
            response = self._handler(request)
        except Exception:
            import traceback

            traceback.print_exc()
            response = Response(500)
        write_response(connection, response, keep_alive=keep_alive, head=request.method == "HEAD")
        return keep_alive and response.breaks_after is None


def read_request(reader: BufferedReader) -> Request | None:
    """Read a request, or None where the connection has ended."""
    line = reader.readline(MAX_LINE)
    if not line:
        return None
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError
    headers = dict(_headers(reader))
    if parts[2] == "HTTP/1.0":
        headers.setdefault("connection", "close")
    path, _, query = parts[1].partition("?")
    fields = dict(parse_qsl(query, keep_blank_values=True))
    return Request(parts[0], path, fields, headers, _body(reader, headers))


def _headers(reader: BufferedReader) -> list[tuple[str, str]]:
    """Read the headers up to the empty line."""
    found: list[tuple[str, str]] = []
    while line := reader.readline(MAX_LINE).strip():
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or len(found) > 100:
            raise BadRequestError
        found.append((name.strip().lower(), value.strip()))
    return found


def _body(reader: BufferedReader, headers: Mapping[str, str]) -> bytes:
    """Read the body that Content-Length announces."""
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal() or int(length) > MAX_BODY:
        raise BadRequestError
    return reader.read(int(length))


def write_response(connection: socket.socket, response: Response, *, keep_alive: bool, head: bool = False) -> None:
    """Write an answer: in one piece if it is small."""
    lines = [f"HTTP/1.1 {response.status} {REASONS.get(response.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    if response.status != 204:
        lines.append(f"Content-Length: {len(response.body)}")
    if not keep_alive:
        lines.append("Connection: close")
    start = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    body = b"" if head else memoryview(response.body)[: response.breaks_after]
    if len(body) < MAX_LINE:
        connection.sendall(start + body)
    else:
        connection.sendall(start)
        connection.sendall(body)


def _family(host: str) -> socket.AddressFamily:
    """Give the address family of a host."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET
