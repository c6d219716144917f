"""Read the GraphQL query of an operation, and make the requests' text of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from stackduck.catalog import templates
from stackduck.catalog.documents import Node
from stackduck.catalog.model import GraphQL, Parameter
from stackduck.catalog.templates import CURSOR, TemplateError, Value

_KEY = "x-stackQL-graphQL"
_PROTOCOL = "x-stackql-protocol"
_FILLED_HERE = frozenset(("cursor", "limit"))
"""What a query may speak of beside its parameters."""


def query_of(method: Node, operation: Node, parameters: tuple[Parameter, ...]) -> tuple[GraphQL | None, str]:
    """Return the query of a method, if it is one of GraphQL, and why it cannot be used."""
    said = operation.get(_KEY)
    if not isinstance(said, dict):
        is_graphql = "graphql" in (method.get(_PROTOCOL), operation.get(_PROTOCOL))
        return None, "it speaks GraphQL, and its document has no query" if is_graphql else ""
    selection = said.get("responseSelection")
    rows_key = selection.get("jsonPath") if isinstance(selection, dict) else ""
    query = GraphQL(str(said.get("query") or ""), str(rows_key or "").removesuffix("[*]"))
    return query, _flaw(query.text, parameters)


def _flaw(text: str, parameters: tuple[Parameter, ...]) -> str:
    try:
        unknown = sorted(templates.fields(text) - {p.name for p in parameters} - _FILLED_HERE)
    except TemplateError as exc:
        return f"its query {exc}"
    if unknown:
        return f"its query speaks of '{unknown[0]}', which is no parameter"
    return "" if templates.is_query(text) else "its query changes something"


def filled(query: GraphQL, values: Mapping[str, Value]) -> tuple[str, GraphQL]:
    """Return the body of the first request, and the text that those after it are made of.

    Raises TemplateError for a value that is missing or cannot stand where it should, and for what is no query.
    """
    first = templates.fill(query.text, values)
    following = templates.fill(query.text, {**values, "cursor": Value(CURSOR)})
    # What an if leaves out may be what made a query of the rest.
    if not (templates.is_query(first) and templates.is_query(following)):
        raise TemplateError("changes something with these values")
    return body(first), GraphQL(following, query.rows_key)


def body(text: str) -> str:
    """Return the body that asks a query."""
    return json.dumps({"query": text}, ensure_ascii=False)
