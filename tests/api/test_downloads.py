"""Downloads against a storage on a real socket: expiry, order, bounds, stopping."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stackduck.api.client import Client
from stackduck.api.downloads import Downloader
from stackduck.catalog.model import Request
from stackduck.errors import (
    InterfaceError,
    OperationalError,
    PermissionDeniedError,
    RateLimitError,
)
from stackduck.sandbox import serve as serve_sandbox

from ..usage_oracle import records
from .blobs import BODY, LABEL, LARGE, Blobs, fetch_one, fetched, left_in, link, never, ranges
from .conftest import Reply, Seen, Server

Serve = Callable[..., Server]
Open = Callable[..., Downloader]


@pytest.mark.parametrize("count", [1, 4, 9])
def test_expired_links_are_renewed_once_for_all_parts(count: int, serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs = Blobs({f"/{number}": BODY[number:] for number in range(count)}, good={"2"})
    server, renewals = serve(blobs), []

    def renew() -> list[str]:
        renewals.append(threading.current_thread().name)
        return blobs.links(server.url, "2")

    parts = fetched(opened(server.url), blobs.links(server.url), tmp_path, renew=renew)
    assert [part.path.read_bytes() for part in parts] == list(blobs.files.values())
    assert len(renewals) == 1


def test_a_link_that_expires_in_mid_file_goes_on_with_the_new_one(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs = Blobs({"/a": LARGE}, cuts=[5000])
    server = serve(blobs)

    def expiring(seconds: float) -> None:
        blobs.good = {"2"}

    downloader = opened(server.url, sleep=expiring)
    part = fetch_one(downloader, server.url, tmp_path, renew=lambda: blobs.links(server.url, "2"))
    assert part.path.read_bytes() == LARGE
    assert ranges(server.seen) == ["", "bytes=5000-", "bytes=5000-"]


def test_a_renewed_link_that_is_refused_is_an_error(
    serve: Serve, opened: Open, slept: list[float], tmp_path: Path
) -> None:
    blobs = Blobs({"/a": BODY}, good=set())
    server, renewals = serve(blobs), []

    def renew() -> list[str]:
        renewals.append(1)
        return blobs.links(server.url, "2")

    with pytest.raises(
        PermissionDeniedError, match=r"answered 403 \(AuthenticationFailed\) to the link of part 1 of 1"
    ):
        fetch_one(opened(server.url), server.url, tmp_path, renew=renew)
    assert (len(server.seen), renewals, slept, left_in(tmp_path)) == (2, [1], [], [])


def test_links_that_expire_again_are_renewed_again(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs = Blobs({"/a": BODY, "/b": BODY}, good={"2"})
    server, renewals = serve(blobs), []

    def renew() -> list[str]:
        renewals.append(1)
        return blobs.links(server.url, "2" if len(renewals) == 1 else "3")

    parts = opened(server.url, concurrency=1).fetch(
        blobs.links(server.url), tmp_path, renew=renew, on_bytes=lambda count: setattr(blobs, "good", {"3"})
    )
    assert [part.path.read_bytes() for part in parts] == [BODY, BODY]
    assert len(renewals) == 2


def test_a_report_made_anew_starts_over_while_nothing_is_taken(serve: Serve, opened: Open, tmp_path: Path) -> None:
    new = Blobs({"/new/a": BODY, "/new/b": b"b", "/new/c": b"c"}, good={"2"})
    server = serve(new)
    old = [link(server.url, f"/old/{name}") for name in "ab"]
    parts = fetched(opened(server.url), old, tmp_path, renew=lambda: new.links(server.url, "2"))
    assert [part.path.read_bytes() for part in parts] == [BODY, b"b", b"c"]
    assert left_in(tmp_path) == ["part-00000", "part-00001", "part-00002"]


@pytest.mark.parametrize("paths", [["/a"], ["/a", "/b", "/c"], ["/a", "/x"], ["/b", "/a"], []])
def test_a_report_made_anew_after_a_part_was_taken_is_an_error(
    paths: list[str], serve: Serve, opened: Open, tmp_path: Path
) -> None:
    blobs = Blobs({"/a": BODY, "/b": BODY})
    server = serve(blobs)
    parts = opened(server.url, concurrency=1).fetch(
        [*blobs.links(server.url)[:1], link(server.url, "/b", "old")],
        tmp_path,
        renew=lambda: [link(server.url, path) for path in paths],
        label=LABEL,
    )
    assert next(parts).path.read_bytes() == BODY
    with pytest.raises(
        OperationalError, match=r"the users report of octo was made anew while it was downloaded.*run again"
    ):
        next(parts)


def test_a_report_without_links_any_more_is_an_error_and_not_an_empty_one(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    server = serve(Blobs({}, good=set()))
    with pytest.raises(OperationalError, match=r"was made anew"):
        fetch_one(opened(server.url), server.url, tmp_path, renew=list)


def test_a_report_that_is_made_anew_again_and_again_ends(serve: Serve, opened: Open, tmp_path: Path) -> None:
    server = serve(Blobs({}, good=set()))
    numbers = iter(range(99))
    with pytest.raises(OperationalError, match=r"was made anew"):
        fetch_one(
            opened(server.url),
            server.url,
            tmp_path,
            renew=lambda: [link(server.url, f"/{next(numbers)}")],
        )
    assert len(server.seen) == 3


def test_what_renewing_raises_is_raised_and_tried_once(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs = Blobs({f"/{number}": BODY for number in range(8)}, good=set())
    server, renewals = serve(blobs), []

    def renew() -> list[str]:
        renewals.append(1)
        raise RateLimitError("used up")

    with pytest.raises(RateLimitError, match="used up"):
        fetched(opened(server.url), blobs.links(server.url), tmp_path, renew=renew)
    assert (renewals, left_in(tmp_path)) == ([1], [])


def test_parts_come_in_the_order_of_the_links_whatever_comes_first(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs, late = Blobs({f"/{number}": b"%d" % number for number in range(6)}), threading.Event()

    def handler(request: Seen) -> Reply:
        if request.target.startswith("/0"):
            late.wait(5)
        elif request.target.startswith("/5"):
            late.set()
        return blobs(request)

    server = serve(handler)
    parts = fetched(opened(server.url), blobs.links(server.url), tmp_path)
    assert late.is_set()
    assert [(part.index, part.path.read_bytes()) for part in parts] == [(n, b"%d" % n) for n in range(6)]


def test_no_more_parts_are_under_way_or_lie_ahead_than_allowed(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs, lock, full = Blobs({f"/{number}": BODY for number in range(20)}), threading.Lock(), threading.Event()
    running = [0, 0]

    def handler(request: Seen) -> Reply:
        with lock:
            running[0] += 1
            running[1] = max(running)
            if running[0] == 3:
                full.set()
        full.wait(5)
        with lock:
            running[0] -= 1
        return blobs(request)

    server = serve(handler)
    with closing(opened(server.url, concurrency=3).fetch(blobs.links(server.url), tmp_path, renew=never)) as parts:
        next(parts)
        seen_at_first = len(server.seen)
        assert len(list(parts)) == 19
    assert running[1] == 3
    assert seen_at_first <= 1 + 3 + 2


def test_later_parts_are_on_their_way_while_nobody_asks(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs, asked = Blobs({f"/{number}": BODY for number in range(9)}), threading.Semaphore(0)

    def handler(request: Seen) -> Reply:
        asked.release()
        return blobs(request)

    server = serve(handler)
    with closing(opened(server.url, concurrency=1).fetch(blobs.links(server.url), tmp_path, renew=never)) as parts:
        next(parts)
        for _ in range(1 + 1 + 2):
            assert asked.acquire(timeout=5)
        assert not asked.acquire(timeout=0.1)


def test_two_fetches_at_once_share_the_bound(serve: Serve, opened: Open, tmp_path: Path) -> None:
    blobs, lock = Blobs({f"/{number}": BODY for number in range(10)}), threading.Lock()
    running = [0, 0]

    def handler(request: Seen) -> Reply:
        with lock:
            running[0] += 1
            running[1] = max(running)
        reply = blobs(request)
        with lock:
            running[0] -= 1
        return reply

    server = serve(handler)
    downloader = opened(server.url, concurrency=2)
    first, second = (downloader.fetch(blobs.links(server.url), tmp_path / name, renew=never) for name in "ab")
    pairs = list(zip(first, second, strict=True))
    assert all(part.path.read_bytes() == BODY for pair in pairs for part in pair)
    assert running[1] <= 2


def test_no_links_are_no_parts(opened: Open, tmp_path: Path) -> None:
    assert fetched(opened("http://127.0.0.1:1"), [], tmp_path / "parts") == []
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(("options", "match"), [({"concurrency": 0}, "concurrency"), ({"attempts": 0}, "attempts")])
def test_options_that_cannot_work_are_refused_at_once(options: dict[str, int], match: str) -> None:
    with pytest.raises(InterfaceError, match=match):
        Downloader(api_url="http://127.0.0.1:1", **options)  # type: ignore[arg-type]


def test_a_closed_downloader_downloads_nothing(serve: Serve, opened: Open, tmp_path: Path) -> None:
    server = serve(Blobs({"/a": BODY}))
    downloader = opened(server.url)
    fetch_one(downloader, server.url, tmp_path)
    downloader.close()
    with pytest.raises(InterfaceError, match=r"the client is closed"):
        fetch_one(downloader, server.url, tmp_path)


def once(asked: threading.Event, action: Callable[[], None]) -> None:
    """Do something from another thread as soon as something has happened."""

    def wait_and_act() -> None:
        asked.wait(5)
        action()

    threading.Thread(target=wait_and_act, daemon=True).start()


class Stalled:
    """A storage whose first file comes, and whose others begin and never end."""

    def __init__(self) -> None:
        self.asked, self.release = threading.Semaphore(0), threading.Event()

    def __call__(self, request: Seen) -> Reply:
        if request.target.startswith("/0"):
            return Reply(200, BODY)
        return Reply(raw=self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + BODY
        self.asked.release()
        self.release.wait(10)


@pytest.fixture
def stalled() -> Iterator[Stalled]:
    storage = Stalled()
    yield storage
    storage.release.set()


def test_interrupt_from_another_thread_ends_the_wait_and_leaves_no_partial_file(
    stalled: Stalled, serve: Serve, opened: Open, tmp_path: Path
) -> None:
    server = serve(stalled)
    downloader = opened(server.url)
    parts = downloader.fetch([f"{server.url}/{number}" for number in range(4)], tmp_path, renew=never)
    assert next(parts).index == 0
    for _ in range(3):
        assert stalled.asked.acquire(timeout=5)
    assert len(left_in(tmp_path)) == 4
    threading.Thread(target=downloader.interrupt, daemon=True).start()
    with pytest.raises(OperationalError, match="interrupted"):
        next(parts)
    assert left_in(tmp_path) == ["part-00000"]


def test_ctrl_c_ends_the_wait_and_leaves_no_partial_file(
    stalled: Stalled, serve: Serve, opened: Open, tmp_path: Path
) -> None:
    server = serve(stalled)
    parts = opened(server.url).fetch([f"{server.url}/1"], tmp_path, renew=never)

    def interrupt() -> None:
        stalled.asked.acquire(timeout=5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        next(parts)
    assert left_in(tmp_path) == []


def test_leaving_early_removes_all_but_what_was_taken_and_the_next_fetch_works(
    stalled: Stalled, serve: Serve, opened: Open, tmp_path: Path
) -> None:
    server = serve(stalled)
    downloader = opened(server.url, concurrency=2)
    with closing(downloader.fetch([f"{server.url}/{n}" for n in range(3)], tmp_path, renew=never)) as parts:
        next(parts)
        assert stalled.asked.acquire(timeout=5)
    assert left_in(tmp_path) == ["part-00000"]
    [part] = downloader.fetch([f"{server.url}/0"], tmp_path / "next", renew=never)
    assert part.path.read_bytes() == BODY


def test_what_is_under_way_ends_when_it_is_left(serve: Serve, opened: Open, tmp_path: Path) -> None:
    begun, ended = threading.Event(), threading.Event()

    def endless() -> Iterator[bytes]:
        try:
            yield b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"
            while True:
                yield BODY
                begun.set()
        finally:
            ended.set()

    server = serve(lambda request: Reply(raw=endless()))
    downloader = opened(server.url)
    once(begun, downloader.interrupt)
    with pytest.raises(OperationalError, match="interrupted"):
        fetch_one(downloader, server.url, tmp_path)
    assert ended.wait(5)


def test_a_server_that_says_nothing_does_not_keep_the_next_fetch_waiting(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    asked, release, gave_up = threading.Event(), threading.Event(), threading.Event()

    def handler(request: Seen) -> Reply:
        if request.target.startswith("/silent"):
            asked.set()
            if not release.wait(10):
                gave_up.set()
        return Reply(200, BODY)

    server = serve(handler)
    downloader = opened(server.url, concurrency=1)
    once(asked, downloader.interrupt)
    with pytest.raises(OperationalError, match="interrupted"):
        list(downloader.fetch([f"{server.url}/silent"], tmp_path, renew=never))
    try:
        assert fetch_one(downloader, server.url, tmp_path).path.read_bytes() == BODY
        assert not gave_up.is_set()
    finally:
        release.set()


def test_the_sandboxs_report_is_downloaded_with_links_that_had_expired(
    request_for: Callable[..., Request], tmp_path: Path
) -> None:
    now = [time.time()]
    with serve_sandbox(seed=1, link_seconds=60, clock=lambda: now[0]) as github:
        path = f"/enterprises/{github.enterprise}/copilot/metrics/reports/users-28-day/latest"
        client, downloader = Client(api_url=github.api_url, token=github.token), Downloader(api_url=github.api_url)

        def links() -> list[str]:
            [(_, page)] = client.fetch([request_for(path=path)])
            return list(json.loads(page.body)["download_links"])

        old, now[0] = links(), now[0] + 61
        with closing(client), closing(downloader):
            parts = fetched(downloader, old, tmp_path, renew=links)
        lines = [row for part in parts for row in records(part.path.read_bytes())]
        assert {part.compression for part in parts} == {"none", "gzip"}
        assert len(parts) == len(old) > 1
        assert len({(line["user_id"], line["day"]) for line in lines}) == len(lines) > 100
        assert len(client.calls) == 2
        assert {served.status for served in github.file_requests} == {200, 403}
