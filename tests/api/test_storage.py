"""What a download shows and to whom: headers, redirects, proxies, certificates, errors and logs."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from stackduck.api.downloads import Downloader
from stackduck.api.links import parse
from stackduck.api.model import CancelledError
from stackduck.api.storage import Storage
from stackduck.errors import Error, OperationalError

from .blobs import BODY, LARGE, SIGNATURE, Blobs, cut, fetch_one, fetched, left_in, link, raw
from .conftest import CERTIFICATE, TOKEN, Handler, Reply, Seen, Server

Serve = Callable[..., Server]
Open = Callable[..., Downloader]

OWN_HEADERS = {"host", "accept", "accept-encoding", "user-agent", "range", "if-range"}
SECRETS = ("SECRET", "gen=")


def shown(error: BaseException | None) -> str:
    """Return everything that an error shows of itself and of what led to it."""
    text = "".join(traceback.format_exception(error)) if error else ""
    while error is not None:
        text += f"{error!r} {error} {vars(error)}"
        text += shown(error.__context__) if error.__context__ is not error.__cause__ else ""
        error = error.__cause__
    return text


def redirect(location: str, status: int = 302) -> Handler:
    return lambda request: Reply(status, headers={"Location": location})


@pytest.fixture
def certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the tests' certificate, as a user does who names his own authorities."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture
def credentials(clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put credentials where a client might find them."""
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    (clean_environment / ".netrc").write_text(f"default login ann password {TOKEN}\n")
    monkeypatch.setenv("NETRC", str(clean_environment / ".netrc"))


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_credential_and_no_header_of_githubs_is_ever_sent(
    status: int, serve: Serve, opened: Open, tmp_path: Path
) -> None:
    replies = iter([cut(Reply(200, BODY, {"ETag": '"one"', "Set-Cookie": "a=b"}), 9)])
    blobs = Blobs({"/a": BODY})
    other = serve(lambda request: next(replies, None) or blobs(request))
    elsewhere = link(other.url.replace("127.0.0.1", "localhost"))
    server = serve(redirect(elsewhere, status))
    assert fetch_one(opened(server.url), server.url, tmp_path).path.read_bytes() == BODY
    assert len(other.seen) == 2
    for request in [*server.seen, *other.seen]:
        assert set(request.headers) <= OWN_HEADERS
        assert request.headers["user-agent"].startswith("stackduck/")
        assert TOKEN not in str(request)
    assert other.seen[0].target == f"/a?gen=1&{SIGNATURE}"


@pytest.mark.parametrize("location", ["http://files.test/a", "ftp://127.0.0.1/a", "http://u:p@127.0.0.1/a", "https://"])
def test_a_redirect_to_what_no_link_may_be_is_refused(
    location: str, serve: Serve, opened: Open, slept: list[float], tmp_path: Path
) -> None:
    server = serve(redirect(location))
    with pytest.raises(OperationalError, match=r"part 1 of 1 .*: it sends on to an address that is not https"):
        fetch_one(opened(server.url), server.url, tmp_path)
    assert (len(server.seen), slept) == (1, [])


@pytest.mark.usefixtures("certificate")
def test_a_redirect_from_https_to_plain_http_is_refused(serve: Serve, opened: Open, tmp_path: Path) -> None:
    plain = serve(Blobs({"/a": BODY}))
    server = serve(redirect(link(plain.url)), tls=True)
    with pytest.raises(OperationalError, match=r"an address that is not https"):
        fetch_one(opened(server.url), server.url, tmp_path)
    assert (len(server.seen), plain.seen) == (1, [])


def test_redirects_end(serve: Serve, opened: Open, tmp_path: Path) -> None:
    server = serve(redirect("/a?again"))
    with pytest.raises(OperationalError, match=r"it sends on again and again"):
        fetch_one(opened(server.url), server.url, tmp_path)
    assert len(server.seen) == 6


def test_a_redirect_to_where_nobody_is_names_that_host(serve: Serve, opened: Open, tmp_path: Path) -> None:
    server = serve(redirect("http://localhost:1/a"))
    with pytest.raises(OperationalError, match=r"refused \(localhost, where it sent on to\)"):
        fetch_one(opened(server.url), server.url, tmp_path)


@pytest.mark.parametrize("api_url", ["https://api.github.com", "https://127.0.0.1:1"])
def test_plain_http_links_are_refused_when_the_api_is_not_on_plain_loopback(
    api_url: str, serve: Serve, opened: Open, tmp_path: Path
) -> None:
    server = serve(Blobs({"/a": BODY}))
    with pytest.raises(OperationalError, match=r"the link to part 1 of 1 of the users report of octo is no https"):
        fetch_one(opened(api_url), server.url, tmp_path)
    assert server.seen == []


def test_a_renewed_link_is_held_to_the_same_rule(serve: Serve, opened: Open, tmp_path: Path) -> None:
    server = serve(Blobs({"/a": BODY}, good=set()))
    with pytest.raises(OperationalError, match=r"is no https address"):
        fetch_one(opened(server.url), server.url, tmp_path, renew=lambda: [link("http://files.test")])


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(lambda request: Reply(400, request.target.encode()), id="400"),
        pytest.param(lambda request: Reply(403, request.target.encode()), id="403"),
        pytest.param(lambda request: Reply(404, request.target.encode()), id="404"),
        pytest.param(lambda request: Reply(503, request.target.encode()), id="503"),
        pytest.param(lambda request: Reply(400, headers={"x-ms-error-code": request.target}), id="code"),
        pytest.param(lambda request: raw(200, {"Content-Length": "999"}, b"1"), id="cut"),
        pytest.param(lambda request: cut(Reply(200, LARGE), 100_000), id="cut-large"),
        pytest.param(lambda request: Reply(raw=b"x" + request.target.encode() + b"\r\n\r\n"), id="no-http"),
        pytest.param(lambda request: Reply(raw=b""), id="nothing"),
        pytest.param(lambda request: Reply(302, headers={"Location": "http://x.test" + request.target}), id="redirect"),
        pytest.param(lambda request: Reply(302, headers={"Location": "https://[" + request.target}), id="no-url"),
        pytest.param(lambda request: Reply(302, headers={"Location": request.target}), id="circle"),
        pytest.param(lambda request: Reply(302, headers={"Location": "http://localhost:1" + request.target}), id="on"),
        pytest.param(Blobs({"/a": BODY}), id="success"),
    ],
)
def test_no_error_and_no_log_line_shows_a_link(
    handler: Handler,
    serve: Serve,
    opened: Open,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    server, caught = serve(handler), None
    try:
        fetch_one(
            opened(server.url, attempts=2), server.url, tmp_path, renew=lambda: [link(server.url, generation="2")]
        )
    except Error as exc:
        caught = exc
    text = shown(caught) + caplog.text + "".join(capfd.readouterr()) + "".join(left_in(tmp_path))
    assert "127.0.0.1" in text
    assert "send_request_headers" in caplog.text
    assert not [secret for secret in SECRETS if secret in text]
    assert any(secret in server.seen[0].target for secret in SECRETS)


def test_loopback_is_never_proxied(serve: Serve, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server = serve(Blobs({"/a": BODY}))
    assert fetch_one(opened(server.url), server.url, tmp_path).path.read_bytes() == BODY


def test_a_proxy_sees_the_host_alone(
    serve: Serve, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda request: Reply(407))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(OperationalError, match=r"cannot reach files\.test for part 1 of 1 .*: the proxy answered 407"):
        fetch_one(opened("https://api.github.com"), "https://files.test", tmp_path)
    assert proxy.targets == ["files.test:443"]
    assert not [secret for secret in SECRETS if secret in str(proxy.seen)]


@pytest.mark.parametrize("body", [pytest.param(BODY, id="small"), pytest.param(LARGE, id="large")])
@pytest.mark.usefixtures("certificate")
def test_files_come_over_tls_and_go_on_where_they_broke(
    body: bytes, serve: Serve, opened: Open, tmp_path: Path
) -> None:
    server = serve(Blobs({"/a": body}, cuts=[100_000]), tls=True)
    assert fetch_one(opened(server.url), server.url, tmp_path).path.read_bytes() == body
    assert server.seen[1].headers["range"] == "bytes=100000-"


def test_a_certificate_that_nobody_vouches_for_is_an_error_at_once(
    serve: Serve, opened: Open, slept: list[float], tmp_path: Path
) -> None:
    server = serve(Blobs({"/a": BODY}), tls=True)
    with pytest.raises(OperationalError, match=r"cannot reach 127\.0\.0\.1 .*certificate verify failed.*SSL_CERT_FILE"):
        fetch_one(opened(server.url), server.url, tmp_path)
    assert (server.seen, slept) == ([], [])


@pytest.fixture
def tunnel() -> Iterator[Callable[[Server], str]]:
    """Start a proxy that leads every CONNECT to one server."""
    listener = socket.create_server(("127.0.0.1", 0))
    opened: list[socket.socket] = [listener]
    threads: list[threading.Thread] = []

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def serve_tunnels(address: tuple[str, int]) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                assert client.recv(65_536).startswith(b"CONNECT files.test:443 ")
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                server = socket.create_connection(address)
                opened.extend((client, server))
                for ends in ((client, server), (server, client)):
                    threads.append(threading.Thread(target=pump, args=ends, daemon=True))
                    threads[-1].start()

    def start(server: Server) -> str:
        port = int(server.url.rpartition(":")[2])
        threads.append(threading.Thread(target=serve_tunnels, args=(("127.0.0.1", port),), daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for end in opened:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(5)
    for end in opened:
        end.close()


@pytest.mark.usefixtures("certificate")
def test_files_come_through_a_proxy(
    serve: Serve,
    opened: Open,
    tunnel: Callable[[Server], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blobs = Blobs({"/a": LARGE, "/b": BODY}, cuts=[100_000])
    monkeypatch.setenv("HTTPS_PROXY", tunnel(serve(blobs, tls=True)))
    parts = fetched(opened("https://api.github.com"), blobs.links("https://files.test"), tmp_path)
    assert [part.path.read_bytes() for part in parts] == [LARGE, BODY]


def test_a_target_is_sent_letter_for_letter(serve: Serve, opened: Open, tmp_path: Path) -> None:
    server = serve(lambda request: Reply())
    target = "/a%2Fb/../c%7e?sig=A%2bb%3D%3D&se=2026-01-01T00%3A00:00Z&x='{}|"
    fetched(opened(server.url), [server.url + target], tmp_path)
    assert server.targets == [target]


def test_small_files_share_a_connection(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs = Blobs({f"/{number}": BODY for number in range(5)})
    peers: set[tuple[str, int]] = set()

    def handler(request: Seen) -> Reply:
        peers.add(request.peer)
        return blobs(request)

    server = serve(handler)
    assert len(fetched(opened(server.url, concurrency=1), blobs.links(server.url), tmp_path)) == 5
    assert len(peers) == 1


def test_a_silent_connection_is_given_up_when_nobody_wants_it_any_more(serve: Serve) -> None:
    release, stop = threading.Event(), threading.Event()

    def silent() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + BODY
        release.wait(10)

    storage = Storage(timeout=60, connections=1, is_plain_allowed=True)
    target = parse(serve(lambda request: Reply(raw=silent())).url + "/a", is_plain_allowed=True)
    assert target is not None
    stop.set()
    with closing(storage), storage.open(target, headers={}) as body, pytest.raises(CancelledError):
        list(body.pieces(stop))
    release.set()
