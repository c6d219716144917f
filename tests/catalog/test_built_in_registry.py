"""The documents that come with stackduck load, and DuckDB accepts their types."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from stackduck.catalog import folders
from stackduck.catalog.names import Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    if not any(folders.newest(str(Path(folder) / "github")) for folder in folders.built_in()):
        pytest.skip("no documents yet")
    return Catalog(folders.built_in(), cache_dir=tmp_path / "cache")


def test_every_service_and_resource_loads(catalog: Catalog) -> None:
    assert catalog.provider_names() == ("github",)
    for entry in catalog.provider("github").services.values():
        assert entry.file, f"{entry.name} has no document"
        for resource in catalog.service("github", entry.name).resources.values():
            assert resource.methods, resource.full_name
            assert not [method.flaw for method in resource.methods.values() if method.flaw], resource.full_name


def test_duckdb_accepts_every_type(catalog: Catalog) -> None:
    connection = duckdb.connect()
    for entry in catalog.services("github"):
        for resource in catalog.service("github", entry.name).resources.values():
            for method in resource.methods_for("select"):
                columns = ", ".join(f'"{column.name}" {column.type}' for column in method.columns)
                assert columns, f"{resource.full_name}.{method.name}"
                connection.execute(f"CREATE OR REPLACE TABLE t ({columns})")


def test_the_seed_resource_is_what_stackql_documents(catalog: Catalog) -> None:
    resource = catalog.resource("github", "copilot", "copilot_user_usage_metrics")
    (method,) = resource.methods_for("select")
    assert method.name == "copilot_users_usage_metrics"
    assert method.path == "/enterprises/{enterprise}/copilot/metrics/reports/users-28-day/latest"
    assert method.required == ("enterprise",)
    assert {column.name: (column.type, column.schema_type) for column in method.columns} == {
        "download_links": ("VARCHAR[]", "array"),
        "report_start_day": ("DATE", "string"),
        "report_end_day": ("DATE", "string"),
    }


def test_seats_are_an_array_with_a_count_to_check(catalog: Catalog) -> None:
    (method,) = catalog.resource("github", "copilot", "org_seats").methods_for("select")
    assert (method.object_key, method.is_array, method.total_key) == ("$.seats", True, "total_seats")
    size = method.parameter("per_page")
    assert size is not None
    assert size.maximum == 100


def test_copilot_says_of_itself_what_stackql_says_of_it(catalog: Catalog, conformance: Path) -> None:
    """A resource or method of ours that StackQL lacks is fine; one of StackQL's that differs is not."""
    cases = json.loads((conformance / "cases.json").read_text(encoding="utf-8"))
    told = [(case["sql"].rstrip(";").split(), case["expect"].get("rows")) for case in cases if case["area"] == "meta"]
    compared = 0
    for words, rows in told:
        if rows is None or not words[-1].startswith("github.copilot."):
            continue
        resource = catalog.resource(*words[-1].split("."))
        if words[0] == "DESCRIBE":
            columns = resource.methods_for("select")[0].columns
            assert {c.name: c.schema_type for c in columns} == {r["name"]: r["type"] for r in rows}, words[-1]
            compared += 1
        for row in rows if words[1] == "METHODS" else ():
            assert row["MethodName"] in resource.verbs[row["SQLVerb"].lower()], words[-1]
            required = set(filter(None, row["RequiredParams"].split(", ")))
            assert set(resource.methods[row["MethodName"]].required) == required, words[-1]
            compared += 1
    assert compared > 30
