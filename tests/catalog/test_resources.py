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
    tree = service_document(method={"x-stackql-protocol": "graphql"})
    method = read(tree).methods["list"]
    assert method.flaw == "it speaks GraphQL, and its document has no query"
    assert method.required == ("org",)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("root", "https://root.example"),
        ("path", "https://path.example"),
        ("operation", "https://own.example/v1"),
        ("method", "https://method.example"),
    ],
)
def test_the_nearest_server_is_that_of_the_method(level: str, expected: str, service_document: Make) -> None:
    own = {"servers": [{"url": "https://own.example/v1/"}]} if level in ("operation", "method") else {}
    nearest = {"servers": [{"url": "https://method.example"}]} if level == "method" else {}
    tree = service_document(operation=own, method=nearest, servers=[{"url": "https://root.example"}])
    if level != "root":
        tree["paths"]["/orgs/{org}/seats"]["servers"] = [{"url": "https://path.example"}]
    assert read(tree).methods["list"].server == expected


def test_the_variables_of_a_server_are_parameters_after_all_others(service_document: Make) -> None:
    server = {
        "url": "https://{site}.example.com/{base}",
        "variables": {"base": {"default": "v2", "description": "It."}},
    }
    body = {"content": {"application/json": {"schema": {"required": ["a"], "properties": {"a": {"type": "string"}}}}}}
    method = read(
        service_document(operation={"requestBody": body}, http_method="post", servers=[server]), provider="acme"
    ).methods["list"]
    assert [(p.name, p.location, p.required) for p in method.parameters] == [
        ("org", "path", True),
        ("data__a", "body", True),
        ("site", "server", True),
        ("base", "server", False),
    ]


@pytest.mark.parametrize("level", ["provider", "components", "root", "resource", "method"])
def test_how_a_credential_is_shown_may_be_said_at_any_level(level: str, service_document: Make) -> None:
    config = {"auth": {"type": "api_key", "name": "X-Key", "location": "header", "credentialsenvvar": "HOME"}}
    tree = {
        "root": lambda: service_document(**{"x-stackQL-config": config}),
        "components": lambda: service_document(components={"x-stackQL-config": config}),
        "resource": lambda: service_document(resource={"config": config}),
        "method": lambda: service_document(method={"config": config}),
        "provider": service_document,
    }[level]()
    reader = ResourceReader(
        Document("a.yaml", tree), provider="acme", service="billing", config=config if level == "provider" else None
    )
    auth = next(reader.read()).methods["list"].auth
    assert (auth.kind, auth.name, auth.prefix) == ("api_key", "X-Key", "")


def test_a_graphql_query_is_read_with_its_rows_and_cursor(service_document: Make) -> None:
    graphql = {
        "url": "https://elsewhere.example/graphql",
        "query": 'query { viewer(login: "{{ .org }}") { seats(first: 9{{ .cursor }}) { nodes { login } } } }',
        "responseSelection": {"jsonPath": "$.data.viewer.seats.nodes[*]"},
        "cursor": {"strategy": "page_info", "jsonPath": "$.end", "terminateOnJsonPath": "$.more"},
    }
    nodes = {"type": "array", "items": {"type": "object", "properties": {"login": {"type": "string"}}}}
    schema: dict[str, Any] = nodes
    for name in ("nodes", "seats", "viewer", "data"):
        schema = {"type": "object", "properties": {name: schema}}
    tree = service_document(
        operation={
            "x-stackQL-graphQL": graphql,
            "parameters": [{"name": "org", "in": "query", "required": True, "schema": {"type": "string"}}],
        },
        path="/graphql?resource=seats",
        http_method="post",
        schema=schema,
    )
    method = read(tree).methods["list"]
    assert not method.flaw
    assert (method.http_method, method.path, method.fixed_query, method.server) == ("POST", "/graphql", (), "")
    assert (method.object_key, method.is_array, method.is_read) == ("$.data.viewer.seats.nodes", True, True)
    assert [column.name for column in method.columns] == ["login"]
    assert method.paging
    assert (method.paging.kind, method.paging.response_key, method.paging.end_key) == ("after", "$.end", "$.more")


def test_views_are_read_with_the_resource(service_document: Make) -> None:
    views = {"views": {"select": {"predicate": 'sqlDialect == "sqlite3"', "ddl": "SELECT 1 AS a"}}}
    assert [view.sql for view in read(service_document(resource={"config": views})).views] == ["SELECT 1 AS a"]


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


def test_a_value_in_the_query_string_of_a_path_is_a_flaw(service_document: Make) -> None:
    assert "query string" in read(service_document(path="/users?name={name}")).methods["list"].flaw


def test_the_query_string_of_a_path_is_sent_as_it_stands(service_document: Make) -> None:
    method = read(service_document(path="/users?beta=true&empty=")).methods["list"]
    assert (method.path, method.fixed_query) == ("/users", (("beta", "true"), ("empty", "")))
    assert not method.flaw


def test_where_the_rows_are_in_a_report_goes_with_the_method(service_document: Make) -> None:
    report = {"report": "users", "scope": "org", "array": "totals_by_ide"}
    method = read(service_document(operation={"x-stackduck-report": report})).methods["list"]
    assert method.extras == {"report": report}
    assert not method.flaw


def test_the_documents_of_other_providers_know_no_reports(service_document: Make) -> None:
    report = {"report": "users", "scope": "org"}
    tree = service_document(operation={"x-stackduck-report": report})
    assert read(tree, provider="acme").methods["list"].extras == {}


def test_a_report_that_is_no_mapping_is_an_error_with_file_and_key(service_document: Make) -> None:
    with pytest.raises(ProgrammingError) as raised:
        read(service_document(operation={"x-stackduck-report": "users"}))
    assert str(raised.value) == (
        "github/a.yaml: paths./orgs/{org}/seats.get.x-stackduck-report: must be a mapping, not a scalar"
    )
