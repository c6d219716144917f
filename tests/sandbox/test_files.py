"""The files origin: signed links, and what it answers to everybody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from http.client import IncompleteRead
from typing import Any

import pytest

from stackduck.sandbox import Sandbox, serve

Ask = Callable[..., Any]

REPORT = "/enterprises/octo-demo/copilot/metrics/reports/users-28-day/latest"
SHAPE = re.compile(r"http://127\.0\.0\.1:\d+/[\w/-]+/part-0000\d\.json\?sv=[^&]+&sp=r&st=[^&]+&se=[^&]+&sig=[\w-]+")


TORN = REPORT.replace("octo-demo", "octo-torn")
STALE = REPORT.replace("octo-demo", "octo-stale")


@pytest.fixture
def link(api: Ask) -> str:
    """Give a fresh link."""
    return str(api(REPORT).json["download_links"][0])


def code(answer: Any) -> str:
    """Give the code of an Azure error."""
    found = re.search(rb"<Code>(\w+)</Code>", answer.body)
    return found[1].decode() if found else ""


def test_any_authorization_is_refused(ask: Ask, link: str, github: Sandbox) -> None:
    for value in (f"Bearer {github.token}", "", "Basic x"):
        answer = ask(link, Authorization=value)
        assert (answer.status, code(answer)) == (400, "InvalidAuthenticationInfo"), value


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url[:-1] + ("A" if url[-1] != "A" else "B"),
        lambda url: url.replace("part-00000", "part-00001"),
        lambda url: re.sub(r"se=\d{4}", "se=2999", url),
        lambda url: url.partition("?")[0],
        lambda url: url + "%C3%A9",
    ],
    ids=["signature", "path", "expiry", "no query", "not ascii"],
)
def test_a_changed_link_is_refused(ask: Ask, link: str, change: Callable[[str], str]) -> None:
    answer = ask(change(link))
    assert (answer.status, code(answer)) == (403, "AuthenticationFailed")
    assert b"Signature did not match" in answer.body


def test_a_link_is_refused_once_it_has_expired(ask: Ask, api_of: Ask) -> None:
    now = [1_795_000_000.0]
    with serve(today=date(2026, 11, 20), link_seconds=60, clock=lambda: now[0]) as github:
        link = api_of(github)(REPORT).json["download_links"][0]
        now[0] += 59.9
        assert ask(link).status == 200
        now[0] += 0.1
        answer = ask(link)
        assert (answer.status, code(answer)) == (403, "AuthenticationFailed")
        assert b"Signature not valid in the specified time frame" in answer.body
        fresh = api_of(github)(REPORT).json["download_links"][0]
        assert (fresh != link, ask(fresh).status) == (True, 200)


def test_another_sandbox_signs_with_another_key(ask: Ask, api_of: Ask, link: str, github: Sandbox) -> None:
    with serve(today=github.today) as other:
        foreign = link.replace(github.files_url, other.files_url)
        assert ask(foreign).status == 403


def test_the_links_of_a_special_enterprise_have_expired(api: Ask, ask: Ask) -> None:
    link = api(REPORT.replace("octo-demo", "octo-expired")).json["download_links"][0]
    assert b"Signature not valid" in ask(link).body


def test_the_files_of_a_special_enterprise_are_lost(api: Ask, ask: Ask) -> None:
    answer = ask(api(REPORT.replace("octo-demo", "octo-lost")).json["download_links"][0])
    assert (answer.status, code(answer)) == (404, "BlobNotFound")


def test_a_file_is_only_read(ask: Ask, link: str) -> None:
    assert ask(link, method="PUT", body={}).status == 405


def test_links_look_like_githubs(api: Ask) -> None:
    links = api(REPORT).json["download_links"]
    assert len(links) == len(set(links)) == 4
    assert all(SHAPE.fullmatch(link) for link in links)


def test_a_file_states_its_length_but_not_its_form(ask: Ask, link: str) -> None:
    answer = ask(link, Accept_Encoding="gzip")
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-encoding"] is None


@pytest.mark.parametrize(
    ("wanted", "part"),
    [("bytes=0-9", slice(0, 10)), ("bytes=100-", slice(100, None)), ("bytes=-7", slice(-7, None))],
    ids=["closed", "open", "suffix"],
)
def test_a_range_is_served(ask: Ask, link: str, wanted: str, part: slice) -> None:
    whole, some = ask(link).body, ask(link, Range=wanted)
    assert some.status == 206
    assert some.body == whole[part]
    start = part.indices(len(whole))[0]
    assert some.headers["content-range"] == f"bytes {start}-{start + len(some.body) - 1}/{len(whole)}"


def test_a_range_beyond_the_end_is_416(ask: Ask, link: str) -> None:
    assert ask(link, Range="bytes=999999999-").status == 416


def test_head_gives_the_length_alone(ask: Ask, link: str) -> None:
    head = ask(link, method="HEAD")
    assert head.body == b""
    assert int(head.headers["content-length"]) == len(ask(link).body)


def test_a_range_of_another_file_than_wanted_is_the_whole_file(ask: Ask, link: str) -> None:
    whole = ask(link)
    for other in ('"0x0"', "W/" + whole.headers["etag"], "Mon, 01 Jan 2024 00:00:00 GMT"):
        answer = ask(link, Range="bytes=100-", If_Range=other)
        assert (answer.status, answer.headers["content-range"]) == (200, None), other
        assert answer.body == whole.body


def test_a_file_that_is_not_the_one_meant_is_412(ask: Ask, link: str) -> None:
    answer = ask(link, If_Match='"0x0"')
    assert (answer.status, code(answer)) == (412, "ConditionNotMet")
    assert ask(link, If_Match=ask(link).headers["etag"]).status == 200


@pytest.mark.parametrize("mark", ["etag", "last-modified"])
def test_the_rest_of_the_same_file_is_served(ask: Ask, link: str, mark: str) -> None:
    whole = ask(link)
    rest = ask(link, Range="bytes=100-", If_Range=whole.headers[mark])
    assert rest.status == 206
    assert rest.body == whole.body[100:]
    assert rest.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("wanted", ["bytes=-", "bytes=9-1,3-4", "lines=1-2", f"bytes={'9' * 30}-", "x"])
def test_a_range_that_makes_no_sense_is_ignored(ask: Ask, link: str, wanted: str) -> None:
    assert ask(link, Range=wanted).status == 200


def test_the_tag_is_of_the_file_and_not_of_the_link(ask: Ask, api: Ask) -> None:
    first, second = (api(REPORT).json["download_links"] for _ in range(2))
    tags = [[ask(link).headers["etag"] for link in links] for links in (first, second)]
    assert first != second
    assert tags[0] == tags[1]
    assert len(set(tags[0])) == len(first)
    assert all(re.fullmatch(r'"0x[0-9A-F]{16}"', tag) for tag in tags[0])


def test_a_torn_file_breaks_off_half_way_and_goes_on_where_it_broke(ask: Ask, api: Ask, link: str) -> None:
    torn, whole = api(TORN).json["download_links"][0], ask(link).body
    with pytest.raises(IncompleteRead) as broken:
        ask(torn)
    received = broken.value.partial
    assert len(received) == len(whole) // 2
    rest = ask(torn, Range=f"bytes={len(received)}-", If_Range=ask(torn, method="HEAD").headers["etag"])
    assert (rest.status, received + rest.body) == (206, whole)


def test_stale_links_are_good_once_they_are_renewed(ask: Ask, api: Ask, link: str) -> None:
    for _ in range(2):
        stale, renewed = (api(STALE).json["download_links"] for _ in range(2))
        assert [ask(one).status for one in (stale[0], renewed[0])] == [403, 200]
        assert [one.partition("?")[0] for one in stale] == [one.partition("?")[0] for one in renewed]
    assert ask(renewed[0]).body == ask(link).body


def test_half_of_the_parts_are_compressed_and_half_of_those_say_so(ask: Ask, api: Ask) -> None:
    answers = [ask(link) for link in api(REPORT).json["download_links"]]
    assert [answer.body.startswith(b"\x1f\x8b") for answer in answers] == [False, True, False, True]
    assert [answer.headers["content-encoding"] for answer in answers] == [None, None, None, "gzip"]
    for answer in answers:
        assert int(answer.headers["content-length"]) == len(answer.body)
        assert answer.plain.startswith(b'{"report_start_day":')
