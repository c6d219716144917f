"""Say what a method asks for that stackduck lacks: GraphQL, XML, transforms, other pagination, server variables.

A flaw is a sentence's end ("… cannot be used: <flaw>"), told when the method is used; it never stops a document.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackduck.catalog.documents import Node

_BODY_NAMES = ("", "default", "naive")
_REQUEST_KEYS = ("base", "default", "required", "schema_override", "transform", "nativeCasing", "projection_map")
_CONFIG_KEYS = ("requestTranslate", "queryParamTranspose")
_RESPONSE_KEYS = ("transform", "schema_override", "schemaRef", "async_schema_override")


def flaw_of(method: Node, operation: Node, config: Node, *, http_method: str, media_type: str) -> str:
    """Return the first thing that a method needs and stackduck lacks, or an empty text."""
    found = _flaws(method, operation, config, http_method=http_method, media_type=media_type)
    return next(found, "")


def server_flaw(servers: object) -> str:
    """Return why the servers of a document cannot be asked: a variable that has no value."""
    server = servers[0] if isinstance(servers, list) and servers else {}
    variables = server.get("variables") if isinstance(server, dict) else None
    for name, variable in (variables or {}).items() if isinstance(variables, dict) else ():
        if not isinstance(variable, dict) or not variable.get("default"):
            return f"its server needs a value for '{name}'"
    return ""


def follows_link(config: Node, *, provider: str) -> bool:
    """Say whether further pages are announced by the Link header; GitHub's are, also where a document is silent."""
    pagination = config.get("pagination")
    if not isinstance(pagination, dict):
        return provider.lower() == "github"
    return _is_link(pagination)


def _flaws(method: Node, operation: Node, config: Node, *, http_method: str, media_type: str) -> Iterator[str]:
    protocols = (method.get("x-stackql-protocol"), operation.get("x-stackql-protocol"))
    if "graphql" in protocols or "x-stackQL-graphQL" in operation:
        yield "it speaks GraphQL, which stackduck does not"
    if not _is_json(media_type):
        yield f"it answers {media_type}, and stackduck reads JSON"
    yield from (f"its response needs '{key}'" for key in _RESPONSE_KEYS if _mapping(method, "response").get(key))
    yield from _request_flaws(_mapping(method, "request"), config)
    pagination = config.get("pagination")
    if http_method == "GET" and isinstance(pagination, dict) and pagination and not _is_link(pagination):
        yield "its pages are not announced by a Link header"


def _request_flaws(request: Node, config: Node) -> Iterator[str]:
    yield from (f"its request needs '{key}'" for key in _REQUEST_KEYS if request.get(key))
    if "json" not in str(request.get("mediaType") or "json"):
        yield f"its request is {request['mediaType']}, and stackduck writes JSON"
    algorithm = str(_mapping(config, "requestBodyTranslate").get("algorithm") or "")
    if algorithm not in _BODY_NAMES:
        yield f"its request body is made by '{algorithm}'"
    yield from (f"its request needs '{key}'" for key in _CONFIG_KEYS if config.get(key))


def _is_link(pagination: Node) -> bool:
    token = _mapping(pagination, "responseToken")
    return str(token.get("location")).lower() == "header" and str(token.get("key")).lower() == "link"


def _is_json(media_type: str) -> bool:
    """Say whether a media type is JSON; GitHub's own types are, but for diff, patch, raw and the like."""
    kind = media_type.lower().partition(";")[0].strip()
    return "json" in kind or kind in ("application/vnd.github", "application/vnd.github.object", "*/*")


def _mapping(node: Node, key: str) -> Node:
    value = node.get(key)
    return value if isinstance(value, dict) else {}
