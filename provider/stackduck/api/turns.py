"""What asks for one page, and how the page after it is asked for. Pure: reads answers, sends nothing.

A document says which of the ways it is: a token in the answer, numbered pages, the next URL, the cursor of a GraphQL
query. The Link header is read by the rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

from stackduck.api import rules
from stackduck.api.model import Answer
from stackduck.catalog.model import GraphQL, Paging, Request
from stackduck.frozen import frozen

_STEP = re.compile(r"""\.?([^.\[\]]+)|\[(?:'([^']*)'|"([^"]*)"|(\d+))\]""")
_LARGEST = 10**9

Resolve = Callable[[str], str]
"""Makes path and query of a URL, or refuses to go there."""


@frozen
class Turn:
    """What is sent for one page."""

    target: str
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    rows: int = 0
    """The rows of all pages before it, where the next ones are asked for by their number."""


@frozen
class Onward:
    """The pages after one, as far as it tells of them."""

    count: int = 0
    turns: Iterable[Turn] = ()


END = Onward()


class CursorError(Exception):
    """A cursor that cannot be written into its query; the text says why."""


def following(request: Request, turn: Turn, answer: Answer, *, number: int, resolve: Resolve) -> Onward:
    """Return the pages after the one of that number, counted from 1. Raises CursorError, and what `resolve` does."""
    paging = request.paging
    if paging is None:
        return _linked(turn, answer, resolve) if request.follows_link else END
    said = answer.headers.get(paging.response_header, "") if paging.response_header else ""
    if request.graphql is not None:
        return _queried(paging, request.graphql, turn, read(answer))
    if paging.kind == "page_number":
        return _numbered(paging, turn, read(answer), number=number)
    token = rules.links(said).get("next", said) if paging.response_header else found(read(answer), paging.response_key)
    if token in (None, "", False) or isinstance(token, dict | list):
        return END
    if paging.kind == "url":
        return Onward(1, [Turn(resolve(str(token)), turn.body)])
    return Onward(1, [_with(turn, paging, str(token))])


def read(answer: Answer) -> Any:
    """Return what the JSON of an answer says; None for what is no JSON."""
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def found(value: Any, path: str) -> Any:
    """Return what is at a path such as '$.result_info.page', '$["@odata.nextLink"]' or '@odata.nextLink'; or None."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for step in _STEP.finditer(path.removeprefix("$")):
        name = next(each for each in step.groups() if each is not None)
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return value


def _linked(turn: Turn, answer: Answer, resolve: Resolve) -> Onward:
    links = rules.following(answer)
    if links is None:
        return END
    return Onward(len(links), (Turn(resolve(links.link(step)), turn.body) for step in range(len(links))))


def _numbered(paging: Paging, turn: Turn, said: Any, *, number: int) -> Onward:
    """Return the pages after this one up to the last; where the first calls itself 0, the last is one less."""
    page, pages = _whole(found(said, paging.response_key)), _whole(found(said, paging.end_key))
    if page is None or pages is None:
        return END
    last = pages - 1 if page == number - 1 else pages
    return Onward(max(0, last - page), (_with(turn, paging, str(each)) for each in range(page + 1, last + 1)))


def _queried(paging: Paging, query: GraphQL, turn: Turn, said: Any) -> Onward:
    from stackduck.catalog.queries import body
    from stackduck.catalog.templates import CURSOR

    rows = found(said, query.rows_key)
    count = len(rows) if isinstance(rows, list) else 0
    cursor = _cursor(paging, said, count=count, total=turn.rows + count)
    if cursor is None or CURSOR not in query.text:
        return END
    return Onward(1, [Turn(turn.target, body(query.text.replace(CURSOR, cursor)), turn.headers, turn.rows + count)])


def _cursor(paging: Paging, said: Any, *, count: int, total: int) -> str | None:
    """Return what stands for the cursor of the next page; None after the last.

    `count` is the number of this page's rows, `total` that of all rows so far.
    """
    if paging.kind != "after" and not count:
        return None
    if paging.kind == "offset":
        return None if count < paging.size else _formed(paging, {"value": total}, otherwise=f", offset: {total}")
    if paging.end_key and found(said, paging.end_key) is not True:
        return None
    value = found(said, paging.response_key)
    if isinstance(value, dict):
        return _formed(paging, value, otherwise="") or None
    if value in (None, "", False) or isinstance(value, list):
        return None
    return _formed(paging, {"value": value}, otherwise=f", after: {json.dumps(value, ensure_ascii=False)}")


def _formed(paging: Paging, said: Mapping[str, Any], *, otherwise: str) -> str:
    """Fill in the document's template of a cursor, or else take the strategy's own."""
    if not paging.form:
        return otherwise
    from stackduck.catalog.templates import TemplateError, Value, fill

    def value(each: Any) -> Value:
        text = each if isinstance(each, str) else json.dumps(each)
        return Value(text, "BIGINT" if isinstance(each, int) and not isinstance(each, bool) else "VARCHAR")

    try:
        return fill(paging.form, {name: value(each) for name, each in said.items()})
    except TemplateError as exc:
        raise CursorError(f"its cursor {exc}") from exc


def _with(turn: Turn, paging: Paging, token: str) -> Turn:
    """Return a turn with the token in it, in the place of an earlier one."""
    if paging.request_location == "header":
        kept = tuple(pair for pair in turn.headers if pair[0] != paging.request_key)
        return Turn(turn.target, turn.body, (*kept, (paging.request_key, token)))
    path, _, query = turn.target.partition("?")
    pairs = [pair for pair in query.split("&") if pair]
    pairs = [pair for pair in pairs if unquote_plus(pair.partition("=")[0]) != paging.request_key]
    pairs.append(f"{quote(paging.request_key, safe='')}={quote(token, safe='')}")
    return Turn(f"{path}?{'&'.join(pairs)}", turn.body, turn.headers)


def _whole(value: Any) -> int | None:
    """Return a number that may be written as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdecimal() and int(text) < _LARGEST else None
