"""Make providers and services of their files, by way of the cache. A service is read whole, its resources one by one.

Reading YAML is for documents, meaning for resources, keeping for cache; this module joins the three.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stackduck.catalog import cache, folders
from stackduck.catalog.model import Provider, Resource, Service, ServiceEntry
from stackduck.catalog.stored import made
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.catalog.documents import Document

_INHERITED = ("auth", "pagination", "queryParamTranspose", "requestBodyTranslate", "requestTranslate")

Parsed = tuple[Mapping[str, Any], Mapping[str, Any]]
"""The head and the records of a document's parsed form."""


def provider_of(files: tuple[str, ...], name: str, *, cache_folder: str | None) -> Provider:
    """Merge a provider's files by service: a service comes from the first that really has its document."""
    merged: dict[str, ServiceEntry] = {}
    version = ""
    for file in files:
        records = _Source((file,), ("provider", name), cache_folder).records(_parse_provider)
        version = version or records.head["version"]
        for entry in records.head["services"]:
            service = _entry(file, entry)
            if service.name not in merged or (service.file and not merged[service.name].file):
                merged[service.name] = service
    return Provider(name, version, merged)


def service_of(entry: ServiceEntry, provider: str, *, cache_folder: str | None) -> Service:
    """Read a service's document; its resources are made when they are asked for."""
    files = (entry.file, entry.resources_file) if entry.resources_file else (entry.file,)
    source = _Source(files, ("service", provider, entry.name, entry.config), cache_folder)

    def parse(documents: list[Document]) -> Parsed:
        return _parse_service(documents, provider, entry.name, config=entry.config)

    records = source.records(parse)
    resources = _Resources(records, provider, entry.name, again=lambda: source.parsed(parse))
    return Service(
        provider,
        entry.name,
        title=entry.title or records.head["title"],
        description=entry.description or records.head["description"],
        version=entry.version or records.head["version"],
        resources=resources,
    )


@frozen
class _Source:
    """The files of a document and what they are parsed as."""

    files: tuple[str, ...]
    names: tuple[str, ...]
    cache_folder: str | None

    def records(self, parse: Callable[[list[Document]], Parsed]) -> cache.Records:
        """Return the parsed form: kept, or made anew and kept."""
        key = cache.key_of([_read(file) for file in self.files], *self.names)
        return cache.load(self.cache_folder, key) or self.parsed(parse)

    def parsed(self, parse: Callable[[list[Document]], Parsed]) -> cache.Records:
        """Parse the files and keep what they say."""
        from stackduck.catalog.documents import parse as parse_yaml

        contents = [_read(file) for file in self.files]
        key = cache.key_of(contents, *self.names)
        documents = [parse_yaml(content, file) for content, file in zip(contents, self.files, strict=True)]
        try:
            data = cache.encode(key, *parse(documents))
        except (RecursionError, ValueError):
            raise ProgrammingError(f"{self.files[0]}: refers to itself without end") from None
        cache.keep(self.cache_folder, key, data)
        records = cache.decode(data, key)
        assert records is not None
        return records


class _Resources(Mapping[str, Resource]):
    """A service's resources by name, made when first asked for."""

    def __init__(
        self, records: cache.Records, provider: str, service: str, *, again: Callable[[], cache.Records]
    ) -> None:
        self._records = records
        self._provider = provider
        self._service = service
        self._again = again
        self._made: dict[str, Resource] = {}

    def __getitem__(self, name: str) -> Resource:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Resource:
        try:
            return made(self._records.read(name), provider=self._provider, service=self._service)
        except cache.DamagedError:
            self._records = self._again()
            return made(self._records.read(name), provider=self._provider, service=self._service)

    def __contains__(self, name: object) -> bool:
        return name in self._records.names

    def __iter__(self) -> Iterator[str]:
        return iter(self._records.names)

    def __len__(self) -> int:
        return len(self._records.names)


def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as opened:
            return opened.read()
    except OSError as exc:
        raise ProgrammingError(f"{file}: cannot be read: {exc.strerror or exc}") from exc


def _entry(provider_file: str, told: Mapping[str, str]) -> ServiceEntry:
    file = folders.document(provider_file, told["file"])
    resources = told["resources"]
    return ServiceEntry(
        told["name"],
        told["title"],
        told["description"],
        told["version"],
        file,
        id=told["id"],
        reference=told["file"],
        provider_file=provider_file,
        resources_file=folders.document(provider_file, resources) if resources else "",
        config=told["config"],
    )


def _parse_provider(documents: list[Document]) -> Parsed:
    """Return what a provider.yaml says, as JSON values."""
    document = documents[0]
    listed = document.mapping(document.root, "providerServices", where="")
    if not listed:
        raise document.fail("providerServices", "is missing")
    services = []
    config = document.mapping(document.root, "config", where="")
    for name in listed:
        where = f"providerServices.{name}"
        node = document.mapping(listed, name, where="providerServices")
        reference = document.mapping(node, "service", where=where).get("$ref")
        if not isinstance(reference, str):
            raise document.fail(f"{where}.service.$ref", "is missing")
        split = document.mapping(node, "resources", where=where).get("$ref")
        told = {key: _text(node.get(key)) for key in ("id", "title", "description", "version")}
        told["config"] = _inherited(config, document.mapping(node, "config", where=where))
        services.append({"name": name, "file": reference, "resources": _text(split), **told})
    return {"version": _text(document.root.get("version")), "services": services}, {}


def _inherited(*configs: Mapping[str, Any]) -> str:
    """Return, as JSON text, what a service's methods inherit; the later configurations go before the earlier ones."""
    merged = {key: config[key] for config in configs for key in _INHERITED if config.get(key) is not None}
    return json.dumps(merged, sort_keys=True) if merged else ""


def _parse_service(documents: list[Document], provider: str, service: str, *, config: str) -> Parsed:
    """Return what a service document says, as JSON values; validates it."""
    from stackduck.catalog.resources import ResourceReader
    from stackduck.catalog.stored import written

    document, *split = documents
    reader = ResourceReader(document, provider=provider, service=service, config=json.loads(config or "{}"))
    info = document.mapping(document.root, "info", where="")
    head = {key: _text(info.get(key)) for key in ("title", "description", "version")}
    return head, {resource.name: written(resource) for resource in reader.read(*split)}


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
