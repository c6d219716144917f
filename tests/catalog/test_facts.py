"""The catalog as rows: what each table says, and how little of the documents it reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from stackduck.catalog.facts import TABLES, VERBS, Facts, Place, names_of, needs
from stackduck.catalog.model import Column, Method, Parameter, Resource, Verb, View
from stackduck.catalog.names import Catalog
from stackduck.errors import ProgrammingError

Write = Callable[..., Path]
Make = Callable[..., dict[str, Any]]
BROKEN = "paths: ["
READ_BY_RESOURCE = ("resources", "methods", "parameters", "columns", "outputs")


def read(catalog: Catalog, table: str, place: Place = Place()) -> tuple[list[dict[str, Any]], list[str]]:  # noqa: B008
    """Return a table's rows by column name, and the warnings."""
    warnings: list[str] = []
    facts = Facts(catalog, example=lambda resource, method, verb: f"{verb} {method.name}", warn=warnings.append)
    names = [name for name, _ in TABLES[table].columns]
    return [dict(zip(names, row, strict=True)) for row in facts.rows(table, place)], warnings


@pytest.fixture
def catalog(write_registry: Write, service_document: Make, tmp_path: Path) -> Catalog:
    registry = write_registry(
        {"billing": service_document(), "copilot": service_document(), "bad": BROKEN, "gone": None}
    )
    return Catalog([registry], cache_dir=tmp_path / "cache")


@pytest.mark.parametrize("table", READ_BY_RESOURCE)
def test_a_document_that_cannot_be_read_is_an_error_where_it_is_named(table: str, catalog: Catalog) -> None:
    with pytest.raises(ProgrammingError, match=r"bad\.yaml: not readable as YAML"):
        read(catalog, table, Place.of("github", "bad"))


@pytest.mark.parametrize("table", READ_BY_RESOURCE)
def test_a_document_that_cannot_be_read_is_left_out_with_a_warning(table: str, catalog: Catalog) -> None:
    rows, warnings = read(catalog, table)
    assert {row["service"] for row in rows} == {"billing", "copilot"}
    assert [text.partition(":")[0] for text in warnings] == ["github.bad is left out"]


@pytest.mark.parametrize("table", READ_BY_RESOURCE)
def test_only_the_documents_of_the_place_are_read(table: str, catalog: Catalog) -> None:
    rows, warnings = read(catalog, table, Place(service=frozenset(("copilot",))))
    assert {row["service"] for row in rows} == {"copilot"}
    assert warnings == []


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ("methods", Place.of("gitlub")),
        ("methods", Place.of("github", "nothing")),
        ("methods", Place.of("github", "billing", "nothing")),
        ("methods", Place.of("github", "billing", "seats", "nothing")),
        ("columns", Place(frozenset(), frozenset())),
        ("providers", Place(provider=frozenset())),
    ],
)
def test_a_name_that_nothing_has_gives_no_rows(table: str, place: Place, catalog: Catalog) -> None:
    assert read(catalog, table, place) == ([], [])


@pytest.mark.parametrize("table", TABLES)
def test_the_names_of_a_place_have_any_case(table: str, catalog: Catalog) -> None:
    lower, upper = (read(catalog, table, Place.of(*names)) for names in (("github", "billing"), ("GitHub", "BILLING")))
    assert lower == upper
    assert lower[0] != []


def test_providers_count_the_services_whose_documents_are_here(catalog: Catalog) -> None:
    assert read(catalog, "providers")[0] == [{"name": "github", "version": "v1.0.0", "services": 3}]


def test_a_provider_that_cannot_be_read_hides_no_other(write_registry: Write, service_document: Make) -> None:
    folders = [write_registry({"billing": service_document()}), write_registry({}, folder="more", provider="okta")]
    rows, warnings = read(Catalog(folders), "providers")
    assert [row["name"] for row in rows] == ["github"]
    assert warnings[0].startswith("okta is left out: ")


def test_services_say_whether_their_document_is_here(catalog: Catalog) -> None:
    rows, _ = read(catalog, "services")
    assert [(row["name"], row["id"], row["is_here"]) for row in rows] == [
        ("bad", "bad:v1.0.0", True),
        ("billing", "billing:v1.0.0", True),
        ("copilot", "copilot:v1.0.0", True),
        ("gone", "gone:v1.0.0", False),
    ]


def test_a_method_says_what_it_needs_and_how_it_is_called(
    write_registry: Write, service_document: Make, tmp_path: Path
) -> None:
    per_page = {"name": "per_page", "in": "query", "schema": {"type": "integer", "default": 30}}
    operation = {"parameters": [per_page], "summary": "Seats", "x-stackduck-scopes": "read:org"}
    catalog = Catalog([write_registry({"billing": service_document(operation=operation)})])
    (row,) = read(catalog, "methods")[0]
    assert (row["verb"], row["position"], row["required"], row["optional"]) == ("SELECT", 1, ["org"], ["per_page"])
    assert (row["http_method"], row["path"], row["scopes"]) == ("GET", "/orgs/{org}/seats", "read:org")
    assert row["example"] == "select list"
    required, optional = read(catalog, "parameters")[0]
    assert (required["name"], required["type"], required["is_required"]) == ("org", "VARCHAR", True)
    assert (optional["name"], optional["default_value"], optional["is_required"]) == ("per_page", "30", False)


def test_a_column_comes_once_however_many_methods_give_it(write_registry: Write, service_document: Make) -> None:
    document = service_document()
    seats = document["components"]["x-stackQL-resources"]["seats"]
    seats["methods"]["again"] = seats["methods"]["list"]
    seats["sqlVerbs"]["select"].append({"$ref": "#/components/x-stackQL-resources/seats/methods/again"})
    catalog = Catalog([write_registry({"billing": document})])
    rows, _ = read(catalog, "columns")
    assert [(row["name"], row["type"], row["methods"], row["position"]) for row in rows] == [
        ("login", "VARCHAR", ["list", "again"], 1),
        ("id", "BIGINT", ["list", "again"], 2),
    ]
    assert [(row["method"], row["name"]) for row in read(catalog, "outputs")[0]] == [
        ("list", "login"),
        ("list", "id"),
        ("again", "login"),
        ("again", "id"),
    ]


def test_a_change_that_answers_nothing_has_no_outputs(write_registry: Write, service_document: Make) -> None:
    document = service_document(http_method="delete", operation={"responses": {"204": {}}})
    document["components"]["x-stackQL-resources"]["seats"]["sqlVerbs"] = {"select": []}
    catalog = Catalog([write_registry({"billing": document})])
    assert [(row["name"], row["verb"]) for row in read(catalog, "methods")[0]] == [("list", "EXEC")]
    assert read(catalog, "outputs")[0] == []


def test_a_documents_view_is_the_first_way_to_select() -> None:
    listed = Method("list", "GET", "/", (Parameter("org", "path", "VARCHAR", True),))
    view = View("SELECT 1", ("region", "org"), (Column("id", "VARCHAR", schema_type="string"),))
    resource = Resource("aws", "s3", "buckets", methods={"list": listed}, verbs={"select": ("list",)}, views=(view,))
    assert needs(resource) == "region and org or org"


@pytest.mark.parametrize(
    ("required", "said"),
    [
        ([], ""),
        ([()], ""),
        ([("a", "b")], "a and b"),
        ([("a",), ("b",), ()], "a or b or nothing"),
        ([("a",), ("a",)], "a"),
    ],
)
def test_what_a_select_needs(required: list[tuple[str, ...]], said: str) -> None:
    methods = {
        f"m{i}": Method(f"m{i}", "GET", "/", tuple(Parameter(name, "path", "VARCHAR", True) for name in names))
        for i, names in enumerate(required)
    }
    assert needs(Resource("p", "s", "r", methods=methods, verbs={"select": tuple(methods)})) == said


def test_parameters_are_told_in_stackqls_order() -> None:
    told = (("z", "body"), ("b", "query"), ("c", "server"), ("y", "body"), ("a", "path"))
    method = Method("m", "POST", "/", tuple(Parameter(name, at, "VARCHAR", True) for name, at in told))  # type: ignore[arg-type]
    assert names_of(method, required=True) == ["a", "b", "y", "z", "c"]
    assert names_of(method, required=False) == []


def test_every_verb_is_shown() -> None:
    assert set(VERBS) == set(get_args(Verb))
