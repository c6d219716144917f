"""Read the resources of a service document: their methods, and which SQL verbs mean which. Pure; validates.

A structural mistake is an error that names the file and the key; what a method only lacks becomes its flaw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stackduck.catalog.documents import Document, Node, kind
from stackduck.catalog.methods import MethodReader, Written
from stackduck.catalog.model import Method, Resource
from stackduck.catalog.views import views_of

_KEY = "x-stackQL-resources"
_VERBS = ("select", "insert", "update", "delete", "replace")
# StackQL's rule for a resource without sqlVerbs.
_FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "select": ("select", "list", "aggregatedList", "get"),
    "insert": ("insert", "create"),
    "delete": ("delete",),
}
_HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class ResourceReader:
    """Reads the resources of one document; `config` is what its provider.yaml configures."""

    def __init__(self, document: Document, *, provider: str, service: str, config: Node | None = None) -> None:
        self._document = document
        self._methods = MethodReader(document, provider=provider)
        self._provider = provider
        self._service = service
        inner = _config(document.mapping(document.root, "components", where=""))
        self._root_config = {**(config or {}), **inner, **_config(document.root)}

    def read(self, split: Document | None = None) -> Iterator[Resource]:
        """Yield every resource; they may be in a file of their own (`split`)."""
        owner, where, found = self._document, f"components.{_KEY}", self._own()
        if split is not None:
            owner, where, found = split, "resources", split.root.get("resources")
        if not isinstance(found, dict):
            raise owner.fail(where, f"must be a mapping, not {kind(found)}")
        for name, node in found.items():
            if not isinstance(node, dict):
                raise owner.fail(f"{where}.{name}", f"must be a mapping, not {kind(node)}")
            yield self._resource(name, node, owner=owner, where=f"{where}.{name}")

    def _own(self) -> Any:
        root = self._document.root
        return self._document.mapping(root, "components", where="").get(_KEY, root.get(_KEY))

    def _resource(self, name: str, node: Node, *, owner: Document, where: str) -> Resource:
        config = {**self._root_config, **_config(node)}
        methods = {
            key: self._method(key, method, config, owner=owner, where=f"{where}.methods.{key}")
            for key, method in owner.mapping(node, "methods", where=where).items()
        }
        return Resource(
            self._provider,
            self._service,
            name,
            title=str(node.get("title") or ""),
            description=str(node.get("description") or "").strip(),
            methods=methods,
            verbs=_verbs(owner, node, tuple(methods), where=where),
            views=views_of(_config(node)),
        )

    def _method(self, name: str, node: Any, config: Node, *, owner: Document, where: str) -> Method:
        if not isinstance(node, dict):
            raise owner.fail(where, f"must be a mapping, not {kind(node)}")
        pointer = owner.mapping(node, "operation", where=where).get("$ref")
        if not isinstance(pointer, str):
            raise owner.fail(f"{where}.operation.$ref", "is missing")
        file, _, local = pointer.partition("#")
        if file and file.rpartition("/")[2] != self._document.file.replace("\\", "/").rpartition("/")[2]:
            return Method(name, "", "", flaw=f"its operation is in another file, {file}", follows_link=False)
        path, http_method, item = self._operation(f"#{local}", owner=owner, where=f"{where}.operation.$ref")
        operation = item.get(http_method.lower(), item.get(http_method))
        merged = {**config, **_config(node)}
        return self._methods.read(Written(name, node, operation, item, path, http_method, merged, where))

    def _operation(self, pointer: str, *, owner: Document, where: str) -> tuple[str, str, Node]:
        """Return the path, the HTTP method and the path's item that an operation's pointer names."""
        parent, _, verb = pointer.rpartition("/")
        item = self._document.find(parent)
        if not isinstance(item, dict) or verb.upper() not in _HTTP_METHODS or not parent.startswith("#/paths/"):
            raise owner.fail(where, f"no such operation '{pointer}'")
        if not isinstance(item.get(verb, item.get(verb.lower())), dict):
            raise owner.fail(where, f"no such operation '{pointer}'")
        path = parent.removeprefix("#/paths/").replace("~1", "/").replace("~0", "~")
        return path.replace("%7B", "{").replace("%7D", "}"), verb.upper(), item


def _config(node: Node) -> Node:
    """Return the configuration of a document, a resource or a method."""
    merged: dict[str, Any] = {}
    for key in ("x-stackQL-config", "config"):
        value = node.get(key)
        merged.update(value if isinstance(value, dict) else {})
    return merged


def _verbs(document: Document, node: Node, methods: tuple[str, ...], *, where: str) -> dict[str, tuple[str, ...]]:
    """Return the methods of every SQL verb; those that no verb names are 'exec'."""
    declared = document.mapping(node, "sqlVerbs", where=where)
    verbs: dict[str, tuple[str, ...]] = {}
    for verb in _VERBS:
        if declared.get(verb) is None:
            verbs[verb] = tuple(name for name in _FALLBACKS.get(verb, ()) if name in methods)
        else:
            verbs[verb] = _named(document, declared[verb], methods, where=f"{where}.sqlVerbs.{verb}")
    used = {name for names in verbs.values() for name in names}
    verbs["exec"] = tuple(name for name in methods if name not in used)
    return {verb: names for verb, names in verbs.items() if names}


def _named(document: Document, references: Any, methods: tuple[str, ...], *, where: str) -> tuple[str, ...]:
    if not isinstance(references, list):
        raise document.fail(where, f"must be a list, not {kind(references)}")
    names: list[str] = []
    for index, reference in enumerate(references):
        pointer = reference.get("$ref") if isinstance(reference, dict) else None
        if not isinstance(pointer, str):
            raise document.fail(f"{where}[{index}].$ref", "is missing")
        name = pointer.rpartition("/methods/")[2].replace("~1", "/").replace("~0", "~")
        if name not in methods:
            raise document.fail(f"{where}[{index}].$ref", f"no such method '{pointer}'")
        names.append(name)
    return tuple(dict.fromkeys(names))
