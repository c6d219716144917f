"""Read how a document's further pages are asked for: a Link header, a token, a page's number, the next URL. Pure.

The rules are StackQL's. What is none of these is a flaw of the method.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from stackduck.catalog import templates
from stackduck.catalog.documents import Node
from stackduck.catalog.model import Paging, Parameter
from stackduck.catalog.templates import TemplateError
from stackduck.frozen import frozen

_BY_LINK = ("github", "okta")
"""The providers whose pages StackQL follows by Link where a document is silent; those of others by nextPageToken."""
_TOKEN = {
    "requestToken": {"key": "pageToken", "location": "query"},
    "responseToken": {"key": "nextPageToken", "location": "body"},
}
_LOCATIONS = ("query", "header")
_CURSORS = {"": "after", "cursor_after": "after", "page_info": "after", "keyset": "keyset", "offset": "offset"}


@frozen
class Pages:
    """How pages are asked for, or what is lacking for it."""

    follows_link: bool = False
    paging: Paging | None = None
    flaw: str = ""


def pages_of(config: Node, parameters: Iterable[Parameter], *, provider: str) -> Pages:
    """Return what a configuration says of pages, or else what goes without saying for a provider."""
    pagination = config.get("pagination")
    if isinstance(pagination, dict) and pagination:
        return _said(pagination)
    if provider.lower() in _BY_LINK:
        return Pages(follows_link=True)
    takes_token = any(p.name == "pageToken" and p.location == "query" for p in parameters)
    return _said(_TOKEN) if takes_token else Pages()


def cursor_of(cursor: object) -> Pages:
    """Return how the cursor of a GraphQL query goes on."""
    said = cursor if isinstance(cursor, dict) else {}
    strategy = str(said.get("strategy") or "")
    kind: Any = _CURSORS.get(strategy)
    key, end, form = (str(said.get(name) or "") for name in ("jsonPath", "terminateOnJsonPath", "format"))
    if kind is None:
        return Pages(flaw=f"its cursor goes on by '{strategy}'")
    if (kind == "keyset" and not form) or (strategy == "page_info" and not end):
        return Pages(flaw=f"its cursor goes on by '{strategy}', and the document does not say how")
    try:
        templates.fields(form)
    except TemplateError as exc:
        return Pages(flaw=f"its cursor {exc}")
    size = said.get("pageSize")
    return Pages(
        paging=Paging(kind, response_key=key, end_key=end, form=form, size=size if isinstance(size, int) else 0)
    )


def _said(pagination: Node) -> Pages:
    algorithm = str(pagination.get("algorithm") or "")
    request, response = _token(pagination, "requestToken"), _token(pagination, "responseToken")
    if algorithm == "page_number":
        return _numbered(request, response, _token(pagination, "responseTerminator"))
    if algorithm == "odata_next_link":
        return Pages(paging=Paging("url", response_key=response.key or "@odata.nextLink"))
    if algorithm not in ("", "link_header_next"):
        return Pages(flaw=f"its pages follow by '{algorithm}'")
    if response.location == "header" and response.key.lower() == "link":
        return Pages(follows_link=True)
    if response.location == "header" and "link_header_next" in (algorithm, response.algorithm):
        return Pages(paging=Paging("url", response_header=response.key))
    return _by_token(request, response)


@frozen
class _Token:
    """Where a document says a token is."""

    key: str = ""
    location: str = ""
    algorithm: str = ""


def _token(pagination: Node, name: str) -> _Token:
    said = pagination.get(name)
    if not isinstance(said, dict):
        return _Token()
    key, location, algorithm = (str(said.get(each) or "").strip() for each in ("key", "location", "algorithm"))
    return _Token(key, location.lower(), algorithm)


def _numbered(request: _Token, response: _Token, end: _Token) -> Pages:
    if request.location not in _LOCATIONS or not (request.key and response.key and end.key):
        return Pages(flaw="its pages are numbered, and the document does not say where")
    return Pages(paging=Paging("page_number", request.key, cast(Any, request.location), response.key, end_key=end.key))


def _by_token(request: _Token, response: _Token) -> Pages:
    if not response.key or response.location not in ("body", "header", ""):
        return Pages(flaw=f"its next page is announced in the answer's '{response.location or 'unknown place'}'")
    in_header = response.location == "header"
    found: dict[str, Any] = {"response_header" if in_header else "response_key": response.key}
    if request.location == "request" or not (request.key or request.location):
        return Pages(paging=Paging("url", **found))
    if request.location not in _LOCATIONS or not request.key:
        return Pages(flaw=f"its next page is asked for in the request's '{request.location or 'unknown place'}'")
    return Pages(paging=Paging("token", request.key, cast(Any, request.location), **found))
