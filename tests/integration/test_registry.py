"""REGISTRY LIST and PULL, from the statement to the socket and back into statements."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import stackduck
from stackduck.cli import run
from stackduck.errors import DataError, NotFoundError, ProgrammingError

from ..api.conftest import Reply, Seen, Server, serve
from ..archives import entry, provider, tgz

__all__ = ["serve"]

CONFORMANCE = Path(__file__).resolve().parents[3] / "shared" / "conformance"
ITEM = {"type": "object", "properties": {"id": {"type": "string"}}}
GISTS = {
    "openapi": "3.0.3",
    "info": {"title": "gists", "version": "1"},
    "servers": [{"url": "https://api.github.com"}],
    "paths": {
        "/users/{username}/gists": {
            "get": {
                "parameters": [{"name": "username", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "total_count": {"type": "integer"},
                                        "gists": {"type": "array", "items": ITEM},
                                    },
                                }
                            }
                        }
                    }
                },
            }
        }
    },
    "components": {
        "x-stackQL-resources": {
            "gists": {
                "methods": {
                    "list": {
                        "operation": {"$ref": "#/paths/~1users~1{username}~1gists/get"},
                        "response": {"mediaType": "application/json", "openAPIDocKey": "200"},
                    }
                },
                "sqlVerbs": {"select": [{"$ref": "#/components/x-stackQL-resources/gists/methods/list"}]},
            }
        }
    },
}
EVIL = {**GISTS, "servers": [{"url": "https://evil.example"}]}


def conformance_archive() -> bytes:
    """Return StackQL's own documents as its registry sends them."""
    folder = CONFORMANCE / "docs" / "github" / "v00.00.00000"
    if not folder.is_dir():
        pytest.skip("the recorded StackQL answers are not here")
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        archive.add(folder, "v00.00.00000")
    return made.getvalue()


@pytest.fixture
def archives() -> dict[str, bytes]:
    """What the registry has, by provider and version."""
    return {
        "github/v0.1.0": provider(name="github", version="v0.1.0", services={"gists": GISTS, "copilot": GISTS}),
        "github/v0.2.0": provider(name="github", version="v0.2.0", services={"gists": GISTS, "evil": EVIL}),
    }


@pytest.fixture
def server(serve: Callable[..., Server], archives: dict[str, bytes]) -> Server:
    """Serve a registry and a GitHub on one socket."""

    def listing() -> bytes:
        versions: dict[str, Any] = {}
        for place in archives:
            name, _, version = place.partition("/")
            versions.setdefault(name, {"versions": []})["versions"].append(version)
        return json.dumps({"providers": versions}).encode()

    def reply(seen: Seen) -> Reply:
        place = seen.target.removeprefix("/providers/dist/").removesuffix(".tgz")
        if place == "providers.yaml":
            return Reply(body=listing())
        if place in archives:
            return Reply(body=archives[place])
        if seen.target == "/users/ann/gists":
            return Reply(body=b'{"total_count": 2, "gists": [{"id": "a"}, {"id": "b"}]}')
        return Reply(404, b'{"message": "Not Found"}')

    return serve(reply)


@pytest.fixture
def connect(server: Server) -> Callable[..., stackduck.Connection]:
    def open_connection(**options: Any) -> stackduck.Connection:
        return stackduck.connect(
            **{"api_url": server.url, "token": "ghp_x", "registry_url": f"{server.url}/providers", **options}
        )

    return open_connection


@pytest.fixture
def connection(connect: Callable[..., stackduck.Connection]) -> Iterator[stackduck.Connection]:
    with connect() as opened:
        yield opened


def kept(home: Path) -> list[str]:
    root = home / "data" / "stackduck" / "registry"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.yaml"))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (tgz({"../../evil.yaml": b"a: 1"}), "holds '../../evil.yaml'"),
        (tgz({"v0.9.0/a": entry("v0.9.0/a", tarfile.SYMTYPE, linkname="/etc")}), "neither a file nor a folder"),
        (provider(name="gitlab", version="v0.9.0", services={"a": GISTS}), "is of the provider 'gitlab'"),
        (b"<html>busy</html>", "is no whole .tgz"),
    ],
    ids=["path", "link", "other provider", "no archive"],
)
def test_a_bad_archive_is_an_error_and_leaves_nothing(
    data: bytes,
    told: str,
    connection: stackduck.Connection,
    archives: dict[str, bytes],
    clean_environment: Path,
) -> None:
    archives["github/v0.9.0"] = data
    with pytest.raises(DataError, match="the archive of github v0") as raised:
        connection.execute("REGISTRY PULL github v0.9.0")
    assert told in str(raised.value)
    assert kept(clean_environment) == []
    assert list(clean_environment.rglob("evil.yaml")) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("REGISTRY PULL githup", "did you mean 'github'"),
        ("REGISTRY PULL github 'v9'", "has no version 'v9' of github"),
        ("REGISTRY LIST nothing", "has no provider 'nothing'"),
        ("REGISTRY FETCH github", "write REGISTRY LIST"),
    ],
)
def test_what_the_registry_lacks_is_an_error_that_says_so(
    statement: str, told: str, connection: stackduck.Connection
) -> None:
    with pytest.raises(ProgrammingError) as raised:
        connection.execute(statement)
    assert told in str(raised.value)


def test_a_registry_elsewhere_is_an_error_that_names_it(
    connect: Callable[..., stackduck.Connection], server: Server
) -> None:
    with connect(registry_url=f"{server.url}/nowhere") as connection, pytest.raises(NotFoundError) as raised:
        connection.execute("REGISTRY LIST")
    assert f"check the registry URL, {server.url}/nowhere" in str(raised.value)


def test_a_pulled_document_names_no_host_for_github_s_token(connection: stackduck.Connection, server: Server) -> None:
    connection.execute("REGISTRY PULL github")
    with pytest.raises(stackduck.AuthenticationError, match=r"is asked at evil\.example, to which no credential"):
        connection.execute("SELECT * FROM github.evil.gists WHERE username = 'ann'")
    assert not any("authorization" in seen.headers for seen in server.seen)


def test_the_registry_is_asked_without_a_credential(connection: stackduck.Connection, server: Server) -> None:
    connection.execute("REGISTRY PULL github")
    assert server.seen
    assert not any("authorization" in seen.headers for seen in server.seen)


def test_what_there_is_comes_in_stackql_s_columns(connection: stackduck.Connection) -> None:
    for statement, columns, rows in (
        ("REGISTRY LIST", ["provider", "version"], [("github", "v0.2.0")]),
        ("stackql registry list github;", ["provider", "versions"], [("github", "v0.1.0, v0.2.0")]),
        ("REGISTRY PULL github 'v0.1.0'", ["message"], [("github provider, version 'v0.1.0' successfully installed",)]),
    ):
        cursor = connection.execute(statement)
        assert [column[0] for column in cursor.description or ()] == columns
        assert cursor.fetchall() == rows


def test_what_was_pulled_is_queried_at_once_and_by_the_next_connection(
    connect: Callable[..., stackduck.Connection],
) -> None:
    query = "SELECT username, id FROM github.gists.gists WHERE username = 'ann' ORDER BY id"
    with connect() as connection:
        with pytest.raises(ProgrammingError, match="no service 'gists' in github"):
            connection.execute(query)
        connection.execute("REGISTRY PULL github")
        assert connection.execute(query).fetchall() == [("ann", "a"), ("ann", "b")]
    with connect() as connection:
        assert connection.execute(query).fetchall() == [("ann", "a"), ("ann", "b")]


def test_another_version_takes_the_place_of_the_one_in_use(connection: stackduck.Connection) -> None:
    connection.execute("REGISTRY PULL github; REGISTRY PULL github v0.1.0")
    with pytest.raises(ProgrammingError, match="no service 'evil' in github"):
        connection.execute("SELECT * FROM github.evil.gists WHERE username = 'ann'")


def test_the_built_in_services_stay_those_that_come_with_stackduck(connection: stackduck.Connection) -> None:
    connection.execute("REGISTRY PULL github v0.1.0")
    with pytest.raises(ProgrammingError, match=r"no resource 'gists' in github\.copilot"):
        connection.execute("SELECT * FROM github.copilot.gists WHERE username = 'ann'")


def test_stackql_s_own_archive_is_pulled_whole(connection: stackduck.Connection, archives: dict[str, bytes]) -> None:
    archives["github/v00.00.00000"] = conformance_archive()
    connection.execute("REGISTRY PULL github v00.00.00000")
    cursor = connection.execute("EXPLAIN SELECT * FROM github.repos.repos WHERE org = 'octo'")
    assert "GET /orgs/octo/repos" in str(cursor.fetchall())


def test_the_command_line_pulls_too(
    server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STACKDUCK_REGISTRY_URL", f"{server.url}/providers")
    assert run(["exec", "-o", "csv", "REGISTRY PULL github v0.1.0"]) == 0
    assert capsys.readouterr().out == "message\n\"github provider, version 'v0.1.0' successfully installed\"\n"
    monkeypatch.delenv("STACKDUCK_REGISTRY_URL")
    assert run(["exec", "-o", "csv", "-H", "--registry-url", f"{server.url}/providers", "REGISTRY LIST"]) == 0
    assert capsys.readouterr().out == "github,v0.2.0\n"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["pull"], 2, "pull needs the name of a provider"),
        (["list", "a", "b"], 2, "list takes no 'b'"),
        (["pull", "a", "b", "c"], 2, "pull takes no 'c'"),
        (["drop", "a"], 2, "invalid choice: 'drop'"),
        (["pull", "githup"], 1, "did you mean 'github'?"),
    ],
)
def test_the_subcommand_refuses_what_it_does_not_know(
    arguments: list[str], code: int, told: str, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    url = ["--registry-url", f"{server.url}/providers"]
    try:
        assert run(["registry", *url, *arguments]) == code
    except SystemExit as stop:
        assert stop.code == code
    assert told in capsys.readouterr().err


def test_the_subcommand_lists_and_pulls(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    url = ["--registry-url", f"{server.url}/providers", "-o", "csv"]
    for arguments, told in (
        (["list"], "provider,version\ngithub,v0.2.0\n"),
        (["list", "github"], 'provider,versions\ngithub,"v0.1.0, v0.2.0"\n'),
        (["pull", "github", "v0.1.0"], "message\n\"github provider, version 'v0.1.0' successfully installed\"\n"),
    ):
        assert run(["registry", *url, *arguments]) == 0
        assert capsys.readouterr().out == told
