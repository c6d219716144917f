"""The nested form of a value as a JSON Schema text: of a body attribute from its schema, of a column from its type.

Pure. It keeps what tells how a valid value looks (types, names, what is required, allowed values), not how one is
checked. A scalar has no shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from stackduck.catalog.documents import Node
from stackduck.catalog.schemas import Schemas, properties

_KEPT = ("type", "format", "description", "default", "enum", "readOnly", "writeOnly", "deprecated", "required")
_DEEPEST = 12
_MOST = 2_000
"""Nodes of one shape; further ones are told by their type alone."""
_NESTED = ("object", "array")
_SCALARS: Mapping[str, Mapping[str, str]] = {
    "VARCHAR": {"type": "string"},
    "BIGINT": {"type": "integer"},
    "DOUBLE": {"type": "number"},
    "BOOLEAN": {"type": "boolean"},
    "DATE": {"type": "string", "format": "date"},
    "TIMESTAMPTZ": {"type": "string", "format": "date-time"},
}
_TYPE_TOKEN = re.compile(r'"(?:[^"]|"")*"|\[\]|[(),]|[A-Z]+')


def of_schema(schemas: Schemas, schema: Node) -> str:
    """Return the shape of a schema's values; empty for a scalar."""
    flat = schemas.flatten(schema)
    if schemas.kind_of(schema) not in _NESTED and "oneOf" not in flat:
        return ""
    return _text(_node(schemas, schema, above=(), left=iter(range(_MOST))))


def of_type(kind: str, *, schema_type: str = "") -> str:
    """Return the shape of a DuckDB type's values; empty for a scalar. `schema_type` tells more of a JSON value."""
    if kind == "JSON":
        return _text({"type": schema_type}) if schema_type in _NESTED else ""
    return "" if kind in _SCALARS else _text(_typed(iter(_TYPE_TOKEN.findall(kind)))[0])


def _node(schemas: Schemas, schema: Node, *, above: tuple[str, ...], left: Iterator[int]) -> dict[str, Any]:
    """Return a schema without references; one that leads back to itself, or is one too many, ends with its type."""
    reference = schema.get("$ref")
    flat = schemas.flatten(schema)
    if reference in above or len(above) > _DEEPEST or next(left, None) is None:
        return {"type": flat["type"]} if "type" in flat else {}
    above = (*above, str(reference or ""))
    node = {key: flat[key] for key in _KEPT if flat.get(key) not in (None, [], "", False)}
    if fields := properties(flat):
        node["properties"] = {name: _node(schemas, field, above=above, left=left) for name, field in fields.items()}
    for key in ("items", "additionalProperties"):
        if isinstance(flat.get(key), dict) and flat[key]:
            node[key] = _node(schemas, flat[key], above=above, left=left)
    if "oneOf" in flat:
        node["oneOf"] = [_node(schemas, branch, above=above, left=left) for branch in flat["oneOf"]]
    return node


def _typed(tokens: Iterator[str]) -> tuple[dict[str, Any], str]:
    """Read one type; return its node and the token that ends it."""
    name = next(tokens)
    node: dict[str, Any] = dict(_SCALARS.get(name, {}))
    end = next(tokens, "")
    if name == "STRUCT" and end == "(":
        node, end = {"type": "object", "properties": _fields(tokens)}, next(tokens, "")
    while end == "[]":
        node, end = {"type": "array", "items": node}, next(tokens, "")
    return node, end


def _fields(tokens: Iterator[str]) -> dict[str, Any]:
    """Read the fields of a STRUCT, its closing parenthesis included."""
    fields: dict[str, Any] = {}
    end = ","
    while end == ",":
        name = next(tokens)[1:-1].replace('""', '"')
        fields[name], end = _typed(tokens)
    return fields


def _text(node: Mapping[str, Any]) -> str:
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))
