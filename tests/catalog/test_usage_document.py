"""The document of github.copilot_usage: what its tables are made of, and that it knows every field of known reports."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stackduck.catalog import folders
from stackduck.catalog.documents import Node, parse
from stackduck.catalog.model import Column, Resource
from stackduck.catalog.names import Catalog
from stackduck.catalog.schemas import Schemas, properties

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
PARENTS = {"user_days": "users", "entity_days": "entity", "user_team_days": "user_teams", "repo_days": "repos"}
OTHERS = {"seats", "report_days", "feature_engagement_windows"}
LISTS = ("ides", "features", "language_features", "language_models", "model_features", "3rd_party_agents", "skills",
         "custom_agents", "mcps", "slash_cmds", "plugins")  # fmt: skip
CHILDREN = {
    "user_days": {f"user_day_{name}" for name in LISTS},
    "entity_days": {f"entity_day_{name}" for name in LISTS}
    | {"entity_day_ai_adoption_phases", "entity_day_copilot_suggestions_by_comment_types"},
    "user_team_days": set[str](),
    "repo_days": {"repo_day_copilot_suggestions_by_comment_types", "repo_day_pull_request_review_times"},
}
SCOPE = {"day": "DATE", "enterprise_id": "VARCHAR", "organization_id": "VARCHAR"}
KEYS = {
    "user_days": SCOPE | {"user_id": "BIGINT", "user_login": "VARCHAR"},
    "entity_days": SCOPE,
    "user_team_days": SCOPE | {"user_id": "BIGINT", "user_login": "VARCHAR"},
    "repo_days": SCOPE | {"repo_id": "BIGINT", "repo_owner_name": "VARCHAR", "repo_name": "VARCHAR"},
}
FIGURES = ("user_initiated_interaction_count", "code_generation_activity_count", "code_acceptance_activity_count",
           "loc_suggested_to_add_sum", "loc_suggested_to_delete_sum", "loc_added_sum", "loc_deleted_sum")  # fmt: skip
TOKENS = (
    'STRUCT("session_count" BIGINT, "request_count" BIGINT, "prompt_count" BIGINT, "token_usage" '
    'STRUCT("prompt_tokens_sum" BIGINT, "output_tokens_sum" BIGINT, "avg_tokens_per_request" DOUBLE)'
)
FITTING: Mapping[type, set[str]] = {
    bool: {"boolean"},
    int: {"bigint", "double"},
    float: {"double"},
    str: {"varchar", "date", "timestamp with time zone"},
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def catalog(cache: Path) -> Catalog:
    return Catalog(folders.built_in(), cache_dir=cache)


@pytest.fixture(scope="module")
def resources(catalog: Catalog) -> Mapping[str, Resource]:
    return catalog.service("github", "copilot_usage").resources


@pytest.fixture
def samples() -> Path:
    if not SAMPLES.is_dir():
        pytest.skip("the sample reports are not here")
    return SAMPLES


def columns_of(resource: Resource) -> dict[str, str]:
    return {column.name: column.type for column in resource.methods_for("select")[0].columns}


def struct(names: tuple[str, ...], *, kind: str = "BIGINT") -> str:
    """Return the fields of a struct that are all of one type."""
    return ", ".join(f'"{name}" {kind}' for name in names)


def children_of(type_: duckdb.sqltypes.DuckDBPyType) -> dict[str, duckdb.sqltypes.DuckDBPyType]:
    """Return the fields of a struct, or a list's one 'child'."""
    return {name: child for name, child in type_.children if isinstance(child, duckdb.sqltypes.DuckDBPyType)}


def element_of(parent: Resource, array: str) -> dict[str, str]:
    """Return the fields of an array's elements in a parent's columns; the array may be within an object."""
    first, *further = array.split(".")
    found = duckdb.sqltype(columns_of(parent)[first])
    for name in further:
        found = children_of(found)[name]
    assert found.id == "list"
    return {name: str(type_) for name, type_ in children_of(children_of(found)["child"]).items()}


def arrays_of(column: Column) -> Iterator[str]:
    """Yield the arrays of objects in a column, within objects by their dotted path."""
    found = duckdb.sqltype(column.type)
    if found.id == "list":
        yield column.name
    for name, type_ in children_of(found).items() if found.id == "struct" else ():
        if type_.id == "list":
            yield f"{column.name}.{name}"


def unfit(value: Any, declared: duckdb.sqltypes.DuckDBPyType, *, at: str) -> Iterator[str]:
    """Yield where a value has a field that its declared type lacks, or is of another kind."""
    if isinstance(value, dict) and declared.id == "struct":
        fields = children_of(declared)
        for name, each in value.items():
            where = f"{at}.{name}"
            yield from unfit(each, fields[name], at=where) if name in fields else (where,)
    elif isinstance(value, list) and declared.id == "list":
        for each in value:
            yield from unfit(each, children_of(declared)["child"], at=f"{at}[]")
    elif value is not None and declared.id not in FITTING.get(type(value), ()):
        yield f"{at} is {declared}"


def unfit_row(row: Mapping[str, Any], columns: Mapping[str, str]) -> Iterator[str]:
    for name, value in row.items():
        if name not in ("report_start_day", "report_end_day"):
            yield from unfit(value, duckdb.sqltype(columns[name]), at=name) if name in columns else (name,)


def rows_of(file: Path) -> list[dict[str, Any]]:
    text = file.read_text(encoding="utf-8")
    values = [json.loads(line) for line in text.splitlines()] if file.suffix == ".ndjson" else [json.loads(text)]
    return [row for value in values for row in value.get("day_totals", [value])]


def described(schemas: Schemas, schema: Node, *, at: str) -> Iterator[tuple[str, Node, bool]]:
    """Yield every property of a row, nested ones too: where, what it says, and whether it is required."""
    flat = schemas.flatten(schema)
    for name, node in properties(flat).items():
        own = schemas.flatten(node)
        yield f"{at}.{name}", own, name in (flat.get("required") or ())
        yield from described(schemas, own.get("items", own), at=f"{at}.{name}")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"new": 1}, "new"),
        ({"totals_by_ide": [{"ide": "vim", "new": 1}]}, "totals_by_ide[].new"),
        ({"totals_by_ide": [{"last_known_ide_version": {"new": "1"}}]}, "totals_by_ide[].last_known_ide_version.new"),
        ({"totals_by_cli": {"token_usage": {"new": 1}}}, "totals_by_cli.token_usage.new"),
        ({"user_id": 1.5}, "user_id is BIGINT"),
        ({"user_id": "1"}, "user_id is BIGINT"),
        ({"enterprise_id": 1}, "enterprise_id is VARCHAR"),
        ({"totals_by_ide": {}}, "totals_by_ide is STRUCT"),
    ],
    ids=["top", "in an array", "two levels down", "in an object", "fraction", "text", "number", "object for array"],
)
def test_a_field_that_the_document_lacks_would_be_noticed(
    row: dict[str, Any], told: str, resources: Mapping[str, Resource]
) -> None:
    (found,) = unfit_row(row, columns_of(resources["user_days"]))
    assert found.startswith(told)


def test_there_is_a_table_for_every_report_and_every_array(resources: Mapping[str, Resource]) -> None:
    assert set(resources) == {*PARENTS, *OTHERS, *(name for names in CHILDREN.values() for name in names)}


@pytest.mark.parametrize("parent", PARENTS)
def test_every_array_of_objects_has_a_child(parent: str, resources: Mapping[str, Resource]) -> None:
    columns = resources[parent].methods_for("select")[0].columns
    arrays = {array for column in columns for array in arrays_of(column)}
    reports = [resources[child].methods_for("select")[0].extras["report"] for child in CHILDREN[parent]]
    assert sorted(arrays) == sorted(report["array"] for report in reports if isinstance(report, dict))


def test_every_table_is_there_for_enterprises_and_for_organizations(resources: Mapping[str, Resource]) -> None:
    for name, resource in resources.items():
        enterprise, org = resource.methods_for("select")
        assert (enterprise.name, org.name) == (f"{name}_of_enterprise", f"{name}_of_org")
        assert (enterprise.required, org.required) == (("enterprise",), ("org",))
        assert len(enterprise.parameters) == len(org.parameters) == 1
        kebab = name.replace("_", "-")
        assert enterprise.path == f"/enterprises/{{enterprise}}/copilot/usage/{kebab}"
        assert org.path == f"/orgs/{{org}}/copilot/usage/{kebab}"
        assert enterprise.columns == org.columns
        assert set(resource.verbs) == {"select"}


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("user_days", {"report": "users"}),
        ("user_day_ides", {"report": "users", "array": "totals_by_ide"}),
        ("entity_day_copilot_suggestions_by_comment_types",
         {"report": "entity", "array": "pull_requests.copilot_suggestions_by_comment_type"}),
        ("feature_engagement_windows",
         {"report": "entity", "array": "copilot_feature_engagement.totals_by_feature", "wrapper": True}),
        ("user_team_days", {"report": "user_teams"}),
        ("repo_day_pull_request_review_times", {"report": "repos", "array": "pull_request_review_times"}),
        ("seats", {"report": "seats"}),
        ("report_days", {"report": "report_days"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_method_says_where_its_rows_are(name: str, report: dict[str, Any], catalog: Catalog, cache: Path) -> None:
    catalog.service("github", "copilot_usage")
    for each in (catalog, Catalog(folders.built_in(), cache_dir=cache)):
        methods = each.resource("github", "copilot_usage", name).methods_for("select")
        assert [method.extras["report"] for method in methods] == [
            report | {"scope": scope} for scope in ("enterprise", "org")
        ]


@pytest.mark.parametrize("parent", PARENTS)
def test_a_parent_begins_with_its_keys_and_ends_with_extra(parent: str, resources: Mapping[str, Resource]) -> None:
    columns, keys = list(columns_of(resources[parent]).items()), list(KEYS[parent].items())
    assert columns[: len(keys)] == keys
    assert columns[-1] == ("extra", "JSON")


@pytest.mark.parametrize("parent", PARENTS)
def test_scalars_come_before_objects_and_arrays(parent: str, resources: Mapping[str, Resource]) -> None:
    nested = ["STRUCT" in type_ for name, type_ in columns_of(resources[parent]).items() if name != "extra"]
    assert nested == sorted(nested)


@pytest.mark.parametrize("parent", PARENTS)
def test_a_child_is_its_parents_keys_and_the_arrays_fields(parent: str, resources: Mapping[str, Resource]) -> None:
    for child in CHILDREN[parent]:
        (method, _) = resources[child].methods_for("select")
        report = method.extras["report"]
        assert isinstance(report, dict)
        element = element_of(resources[parent], report["array"])
        assert not element.keys() & KEYS[parent].keys(), child
        expected = [*KEYS[parent].items(), *element.items()]
        assert [(c.name, str(duckdb.sqltype(c.type))) for c in method.columns] == [
            (name, str(duckdb.sqltype(type_))) for name, type_ in expected
        ], child


def test_a_files_window_is_no_column_of_a_day(resources: Mapping[str, Resource]) -> None:
    for name in (*PARENTS, *(child for children in CHILDREN.values() for child in children)):
        assert not columns_of(resources[name]).keys() & {"report_start_day", "report_end_day", "created_at"}, name


def test_user_days(resources: Mapping[str, Resource]) -> None:
    ide = '"last_known_ide_version" STRUCT("ide_version" VARCHAR, "sampled_at" TIMESTAMPTZ)'
    plugin = '"last_known_plugin_version" STRUCT("plugin" VARCHAR, "plugin_version" VARCHAR, "sampled_at" TIMESTAMPTZ)'
    cli = '"last_known_cli_version" STRUCT("cli_version" VARCHAR, "sampled_at" TIMESTAMPTZ)'
    bounded = 'STRUCT("{0}" VARCHAR, "interaction_count" BIGINT)[]'
    assert list(columns_of(resources["user_days"]).items()) == [
        *KEYS["user_days"].items(),
        *((name, "BIGINT") for name in FIGURES),
        ("used_agent", "BOOLEAN"),
        ("used_chat", "BOOLEAN"),
        ("used_cli", "BOOLEAN"),
        ("used_copilot_coding_agent", "BOOLEAN"),
        ("used_copilot_cloud_agent", "BOOLEAN"),
        ("used_copilot_code_review_active", "BOOLEAN"),
        ("used_copilot_code_review_passive", "BOOLEAN"),
        ("used_copilot_app", "BOOLEAN"),
        ("used_vscode_agent", "BOOLEAN"),
        ("ai_credits_used", "DOUBLE"),
        ("distinct_skill_use_count", "BIGINT"),
        ("distinct_custom_agent_use_count", "BIGINT"),
        ("distinct_mcp_use_count", "BIGINT"),
        ("distinct_slash_cmd_use_count", "BIGINT"),
        ("distinct_plugin_use_count", "BIGINT"),
        ("etl_id", "VARCHAR"),
        ("day_partition", "DATE"),
        ("entity_id_partition", "BIGINT"),
        ("ai_adoption_phase", 'STRUCT("phase_number" BIGINT, "phase" VARCHAR, "version" VARCHAR)'),
        ("totals_by_ide", f'STRUCT("ide" VARCHAR, {struct(FIGURES)}, {ide}, {plugin})[]'),
        ("totals_by_feature", f'STRUCT("feature" VARCHAR, {struct(FIGURES)})[]'),
        ("totals_by_language_feature", f'STRUCT("language" VARCHAR, "feature" VARCHAR, {struct(FIGURES[1:])})[]'),
        ("totals_by_language_model", f'STRUCT("language" VARCHAR, "model" VARCHAR, {struct(FIGURES[1:])})[]'),
        ("totals_by_model_feature", f'STRUCT("model" VARCHAR, "feature" VARCHAR, {struct(FIGURES)})[]'),
        ("totals_by_cli", f"{TOKENS}, {cli})"),
        ("totals_by_copilot_app", f"{TOKENS})"),
        ("totals_by_vscode_agent", f"STRUCT({struct(('session_count', 'total_user_messages'))})"),
        ("totals_by_3rd_party_agent", f'STRUCT({struct(("agent_id", "agent_name"), kind="VARCHAR")}, '
                                      '"user_initiated_interaction_count" BIGINT)[]'),
        ("totals_by_skill", f'STRUCT("skill" VARCHAR, {struct(("interaction_count", FIGURES[0]))})[]'),
        *((f"totals_by_{name}", bounded.format(name)) for name in ("custom_agent", "mcp", "slash_cmd", "plugin")),
        ("extra", "JSON"),
    ]  # fmt: skip


def test_an_entitys_days_have_no_versions(resources: Mapping[str, Resource]) -> None:
    columns = columns_of(resources["entity_days"])
    assert not [name for name, type_ in columns.items() if "_version" in type_]
    assert columns["totals_by_cli"] == f"{TOKENS})"
    assert '"session_count" BIGINT' in columns["totals_by_3rd_party_agent"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("user_team_days", {"team_id": "BIGINT", "slug": "VARCHAR"}),
        ("repo_days", {"repo_visibility": "VARCHAR"}),
        ("repo_day_pull_request_review_times",
         {"total_merged": "BIGINT", "p90_minutes_final_review_to_merge": "DOUBLE"}),
        ("entity_days", {"daily_active_users": "BIGINT", "monthly_passive_copilot_code_review_users": "BIGINT"}),
        ("entity_day_ai_adoption_phases", {"users_in_phase_28d": "BIGINT", "avg_loc_added": "DOUBLE"}),
        ("feature_engagement_windows",
         {"report_start_day": "DATE", "report_end_day": "DATE", "enterprise_id": "VARCHAR",
          "organization_id": "VARCHAR", "active_user_count": "BIGINT", "feature": "VARCHAR",
          "engaged_user_count": "BIGINT"}),
        ("seats", {"login": "VARCHAR", "user_id": "BIGINT", "organizations": "VARCHAR[]", "teams": "VARCHAR[]",
                   "seats": "BIGINT", "plan_type": "VARCHAR", "last_activity_at": "TIMESTAMPTZ",
                   "last_activity_editor": "VARCHAR", "last_authenticated_at": "TIMESTAMPTZ",
                   "created_at": "TIMESTAMPTZ", "pending_cancellation_date": "DATE"}),
        ("report_days", {"day": "DATE", "report": "VARCHAR", "status": "VARCHAR", "rows": "BIGINT", "bytes": "BIGINT",
                         "files": "BIGINT", "fetched_at": "TIMESTAMPTZ", "unknown_fields": "VARCHAR[]",
                         "doubles": "BIGINT"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_columns(name: str, expected: dict[str, str], resources: Mapping[str, Resource]) -> None:
    columns = columns_of(resources[name])
    assert columns | expected == columns
    if name in OTHERS:
        assert list(columns) == list(expected)


def test_every_table_and_column_is_described(resources: Mapping[str, Resource]) -> None:
    for name, resource in resources.items():
        assert resource.title and ". " in resource.description, name
        for method in resource.methods_for("select"):
            assert method.summary and method.description and method.scopes, method.name
            assert not [column.name for column in method.columns if len(column.description) < 20], name


def test_every_field_is_described_and_says_whether_it_may_be_null(catalog: Catalog) -> None:
    file = Path(catalog.provider("github").services["copilot_usage"].file)
    document = parse(file.read_bytes(), str(file))
    seen = 0
    for name, response in document.root["components"]["responses"].items():
        schema = response["content"]["application/json"]["schema"]
        for where, node, required in described(Schemas(document), schema.get("items", schema), at=name):
            assert node.get("description"), where
            assert (node.get("nullable") is True) is not required, where
            seen += 1
    assert seen > 500


@pytest.mark.parametrize(
    ("file", "resource", "count"),
    [
        ("enterprise-users-1-day.docs.ndjson", "user_days", 1),
        ("org-users-1-day.viewer.ndjson", "user_days", 2),
        ("org-users-1-day.for-user-teams.docs.ndjson", "user_days", 2),
        ("org-users-28-day.viewer.ndjson", "user_days", 107),
        ("enterprise-1-day.docs.json", "entity_days", 1),
        ("enterprise-28-day.docs.json", "entity_days", 1),
        ("org-1-day.viewer.json", "entity_days", 1),
        ("org-1-day.inactive-day.anonymised.json", "entity_days", 1),
        ("org-28-day.viewer.json", "entity_days", 28),
        ("org-user-teams-1-day.docs.ndjson", "user_team_days", 3),
        ("enterprise-repos-1-day.docs.ndjson", "repo_days", 1),
    ],
    ids=lambda value: str(value),
)
def test_every_field_of_known_reports_has_its_place(
    file: str, resource: str, count: int, samples: Path, resources: Mapping[str, Resource]
) -> None:
    rows = rows_of(samples / file)
    columns = columns_of(resources[resource])
    assert len(rows) == count
    assert {where for row in rows for where in unfit_row(row, columns)} == set()
