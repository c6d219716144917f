"""Where registry folders and their documents are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stackduck.catalog import folders
from stackduck.errors import ProgrammingError

Write = Callable[..., Path]


@pytest.mark.parametrize("source", ["--registry", "STACKDUCK_REGISTRY"])
def test_a_folder_that_is_not_there_is_an_error_that_names_it(source: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with pytest.raises(ProgrammingError) as raised:
        folders.default_folders(*(([missing], {}) if source == "--registry" else ([], {source: missing})))
    assert str(raised.value) == f"{source}: no folder '{missing}'"


def test_a_folder_without_a_provider_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "github" / "v1").mkdir(parents=True)
    with pytest.raises(ProgrammingError, match="holds no provider; a registry folder has <provider>/<version>"):
        folders.default_folders([tmp_path], {})


def test_a_reference_never_leads_out_of_the_registry_folder(write_registry: Write, tmp_path: Path) -> None:
    registry = write_registry({"copilot": {}})
    (tmp_path / "secret.yaml").write_text("x: 1")
    file = folders.newest(str(registry / "github"))
    assert folders.document(file, "../secret.yaml") == ""
    assert folders.document(file, "../../../secret.yaml") == ""
    assert folders.document(file, str(tmp_path / "secret.yaml")) == ""


def test_the_order_is_given_then_environment_then_built_in(write_registry: Write) -> None:
    first, second, third = (write_registry({"copilot": {}}, folder=name) for name in ("a", "b", "c"))
    environ = {"STACKDUCK_REGISTRY": os.pathsep.join([str(second), "", str(third)])}
    found = folders.default_folders([first], environ)
    assert found == (str(first), str(second), str(third), *folders.built_in())


def test_the_newest_version_is_found_by_its_numbers(write_registry: Write) -> None:
    for version in ("v9.0.0", "v10.0.0", "v24.11.00355", "v24.9.00001"):
        registry = write_registry({"copilot": {}}, version=version)
    (registry / "github" / "v99.0.0").mkdir()
    assert Path(folders.newest(str(registry / "github"))).parent.name == "v24.11.00355"


def test_a_folder_without_provider_yaml_is_no_provider(write_registry: Write) -> None:
    registry = write_registry({"copilot": {}})
    (registry / "gitlab" / "v1.0.0").mkdir(parents=True)
    (registry / ".git" / "v1.0.0").mkdir(parents=True)
    (registry / ".git" / "v1.0.0" / "provider.yaml").touch()
    (registry / "README.md").touch()
    assert list(folders.provider_names(str(registry))) == ["github"]
    assert list(folders.provider_names(str(registry / "nowhere"))) == []


@pytest.mark.parametrize(
    "reference", ["github/v1.0.0/services/copilot.yaml", "services/copilot.yaml", "./services/copilot.yaml"]
)
def test_references_are_relative_to_the_registry_or_the_provider(reference: str, write_registry: Write) -> None:
    registry = write_registry({"copilot": {}})
    file = folders.newest(str(registry / "github"))
    assert Path(folders.document(file, reference)) == registry / "github" / "v1.0.0" / "services" / "copilot.yaml"
    assert folders.document(file, "github/v1.0.0/services/other.yaml") == ""


def test_the_built_in_folder_is_one_that_exists() -> None:
    assert len(folders.built_in()) == 1
    assert os.path.isdir(folders.built_in()[0])
