"""How further pages are asked for, as documents say it."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.catalog.model import Paging, Parameter
from stackduck.catalog.pagination import Pages, cursor_of, pages_of

TOKEN = Parameter("pageToken", "query", "VARCHAR", False)


def pages(pagination: Any, *, provider: str = "acme", parameters: tuple[Parameter, ...] = ()) -> Pages:
    return pages_of({"pagination": pagination} if pagination else {}, parameters, provider=provider)


def both(request: dict[str, str], response: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"requestToken": request, "responseToken": response, **more}


QUERY = {"key": "page", "location": "query"}
BODY = {"key": "$.next", "location": "body"}


@pytest.mark.parametrize(
    ("pagination", "told"),
    [
        (both(QUERY, BODY, algorithm="offset"), "its pages follow by 'offset'"),
        (both({"key": "p", "location": "path"}, BODY), "asked for in the request's 'path'"),
        (both({"key": "p", "location": "body"}, BODY), "asked for in the request's 'body'"),
        (both(QUERY, {"key": "x", "location": "query"}), "announced in the answer's 'query'"),
        (both(QUERY, {}), "announced in the answer's 'unknown place'"),
        ({"algorithm": "page_number", "requestToken": QUERY, "responseToken": BODY}, "numbered, and the document"),
    ],
    ids=range(6),
)
def test_what_is_lacking_is_a_flaw(pagination: Any, told: str) -> None:
    assert told in pages(pagination).flaw


@pytest.mark.parametrize(
    ("pagination", "expected"),
    [
        (both(QUERY, BODY), Paging("token", "page", response_key="$.next")),
        (both({"key": "X-Page", "location": "header"}, BODY), Paging("token", "X-Page", "header", "$.next")),
        (both(QUERY, {"key": "X-Next", "location": "header"}), Paging("token", "page", response_header="X-Next")),
        (both({"key": "", "location": "request"}, BODY), Paging("url", response_key="$.next")),
        ({"responseToken": BODY}, Paging("url", response_key="$.next")),
        ({"algorithm": "odata_next_link"}, Paging("url", response_key="@odata.nextLink")),
        (
            {"responseToken": {"key": "X-Link", "location": "header"}, "algorithm": "link_header_next"},
            Paging("url", response_header="X-Link"),
        ),
        (
            both(QUERY, {"key": "$.page"}, algorithm="page_number", responseTerminator={"key": "$.pages"}),
            Paging("page_number", "page", response_key="$.page", end_key="$.pages"),
        ),
    ],
    ids=["token", "in a header", "from a header", "url", "url alone", "odata", "other link", "numbers"],
)
def test_the_ways_to_the_next_page(pagination: Any, expected: Paging) -> None:
    assert pages(pagination) == Pages(paging=expected)


@pytest.mark.parametrize("key", ["Link", "link"])
def test_link_headers_are_followed(key: str) -> None:
    assert pages({"responseToken": {"key": key, "location": "header"}}) == Pages(follows_link=True)
    assert pages(both(QUERY, {"key": key, "location": "header"})) == Pages(follows_link=True)


@pytest.mark.parametrize("provider", ["github", "GitHub", "okta"])
def test_some_providers_are_followed_by_link_without_a_word(provider: str) -> None:
    assert pages(None, provider=provider) == Pages(follows_link=True)
    assert pages(both(QUERY, BODY), provider=provider).paging


def test_others_are_followed_by_page_token_where_they_take_one() -> None:
    assert pages(None) == Pages()
    assert pages(None, parameters=(TOKEN,)).paging == Paging("token", "pageToken", response_key="nextPageToken")


@pytest.mark.parametrize(
    ("cursor", "told"),
    [
        ({"strategy": "backwards"}, "its cursor goes on by 'backwards'"),
        ({"strategy": "page_info", "jsonPath": "$.a"}, "'page_info', and the document does not say how"),
        ({"strategy": "keyset", "jsonPath": "$.a"}, "'keyset', and the document does not say how"),
        ({"jsonPath": "$.a", "format": "{{ range .x }}"}, "its cursor holds '{{ range .x }}'"),
    ],
    ids=["unknown", "no end", "no form", "template"],
)
def test_a_cursor_that_lacks_something_is_a_flaw(cursor: Any, told: str) -> None:
    assert told in cursor_of(cursor).flaw


@pytest.mark.parametrize(
    ("cursor", "expected"),
    [
        (None, Paging("after")),
        ({"jsonPath": "$.a"}, Paging("after", response_key="$.a")),
        (
            {"strategy": "page_info", "jsonPath": "$.a", "terminateOnJsonPath": "$.b"},
            Paging("after", response_key="$.a", end_key="$.b"),
        ),
        (
            {"strategy": "keyset", "jsonPath": "$.a", "format": "{{ .v }}"},
            Paging("keyset", response_key="$.a", form="{{ .v }}"),
        ),
        ({"strategy": "offset", "pageSize": 50}, Paging("offset", size=50)),
    ],
    ids=["none", "after", "page info", "keyset", "offset"],
)
def test_cursors(cursor: Any, expected: Paging) -> None:
    assert cursor_of(cursor) == Pages(paging=expected)
