"""Providers and services from files, by way of the cache."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackduck.catalog import cache, documents
from stackduck.catalog.names import Catalog
from stackduck.errors import ProgrammingError

Write = Callable[..., Path]
Make = Callable[..., dict[str, Any]]


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x: [", r"provider\.yaml: not readable as YAML"),
        ("name: github", r"provider\.yaml: providerServices: is missing"),
        ("providerServices: []", r"provider\.yaml: providerServices: must be a mapping"),
        ("providerServices: {a: 1}", r"provider\.yaml: providerServices\.a: must be a mapping, not a scalar"),
        ("providerServices: {a: {}}", r"provider\.yaml: providerServices\.a\.service\.\$ref: is missing"),
    ],
    ids=["no YAML", "no services", "a list", "a scalar", "no file"],
)
def test_a_broken_provider_file_is_an_error_with_file_and_key(text: str, told: str, write_registry: Write) -> None:
    registry = write_registry({})
    (registry / "github" / "v1.0.0" / "provider.yaml").write_text(text)
    with pytest.raises(ProgrammingError, match=told):
        Catalog([registry]).provider("github")


def test_a_document_that_holds_itself_is_an_error(write_registry: Write, service_document: Make) -> None:
    tree = service_document(method={"config": "LOOP"})
    text = json.dumps(tree).replace('"LOOP"', "&loop {again: *loop}")
    with pytest.raises(ProgrammingError, match=r"billing\.yaml: refers to itself without end"):
        Catalog([write_registry({"billing": text})]).service("github", "billing")


def test_a_broken_document_is_told_every_time_and_never_kept(
    write_registry: Write, service_document: Make, tmp_path: Path
) -> None:
    registry = write_registry({"billing": service_document(method={"operation": {}})})
    catalog = Catalog([registry], cache_dir=tmp_path / "cache")
    catalog.provider("github")
    before = kept(tmp_path / "cache")
    for _ in range(2):
        with pytest.raises(ProgrammingError, match=r"services.billing\.yaml: components\.x-stackQL-resources"):
            catalog.service("github", "billing")
    assert kept(tmp_path / "cache") == before


def test_the_second_time_nothing_is_parsed(
    write_registry: Write, service_document: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = write_registry({"billing": service_document()})
    first = Catalog([registry], cache_dir=tmp_path / "cache").resource("github", "billing", "seats")

    def refuse(content: bytes, file: str) -> documents.Document:
        raise AssertionError(f"parsed {file}")

    monkeypatch.setattr(documents, "parse", refuse)
    again = Catalog([registry], cache_dir=tmp_path / "cache")
    assert again.resource("github", "billing", "seats") == first
    assert again.service("github", "billing").title == "billing"


def test_a_changed_document_is_parsed_again(write_registry: Write, service_document: Make, tmp_path: Path) -> None:
    for summary in ("one", "two"):
        registry = write_registry({"billing": service_document(operation={"summary": summary})})
        catalog = Catalog([registry], cache_dir=tmp_path / "cache")
        assert catalog.resource("github", "billing", "seats").methods["list"].summary == summary


@pytest.mark.parametrize("place", ["start", "end"])
def test_a_damaged_file_is_written_again(
    place: str, write_registry: Write, service_document: Make, tmp_path: Path
) -> None:
    registry = write_registry({"billing": service_document()})
    good = Catalog([registry], cache_dir=tmp_path / "cache").resource("github", "billing", "seats")
    sizes = [path.read_bytes() for path in kept(tmp_path / "cache")]
    for path in kept(tmp_path / "cache"):
        data = path.read_bytes()
        path.write_bytes(b"x" + data[1:] if place == "start" else data[:-9] + b"?" * 9)
    assert Catalog([registry], cache_dir=tmp_path / "cache").resource("github", "billing", "seats") == good
    repaired = [path.read_bytes() for path in kept(tmp_path / "cache")]
    services = [index for index, data in enumerate(sizes) if b"seats" in data]
    assert [repaired[index] for index in services] == [sizes[index] for index in services]


def test_a_cache_that_cannot_be_written_is_no_error(
    write_registry: Write, service_document: Make, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("in the way")
    catalog = Catalog([write_registry({"billing": service_document()})], cache_dir=tmp_path / "cache")
    assert catalog.resource("github", "billing", "seats").name == "seats"


def test_resources_are_made_when_they_are_asked_for(
    write_registry: Write, service_document: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = service_document()
    resources = tree["components"]["x-stackQL-resources"]
    resources["other"] = {"methods": {}}
    catalog = Catalog([write_registry({"billing": tree})], cache_dir=tmp_path / "cache")
    read: list[str] = []
    original = cache.Records.read
    monkeypatch.setattr(cache.Records, "read", lambda self, name: read.append(name) or original(self, name))
    service = catalog.service("github", "billing")
    assert list(service.resources) == ["seats", "other"]
    assert (len(service.resources), "seats" in service.resources, "x" in service.resources) == (2, True, False)
    assert read == []
    assert service.resources["other"] is service.resources["other"]
    assert read == ["other"]


def test_resources_may_be_in_a_file_of_their_own(write_registry: Write, service_document: Make, tmp_path: Path) -> None:
    tree = service_document()
    resources = tree["components"].pop("x-stackQL-resources")
    registry = write_registry({"billing": tree})
    home = registry / "github" / "v1.0.0"
    listing = json.loads((home / "provider.yaml").read_text())
    listing["providerServices"]["billing"]["resources"] = {"$ref": "github/v1.0.0/resources/billing.yaml"}
    (home / "provider.yaml").write_text(json.dumps(listing))
    (home / "resources").mkdir()
    for title in ("one", "two"):
        resources["seats"]["title"] = title
        (home / "resources" / "billing.yaml").write_text(json.dumps({"resources": resources}))
        catalog = Catalog([registry], cache_dir=tmp_path / "cache")
        assert catalog.resource("github", "billing", "seats").title == title


def _open(registry: str, cache_dir: str, start: multiprocessing.synchronize.Barrier) -> None:
    start.wait()
    found = Catalog([registry], cache_dir=cache_dir).resource("github", "billing", "seats")
    assert found.methods["list"].columns


def test_two_processes_may_open_a_service_at_once(
    write_registry: Write, service_document: Make, tmp_path: Path
) -> None:
    registry = write_registry({"billing": service_document()})
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    arguments = (str(registry), str(tmp_path / "cache"), start)
    both = [context.Process(target=_open, args=arguments) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert len(kept(tmp_path / "cache")) == 2
