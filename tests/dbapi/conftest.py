"""Connections for the driver's tests: one without GitHub, one to the sandbox, one to a GitHub that never answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox


@pytest.fixture
def connection() -> Iterator[stackduck.Connection]:
    with stackduck.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def shared() -> Iterator[stackduck.Connection]:
    """Connect once, for statements that change nothing."""
    with stackduck.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def parsed_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the documents' parsed form from test to test."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def online(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, parsed_documents: Path) -> Iterator[stackduck.Connection]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(parsed_documents))
    with stackduck.connect(api_url=sandbox.api_url, token=sandbox.token) as connection:
        yield connection


class Silence:
    """A server that takes requests and keeps them."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()
        self._end = threading.Event()
        silence = self

        class Keep(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                silence.is_asked.set()
                silence._end.wait(60)

            def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the base class's name

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._end.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def silence() -> Iterator[Silence]:
    silence = Silence()
    yield silence
    silence.close()
