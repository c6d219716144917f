"""StackQL's own documents load unchanged, every method of them, and say what StackQL says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stackduck.catalog.model import Resource
from stackduck.catalog.names import Catalog
from stackduck.errors import ProgrammingError

SERVICES = ("orgs", "repos", "teams", "users")


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


@pytest.fixture
def catalog(conformance: Path, cache_dir: Path) -> Catalog:
    return Catalog([conformance / "docs"], cache_dir=cache_dir)


def cases(conformance: Path, start: str) -> list[tuple[str, list[Any]]]:
    found = json.loads((conformance / "cases.json").read_text(encoding="utf-8"))
    told = [(case["sql"], case["expect"].get("rows")) for case in found if case["sql"].upper().startswith(start)]
    return [(sql.split()[-1].rstrip(";"), rows) for sql, rows in told if rows is not None]


def every(catalog: Catalog) -> list[Resource]:
    return [each for service in SERVICES for each in catalog.service("github", service).resources.values()]


def test_a_service_that_is_listed_without_a_document_is_an_error(catalog: Catalog) -> None:
    with pytest.raises(ProgrammingError, match="service 'actions' of github has no document"):
        catalog.service("github", "actions")


def test_all_methods_are_there_and_but_an_upload_none_is_flawed(catalog: Catalog) -> None:
    methods = [method for resource in every(catalog) for method in resource.methods.values()]
    assert (len(every(catalog)), len(methods)) == (143, 394)
    flaws = {method.flaw for method in methods if method.flaw}
    assert flaws == {"its request is application/octet-stream, and stackduck writes JSON"}
    assert all(method.follows_link for method in methods if method.http_method == "GET")
    assert {method.server for method in methods} == {""}


def test_select_never_changes_anything(catalog: Catalog) -> None:
    assert all(method.is_read for resource in every(catalog) for method in resource.methods_for("select"))


def test_graphql_methods_have_their_rows_and_their_cursor(catalog: Catalog) -> None:
    found = {
        resource.full_name: method
        for resource in every(catalog)
        for method in resource.methods.values()
        if method.graphql is not None
    }
    assert sorted(found) == [
        "github.orgs.saml_identities",
        "github.orgs.sponsorships",
        "github.users.contribution_calendar",
        "github.users.sponsorships",
    ]
    for method in found.values():
        assert (method.http_method, method.path, method.is_array) == ("POST", "/graphql", True)
        assert method.graphql
        assert method.graphql.rows_key == method.object_key
        assert method.paging
        assert method.paging.kind == "after"
    saml = found["github.orgs.saml_identities"]
    assert saml.required == ("org",)
    assert [column.name for column in saml.columns][:2] == ["id", "guid"]


def test_every_page_size_has_its_maximum(catalog: Catalog) -> None:
    sizes = [m.parameter("per_page") for r in every(catalog) for m in r.methods.values() if m.parameter("per_page")]
    assert len(sizes) > 90
    assert {size.maximum for size in sizes if size} == {100}


def test_duckdb_accepts_every_type(catalog: Catalog) -> None:
    types = {c.type for r in every(catalog) for m in r.methods.values() for c in m.columns}
    types |= {p.type for r in every(catalog) for m in r.methods.values() for p in m.parameters}
    connection = duckdb.connect()
    for number, each in enumerate(sorted(types)):
        connection.execute(f"CREATE TABLE t{number} (c {each})")
    assert len(types) > 50


def test_duckdb_accepts_the_columns_of_every_method_as_a_table(catalog: Catalog) -> None:
    connection = duckdb.connect()
    for resource in every(catalog):
        for method in resource.methods_for("select"):
            if method.columns:
                columns = ", ".join(f'"{column.name}" {column.type}' for column in method.columns)
                connection.execute(f"CREATE OR REPLACE TABLE t ({columns})")


def test_describe_says_what_stackql_says(catalog: Catalog, conformance: Path) -> None:
    described = [(name, rows) for name, rows in cases(conformance, "DESCRIBE") if name.split(".")[1] in SERVICES]
    assert described
    for name, rows in described:
        columns = catalog.resource(*name.split(".")).methods_for("select")[0].columns
        assert {c.name: c.schema_type for c in columns} == {row["name"]: row["type"] for row in rows}, name


def test_show_resources_says_what_stackql_says(catalog: Catalog, conformance: Path) -> None:
    listed = [(name, rows) for name, rows in cases(conformance, "SHOW RESOURCES") if name.split(".")[1] in SERVICES]
    assert listed
    for name, rows in listed:
        assert set(catalog.resources(*name.split("."))) == {row["name"] for row in rows}


def test_show_methods_says_what_stackql_says(catalog: Catalog, conformance: Path) -> None:
    listed = [(name, rows) for name, rows in cases(conformance, "SHOW METHODS") if name.split(".")[1] in SERVICES]
    assert listed
    for name, rows in listed:
        resource = catalog.resource(*name.split("."))
        ours = {
            (method, verb.upper(), frozenset(resource.methods[method].required))
            for verb, methods in resource.verbs.items()
            for method in methods
        }
        theirs = {
            (row["MethodName"], row["SQLVerb"], frozenset(filter(None, row["RequiredParams"].split(", "))))
            for row in rows
        }
        assert ours == theirs, name


def test_paths_of_several_segments_are_known(catalog: Catalog) -> None:
    found = {
        (method.path, parameter.name)
        for resource in every(catalog)
        for method in resource.methods.values()
        for parameter in method.parameters
        if parameter.is_multi_segment
    }
    assert ("/repos/{owner}/{repo}/contents/{path}", "path") in found
