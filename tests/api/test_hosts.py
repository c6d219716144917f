"""Base URLs, and which links may carry the token."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stackduck.api.hosts import base_from, parse
from stackduck.catalog.model import Request
from stackduck.errors import InterfaceError, ProgrammingError


@pytest.mark.parametrize(
    "url",
    [
        *("", "api.github.com", "ftp://api.github.com", "https://", "https://a b", "https://h/a?b=c", "https://h#f"),
        *("https://h\\evil", "https://h/a/../b", "https://h:port", "https://h\n.test", "https://ä.test"),
    ],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(InterfaceError, match=r"is no base URL; write it like https"):
        parse(url, source="the API URL")


@pytest.mark.parametrize(
    "url", ["http://api.github.com", "http://10.0.0.1", "http://127.0.0.1.evil.test", "http://[::2]"]
)
def test_plain_http_is_refused_beyond_loopback(url: str) -> None:
    with pytest.raises(InterfaceError, match=r"plain http to .*; use https"):
        parse(url, source="the API URL")


def test_a_password_in_the_url_is_refused_and_not_shown() -> None:
    with pytest.raises(InterfaceError, match=r"GITHUB_API_URL holds a user name or password") as caught:
        base_from(None, {"GITHUB_API_URL": "https://ann:geheim@api.github.com"})
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://127.8.9.1", "http://localhost:1", "http://[::1]:8080/"]
)
def test_plain_http_is_taken_on_loopback(url: str) -> None:
    base = parse(url, source="the API URL")
    assert base.is_loopback
    assert base.origin == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "origin", "prefix", "gh_host", "version"),
    [
        pytest.param(None, "https://api.github.com", "", "github.com", "2026-03-10", id="github"),
        pytest.param(
            "HTTPS://API.octo.GHE.com:443/", "https://api.octo.ghe.com", "", "octo.ghe.com", "2026-03-10", id="ghe.com"
        ),
        pytest.param(
            "https://git.corp.test/api/v3/",
            "https://git.corp.test",
            "/api/v3",
            "git.corp.test",
            "2022-11-28",
            id="server",
        ),
    ],
)
def test_a_base_url_tells_origin_prefix_gh_host_and_version(
    url: str | None, origin: str, prefix: str, gh_host: str, version: str
) -> None:
    base = base_from(url, {})
    assert (base.origin, base.prefix, base.gh_host, base.api_version) == (origin, prefix, gh_host, version)


def test_the_argument_wins_over_the_variable_and_the_variable_over_github() -> None:
    environ = {"GITHUB_API_URL": "https://api.octo.ghe.com"}
    assert base_from("https://a.test", environ).origin == "https://a.test"
    assert base_from(None, environ).origin == "https://api.octo.ghe.com"
    assert base_from(None, {"GITHUB_API_URL": " "}).origin == "https://api.github.com"


@pytest.mark.parametrize("path", ["orgs/octo", "/orgs/a?b", "/orgs/a#b", "/orgs/a b", "/orgs/a\r\nHost: x", "/orgs/ä"])
def test_a_path_that_would_break_the_request_line_is_refused(path: str, request_for: Callable[..., Request]) -> None:
    with pytest.raises(ProgrammingError, match=r"cannot be sent"):
        base_from(None, {}).target(request_for(path=path))


def test_a_target_keeps_the_path_letter_for_letter_and_encodes_the_query(request_for: Callable[..., Request]) -> None:
    base = parse("https://git.corp.test/api/v3", source="the API URL")
    request = request_for(path="/orgs/a%2Fb%2f~", query=(("q", "a b&c=d"), ("per_page", "100")))
    assert base.target(request) == "/api/v3/orgs/a%2Fb%2f~?q=a%20b%26c%3Dd&per_page=100"


@pytest.mark.parametrize(
    "link",
    [
        *("https://evil.test/x", "//evil.test/x", "http://api.github.com/x", "https://api.github.com.evil.test/x"),
        *("https://api.github.com@evil.test/x", "https://api.github.com:8443/x", "https://api.github.com\\@evil.test/"),
        *("https://api.github.com/a b", "https://api.github.com/ä", "javascript:alert(1)"),
    ],
)
def test_a_link_to_another_origin_is_no_target(link: str) -> None:
    assert base_from(None, {}).target_of(link, seen_at="/orgs/octo") is None


@pytest.mark.parametrize(
    ("link", "target"),
    [
        pytest.param("https://api.github.com/organizations/1/x?page=2#f", "/organizations/1/x?page=2", id="absolute"),
        pytest.param("HTTPS://API.GITHUB.COM:443/x?after=Y%3D%3D", "/x?after=Y%3D%3D", id="other-letters"),
        pytest.param("?page=2", "/orgs/octo?page=2", id="relative"),
        pytest.param("/x", "/x", id="path"),
    ],
)
def test_a_link_within_the_origin_is_a_target(link: str, target: str) -> None:
    assert base_from(None, {}).target_of(link, seen_at="/orgs/octo?page=1") == target
