"""Shapes: JSON Schema texts of nested values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stackduck.catalog import shapes
from stackduck.catalog.documents import Document
from stackduck.catalog.schemas import Schemas

SCHEMAS: dict[str, Any] = {
    "node": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "next": {"$ref": "#/components/schemas/node"}},
    },
    "named": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 5}}},
}


@pytest.fixture
def schemas() -> Schemas:
    return Schemas(Document("made-up.yaml", {"components": {"schemas": SCHEMAS}}))


@pytest.mark.parametrize(
    "schema", [{}, {"type": "string", "description": "Text."}, {"type": "integer"}, {"enum": ["a"]}], ids=str
)
def test_a_scalar_has_no_shape(schema: dict[str, Any], schemas: Schemas) -> None:
    assert shapes.of_schema(schemas, schema) == ""


def test_a_schema_that_leads_back_to_itself_ends(schemas: Schemas) -> None:
    shape = json.loads(shapes.of_schema(schemas, {"$ref": "#/components/schemas/node"}))
    assert shape["properties"] == {"name": {"type": "string"}, "next": {"type": "object"}}


def test_references_that_make_very_much_of_very_little_end_early() -> None:
    made: dict[str, Any] = {"l0": {"type": "string"}}
    for level in range(1, 12):
        below = {"$ref": f"#/components/schemas/l{level - 1}"}
        made[f"l{level}"] = {"type": "object", "properties": {f"p{n}": below for n in range(10)}}
    schemas = Schemas(Document("made-up.yaml", {"components": {"schemas": made}}))
    assert len(shapes.of_schema(schemas, {"$ref": "#/components/schemas/l11"})) < 200_000


@pytest.mark.parametrize(
    ("schema", "shape"),
    [
        ({"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "string"}}),
        (
            {"type": "array", "description": "Names.", "minItems": 1, "items": {"$ref": "#/components/schemas/named"}},
            {
                "type": "array",
                "description": "Names.",
                "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            },
        ),
        (
            {"type": "object", "additionalProperties": {"type": "integer", "enum": [1, 2], "default": 1}},
            {"type": "object", "additionalProperties": {"type": "integer", "default": 1, "enum": [1, 2]}},
        ),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"oneOf": [{"type": "string"}, {"type": "integer"}]}),
        (
            {
                "allOf": [
                    {"$ref": "#/components/schemas/named"},
                    {"properties": {"at": {"type": "string", "format": "date"}}},
                ]
            },
            {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "at": {"type": "string", "format": "date"}},
            },
        ),
    ],
    ids=["array", "array of references", "open object", "alternatives", "parts"],
)
def test_a_shape_keeps_what_a_valid_value_needs(schema: Any, shape: Any, schemas: Schemas) -> None:
    assert json.loads(shapes.of_schema(schemas, schema)) == shape


@pytest.mark.parametrize(
    ("kind", "schema_type", "shape"),
    [
        ("VARCHAR", "string", None),
        ("TIMESTAMPTZ", "string", None),
        ("JSON", "", None),
        ("JSON", "object", {"type": "object"}),
        ("JSON", "array", {"type": "array"}),
        ("BIGINT[]", "array", {"type": "array", "items": {"type": "integer"}}),
        ("JSON[][]", "array", {"type": "array", "items": {"type": "array", "items": {}}}),
        (
            'STRUCT("a ""b"", (c" DATE, "d" STRUCT("e" DOUBLE)[])[]',
            "array",
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        'a "b", (c': {"type": "string", "format": "date"},
                        "d": {"type": "array", "items": {"type": "object", "properties": {"e": {"type": "number"}}}},
                    },
                },
            },
        ),
    ],
)
def test_the_shape_of_a_columns_type(kind: str, schema_type: str, shape: Any) -> None:
    found = shapes.of_type(kind, schema_type=schema_type)
    assert (json.loads(found) if found else None) == shape
