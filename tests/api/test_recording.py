"""Recordings: what is kept of answers and files, what must not be in them, and that they answer alone."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stackduck.api.client import Client
from stackduck.api.downloads import Downloader
from stackduck.api.recording import folder
from stackduck.api.recording.folder import Recording
from stackduck.api.recording.hiding import Hider, is_signed
from stackduck.catalog.model import Auth, Request
from stackduck.errors import (
    AuthenticationError,
    InterfaceError,
    NotFoundError,
    NotRecordedError,
    OperationalError,
    RateLimitError,
)

from .conftest import TOKEN, Reply, Seen, Server

Serve = Callable[..., Server]
Connect = Callable[..., Client]
Make = Callable[..., Request]
MOMENT = datetime(2026, 2, 3, 10, 30, tzinfo=UTC)
SIGNATURE = "c2lnbmF0dXJl"
LINES = b'{"user_id": 1}\n{"user_id": 2}\n'


@pytest.fixture
def made(tmp_path: Path) -> Recording:
    return folder.record(tmp_path / "kept", now=lambda: MOMENT)


@pytest.fixture
def replayed(made: Recording) -> Callable[..., Client]:
    """Open a client that only the recording answers; it has no token, and asking anybody would fail."""

    def open_client(**options: Any) -> Client:
        return Client(environ={}, recording=folder.replay(made.folder), **options)

    return open_client


def fetched(client: Client, *requests: Request) -> list[Any]:
    return [json.loads(page.body) for _, page in client.fetch(requests)]


def everything(recording: Recording) -> str:
    """Return all text of a recording, file names included."""
    files = [path for path in recording.folder.rglob("*") if path.is_file()]
    return "\n".join(
        f"{path}\n{(gzip.decompress(path.read_bytes()) if path.suffix == '.gz' else path.read_bytes()).decode()}"
        for path in files
    )


def test_what_was_not_recorded_is_named_with_the_remedy(replayed: Callable[..., Client], request_for: Make) -> None:
    with pytest.raises(NotRecordedError, match=r"GET /orgs/other/copilot/billing/seats is not in the.*--record"):
        fetched(replayed(), request_for("other"))


def test_a_folder_without_a_recording_cannot_answer(tmp_path: Path) -> None:
    with pytest.raises(InterfaceError, match="there is no recording in"):
        folder.replay(tmp_path)


def test_a_folder_with_other_things_is_not_recorded_into(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InterfaceError, match="is not empty"):
        folder.record(tmp_path)


def test_a_recording_of_another_day_is_not_continued(made: Recording) -> None:
    with pytest.raises(InterfaceError, match="was recorded on 2026-02-03"):
        folder.record(made.folder, now=lambda: datetime(2026, 2, 4, tzinfo=UTC))


def test_a_recording_of_another_api_is_not_continued(
    made: Recording, serve: Serve, connect: Connect, request_for: Make
) -> None:
    made.is_of(folder_base("https://github.example.com/api/v3"))
    server = serve(lambda seen: Reply())
    with pytest.raises(InterfaceError, match=r"holds answers of https://github\.example\.com/api/v3"):
        fetched(connect(server.url, recording=folder.record(made.folder, now=lambda: MOMENT)), request_for())
    assert not server.seen


def folder_base(url: str) -> Any:
    from stackduck.api import hosts

    return hosts.parse(url, source="the test")


NESTED = "[" * 100_000
"""More than JSON is read of."""


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"format": 1, "moment": "x", "api": ""}', NESTED], ids=range(5))
def test_a_broken_manifest_is_told(made: Recording, manifest: str) -> None:
    made.path("recording.json").write_text(manifest)
    with pytest.raises(InterfaceError, match="cannot be read"):
        folder.replay(made.folder)


@pytest.mark.parametrize("answer", ["{", "[]", NESTED], ids=["half", "a list", "nested"])
def test_a_broken_answer_is_named(
    made: Recording, serve: Serve, connect: Connect, request_for: Make, replayed: Callable[..., Client], answer: str
) -> None:
    fetched(connect(serve(lambda seen: Reply()).url, recording=made), request_for())
    (path,) = made.path("answers").rglob("*.json")
    path.write_text(answer)
    with pytest.raises(OperationalError, match=f"{path.name} is no recorded answer"):
        fetched(replayed(), request_for())


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(401), id="bad token"),
        pytest.param(Reply(403, b"{}", {"Retry-After": "1000"}), id="rate limit"),
        pytest.param(Reply(502), id="GitHub down"),
    ],
)
def test_what_says_nothing_of_the_question_is_not_kept(
    reply: Reply, made: Recording, serve: Serve, connect: Connect, request_for: Make
) -> None:
    with pytest.raises((AuthenticationError, RateLimitError, OperationalError)):
        fetched(connect(serve(lambda seen: reply).url, recording=made), request_for())
    assert not list(made.folder.rglob("answers/**/*.json"))


def test_pages_come_back_in_order_without_a_network_or_a_token(
    made: Recording, serve: Serve, connect: Connect, request_for: Make, replayed: Callable[..., Client]
) -> None:
    def pages(seen: Seen) -> Reply:
        number = int(seen.target.partition("page=")[2] or 1)
        link = f'<{server.url}{seen.target.partition("?")[0]}?page={number + 1}>; rel="next"'
        return Reply(200, json.dumps([number]).encode(), {"Link": link} if number < 3 else {})

    server = serve(pages)
    live = fetched(connect(server.url, recording=made), request_for())
    asked = len(server.seen)
    assert fetched(replayed(api_url="http://127.0.0.1"), request_for()) == live == [[1], [2], [3]]
    assert len(server.seen) == asked == 3


def test_the_same_recording_is_the_same_files_on_any_port(
    tmp_path: Path, serve: Serve, connect: Connect, request_for: Make
) -> None:
    def one() -> str:
        server = serve(lambda seen: Reply(200, json.dumps({"url": f"{server.url}/users/1"}).encode()))
        recording = folder.record(tmp_path / str(len(list(tmp_path.iterdir()))), now=lambda: MOMENT)
        fetched(connect(server.url, recording=recording), request_for())
        return everything(recording).replace(str(recording.folder), "")

    assert one() == one()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a": [1, 1.5, null, true, "\xc3\xa9 \\ud83d"], "b": 12345678901234567890}', id="values"),
        pytest.param(b'[1e400, 0.1000000000000000055511151231257827]', id="numbers that Python cannot hold"),
        pytest.param(b'"a text"', id="a text"),
    ],
)  # fmt: skip
def test_a_body_comes_back_with_every_value(
    body: bytes, made: Recording, serve: Serve, connect: Connect, request_for: Make, replayed: Callable[..., Client]
) -> None:
    ((_, live),) = connect(serve(lambda seen: Reply(200, body)).url, recording=made).fetch([request_for()])
    ((_, kept),) = replayed(api_url="http://127.0.0.1").fetch([request_for()])
    assert json.loads(kept.body, parse_float=str) == json.loads(live.body, parse_float=str)


def test_a_404_comes_back_as_the_same_error(
    made: Recording, serve: Serve, connect: Connect, request_for: Make, replayed: Callable[..., Client]
) -> None:
    server = serve(lambda seen: Reply(404, b'{"message": "Not Found"}'))
    with pytest.raises(NotFoundError):
        fetched(connect(server.url, recording=made), request_for())
    with pytest.raises(NotFoundError):
        fetched(replayed(api_url="http://127.0.0.1"), request_for())


def test_what_was_tried_again_is_kept_as_it_was_answered_at_last(
    made: Recording, serve: Serve, connect: Connect, request_for: Make, replayed: Callable[..., Client]
) -> None:
    replies = iter([Reply(202), Reply(503), Reply(200, b"[7]")])
    fetched(connect(serve(lambda seen: next(replies)).url, recording=made), request_for())
    assert fetched(replayed(api_url="http://127.0.0.1"), request_for()) == [[7]]


def test_bodies_and_headers_tell_requests_apart(
    made: Recording, serve: Serve, connect: Connect, request_for: Make, replayed: Callable[..., Client]
) -> None:
    requests = [
        request_for(media_type="application/a+json"),
        request_for(media_type="application/b+json"),
    ]
    server = serve(lambda seen: Reply(200, json.dumps([seen.headers["accept"]]).encode()))
    live = fetched(connect(server.url, recording=made), *requests)
    assert fetched(replayed(api_url="http://127.0.0.1"), *requests) == live
    assert live[0] != live[1]


def test_no_token_and_no_header_of_the_request_is_kept(
    made: Recording, serve: Serve, connect: Connect, request_for: Make
) -> None:
    body = json.dumps({"message": f"you sent {TOKEN}", "x": 1}).encode()
    headers = {"Set-Cookie": "session=abc", "X-OAuth-Scopes": "read:org", "X-GitHub-Request-Id": "1"}
    fetched(connect(serve(lambda seen: Reply(200, body, headers)).url, recording=made), request_for())
    text = everything(made)
    assert '"you sent ***"' in text
    for secret in (TOKEN, "Bearer", "session=abc", "read:org", "uthorization"):
        assert secret not in text


def test_a_key_in_the_query_is_kept_nowhere_and_pages_still_follow(
    made: Recording, serve: Serve, connect: Connect, request_for: Make, replayed: Callable[..., Client]
) -> None:
    secret = "acme-secret-0123456789"

    def pages(seen: Seen) -> Reply:
        assert f"api_key={secret}" in seen.target
        if "page=2" in seen.target:
            return Reply(200, b"[2]")
        return Reply(200, b"[1]", {"Link": f'<{server.url}/seats?api_key={secret}&page=2>; rel="next"'})

    server = serve(pages)
    request = request_for(server=server.url, path="/seats", auth=Auth("api_key", name="api_key", in_query=True))
    client = connect("https://api.github.test", recording=made, auth={server.url: "ACME"}, environ={"ACME": secret})
    assert fetched(client, request) == [[1], [2]]
    assert secret not in everything(made)
    assert fetched(replayed(), request) == [[1], [2]]


@pytest.mark.parametrize(
    "url",
    [
        f"https://blob.example/a.json?sv=2025&sig={SIGNATURE}",
        f"https://s3.example/a?X-Amz-Credential=x&X-Amz-Signature={SIGNATURE}",
        f"https://cdn.example/a?Expires=1&Signature={SIGNATURE}&Key-Pair-Id=x",
        "https://raw.example/a/b?token=AAAA",
        "https://ann:secret@host.example/",
    ],
)
def test_a_link_that_is_as_good_as_a_password_is_known(url: str) -> None:
    assert is_signed(url)


@pytest.mark.parametrize(
    "url",
    ["https://api.github.com/orgs/o/seats?page=2&per_page=100", "https://api.example/x?page_token=a&sort_key=b"],
)
def test_a_link_that_turns_pages_is_none(url: str) -> None:
    assert not is_signed(url)


def test_links_in_texts_and_headers_become_placeholders_too() -> None:
    noted: dict[str, str] = {}
    hider = Hider("github/x", noted.__setitem__)
    shown = hider.tree({"note": f"see https://b.example/f?sig={SIGNATURE}.", "url": "https://b.example/f"})
    assert shown == {"note": "see https://recording.invalid/github/x/1", "url": "https://b.example/f"}
    assert list(noted.values()) == ["https://recording.invalid/github/x/1"]


def test_only_the_owner_may_read_it(made: Recording, serve: Serve, connect: Connect, request_for: Make) -> None:
    fetched(connect(serve(lambda seen: Reply()).url, recording=made), request_for())
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in [made.folder, *made.folder.rglob("*")]}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_nothing_half_written_stays(made: Recording) -> None:
    with pytest.raises(ZeroDivisionError), made.written("files", "a") as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert [path.name for path in made.folder.rglob("*") if path.is_file()] == ["recording.json"]


def test_a_folder_that_cannot_be_written_is_named(made: Recording) -> None:
    made.path("answers").write_text("in the way")
    with pytest.raises(OperationalError, match=r"cannot record in .*kept"), made.written("answers", "github", "a"):
        pass


def report(serve: Serve, bodies: list[bytes]) -> tuple[Server, Server]:
    """Serve a report: its links, which are others each time, and its files."""
    files = serve(lambda seen: Reply(200, bodies[int(seen.target[1])]))
    links = [f"{files.url}/{number}?sig={SIGNATURE}" for number in range(len(bodies))]
    return serve(lambda seen: Reply(200, json.dumps({"download_links": links}).encode())), files


def brought(client: Client, downloader: Downloader, request: Request, place: Path) -> list[bytes]:
    (answer,) = fetched(client, request)
    parts = list(downloader.fetch(answer["download_links"], place, renew=lambda: answer["download_links"], label="r"))
    return [gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content for content in map(read, parts)]


def read(part: Any) -> bytes:
    content: bytes = part.path.read_bytes()
    return content


def test_files_come_back_behind_placeholders(
    made: Recording,
    serve: Serve,
    connect: Connect,
    opened: Callable[..., Downloader],
    request_for: Make,
    replayed: Callable[..., Client],
    tmp_path: Path,
) -> None:
    bodies = [LINES, gzip.compress(LINES * 2, mtime=0)]
    api, files = report(serve, bodies)
    live = brought(connect(api.url, recording=made), opened(api.url, recording=made), request_for(), tmp_path / "live")
    asked = len(files.seen)
    replay = folder.replay(made.folder)
    kept = brought(
        replayed(api_url="http://127.0.0.1"),
        opened("http://127.0.0.1", recording=replay),
        request_for(),
        tmp_path / "kept2",
    )
    assert kept == live == [LINES, LINES * 2]
    assert len(files.seen) == asked == 2
    assert SIGNATURE not in everything(made)
    assert made.folder.joinpath(*_only(made, "2.json.gz").parts).read_bytes() == bodies[1]


def _only(recording: Recording, name: str) -> Path:
    (path,) = recording.folder.rglob(name)
    return path


def test_a_file_that_was_not_recorded_is_named(
    made: Recording,
    serve: Serve,
    connect: Connect,
    opened: Callable[..., Downloader],
    request_for: Make,
    replayed: Callable[..., Client],
    tmp_path: Path,
) -> None:
    api, _ = report(serve, [LINES])
    fetched(connect(api.url, recording=made), request_for())
    with pytest.raises(NotRecordedError, match=r"the file behind /github/get.* is not in the recording"):
        brought(
            replayed(api_url="http://127.0.0.1"),
            opened("http://127.0.0.1", recording=folder.replay(made.folder)),
            request_for(),
            tmp_path / "parts",
        )


def test_a_replay_follows_no_link_elsewhere(
    made: Recording, serve: Serve, opened: Callable[..., Downloader], tmp_path: Path
) -> None:
    server = serve(lambda seen: Reply(200, LINES))
    downloader = opened(server.url, recording=folder.replay(made.folder))
    with pytest.raises(NotRecordedError, match="holds no file of"):
        list(downloader.fetch([f"{server.url}/0"], tmp_path / "parts", renew=list))
    assert not server.seen


@pytest.mark.parametrize("path", ["/github/../../etc/1", "/github/x/passwd"])
def test_a_placeholder_leads_to_no_other_file(
    path: str, made: Recording, opened: Callable[..., Downloader], tmp_path: Path
) -> None:
    downloader = opened("http://127.0.0.1", recording=folder.replay(made.folder))
    with pytest.raises(NotRecordedError):
        list(downloader.fetch([f"https://recording.invalid{path}"], tmp_path / "parts", renew=list))
