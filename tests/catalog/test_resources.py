"""Resources, methods and SQL verbs of a service document, and what is wrong with broken ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackduck.catalog.documents import Document
from stackduck.catalog.model import Resource
from stackduck.catalog.resources import ResourceReader
from stackduck.errors import ProgrammingError

Make = Callable[..., dict[str, Any]]
AT = r"a\.yaml: components\.x-stackQL-resources"


def read(tree: dict[str, Any], *, provider: str = "github", split: dict[str, Any] | None = None) -> Resource:
    document = Document("github/a.yaml", tree)
    reader = ResourceReader(document, provider=provider, service="billing")
    return next(reader.read(Document("github/resources.yaml", split) if split else None))


def verb(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/x-stackQL-resources/seats/methods/{name}"}


@pytest.mark.parametrize(
    ("resources", "told"),
    [
        (None, ": must be a mapping, not nothing"),
        ([], ": must be a mapping, not a list"),
        ({"seats": []}, r"\.seats: must be a mapping, not a list"),
        ({"seats": {"methods": []}}, r"\.seats\.methods: must be a mapping, not a list"),
        ({"seats": {"methods": {"list": None}}}, r"\.seats\.methods\.list: must be a mapping, not nothing"),
        ({"seats": {"methods": {"list": {}}}}, r"\.seats\.methods\.list\.operation\.\$ref: is missing"),
        ({"seats": {"methods": {}, "sqlVerbs": []}}, r"\.seats\.sqlVerbs: must be a mapping"),
        ({"seats": {"sqlVerbs": {"select": verb("list")}}}, r"\.seats\.sqlVerbs\.select: must be a list"),
        ({"seats": {"sqlVerbs": {"select": ["list"]}}}, r"\.seats\.sqlVerbs\.select\[0\]\.\$ref: is missing"),
        ({"seats": {"sqlVerbs": {"select": [verb("list")]}}}, r"\.seats\.sqlVerbs\.select\[0\]\.\$ref: no such method"),
    ],
    ids=range(10),
)
def test_a_structural_mistake_is_an_error_with_file_and_key(resources: Any, told: str) -> None:
    with pytest.raises(ProgrammingError, match=AT + told):
        read({"components": {"x-stackQL-resources": resources}})


@pytest.mark.parametrize(
    "pointer",
    [
        "#/paths/~1orgs~1{org}~1set/get",
        "#/paths/~1orgs~1{org}~1seats/post",
        "#/paths/~1orgs~1{org}~1seats/parameters",
        "#/components/schemas/seat",
    ],
    ids=["no path", "no verb", "no operation", "elsewhere"],
)
def test_an_operation_that_is_not_there_is_an_error_with_file_and_key(pointer: str, service_document: Make) -> None:
    with pytest.raises(ProgrammingError) as raised:
        read(service_document(method={"operation": {"$ref": pointer}}))
    assert str(raised.value) == (
        "github/a.yaml: components.x-stackQL-resources.seats.methods.list.operation.$ref: "
        f"no such operation '{pointer}'"
    )


def test_a_method_says_all_that_the_document_says(service_document: Make) -> None:
    operation = {"summary": "List seats", "description": "All seats.\n", "x-stackduck-scopes": "needs read:org"}
    seats = read(service_document(operation=operation, resource={"title": "Seats", "description": "Who has one."}))
    method = seats.methods["list"]
    assert (seats.full_name, seats.title, seats.description) == ("github.billing.seats", "Seats", "Who has one.")
    assert (method.http_method, method.path, method.required) == ("GET", "/orgs/{org}/seats", ("org",))
    assert [(c.name, c.type) for c in method.columns] == [("login", "VARCHAR"), ("id", "BIGINT")]
    assert (method.summary, method.description, method.scopes) == ("List seats", "All seats.", "needs read:org")
    assert method.is_array and method.follows_link and not method.flaw and not method.extras


@pytest.mark.parametrize(
    ("verbs", "expected"),
    [
        (
            {"select": [verb("get"), verb("list")], "insert": None, "delete": []},
            {"select": ("get", "list"), "insert": ("create",), "exec": ("remove",)},
        ),
        (
            {"select": [], "insert": [verb("create")], "exec": [verb("remove")]},
            {"insert": ("create",), "exec": ("list", "get", "remove")},
        ),
        (None, {"select": ("list", "get"), "insert": ("create",), "exec": ("remove",)}),
        ({"delete": [verb("remove")]}, {"select": ("list", "get"), "insert": ("create",), "delete": ("remove",)}),
    ],
    ids=["document's order", "an empty list is none", "no verbs", "no select"],
)
def test_verbs(verbs: Any, expected: dict[str, tuple[str, ...]], service_document: Make) -> None:
    tree = service_document()
    seats = tree["components"]["x-stackQL-resources"]["seats"]
    seats["methods"] = {name: seats["methods"]["list"] for name in ("list", "get", "create", "remove")}
    seats["sqlVerbs"] = verbs
    assert read(tree).verbs == expected


def test_a_body_is_read_for_changes_alone_and_named_as_the_document_says(service_document: Make) -> None:
    names = {"type": "object", "required": ["names"], "properties": {"names": {"type": "array"}}}
    operation = {"requestBody": {"content": {"application/json": {"schema": names}}}}
    assert read(service_document(operation=operation)).methods["list"].required == ("org",)
    posted = service_document(operation=operation, http_method="post")
    assert read(posted).methods["list"].required == ("org", "data__names")
    naive = {"config": {"requestBodyTranslate": {"algorithm": "naive"}}}
    method = read(service_document(operation=operation, http_method="post", method=naive)).methods["list"]
    assert method.required == ("org", "names")
    assert not method.follows_link
    assert method.extras == naive


def test_a_flaw_does_not_stop_a_document(service_document: Make) -> None:
    tree = service_document(method={"x-stackql-protocol": "graphql"}, servers=[{"url": "https://ghe.example/api/v3/"}])
    method = read(tree).methods["list"]
    assert "GraphQL" in method.flaw
    assert method.extras == {"protocol": "graphql", "server": "https://ghe.example/api/v3"}


@pytest.mark.parametrize(("level", "expected"), [("root", True), ("resource", True), ("method", True), ("none", False)])
def test_link_pagination_may_be_said_at_any_level(level: str, expected: bool, service_document: Make) -> None:
    config = {"pagination": {"responseToken": {"key": "Link", "location": "header"}}}
    tree = {
        "root": lambda: service_document(**{"x-stackQL-config": config}),
        "resource": lambda: service_document(resource={"config": config}),
        "method": lambda: service_document(method={"config": config}),
        "none": service_document,
    }[level]()
    method = read(tree, provider="other").methods["list"]
    assert method.follows_link is expected
    assert not method.flaw


def test_older_documents_write_verbs_in_capitals_and_resources_apart(service_document: Make) -> None:
    tree = service_document()
    resources = tree["components"].pop("x-stackQL-resources")
    pointer = "github/v0/services/a.yaml#/paths/~1orgs~1{org}~1seats/GET"
    resources["seats"]["methods"]["list"]["operation"]["$ref"] = pointer
    assert read(tree, split={"resources": resources}).methods["list"].http_method == "GET"


def test_an_operation_in_another_file_is_a_flaw(service_document: Make) -> None:
    method = read(service_document(method={"operation": {"$ref": "b.yaml#/paths/~1x/get"}})).methods["list"]
    assert method.flaw == "its operation is in another file, b.yaml"


def test_a_query_string_in_a_path_is_a_flaw(service_document: Make) -> None:
    assert "query string" in read(service_document(path="/users?temporary=true")).methods["list"].flaw


def test_where_the_rows_are_in_a_report_goes_with_the_method(service_document: Make) -> None:
    report = {"report": "users", "scope": "org", "array": "totals_by_ide"}
    method = read(service_document(operation={"x-stackduck-report": report})).methods["list"]
    assert method.extras == {"report": report}
    assert not method.flaw


def test_a_report_that_is_no_mapping_is_an_error_with_file_and_key(service_document: Make) -> None:
    with pytest.raises(ProgrammingError) as raised:
        read(service_document(operation={"x-stackduck-report": "users"}))
    assert str(raised.value) == (
        "github/a.yaml: paths./orgs/{org}/seats.get.x-stackduck-report: must be a mapping, not a scalar"
    )
