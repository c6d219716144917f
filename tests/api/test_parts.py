"""One part against a storage on a real socket: tries, waits, breaks, what ends up on disk."""

from __future__ import annotations

import gzip
import resource
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stackduck.api.downloads import Downloader
from stackduck.errors import (
    NotFoundError,
    OperationalError,
    RequestTimeoutError,
)

from .blobs import BODY, LABEL, LARGE, Blobs, cut, fetch_one, fetched, left_in, ranges, raw
from .conftest import Handler, Reply, Server

Serve = Callable[..., Server]
Open = Callable[..., Downloader]


def after(failures: int, failure: Reply, success: Handler) -> Handler:
    """Fail so many times, then answer."""
    replies = iter([failure] * failures)
    return lambda request: next(replies, None) or success(request)


@pytest.mark.parametrize("body", [pytest.param(BODY, id="small"), pytest.param(LARGE, id="large")])
def test_a_body_that_always_stops_early_is_an_error_after_five_tries_and_leaves_no_file(
    body: bytes, serve: Serve, opened: Open, slept: list[float], tmp_path: Path
) -> None:
    server = serve(Blobs({"/a": body}, has_ranges=False, cuts=[len(body) // 2] * 9))
    with pytest.raises(
        OperationalError, match=r"127\.0\.0\.1 did not deliver part 1 of 1 of the users report"
    ) as caught:
        fetch_one(opened(server.url), server.url, tmp_path / "parts")
    assert "after 5 tries" in str(caught.value)
    assert caught.value.values == {"report": LABEL, "part": "1"}
    assert (len(server.seen), len(slept)) == (5, 4)
    assert left_in(tmp_path / "parts") == []


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(raw(200, {"Content-Length": str(len(LARGE))}, LARGE + LARGE), id="longer-than-its-length"),
        pytest.param(raw(200, {"Transfer-Encoding": "chunked"}, b"8\r\n12345678\r\n"), id="chunked-cut"),
        pytest.param(raw(206, {"Content-Length": "3", "Content-Range": "bytes 0-2/9"}, b"123"), id="unasked-range"),
        pytest.param(Reply(raw=b""), id="nothing"),
        pytest.param(Reply(raw=b"nonsense\r\n\r\n"), id="no-http"),
        pytest.param(Reply(500), id="500"),
        pytest.param(Reply(503), id="503"),
        pytest.param(Reply(429), id="429"),
        pytest.param(Reply(416), id="416"),
    ],
)
def test_what_may_be_better_soon_is_tried_five_times(
    reply: Reply, serve: Serve, opened: Open, slept: list[float], tmp_path: Path
) -> None:
    server = serve(lambda request: reply)
    with pytest.raises(OperationalError, match=r"part 1 of 1 of the users report of octo.* after 5 tries"):
        fetch_one(opened(server.url), server.url, tmp_path)
    assert (len(server.seen), len(slept), left_in(tmp_path)) == (5, 4, [])


@pytest.mark.parametrize(
    ("reply", "match"),
    [
        pytest.param(Reply(400), "answered 400 to the link of part 1", id="400"),
        pytest.param(Reply(401), "answered 401", id="401"),
        pytest.param(Reply(410), "answered 410", id="410"),
        pytest.param(Reply(204), "answered 204", id="204"),
        pytest.param(raw(200, {}, b"123"), "does not say where the file ends", id="no-length"),
        pytest.param(Reply(headers={"Content-Encoding": "br"}), "a compression that was not asked for", id="brotli"),
    ],
)
def test_what_stays_as_it_is_is_an_error_at_once(
    reply: Reply, match: str, serve: Serve, opened: Open, slept: list[float], tmp_path: Path
) -> None:
    server = serve(lambda request: reply)
    with pytest.raises(OperationalError, match=match):
        fetch_one(opened(server.url), server.url, tmp_path)
    assert (len(server.seen), slept, left_in(tmp_path)) == (1, [], [])


def test_a_file_that_is_not_there_is_not_found_and_named(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs = Blobs({"/a": BODY, "/b": BODY})
    server = serve(blobs)
    links = blobs.links(server.url)
    del blobs.files["/b"]
    with pytest.raises(NotFoundError, match=r"answered 404 \(BlobNotFound\) to the link of part 2 of 2 of") as caught:
        fetched(opened(server.url), links, tmp_path)
    assert (caught.value.status, caught.value.values["part"]) == (404, "2")


def test_a_storage_that_nobody_reaches_is_named(opened: Open, slept: list[float], tmp_path: Path) -> None:
    with pytest.raises(
        OperationalError, match=r"cannot reach 127\.0\.0\.1 for part 1 of 1 .*refused; check the network"
    ):
        fetch_one(opened("http://127.0.0.1:1"), "http://127.0.0.1:1", tmp_path)
    assert len(slept) == 4


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12", b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n1"],
)
def test_silence_is_a_timeout(start: bytes, serve: Serve, opened: Open, tmp_path: Path) -> None:
    release = threading.Event()

    def stalled() -> Iterator[bytes]:
        yield start
        release.wait(5)

    server = serve(lambda request: Reply(raw=stalled()))
    try:
        with pytest.raises(RequestTimeoutError, match=r"did not deliver part 1 of 1 .* in time"):
            fetch_one(opened(server.url, timeout=0.05, attempts=2), server.url, tmp_path)
    finally:
        release.set()
    assert left_in(tmp_path) == []


def test_a_disk_that_takes_no_more_is_an_error_at_once(serve: Serve, opened: Open, tmp_path: Path) -> None:
    server = serve(Blobs({"/a": LARGE}))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, hard))
    try:
        with pytest.raises(
            OperationalError, match=r"cannot write part 1 of 1 of .*: file too large; make room there"
        ) as told:
            fetch_one(opened(server.url), server.url, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (len(server.seen), left_in(tmp_path)) == (1, [])
    assert isinstance(told.value.__cause__, OSError), "a trouble of this machine"


def test_a_folder_that_cannot_be_is_an_error(serve: Serve, opened: Open, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    server = serve(Blobs({"/a": BODY}))
    with pytest.raises(OperationalError, match=r"cannot write part 1 of 1 of .*: (file exists|not a directory);"):
        fetch_one(opened(server.url), server.url, tmp_path / "file")


@pytest.mark.parametrize(
    ("body", "marks"),
    [
        pytest.param(BODY, {"ETag": '"one"'}, id="etag"),
        pytest.param(BODY, {"Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}, id="last-modified"),
        pytest.param(BODY, {}, id="length-alone"),
        pytest.param(LARGE, {"ETag": '"one"'}, id="large"),
    ],
)
def test_a_broken_connection_goes_on_where_it_broke(
    body: bytes, marks: dict[str, str], serve: Serve, opened: Open, tmp_path: Path
) -> None:
    server = serve(Blobs({"/a": body}, headers=marks, cuts=[1000, 5000]))
    part = fetch_one(opened(server.url), server.url, tmp_path)
    assert part.path.read_bytes() == body
    assert ranges(server.seen) == ["", "bytes=1000-", "bytes=6000-"]
    assert [request.headers.get("if-range", "") for request in server.seen[1:]] == [*marks.values(), ""][:1] * 2


def test_a_server_without_ranges_is_read_from_the_start_again(serve: Serve, opened: Open, tmp_path: Path) -> None:
    server = serve(Blobs({"/a": BODY}, has_ranges=False, cuts=[1000, 5000]))
    assert fetch_one(opened(server.url), server.url, tmp_path).path.read_bytes() == BODY


def test_a_chunked_body_without_a_mark_is_read_from_the_start_again(serve: Serve, opened: Open, tmp_path: Path) -> None:
    broken = raw(200, {"Transfer-Encoding": "chunked"}, b"8\r\n12345678\r\n")
    server = serve(after(1, broken, Blobs({"/a": BODY})))
    assert fetch_one(opened(server.url), server.url, tmp_path).path.read_bytes() == BODY
    assert ranges(server.seen) == ["", ""]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"ETag": '"two"', "Content-Range": "bytes 1000-299999/300000"}, id="etag"),
        pytest.param({"Last-Modified": "now", "Content-Range": "bytes 1000-299999/300000"}, id="last-modified"),
        pytest.param({"Content-Range": "bytes 1000-300000/300001", "Content-Length": "299001"}, id="total"),
        pytest.param({"Content-Range": "bytes 999-299999/300000"}, id="other-start"),
        pytest.param({"Content-Range": "bytes 1000-1999/300000"}, id="other-end"),
        pytest.param({"Content-Encoding": "gzip", "Content-Range": "bytes 1000-299999/300000"}, id="encoding"),
        pytest.param({"Content-Range": "lines 1-2/3"}, id="no-bytes"),
        pytest.param({"Content-Range": "bytes 1000-299999/300000", "Content-Length": "298999"}, id="shorter"),
        pytest.param({"Content-Range": "bytes 1000-299999/300000", "Content-Length": "299001"}, id="longer"),
        pytest.param({}, id="no-range"),
    ],
)
def test_the_rest_of_another_file_is_never_put_behind_what_is_there(
    headers: dict[str, str], serve: Serve, opened: Open, tmp_path: Path
) -> None:
    other = raw(206, {"Content-Length": "299000", **headers}, b"x" * 299_001)
    replies = iter([cut(Reply(200, BODY, {"ETag": '"one"'}), 1000), other])
    server = serve(lambda request: next(replies, Reply(200, BODY[::-1])))
    assert fetch_one(opened(server.url), server.url, tmp_path).path.read_bytes() == BODY[::-1]
    assert ranges(server.seen) == ["", "bytes=1000-", ""]


def test_a_file_that_was_replaced_is_read_from_the_start(serve: Serve, opened: Open, tmp_path: Path) -> None:
    replies = iter([cut(Reply(200, BODY, {"ETag": '"one"'}), 1000), Reply(200, b"new", {"ETag": '"two"'})])
    server = serve(lambda request: next(replies))
    part = fetch_one(opened(server.url), server.url, tmp_path)
    assert (part.path.read_bytes(), part.bytes) == (b"new", 3)


def test_a_long_file_may_break_more_often_than_tries_are_allowed(
    serve: Serve, opened: Open, slept: list[float], tmp_path: Path
) -> None:
    server = serve(Blobs({"/a": LARGE}, cuts=[1024 * 1024] * 8))
    assert fetch_one(opened(server.url, attempts=2), server.url, tmp_path).path.read_bytes() == LARGE
    assert (len(server.seen), len(slept)) == (9, 8)
    assert all(0.75 <= wait <= 1.25 for wait in slept)


def test_waits_are_the_storages_own_or_grow(serve: Serve, opened: Open, slept: list[float], tmp_path: Path) -> None:
    replies = iter([Reply(503, headers={"Retry-After": "7"}), Reply(503, headers={"Retry-After": "9999"}), Reply(503)])
    blobs = Blobs({"/a": BODY})
    server = serve(lambda request: next(replies, None) or blobs(request))
    fetch_one(opened(server.url), server.url, tmp_path)
    assert slept[:2] == [7, 60]
    assert 3 <= slept[2] <= 5


@pytest.mark.parametrize(
    ("body", "compression", "name"),
    [
        pytest.param(gzip.compress(BODY), "gzip", "part-00000.gz", id="gzip"),
        pytest.param(b"\x28\xb5\x2f\xfd" + BODY, "zstd", "part-00000.zst", id="zstd"),
        pytest.param(b'{"a": 1}', "none", "part-00000", id="json"),
        pytest.param(b"\x1f", "none", "part-00000", id="one-byte"),
        pytest.param(b"", "none", "part-00000", id="empty"),
    ],
)
@pytest.mark.parametrize("said", [{}, {"Content-Encoding": "gzip"}], ids=["unsaid", "said-gzip"])
def test_compression_is_told_by_the_first_bytes_whatever_the_headers_say(
    body: bytes, compression: str, name: str, said: dict[str, str], serve: Serve, opened: Open, tmp_path: Path
) -> None:
    server = serve(Blobs({"/a": body}, headers=said))
    part = fetch_one(opened(server.url), server.url, tmp_path)
    assert (part.compression, part.path, part.bytes) == (compression, tmp_path / name, len(body))
    assert part.path.read_bytes() == body


@pytest.mark.parametrize("has_length", [True, False], ids=["with-length", "chunked"])
def test_a_part_is_never_whole_in_memory(has_length: bool, serve: Serve, opened: Open, tmp_path: Path) -> None:
    piece, count = b"x" * 65_536, 1024
    size = len(piece) * count

    def pieces() -> Iterator[bytes]:
        framing = f"Content-Length: {size}" if has_length else "Transfer-Encoding: chunked"
        yield f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode()
        for _ in range(count):
            yield piece if has_length else b"10000\r\n" + piece + b"\r\n"
        yield b"" if has_length else b"0\r\n\r\n"

    server = serve(lambda request: Reply(raw=pieces()))
    downloader = opened(server.url)
    tracemalloc.start()
    try:
        part = fetch_one(downloader, server.url, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert part.bytes == part.path.stat().st_size == size
    assert peak < 8 * 1024 * 1024


def test_bytes_are_told_as_they_come(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs = Blobs({"/a": LARGE, "/b": BODY}, cuts=[7])
    server, told = serve(blobs), []
    parts = fetched(opened(server.url), blobs.links(server.url), tmp_path, on_bytes=told.append)
    assert sum(told) == sum(part.bytes for part in parts) == len(LARGE) + len(BODY)
    assert len(told) > 10


def test_files_are_for_their_owner_alone(serve: Serve, opened: Open, tmp_path: Path) -> None:
    server = serve(Blobs({"/a": BODY}))
    part = fetch_one(opened(server.url), server.url, tmp_path / "deep" / "parts")
    assert part.path.stat().st_mode & 0o777 == 0o600
    assert part.path.parent.stat().st_mode & 0o777 == 0o700
