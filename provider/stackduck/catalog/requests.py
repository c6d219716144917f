"""Make the request of a method and its values: encode, complete, refuse. Pure; sends nothing.

A value is one path segment whatever it holds. What cannot be a segment is refused here, before anything is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from stackduck.catalog.model import GraphQL, Method, Parameter, Request, Resource
from stackduck.errors import MissingParameterError, NotSupportedError, ProgrammingError

PAGE_SIZES = ("per_page", "page_size")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PAGES = frozenset({"page", "offset"})
_CURSORS = frozenset({"before", "after", "cursor"})

Given = tuple[tuple[Parameter, Any], ...]
"""Parameters of a method with their values, in the method's order: texts, and JSON values for the body's attributes."""


def build(resource: Resource, method: Method, values: Mapping[str, Any]) -> Request:
    """Return the request of a method; names are found in any case.

    Values are texts; those of the body's attributes are JSON values, of the types that the document declares.
    """
    where = f"{resource.full_name}.{method.name}"
    if method.flaw:
        raise NotSupportedError(f"{where} cannot be used: {method.flaw}")
    given = _given(resource, method, values)
    page_size, query = _query(method, given, where=resource.full_name)
    body, graphql = _asked(method, given, where=resource.full_name)
    is_one_page = any(_names_a_page(parameter, method) for parameter, _ in given)
    return Request(
        resource=resource.full_name,
        http_method=method.http_method,
        path=_path(method, given, where=resource.full_name),
        path_template=method.path,
        query=query,
        values=tuple((parameter.name, value) for parameter, value in given if parameter.location != "body"),
        follows_link=method.follows_link and not is_one_page,
        paging=None if is_one_page else method.paging,
        server=_server(method, given, where=resource.full_name),
        auth=method.auth,
        graphql=graphql,
        page_size=page_size,
        media_type=method.media_type,
        headers=_headers(method, given, where=resource.full_name),
        body=body,
    )


def _given(resource: Resource, method: Method, values: Mapping[str, Any]) -> Given:
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
    if method.graphql is not None:
        return None, ()
    query = [*method.fixed_query]
    query += [(parameter.name, value) for parameter, value in given if parameter.location == "query"]
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


def _names_a_page(parameter: Parameter, method: Method) -> bool:
    """Say whether a parameter picks a page; `before` a time is a filter, `before` a cursor is not."""
    if method.paging is not None and parameter.name == method.paging.request_key:
        return True
    name = parameter.name.lower()
    return parameter.location == "query" and (name in _PAGES or (name in _CURSORS and parameter.type == "VARCHAR"))


def _server(method: Method, given: Given, *, where: str) -> str:
    if "{" not in method.server:
        return method.server
    from stackduck.catalog.servers import base_url

    values = {parameter.name: value for parameter, value in given}
    return base_url(method.server, values, parameters=method.parameters, where=where)


def _asked(method: Method, given: Given, *, where: str) -> tuple[str | None, GraphQL | None]:
    """Return the body, and the GraphQL query that the bodies of later pages are made of."""
    if method.graphql is None:
        return _body(method, given), None
    from stackduck.catalog.queries import filled
    from stackduck.catalog.templates import TemplateError, Value

    try:
        return filled(method.graphql, {p.name: Value(value, p.type) for p, value in given})
    except TemplateError as exc:
        raise ProgrammingError(f"{where}: its GraphQL query {exc}") from None


def _headers(method: Method, given: Given, *, where: str) -> tuple[tuple[str, str], ...]:
    """Return the headers: those with a value, and those that the document gives a default."""
    found = [(parameter, value) for parameter, value in given if parameter.location == "header"]
    named = {parameter.name for parameter, _ in found}
    found += [(p, p.default) for p in method.parameters if p.location == "header" and p.default and p.name not in named]
    for parameter, value in found:
        if _CONTROL.search(value) or not value.isascii():
            raise ProgrammingError(f"{where}: {parameter.name} may hold printable ASCII alone; it is a header")
    return tuple((parameter.name, value) for parameter, value in found)


def _body(method: Method, given: Given) -> str | None:
    """Return the body as JSON; where the document requires one, it is sent also without attributes."""
    attributes = {p.attribute or p.name: value for p, value in given if p.location == "body" and not p.is_whole_body}
    whole = [value for parameter, value in given if parameter.is_whole_body]
    if not attributes and not whole and not method.needs_body:
        return None
    return json.dumps(whole[0] if whole else attributes, ensure_ascii=False)
