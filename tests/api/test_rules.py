"""GitHub's REST rules, as pure functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from stackduck.api import rules
from stackduck.api.model import Answer, RateLimit
from stackduck.catalog.model import Request
from stackduck.errors import ProgrammingError

LATER = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
FRAMED = {"content-length": "1"}


def answer(body: bytes = b"", *, status: int = 200, **headers: str) -> Answer:
    """Make an answer whose header names are written with underscores."""
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, len(body))


@pytest.mark.parametrize(
    ("name", "value"),
    [("x-a", "b\r\nAuthorization: no"), ("x-a", "ä"), ("x a", "b"), ("x-a:", "b"), ("", "b")],
)
def test_a_header_that_would_break_the_head_is_refused(
    name: str, value: str, request_for: Callable[..., Request]
) -> None:
    with pytest.raises(
        ProgrammingError, match=r"github\.copilot\.org_seats: the value of the header .* cannot be sent"
    ):
        rules.headers_for(request_for(headers=((name, value),)), {})


def test_a_document_cannot_set_the_headers_that_carry_the_token(request_for: Callable[..., Request]) -> None:
    own = {"Authorization": "Bearer a", "X-GitHub-Api-Version": "2026-03-10"}
    evil = (
        ("authorization", "Bearer b"),
        ("HOST", "evil.test"),
        ("Cookie", "c"),
        ("x-github-api-version", "2022-11-28"),
    )
    assert rules.headers_for(request_for(headers=evil), own) == {
        "Accept": "application/vnd.github+json",
        "Authorization": "Bearer a",
        "x-github-api-version": "2022-11-28",
    }


def test_a_body_is_announced_as_json_and_a_media_type_is_asked_for(request_for: Callable[..., Request]) -> None:
    headers = rules.headers_for(request_for(body="{}", media_type="application/vnd.github.raw+json"), {})
    assert headers == {"Accept": "application/vnd.github.raw+json", "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("header", "found"),
    [
        pytest.param("", {}, id="none"),
        pytest.param("<https://a/x>", {}, id="no-relation"),
        pytest.param('nonsense; rel="next"', {}, id="no-url"),
        pytest.param('<https://a/?q=1,2;3>; rel="next"', {"next": "https://a/?q=1,2;3"}, id="comma-in-url"),
        pytest.param(
            '<https://a/2>; title="a, b"; REL=next , <https://a/9>;rel="last"',
            {"next": "https://a/2", "last": "https://a/9"},
            id="unquoted",
        ),
        pytest.param('<https://a/2>; rel="next last"', {"next": "https://a/2", "last": "https://a/2"}, id="two-in-one"),
    ],
)
def test_links_are_read_by_their_relation(header: str, found: dict[str, str]) -> None:
    assert rules.links(header) == found


@pytest.mark.parametrize(
    ("header", "links"),
    [
        pytest.param("", None, id="none"),
        pytest.param('<https://a/?page=1>; rel="first", <https://a/?page=3>; rel="last"', None, id="no-next"),
        pytest.param('<https://a/?after=x>; rel="next"', ["https://a/?after=x"], id="cursor"),
        pytest.param('<https://a/?page=2>; rel="next"', ["https://a/?page=2"], id="no-last"),
        pytest.param(
            '<https://a/?per_page=5&page=2&q=page>; rel="next", <https://a/?per_page=5&page=4&q=page>; rel="last"',
            [f"https://a/?per_page=5&page={number}&q=page" for number in (2, 3, 4)],
            id="numbered",
        ),
        pytest.param(
            '<https://a/?page=2&x=1>; rel="next", <https://a/?page=4&x=2>; rel="last"',
            ["https://a/?page=2&x=1"],
            id="unlike",
        ),
        pytest.param(
            '<https://a/?page=5>; rel="next", <https://a/?page=4>; rel="last"', ["https://a/?page=5"], id="back"
        ),
        pytest.param(
            '<https://a/?apage=2>; rel="next", <https://a/?apage=4>; rel="last"', ["https://a/?apage=2"], id="name"
        ),
        pytest.param(
            f'<https://a/?page=2>; rel="next", <https://a/?page={"9" * 5000}>; rel="last"',
            ["https://a/?page=2"],
            id="absurd",
        ),
    ],
)
def test_numbered_pages_are_known_at_once_and_others_one_by_one(header: str, links: list[str] | None) -> None:
    found = rules.following(answer(link=header))
    assert (found and [found.link(step) for step in range(len(found))]) == links


def test_a_huge_last_page_is_counted_without_being_listed() -> None:
    found = rules.following(answer(link='<https://a/?page=2>; rel="next", <https://a/?page=999999999>; rel="last"'))
    assert found is not None
    assert len(found) == 999_999_998


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "1"},
        {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "soon"},
        {
            "x-ratelimit-limit": "30",
            "x-ratelimit-remaining": "1",
            "x-ratelimit-reset": "1",
            "x-ratelimit-resource": "search",
        },
        {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "9" * 30},
    ],
    ids=["none", "incomplete", "no-number", "another-resource", "no-date"],
)
def test_headers_that_do_not_tell_the_hourly_limit_tell_none(headers: dict[str, str]) -> None:
    assert rules.rate_limit(headers) is None


def test_the_rate_limit_is_read_from_the_headers() -> None:
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999", "x-ratelimit-reset": "1795356300"}
    assert rules.rate_limit(headers) == RateLimit(5000, 4999, LATER)


def test_the_newer_rate_limit_wins_in_any_order_of_answers() -> None:
    old, used, fresh = (
        RateLimit(5000, 10, LATER),
        RateLimit(5000, 9, LATER),
        RateLimit(5000, 4999, LATER.replace(hour=15)),
    )
    assert rules.newer(None, old) == rules.newer(old, old) == old
    assert rules.newer(old, used) == rules.newer(used, old) == used
    assert rules.newer(used, fresh) == rules.newer(fresh, used) == fresh


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(404, b'{"message":"Not Found"}', id="not-found"),
        pytest.param(404, b"<html>No report", id="not-json"),
        pytest.param(200, b"[]", id="no-rows"),
        pytest.param(200, b'"Responsive is better than fast."', id="a-text"),
        pytest.param(200, b'"broken \\q"', id="a-broken-text"),
        pytest.param(200, b'{"message":"No report available"}', id="a-row"),
        pytest.param(403, b'{"message":"No report available for you"}', id="forbidden"),
        pytest.param(500, b"", id="trouble"),
    ],
)
def test_other_answers_are_not_taken_for_no_data(status: int, body: bytes) -> None:
    assert rules.no_data(answer(body, status=status)) is None


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        pytest.param(204, b"", "GitHub answered 204, no content", id="204"),
        pytest.param(200, b" \n", "GitHub answered with an empty body", id="empty-body"),
        pytest.param(200, b'""', "GitHub answered with an empty text", id="empty-text"),
        pytest.param(200, b'"No report available for this"', "GitHub said: No report available for this", id="text"),
        pytest.param(
            404, b'{"message":"No report available for x"}', "GitHub said: No report available for x", id="404"
        ),
    ],
)
def test_the_five_shapes_of_no_data_are_told(status: int, body: bytes, said: str) -> None:
    assert rules.no_data(answer(body, status=status)) == said


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b'[{"a": 1}, {"b": ', FRAMED, id="array"),
        pytest.param(b' [{"a": 1}', FRAMED, id="array-ends-like-an-object"),
        pytest.param(b'{"a": [1]', FRAMED, id="object-ends-like-an-array"),
        pytest.param(b"[", FRAMED, id="only-begun"),
        pytest.param(b'"No report', FRAMED, id="text"),
        pytest.param(b'{"a": {"b": 1}', {}, id="unframed-balanced-ends"),
        pytest.param(b"", {}, id="unframed-empty"),
    ],
)
def test_a_cut_body_is_noticed(body: bytes, headers: dict[str, str]) -> None:
    assert rules.is_cut(Answer(200, headers, body, len(body)))


@pytest.mark.parametrize("body", [b"[]", b'{"a": 1} \r\n', b' "x"', b"12", b"null", b"", b"<html>"])
def test_a_whole_body_is_not_taken_for_cut(body: bytes) -> None:
    assert not rules.is_cut(Answer(200, FRAMED, body, len(body)))


@pytest.mark.parametrize("body", [b"<html></html>", b"not found", b"tru", b"1 2", b"", b"%PDF"])
def test_what_does_not_begin_as_json_is_told(body: bytes) -> None:
    assert not rules.is_json(body)


@pytest.mark.parametrize("body", [b"[]", b'\n{"a": 1}', b'""', b"-1.5e3", b"true", b"null\n"])
def test_json_of_any_kind_is_told(body: bytes) -> None:
    assert rules.is_json(body)


def test_organizations_left_out_for_single_sign_on_are_told() -> None:
    assert rules.left_out({"x-github-sso": "partial-results; organizations=21955855,20582480"}) == "21955855, 20582480"
    assert rules.left_out({"x-github-sso": "required; url=https://x"}) == rules.left_out({}) == ""
