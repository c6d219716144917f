"""Any provider's document, from the statement to the socket: servers, credentials, pages, views, and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stackduck
from stackduck.errors import (
    AuthenticationError,
    MissingParameterError,
    NotSupportedError,
    ProgrammingError,
)

from ..api.conftest import Reply, Seen, Server, serve

__all__ = ["serve"]

ROW = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
WRAPPED = {"type": "object", "properties": {"rows": {"type": "array", "items": ROW}, "next": {"type": "string"}}}
TALKS = "/graphql?resource=talks"
QUERY = (
    'query { home(owner: "{{ .owner }}") { talks(of: {{ .number }}, first: 2{{ .cursor }}) { nodes { id name } } } }'
)
ORG = {"name": "org", "in": "path", "required": True, "schema": {"type": "string"}}


def method(path: str, verb: str = "get", *, key: str = "$.rows", **more: Any) -> dict[str, Any]:
    pointer = f"#/paths/{path.replace('~', '~0').replace('/', '~1')}/{verb}"
    response = {"mediaType": "application/json", "openAPIDocKey": "200", "objectKey": key}
    return {"operation": {"$ref": pointer}, "response": response, **more}


def operation(schema: Any = None, **more: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema or WRAPPED}}
    return {"responses": {"200": {"content": content}}, **more}


def resource(name: str, methods: dict[str, Any], *, select: list[str], **more: Any) -> dict[str, Any]:
    refs = [{"$ref": f"#/components/x-stackQL-resources/{name}/methods/{each}"} for each in select]
    return {"id": f"acme.a.{name}", "name": name, "methods": methods, "sqlVerbs": {"select": refs}, **more}


def graphql(server: str) -> dict[str, Any]:
    """Return an operation that asks by GraphQL; its path is no address, but a name of its own."""
    nodes = {"type": "object", "properties": {"nodes": {"type": "array", "items": ROW}}}
    home = {"type": "object", "properties": {"talks": nodes}}
    data = {"type": "object", "properties": {"home": home}}
    said = {
        "url": f"{server}/graphql",
        "httpVerb": "POST",
        "query": QUERY,
        "responseSelection": {"jsonPath": "$.data.home.talks.nodes[*]"},
        "cursor": {
            "strategy": "page_info",
            "jsonPath": "$.data.home.talks.pageInfo.endCursor",
            "terminateOnJsonPath": "$.data.home.talks.pageInfo.hasNextPage",
        },
    }
    owner = {"name": "owner", "in": "query", "required": True, "schema": {"type": "string"}}
    number = {"name": "number", "in": "query", "required": True, "schema": {"type": "integer"}}
    schema = {"type": "object", "properties": {"data": data}}
    return operation(schema, parameters=[owner, number], **{"x-stackQL-graphQL": said})


def document(server: str, **variables: Any) -> dict[str, Any]:
    """Return a service with one resource for each thing that may be asked of it."""
    tokens = {
        "requestToken": {"key": "token", "location": "query"},
        "responseToken": {"key": "$.next", "location": "body"},
    }
    numbers = {
        "algorithm": "page_number",
        "requestToken": {"key": "page", "location": "query"},
        "responseToken": {"key": "$.page", "location": "body"},
        "responseTerminator": {"key": "$.pages", "location": "body"},
    }
    version = {"name": "X-Version", "in": "header", "schema": {"type": "string", "default": "2026-01-01"}}
    view = "SELECT id, upper(name) AS shout FROM acme.a.tokens WHERE org = '{{ org }}'"
    spy = "SELECT content AS name FROM read_text('/etc/hostname')"
    resources = {
        "talks": resource("talks", {"list": method(TALKS, "post", key="$.data.home.talks.nodes")}, select=["list"]),
        "tokens": resource(
            "tokens", {"list": method("/orgs/{org}/rows", config={"pagination": tokens})}, select=["list"]
        ),
        "numbers": resource("numbers", {"list": method("/rows", config={"pagination": numbers})}, select=["list"]),
        "signed": resource("signed", {"list": method("/rows", config={"auth": {"type": "oauth2"}})}, select=["list"]),
        "shaped": resource(
            "shaped",
            {"list": method("/rows"), "odd": method("/rows", response={"transform": {"type": "golang_template"}})},
            select=["odd"],
        ),
        "posted": resource("posted", {"ask": method("/rows", "post")}, select=["ask"]),
        "far": resource("far", {"list": method("/far")}, select=["list"]),
        "vw": resource("vw", {}, select=[], config={"views": {"select": {"ddl": view}}}),
        "spy": resource("spy", {}, select=[], config={"views": {"select": {"ddl": spy}}}),
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "a", "version": "1"},
        "servers": [{"url": server, "variables": variables}],
        "paths": {
            "/orgs/{org}/rows": {"get": operation(parameters=[ORG, version])},
            "/rows": {"get": operation(), "post": operation()},
            TALKS: {"post": graphql(server)},
            "/far": {"get": operation(servers=[{"url": "https://{site}.example.test"}])},
        },
        "components": {"x-stackQL-resources": resources},
    }


@pytest.fixture
def registry(tmp_path: Path) -> Callable[..., Path]:
    """Write a registry folder with the provider acme."""

    def write(tree: dict[str, Any], *, auth: dict[str, str] | None = None) -> Path:
        home = tmp_path / "registry" / "acme" / "v1"
        (home / "services").mkdir(parents=True)
        service = {"id": "a", "service": {"$ref": "acme/v1/services/a.yaml"}}
        listed = {"id": "acme", "name": "acme", "version": "v1", "providerServices": {"a": service}}
        told = {**listed, "config": {"auth": auth or {"type": "bearer", "credentialsenvvar": "HOME"}}}
        for file, content in (("provider.yaml", told), ("services/a.yaml", tree)):
            # JSON is YAML, and some documents have tags that no YAML knows.
            (home / file).write_text("{ 'x-odd': !js/undefined '', " + json.dumps(content)[1:])
        return tmp_path / "registry"

    return write


@pytest.fixture
def asked_at(
    serve: Callable[..., Server], registry: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[stackduck.Connection, Server]]:
    """Serve acme on a real socket, and connect with a credential bound to it."""
    monkeypatch.setenv("ACME_TOKEN", "acme-secret")

    def open_connection(**options: Any) -> tuple[stackduck.Connection, Server]:
        server = serve(answer)
        folder = registry(document(options.pop("server", server.url)), auth=options.pop("shown", None))
        options.setdefault("auth", {server.url: "ACME_TOKEN"})
        return stackduck.connect(registry=folder, api_url="http://127.0.0.1:1", token="ghp_x", **options), server

    return open_connection


def answer(seen: Seen) -> Reply:
    """Answer three pages by token or by number."""
    if seen.target == "/graphql":
        return talk(seen)
    query = dict(pair.split("=") for pair in seen.target.partition("?")[2].split("&") if pair)
    page = int(query.get("token", query.get("page", "1")))
    rows = [{"id": page, "name": f"row {page}"}]
    said = {"rows": rows, "page": page, "pages": 3, **({"next": str(page + 1)} if page < 3 else {})}
    return Reply(body=json.dumps(said).encode())


def talk(seen: Seen) -> Reply:
    """Answer two pages by their cursor."""
    is_first = "after" not in json.loads(seen.body)["query"]
    nodes = [{"id": 2 - is_first, "name": "talk"}]
    found = {"nodes": nodes, "pageInfo": {"endCursor": 'next"', "hasNextPage": is_first}}
    return Reply(body=json.dumps({"data": {"home": {"talks": found}}}).encode())


Ask = Callable[..., tuple[stackduck.Connection, Server]]


@pytest.mark.parametrize(
    ("sql", "kind", "told"),
    [
        ("SELECT * FROM acme.a.signed", AuthenticationError, "'oauth2', which stackduck does not make"),
        ("SELECT * FROM acme.a.shaped", NotSupportedError, "acme.a.shaped.odd cannot be used: its response needs"),
        ("SELECT * FROM acme.a.posted", NotSupportedError, "a POST, which may change something; run it by EXEC"),
        ("SELECT * FROM acme.a.far WHERE site = 'evil.com/'", ProgrammingError, "it is part of the host"),
        ("SELECT * FROM acme.a.far WHERE site = 'x'", AuthenticationError, "asked at x.example.test, to which no"),
        ("SELECT * FROM acme.a.far", MissingParameterError, "acme.a.far needs site"),
        ("SELECT * FROM acme.a.vw", MissingParameterError, "acme.a.vw needs org; add WHERE org = '<org>'"),
        ("SELECT * FROM acme.a.spy", NotSupportedError, "reads from read_text"),
    ],
    ids=["auth", "transform", "post", "host", "unbound", "variable", "view", "file"],
)
def test_what_is_not_supported_says_so_by_name_and_asks_nobody(
    sql: str, kind: type[Exception], told: str, asked_at: Ask
) -> None:
    connection, server = asked_at()
    with connection, pytest.raises(kind) as raised:
        connection.execute(sql)
    assert told in str(raised.value)
    assert server.seen == []


def test_nothing_is_asked_of_a_host_that_the_user_did_not_name(asked_at: Ask) -> None:
    connection, server = asked_at(auth={})
    with connection, pytest.raises(AuthenticationError, match="to which no credential is bound"):
        connection.execute("SELECT * FROM acme.a.numbers")
    assert server.seen == []


def test_a_pulled_document_without_a_server_is_not_asked_at_github_with_github_s_token(
    serve: Callable[..., Server], registry: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    github = serve(answer)
    tree = {name: value for name, value in document(github.url).items() if name != "servers"}
    pulled = tmp_path / "data" / "stackduck" / "registry"
    pulled.parent.mkdir(parents=True)
    registry(tree).rename(pulled)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with (
        stackduck.connect(api_url=github.url, token="ghp_x") as connection,
        pytest.raises(NotSupportedError, match="its document names no server"),
    ):
        connection.execute("SELECT * FROM acme.a.numbers")
    assert github.seen == []


def test_a_document_reads_no_variable_of_the_environment(asked_at: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/never-sent")
    connection, server = asked_at()
    with connection:
        connection.execute("SELECT * FROM acme.a.numbers")
    assert {seen.headers["authorization"] for seen in server.seen} == {"Bearer acme-secret"}


def test_rows_come_by_token_with_the_document_s_headers(asked_at: Ask) -> None:
    connection, server = asked_at()
    with connection:
        cursor = connection.execute("SELECT org, id, name FROM acme.a.tokens WHERE org = 'a/b' ORDER BY id")
        assert cursor.fetchall() == [("a/b", n, f"row {n}") for n in (1, 2, 3)]
    assert server.targets == ["/orgs/a%2Fb/rows", "/orgs/a%2Fb/rows?token=2", "/orgs/a%2Fb/rows?token=3"]
    assert {seen.headers["x-version"] for seen in server.seen} == {"2026-01-01"}
    assert {seen.headers["accept"] for seen in server.seen} == {"application/json"}


def test_rows_come_by_page_number(asked_at: Ask) -> None:
    connection, server = asked_at()
    with connection:
        assert connection.execute("SELECT sum(id) FROM acme.a.numbers").fetchone() == (6,)
    assert sorted(server.targets) == ["/rows", "/rows?page=2", "/rows?page=3"]


@pytest.mark.parametrize(
    ("shown", "header"),
    [
        ({"type": "api_key", "name": "X-Key", "location": "header"}, ("x-key", "acme-secret")),
        ({"type": "api_key", "valuePrefix": "SSWS "}, ("authorization", "SSWS acme-secret")),
        ({"type": "null_auth"}, ("authorization", "Bearer acme-secret")),
    ],
    ids=["header", "prefix", "none said"],
)
def test_credentials_are_shown_as_the_document_wants(
    shown: dict[str, str], header: tuple[str, str], asked_at: Ask
) -> None:
    connection, server = asked_at(shown=shown)
    with connection:
        connection.execute("SELECT count(*) FROM acme.a.numbers")
    assert all(seen.headers[header[0]] == header[1] for seen in server.seen)


def test_a_view_of_the_document_is_read_with_the_values_given(asked_at: Ask) -> None:
    connection, server = asked_at()
    with connection:
        cursor = connection.execute("SELECT * FROM acme.a.vw v WHERE v.org = ? AND id < 3", ["octo"])
        assert [column[0] for column in cursor.description or ()] == ["id", "shout"]
        assert sorted(cursor.fetchall()) == [(1, "ROW 1"), (2, "ROW 2")]
    assert server.targets[0] == "/orgs/octo/rows"


def test_ports_and_paths_of_a_server_may_be_chosen(
    serve: Callable[..., Server], registry: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_TOKEN", "acme-secret")
    server, other = serve(answer), serve(answer)
    port = server.url.rpartition(":")[2]
    folder = registry(document("http://127.0.0.1:{port}/{base}", base={"default": "api/v1"}))
    with stackduck.connect(registry=folder, auth={server.url: "ACME_TOKEN"}) as connection:
        connection.execute(f"SELECT port, id FROM acme.a.numbers WHERE port = '{port}'")
        connection.execute(f"SELECT id FROM acme.a.numbers WHERE port = '{port}' AND base = '../x'")
        with pytest.raises(AuthenticationError, match="to which no credential is bound"):
            connection.execute("SELECT id FROM acme.a.numbers WHERE port = $p", {"p": other.url.rpartition(":")[2]})
    assert {target.partition("/rows")[0] for target in server.targets} == {"/api/v1", "/..%2Fx"}
    assert other.seen == []


@pytest.mark.parametrize(
    ("resource", "rows"),
    [
        ("shaped", [("odd", "", "SELECT"), ("list", "", "EXEC")]),
        ("posted", [("ask", "", "SELECT")]),
        ("far", [("list", "site", "SELECT")]),
        ("tokens", [("list", "org", "SELECT")]),
        ("vw", [("__view__", "org", "SELECT")]),
    ],
)
def test_what_is_not_supported_is_listed_all_the_same(
    resource: str, rows: list[tuple[str, str, str]], asked_at: Ask
) -> None:
    connection, server = asked_at()
    with connection:
        assert connection.execute(f"SHOW METHODS IN acme.a.{resource}").fetchall() == rows
    assert server.seen == []


def test_the_calls_that_explain_lists_name_their_host(asked_at: Ask) -> None:
    connection, server = asked_at()
    with connection:
        row = connection.execute("EXPLAIN SELECT * FROM acme.a.tokens WHERE org = 'octo'").fetchone()
    assert row
    assert row[2] == f"GET {server.url}/orgs/octo/rows"
    assert server.seen == []


def test_graphql_is_asked_page_by_page_and_values_stay_values(asked_at: Ask) -> None:
    connection, server = asked_at()
    with connection:
        fed = """SELECT t.id, t.owner, t.number FROM (VALUES ('o" x', 7)) AS v(o, n)
            JOIN acme.a.talks AS t ON t.owner = v.o AND t.number = v.n ORDER BY id"""
        assert connection.execute(fed).fetchall() == [(1, 'o" x', 7), (2, 'o" x', 7)]
        assert connection.execute("SELECT DISTINCT path_template FROM stackduck.calls").fetchall() == [("/graphql",)]
    asked = [json.loads(seen.body)["query"] for seen in server.seen]
    assert asked == [
        'query { home(owner: "o\\" x") { talks(of: 7, first: 2) { nodes { id name } } } }',
        'query { home(owner: "o\\" x") { talks(of: 7, first: 2, after: "next\\"") { nodes { id name } } } }',
    ]


def test_explain_tells_by_which_values_graphql_is_asked(asked_at: Ask) -> None:
    connection, server = asked_at()
    with connection:
        row = connection.execute(
            "EXPLAIN SELECT id FROM acme.a.talks WHERE owner = 'o' AND number IN (1, 2)"
        ).fetchone()
    assert row
    assert row[3:5] == ("owner = o; number = 1, 2", 2)
    assert server.seen == []
