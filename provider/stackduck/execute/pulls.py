"""Statements about a registry of provider documents: ask the server, keep what it sends, and say so in rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from stackduck.engine.results import Result
from stackduck.engine.session import Session
from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.sql.inspecting import registries
from stackduck.sql.inspecting.registries import RegistryPull
from stackduck.sql.statements import Statement

if TYPE_CHECKING:
    from stackduck.api.pulling import Registry
    from stackduck.catalog.names import Catalog


def run(
    statement: Statement, *, session: Session, catalog: Catalog, registry: Callable[[], Registry] | None
) -> Result | None:
    """Run a statement about the registry; None for any other."""
    asked = registries.read(statement)
    if asked is None:
        return None
    if registry is None:
        raise NotSupportedError("this connection has no registry to ask")
    if isinstance(asked, RegistryPull):
        return _pull(asked, session=session, catalog=catalog, registry=registry())
    if asked.provider is not None:
        versions = registry().versions(asked.provider)
        return _rows(session, {"provider": [asked.provider], "versions": [", ".join(versions)]})
    offers = sorted(registry().offers().items())
    return _rows(session, {"provider": [name for name, _ in offers], "version": [offer.latest for _, offer in offers]})


def _pull(asked: RegistryPull, *, session: Session, catalog: Catalog, registry: Registry) -> Result:
    from stackduck.catalog import folders, pulled

    root = folders.pulled(os.environ)
    if root is None:
        raise ProgrammingError("there is no folder for provider documents; set XDG_DATA_HOME")
    with registry.archive(asked.provider, asked.version) as archive:
        pulled.install(archive, root)
    catalog.forget(archive.provider)
    message = f"{archive.provider} provider, version '{archive.version}' successfully installed"
    return _rows(session, {"message": [message]})


def _rows(session: Session, columns: Mapping[str, Sequence[str]]) -> Result:
    listed = ", ".join(f'unnest(${name}::VARCHAR[]) AS "{name}"' for name in columns)
    return session.run(f"SELECT {listed}", {name: list(values) for name, values in columns.items()}, is_query=True)
