"""Say what a method asks for that stackduck lacks: XML, transforms, other bodies and casings.

A flaw is a sentence's end ("… cannot be used: <flaw>"), told when the method is used; it never stops a document.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackduck.catalog.documents import Node

_BODY_NAMES = ("", "default", "naive")
_REQUEST_KEYS = ("base", "default", "required", "schema_override", "transform", "nativeCasing", "projection_map")
_CONFIG_KEYS = ("requestTranslate", "queryParamTranspose")
_RESPONSE_KEYS = ("transform", "schema_override", "schemaRef", "async_schema_override")


def flaw_of(method: Node, config: Node, *, media_type: str) -> str:
    """Return the first thing that a method needs and stackduck lacks, or an empty text."""
    return next(_flaws(method, config, media_type=media_type), "")


def body_flaw(media_type: str) -> str:
    """Return why a request body of a media type cannot be written; an operation without a body has none."""
    return f"its request is {media_type}, and stackduck writes JSON" if media_type and not _is_json(media_type) else ""


def path_flaw(path: str) -> str:
    """Return what a path's query string asks for: a value inside it."""
    query = path.partition("?")[2]
    return f"its path '{path}' has a query string with a value in it" if "{" in query else ""


def _flaws(method: Node, config: Node, *, media_type: str) -> Iterator[str]:
    if not _is_json(media_type):
        yield f"it answers {media_type}, and stackduck reads JSON"
    yield from (f"its response needs '{key}'" for key in _RESPONSE_KEYS if _mapping(method, "response").get(key))
    yield from _request_flaws(_mapping(method, "request"), config)


def _request_flaws(request: Node, config: Node) -> Iterator[str]:
    yield from (f"its request needs '{key}'" for key in _REQUEST_KEYS if request.get(key))
    if "json" not in str(request.get("mediaType") or "json"):
        yield f"its request is {request['mediaType']}, and stackduck writes JSON"
    algorithm = str(_mapping(config, "requestBodyTranslate").get("algorithm") or "")
    if algorithm not in _BODY_NAMES:
        yield f"its request body is made by '{algorithm}'"
    yield from (f"its request needs '{key}'" for key in _CONFIG_KEYS if config.get(key))


def _is_json(media_type: str) -> bool:
    """Say whether a media type is JSON; GitHub's own types are, but for diff, patch, raw and the like."""
    kind = media_type.lower().partition(";")[0].strip()
    return "json" in kind or kind in ("application/vnd.github", "application/vnd.github.object", "*/*")


def _mapping(node: Node, key: str) -> Node:
    value = node.get(key)
    return value if isinstance(value, dict) else {}
