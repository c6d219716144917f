"""The parameters of an operation."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.catalog.documents import Document
from stackduck.catalog.model import Parameter
from stackduck.catalog.operations import body_media_type, body_of, needs_body, parameters_of
from stackduck.catalog.schemas import Schemas
from stackduck.errors import ProgrammingError

TEXT = {"type": "string"}


def read(*declared: Any, path: str = "/orgs/{org}/seats", item: Any = None, root: Any = None) -> tuple[Parameter, ...]:
    document = Document("a.yaml", root or {})
    operation = {"parameters": list(declared)}
    return parameters_of(Schemas(document), path, item or {}, operation, document=document, where="paths.x.get")


def body(schema: Any, *, plain_names: bool = True, taken: frozenset[str] = frozenset()) -> tuple[Parameter, ...]:
    document = Document("a.yaml", {})
    operation = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    return body_of(
        Schemas(document), operation, plain_names=plain_names, taken=taken, document=document, where="paths.x.post"
    )


def per_page(description: str = "", **schema: Any) -> Parameter:
    return read({"name": "per_page", "in": "query", "description": description, "schema": schema}, path="/x")[0]


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"$ref": "#/components/parameters/org"}, r"parameters\[0\]\.\$ref: no such key '#/components/parameters/org'"),
        ({"in": "path"}, r"parameters\[0\]: has no name"),
        ("org", r"parameters\[0\]: must be a mapping"),
    ],
    ids=["dangling reference", "nameless", "text"],
)
def test_broken_parameters_are_errors_with_file_and_key(declared: Any, told: str) -> None:
    with pytest.raises(ProgrammingError, match=rf"a\.yaml: paths\.x\.get\.{told}"):
        read(declared)


def test_parameters_that_are_no_list_are_an_error() -> None:
    with pytest.raises(ProgrammingError, match=r"a\.yaml: paths\.x\.get\.parameters: must be a list"):
        read(item={"parameters": {"org": {}}})


def test_order_is_path_query_header_and_the_documents_within_each() -> None:
    found = read(
        {"name": "X-Shape", "in": "header", "schema": TEXT},
        {"name": "sort", "in": "query"},
        {"$ref": "#/components/parameters/org"},
        {"name": "page", "in": "query", "required": True},
        {"name": "session", "in": "cookie"},
        {"name": "Authorization", "in": "header"},
        root={"components": {"parameters": {"org": {"name": "org", "in": "path"}}}},
    )
    assert [(p.name, p.location, p.required) for p in found] == [
        ("org", "path", True),
        ("sort", "query", False),
        ("page", "query", True),
        ("X-Shape", "header", False),
    ]


def test_the_operation_overrides_what_its_path_declares() -> None:
    item = {"parameters": [{"name": "day", "in": "query"}, {"name": "org", "in": "path", "description": "The org."}]}
    found = read({"name": "day", "in": "query", "required": True}, item=item)
    assert [(p.name, p.required, p.description) for p in found] == [("org", True, "The org."), ("day", True, "")]


def test_a_placeholder_that_nothing_declares_is_a_required_text() -> None:
    assert read() == (Parameter("org", "path", "VARCHAR", True),)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer"}, "BIGINT"),
        ({"type": "string", "format": "date"}, "DATE"),
        ({"type": "boolean"}, "BOOLEAN"),
        ({"type": "array", "items": TEXT}, "VARCHAR"),
        ({"type": "object", "properties": {"a": TEXT}}, "VARCHAR"),
        ({"oneOf": [{"type": "integer"}, TEXT]}, "VARCHAR"),
        ({}, "VARCHAR"),
    ],
    ids=["integer", "date", "boolean", "array", "object", "several", "untyped"],
)
def test_a_parameter_has_a_scalar_type(schema: Any, expected: str) -> None:
    assert read({"name": "x", "in": "query", "schema": schema}, path="/x")[0].type == expected


@pytest.mark.parametrize(
    ("description", "schema", "expected"),
    [
        ("The number of results per page (max 100). See [pagination].", {}, 100),
        ("Results per page, maximum of 50.", {}, 50),
        ("Results per page (max 100).", {"maximum": 30}, 30),
        ("Results per page.", {"default": 30}, None),
    ],
    ids=["said", "said otherwise", "schema wins", "unsaid"],
)
def test_the_largest_page_is_read_from_schema_or_description(description: str, schema: Any, expected: int) -> None:
    assert per_page(description, **schema).maximum == expected


def test_only_a_page_size_has_its_maximum_in_words() -> None:
    assert read({"name": "top", "in": "query", "description": "(max 100)"}, path="/x")[0].maximum is None


def test_defaults_and_enums_are_text() -> None:
    schema = {"type": "boolean", "default": False, "enum": [True, False, None]}
    found = read({"name": "x", "in": "query", "schema": schema}, path="/x")[0]
    assert (found.default, found.enum, found.schema_type) == ("false", ("true", "false"), "boolean")


def test_a_path_parameter_may_span_segments() -> None:
    assert read({"name": "org", "in": "path", "x-multi-segment": True})[0].is_multi_segment


BODY = {
    "allOf": [
        {"type": "object", "required": ["names"], "properties": {"names": {"type": "array", "items": TEXT}}},
        {"properties": {"org": TEXT, "day": {"type": "string", "format": "date"}}},
    ]
}


def test_body_attributes_have_a_prefix() -> None:
    found = body(BODY, plain_names=False)
    assert [(p.name, p.attribute, p.type, p.required, p.location) for p in found] == [
        ("data__names", "names", "JSON", True, "body"),
        ("data__org", "org", "VARCHAR", False, "body"),
        ("data__day", "day", "DATE", False, "body"),
    ]


def test_plain_names_keep_the_prefix_where_another_parameter_has_the_name() -> None:
    assert [p.name for p in body(BODY, taken=frozenset({"org"}))] == ["names", "data__org", "day"]


def test_a_body_that_is_no_object_is_one_parameter() -> None:
    found = body({"type": "array", "items": TEXT})
    assert [(p.name, p.type, p.required, p.schema_type, p.is_whole_body) for p in found] == [
        ("data__body", "JSON", False, "array", True)
    ]
    assert body({"type": "object", "x-stackduck-column": "rules"})[0].name == "rules"
    assert body({}) == ()


@pytest.mark.parametrize(
    ("schema", "is_nullable"),
    [
        (TEXT, False),
        ({**TEXT, "nullable": True}, True),
        ({"type": ["string", "null"]}, True),
        ({"oneOf": [TEXT, {"type": "null"}]}, True),
        ({"anyOf": [{"type": "object"}, TEXT]}, False),
    ],
    ids=["plain", "nullable", "types", "branch", "no null"],
)
def test_null_is_a_value_where_the_document_says_so(schema: Any, is_nullable: bool) -> None:
    assert body({"type": "object", "properties": {"note": schema}})[0].is_nullable is is_nullable


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ({"text/plain": {}, "application/json": {}}, "application/json"),
        ({"application/octet-stream": {}}, "application/octet-stream"),
        ({}, ""),
    ],
    ids=["json among others", "another", "none"],
)
def test_a_body_is_json_where_it_may_be(content: Any, media_type: str) -> None:
    document = Document("a.yaml", {})
    operation = {"requestBody": {"content": content, "required": True}}
    assert body_media_type(operation, document=document, where="x") == media_type
    assert needs_body(operation, document=document, where="x")
    assert not needs_body({}, document=document, where="x")
