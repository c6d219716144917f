"""One request of a method and its values, and what is refused before any request."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from stackduck.catalog.model import Method, Parameter, Request, Resource
from stackduck.catalog.requests import build
from stackduck.errors import MissingParameterError, NotSupportedError, ProgrammingError

ORG = Parameter("org", "path", "VARCHAR", True)
FILE = Parameter("path", "path", "VARCHAR", True, is_multi_segment=True)
SIZE = Parameter("per_page", "query", "BIGINT", False, maximum=100)
PAGE = Parameter("page", "query", "BIGINT", False)
AFTER = Parameter("after", "query", "VARCHAR", False)
BEFORE = Parameter("before", "query", "TIMESTAMPTZ", False)
SINCE = Parameter("since", "query", "BIGINT", False)
SHAPE = Parameter("X-Shape", "header", "VARCHAR", False)
LIST = Method("list", "GET", "/orgs/{org}/seats", (ORG, SIZE, PAGE, AFTER, BEFORE, SINCE, SHAPE))
FILES = Method("get", "GET", "/orgs/{org}/contents/{path}", (ORG, FILE))
ADD = Method(
    "add",
    "POST",
    "/orgs/{org}/seats",
    (
        ORG,
        Parameter("data__names", "body", "JSON", True, schema_type="array", attribute="names"),
        Parameter("note", "body", "VARCHAR", False, schema_type="string", attribute="note"),
        Parameter("size", "body", "BIGINT", False, schema_type="integer", attribute="size"),
        Parameter("open", "body", "BOOLEAN", False, schema_type="boolean", attribute="open"),
        Parameter("either", "body", "JSON", False, attribute="either"),
    ),
    follows_link=False,
)
SEATS = Resource("github", "copilot", "org_seats", methods={"list": LIST, "get": FILES, "add": ADD})


def ask(method: Method = LIST, **values: Any) -> Request:
    return build(SEATS, method, {"org": "octo", **values})


@pytest.mark.parametrize("value", ["", ".", "..", "a\nb", "a\x00", "\x7f", "\x85", "\ud800"], ids=ascii)
def test_what_is_no_path_segment_is_refused_by_name(value: str) -> None:
    with pytest.raises(ProgrammingError, match=r"^github\.copilot\.org_seats: org .*; it is part of the path$"):
        ask(org=value)


@pytest.mark.parametrize("value", ["", "/", "a//b", "a/", "/a", "a/../b", "./a", "a/\n"], ids=ascii)
def test_what_is_no_path_of_segments_is_refused_by_name(value: str) -> None:
    with pytest.raises(ProgrammingError, match=r"^github\.copilot\.org_seats: path "):
        ask(FILES, path=value)


def test_a_missing_value_is_an_error_that_names_it() -> None:
    with pytest.raises(MissingParameterError, match=r"^github\.copilot\.org_seats needs org, path$") as raised:
        build(SEATS, FILES, {})
    assert raised.value.missing == ("org", "path")


def test_an_unknown_parameter_is_an_error_that_names_it() -> None:
    with pytest.raises(ProgrammingError, match=r"^github\.copilot\.org_seats\.list takes no parameter 'orgs'$"):
        ask(orgs="x")


def test_a_method_with_a_flaw_is_refused_with_the_reason() -> None:
    with pytest.raises(
        NotSupportedError, match=r"^github\.copilot\.org_seats\.list cannot be used: it speaks GraphQL$"
    ):
        ask(replace(LIST, flaw="it speaks GraphQL"))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("101", "at most 100, not 101"),
        ("0", "above 0"),
        ("-1", "above 0"),
        ("ten", "above 0"),
        ("", "above 0"),
        ("\u0661", "above 0"),
    ],
    ids=ascii,
)
def test_a_page_size_that_github_would_cut_is_refused(value: str, told: str) -> None:
    with pytest.raises(ProgrammingError, match=told):
        ask(per_page=value)


@pytest.mark.parametrize("value", ["a\r\nHost: x", "é"])
def test_a_header_value_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ProgrammingError, match="X-Shape may hold printable ASCII alone"):
        build(SEATS, LIST, {"org": "octo", "X-Shape": value})


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("octo", "octo"),
        ("../orgs/x", "..%2Forgs%2Fx"),
        ("x' OR 1=1 --", "x%27%20OR%201%3D1%20--"),
        ("a?b#c", "a%3Fb%23c"),
        ("100%", "100%25"),
        ("é", "%C3%A9"),
        ("...", "..."),
        ("%2e%2e", "%252e%252e"),
    ],
)
def test_a_value_is_one_path_segment(value: str, segment: str) -> None:
    made = ask(org=value)
    assert made.path == f"/orgs/{segment}/seats"
    assert made.path_template == "/orgs/{org}/seats"
    assert made.values == (("org", value),)


def test_a_path_of_several_segments_keeps_its_slashes() -> None:
    assert ask(FILES, path="src/a b/..c?").path == "/orgs/octo/contents/src/a%20b/..c%3F"


def test_the_largest_page_is_asked_for() -> None:
    made = ask()
    assert (made.query, made.page_size, made.follows_link) == ((("per_page", "100"),), 100, True)


def test_a_page_size_that_is_given_stays() -> None:
    made = ask(per_page="2")
    assert (made.query, made.page_size, made.follows_link) == ((("per_page", "2"),), 2, True)


def test_a_page_size_without_a_known_maximum_is_left_to_github() -> None:
    method = replace(LIST, parameters=(ORG, replace(SIZE, maximum=None)))
    assert (ask(method).query, ask(method).page_size) == ((), None)
    assert ask(method, per_page="500").page_size == 500


@pytest.mark.parametrize(
    ("name", "value", "follows"),
    [("page", "2", False), ("after", "abc", False), ("before", "2026-01-01", True), ("since", "7", True)],
    ids=["page", "cursor", "before a time", "since"],
)
def test_who_asks_for_a_page_gets_that_page(name: str, value: str, follows: bool) -> None:
    made = ask(**{name: value})
    assert made.follows_link is follows
    assert ("per_page" in dict(made.query)) is (name != "page")
    assert dict(made.query)[name] == value


def test_a_page_keeps_the_size_that_the_user_named_beside_it() -> None:
    assert dict(ask(page="2", per_page="10").query) == {"page": "2", "per_page": "10"}


def test_a_method_without_links_stays_without() -> None:
    assert not ask(replace(LIST, follows_link=False)).follows_link


def test_names_are_found_in_any_case_and_sent_as_the_document_writes_them() -> None:
    made = build(SEATS, LIST, {"ORG": "octo", "Page": "1", "x-shape": "tall"})
    assert made.path == "/orgs/octo/seats"
    assert made.query[0] == ("page", "1")
    assert made.headers == (("X-Shape", "tall"),)


def test_a_body_holds_the_attributes_by_their_own_names() -> None:
    values = {"data__names": ["a"], "note": "7", "size": 7, "open": True, "either": None}
    made = ask(ADD, **values)
    assert json.loads(made.body or "") == {"names": ["a"], "note": "7", "size": 7, "open": True, "either": None}
    assert made.http_method == "POST"
    assert made.values == (("org", "octo"),)
    assert ask().body is None


def test_a_body_that_is_required_is_sent_without_attributes_too() -> None:
    optional = replace(ADD, parameters=(ORG,), needs_body=True)
    assert ask(optional).body == "{}"
    assert ask(replace(optional, needs_body=False)).body is None


def test_a_body_without_known_attributes_is_one_value() -> None:
    rules = Parameter("rules", "body", "JSON", False, schema_type="object", is_whole_body=True)
    made = ask(replace(ADD, parameters=(ORG, rules)), rules={"*": ["/secret/**"]})
    assert made.body == '{"*": ["/secret/**"]}'
