"""What a document may ask for that stackduck lacks: told when the method is used."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.catalog.flaws import flaw_of, follows_link, server_flaw

LINK = {"requestToken": {"location": "request"}, "responseToken": {"key": "Link", "location": "header"}}
TOKEN = {"requestToken": {"key": "token", "location": "query"}, "responseToken": {"key": "next", "location": "body"}}


def flaw(
    *, method: Any = None, operation: Any = None, config: Any = None, http: str = "GET", media: str = "application/json"
) -> str:
    return flaw_of(method or {}, operation or {}, config or {}, http_method=http, media_type=media)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"method": {"x-stackql-protocol": "graphql"}}, "GraphQL"),
        ({"operation": {"x-stackQL-graphQL": {"query": "{}"}}}, "GraphQL"),
        ({"media": "text/xml"}, "answers text/xml"),
        ({"media": "application/vnd.github.diff"}, "answers application/vnd.github.diff"),
        ({"method": {"response": {"transform": {"type": "golang_template_json_v0.3.0"}}}}, "'transform'"),
        ({"method": {"request": {"base": "{}"}}}, "request needs 'base'"),
        ({"method": {"request": {"nativeCasing": "pascal"}}}, "'nativeCasing'"),
        ({"method": {"request": {"mediaType": "application/xml"}}}, "request is application/xml"),
        ({"config": {"requestBodyTranslate": {"algorithm": "naive_DesiredState"}}}, "'naive_DesiredState'"),
        ({"config": {"queryParamTranspose": {"algorithm": "AWSCanonical"}}}, "'queryParamTranspose'"),
        ({"config": {"pagination": TOKEN}}, "Link header"),
        ({"config": {"pagination": {"algorithm": "page_number"}}}, "Link header"),
    ],
    ids=range(12),
)
def test_what_is_lacking_is_told(asked: Any, told: str) -> None:
    assert told in flaw(**asked)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"media": "application/vnd.github.object"},
        {"media": "application/scim+json"},
        {"config": {"pagination": LINK}},
        {"config": {"pagination": TOKEN}, "http": "POST"},
        {"config": {"requestBodyTranslate": {"algorithm": "naive"}}},
        {"method": {"request": {"mediaType": "application/json"}}},
        {"config": {"queryParamPushdown": {"top": {"paramName": "$top"}}}},
    ],
    ids=["plain", "object", "scim", "link", "no pages", "naive", "json", "push-down"],
)
def test_what_is_there_is_no_flaw(asked: Any) -> None:
    assert flaw(**asked) == ""


@pytest.mark.parametrize(
    ("config", "provider", "expected"),
    [
        ({}, "github", True),
        ({}, "GitHub", True),
        ({}, "gitlab", False),
        ({"pagination": LINK}, "gitlab", True),
        ({"pagination": TOKEN}, "github", False),
    ],
    ids=["default", "any case", "other", "said", "said otherwise"],
)
def test_links_are_followed_for_github_and_where_a_document_says_so(config: Any, provider: str, expected: bool) -> None:
    assert follows_link(config, provider=provider) is expected


def test_a_server_variable_needs_a_default() -> None:
    url = "https://{region}.example"
    assert server_flaw([{"url": url, "variables": {"region": {}}}]) == "its server needs a value for 'region'"
    assert server_flaw([{"url": url, "variables": {"region": {"default": "eu"}}}]) == ""
    assert server_flaw(None) == server_flaw([]) == server_flaw([{"url": "https://api.github.com"}]) == ""
