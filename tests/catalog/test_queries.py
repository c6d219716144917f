"""GraphQL queries of documents, and the bodies of their requests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stackduck.catalog.model import GraphQL, Method, Parameter, Request, Resource
from stackduck.catalog.queries import filled, query_of
from stackduck.catalog.requests import build
from stackduck.catalog.templates import CURSOR, TemplateError, Value
from stackduck.errors import ProgrammingError

OWNER = Parameter("owner", "query", "VARCHAR", True)
NUMBER = Parameter("number", "query", "BIGINT", False)
QUERY = (
    'query { repo(owner: "{{ .owner }}"{{ if .number }}, n: {{ .number }}{{ end }}) '
    "{ x(first: 9{{ .cursor }}) { id } } }"
)


def read(query: Any, *, method: Any = None) -> tuple[GraphQL | None, str]:
    said = {"x-stackQL-graphQL": {"query": query, "responseSelection": {"jsonPath": "$.data.repo.x[*]"}}}
    return query_of(method or {}, said if query is not None else {}, (OWNER, NUMBER))


def ask(**values: str) -> Request:
    method = Method("list", "POST", "/graphql", (OWNER, NUMBER), graphql=GraphQL(QUERY, "$.data.repo.x"))
    return build(Resource("github", "repos", "x", methods={"list": method}), method, values)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("query { a {{ range .x }} }", "its query holds '{{ range .x }}'"),
        ('query { a(x: "{{ .other }}") }', "its query speaks of 'other', which is no parameter"),
        ("mutation { a }", "its query changes something"),
        ("", ""),
    ],
    ids=["template", "unknown name", "mutation", "empty"],
)
def test_what_is_wrong_with_a_query_is_its_flaw(query: str, told: str) -> None:
    assert read(query)[1] == told


def test_a_method_that_only_claims_to_be_graphql_has_a_flaw() -> None:
    assert read(None, method={"x-stackql-protocol": "graphql"})[1] == "it speaks GraphQL, and its document has no query"
    assert read(None) == (None, "")


def test_a_query_that_becomes_a_change_by_what_is_left_out_is_refused() -> None:
    sly = GraphQL("{{ if .never }}query { a { {{ end }} mutation { b }{{ if .never }} } }{{ end }}", "$.data")
    with pytest.raises(TemplateError, match="changes something with these values"):
        filled(sly, {})


def test_a_value_that_cannot_stand_in_the_query_is_refused_by_name() -> None:
    with pytest.raises(ProgrammingError, match=r"^github\.repos\.x: its GraphQL query cannot take '1}' for number"):
        ask(owner="octo", number="1}")


def test_the_rows_are_where_the_selection_says() -> None:
    query, flaw = read(QUERY)
    assert query == GraphQL(QUERY, "$.data.repo.x")
    assert not flaw


def test_the_first_body_has_no_cursor_and_those_after_it_have_room_for_one() -> None:
    text, following = filled(GraphQL(QUERY, "$.data.repo.x"), {"owner": Value('o"'), "number": Value("7", "BIGINT")})
    assert json.loads(text) == {"query": 'query { repo(owner: "o\\"", n: 7) { x(first: 9) { id } } }'}
    assert following.text == f'query {{ repo(owner: "o\\"", n: 7) {{ x(first: 9{CURSOR}) {{ id }} }} }}'


def test_a_request_asks_by_its_body_alone() -> None:
    made = ask(owner="octo")
    assert (made.http_method, made.path, made.query, made.is_read) == ("POST", "/graphql", (), True)
    assert json.loads(made.body or "")["query"].startswith('query { repo(owner: "octo") {')
    assert made.values == (("owner", "octo"),)
