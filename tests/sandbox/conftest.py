"""A sandbox on one known day, and a client of one line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import date
from http.client import HTTPConnection, HTTPMessage
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from stackduck.sandbox import Sandbox, serve

TODAY = date(2026, 11, 20)


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """Give the body as JSON."""
        return json.loads(self.body)

    @property
    def plain(self) -> bytes:
        """Give the body uncompressed, which only its first bytes tell."""
        return gzip.decompress(self.body) if self.body.startswith(b"\x1f\x8b") else self.body


def _ask(url: str, *, method: str = "GET", body: object = None, **headers: str) -> Answer:
    """Send one request and read the answer; underscores in header names are dashes, a body in bytes goes as it is."""
    where = urlsplit(url)
    connection = HTTPConnection(where.netloc, timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    payload = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    try:
        connection.request(method, f"{where.path}?{where.query}" if where.query else where.path, payload, sent)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


Api = Callable[..., Answer]


def _api_of(github: Sandbox) -> Api:
    """Give a function that asks a sandbox's API with its token."""

    def api(path: str, **options: Any) -> Answer:
        return _ask(github.api_url + path, Authorization=f"Bearer {github.token}", **options)

    return api


@pytest.fixture(scope="session")
def github() -> Iterator[Sandbox]:
    """Serve the enterprise on a known day; nobody may write to it."""
    with serve(today=TODAY) as sandbox:
        yield sandbox


@pytest.fixture
def api(github: Sandbox) -> Api:
    """Ask the API with the token."""
    return _api_of(github)


@pytest.fixture
def own() -> Iterator[Sandbox]:
    """Serve an enterprise for one test, which may write to it."""
    with serve(today=TODAY) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def ask() -> Callable[..., Answer]:
    """Send one request to any URL."""
    return _ask


@pytest.fixture(scope="session")
def api_of() -> Callable[[Sandbox], Api]:
    """Ask the API of any sandbox with its token."""
    return _api_of
