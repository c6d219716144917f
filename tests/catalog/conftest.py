"""Small made-up registry folders for the catalog's tests. JSON is YAML, so documents are written as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFORMANCE = ROOT.parent / "shared" / "conformance"


@pytest.fixture
def conformance() -> Path:
    if not CONFORMANCE.is_dir():
        pytest.skip("the recorded StackQL answers are not here")
    return CONFORMANCE


@pytest.fixture
def write_registry(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a registry folder: services by name, each a tree, a text, or None for no file."""

    def write(
        services: Mapping[str, Mapping[str, Any] | str | None],
        *,
        folder: str = "registry",
        provider: str = "github",
        version: str = "v1.0.0",
        title: str = "",
    ) -> Path:
        registry = tmp_path / folder
        home = registry / provider / version
        (home / "services").mkdir(parents=True, exist_ok=True)
        entries = {
            name: {
                "id": f"{name}:{version}",
                "title": title or name,
                "version": version,
                "service": {"$ref": f"{provider}/{version}/services/{name}.yaml"},
            }
            for name in services
        }
        listing = {"id": provider, "name": provider, "version": version, "providerServices": entries}
        (home / "provider.yaml").write_text(json.dumps(listing), encoding="utf-8")
        for name, tree in services.items():
            if tree is not None:
                text = tree if isinstance(tree, str) else json.dumps(tree)
                (home / "services" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return registry

    return write


@pytest.fixture
def service_document() -> Callable[..., dict[str, Any]]:
    """Return a function that makes a service document of one resource, `seats`, with one method, `list`."""

    def make(
        *,
        method: Mapping[str, Any] | None = None,
        operation: Mapping[str, Any] | None = None,
        schema: Mapping[str, Any] | None = None,
        resource: Mapping[str, Any] | None = None,
        path: str = "/orgs/{org}/seats",
        http_method: str = "get",
        components: Mapping[str, Any] | None = None,
        **root: Any,
    ) -> dict[str, Any]:
        pointer = path.replace("/", "~1")
        answer = schema if schema is not None else {"type": "array", "items": {"$ref": "#/components/schemas/seat"}}
        content = {"application/json": {"schema": answer}}
        seat = {"type": "object", "properties": {"login": {"type": "string"}, "id": {"type": "integer"}}}
        listed = {
            "operation": {"$ref": f"#/paths/{pointer}/{http_method}"},
            "response": {"mediaType": "application/json", "openAPIDocKey": "200"},
            **(method or {}),
        }
        seats = {
            "id": "github.billing.seats",
            "methods": {"list": listed},
            "sqlVerbs": {"select": [{"$ref": "#/components/x-stackQL-resources/seats/methods/list"}]},
            **(resource or {}),
        }
        return {
            "openapi": "3.0.3",
            "info": {"title": "billing API", "description": "Seats.", "version": "1"},
            "paths": {path: {http_method: {"responses": {"200": {"content": content}}, **(operation or {})}}},
            "components": {
                "schemas": {"seat": seat},
                **(components or {}),
                "x-stackQL-resources": {"seats": seats},
            },
            **root,
        }

    return make
