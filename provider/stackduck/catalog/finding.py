"""Find what a name may mean: a provider, service, resource or method, by its full name, the end of it, or a part.

Reads no more documents than it must: names of services are in the provider's, those of methods only in their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stackduck.catalog.names import Catalog, did_you_mean
from stackduck.errors import ProgrammingError

LEVELS = ("provider", "service", "resource", "method")

Names = tuple[str, ...]
"""provider, service, resource, method: as many as the thing has."""


def find(catalog: Catalog, name: str) -> tuple[Names, ...]:
    """Return what a name means: what is called so, outermost first; else what has it as a part of its name.

    Raises ProgrammingError, naming what was meant, for a name that nothing has.
    """
    parts = _parts(name)
    for level in LEVELS[len(parts) - 1 :]:
        if found := tuple(names for names in _named(catalog, level) if _ends_with(names, parts)):
            return found
    found = tuple(names for level in LEVELS for names in _named(catalog, level) if _has(names, parts))
    if not found:
        known = {names[-1] for level in LEVELS for names in _named(catalog, level)}
        meant = did_you_mean(parts[-1], sorted(known)) or "; stackduck inspect without a name lists what there is"
        raise ProgrammingError(f"nothing is called '{name}'{meant}")
    return found


def _parts(name: str) -> Names:
    """Split a name at its dots; quotes around a part are not its own."""
    parts = tuple(part.strip().strip('"`').lower() for part in name.strip().rstrip(";").split("."))
    if not all(parts) or len(parts) > len(LEVELS):
        raise ProgrammingError(f"'{name}' is no name; write <provider>.<service>.<resource>.<method>, or the end of it")
    return parts


def _ends_with(names: Names, parts: Sequence[str]) -> bool:
    return tuple(each.lower() for each in names[-len(parts) :]) == tuple(parts)


def _has(names: Names, parts: Sequence[str]) -> bool:
    """Tell whether the parts are in the last names, each in one."""
    last = names[-len(parts) :]
    return len(last) == len(parts) and all(part in each.lower() for part, each in zip(parts, last, strict=True))


def _named(catalog: Catalog, level: str) -> Iterator[Names]:
    """Yield the names of everything of a level."""
    readers: dict[str, Callable[[Catalog], Iterator[Names]]] = {
        "provider": _providers,
        "service": _services,
        "resource": _resources,
        "method": _methods,
    }
    return readers[level](catalog)


def _providers(catalog: Catalog) -> Iterator[Names]:
    return ((name,) for name in catalog.provider_names())


def _services(catalog: Catalog) -> Iterator[Names]:
    return ((provider, entry.name) for (provider,) in _providers(catalog) for entry in catalog.services(provider))


def _resources(catalog: Catalog) -> Iterator[Names]:
    for provider, service in _services(catalog):
        for resource in _readable(catalog, provider, service):
            yield provider, service, resource


def _methods(catalog: Catalog) -> Iterator[Names]:
    for provider, service, resource in _resources(catalog):
        for method in catalog.resource(provider, service, resource).methods:
            yield provider, service, resource, method


def _readable(catalog: Catalog, provider: str, service: str) -> tuple[str, ...]:
    """Return the resources of a service; none where its document cannot be read, which is told when it is named."""
    try:
        return catalog.resources(provider, service)
    except ProgrammingError:
        return ()
