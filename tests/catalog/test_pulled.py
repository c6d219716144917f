"""Keeping what a registry sends: checked, whole or not at all, and never changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from stackduck.catalog import folders, pulled
from stackduck.catalog.names import Catalog
from stackduck.catalog.pulled import Archive, install, offers
from stackduck.errors import DataError, OperationalError, ProgrammingError

from ..archives import PROVIDER, provider, tgz

Keep = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "registry"


@pytest.fixture
def keep(tmp_path: Path, root: Path) -> Keep:
    def install_bytes(data: bytes, *, told: frozenset[str] = frozenset(), **fields: str) -> str:
        file = tmp_path / "archive.tgz"
        file.write_bytes(data)
        archive = {"provider": "acme", "version": "v1.0.0", "sha256": hashlib.sha256(data).hexdigest(), **fields}
        return install(Archive(str(file), told=told, source="https://registry.example", **archive), str(root))

    return install_bytes


def left(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (provider(name="other"), "is of the provider 'other'"),
        (tgz({"v1.0.0/services/a.yaml": b"a: 1"}), "holds no provider.yaml"),
        (tgz({"v1.0.0/provider.yaml": b"name: acme\n"}), "lists no services"),
        (tgz({"v1.0.0/provider.yaml": b"{"}), "is not readable"),
        (tgz({"v1.0.0/provider.yaml": b"- a"}), "is not readable"),
        (tgz({"v2.0.0/provider.yaml": PROVIDER}), "is not in acme/v1.0.0"),
        (b"<html>", "is no whole .tgz"),
    ],
    ids=["other provider", "no provider.yaml", "no services", "no yaml", "no mapping", "other version", "no archive"],
)
def test_what_is_not_the_provider_that_was_asked_for_leaves_nothing(
    data: bytes, told: str, keep: Keep, root: Path
) -> None:
    with pytest.raises(DataError) as raised:
        keep(data)
    assert str(raised.value).startswith("the archive of acme v1.0.0 from https://registry.example ")
    assert told in str(raised.value)
    assert left(root) == ["acme"]


def test_an_archive_that_is_not_what_the_registry_says_is_refused_unopened(keep: Keep, root: Path) -> None:
    data = provider()
    with pytest.raises(DataError, match=r"has the checksum .*, and the registry says 0000"):
        keep(data, told=frozenset({"0" * 64}))
    with pytest.raises(DataError, match="and the registry says 0000"):
        keep(data, told=frozenset({"0" * 64, hashlib.sha256(data).hexdigest()}))
    assert not root.exists()


def test_a_version_never_changes(keep: Keep, root: Path) -> None:
    keep(provider())
    before = left(root)
    with pytest.raises(OperationalError, match=r"acme v1\.0\.0 is in .* already, from an archive with the checksum"):
        keep(provider(config={"auth": {"type": "basic"}}))
    assert left(root) == before


def test_a_folder_that_was_not_pulled_stays_as_it_is(keep: Keep, root: Path) -> None:
    own = root / "acme" / "v1.0.0"
    own.mkdir(parents=True)
    with pytest.raises(OperationalError, match="but was not pulled"):
        keep(provider())
    assert os.listdir(own) == []


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(keep: Keep, root: Path) -> None:
    root.write_text("a file")
    with pytest.raises(OperationalError, match=r"registry.*: cannot be written: "):
        keep(provider())


def test_what_was_kept_is_found_behind_all_other_folders(
    keep: Keep, tmp_path: Path, service_document: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    home = folders.pulled(os.environ)
    assert home == str(tmp_path / "data" / "stackduck" / "registry")
    tree = service_document()
    data = provider(name="github", services={"copilot": tree, "gists": tree})
    file = tmp_path / "github.tgz"
    file.write_bytes(data)
    install(Archive(str(file), "github", "v1.0.0", hashlib.sha256(data).hexdigest()), home)
    catalog = Catalog.default()
    assert catalog.resource("github", "gists", "seats").methods["list"].path == "/orgs/{org}/seats"
    assert catalog.resource("github", "copilot", "org_seats")


def test_the_same_archive_again_changes_nothing(keep: Keep, root: Path) -> None:
    first = keep(provider())
    before = left(root)
    assert keep(provider()) == first
    assert left(root) == before


def test_the_version_that_was_pulled_last_is_the_one_that_is_used(keep: Keep, root: Path) -> None:
    keep(provider(version="v2.0.0"), version="v2.0.0")
    keep(provider())
    assert folders.newest(str(root / "acme")) == str(root / "acme" / "v1.0.0" / "provider.yaml")
    keep(provider(version="v2.0.0"), version="v2.0.0")
    assert folders.newest(str(root / "acme")) == str(root / "acme" / "v2.0.0" / "provider.yaml")


@pytest.mark.parametrize("marked", ["", "v9.9.9", "../..", "x" * 200, "\xff"])
def test_a_mark_that_names_no_version_means_the_newest(marked: str, keep: Keep, root: Path) -> None:
    keep(provider())
    (root / "acme" / folders.CURRENT).write_bytes(marked.encode("latin-1"))
    assert folders.newest(str(root / "acme")) == str(root / "acme" / "v1.0.0" / "provider.yaml")


def test_google_is_kept_where_its_documents_look_for_it(keep: Keep, root: Path, tmp_path: Path) -> None:
    keep(provider(name="googleapis.com"), provider="google")
    assert (root / "googleapis.com" / "v1.0.0" / "provider.yaml").is_file()
    catalog = Catalog([root], cache_dir=tmp_path / "cache")
    assert catalog.provider_names() == ("google",)
    assert catalog.provider("google").services["billing"].name == "billing"


def test_many_at_once_come_to_one(keep: Keep, root: Path, tmp_path: Path) -> None:
    data = provider()
    file = tmp_path / "shared.tgz"
    file.write_bytes(data)
    archive = Archive(str(file), "acme", "v1.0.0", hashlib.sha256(data).hexdigest())
    failures: list[BaseException] = []

    def pull() -> None:
        try:
            install(archive, str(root))
        except BaseException as exc:
            failures.append(exc)

    threads = [Thread(target=pull) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(os.listdir(root / "acme")) == [folders.CURRENT, "v1.0.0"]


@pytest.mark.parametrize(
    "content",
    [
        b"providers: []",
        b"- a",
        b"{",
        b"providers: {acme: 7}",
        b"providers: {acme: {versions: [v1], checksums: {v1: abc}}}",
    ],
    ids=range(5),
)
def test_a_list_of_another_form_is_an_error_that_names_it(content: bytes) -> None:
    with pytest.raises(ProgrammingError, match=r"^https://registry\.example/dist"):
        offers(content, "https://registry.example/dist/providers.yaml")


def test_a_list_is_read_from_the_oldest_version_to_the_newest() -> None:
    listed = {
        "versions": ["v1.10.0", "v1.9.0", "v2.0.0-alpha01", "v1.9.0"],
        "checksums": {"v1.9.0": "sha256:" + "AB" * 32},
    }
    found = offers(json.dumps({"providers": {"acme": listed}}).encode(), "list")["acme"]
    assert found.versions == ("v1.9.0", "v1.10.0", "v2.0.0-alpha01")
    assert found.latest == "v1.10.0"
    assert found.checksums == {"v1.9.0": "ab" * 32}


def test_names_that_lead_anywhere_are_not_listed() -> None:
    listed = {name: {"versions": ["v1"]} for name in ("../x", "a/b", "", ".", "a b", ".hidden", "ok")}
    listed["bad"] = {"versions": ["../v1", "v1/..", "v1?", ""]}
    assert list(offers(json.dumps({"providers": listed}).encode(), "list")) == ["ok"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AB" * 32, "ab" * 32),
        (f"sha256:{'ab' * 32}", "ab" * 32),
        (f"{'ab' * 32}  v1.tgz\n", "ab" * 32),
        ("", None),
        ("ab" * 31, None),
        ("md5:" + "ab" * 32, None),
    ],
    ids=range(6),
)
def test_checksums(text: str, expected: str | None) -> None:
    assert pulled.checksum(text) == expected
