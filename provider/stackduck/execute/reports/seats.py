"""The resource seats: GitHub's seat grants, asked for like any other table, become one row a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from stackduck.catalog.requests import build
from stackduck.engine import seats
from stackduck.engine.session import quoted
from stackduck.errors import PermissionDeniedError
from stackduck.execute.reports.shapes import PROVIDER, parameter_columns
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.catalog.model import Request
    from stackduck.catalog.names import Catalog
    from stackduck.engine.session import Session
    from stackduck.sql.plan import Scan, Selection

REPORT = "seats"
_GRANTS = {"enterprise": "enterprise_seats", "org": "org_seats"}


@frozen
class Grants:
    """The grants that one scan of seats is made of: a scan for each enterprise or organization."""

    scan: Scan
    parts: tuple[Scan, ...]


def grants(scans: Sequence[Scan], *, catalog: Catalog, session: Session) -> list[Grants]:
    """Return what to ask for in the place of scans of seats, with empty relations for it."""
    return [Grants(scan, tuple(_parts(scan, catalog, session))) for scan in scans]


def request(selection: Selection, catalog: Catalog) -> Request:
    """Return the request for the grants of an enterprise or organization."""
    resource = catalog.resource(PROVIDER, "copilot", _GRANTS[selection.scope])
    return build(resource, resource.methods_for("select")[0], {selection.scope: selection.name})


def _parts(scan: Scan, catalog: Catalog, session: Session) -> Iterator[Scan]:
    for selection in scan.selections:
        resource = catalog.resource(PROVIDER, "copilot", _GRANTS[selection.scope])
        part = replace(
            scan,
            relation=session.new_relation_name(resource.full_name),
            resource=resource,
            method=resource.methods_for("select")[0],
            parameters=(),
            calls=(((selection.scope, selection.name),),),
            requests=(request(selection, catalog),),
            needed=None,
        )
        session.create(part.relation, part.types)
        yield part


def relate(found: Grants, session: Session) -> None:
    """Make the relation of a scan of seats."""
    columns = [quoted(column.name) for column in found.scan.columns]
    queries = []
    for part in found.parts:
        listed = columns + parameter_columns(found.scan, part.calls[0][0][1])
        queries.append(f"SELECT {', '.join(listed)} FROM ({seats.merged(quoted(part.relation))})")
    if queries:
        session.become_view(found.scan.relation, "\nUNION ALL\n".join(queries))


@contextmanager
def suggesting() -> Iterator[None]:
    """Say what to ask instead, where the enterprise's seats may not be read."""
    try:
        yield
    except PermissionDeniedError as exc:
        if exc.resource != f"{PROVIDER}.copilot.{_GRANTS['enterprise']}":
            raise
        hint = (
            "or ask the organizations that the token may read, with org IN ('<org>', …) in place of enterprise; "
            "that has a row for each of them in which a person has a seat"
        )
        facts = {"status": exc.status, "resource": exc.resource, "values": exc.values}
        raise PermissionDeniedError(f"{exc}; {hint}", **facts) from exc  # type: ignore[arg-type]
