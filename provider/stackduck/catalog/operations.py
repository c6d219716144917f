"""Read the parameters of an operation: path, query, header, and the attributes of its body. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from stackduck.catalog import shapes
from stackduck.catalog.documents import Document, Node
from stackduck.catalog.model import Location, Parameter
from stackduck.catalog.requests import PAGE_SIZES
from stackduck.catalog.schemas import Schemas, properties

_LOCATIONS = ("path", "query", "header")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_MAXIMUM = re.compile(r"\bmax(?:imum)?(?: of|:)? (\d+)", re.IGNORECASE)
# Set by the client for every request.
_CLIENT_HEADERS = frozenset({"accept", "authorization", "content-type"})


def parameters_of(
    schemas: Schemas, path: str, item: Node, operation: Node, *, document: Document, where: str
) -> tuple[Parameter, ...]:
    """Return the path, query and header parameters of an operation, in that order and the document's."""
    found: dict[tuple[str, str], Parameter] = {}
    for owner in (item, operation):
        for parameter in _declared(schemas, owner, document=document, where=where):
            found[parameter.location, parameter.name] = parameter
    for name in _PLACEHOLDER.findall(path):
        found.setdefault(("path", name), Parameter(name, "path", "VARCHAR", True))
    return tuple(p for location in _LOCATIONS for p in found.values() if p.location == location)


def body_of(
    schemas: Schemas, operation: Node, *, plain_names: bool, taken: frozenset[str], document: Document, where: str
) -> tuple[Parameter, ...]:
    """Return the attributes of the request body as parameters: `data__<attribute>`, or the plain names.

    An attribute whose plain name is that of another parameter keeps the prefix. A body without attributes of known
    names is one parameter, called as a document of ours says or data__body.
    """
    schema = _body_schema(operation, document=document, where=where)
    flat = schemas.flatten(schema)
    required = set(flat.get("required") or ())
    if schema and not properties(flat):
        name = str(flat.get("x-stackduck-column") or "data__body")
        whole = _body_parameter(schemas, "", schema, name=name, required=False)
        return (replace(whole, type="JSON", is_whole_body=True),)
    return tuple(
        _body_parameter(
            schemas,
            attribute,
            value,
            name=attribute if plain_names and attribute.lower() not in taken else f"data__{attribute}",
            required=attribute in required,
        )
        for attribute, value in properties(flat).items()
    )


def needs_body(operation: Node, *, document: Document, where: str) -> bool:
    """Say whether an operation requires a body, whatever attributes it has."""
    return _request_body(operation, document=document, where=where).get("required") is True


def body_media_type(operation: Node, *, document: Document, where: str) -> str:
    """Return the media type of an operation's body, JSON where it may be; empty where it has none."""
    content = _request_body(operation, document=document, where=where).get("content")
    types = [str(kind) for kind in content] if isinstance(content, dict) else []
    return next((kind for kind in types if "json" in kind.lower()), next(iter(types), ""))


def _request_body(operation: Node, *, document: Document, where: str) -> Node:
    body = document.mapping(operation, "requestBody", where=where)
    return document.resolve(body, where=f"{where}.requestBody")


def _body_schema(operation: Node, *, document: Document, where: str) -> Node:
    content = _request_body(operation, document=document, where=where).get("content")
    if not isinstance(content, dict) or not content:
        return {}
    chosen = content.get(body_media_type(operation, document=document, where=where))
    schema = chosen.get("schema") if isinstance(chosen, dict) else None
    return schema if isinstance(schema, dict) else {}


def _body_parameter(schemas: Schemas, attribute: str, schema: Node, *, name: str, required: bool) -> Parameter:
    flat = schemas.flatten(schema)
    return Parameter(
        name,
        "body",
        _scalar(schemas.type_of(schema), otherwise="JSON"),
        required,
        _text(flat.get("description")),
        default=_default(flat),
        enum=_enum(flat),
        schema_type=schemas.kind_of(schema),
        attribute=attribute,
        shape=shapes.of_schema(schemas, schema),
        is_nullable=_is_nullable(schema, flat),
    )


def _is_nullable(schema: Node, flat: Node) -> bool:
    """Say whether null is a value, in one of the ways in which versions of OpenAPI write it."""
    kinds = flat.get("type")
    branches = [branch for key in ("oneOf", "anyOf") for branch in schema.get(key) or () if isinstance(branch, dict)]
    written = kinds if isinstance(kinds, list) else [branch.get("type") for branch in branches]
    return flat.get("nullable") is True or "null" in written or None in (flat.get("enum") or ())


def _declared(schemas: Schemas, owner: Node, *, document: Document, where: str) -> Iterator[Parameter]:
    declared = owner.get("parameters") or []
    if not isinstance(declared, list):
        raise document.fail(f"{where}.parameters", "must be a list")
    for index, node in enumerate(declared):
        at = f"{where}.parameters[{index}]"
        if not isinstance(node, dict):
            raise document.fail(at, "must be a mapping")
        node = document.resolve(node, where=at)
        name, location = node.get("name"), node.get("in")
        if not isinstance(name, str):
            raise document.fail(at, "has no name")
        if location in _LOCATIONS and not (location == "header" and name.lower() in _CLIENT_HEADERS):
            yield _parameter(schemas, node, name=name, location=cast(Location, location))


def _parameter(schemas: Schemas, node: Node, *, name: str, location: Location) -> Parameter:
    schema = node.get("schema")
    schema = schema if isinstance(schema, dict) else {}
    flat, description = schemas.flatten(schema), _text(node.get("description"))
    return Parameter(
        name,
        location,
        _scalar(schemas.type_of(schema), otherwise="VARCHAR"),
        location == "path" or node.get("required") is True,
        description,
        default=_default(flat),
        maximum=_maximum(name, flat, description),
        enum=_enum(flat),
        schema_type=schemas.kind_of(schema),
        is_multi_segment=node.get("x-multi-segment") is True,
    )


def _scalar(found: str, *, otherwise: str) -> str:
    """Return a scalar type as it is; lists, structs and JSON as the text that carries them."""
    return otherwise if found == "JSON" or found.endswith("]") or found.startswith("STRUCT(") else found


def _maximum(name: str, flat: Node, description: str) -> int | None:
    """Return the largest value; GitHub says that of per_page in its description alone: '(max 100)'."""
    written = flat.get("maximum")
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        return int(written)
    match = _MAXIMUM.search(description) if name.lower() in PAGE_SIZES else None
    return int(match[1]) if match else None


def _default(flat: Node) -> str | None:
    value = flat.get("default")
    return None if value is None or isinstance(value, (dict, list)) else _written(value)


def _enum(flat: Node) -> tuple[str, ...]:
    values = flat.get("enum")
    return tuple(_written(value) for value in values if value is not None) if isinstance(values, list) else ()


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
