"""What a page says of the pages after it, for every way that a document may name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from stackduck.api.model import Answer
from stackduck.api.turns import END, CursorError, Turn, following, found
from stackduck.catalog.model import GraphQL, Paging, Request
from stackduck.catalog.templates import CURSOR

FIRST = Turn("/seats?per_page=9")
QUERY = GraphQL(f"query {{ a(first: 2{CURSOR}) }}", "$.data.a.nodes")
ASK = Turn("/graphql", "{}")
Make = Callable[..., Request]


def answer(said: Any, **headers: str) -> Answer:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return Answer(200, headers, body, len(body))


def after(request: Request, said: Any, *, turn: Turn = FIRST, number: int = 1, **headers: str) -> list[Turn]:
    onward = following(request, turn, answer(said, **headers), number=number, resolve=lambda link: f"resolved {link}")
    turns = list(onward.turns)
    assert onward.count == len(turns)
    return turns


@pytest.fixture
def paged(request_for: Make) -> Callable[[Paging], Request]:
    return lambda paging: request_for(paging=paging, follows_link=False)


@pytest.fixture
def queried(request_for: Make) -> Callable[..., Request]:
    def make(kind: Any = "after", query: GraphQL = QUERY, **fields: Any) -> Request:
        paging = Paging(kind, **{"response_key": "$.data.a.end", **fields})
        return request_for(paging=paging, graphql=query, follows_link=False)

    return make


@pytest.mark.parametrize(
    "said",
    [{}, {"next": None}, {"next": ""}, {"next": False}, {"next": []}, {"next": {"a": 1}}, [], "x", 7, b"no json"],
    ids=repr,
)
def test_an_answer_without_a_token_is_the_last(said: Any, paged: Callable[[Paging], Request]) -> None:
    for kind in ("token", "url"):
        request = paged(Paging(kind, "page", response_key="$.next"))  # type: ignore[arg-type]
        assert following(request, FIRST, answer(said), number=1, resolve=str) == END


@pytest.mark.parametrize(
    "said",
    [
        {"page": 3, "pages": 3},
        {"page": 4, "pages": 3},
        {"page": 1},
        {"pages": 2},
        {"page": "x", "pages": 2},
        {"page": 1, "pages": None},
        {"page": True, "pages": 2},
        {"page": -1, "pages": 2},
        {"page": 1, "pages": 10**12},
        {"page": "\u0661", "pages": 2},
    ],
    ids=repr,
)
def test_numbers_that_lead_nowhere_end(said: Any, paged: Callable[[Paging], Request]) -> None:
    request = paged(Paging("page_number", "page", response_key="page", end_key="pages"))
    assert after(request, said, number=said.get("page") if said.get("page") in (3, 4) else 1) == []


@pytest.mark.parametrize(
    "said",
    [
        {"data": {"a": {"end": None, "more": True, "nodes": [1]}}},
        {"data": {"a": {"end": "x", "more": False, "nodes": [1]}}},
        {"data": {"a": {"end": "x", "nodes": [1]}}},
        {"data": {"a": {"end": "x", "more": "true", "nodes": [1]}}},
        {"data": None},
        {"data": {"a": {"end": ["x"], "more": True}}},
    ],
    ids=range(6),
)
def test_a_cursor_ends_where_the_answer_does_not_say_that_more_follows(
    said: Any, queried: Callable[..., Request]
) -> None:
    assert after(queried(end_key="$.data.a.more"), said, turn=ASK) == []


def test_a_query_without_room_for_a_cursor_has_one_page(queried: Callable[..., Request]) -> None:
    said = {"data": {"a": {"end": "x", "nodes": [1]}}}
    assert after(queried(query=GraphQL("query { a }", "$.data.a.nodes")), said, turn=ASK) == []


def test_a_cursor_that_cannot_be_written_into_its_query_is_an_error(queried: Callable[..., Request]) -> None:
    said = {"data": {"a": {"end": "x) { evil }", "nodes": [1]}}}
    with pytest.raises(CursorError, match=r"its cursor cannot take 'x\) \{ evil \}' for value"):
        after(queried(form=", from: {{ .value }}"), said, turn=ASK)


def test_a_token_goes_where_the_document_says(paged: Callable[[Paging], Request]) -> None:
    said = {"meta": {"next": "a b&c=d/é"}}
    query = paged(Paging("token", "page[token]", response_key="$.meta.next"))
    assert after(query, said) == [Turn("/seats?per_page=9&page%5Btoken%5D=a%20b%26c%3Dd%2F%C3%A9")]
    header = paged(Paging("token", "X-Page", "header", "$.meta.next"))
    assert after(header, {"meta": {"next": 7}}) == [replace(FIRST, headers=(("X-Page", "7"),))]


def test_a_later_token_takes_the_place_of_an_earlier_one(paged: Callable[[Paging], Request]) -> None:
    query = paged(Paging("token", "p t", response_key="next"))
    assert after(query, {"next": "2"}, turn=Turn("/a?p%20t=1&x=y&p+t=1")) == [Turn("/a?x=y&p%20t=2")]
    header = paged(Paging("token", "X-Page", "header", "next"))
    turn = Turn("/a", headers=(("X-Page", "1"), ("X-Other", "o")))
    assert after(header, {"next": "2"}, turn=turn) == [Turn("/a", headers=(("X-Other", "o"), ("X-Page", "2")))]


def test_a_token_may_come_in_a_header(paged: Callable[[Paging], Request]) -> None:
    request = paged(Paging("token", "page", response_header="x-next"))
    assert after(request, [], **{"x-next": "9"}) == [Turn("/seats?per_page=9&page=9")]
    assert after(request, []) == []


def test_the_next_url_is_resolved(paged: Callable[[Paging], Request]) -> None:
    request = paged(Paging("url", response_key="@odata.nextLink"))
    assert after(request, {"@odata.nextLink": "https://x/y?z"}) == [Turn("resolved https://x/y?z")]
    header = paged(Paging("url", response_header="x-link"))
    assert after(header, [], **{"x-link": '<https://x/y>; rel="next"'}) == [Turn("resolved https://x/y")]
    assert after(header, [], **{"x-link": "https://x/z"}) == [Turn("resolved https://x/z")]


@pytest.mark.parametrize(
    ("said", "number", "pages"),
    [
        ({"page": 1, "pages": 4}, 1, [2, 3, 4]),
        ({"page": "1", "pages": "3"}, 1, [2, 3]),
        ({"page": 2, "pages": 3}, 2, [3]),
        ({"page": 0, "pages": 3}, 1, [1, 2]),
        ({"page": 0, "pages": 1}, 1, []),
        ({"page": 1, "pages": 2}, 2, []),
    ],
    ids=["from one", "as text", "later", "from zero", "one page from zero", "later from zero"],
)
def test_numbered_pages_are_known_at_once(
    said: Any, number: int, pages: list[int], paged: Callable[[Paging], Request]
) -> None:
    request = paged(Paging("page_number", "page", response_key="$.page", end_key="$.pages"))
    assert after(request, said, number=number) == [Turn(f"/seats?per_page=9&page={page}") for page in pages]


@pytest.mark.parametrize(
    ("end", "spliced"), [("Y3==", ', after: "Y3=="'), ('a"b\\', ', after: "a\\"b\\\\"'), (7, ", after: 7")]
)
def test_a_cursor_goes_on_after_the_last_one(end: Any, spliced: str, queried: Callable[..., Request]) -> None:
    (turn,) = after(queried(), {"data": {"a": {"end": end, "nodes": [1]}}}, turn=ASK)
    assert json.loads(turn.body or "") == {"query": f"query {{ a(first: 2{spliced}) }}"}
    assert turn.target == "/graphql"


def test_an_offset_counts_the_rows_so_far(queried: Callable[..., Request]) -> None:
    request = queried("offset", size=2)
    (second,) = after(request, {"data": {"a": {"nodes": [1, 2]}}}, turn=ASK)
    (third,) = after(request, {"data": {"a": {"nodes": [3, 4]}}}, turn=second, number=2)
    assert [json.loads(turn.body or "")["query"] for turn in (second, third)] == [
        "query { a(first: 2, offset: 2) }",
        "query { a(first: 2, offset: 4) }",
    ]
    assert after(request, {"data": {"a": {"nodes": [5]}}}, turn=third, number=3) == []
    assert after(request, {"data": {"a": {"nodes": []}}}, turn=third, number=3) == []


def test_a_key_set_goes_on_from_the_last_row_s_key(queried: Callable[..., Request]) -> None:
    request = queried("keyset", response_key="$.data.a.last", form=', from: "{{ .day }}", n: {{ .n }}')
    said = {"data": {"a": {"nodes": [1], "last": {"day": "2026-01-01", "n": 3}}}}
    (turn,) = after(request, said, turn=ASK)
    assert json.loads(turn.body or "")["query"] == 'query { a(first: 2, from: "2026-01-01", n: 3) }'
    assert after(request, {"data": {"a": {"nodes": [], "last": {"day": "x", "n": 1}}}}, turn=ASK) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.a.b", 1), ("a.b", 1), ("$['a']['b']", 1), ('$["x.y"]', 2), ("x.y", 2), ("$.list[1]", 4), ("$.list.0", 3),
        ("$.none.b", None), ("$.a.b.c", None), ("$.list[9]", None), ("", {"a": {"b": 1}, "x.y": 2, "list": [3, 4]}),
    ],
)  # fmt: skip
def test_paths(path: str, expected: Any) -> None:
    assert found({"a": {"b": 1}, "x.y": 2, "list": [3, 4]}, path) == expected
