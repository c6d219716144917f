"""What a dry run and EXPLAIN say of a change: the requests that it would send, one a row, none of which is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from stackduck.engine.results import Result
from stackduck.engine.session import Session

if TYPE_CHECKING:
    from stackduck.catalog.model import Request
    from stackduck.sql.changing.changes import Change

_COLUMNS = {"resource": "VARCHAR", "method": "VARCHAR", "http_method": "VARCHAR", "url": "VARCHAR", "body": "JSON"}


def result(
    session: Session, change: Change, requests: Sequence[Request], *, url_of: Callable[[Request], str]
) -> Result:
    """Return one row for each request, in the order in which they would be sent."""
    name, method = change.resource.full_name, change.method.name
    rows = [(name, method, request.http_method, url_of(request), request.body) for request in requests]
    lists = {column: [row[at] for row in rows] for at, column in enumerate(_COLUMNS)}
    listed = ", ".join(f'unnest(${column}::{kind}[]) AS "{column}"' for column, kind in _COLUMNS.items())
    return session.run(f"SELECT {listed}", lists, is_query=True)
