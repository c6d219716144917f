"""What names there are: providers, services and resources of the catalog, tables and functions of the database.

A key press reads only what is here already. What is slow is read by `warm`, on a thread of its own; what a statement
may change is read by `refresh`, between two statements.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from stackduck.catalog.facts import methods_of, needs
from stackduck.catalog.model import Column, Resource
from stackduck.engine.session import Session
from stackduck.errors import Error
from stackduck.frozen import frozen
from stackduck.sql.inspecting.facts import TABLES
from stackduck.sql.inspecting.signs import SCHEMA

if TYPE_CHECKING:
    from stackduck.dbapi import Connection

_LOCAL = """
SELECT database_name, schema_name, table_name, list(column_name ORDER BY column_index),
    list(data_type ORDER BY column_index)
FROM duckdb_columns() WHERE NOT internal GROUP BY ALL ORDER BY table_name"""
_OWN_FUNCTIONS = "SELECT function_name, parameters FROM duckdb_functions() WHERE NOT internal"
_ALL_FUNCTIONS = """
SELECT function_name, any_value(parameters) FROM duckdb_functions()
WHERE regexp_full_match(function_name, '[a-z][a-z0-9_]*') AND NOT starts_with(function_name, 'collate_')
GROUP BY function_name ORDER BY function_name"""
_CURRENT = "SELECT current_database(), current_schema()"
_RELATION = re.compile(r" #\d+\Z")
_SHOWN = 4


@frozen
class LocalTable:
    """A table or view of the database."""

    path: tuple[str, ...]
    """Database, schema, name."""
    name: tuple[str, ...]
    """The last parts of the path, or the first and the last, as many as are needed to find it."""
    columns: tuple[Column, ...]


class Facts:
    """The names that a connection knows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._catalog = connection.catalog
        self._read: Mapping[tuple[str, str], Mapping[str, str]] = {}
        self._columns: dict[str, tuple[Resource, tuple[Column, ...]]] = {}
        self._built_in: Mapping[str, str] = {}
        self._own: Mapping[str, str] = {}
        self.tables: tuple[LocalTable, ...] = ()

    def refresh(self) -> None:
        """Read what statements change; what was known stays where the database cannot be asked now."""
        with suppress(Error):
            rows = self._connection.execute(_LOCAL).fetchall()
            near = self._connection.execute(_CURRENT).fetchall()[0]
            self.tables = tuple(_local(row, near) for row in rows if not _RELATION.search(row[2]))
            self._own = {name: _signature(given) for name, given in self._connection.execute(_OWN_FUNCTIONS)}

    def warm(self, goes_on: Callable[[], bool] = lambda: True) -> None:
        """Read every service's resources, and DuckDB's functions, on any thread; `goes_on` is asked between them."""
        if not self._built_in:
            session = Session()
            try:
                self._built_in = {name: _signature(given) for name, given in session.rows(_ALL_FUNCTIONS)}
            finally:
                session.close()
        found = dict(self._read)
        for provider in self.providers():
            for service in filter(lambda _: goes_on(), self.services(provider)):
                with suppress(Error):
                    resources = self._catalog.service(provider, service).resources
                    found[provider, service] = {name: _note(each) for name, each in resources.items()}
                    self._read = dict(found)

    @property
    def functions(self) -> Iterator[tuple[str, str]]:
        """Names and signatures."""
        yield from self._own.items()
        yield from self._built_in.items()

    def providers(self) -> tuple[str, ...]:
        """Return the names of the providers."""
        return self._catalog.provider_names()

    def services(self, provider: str) -> tuple[str, ...]:
        """Return the names of a provider's services; none where there is no such provider."""
        with suppress(Error):
            return tuple(entry.name for entry in self._catalog.services(provider))
        return ()

    def resources(self, provider: str, service: str) -> Mapping[str, str]:
        """Return the names of a service's resources, each with what it needs."""
        for (a, b), found in self._read.items():
            if (a.lower(), b.lower()) == (provider.lower(), service.lower()):
                return found
        with suppress(Error):
            return dict.fromkeys(self._catalog.resources(provider, service), "")
        return {}

    def all_resources(self) -> Iterator[tuple[tuple[str, str, str], str]]:
        """Yield the name of every resource that has been read, and what it needs."""
        for (provider, service), resources in self._read.items():
            for name, note in resources.items():
                yield (provider, service, name), note

    def resource(self, parts: tuple[str, ...]) -> Resource | None:
        """Return a resource by its name, whose method's name may follow; None where there is none."""
        known = {name.lower() for name in self.providers()}
        if len(parts) not in (3, 4) or parts[0].lower() not in known:
            return None
        with suppress(Error):
            return self._catalog.resource(*parts[:3])
        return None

    def columns(self, parts: tuple[str, ...]) -> tuple[Column, ...]:
        """Return the columns of a table, wherever it is; none where it is not known."""
        if resource := self.resource(parts):
            return self._columns_of(resource)
        wanted = tuple(part.lower() for part in parts)
        if len(wanted) == 2 and wanted[0] == SCHEMA and wanted[1] in TABLES:
            return tuple(Column(name, kind) for name, kind in TABLES[wanted[1]].columns)
        local = self.local(wanted)
        return local.columns if local else ()

    def local(self, parts: tuple[str, ...]) -> LocalTable | None:
        """Return the local table of a name, as near as possible."""
        wanted = tuple(part.lower() for part in parts)

        def is_meant(table: LocalTable) -> bool:
            path = tuple(part.lower() for part in table.path)
            return path[-len(wanted) :] == wanted or (len(wanted) == 2 and (path[0], path[2]) == wanted)

        found = [table for table in self.tables if wanted and is_meant(table)]
        return next((table for table in found if len(table.name) == 1), found[0] if found else None)

    def _columns_of(self, resource: Resource) -> tuple[Column, ...]:
        """Return the columns that a SELECT may name, in the document's order."""
        known = self._columns.get(resource.full_name)
        if known is None or known[0] is not resource:
            found: dict[str, Column] = {}
            for method in methods_of(resource, "select"):
                for column in method.columns:
                    found.setdefault(column.name.lower(), column)
            known = self._columns[resource.full_name] = resource, tuple(found.values())
        return known[1]


def _local(row: tuple[str, str, str, list[str], list[str]], near: tuple[str, str]) -> LocalTable:
    database, schema, name, columns, types = row
    path = database, schema, name
    if (database, schema) in (near, ("temp", "main"), (near[0], "main")):
        short: tuple[str, ...] = (name,)
    elif database == near[0]:
        short = schema, name
    else:
        short = (database, name) if schema == "main" else path
    return LocalTable(path, short, tuple(map(Column, columns, types)))


def _note(resource: Resource) -> str:
    told = needs(resource)
    return f"needs {told}" if told else resource.title


def _signature(parameters: list[str] | None) -> str:
    names = parameters or []
    return f"({', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''})"
