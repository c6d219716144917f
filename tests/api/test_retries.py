"""Tries, waits, redirects and broken bodies, against a server on a real socket."""

from __future__ import annotations

import gzip
import os
import socket
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stackduck.api.client import Client
from stackduck.catalog.model import Request
from stackduck.errors import Error, OperationalError, RateLimitError, RequestTimeoutError

from .conftest import TOKEN, Handler, Reply, Seen, Server

Serve = Callable[[Handler], Server]
Connect = Callable[..., Client]
Make = Callable[..., Request]

PRIVATE = "cursor-of-mine"
GZIPPED = gzip.compress(b'[{"a": 1}, {"a": 2}]')
CUT = b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[{"a": 1},'


def raw(body: bytes, *headers: str) -> Reply:
    """Answer 200 with exactly these headers, then close the connection."""
    head = "".join(f"{header}\r\n" for header in (*headers, "Connection: close"))
    return Reply(raw=f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body)


def after(failures: int, failure: Reply, success: Reply | None = None) -> Handler:
    """Fail so many times, then answer."""
    replies: Iterator[Reply] = iter([failure] * failures)
    return lambda request: next(replies, success or Reply(body=b"[1]"))


def pages(client: Client, *requests: Request) -> list[bytes]:
    return [page.body for _, page in client.fetch(requests)]


@pytest.fixture
def nowhere() -> str:
    """A URL at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_trouble_that_lasts_is_an_error_after_four_retries(
    status: int, serve: Serve, connect: Connect, slept: list[float], request_for: Make
) -> None:
    server = serve(lambda request: Reply(status, b'{"message":"Server Error"}'))
    with pytest.raises(OperationalError, match=f"GitHub answered {status} to GET .*Server Error; GitHub is in trouble"):
        pages(connect(server.url), request_for())
    assert len(server.seen) == 5
    assert 11 <= sum(slept) <= 19


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 451, 501])
def test_a_refusal_is_not_tried_again(
    status: int, serve: Serve, connect: Connect, slept: list[float], request_for: Make
) -> None:
    server = serve(lambda request: Reply(status, b'{"message":"No"}'))
    with pytest.raises(OperationalError, match=f"GitHub answered {status} to GET"):
        pages(connect(server.url), request_for())
    assert (len(server.seen), slept) == (1, [])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("reply", [Reply(503, b"{}"), Reply(raw=b""), Reply(raw=CUT), Reply(429, b"{}")])
def test_a_writing_call_that_was_sent_is_never_sent_again(
    method: str, reply: Reply, serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(lambda request: reply)
    with pytest.raises(OperationalError):
        pages(connect(server.url), request_for(method=method, body="{}"))
    assert len(server.seen) == 1


def test_a_host_that_nobody_reaches_is_named(
    nowhere: str, connect: Connect, slept: list[float], request_for: Make
) -> None:
    with pytest.raises(OperationalError, match=r"cannot reach 127\.0\.0\.1 after 5 tries: .*refused") as caught:
        pages(connect(nowhere), request_for(query=(("q", PRIVATE),)))
    assert len(slept) == 4
    assert PRIVATE not in "".join(traceback.format_exception(caught.value))


def test_a_writing_call_that_did_not_leave_is_tried_again(
    nowhere: str, connect: Connect, slept: list[float], request_for: Make
) -> None:
    with pytest.raises(OperationalError, match=r"cannot reach"):
        pages(connect(nowhere), request_for(method="POST"))
    assert len(slept) == 4


def test_silence_is_a_timeout_after_two_retries(connect: Connect, slept: list[float], request_for: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(RequestTimeoutError, match=r"did not answer GET .* in time after 3 tries"):
            pages(connect(url, timeout=0.05), request_for())
    assert len(slept) == 2


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(Reply(raw=CUT), "without sending complete message body", id="content-length"),
        pytest.param(Reply(raw=b""), "disconnected without sending a response", id="nothing"),
        pytest.param(Reply(raw=b"nonsense " + TOKEN.encode() + b"\r\n\r\n"), "the answer is no HTTP", id="no-http"),
        pytest.param(
            raw(b"8\r\n[1, 2, 3\r\n", "Transfer-Encoding: chunked"),
            "without sending complete message body",
            id="chunked",
        ),
        pytest.param(raw(b'[{"a": 1}, '), "the body stops before its end", id="until-close"),
        pytest.param(raw(b'{"a": {"b": 1}'), "the body stops before its end", id="until-close-balanced"),
        pytest.param(raw(b""), "the body stops before its end", id="until-close-empty"),
        pytest.param(
            raw(GZIPPED[:-9], "Content-Encoding: gzip", f"Content-Length: {len(GZIPPED) - 9}"),
            "gzip body was cut",
            id="gzip-cut",
        ),
        pytest.param(raw(GZIPPED[:20], "Content-Encoding: gzip"), "gzip body was cut", id="gzip-cut-until-close"),
        pytest.param(
            raw(b"no gzip", "Content-Encoding: gzip", "Content-Length: 7"), "gzip body is broken", id="gzip-broken"
        ),
        pytest.param(raw(b"[1, 2", "Content-Length: 5"), "the body stops before its end", id="framed-but-cut"),
    ],
)
def test_a_broken_answer_is_tried_again_and_never_taken_for_a_short_one(
    reply: Reply, reason: str, serve: Serve, connect: Connect, slept: list[float], request_for: Make
) -> None:
    server = serve(lambda request: reply)
    with pytest.raises(OperationalError, match=f"gave no whole answer to GET .* after 5 tries: .*{reason}") as caught:
        pages(connect(server.url), request_for())
    assert len(slept) == 4
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert pages(connect(serve(after(4, reply)).url), request_for()) == [b"[1]"]


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        pytest.param(
            Reply(body=b"<html>", headers={"Content-Type": "text/html; x=y"}), "is text/html, not JSON", id="html"
        ),
        pytest.param(Reply(body=b"hello"), "is no content type, not JSON", id="text"),
        pytest.param(Reply(headers={"Content-Encoding": "br"}), "compression that was not asked for", id="brotli"),
    ],
)
def test_an_answer_that_is_not_githubs_is_an_error_at_once(
    reply: Reply, text: str, serve: Serve, connect: Connect, slept: list[float], request_for: Make
) -> None:
    with pytest.raises(OperationalError, match=text):
        pages(connect(serve(lambda request: reply).url), request_for())
    assert slept == []


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        pytest.param(429, b"{}", {"Retry-After": "61"}, id="retry-after"),
        pytest.param(403, b"{}", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"}, id="reset"),
        pytest.param(503, b"{}", {"Retry-After": "3600"}, id="503"),
    ],
)
def test_a_wait_longer_than_allowed_is_a_rate_limit_error_with_the_time(
    status: int,
    body: bytes,
    headers: dict[str, str],
    serve: Serve,
    connect: Connect,
    slept: list[float],
    request_for: Make,
) -> None:
    with pytest.raises(RateLimitError, match=r"run again after .*\d\d:\d\d UTC") as caught:
        pages(connect(serve(lambda request: Reply(status, body, headers)).url), request_for())
    assert caught.value.resets_at is not None
    assert caught.value.resets_at > datetime.now(UTC)
    assert slept == []


def test_who_wants_no_wait_gets_githubs_trouble_and_no_rate_limit(
    serve: Serve, connect: Connect, slept: list[float], request_for: Make
) -> None:
    with pytest.raises(OperationalError, match=r"GitHub answered 502") as caught:
        pages(connect(serve(lambda request: Reply(502, b"{}")).url, max_wait=0), request_for())
    assert type(caught.value) is OperationalError
    assert slept == []


def test_a_longer_wait_can_be_allowed(serve: Serve, connect: Connect, slept: list[float], request_for: Make) -> None:
    server = serve(after(1, Reply(429, b"{}", {"Retry-After": "100"})))
    assert pages(connect(server.url, max_wait=100), request_for()) == [b"[1]"]
    assert slept == [pytest.approx(100, abs=5)]


def test_who_waits_for_limits_himself_still_has_trouble_tried_again(
    serve: Serve, connect: Connect, slept: list[float], request_for: Make
) -> None:
    replies = iter([Reply(502, b"{}"), Reply(429, b"{}", {"Retry-After": "7"})])
    client = connect(serve(lambda request: next(replies)).url)
    with pytest.raises(RateLimitError) as caught:
        list(client.fetch([request_for()], limit_wait=0.0))
    assert caught.value.resets_at is not None
    assert slept == [pytest.approx(1, rel=0.3)]


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        pytest.param(Reply(429, b"{}", {"Retry-After": "7"}), 7, id="429"),
        pytest.param(Reply(403, b"{}", {"Retry-After": "7"}), 7, id="403"),
        pytest.param(Reply(403, b'{"message":"exceeded a secondary rate limit"}'), 60, id="secondary"),
        pytest.param(Reply(503, b"{}", {"Retry-After": "7"}), 7, id="503"),
        pytest.param(Reply(202, b"{}"), 1, id="202"),
        pytest.param(Reply(502, b"<html>"), 1, id="502"),
    ],
)
def test_a_passing_failure_is_waited_out(
    reply: Reply, seconds: float, serve: Serve, connect: Connect, slept: list[float], request_for: Make
) -> None:
    client = connect(serve(after(1, reply)).url)
    assert pages(client, request_for()) == [b"[1]"]
    assert slept == [pytest.approx(seconds, abs=1)]
    assert [call.status for call in client.calls] == [reply.status, 200]


def test_an_answer_that_github_keeps_computing_is_an_error(serve: Serve, connect: Connect, request_for: Make) -> None:
    with pytest.raises(OperationalError, match=r"202 .*still computing the answer"):
        pages(connect(serve(lambda request: Reply(202, b"{}")).url), request_for())


@pytest.mark.parametrize("location", ["https://evil.test/x", "//evil.test/x", "http://localhost:1/x"])
def test_a_redirect_to_another_origin_is_refused(
    location: str, serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(lambda request: Reply(301, b"", {"Location": location}))
    with pytest.raises(OperationalError, match=r"on to another address"):
        pages(connect(server.url), request_for())
    assert len(server.seen) == 1


def test_the_token_never_follows_a_redirect_to_another_port(serve: Serve, connect: Connect, request_for: Make) -> None:
    evil = serve(lambda request: Reply())
    server = serve(lambda request: Reply(307, b"", {"Location": f"{evil.url}/x"}))
    with pytest.raises(OperationalError, match=r"another address"):
        pages(connect(server.url), request_for())
    assert evil.seen == []


def test_redirects_without_end_are_an_error(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply(302, b"", {"Location": "/again"}))
    with pytest.raises(OperationalError, match=r"GitHub answered 302"):
        pages(connect(server.url), request_for())
    assert len(server.seen) == 6


@pytest.mark.parametrize("reply", [Reply(301, b""), Reply(304, b"")], ids=["no-location", "not-modified"])
def test_a_redirect_to_nowhere_is_an_error(reply: Reply, serve: Serve, connect: Connect, request_for: Make) -> None:
    with pytest.raises(OperationalError, match=f"GitHub answered {reply.status}"):
        pages(connect(serve(lambda request: reply).url), request_for())


def test_a_writing_call_is_not_redirected_to_a_reading_one(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply(301, b"", {"Location": "/new"}))
    with pytest.raises(OperationalError, match=r"GitHub answered 301"):
        pages(connect(server.url), request_for(method="POST", body="{}"))
    assert len(server.seen) == 1


def renamed(request: Seen) -> Reply:
    """Redirect as GitHub does after a rename: to a path with the thing's number."""
    if request.target.startswith("/orgs/"):
        return Reply(307 if request.method == "POST" else 301, b"", {"Location": "/organizations/1/seats"})
    return Reply(body=b"[1]")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_within_the_origin_is_followed_with_token_and_body(
    method: str, serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(renamed)
    assert pages(connect(server.url), request_for(method=method, body="{}")) == [b"[1]"]
    assert server.targets == ["/orgs/octo/copilot/billing/seats", "/organizations/1/seats"]
    assert [request.body for request in server.seen] == [b"{}", b"{}"]
    assert server.seen[1].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_redirect_counts_as_a_call(serve: Serve, connect: Connect, request_for: Make) -> None:
    client = connect(serve(renamed).url)
    with pytest.raises(OperationalError, match=r"max_calls allows 1"):
        list(client.fetch([request_for()], max_calls=1))
    assert len(list(client.fetch([request_for()], max_calls=2))) == 1
    assert [call.status for call in client.calls] == [301, 301, 200]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(GZIPPED, id="one"),
        pytest.param(gzip.compress(b'[{"a": 1}, ') + gzip.compress(b'{"a": 2}]'), id="two-members"),
    ],
)
def test_a_compressed_body_is_unpacked_and_counted_as_received(
    body: bytes, serve: Serve, connect: Connect, request_for: Make
) -> None:
    client = connect(serve(lambda request: Reply(body=body, headers={"Content-Encoding": "gzip"})).url)
    assert pages(client, request_for()) == [b'[{"a": 1}, {"a": 2}]']
    assert client.calls[0].bytes == len(body)


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        pytest.param(Reply(body=b"\xef\xbb\xbf[1]"), b"[1]", id="byte-order-mark"),
        pytest.param(raw(b"[1]"), b"[1]", id="until-close"),
        pytest.param(raw(b"3\r\n[1]\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), b"[1]", id="chunked"),
    ],
)
def test_a_whole_body_is_taken_in_every_framing(
    reply: Reply, body: bytes, serve: Serve, connect: Connect, request_for: Make
) -> None:
    assert pages(connect(serve(lambda request: reply).url), request_for()) == [body]


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(lambda request: Reply(401, f'{{"message":"bad {TOKEN}"}}'.encode()), id="echo"),
        pytest.param(lambda request: Reply(403, b'{"message":"No"}'), id="403"),
        pytest.param(lambda request: Reply(raw=CUT), id="cut"),
        pytest.param(lambda request: Reply(raw=f"HTTP/1.1 200 OK\r\nx y: {TOKEN}\r\n\r\n".encode()), id="bad-header"),
        pytest.param(lambda request: Reply(301, b"", {"Location": f"https://evil.test/{TOKEN}"}), id="redirect"),
        pytest.param(lambda request: Reply(301, b"", {"Location": f"http://[{TOKEN}"}), id="bad-location"),
        pytest.param(lambda request: Reply(body=f"<{TOKEN}>".encode()), id="html"),
        pytest.param(lambda request: Reply(429, b"{}", {"Retry-After": "999"}), id="429"),
    ],
)
def test_the_token_is_in_no_error_and_no_traceback(
    handler: Handler, serve: Serve, connect: Connect, request_for: Make
) -> None:
    with pytest.raises(Error) as caught:
        pages(connect(serve(handler).url), request_for(query=(("after", PRIVATE),)))
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert TOKEN not in shown
    assert "Bearer" not in shown
    assert PRIVATE not in shown


def test_the_token_comes_from_gh_when_nothing_else_has_one(
    tmp_path: Path, serve: Serve, connect: Connect, request_for: Make
) -> None:
    program, asked = tmp_path / "gh", tmp_path / "asked"
    program.write_text(f'#!/bin/sh\necho "$@" >> {asked}\necho gho_fromgh\n')
    program.chmod(0o755)
    server = serve(lambda request: Reply())
    client = connect(server.url, token=None, environ={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"})
    pages(client, request_for())
    pages(client, request_for())
    assert [request.headers["authorization"] for request in server.seen] == ["Bearer gho_fromgh"] * 2
    assert asked.read_text() == "auth token --hostname 127.0.0.1\n"


def test_loopback_is_reached_without_the_environments_proxy(
    serve: Serve, connect: Connect, request_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda request: Reply(502))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    assert pages(connect(serve(lambda request: Reply()).url), request_for()) == [b"[]"]
    assert proxy.seen == []


def test_other_hosts_are_reached_through_the_environments_proxy_which_gets_no_token(
    serve: Serve, connect: Connect, request_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda request: Reply(407, b""))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(OperationalError, match=r"cannot reach api\.octo\.test: the proxy answered 407"):
        pages(connect("https://api.octo.test"), request_for())
    assert [(request.method, request.target) for request in proxy.seen] == [("CONNECT", "api.octo.test:443")]
    assert TOKEN not in str(proxy.seen)


def test_no_proxy_holds(serve: Serve, connect: Connect, request_for: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(lambda request: Reply(407, b""))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "octo.invalid")
    with pytest.raises(OperationalError, match=r"cannot reach api\.octo\.invalid"):
        pages(connect("https://api.octo.invalid"), request_for())
    assert proxy.seen == []


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        pytest.param("HTTPS_PROXY", "gopher://ann:geheim@x", "check HTTPS_PROXY", id="proxy"),
        pytest.param("HTTPS_PROXY", "socks5://x:1", "pip install 'httpx.socks.'", id="socks"),
        pytest.param("SSL_CERT_FILE", "/nowhere.pem", "SSL_CERT_FILE", id="certificates"),
    ],
)
def test_an_environment_that_cannot_be_used_is_an_error_that_names_its_variables(
    name: str, value: str, match: str, connect: Connect, request_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(OperationalError, match=match) as caught:
        pages(connect("https://api.octo.test"), request_for())
    assert "geheim" not in "".join(traceback.format_exception(caught.value))
