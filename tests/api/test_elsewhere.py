"""Hosts beside GitHub's, on real sockets: who gets which credential, whose pages follow how, what errors say."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from stackduck.api.client import Client
from stackduck.catalog.model import Auth, GraphQL, Paging, Request
from stackduck.catalog.templates import CURSOR
from stackduck.errors import (
    AuthenticationError,
    CallLimitError,
    NotFoundError,
    OperationalError,
    PermissionDeniedError,
    ProgrammingError,
    RateLimitError,
)

from .conftest import TOKEN, Reply, Seen, Server

Serve = Callable[..., Server]
Connect = Callable[..., Client]
Make = Callable[..., Request]
SECRET = "acme-secret-0123456789"
ENVIRON = {"ACME_TOKEN": SECRET, "HOME_SECRET": "never-sent"}
QUERY = GraphQL(f"query {{ a(first: 2{CURSOR}) {{ nodes }} }}", "$.data.a.nodes")
PAGE_INFO = Paging("after", response_key="$.data.a.info.end", end_key="$.data.a.info.more")


def nothing(_: Seen) -> Reply:
    raise AssertionError("nobody should be asked")


@pytest.fixture
def bound(connect: Connect) -> Callable[..., Client]:
    """Open clients of a GitHub that is never to be asked, with a credential bound to a server's host."""

    def open_client(server: Server, *, github: str = "https://api.github.test", **options: Any) -> Client:
        auth = options.pop("auth", {server.url: "ACME_TOKEN"})
        return connect(github, auth=auth, environ=ENVIRON, **options)

    return open_client


@pytest.fixture
def elsewhere(request_for: Make) -> Make:
    def make(server: Server, prefix: str = "/v1", **fields: Any) -> Request:
        defaults = {
            "resource": "acme.billing.seats",
            "path": "/seats",
            "path_template": "/seats",
            "server": f"{server.url}{prefix}",
            "follows_link": False,
            "values": (),
        }
        return request_for(**{**defaults, **fields})

    return make


def bodies(client: Client, *requests: Request, **options: Any) -> list[Any]:
    return [json.loads(page.body) for _, page in client.fetch(requests, **options)]


def test_a_host_that_nothing_is_bound_to_is_not_asked_and_neither_is_any_other(
    serve: Serve, bound: Callable[..., Client], elsewhere: Make, request_for: Make
) -> None:
    server, github = serve(nothing), serve(nothing)
    client = bound(server, github=github.url, auth={})
    with pytest.raises(AuthenticationError, match="to which no credential is bound"):
        bodies(client, request_for(), elsewhere(server))
    assert server.seen == github.seen == []


@pytest.mark.parametrize(
    "url", ["http://api.example.com", "file:///etc/passwd", "https://u:p@api.example.com", "https://a b", "https://"]
)
def test_a_server_that_is_no_https_url_is_refused_by_the_resource_s_name(
    url: str, serve: Serve, bound: Callable[..., Client], elsewhere: Make
) -> None:
    server = serve(nothing)
    with pytest.raises(ProgrammingError, match=r"^the server of acme\.billing\.seats "):
        bodies(bound(server), replace(elsewhere(server), server=url))


def test_this_machine_is_not_reached_by_a_document_s_word(
    serve: Serve, bound: Callable[..., Client], elsewhere: Make
) -> None:
    server, other = serve(nothing), serve(nothing)
    with pytest.raises(AuthenticationError, match="to which no credential is bound"):
        bodies(bound(server), elsewhere(other))
    assert other.seen == []


def test_a_redirect_or_a_next_link_to_another_host_is_not_followed(
    serve: Serve, bound: Callable[..., Client], elsewhere: Make
) -> None:
    thief = serve(nothing)
    for reply in (
        Reply(302, headers={"Location": f"{thief.url}/v1/seats"}),
        Reply(headers={"Link": f'<{thief.url}/v1/seats?page=2>; rel="next"'}),
        Reply(body=json.dumps({"next": f"{thief.url}/v1/seats?page=2"}).encode()),
    ):
        server = serve(lambda _, reply=reply: reply)
        request = elsewhere(server, follows_link="Link" in reply.headers)
        if reply.body != b"[]":
            request = elsewhere(server, paging=Paging("url", response_key="next"))
        with pytest.raises(OperationalError, match=r"sends GET /seats .* on to another address; the token goes to"):
            bodies(bound(server), request)
    assert thief.seen == []


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (401, AuthenticationError, "check the token from ACME_TOKEN"),
        (403, PermissionDeniedError, "the token from ACME_TOKEN has the permission"),
        (404, NotFoundError, "the token from ACME_TOKEN, from which 127.0.0.1"),
        (418, OperationalError, "no tea"),
    ],
    ids=str,
)
def test_errors_name_the_host_and_not_github(
    status: int, kind: type[OperationalError], told: str, serve: Serve, bound: Callable[..., Client], elsewhere: Make
) -> None:
    server = serve(lambda _: Reply(status, json.dumps({"error": {"message": f"no tea {SECRET}"}}).encode()))
    with pytest.raises(kind) as raised:
        bodies(bound(server), elsewhere(server))
    host = server.url.removeprefix("http://")
    text = str(raised.value)
    assert text.startswith(f"{host} answered {status} to GET /seats (acme.billing.seats): no tea ***")
    assert told in text
    assert "GitHub" not in text
    assert SECRET not in text


@pytest.mark.parametrize("status", [401, 403, 404])
def test_errors_without_a_credential_speak_of_none(
    status: int, serve: Serve, bound: Callable[..., Client], elsewhere: Make
) -> None:
    server = serve(lambda _: Reply(status, b""))
    with pytest.raises(OperationalError) as raised:
        bodies(bound(server, auth={server.url: None}), elsewhere(server))
    assert "the token from" not in str(raised.value)


def test_pages_that_go_in_a_circle_are_an_error(serve: Serve, bound: Callable[..., Client], elsewhere: Make) -> None:
    server = serve(lambda _: Reply(body=b'{"next": "again"}'))
    with pytest.raises(OperationalError, match="go in a circle: page 3"):
        bodies(bound(server), elsewhere(server, paging=Paging("token", "page", response_key="next")))


def test_pages_count_against_the_calls_that_are_allowed(
    serve: Serve, bound: Callable[..., Client], elsewhere: Make
) -> None:
    server = serve(lambda _: Reply(body=b'{"page": 1, "pages": 900000}'))
    paging = Paging("page_number", "page", response_key="page", end_key="pages")
    with pytest.raises(CallLimitError, match="max_calls allows 10"):
        bodies(bound(server), elsewhere(server, paging=paging), max_calls=10)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        ({"type": "NOT_FOUND", "message": "Could not resolve"}, NotFoundError, "Could not resolve; check the values"),
        ({"type": "FORBIDDEN", "message": "SAML"}, PermissionDeniedError, "SAML; check that the token"),
        ({"type": "INSUFFICIENT_SCOPES", "message": "read:org"}, PermissionDeniedError, "give the token the scopes"),
        ({"type": "RATE_LIMITED", "message": "limit"}, RateLimitError, "limit; run again later"),
        ({"message": f"bad {SECRET}"}, OperationalError, "bad ***"),
        ("odd", OperationalError, "an error without a message"),
    ],
    ids=range(6),
)
def test_a_graphql_error_fails_the_statement_beside_rows_too(
    error: Any, kind: type[OperationalError], told: str, serve: Serve, bound: Callable[..., Client], elsewhere: Make
) -> None:
    said = {"data": {"a": {"nodes": [{"id": 1}]}}, "errors": [error, error]}
    server = serve(lambda _: Reply(body=json.dumps(said).encode()))
    request = elsewhere(server, http_method="POST", graphql=QUERY, body="{}")
    with pytest.raises(kind, match=r"answered an error to POST /seats .* \(and 1 more\)") as raised:
        bodies(bound(server), request)
    assert told.rpartition("; ")[0] in str(raised.value)
    assert SECRET not in str(raised.value)
    assert len(server.seen) == 1


def test_nothing_at_the_place_of_graphql_rows_is_no_page_and_a_warning(
    serve: Serve, bound: Callable[..., Client], elsewhere: Make
) -> None:
    server = serve(lambda _: Reply(body=b'{"data": {"a": null}}'))
    warnings: list[str] = []
    request = elsewhere(server, http_method="POST", graphql=QUERY, body="{}")
    assert bodies(bound(server), request, warn=warnings.append) == []
    assert warnings == ["no data from POST /seats (acme.billing.seats): there is no a"]


def test_github_s_token_and_headers_stay_with_github(
    serve: Serve, bound: Callable[..., Client], elsewhere: Make, request_for: Make
) -> None:
    server, github = serve(lambda _: Reply()), serve(lambda _: Reply())
    bodies(bound(server, github=github.url), request_for(), elsewhere(server))
    (there,), (here,) = server.seen, github.seen
    assert (there.target, there.headers["authorization"]) == ("/v1/seats", f"Bearer {SECRET}")
    assert (there.headers["accept"], "x-github-api-version" in there.headers) == ("application/json", False)
    assert here.headers["authorization"] == f"Bearer {TOKEN}"
    assert "never-sent" not in str([*server.seen, *github.seen])


@pytest.mark.parametrize(
    ("auth", "target", "header"),
    [
        (Auth("api_key", "X-Key"), "/v1/seats", {"x-key": SECRET}),
        (Auth("api_key", "key", True), f"/v1/seats?key={SECRET}", {}),
        (Auth("api_key", prefix="SSWS "), "/v1/seats", {"authorization": f"SSWS {SECRET}"}),
    ],
    ids=["header", "query", "prefix"],
)
def test_a_key_is_shown_as_the_document_wants_and_logged_nowhere(
    auth: Auth,
    target: str,
    header: dict[str, str],
    serve: Serve,
    bound: Callable[..., Client],
    elsewhere: Make,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(lambda _: Reply())
    client = bound(server)
    bodies(client, elsewhere(server, auth=auth))
    (seen,) = server.seen
    assert seen.target == target
    assert {name: value for name, value in seen.headers.items() if SECRET in value} == header
    assert SECRET not in repr(client.calls) + caplog.text
    assert "send_request_headers" in caplog.text


def test_a_host_may_be_asked_without_a_credential(serve: Serve, bound: Callable[..., Client], elsewhere: Make) -> None:
    server = serve(lambda _: Reply())
    assert bodies(bound(server, auth={server.url: "none"}), elsewhere(server)) == [[]]
    assert "authorization" not in server.seen[0].headers


def test_a_credential_may_be_bound_to_github_s_host_too(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda _: Reply())
    bodies(connect(server.url, token=None, auth={server.url: "ACME_TOKEN"}, environ=ENVIRON), request_for())
    assert server.seen[0].headers["authorization"] == f"Bearer {SECRET}"


def test_a_foreign_rate_limit_is_not_github_s(
    serve: Serve, bound: Callable[..., Client], elsewhere: Make, slept: list[float]
) -> None:
    headers = {"x-ratelimit-limit": "9", "x-ratelimit-remaining": "8", "x-ratelimit-reset": "4102444800"}
    replies = iter([Reply(429, headers={"Retry-After": "1"}), Reply(headers=headers)])
    server = serve(lambda _: next(replies))
    client = bound(server)
    assert bodies(client, elsewhere(server)) == [[]]
    assert client.rate_limit is None
    assert len(slept) == 1


def test_tokens_links_numbers_and_urls_bring_every_page(
    serve: Serve, bound: Callable[..., Client], elsewhere: Make
) -> None:
    def reply(seen: Seen) -> Reply:
        _, _, query = seen.target.partition("?")
        page = int(dict(pair.split("=") for pair in query.split("&") if pair).get("page", "1"))
        more = page < 3
        said = {"rows": [page], "page": page, "pages": 3}
        said |= {"next": page + 1, "url": f"/v1/seats?page={page + 1}"} if more else {}
        return Reply(body=json.dumps(said).encode())

    server = serve(reply)
    client = bound(server)
    for paging in (
        Paging("token", "page", response_key="$.next"),
        Paging("url", response_key="$.url"),
        Paging("page_number", "page", response_key="$.page", end_key="$.pages"),
    ):
        assert [body["rows"] for body in bodies(client, elsewhere(server, paging=paging))] == [[1], [2], [3]]


def test_a_graphql_query_is_asked_page_by_page_and_tried_again(
    serve: Serve, bound: Callable[..., Client], elsewhere: Make, slept: list[float]
) -> None:
    def reply(seen: Seen) -> Reply:
        if len(server.seen) == 2:
            return Reply(502, b"bad gateway")
        is_last = b"after" in seen.body
        nodes = [{"id": 3}] if is_last else [{"id": 1}, {"id": 2}]
        info = {"more": not is_last, "end": 'c"1'}
        return Reply(body=json.dumps({"data": {"a": {"nodes": nodes, "info": info}}}).encode())

    server = serve(reply)
    body = json.dumps({"query": "query { a(first: 2) { nodes } }"})
    request = elsewhere(server, "", http_method="POST", path="/graphql", graphql=QUERY, paging=PAGE_INFO, body=body)
    found = bodies(bound(server), request)
    assert [len(page["data"]["a"]["nodes"]) for page in found] == [2, 1]
    assert len(slept) == 1
    assert [(seen.method, seen.target) for seen in server.seen] == [("POST", "/graphql")] * 3
    assert json.loads(server.seen[-1].body) == {"query": 'query { a(first: 2, after: "c\\"1") { nodes } }'}
    assert server.seen[-1].headers["content-type"] == "application/json"


@pytest.mark.parametrize(("prefix", "target"), [("/api/v3", "/api/graphql"), ("", "/graphql")])
def test_on_an_enterprise_server_graphql_is_beside_the_rest_api(
    prefix: str, target: str, serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(lambda _: Reply(body=b'{"data": {"a": {"nodes": []}}}'))
    request = request_for(method="POST", path="/graphql", graphql=QUERY, body="{}", follows_link=False)
    assert len(bodies(connect(f"{server.url}{prefix}"), request)) == 1
    assert server.targets == [target]
