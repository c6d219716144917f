"""Read the resources of a service document: their methods, and which SQL verbs mean which. Pure; validates.

A structural mistake is an error that names the file and the key; what a method only lacks becomes its flaw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from stackduck.catalog import servers
from stackduck.catalog.auths import auth_of
from stackduck.catalog.documents import Document, Node, kind
from stackduck.catalog.flaws import body_flaw, flaw_of, path_flaw
from stackduck.catalog.model import Method, Parameter, Resource
from stackduck.catalog.operations import body_media_type, body_of, needs_body, parameters_of
from stackduck.catalog.pagination import Pages, cursor_of, pages_of
from stackduck.catalog.queries import query_of
from stackduck.catalog.responses import change_rows, rows_of
from stackduck.catalog.schemas import Schemas
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
        self._schemas = Schemas(document)
        self._provider = provider
        self._service = service
        self._root_config = {**(config or {}), **_config(document.root)}

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
        merged = {**config, **_config(node)}
        return self._described(name, node, item, config=merged, path=path, http_method=http_method, where=where)

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

    def _described(
        self, name: str, node: Node, item: Node, *, config: Node, path: str, http_method: str, where: str
    ) -> Method:
        operation = item.get(http_method.lower(), item.get(http_method))
        at = f"paths.{path}.{http_method.lower()}"
        response = self._document.mapping(node, "response", where=where)
        report = self._document.mapping(operation, "x-stackduck-report", where=at)
        place = servers.served(operation, item, self._document.root, provider=self._provider)
        parameters = self._parameters(path, item, operation, config=config, http_method=http_method, where=at)
        parameters += tuple(p for p in place.parameters if all(p.name != other.name for other in parameters))
        graphql, flaw = query_of(node, operation, parameters)
        pages = self._pages(operation, config, parameters, http_method=http_method, graphql=graphql)
        if graphql is not None:
            response = {"objectKey": graphql.rows_key, **response}
        rows = rows_of(self._schemas, operation, response, document=self._document, where=at)
        rows = rows if http_method == "GET" or graphql else change_rows(rows)
        sends = http_method != "GET" and graphql is None
        body_type = body_media_type(operation, document=self._document, where=at) if sends else ""
        own_flaw = flaw_of(node, config, media_type=rows.media_type) or body_flaw(body_type)
        lacking = (flaw, own_flaw, pages.flaw, rows.flaw, place.flaw)
        return Method(
            name,
            http_method,
            path.partition("?")[0],
            parameters=parameters,
            columns=rows.columns,
            object_key=rows.object_key,
            is_array=rows.is_array,
            rows_are_values=rows.rows_are_values,
            total_key=rows.total_key,
            follows_link=pages.follows_link,
            paging=pages.paging,
            server=place.template,
            auth=auth_of(config.get("auth")),
            fixed_query=() if graphql else tuple(parse_qsl(path.partition("?")[2], keep_blank_values=True)),
            graphql=graphql and replace(graphql, rows_key=rows.object_key),
            needs_body=sends and needs_body(operation, document=self._document, where=at),
            media_type=rows.media_type,
            summary=str(operation.get("summary") or "").strip(),
            description=str(operation.get("description") or "").strip(),
            scopes=str(operation.get("x-stackduck-scopes") or "").strip(),
            flaw=next(filter(None, lacking), "") or path_flaw(path),
            extras=_extras(node, report=report),
        )

    def _pages(
        self, operation: Node, config: Node, parameters: tuple[Parameter, ...], *, http_method: str, graphql: object
    ) -> Pages:
        if graphql is not None:
            return cursor_of(operation["x-stackQL-graphQL"].get("cursor"))
        return pages_of(config, parameters, provider=self._provider) if http_method == "GET" else Pages()

    def _parameters(
        self, path: str, item: Node, operation: Node, *, config: Node, http_method: str, where: str
    ) -> tuple[Parameter, ...]:
        document = self._document
        found = parameters_of(self._schemas, path.partition("?")[0], item, operation, document=document, where=where)
        if http_method == "GET":
            return found
        translate = config.get("requestBodyTranslate")
        plain_names = isinstance(translate, dict) and translate.get("algorithm") == "naive"
        taken = frozenset(parameter.name.lower() for parameter in found)
        return found + body_of(
            self._schemas, operation, plain_names=plain_names, taken=taken, document=document, where=where
        )


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


def _extras(node: Node, *, report: Node) -> dict[str, object]:
    """Return what the document says of a method beyond the model, as JSON values.

    `report` is ours: that the rows are in the files of a report, of which one, and in which of its arrays.
    """
    found = {"config": node.get("config"), "request": node.get("request"), "report": report}
    return {key: value for key, value in found.items() if value}
