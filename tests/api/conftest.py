"""A GitHub on a real socket whose answers are a plain function, and clients of it that do not wait."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from stackduck.api.client import Client
from stackduck.api.downloads import Downloader
from stackduck.catalog.model import Request

TOKEN = "ghp_secretSECRET0123456789"
CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""A certificate of its own for localhost, with its key; it guards nothing."""


@dataclass(frozen=True)
class Seen:
    """A request as the server read it."""

    method: str
    target: str
    """Letter for letter as it stood in the request line."""
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]


@dataclass(frozen=True)
class Reply:
    """An answer; raw text goes out as it is, or piece by piece as it comes, and ends the connection."""

    status: int = 200
    body: bytes = b"[]"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | Iterable[bytes] | None = None


Handler = Callable[[Seen], Reply]


@dataclass
class Server:
    """A server under test, with what it was asked."""

    url: str
    seen: list[Seen]

    @property
    def targets(self) -> list[str]:
        return [request.target for request in self.seen]


def _handler_class(handler: Handler, seen: list[Seen]) -> type[BaseHTTPRequestHandler]:
    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Seen(self.command, self.path, headers, body, self.client_address)
            seen.append(request)
            reply = handler(request)
            if reply.raw is not None:
                self.close_connection = True
                for piece in [reply.raw] if isinstance(reply.raw, bytes) else reply.raw:
                    self.wfile.write(piece)
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"" if reply.status == 204 else reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_CONNECT = answer

        def log_message(self, *args: Any) -> None:
            pass

    return Requests


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers from functions; all of them end with the test."""
    running = []

    def start(handler: Handler, *, tls: bool = False) -> Server:
        seen: list[Seen] = []
        server = _Quiet(("127.0.0.1", 0), _handler_class(handler, seen))
        if tls:
            server.socket = _tls().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        running.append(server)
        return Server(f"http{'s' * tls}://127.0.0.1:{server.server_address[1]}", seen)

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def slept() -> list[float]:
    """The waits that clients were asked to make."""
    return []


@pytest.fixture
def connect(slept: list[float]) -> Iterator[Callable[..., Client]]:
    """Open clients that note their waits instead of waiting; all of them close with the test."""
    clients = []

    def open_client(url: str, **options: Any) -> Client:
        client = Client(**{"api_url": url, "token": TOKEN, "environ": {}, "sleep": slept.append, **options})
        clients.append(client)
        return client

    yield open_client
    for client in clients:
        client.close()


@pytest.fixture
def request_for() -> Callable[..., Request]:
    """Make requests that differ in what a test needs."""

    def make(org: str = "octo", *, method: str = "GET", **fields: Any) -> Request:
        defaults: dict[str, Any] = {
            "resource": "github.copilot.org_seats",
            "http_method": method,
            "path": f"/orgs/{org}/copilot/billing/seats",
            "path_template": "/orgs/{org}/copilot/billing/seats",
            "values": (("org", org),),
        }
        return Request(**{**defaults, **fields})

    return make


@pytest.fixture
def opened(slept: list[float]) -> Iterator[Callable[..., Downloader]]:
    """Open downloaders that note their waits instead of waiting; all of them close with the test."""
    downloaders = []

    def open_downloader(url: str, **options: Any) -> Downloader:
        downloader = Downloader(**{"api_url": url, "environ": {}, "sleep": slept.append, **options})
        downloaders.append(downloader)
        return downloader

    yield open_downloader
    for downloader in downloaders:
        downloader.close()
