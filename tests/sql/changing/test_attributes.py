"""Values in their declared types, or an error before anything is sent."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from stackduck.catalog.model import Parameter
from stackduck.errors import MissingParameterError, ProgrammingError
from stackduck.sql.changing.attributes import fitted

WHERE = "github.copilot.org_seats"
KINDS = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


def body(shape: dict[str, Any], **fields: Any) -> Parameter:
    """Return a body attribute of a shape."""
    kind = str(shape.get("type", ""))
    kinds = {("string", "date"): "DATE", ("string", "date-time"): "TIMESTAMPTZ"}
    type_ = kinds.get((kind, shape.get("format", "")), KINDS.get(kind, "JSON"))
    text = json.dumps(shape) if type_ == "JSON" else ""
    return Parameter("x", "body", type_, True, schema_type=kind, attribute="x", shape=text, **fields)


def path(type_: str) -> Parameter:
    return Parameter("id", "path", type_, True)


TEXTS = {"type": "array", "items": {"type": "string"}}
NUMBERS = {"type": "array", "items": {"type": "integer"}}
RULES = {"type": "array", "items": {"type": "object", "properties": {"names": TEXTS, "size": {"type": "integer"}}}}


@pytest.mark.parametrize(
    ("parameter", "value", "told"),
    [
        (body({"type": "boolean"}), "maybe", "x is true or false, and 'maybe' is not"),
        (body({"type": "boolean"}), 2, "x is true or false, and 2 is not"),
        (body({"type": "integer"}), "1.5", "x is a whole number, and '1.5' is not"),
        (body({"type": "integer"}), 1.5, "x is a whole number, and 1.5 is not"),
        (body({"type": "integer"}), True, "x is a whole number, and true is not"),
        (body({"type": "number"}), "many", "x is a number, and 'many' is not"),
        (body({"type": "number"}), math.nan, "x is a number, and NaN is not"),
        (body({"type": "number"}), False, "x is a number, and false is not"),
        (body({"type": "string"}), ["a"], "x is a text, and a list is not"),
        (body({"type": "string"}), 1.1, "x is a text, and 1.1 is not"),
        (body({"type": "string", "format": "date"}), "yesterday", "x is a day, '2026-01-31', and 'yesterday' is not"),
        (body({"type": "string", "format": "date-time"}), "noon", "x is a time, .*, and 'noon' is not"),
        (body(TEXTS), "ann", r"x is a list of texts, \['a', 'b'\] or .*, and 'ann' is not"),
        (body(TEXTS), '{"a": 1}', "x is a list of texts, .*, and '{\"a\": 1}' is not"),
        (body(TEXTS), ["a", None], "x is a list of texts, .*, and NULL is not"),
        (body(TEXTS), ["a", ["b"]], "x is a list of texts, .*, and a list is not"),
        (body(NUMBERS), '["a"]', r"x is a list of whole numbers, \[1, 2\], and 'a' is not"),
        (body(RULES), [1], "x is a list of objects, .*, and 1 is not"),
        (body(RULES), [{"names": "a"}], "x is a list of objects, .*, and 'a' is not"),
        (body({"type": "object"}), "[1]", r"x is an object, .*, and '\[1\]' is not"),
        (body({"type": "object"}), {"a": math.inf}, "x is an object, .*, and an object is not"),
        (body({}), {"a": "\ud800"}, "x is a JSON value, and an object is not"),
        (path("BIGINT"), "x", r"id is a whole number, one \(IN gives several\), and 'x' is not"),
        (path("VARCHAR"), 1.1, r"id is a text, one \(IN gives several\), and 1.1 is not"),
        (path("VARCHAR"), ["a", "b"], r"id is a text, one \(IN gives several\), and a list is not"),
    ],
)
def test_a_value_of_another_type_is_refused(parameter: Parameter, value: Any, told: str) -> None:
    with pytest.raises(ProgrammingError, match=rf"^{WHERE}: {told}$"):
        fitted(parameter, value, where=WHERE)


def test_a_long_value_is_not_shown() -> None:
    with pytest.raises(ProgrammingError, match="and a text of 60 characters is not") as raised:
        fitted(body({"type": "integer"}), "s" * 60, where=WHERE)
    assert "sss" not in str(raised.value)


@pytest.mark.parametrize("parameter", [body({"type": "string"}), path("VARCHAR")], ids=["body", "path"])
def test_null_is_refused_where_a_value_is_required(parameter: Parameter) -> None:
    with pytest.raises(MissingParameterError, match="is NULL; give it a value") as raised:
        fitted(parameter, None, where=WHERE)
    assert raised.value.missing == (parameter.name,)


def test_null_is_null_where_the_document_allows_it() -> None:
    assert fitted(body({"type": "string"}, is_nullable=True), None, where=WHERE) is None
    assert fitted(Parameter("x", "body", "VARCHAR", False), None, where=WHERE) is None


@pytest.mark.parametrize(
    ("shape", "value", "sent"),
    [
        ({"type": "boolean"}, True, True),
        ({"type": "boolean"}, "TRUE", True),
        ({"type": "boolean"}, 0, False),
        ({"type": "integer"}, "9000000001", 9_000_000_001),
        ({"type": "integer"}, 5.0, 5),
        ({"type": "number"}, "2.5", 2.5),
        ({"type": "number"}, 2, 2),
        ({"type": "string"}, 5, "5"),
        ({"type": "string"}, "", ""),
        ({"type": "string"}, '["a"]', '["a"]'),
        ({"type": "string", "format": "date"}, "2026-01-31", "2026-01-31"),
        ({"type": "string", "format": "date-time"}, "2026-01-31 12:00:00+00", "2026-01-31T12:00:00Z"),
        (TEXTS, '["a", "b"]', ["a", "b"]),
        (TEXTS, ["a", 1], ["a", "1"]),
        (TEXTS, [], []),
        (NUMBERS, ' ["1", 2]', [1, 2]),
        (RULES, [{"names": ["a"], "size": "3", "more": 1}], [{"names": ["a"], "size": 3, "more": 1}]),
        ({"type": "object"}, '{"a": [1, null]}', {"a": [1, None]}),
        ({"type": "object"}, {"a": "b"}, {"a": "b"}),
        ({}, "plain", "plain"),
        ({}, "5", "5"),
        ({}, "[1]", [1]),
        ({}, 5, 5),
    ],
)
def test_a_body_attribute_is_json_of_its_type(shape: dict[str, Any], value: Any, sent: Any) -> None:
    found = fitted(body(shape), value, where=WHERE)
    assert (found, type(found)) == (sent, type(sent))


@pytest.mark.parametrize(
    ("type_", "value", "sent"),
    [("VARCHAR", "a", "a"), ("VARCHAR", 5, "5"), ("BIGINT", "07", "7"), ("BIGINT", 7, "7"), ("BOOLEAN", True, "true")],
)
def test_what_is_in_a_path_is_a_text(type_: str, value: Any, sent: str) -> None:
    assert fitted(path(type_), value, where=WHERE) == sent
