"""HTTP/1.1 on a socket: what it takes, what it refuses, and that it ends."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest

from stackduck.sandbox import Sandbox, serve
from stackduck.sandbox.wire import Listener, Request, Response

Ask = Callable[..., Any]


def say(url: str, text: bytes) -> bytes:
    """Send bytes and read until the server ends the connection."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while piece := connection.recv(65536):
            found += piece
        return found


@pytest.mark.parametrize(
    "text",
    [
        b"hello\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / SPDY/3\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(github: Sandbox, text: bytes) -> None:
    assert say(github.api_url, text).startswith(b"HTTP/1.1 400 ")


def test_an_empty_connection_gets_nothing(github: Sandbox) -> None:
    assert say(github.api_url, b"") == b""


def test_a_connection_serves_many_requests(github: Sandbox) -> None:
    connection = HTTPConnection(github.api_url.removeprefix("http://"), timeout=10)
    port = None
    for _ in range(3):
        connection.request("GET", "/user", headers={"Authorization": f"Bearer {github.token}"})
        response = connection.getresponse()
        assert response.status == 200
        response.read()
        assert port in (None, connection.sock.getsockname()[1])
        port = connection.sock.getsockname()[1]
    connection.close()


def test_requests_may_follow_each_other_unanswered(github: Sandbox) -> None:
    one = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
    assert say(github.api_url, one * 3).count(b"HTTP/1.1 401 ") == 3


@pytest.mark.parametrize("first", [b"GET / HTTP/1.0\r\n", b"GET / HTTP/1.1\r\nConnection: close\r\n"])
def test_a_connection_ends_when_the_client_wants_it(github: Sandbox, first: bytes) -> None:
    answer = say(github.api_url, first + b"\r\n" + b"GET / HTTP/1.1\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"\r\nConnection: close\r\n" in answer


def test_names_are_decoded_by_segment() -> None:
    request = Request("GET", "/orgs/a%2Fb/teams", {}, {})
    assert request.segments == ["orgs", "a/b", "teams"]


def test_many_clients_are_answered_at_once(ask: Ask) -> None:
    gate = threading.Barrier(8, timeout=10)

    def handler(request: Request) -> Response:
        gate.wait()
        return Response(200, b"ok")

    listener = Listener(handler)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, [listener.url] * 8))
    listener.close()
    assert [answer.body for answer in answers] == [b"ok"] * 8


def test_the_same_report_asked_for_at_once_is_the_same(ask: Ask, api_of: Ask) -> None:
    with serve(users=60) as github:
        link = api_of(github)("/orgs/octo-demo-eng/copilot/metrics/reports/organization-28-day/latest").json
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, link["download_links"] * 8))
    assert len({answer.body for answer in answers}) == 1


def test_a_fault_of_the_server_is_a_500(ask: Ask, capfd: pytest.CaptureFixture[str]) -> None:
    def handler(request: Request) -> Response:
        raise LookupError("fault")

    listener = Listener(handler)
    assert ask(listener.url).status == 500
    assert ask(listener.url).status == 500
    listener.close()
    assert "LookupError: fault" in capfd.readouterr().err


def test_closing_ends_open_connections(ask: Ask) -> None:
    github = serve()
    connection = HTTPConnection(github.api_url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/user")
    connection.getresponse().read()
    github.close()
    assert connection.sock is None or connection.sock.recv(1) == b""
    connection.close()


def test_a_taken_port_leaves_nothing_open(github: Sandbox) -> None:
    taken = int(github.api_url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        serve(files_port=taken)


IMPORTS = """
import sys, stackduck.sandbox as sandbox
sandbox.serve().close()
own = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - {"__main__", "stackduck"}
print(sorted(own), [name for name in ("http", "random", "email") if name in sys.modules])
"""


def test_starting_imports_little_and_only_of_the_standard_library() -> None:
    command = [sys.executable, "-S", "-c", IMPORTS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_path())
    assert done.stdout == "[] []\n"


def _path() -> dict[str, str]:
    """Give an environment in which the package is found."""
    from pathlib import Path

    import stackduck

    return {"PYTHONPATH": str(Path(str(stackduck.__file__)).parents[1])}
