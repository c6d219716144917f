"""The catalog by name: any case, merged folders, and errors that say what was meant."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackduck.catalog.names import Catalog, did_you_mean
from stackduck.errors import ProgrammingError

Write = Callable[..., Path]
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def catalog(write_registry: Write, service_document: Make, tmp_path: Path) -> Catalog:
    registry = write_registry({"billing": service_document(), "copilot": service_document(), "orgs": None})
    return Catalog([registry], cache_dir=tmp_path / "cache")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("gitlub", "copilot", "seats"), "no provider 'gitlub'; did you mean 'github'?"),
        (("zzz", "copilot", "seats"), "no provider 'zzz'; known: github"),
        (("github", "copilots", "seats"), "no service 'copilots' in github; did you mean 'copilot'?"),
        (("GITHUB", "Copilots", "seats"), "no service 'Copilots' in github; did you mean 'copilot'?"),
        (("github", "zzz", "seats"), "no service 'zzz' in github; known: billing, copilot"),
        (("github", "billing", "seat"), "no resource 'seat' in github.billing; did you mean 'seats'?"),
        (("github", "billing", "zzz"), "no resource 'zzz' in github.billing; known: seats"),
    ],
)
def test_an_unknown_name_is_an_error_that_says_what_was_meant(
    names: tuple[str, str, str], told: str, catalog: Catalog
) -> None:
    with pytest.raises(ProgrammingError) as raised:
        catalog.resource(*names)
    assert str(raised.value) == told


def test_of_many_names_the_first_eight_are_told(write_registry: Write) -> None:
    catalog = Catalog([write_registry({f"s{number}": {} for number in range(1, 10)})])
    with pytest.raises(ProgrammingError, match=r"; known: s1, s2, s3, s4, s5, s6, s7, s8, …$"):
        catalog.service("github", "copilot")


def test_a_service_that_is_only_listed_is_an_error_when_it_is_named(catalog: Catalog) -> None:
    with pytest.raises(ProgrammingError) as raised:
        catalog.service("github", "orgs")
    assert "service 'orgs' of github has no document" in str(raised.value)
    assert "'github/v1.0.0/services/orgs.yaml' is not there" in str(raised.value)


def test_a_catalog_without_folders_knows_no_provider() -> None:
    with pytest.raises(ProgrammingError, match=r"^no provider 'github'$"):
        Catalog([]).provider("github")


def test_a_bad_registry_folder_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ProgrammingError, match="--registry: no folder"):
        Catalog.default([tmp_path / "missing"], environ={})


def test_names_are_found_in_any_case(catalog: Catalog) -> None:
    found = catalog.resource("GitHub", "Billing", "SEATS")
    assert found.full_name == "github.billing.seats"
    assert catalog.resource("github", "billing", "seats") is found


def test_of_names_that_differ_by_case_the_exact_one_is_meant(write_registry: Write, service_document: Make) -> None:
    tree = service_document()
    resources = tree["components"]["x-stackQL-resources"]
    resources["Seats"] = {**resources["seats"], "title": "big"}
    catalog = Catalog([write_registry({"billing": tree})])
    assert catalog.resource("github", "billing", "Seats").title == "big"
    assert catalog.resource("github", "billing", "seats").title == ""


def test_listings(catalog: Catalog) -> None:
    assert catalog.provider_names() == ("github",)
    assert [entry.name for entry in catalog.services("github")] == ["billing", "copilot"]
    assert list(catalog.provider("github").services) == ["billing", "copilot", "orgs"]
    assert catalog.resources("github", "billing") == ("seats",)


def test_folders_merge_by_service_and_the_first_that_has_it_wins(write_registry: Write, service_document: Make) -> None:
    first = write_registry({"billing": service_document(), "copilot": None}, folder="a", title="first")
    second = write_registry(
        {"billing": service_document(), "copilot": service_document(), "orgs": None},
        folder="b", title="second", version="v2.0.0",
    )  # fmt: skip
    other = write_registry({"projects": service_document()}, folder="b", provider="gitlab")
    assert other == second
    catalog = Catalog([first, second])
    assert catalog.provider_names() == ("github", "gitlab")
    titles = {entry.name: entry.title for entry in catalog.services("github")}
    assert titles == {"billing": "first", "copilot": "second"}
    assert catalog.provider("github").version == "v1.0.0"
    assert catalog.service("github", "copilot").version == "v2.0.0"


def test_a_relative_folder_stays_where_it_was(
    write_registry: Write, service_document: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_registry({"billing": service_document()})
    monkeypatch.chdir(tmp_path)
    catalog = Catalog(["registry"])
    monkeypatch.chdir("/")
    assert catalog.resource("github", "billing", "seats")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("copilots", "; did you mean 'Copilot'?"), ("COPILOT", "; did you mean 'Copilot'?"), ("zzz", "")],
)
def test_did_you_mean(name: str, expected: str) -> None:
    assert did_you_mean(name, ["Copilot", "orgs"]) == expected


def test_provider_names_need_neither_yaml_nor_json_nor_the_model(write_registry: Write) -> None:
    registry = write_registry({"billing": "not: [yaml"})
    code = (
        "import sys; from stackduck.catalog.names import Catalog; names = Catalog([sys.argv[1]]).provider_names();"
        "print(names, sorted({'yaml', 'json', 'difflib', 'dataclasses', 'stackduck.catalog.model'} & set(sys.modules)))"
    )
    import stackduck

    environ = {**os.environ, "PYTHONPATH": str(Path(stackduck.__path__[0]).parent)}
    done = subprocess.run([sys.executable, "-c", code, str(registry)], env=environ, capture_output=True, text=True)
    assert done.stdout == "('github',) []\n", done.stderr


def test_a_cached_resource_is_read_without_yaml(write_registry: Write, service_document: Make, tmp_path: Path) -> None:
    registry = write_registry({"billing": service_document()})
    code = (
        "import sys; from stackduck.catalog.names import Catalog;"
        "Catalog([sys.argv[1]], cache_dir=sys.argv[2]).resource('github', 'billing', 'seats');"
        "print(sorted({'yaml', 'difflib', 'tempfile', 'stackduck.catalog.schemas'} & set(sys.modules)))"
    )
    import stackduck

    environ = {**os.environ, "PYTHONPATH": str(Path(stackduck.__path__[0]).parent)}
    command = [sys.executable, "-c", code, str(registry), str(tmp_path / "cache")]
    outputs = [subprocess.run(command, env=environ, capture_output=True, text=True).stdout for _ in range(2)]
    assert outputs == ["['stackduck.catalog.schemas', 'tempfile', 'yaml']\n", "[]\n"]


def test_an_unknown_method_is_an_error_that_says_what_was_meant(catalog: Catalog) -> None:
    with pytest.raises(ProgrammingError) as raised:
        catalog.method("github", "billing", "seats", "lists")
    assert str(raised.value) == "no method 'lists' in github.billing.seats; did you mean 'list'?"
    assert catalog.method("GitHub", "billing", "Seats", "LIST").name == "list"


def test_services_are_found_by_their_own_name(catalog: Catalog) -> None:
    assert catalog.service_names("Billing") == ("github.billing",)
    assert catalog.service_names("seats") == ()


def test_a_purged_catalog_parses_its_documents_again(catalog: Catalog, tmp_path: Path) -> None:
    before = catalog.resource("github", "billing", "seats")
    kept = sorted(os.listdir(tmp_path / "cache"))
    catalog.purge()
    assert os.listdir(tmp_path / "cache") == []
    assert catalog.resource("github", "billing", "seats") == before
    assert sorted(os.listdir(tmp_path / "cache")) == kept != []
