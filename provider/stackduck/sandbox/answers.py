"""Answers in GitHub's manner: JSON bodies, its error object, pages with a Link header.

Pure functions of their arguments; what is answered to whom is decided elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from .wire import Request, Response

T = TypeVar("T")

DOCUMENTATION = "https://docs.github.com/rest"
JSON = "application/json; charset=utf-8"
MAX_PER_PAGE = 100


class Refusal(Exception):
    """An error answer, raised wherever it becomes clear."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None, url: str = DOCUMENTATION
    ) -> None:
        super().__init__(message)
        self.response = error(status, message, headers=headers, url=url)


def encoded(value: object) -> bytes:
    """Give a value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Give a JSON answer."""
    return Response(status, encoded(value), {"Content-Type": JSON, **(headers or {})})


def nothing() -> Response:
    """Give an answer without content."""
    return Response(204)


def error(status: int, message: str, *, headers: Mapping[str, str] | None = None, url: str = DOCUMENTATION) -> Response:
    """Give GitHub's basic error, whose status is a string."""
    body = {"message": message, "documentation_url": url, "status": str(status)}
    return answer(body, status=status, headers=headers)


def not_found() -> Refusal:
    """Give the answer to a name that nobody has, or nobody may see."""
    return Refusal(404, "Not Found")


def body_object(request: Request) -> dict[str, Any]:
    """Give the JSON object of a request's body."""
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        raise Refusal(400, "Problems parsing JSON") from None
    if not isinstance(value, dict):
        raise Refusal(400, "Body should be a JSON object")
    return value


def body_list(request: Request, name: str, kind: type[T]) -> list[T]:
    """Give a required array of the body, checked for its type."""
    value = body_object(request).get(name)
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise Refusal(422, f'Invalid request.\n\n"{name}" wasn\'t supplied or is not an array of {kind.__name__}.')
    return value


def page_bounds(request: Request, *, default: int) -> tuple[int, int]:
    """Give the page and its size that a request asks for, bounded as GitHub bounds them."""
    page, size = _number(request.query.get("page"), 1), _number(request.query.get("per_page"), default)
    return max(1, page), min(max(1, size), MAX_PER_PAGE)


def page_of(items: Sequence[T], page: int, size: int) -> Sequence[T]:
    """Give the items of a page."""
    return items[(page - 1) * size : page * size]


def link_header(request: Request, origin: str, *, many: int, page: int, size: int) -> dict[str, str]:
    """Give the Link header of a page: prev, next, last and first, where they differ from the page."""
    last = max(1, -(-many // size))
    targets = {}
    if page > 1:
        targets["prev"] = min(page - 1, last)
    if page < last:
        targets |= {"next": page + 1, "last": last}
    if page > 1:
        targets["first"] = 1
    links = [f'<{origin}{request.path}?{_query(request, number)}>; rel="{rel}"' for rel, number in targets.items()]
    return {"Link": ", ".join(links)} if links else {}


def listed(request: Request, origin: str, items: Sequence[T], *, shape: Any, key: str | None = None) -> Response:
    """Give a page of a list, bare or below a key beside its total."""
    page, size = page_bounds(request, default=30)
    shown = [shape(item) for item in page_of(items, page, size)]
    body = {"total_count": len(items), key: shown} if key else shown
    return answer(body, headers=link_header(request, origin, many=len(items), page=page, size=size))


def _query(request: Request, page: int) -> str:
    """Give a request's query with another page."""
    return urlencode({**request.query, "page": str(page)})


def _number(text: str | None, default: int) -> int:
    """Give a number of the query, or the default where it is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else default
