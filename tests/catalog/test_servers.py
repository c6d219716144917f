"""Servers with variables: what a value may choose, and what it never can."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.catalog.servers import Served, base_url, served
from stackduck.errors import ProgrammingError


def place(url: str, provider: str = "acme", **variables: Any) -> Served:
    return served({"servers": [{"url": url, "variables": variables}]}, provider=provider)


def base(url: str, values: dict[str, str] | None = None, **variables: Any) -> str:
    found = place(url, **variables)
    assert not found.flaw
    return base_url(found.template, values or {}, parameters=found.parameters, where="acme.a.b")


@pytest.mark.parametrize(
    "value",
    ["evil.example", "a.b", "", "-a", "a-", "a_b", "a/b", "a@b", "a:1", "a#", "a?", "a b", "é", "%41", "a" * 64, "x\n"],
    ids=ascii,
)
def test_a_value_in_the_host_is_one_label(value: str) -> None:
    with pytest.raises(ProgrammingError, match=r"^acme\.a\.b: site may hold letters, digits and hyphens, not "):
        base("https://{site}.example.com", {"site": value}, site={})


@pytest.mark.parametrize(
    "url", ["https://{host}", "https://{host}/api", "https://{host}.com", "https://api.{host}", "https://x-{host}"]
)
def test_a_variable_that_would_choose_the_host_as_a_whole_is_a_flaw(url: str) -> None:
    found = place(url, host={})
    assert found.flaw == f"its server '{url}' is chosen by 'host' as a whole"
    assert [parameter.name for parameter in found.parameters] == ["host"]


def test_two_variables_fix_no_domain() -> None:
    assert "as a whole" in place("https://{a}.{b}.com", a={}, b={}).flaw


def test_a_host_that_is_chosen_as_a_whole_keeps_the_document_s_default() -> None:
    found = place("https://{host}/api", host={"default": "gitlab.example.com", "x-stackQL-envVar": "GITLAB_HOST"})
    assert (found.template, found.parameters, found.flaw) == ("https://gitlab.example.com/api", (), "")


def test_one_of_the_hosts_that_the_document_lists_may_be_chosen() -> None:
    sites = {"default": "one.example", "enum": ["one.example", "two.example"]}
    assert base("https://api.{site}", site=sites) == "https://api.one.example"
    assert base("https://api.{site}", {"site": "two.example"}, site=sites) == "https://api.two.example"
    with pytest.raises(ProgrammingError, match=r"site may be one\.example, two\.example, not 'evil\.example'"):
        base("https://api.{site}", {"site": "evil.example"}, site=sites)


@pytest.mark.parametrize("value", ["80 ", "a", "", "123456", "80/x"], ids=ascii)
def test_a_port_is_a_number(value: str) -> None:
    with pytest.raises(ProgrammingError, match="it is the server's port"):
        base("https://a.example.com:{port}", {"port": value}, port={"default": "443"})


@pytest.mark.parametrize("value", ["", ".", "..", "a\n"], ids=ascii)
def test_a_value_in_the_path_is_one_segment(value: str) -> None:
    with pytest.raises(ProgrammingError, match=r"^acme\.a\.b: ref .*it is part of the path$"):
        base("https://a.example.com/v1/{ref}", {"ref": value}, ref={})
    assert base("https://a.example.com/v1/{ref}", {"ref": "a/../b"}, ref={}) == "https://a.example.com/v1/a%2F..%2Fb"


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example.com", "file:///etc/passwd", "/api/v3", "https://", "https://u:p@a.example.com", "a.example.com"],
)
def test_what_is_no_base_url_is_a_flaw(url: str) -> None:
    assert place(url).flaw == f"its server '{url.rstrip('/')}' is no base URL"


@pytest.mark.parametrize("owner", [{}, {"servers": []}, {"servers": [None]}, {"servers": [{"url": 7}]}], ids=repr)
def test_without_a_server_the_api_that_the_user_names_is_asked(owner: Any) -> None:
    found = served(owner, provider="acme")
    assert (found.template, found.parameters, found.flaw) == ("", (), "")


def test_github_s_own_api_is_wherever_the_user_says() -> None:
    for url in ("https://api.github.com", "https://api.github.com/", "HTTPS://API.GITHUB.COM"):
        assert place(url, "GitHub").template == ""
    assert place("https://uploads.github.com", "github").template == "https://uploads.github.com"
    assert place("https://api.github.com", "acme").template == "https://api.github.com"


def test_variables_become_parameters_that_are_required_without_a_default() -> None:
    found = place("https://{site}.example.com/{base}", site={"x-stackQL-envVar": "HOME"}, base={"default": "v2"})
    assert [(p.name, p.location, p.required, p.default) for p in found.parameters] == [
        ("site", "server", True, None),
        ("base", "server", False, "v2"),
    ]


def test_defaults_stand_in_for_what_is_not_given() -> None:
    variables = {"site": {"default": "eu"}, "base": {"default": "api/v1"}, "port": {"default": "8443"}}
    url = "https://{site}.example.com:{port}/{base}/"
    assert base(url, **variables) == "https://eu.example.com:8443/api/v1"
    assert base(url, {"site": "us", "base": "x y"}, **variables) == "https://us.example.com:8443/x%20y"


def test_a_scheme_is_the_document_s() -> None:
    found = place("{scheme}://a.example.com", scheme={"default": "https"})
    assert (found.template, found.parameters) == ("https://a.example.com", ())


def test_a_default_with_a_variable_in_it_is_no_way_to_another_host() -> None:
    found = place("https://{host}", host={"default": "{evil}.example"})
    assert found.template == "https://{evil}.example"
    made = base_url(found.template, {"evil": "x"}, parameters=found.parameters, where="acme.a.b")
    assert made == "https://{evil}.example"
