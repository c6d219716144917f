"""A registry server on a real socket: its list, its archives, what it says of them, and what goes wrong."""

from __future__ import annotations

import hashlib
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from stackduck.api import pulling
from stackduck.api.pulling import PUBLIC, Registry, registry_url
from stackduck.catalog.archives import Limits
from stackduck.errors import (
    DataError,
    InterfaceError,
    NotFoundError,
    OperationalError,
    ProgrammingError,
)

from .conftest import Reply, Seen, Server

Serve = Callable[..., Server]
LIST = b"providers:\n  acme:\n    versions:\n    - v1.0.0\n    - v1.1.0\n  google:\n    versions: [v2.0.0]\n"
ARCHIVE = b"the bytes of an archive"
SUM = hashlib.sha256(ARCHIVE).hexdigest()
PLACES: Mapping[str, bytes] = {
    "/providers/dist/providers.yaml": LIST,
    "/providers/dist/acme/v1.0.0.tgz": ARCHIVE,
    "/providers/dist/acme/v1.1.0.tgz": ARCHIVE,
    "/providers/dist/googleapis.com/v2.0.0.tgz": ARCHIVE,
}


def places(more: Mapping[str, bytes | Reply] | None = None) -> Callable[[Seen], Reply]:
    """Return a server of these places; nothing is anywhere else."""
    found = {**PLACES, **(more or {})}

    def reply(seen: Seen) -> Reply:
        content = found.get(seen.target)
        if content is None:
            return Reply(404, b"")
        return content if isinstance(content, Reply) else Reply(body=content)

    return reply


@pytest.fixture
def opened(slept: list[float]) -> Iterator[Callable[..., Registry]]:
    registries = []

    def open_registry(server: Server, **options: Any) -> Registry:
        registry = Registry(f"{server.url}/providers", environ={}, sleep=slept.append, **options)
        registries.append(registry)
        return registry

    yield open_registry
    for registry in registries:
        registry.close()


def pull(registry: Registry, provider: str = "acme", version: str | None = "v1.0.0") -> tuple[bytes, frozenset[str]]:
    with registry.archive(provider, version) as archive, open(archive.path, "rb") as file:
        assert archive.sha256 == SUM
        return file.read(), archive.told


@pytest.mark.parametrize(
    "url", ["", "registry.example", "http://registry.example", "file:///registry", "https://u:p@a.b", "https://a.b?c"]
)
def test_what_is_no_registry_url_is_refused(url: str) -> None:
    with pytest.raises(InterfaceError, match=r"^the registry URL "):
        Registry(url, environ={})
    if url:
        with pytest.raises(InterfaceError, match=r"^STACKDUCK_REGISTRY_URL "):
            Registry(environ={"STACKDUCK_REGISTRY_URL": url})


def test_an_unknown_provider_is_an_error_that_says_what_was_meant(
    serve: Serve, opened: Callable[..., Registry]
) -> None:
    with pytest.raises(ProgrammingError, match=r"has no provider 'acmes'; did you mean 'acme'\?$"):
        pull(opened(serve(places())), "acmes")


def test_an_unknown_version_is_an_error_that_names_the_newest(serve: Serve, opened: Callable[..., Registry]) -> None:
    server = serve(places())
    with pytest.raises(ProgrammingError, match=r"has no version 'zzz' of acme; the newest is v1\.1\.0$"):
        pull(opened(server), version="zzz")
    with pytest.raises(ProgrammingError, match=r"has no version '\.\./x' of acme"):
        pull(opened(server), version="../x")
    assert set(server.targets) == {"/providers/dist/providers.yaml"}


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_registry_without_a_list_is_an_error_at_once(
    status: int, serve: Serve, opened: Callable[..., Registry]
) -> None:
    server = serve(lambda _: Reply(status, b""))
    kind = NotFoundError if status == 404 else OperationalError
    with pytest.raises(kind, match="the list of providers") as raised:
        opened(server).offers()
    assert "check the " in str(raised.value)
    assert len(server.seen) == 1


def test_a_registry_that_cannot_be_reached_is_an_error_that_names_it(
    serve: Serve, opened: Callable[..., Registry], slept: list[float]
) -> None:
    server = Server("http://127.0.0.1:1", [])
    with pytest.raises(
        OperationalError, match=r"^the registry at 127\.0\.0\.1:1 did not send the list .* after 5 tries"
    ):
        opened(server).offers()
    assert len(slept) == 4


@pytest.mark.parametrize("status", [500, 503, 429])
def test_trouble_that_may_pass_is_tried_again(
    status: int, serve: Serve, opened: Callable[..., Registry], slept: list[float]
) -> None:
    server = serve(lambda seen: Reply(status, b"") if len(server.seen) < 3 else places()(seen))
    assert set(opened(server).offers()) == {"acme", "google"}
    assert len(slept) == 2


def test_a_body_that_stops_before_its_end_is_fetched_again(
    serve: Serve, opened: Callable[..., Registry], slept: list[float]
) -> None:
    cut = Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nproviders:\n")
    server = serve(lambda seen: cut if len(server.seen) == 1 else places()(seen))
    assert set(opened(server).offers()) == {"acme", "google"}
    assert len(slept) == 1


@pytest.mark.parametrize("where", ["list", "archive"])
def test_more_bytes_than_any_honest_answer_has_are_not_taken(
    where: str, serve: Serve, opened: Callable[..., Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_LARGEST_LIST", 100 if where == "list" else 1000)
    monkeypatch.setattr(pulling, "LIMITS", Limits(archive=10))
    server = serve(places({"/providers/dist/providers.yaml": LIST + (b"# " + b"x" * 200) * (where == "list")}))
    with pytest.raises(DataError, match="sends more than 10"):
        pull(opened(server))


def test_a_redirect_off_the_secure_path_is_not_followed(serve: Serve, opened: Callable[..., Registry]) -> None:
    server = serve(lambda _: Reply(302, headers={"Location": "http://registry.example/x"}))
    with pytest.raises(OperationalError, match="sends on to an address that is not https"):
        opened(server).offers()


def test_a_list_that_is_none_is_an_error_that_names_it(serve: Serve, opened: Callable[..., Registry]) -> None:
    server = serve(places({"/providers/dist/providers.yaml": b"<html>maintenance</html>"}))
    with pytest.raises(ProgrammingError, match=rf"^{server.url}/providers/dist/providers\.yaml: "):
        opened(server).offers()


def test_a_checksum_file_that_is_none_is_an_error(serve: Serve, opened: Callable[..., Registry]) -> None:
    server = serve(places({"/providers/dist/acme/v1.0.0.tgz.sha256": b"<html>"}))
    with pytest.raises(DataError, match=r"a checksum for acme/v1\.0\.0\.tgz that is no SHA-256"):
        pull(opened(server))


def test_an_interruption_ends_a_pull_that_hangs(serve: Serve, opened: Callable[..., Registry]) -> None:
    arrived, released = threading.Event(), threading.Event()

    def slowly() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + b"x" * 100_000
        arrived.set()
        while not released.wait(0.02):
            yield b"x"

    server = serve(lambda seen: Reply(raw=slowly()) if len(server.seen) == 1 else places()(seen))
    registry = opened(server)
    threading.Thread(target=lambda: (arrived.wait(5), registry.interrupt())).start()
    try:
        with pytest.raises(OperationalError, match=r"^interrupted$"):
            registry.offers()
    finally:
        released.set()
    assert set(registry.offers()) == {"acme", "google"}


def test_no_credential_and_no_cookie_is_sent(
    serve: Serve, opened: Callable[..., Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_TOKEN", "ghp_secret")
    server = serve(places({"/providers/dist/providers.yaml": Reply(body=LIST, headers={"Set-Cookie": "a=b"})}))
    pull(opened(server))
    for seen in server.seen:
        assert not {"authorization", "cookie", "x-github-api-version"} & set(seen.headers)
        assert "ghp_secret" not in str(seen)


def test_what_there_is(serve: Serve, opened: Callable[..., Registry]) -> None:
    registry = opened(serve(places()))
    assert {name: offer.latest for name, offer in registry.offers().items()} == {"acme": "v1.1.0", "google": "v2.0.0"}
    assert registry.versions("ACME") == ("v1.0.0", "v1.1.0")


@pytest.mark.parametrize(
    ("provider", "version", "place"),
    [
        ("acme", "v1.0.0", "acme/v1.0.0.tgz"),
        ("acme", None, "acme/v1.1.0.tgz"),
        ("Google", None, "googleapis.com/v2.0.0.tgz"),
    ],
)
def test_an_archive_comes_from_its_place(
    provider: str, version: str | None, place: str, serve: Serve, opened: Callable[..., Registry]
) -> None:
    server = serve(places())
    assert pull(opened(server), provider, version) == (ARCHIVE, frozenset())
    assert f"/providers/dist/{place}" in server.targets


@pytest.mark.parametrize(
    "more",
    [
        {"/providers/dist/acme/v1.0.0.tgz.sha256": f"{SUM}  v1.0.0.tgz\n".encode()},
        {
            "/providers/dist/acme/v1.0.0.tgz": Reply(
                body=ARCHIVE, headers={"Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(SUM)).decode()}:"}
            )
        },
        {
            "/providers/dist/acme/v1.0.0.tgz": Reply(
                body=ARCHIVE, headers={"Digest": f"md5=x, SHA-256={b64encode(bytes.fromhex(SUM)).decode()}"}
            )
        },
        {
            "/providers/dist/providers.yaml": (
                b"providers: {acme: {versions: [v1.0.0], checksums: {v1.0.0: 'sha256:" + SUM.encode() + b"'}}}"
            )
        },
    ],
    ids=["file beside it", "header", "older header", "list"],
)
def test_checksums_are_taken_wherever_the_registry_tells_them(
    more: dict[str, bytes | Reply], serve: Serve, opened: Callable[..., Registry]
) -> None:
    assert pull(opened(serve(places(more)))) == (ARCHIVE, frozenset({SUM}))


def test_the_archive_is_gone_when_nobody_needs_it_any_more(serve: Serve, opened: Callable[..., Registry]) -> None:
    with opened(serve(places())).archive("acme", None) as archive:
        path = Path(archive.path)
        assert path.is_file()
    assert not path.parent.exists()


def test_where_the_registry_is() -> None:
    assert registry_url(None, {}) == PUBLIC
    assert registry_url(None, {"STACKDUCK_REGISTRY_URL": " "}) == PUBLIC
    assert registry_url(None, {"STACKDUCK_REGISTRY_URL": "https://a.b/p/"}) == "https://a.b/p"
    assert registry_url("https://c.d", {"STACKDUCK_REGISTRY_URL": "https://a.b"}) == "https://c.d"
