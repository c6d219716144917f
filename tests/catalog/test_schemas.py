"""JSON schemas as DuckDB types."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.catalog.documents import Document
from stackduck.catalog.schemas import Schemas
from stackduck.errors import ProgrammingError


def schemas(**named: Any) -> Schemas:
    return Schemas(Document("a.yaml", {"components": {"schemas": named}}))


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
OBJECT = {"type": "object", "properties": {"a": TEXT}}


def test_a_reference_to_nothing_is_an_error_that_names_it() -> None:
    with pytest.raises(ProgrammingError, match=r"a\.yaml: components\.schemas\.seat\.\$ref: no such key"):
        schemas().type_of(ref("seat"))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "VARCHAR"),
        ({"type": "string", "format": "date"}, "DATE"),
        ({"type": "string", "format": "date-time", "nullable": True}, "TIMESTAMPTZ"),
        ({"type": "string", "format": "uri"}, "VARCHAR"),
        ({"type": ["string", "null"]}, "VARCHAR"),
        ({"type": ["string", "integer"]}, "JSON"),
        ({"type": "integer", "format": "int64"}, "BIGINT"),
        ({"type": "number"}, "DOUBLE"),
        ({"type": "boolean"}, "BOOLEAN"),
        ({"type": "array", "items": TEXT}, "VARCHAR[]"),
        ({"type": "array", "items": {"type": "array", "items": NUMBER}}, "BIGINT[][]"),
        ({"type": "array"}, "JSON"),
        ({"type": "array", "items": {}}, "JSON"),
        ({"items": TEXT}, "VARCHAR[]"),
        (OBJECT, 'STRUCT("a" VARCHAR)'),
        ({"properties": {"a": TEXT}}, 'STRUCT("a" VARCHAR)'),
        ({"type": "object", "properties": {"+1": NUMBER, "-1": NUMBER}}, 'STRUCT("+1" BIGINT, "-1" BIGINT)'),
        ({"type": "object", "properties": {'a"b': TEXT, "": TEXT}}, 'STRUCT("a""b" VARCHAR)'),
        ({"type": "object", "properties": {"a": TEXT, "A": NUMBER}}, 'STRUCT("a" VARCHAR)'),
        ({"type": "object"}, "JSON"),
        ({"type": "object", "additionalProperties": TEXT}, "JSON"),
        ({"type": "object", "properties": {}}, "JSON"),
        ({}, "JSON"),
        ({"type": "widget"}, "JSON"),
        ({"enum": ["a", "b", None]}, "VARCHAR"),
        ({"enum": ["a", 1]}, "JSON"),
        ({"oneOf": [TEXT, TEXT]}, "VARCHAR"),
        ({"oneOf": [TEXT, {"type": "string", "format": "date-time"}]}, "VARCHAR"),
        ({"oneOf": [TEXT, NUMBER]}, "JSON"),
        ({"anyOf": [{"type": "null"}, NUMBER]}, "BIGINT"),
        ({"anyOf": [{"type": "null"}]}, "JSON"),
        ({"oneOf": [OBJECT, TEXT]}, "JSON"),
        ({"oneOf": [OBJECT, {"type": "object"}]}, "JSON"),
        (
            {"oneOf": [OBJECT, {"type": "object", "properties": {"a": TEXT, "b": NUMBER}}]},
            'STRUCT("a" VARCHAR, "b" BIGINT)',
        ),
        ({"anyOf": [OBJECT, {"type": "object", "properties": {"a": NUMBER}}]}, 'STRUCT("a" JSON)'),
        ({**OBJECT, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, 'STRUCT("a" VARCHAR)'),
        (
            {"allOf": [OBJECT, {"type": "object", "properties": {"b": NUMBER}}], "nullable": True},
            'STRUCT("a" VARCHAR, "b" BIGINT)',
        ),
        ({"allOf": [{"oneOf": [OBJECT]}]}, 'STRUCT("a" VARCHAR)'),
    ],
)
def test_types(schema: dict[str, Any], expected: str) -> None:
    assert schemas().type_of(schema) == expected


def test_a_schema_that_holds_itself_is_json_where_it_comes_again() -> None:
    team = {"type": "object", "properties": {"name": TEXT, "parent": {"allOf": [ref("team")], "nullable": True}}}
    assert schemas(team=team).type_of(ref("team")) == 'STRUCT("name" VARCHAR, "parent" JSON)'


def test_a_cycle_looks_the_same_wherever_it_was_entered_before() -> None:
    found = schemas(
        a={"type": "object", "properties": {"b": ref("b")}}, b={"type": "object", "properties": {"a": ref("a")}}
    )
    assert found.type_of(ref("a")) == 'STRUCT("b" STRUCT("a" JSON))'
    assert found.type_of(ref("b")) == 'STRUCT("a" STRUCT("b" JSON))'


def test_a_base_that_a_field_uses_again_is_no_cycle() -> None:
    child = {"type": "object", "properties": {"child": ref("base")}}
    found = schemas(base=OBJECT, whole={"allOf": [ref("base"), child]})
    assert found.type_of(ref("whole")) == 'STRUCT("a" VARCHAR, "child" STRUCT("a" VARCHAR))'


def test_an_alternative_that_is_itself_says_nothing() -> None:
    assert schemas(a={"oneOf": [ref("a"), TEXT]}).type_of(ref("a")) == "VARCHAR"


def test_thirty_schemas_that_all_hold_each_other_are_typed() -> None:
    names = [f"s{number}" for number in range(30)]
    every = {"type": "object", "properties": {name: ref(name) for name in names}}
    assert schemas(**dict.fromkeys(names, every)).type_of(ref("s0"))


def test_columns_have_the_first_paragraph_without_admonitions_and_the_raw_type() -> None:
    fields = {
        "plan_type": {"type": "string", "description": "> [!NOTE]\n> Soon gone.\n\nThe\nplan.\n\nMore."},
        "team": {"oneOf": [OBJECT, {"type": "string"}], "description": 7},
        "PLAN_TYPE": NUMBER,
    }
    plan, team = schemas().columns({"type": "object", "properties": fields})
    assert (plan.name, plan.type, plan.description, plan.schema_type) == ("plan_type", "VARCHAR", "The plan.", "string")
    assert (team.name, team.type, team.description, team.schema_type) == ("team", "JSON", "", "")
