"""Calls that write: one after the other, each once, and what is said where nobody knows what became of one."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from stackduck.api.client import Client
from stackduck.catalog.model import Request
from stackduck.errors import Error, OperationalError

from .conftest import Handler, Reply, Seen, Server

Serve = Callable[[Handler], Server]
Connect = Callable[..., Client]
Make = Callable[..., Request]

UNKNOWN = "it may have been carried out: check before you repeat it"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_trouble_leaves_open_what_became_of_a_change(
    method: str, status: int, serve: Serve, connect: Connect, slept: list[float], request_for: Make
) -> None:
    server = serve(lambda request: Reply(status, b'{"message": "Server Error"}'))
    with pytest.raises(OperationalError, match=f"GitHub answered {status} to {method} .*; {UNKNOWN}"):
        list(connect(server.url).fetch([request_for(method=method, body="{}")]))
    assert (len(server.seen), slept) == (1, [])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_an_answer_that_nobody_can_read_leaves_open_what_became_of_a_change(
    method: str, serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(lambda request: Reply(201, b"<html>", {"Content-Type": "text/html"}))
    with pytest.raises(OperationalError, match=f"the answer 201 to {method} .* is text/html, not JSON; {UNKNOWN}"):
        list(connect(server.url).fetch([request_for(method=method, body="{}")]))
    assert len(server.seen) == 1


def test_a_change_that_is_not_answered_in_time_is_not_sent_again(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    end = threading.Event()

    def wait(request: Seen) -> Reply:
        end.wait(10)
        return Reply()

    server = serve(wait)
    try:
        with pytest.raises(OperationalError, match=f"did not answer POST .* in time: .*; {UNKNOWN}"):
            list(connect(server.url, timeout=0.2).fetch([request_for(method="POST", body="{}")]))
    finally:
        end.set()
    assert len(server.seen) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_changes_go_out_one_after_the_other(method: str, serve: Serve, connect: Connect, request_for: Make) -> None:
    under_way, overtaken = threading.Semaphore(1), threading.Event()

    def answer(request: Seen) -> Reply:
        if not under_way.acquire(blocking=False):
            overtaken.set()
        # Gives a second call, were there one, the time to come in.
        overtaken.wait(0.05)
        under_way.release()
        return Reply(body=request.target[-1:].encode())

    server = serve(answer)
    requests = [request_for(method=method, path=f"/things/{n}") for n in range(4)]
    pages = [page.body for _, page in connect(server.url, concurrency=8).fetch(requests)]
    assert not overtaken.is_set()
    assert pages == [b"0", b"1", b"2", b"3"]
    assert server.targets == [request.path for request in requests]


def test_nothing_is_sent_after_a_change_that_failed(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply(404 if request.target.endswith("1") else 204, b""))
    requests = [request_for(method="DELETE", path=f"/things/{n}") for n in range(4)]
    done = []
    with pytest.raises(Error, match="404"):
        done += [index for index, _ in connect(server.url, concurrency=8).fetch(requests)]
    assert server.targets == ["/things/0", "/things/1"]


def test_a_change_waits_until_the_one_before_it_is_taken(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply())
    pages = connect(server.url).fetch([request_for(method="PUT", path=f"/things/{n}") for n in range(3)])
    next(iter(pages))
    pages.close()  # type: ignore[attr-defined]
    assert server.targets == ["/things/0"]


def test_the_url_of_a_request_is_told_without_a_token(connect: Connect, request_for: Make) -> None:
    client = connect("https://github.example/api/v3", token=None)
    request = request_for(path="/orgs/x%2Fy/seats", query=(("page", "1"), ("q", "a b")))
    assert client.url_of(request) == "https://github.example/api/v3/orgs/x%2Fy/seats?page=1&q=a%20b"
    elsewhere = request_for(path="/things", server="https://api.example.com/v1")
    assert client.url_of(elsewhere) == "https://api.example.com/v1/things"
