"""What the catalog knows, as rows of tables: what there is to ask, what each method takes, what it answers.

Reads documents only as far as the wanted place needs. Knows no SQL: the example statements are given in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from stackduck.catalog import shapes
from stackduck.catalog.model import Column, Method, Parameter, Provider, Resource, Service, Verb, View
from stackduck.catalog.names import Catalog
from stackduck.catalog.responses import NO_CONTENT
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen

Row = tuple[object, ...]
_Read = TypeVar("_Read", Provider, Service)
Warn = Callable[[str], None]
Example = Callable[[Resource, Method, Verb], str]
VERBS: tuple[Verb, ...] = ("select", "insert", "delete", "update", "replace", "exec")
"""In the order in which StackQL shows them."""

VIEW = "__view__"
"""StackQL's name for a view among the methods."""

_ORDER = {"body": 1, "server": 2}
_HOME = (("provider", "VARCHAR"), ("service", "VARCHAR"), ("resource", "VARCHAR"))


@frozen
class Table:
    """A table of facts."""

    columns: tuple[tuple[str, str], ...]
    """Names and DuckDB types."""
    levels: Mapping[str, str]
    """Column → the level of a Place whose name it holds."""


@frozen
class Place:
    """A part of the catalog: the names of each level in lower case, None for all of them."""

    provider: frozenset[str] | None = None
    service: frozenset[str] | None = None
    resource: frozenset[str] | None = None
    method: frozenset[str] | None = None

    @classmethod
    def of(cls, *names: str) -> Place:
        """Return the place of a provider, of a service in it, and so on."""
        return cls(*(frozenset((name.lower(),)) for name in names))


TABLES: Mapping[str, Table] = {
    "providers": Table(
        (("name", "VARCHAR"), ("version", "VARCHAR"), ("services", "BIGINT")),
        {"name": "provider"},
    ),
    "services": Table(
        (
            *(("provider", "VARCHAR"), ("name", "VARCHAR"), ("id", "VARCHAR"), ("title", "VARCHAR")),
            *(("description", "VARCHAR"), ("version", "VARCHAR"), ("preferred", "BOOLEAN"), ("is_here", "BOOLEAN")),
        ),
        {"provider": "provider", "name": "service"},
    ),
    "resources": Table(
        (
            *(("provider", "VARCHAR"), ("service", "VARCHAR"), ("name", "VARCHAR"), ("id", "VARCHAR")),
            *(("title", "VARCHAR"), ("description", "VARCHAR"), ("verbs", "VARCHAR[]"), ("needs", "VARCHAR")),
            ("example", "VARCHAR"),
        ),
        {"provider": "provider", "service": "service", "name": "resource"},
    ),
    "methods": Table(
        (
            *(*_HOME, ("name", "VARCHAR"), ("verb", "VARCHAR"), ("position", "BIGINT")),
            *(("required", "VARCHAR[]"), ("optional", "VARCHAR[]"), ("http_method", "VARCHAR"), ("path", "VARCHAR")),
            *(("scopes", "VARCHAR"), ("summary", "VARCHAR"), ("description", "VARCHAR"), ("limitation", "VARCHAR")),
            ("example", "VARCHAR"),
        ),
        {"provider": "provider", "service": "service", "resource": "resource", "name": "method"},
    ),
    "parameters": Table(
        (
            *(*_HOME, ("method", "VARCHAR"), ("verb", "VARCHAR"), ("name", "VARCHAR"), ("type", "VARCHAR")),
            *(("is_required", "BOOLEAN"), ("location", "VARCHAR"), ("description", "VARCHAR")),
            *(("default_value", "VARCHAR"), ("maximum", "BIGINT"), ("allowed", "VARCHAR[]")),
            *(("schema_type", "VARCHAR"), ("shape", "VARCHAR")),
        ),
        {"provider": "provider", "service": "service", "resource": "resource", "method": "method"},
    ),
    "columns": Table(
        (
            *(*_HOME, ("name", "VARCHAR"), ("type", "VARCHAR"), ("description", "VARCHAR")),
            *(("position", "BIGINT"), ("methods", "VARCHAR[]"), ("schema_type", "VARCHAR")),
        ),
        {"provider": "provider", "service": "service", "resource": "resource"},
    ),
    "outputs": Table(
        (
            *(*_HOME, ("method", "VARCHAR"), ("verb", "VARCHAR"), ("name", "VARCHAR"), ("type", "VARCHAR")),
            *(("description", "VARCHAR"), ("position", "BIGINT"), ("schema_type", "VARCHAR"), ("shape", "VARCHAR")),
        ),
        {"provider": "provider", "service": "service", "resource": "resource", "method": "method"},
    ),
}
"""The tables by name. `columns` are those of a SELECT; `outputs` those that each method answers, changes included."""


class Facts:
    """The rows of the tables."""

    def __init__(self, catalog: Catalog, *, example: Example, warn: Warn) -> None:
        self._catalog = catalog
        self._example = example
        self._warn = warn
        self._makers: Mapping[str, Callable[[Place], Iterator[Row]]] = {
            "providers": self._providers,
            "services": self._services,
            "resources": self._resources,
            "methods": self._methods,
            "parameters": self._parameters,
            "columns": self._columns,
            "outputs": self._outputs,
        }

    def rows(self, table: str, place: Place) -> Iterator[Row]:
        """Yield the rows of a table for a place; a name that nothing has gives none.

        A document that cannot be read is an error where the place names it, else a warning.
        """
        return self._makers[table](place)

    def _providers(self, place: Place) -> Iterator[Row]:
        for provider in self._each_provider(place):
            yield provider.name, provider.version, sum(bool(entry.file) for entry in provider.services.values())

    def _services(self, place: Place) -> Iterator[Row]:
        for provider in self._each_provider(place):
            for name in sorted(_wanted(provider.services, place.service)):
                each = provider.services[name]
                told = (each.name, each.id or each.name, each.title, each.description, each.version)
                yield provider.name, *told, None, bool(each.file)

    def _resources(self, place: Place) -> Iterator[Row]:
        for resource in self._each_resource(place):
            verbs = [verb.upper() for verb in VERBS if methods_of(resource, verb)]
            yield (
                *(resource.provider, resource.service, resource.name, resource.full_name, resource.title),
                *(resource.description, verbs, needs(resource), self._first_example(resource)),
            )

    def _methods(self, place: Place) -> Iterator[Row]:
        for resource, verb, method, position in self._each_method(place):
            yield (
                *(resource.provider, resource.service, resource.name, method.name, verb.upper(), position),
                *(names_of(method, required=True), names_of(method, required=False), method.http_method, method.path),
                *(method.scopes, method.summary, method.description, method.flaw),
                self._example(resource, method, verb),
            )

    def _parameters(self, place: Place) -> Iterator[Row]:
        for resource, verb, method, _ in self._each_method(place):
            home = resource.provider, resource.service, resource.name, method.name, verb.upper()
            for each in method.parameters:
                yield (
                    *(*home, each.name, each.type, each.required, each.location, each.description),
                    *(each.default, each.maximum, list(each.enum) or None, each.schema_type, each.shape),
                )

    def _columns(self, place: Place) -> Iterator[Row]:
        for resource in self._each_resource(place):
            givers: dict[str, list[str]] = {}
            columns: dict[str, Column] = {}
            for method in methods_of(resource, "select"):
                for column in method.columns:
                    columns.setdefault(column.name.lower(), column)
                    givers.setdefault(column.name.lower(), []).append(method.name)
            for position, (key, column) in enumerate(columns.items(), 1):
                home = resource.provider, resource.service, resource.name
                told = column.name, column.type, column.description, position, givers[key], column.schema_type
                yield *home, *told

    def _outputs(self, place: Place) -> Iterator[Row]:
        for resource, verb, method, _ in self._each_method(place):
            home = resource.provider, resource.service, resource.name, method.name, verb.upper()
            columns = () if method.columns == (NO_CONTENT,) else method.columns
            for position, column in enumerate(columns, 1):
                shape = shapes.of_type(column.type, schema_type=column.schema_type)
                yield *home, column.name, column.type, column.description, position, column.schema_type, shape

    def _each_method(self, place: Place) -> Iterator[tuple[Resource, Verb, Method, int]]:
        """Yield resource, verb and method, with the method's place among those of its verb."""
        for resource in self._each_resource(place):
            for verb in VERBS:
                for position, method in enumerate(methods_of(resource, verb), 1):
                    if place.method is None or method.name.lower() in place.method:
                        yield resource, verb, method, position

    def _each_resource(self, place: Place) -> Iterator[Resource]:
        for service in self._each_service(place):
            for name in sorted(_wanted(service.resources, place.resource)):
                yield service.resources[name]

    def _each_service(self, place: Place) -> Iterator[Service]:
        for provider in self._each_provider(place):
            here = sorted(entry.name for entry in provider.services.values() if entry.file)
            for name in _wanted(here, place.service):
                is_named = place.service is not None
                yield from self._readable(self._catalog.service, provider.name, name, is_named=is_named)

    def _each_provider(self, place: Place) -> Iterator[Provider]:
        for name in sorted(_wanted(self._catalog.provider_names(), place.provider)):
            yield from self._readable(self._catalog.provider, name, is_named=place.provider is not None)

    def _readable(self, read: Callable[..., _Read], *names: str, is_named: bool) -> Iterator[_Read]:
        """Yield what a document says; a warning says why nothing comes of one that was not asked for by name."""
        try:
            found = read(*names)
        except ProgrammingError as exc:
            if is_named:
                raise
            self._warn(f"{'.'.join(names)} is left out: {exc}")
        else:
            yield found

    def _first_example(self, resource: Resource) -> str:
        found = ((method, verb) for verb in VERBS for method in methods_of(resource, verb))
        method, verb = next(found, (None, None))
        return self._example(resource, method, verb) if method and verb else ""


def methods_of(resource: Resource, verb: Verb) -> tuple[Method, ...]:
    """Return the methods of a verb in the order in which they are tried; for SELECT, a document's views go first."""
    views = map(_as_method, resource.views) if verb == "select" else ()
    return (*views, *resource.methods_for(verb))


def _as_method(view: View) -> Method:
    """Return what stands for a view among the methods; its columns are text, as StackQL says."""
    parameters = tuple(Parameter(name, "query", "VARCHAR", True, schema_type="string") for name in view.required)
    columns = tuple(replace(column, schema_type="text") for column in view.columns)
    return Method(VIEW, "", "", parameters, columns)


def names_of(method: Method, *, required: bool) -> list[str]:
    """Return the names of a method's required or other parameters in StackQL's order: sorted, the body's last."""

    def order(parameter: Parameter) -> tuple[int, str]:
        return _ORDER.get(parameter.location, 0), parameter.name

    return [each.name for each in sorted(method.parameters, key=order) if each.required is required]


def needs(resource: Resource) -> str:
    """Say what a SELECT must give: 'enterprise and day', or 'org or username or nothing'; empty for nothing."""
    ways = dict.fromkeys(" and ".join(method.required) or "nothing" for method in methods_of(resource, "select"))
    return "" if list(ways) == ["nothing"] else " or ".join(ways)


def _wanted(names: Iterable[str], chosen: frozenset[str] | None) -> Iterator[str]:
    return (name for name in names if chosen is None or name.lower() in chosen)
