"""Where the rows are in a response, and what their columns are."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.catalog.documents import Document
from stackduck.catalog.responses import Rows, change_rows, rows_of
from stackduck.catalog.schemas import Schemas

SEAT = {"type": "object", "properties": {"login": {"type": "string"}}}
SEATS = {"type": "array", "items": SEAT}
COUNT = {"type": "integer"}
FLAG = {"type": "boolean"}


def rows(schema: Any, *, content: Any = None, responses: Any = None, **response: str) -> Rows:
    document = Document("a.yaml", {})
    content = {"application/json": {"schema": schema}} if content is None else content
    operation = {"responses": {"200": {"content": content}} if responses is None else responses}
    return rows_of(Schemas(document), operation, response, document=document, where="paths./seats.get")


def wrapped(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


@pytest.mark.parametrize("key", ["$.seats[0]", "$..seats", "/seats/seat", "$.a b"])
def test_an_object_key_that_is_no_path_of_names_is_a_flaw(key: str) -> None:
    assert rows(wrapped(seats=SEATS), objectKey=key).flaw == f"its objectKey '{key}' is not a path of names"


def test_an_object_key_that_leads_nowhere_is_a_flaw() -> None:
    assert "'$.sets' is not in the response" in rows(wrapped(seats=SEATS), objectKey="$.sets").flaw


@pytest.mark.parametrize(
    ("schema", "key", "object_key", "is_array", "total_key"),
    [
        (SEATS, "", "", True, ""),
        (SEATS, "$", "", True, ""),
        (SEATS, "$[*]", "", True, ""),
        (SEAT, "", "", False, ""),
        (wrapped(seats=SEATS), "$.seats", "$.seats", True, ""),
        (wrapped(seats=SEATS), "$.seats[*]", "$.seats", True, ""),
        (wrapped(seat=SEAT), "$.seat", "$.seat", False, ""),
        (wrapped(data=wrapped(nodes=SEATS), total_count=COUNT), "$.data.nodes", "$.data.nodes", True, ""),
        (wrapped(total_seats=COUNT, total_count=COUNT, seats=SEATS), "$.seats", "$.seats", True, "total_seats"),
        (wrapped(total_count={"type": "string"}, seats=SEATS), "$.seats", "$.seats", True, ""),
        (wrapped(total_count=COUNT, incomplete=SEAT, items=SEATS), "", "$.items", True, "total_count"),
        (wrapped(total_count=COUNT, seats=SEATS), "", "$.seats", True, "total_count"),
        (wrapped(total_count=COUNT, has_next=FLAG, seats=SEATS), "", "$.seats", True, "total_count"),
    ],
    ids=range(13),
)  # fmt: skip
def test_rows_are_found(schema: Any, key: str, object_key: str, is_array: bool, total_key: str) -> None:
    found = rows(schema, objectKey=key)
    assert [column.name for column in found.columns] == ["login"]
    assert (found.object_key, found.is_array, found.total_key) == (object_key, is_array, total_key)
    assert not (found.flaw or found.rows_are_values)


@pytest.mark.parametrize(
    "schema",
    [
        wrapped(total_count=COUNT, state={"type": "string"}, statuses=SEATS),
        wrapped(total_count=COUNT, a=SEATS, b=SEATS),
        wrapped(seats=SEATS),
    ],
    ids=["says more than a count", "two arrays", "no count"],
)
def test_an_object_that_is_more_than_a_wrapper_is_one_row(schema: Any) -> None:
    found = rows(schema)
    assert (found.object_key, found.is_array) == ("", False)
    assert len(found.columns) == len(schema["properties"])


@pytest.mark.parametrize(
    ("schema", "name", "type_"),
    [
        ({"type": "array", "items": {"type": "string"}}, "column_anon", "VARCHAR"),
        ({"type": "array", "items": {"type": "array", "items": COUNT}}, "column_anon", "BIGINT[]"),
        ({"type": "array"}, "column_anon", "JSON"),
        ({"type": "object", "additionalProperties": COUNT}, "column_anon", "JSON"),
        ({"type": "object", "additionalProperties": COUNT, "x-stackduck-column": "exclusions"}, "exclusions", "JSON"),
        ({"type": "array", "items": {"type": "string"}, "x-stackduck-column": "name"}, "name", "VARCHAR"),
        ({"oneOf": [SEAT, {"type": "string"}]}, "column_anon", "JSON"),
    ],
    ids=range(7),
)
def test_rows_that_are_values_have_one_column(schema: Any, name: str, type_: str) -> None:
    found = rows(schema)
    assert [(column.name, column.type) for column in found.columns] == [(name, type_)]
    assert found.rows_are_values


def test_an_answer_without_content_has_no_columns_and_that_of_a_change_has_a_result() -> None:
    empty = rows(None, responses={"204": {"description": "done"}}, openAPIDocKey="204")
    assert empty.columns == ()
    assert [column.name for column in change_rows(empty).columns] == ["result"]
    assert change_rows(rows(SEAT)) == rows(SEAT)


def test_an_undocumented_status_means_the_first_success() -> None:
    content = {"content": {"application/json": {"schema": SEAT}}}
    found = rows(None, responses={"404": {}, "2XX": content}, openAPIDocKey="200")
    assert [column.name for column in found.columns] == ["login"]


@pytest.mark.parametrize(
    ("content", "wanted", "media_type"),
    [
        ({"application/json": {"schema": SEAT}}, "application/vnd.github.object", "application/vnd.github.object"),
        ({"application/vnd.x+json": {"schema": SEAT}}, "application/json", "application/json"),
        ({"text/plain": {"schema": SEAT}}, "application/json", "text/plain"),
        ({"text/html": {"schema": {}}, "application/json": {"schema": SEAT}}, "application/json", "application/json"),
    ],
    ids=["asks for more than is described", "described as another JSON", "described as text alone", "second"],
)
def test_media_types(content: Any, wanted: str, media_type: str) -> None:
    found = rows(None, content=content, mediaType=wanted)
    assert (found.media_type, [column.name for column in found.columns]) == (media_type, ["login"])
