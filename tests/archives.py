"""Archives of provider documents for tests: honest ones, and others."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

PROVIDER = json.dumps(
    {
        "id": "acme",
        "name": "acme",
        "version": "v1.0.0",
        "providerServices": {"billing": {"id": "billing", "service": {"$ref": "acme/v1.0.0/services/billing.yaml"}}},
    }
).encode()


def tgz(files: Mapping[str, bytes | tarfile.TarInfo]) -> bytes:
    """Return an archive of files, or of entries as they are."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in files.items():
            entry = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            data = content if isinstance(content, bytes) else b""
            entry.size = entry.size or len(data)
            archive.addfile(entry, io.BytesIO(data) if isinstance(content, bytes) else None)
    return made.getvalue()


def entry(name: str, kind: bytes = tarfile.REGTYPE, **fields: Any) -> tarfile.TarInfo:
    """Return an entry of some kind: a link, a device, a folder."""
    made = tarfile.TarInfo(name)
    made.type = kind
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def raw(*blocks: bytes) -> bytes:
    """Return a gzip stream of these blocks."""
    return gzip.compress(b"".join(blocks))


def provider(
    *,
    name: str = "acme",
    version: str = "v1.0.0",
    services: Mapping[str, Mapping[str, Any] | str] | None = None,
    config: Mapping[str, Any] | None = None,
    top: str = "{version}/",
) -> bytes:
    """Return an archive as StackQL's registry has it: below the version, provider.yaml and the services."""
    start = top.format(version=version, provider=name)
    listed = {
        service: {"id": service, "title": service, "service": {"$ref": f"{name}/{version}/services/{service}.yaml"}}
        for service in services or {"billing": {}}
    }
    told = {"id": name, "name": name, "version": version, "providerServices": listed, "config": config or {}}
    files = {f"{start}provider.yaml": json.dumps(told).encode(), f"{start}provider.yaml.sig": b"signature"}
    for service, tree in (services or {}).items():
        text = tree if isinstance(tree, str) else json.dumps(tree)
        files[f"{start}services/{service}.yaml"] = text.encode()
    return tgz(files)
