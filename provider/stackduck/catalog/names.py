"""The catalog by name: look up, list, and say what was meant. Reads documents when they are named, never before.

Importing this costs next to nothing: what reads documents is imported when the first one is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from stackduck.catalog import folders
from stackduck.errors import ProgrammingError

if TYPE_CHECKING:
    from pathlib import Path

    from stackduck.catalog.model import Method, Provider, Resource, Service, ServiceEntry

_SHOWN = 8
_MOST_SERVICES = 8


class Catalog:
    """All registry folders as one catalog; names are found in any case."""

    def __init__(self, folders: Sequence[str | Path], *, cache_dir: str | Path | None = None) -> None:
        self._folders = tuple(os.path.abspath(folder) for folder in folders)
        self._cache_dir = None if cache_dir is None else os.fspath(cache_dir)
        self._names: tuple[str, ...] | None = None
        self._providers: dict[str, Provider] = {}
        self._services: dict[tuple[str, str], Service] = {}

    @classmethod
    def default(cls, extra: Sequence[str | Path] = (), *, environ: Mapping[str, str] = os.environ) -> Catalog:
        """Return the catalog of the given folders, STACKDUCK_REGISTRY's, the built-in one and what was pulled."""
        from stackduck.catalog.cache import user_folder

        pulled = folders.pulled(environ)
        found = (*folders.default_folders(extra, environ), *((pulled,) if pulled else ()))
        return cls(found, cache_dir=user_folder(environ))

    def provider_names(self) -> tuple[str, ...]:
        """Return the providers of all folders; lists folders, once, and reads no document."""
        if self._names is None:
            found: dict[str, str] = {}
            for folder in self._folders:
                for name in folders.provider_names(folder):
                    found.setdefault(name.lower(), name)
            self._names = tuple(found.values())
        return self._names

    def provider(self, name: str) -> Provider:
        """Return a provider with its services, merged over all folders."""
        key = name.lower()
        if key not in self._providers:
            self._providers[key] = self._load_provider(name)
        return self._providers[key]

    def service(self, provider: str, service: str) -> Service:
        """Return a service; its document is read and validated now, its resources when they are asked for."""
        key = provider.lower(), service.lower()
        if key not in self._services:
            self._services[key] = self._load_service(provider, service)
        return self._services[key]

    def resource(self, provider: str, service: str, resource: str) -> Resource:
        """Return a resource with its methods."""
        found = self.service(provider, service)
        name = _match(resource, found.resources)
        if name is None:
            where = f"{found.provider}.{found.name}"
            raise ProgrammingError(f"no resource '{resource}' in {where}{_hint(resource, found.resources)}")
        return found.resources[name]

    def forget(self, provider: str) -> None:
        """Read a provider's documents anew when it is named next: others of them were pulled."""
        name = provider.lower()
        self._names = None
        self._providers.pop(name, None)
        self._services = {key: service for key, service in self._services.items() if key[0] != name}

    def method(self, provider: str, service: str, resource: str, method: str) -> Method:
        """Return a method of a resource."""
        found = self.resource(provider, service, resource)
        name = _match(method, found.methods)
        if name is None:
            raise ProgrammingError(f"no method '{method}' in {found.full_name}{_hint(method, found.methods)}")
        return found.methods[name]

    def services(self, provider: str) -> tuple[ServiceEntry, ...]:
        """Return the services of a provider whose documents are there."""
        return tuple(entry for entry in self.provider(provider).services.values() if entry.file)

    def resources(self, provider: str, service: str) -> tuple[str, ...]:
        """Return the names of a service's resources, in the document's order."""
        return tuple(self.service(provider, service).resources)

    def full_names(self, words: Iterable[str]) -> tuple[str, ...]:
        """Return the full names of resources that are called like one of the words, from services read quickly."""
        wanted = {word.lower() for word in words}
        return tuple(
            f"{provider}.{entry.name}.{resource}"
            for provider in self.provider_names()
            for entry in self.services(provider)[:_MOST_SERVICES]
            for resource in self.resources(provider, entry.name)
            if resource.lower() in wanted
        )

    def service_names(self, word: str) -> tuple[str, ...]:
        """Return the full names of services that are called like a word."""
        return tuple(
            f"{provider}.{entry.name}"
            for provider in self.provider_names()
            for entry in self.services(provider)
            if entry.name.lower() == word.lower()
        )

    def purge(self) -> None:
        """Remove the parsed form of all documents, here and on disk; they are read anew when they are named."""
        from stackduck.catalog import cache

        cache.clear(self._cache_dir)
        self._providers.clear()
        self._services.clear()

    def _load_provider(self, name: str) -> Provider:
        known = self.provider_names()
        found = _match(name, known)
        if found is None:
            raise ProgrammingError(f"no provider '{name}'{_hint(name, known)}")
        from stackduck.catalog.loading import provider_of

        return provider_of(self._provider_files(found), found, cache_folder=self._cache_dir)

    def _provider_files(self, provider: str) -> tuple[str, ...]:
        """Return the newest provider.yaml of every folder that has the provider."""
        return tuple(
            file
            for folder in self._folders
            for name, file in folders.provider_files(folder)
            if name.lower() == provider.lower()
        )

    def _load_service(self, provider: str, service: str) -> Service:
        owner = self.provider(provider)
        name = _match(service, owner.services)
        if name is None:
            known = [entry.name for entry in self.services(provider)]
            raise ProgrammingError(f"no service '{service}' in {owner.name}{_hint(service, known)}")
        entry = owner.services[name]
        if not entry.file:
            raise ProgrammingError(
                f"service '{name}' of {owner.name} has no document: {entry.provider_file} lists it, "
                f"but '{entry.reference}' is not there; add a registry folder that has it"
            )
        from stackduck.catalog.loading import service_of

        return service_of(entry, owner.name, cache_folder=self._cache_dir)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known name, or an empty text where none is near."""
    from difflib import get_close_matches

    by_key = {each.lower(): each for each in known}
    near = get_close_matches(name.lower(), by_key, n=1)
    return f"; did you mean '{by_key[near[0]]}'?" if near else ""


def _hint(name: str, known: Iterable[str]) -> str:
    """Return what was meant, or the first of the names that there are."""
    names = list(known)
    if (meant := did_you_mean(name, names)) or not names:
        return meant
    return f"; known: {', '.join(sorted(names)[:_SHOWN])}{', …' if len(names) > _SHOWN else ''}"


def _match(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is this one in any case; the exact one where there are several."""
    found = [each for each in known if each.lower() == name.lower()]
    return name if name in found else next(iter(found), None)
