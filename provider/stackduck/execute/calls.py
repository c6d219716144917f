"""The calls of a plan become the rows of its relations: pages of JSON, loaded as they come."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from stackduck.engine.relations import Loader
from stackduck.engine.session import Session
from stackduck.engine.shapes import Shape
from stackduck.errors import OperationalError

if TYPE_CHECKING:
    from stackduck.api.client import Client
    from stackduck.catalog.model import Request
    from stackduck.sql.plan import Scan

Warn = Callable[[str], None]


def load(
    scans: Sequence[Scan],
    *,
    session: Session,
    client: Callable[[], Client],
    max_calls: int,
    warn: Warn,
    optional: Collection[Request] = frozenset(),
) -> Mapping[Request, OperationalError]:
    """Ask for the pages of all scans, and load them; returns which of the `optional` requests found nothing there.

    Scans that share a request share its answer. Raises what the client and the loaders raise.
    """
    requests = tuple(dict.fromkeys(request for scan in scans for request in scan.requests))
    if not requests:
        return {}
    from stackduck.api.model import Absences

    readers: dict[Request, list[tuple[Scan, int, Loader]]] = {r: [] for r in requests}
    loaders = []
    for scan in scans:
        loader = _loader(session, scan)
        loaders.append((scan, loader))
        for i, request in enumerate(scan.requests):
            readers[request].append((scan, i, loader))
    absences = Absences(frozenset(at for at, request in enumerate(requests) if request in optional))
    pages = client().fetch(requests, max_calls=max_calls, warn=warn, absences=absences)
    try:
        for at, page in pages:
            for scan, i, loader in readers[requests[at]]:
                loader.add(i, page.body, values=_parameter_values(scan, i))
    finally:
        close = getattr(pages, "close", None)
        if close:
            close()
    for scan, loader in loaders:
        loader.finish({i: _call_name(r) for i, r in enumerate(scan.requests) if r.is_complete})
    return {requests[at]: error for at, error in absences.errors.items()}


def _loader(session: Session, scan: Scan) -> Loader:
    needed = scan.needed
    fields = [c for c in scan.columns if needed is None or c.name.lower() in needed]
    shape = Shape(
        relation=scan.relation,
        resource=scan.resource.full_name,
        # Where only the number of rows matters, the shortest type is the cheapest to read.
        fields=fields or sorted(scan.columns, key=lambda c: len(c.type))[:1],
        parameters=[(p.column, p.type) for p in scan.parameters],
        object_key=scan.method.object_key,
        total_key=scan.method.total_key,
        is_array=scan.method.is_array,
        rows_are_values=scan.method.rows_are_values,
        names=tuple(c.name for c in scan.columns),
        source=next((r.host for r in scan.requests), "") or "GitHub",
    )
    return Loader(session, shape)


def _parameter_values(scan: Scan, call: int) -> dict[str, str]:
    given = dict(scan.calls[call])
    return {p.column: given[p.name] for p in scan.parameters if p.name in given}


def _call_name(request: Request) -> str:
    return ", ".join(f"{name} = '{value}'" for name, value in request.values) or request.path_template
