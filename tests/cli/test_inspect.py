"""`stackduck inspect`: pages for people, rows for programs, and no token for either."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stackduck.catalog.model import Column, Method, Parameter, Resource
from stackduck.cli.pages import Pages

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["seatz"], 1, "error: nothing is called 'seatz'; did you mean 'seats'?\n"),
        (["copilot.org_seat_"], 1, "error: nothing is called 'copilot.org_seat_'; did you mean 'org_seats'?\n"),
        (["a..b"], 1, "error: 'a..b' is no name; write <provider>.<service>.<resource>.<method>, or the end of it\n"),
        (
            ["zzz", "-o", "json"],
            1,
            "error: nothing is called 'zzz'; stackduck inspect without a name lists what there is\n",
        ),
        (["a", "b"], 2, "error: unrecognized arguments: b; run stackduck inspect --help\n"),
        (["seats", "-o", "xml"], 2, "error: argument -o/--output: invalid choice: 'xml'"),
        (["seats", "-o", "parquet"], 2, "error: argument -o/--output: invalid choice: 'parquet'"),
        (["--registry", "nowhere"], 1, "error: --registry: no folder 'nowhere'\n"),
    ],
)
def test_a_mistake_is_told_and_prints_no_page(arguments: list[str], code: int, told: str, stackduck: Command) -> None:
    done = stackduck("inspect", *arguments)
    assert done.stderr.startswith(told)
    assert (done.returncode, done.stdout) == (code, "")


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ([], ["provider github, version v1.0.0", "  copilot        GitHub Copilot in enterprises"]),
        (["copilot"], ["service github.copilot", "  org_seats  "]),
        (
            ["github.copilot.org_seats"],
            ["resource github.copilot.org_seats", "SELECT by list_copilot_seats: GET /orgs/"],
        ),
        (["ORG_SEATS"], ["resource github.copilot.org_seats", "  SELECT * FROM github.copilot.org_seats WHERE org = "]),
        (["list_copilot_seats"], ["method github.copilot.org_seats.list_copilot_seats", "answers"]),
        (["user_days"], ["resource github.copilot_usage.user_days", "SELECT by user_days_of_enterprise"]),
        (
            ["seats_te"],
            ["resource github.copilot.org_copilot_seats_teams", "INSERT by add_copilot_seats_for_teams: POST "],
        ),
        (["org_s"], ["resource github.copilot.org_seats"]),
        (["org_copilot_user"], ["resource  github.copilot.org_copilot_user_usage_metrics"]),
    ],
)
def test_a_page_says_what_there_is(arguments: list[str], lines: list[str], stackduck: Command) -> None:
    done = stackduck("inspect", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    for line in lines:
        assert any(printed.startswith(line) for printed in done.stdout.splitlines()), line
    assert all(len(line) <= 110 or "github.copilot" in line for line in done.stdout.splitlines())


def test_a_page_is_plain_text_on_a_terminal_too(terminal: Callable[..., tuple[int, str]]) -> None:
    code, shown = terminal("inspect", "org_seats", COLUMNS="80")
    assert code == 0
    assert "\x1b" not in shown
    assert "resource github.copilot.org_seats\n" in shown


def test_a_reader_that_leaves_early_is_no_error(stackduck: Command) -> None:
    command = f"{sys.executable} -m stackduck inspect copilot | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("service github.copilot\n", "")


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        ([], ["name", "version", "services"]),
        (["github"], ["id", "name", "title", "description", "version", "preferred"]),
        (["copilot"], ["name", "id", "description", "verbs", "needs", "example"]),
        (["org_seats"], ["name", "type", "description", "sql_type", "param_type", "methods"]),
        (
            ["list_copilot_seats"],
            ["name", "type", "param_type", "shape", "description", "sql_type", "default_value", "allowed"],
        ),
        (["org_copilot_user"], ["kind", "name"]),
    ],
)
def test_rows_are_those_of_show_and_describe(arguments: list[str], keys: list[str], stackduck: Command) -> None:
    done = stackduck("inspect", *arguments, "-o", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(json.loads(done.stdout)[0]) == keys


def test_a_registry_folder_goes_first(stackduck: Command, tmp_path: Path) -> None:
    home = tmp_path / "okta" / "v2"
    home.mkdir(parents=True)
    (home / "provider.yaml").write_text("name: okta\nversion: v2\nproviderServices: {users: {service: {$ref: x}}}\n")
    done = stackduck("inspect", "okta", "--registry", str(tmp_path))
    assert done.stdout.splitlines()[0] == "provider okta, version v2"
    rows = stackduck("inspect", "-o", "json", "--registry", str(tmp_path))
    assert [row["name"] for row in json.loads(rows.stdout)] == ["github", "okta"]


def test_no_library_that_answers_statements_is_loaded() -> None:
    look = "sys.stderr.write(str(sorted({'duckdb', 'sqlglot', 'httpx'} & set(sys.modules))))"
    code = f"import sys; from stackduck.cli import run; run(['inspect', 'org_seats']); {look}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]"


def page(*methods: Method, **verbs: str) -> str:
    """Return the page of a resource with these methods, each under its verb."""
    listed = {method.name: method for method in methods}
    by_verb = {verb: (name,) for verb, name in verbs.items()}
    resource = Resource("p", "s", "r", description="Made up.\n\nMore.", methods=listed, verbs=by_verb)
    return "\n".join(Pages(100).of_resource(resource))


def test_a_resource_without_methods_has_a_page() -> None:
    assert page() == "resource p.s.r\n  Made up."


def test_a_page_shows_no_control_character_of_a_document(stackduck: Command, tmp_path: Path) -> None:
    home = tmp_path / "okta" / "v2"
    home.mkdir(parents=True)
    listed = {"users": {"service": {"$ref": "okta/v2/provider.yaml"}, "description": "a\x1b[31mb"}}
    document = {"name": "okta", "version": "v2", "providerServices": listed}
    (home / "provider.yaml").write_text(json.dumps(document))
    done = stackduck("inspect", "okta", "--registry", str(tmp_path))
    assert "\x1b" not in done.stdout
    assert "a\\x1b[31mb" in done.stdout


def test_a_page_names_a_structs_fields_and_why_a_method_cannot_be_used() -> None:
    column = Column("who", 'STRUCT("login" VARCHAR, "the ""plan""" STRUCT("x" BIGINT))[]', "Holders.", "array")
    state = Parameter("state", "query", "VARCHAR", False, "Which.", default="open", enum=("open", "all"))
    method = Method("list", "GET", "/who", (state,), (column,), scopes="read:org", flaw="it speaks XML")
    assert (
        page(method, select="list")
        == """resource p.s.r
  Made up.

example
  SELECT * FROM p.s.r

columns
  who  STRUCT[]  Holders. Fields: login, the "plan".

SELECT by list: GET /who
  It cannot be used here: it speaks XML.
  takes
    state  VARCHAR  Which. One of open, all. Without it, open.
  token: read:org"""
    )
