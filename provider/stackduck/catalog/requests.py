"""Make the request of a method and its values: encode, complete, refuse. Pure; sends nothing.

A value is one path segment whatever it holds. What cannot be a segment is refused here, before anything is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from stackduck.catalog.model import Method, Parameter, Request, Resource
from stackduck.errors import MissingParameterError, NotSupportedError, ProgrammingError

PAGE_SIZES = ("per_page", "page_size")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CURSORS = frozenset({"before", "after", "cursor"})

Given = tuple[tuple[Parameter, str], ...]
"""Parameters of a method with their values, in the method's order."""


def build(resource: Resource, method: Method, values: Mapping[str, str]) -> Request:
    """Return the request of a method; names are found in any case."""
    where = f"{resource.full_name}.{method.name}"
    if method.flaw:
        raise NotSupportedError(f"{where} cannot be used: {method.flaw}")
    given = _given(resource, method, values)
    page_size, query = _query(method, given, where=resource.full_name)
    return Request(
        resource=resource.full_name,
        http_method=method.http_method,
        path=_path(method, given, where=resource.full_name),
        path_template=method.path,
        query=query,
        values=tuple((parameter.name, value) for parameter, value in given),
        follows_link=method.follows_link and not any(_names_a_page(parameter) for parameter, _ in given),
        page_size=page_size,
        media_type=method.media_type,
        headers=_headers(given, where=resource.full_name),
        body=_body(given, where=resource.full_name),
    )


def _given(resource: Resource, method: Method, values: Mapping[str, str]) -> Given:
    by_name = {name.lower(): value for name, value in values.items()}
    known = {parameter.name.lower() for parameter in method.parameters}
    for name in values:
        if name.lower() not in known:
            raise ProgrammingError(f"{resource.full_name}.{method.name} takes no parameter '{name}'")
    missing = [name for name in method.required if name.lower() not in by_name]
    if missing:
        raise MissingParameterError(
            f"{resource.full_name} needs {', '.join(missing)}", resource=resource.full_name, missing=missing
        )
    return tuple((p, by_name[p.name.lower()]) for p in method.parameters if p.name.lower() in by_name)


def _path(method: Method, given: Given, *, where: str) -> str:
    segments = {p.name: _segments(p, value, where=where) for p, value in given if p.location == "path"}
    return _PLACEHOLDER.sub(lambda match: segments[match[1]], method.path)


def _segments(parameter: Parameter, value: str, *, where: str) -> str:
    """Percent-encode a path value: one segment, or one a slash where the document allows several."""
    parts = value.split("/") if parameter.is_multi_segment else [value]
    return "/".join(path_segment(part, name=parameter.name, where=where, whole=value) for part in parts)


def path_segment(value: str, *, name: str, where: str, whole: str | None = None) -> str:
    """Percent-encode a value as one segment of a path, or refuse it by the parameter's name.

    `where` is the resource, and `whole` the value as the user wrote it where this is a part of it.
    """
    from urllib.parse import quote

    if value in ("", ".", ".."):
        told = repr(whole or value) if whole or value else "empty"
        raise ProgrammingError(f"{where}: {name} may not be {told}; it is part of the path")
    if _CONTROL.search(value):
        raise ProgrammingError(f"{where}: {name} may not hold control characters; it is part of the path")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise ProgrammingError(f"{where}: {name} is no valid text; it is part of the path") from None


def _query(method: Method, given: Given, *, where: str) -> tuple[int | None, tuple[tuple[str, str], ...]]:
    """Return the page size and the query; the largest page is asked for where the user names none."""
    query = [(parameter.name, value) for parameter, value in given if parameter.location == "query"]
    sizes = [p for p in method.parameters if p.name.lower() in PAGE_SIZES and p.location == "query"]
    if not sizes:
        return None, tuple(query)
    chosen = next((value for parameter, value in given if parameter == sizes[0]), None)
    if chosen is not None:
        return _page_size(sizes[0], chosen, where=where), tuple(query)
    # Who asks for a page means GitHub's page of that number, not one of another size.
    largest = None if any(parameter.name.lower() == "page" for parameter, _ in given) else sizes[0].maximum
    return largest, (*query, (sizes[0].name, str(largest))) if largest else tuple(query)


def _page_size(parameter: Parameter, value: str, *, where: str) -> int:
    """Check a page size: GitHub would cut a larger one in silence."""
    if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) < 1:
        raise ProgrammingError(f"{where}: {parameter.name} must be a whole number above 0, not {value!r}")
    if parameter.maximum is not None and int(value) > parameter.maximum:
        raise ProgrammingError(f"{where}: {parameter.name} may be at most {parameter.maximum}, not {value}")
    return int(value)


def _names_a_page(parameter: Parameter) -> bool:
    """Say whether a parameter picks a page; `before` a time is a filter, `before` a cursor is not."""
    name = parameter.name.lower()
    return parameter.location == "query" and (name == "page" or (name in _CURSORS and parameter.type == "VARCHAR"))


def _headers(given: Given, *, where: str) -> tuple[tuple[str, str], ...]:
    found = [(parameter, value) for parameter, value in given if parameter.location == "header"]
    for parameter, value in found:
        if _CONTROL.search(value) or not value.isascii():
            raise ProgrammingError(f"{where}: {parameter.name} may hold printable ASCII alone; it is a header")
    return tuple((parameter.name, value) for parameter, value in found)


def _body(given: Given, *, where: str) -> str | None:
    """Return the body as JSON; every attribute has the type that the document gives it."""
    attributes = [(parameter, value) for parameter, value in given if parameter.location == "body"]
    if not attributes:
        return None
    told = {p.attribute or p.name: _attribute(p, value, where=where) for p, value in attributes}
    return json.dumps(told, ensure_ascii=False)


def _attribute(parameter: Parameter, value: str, *, where: str) -> Any:
    if parameter.schema_type == "string":
        return value
    try:
        found = json.loads(value.lower() if parameter.schema_type == "boolean" else value)
    except ValueError:
        if not parameter.schema_type:
            return value
        raise ProgrammingError(f"{where}: {parameter.name} must be JSON of type {parameter.schema_type}") from None
    return found
