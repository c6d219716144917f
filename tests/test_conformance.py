"""Statements that StackQL's users write, against what it answered, or against what is right where it is not."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any

import pytest

import stackduck
from stackduck import errors
from stackduck.api.caller import Pause
from stackduck.catalog.names import Catalog
from stackduck.sql import examples
from stackduck.sql.changing import changes, mutations
from stackduck.sql.statements import of_text

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "conformance"
AREAS = ("meta", "select", "seats", "errors", "functions", "tables", "join", "mutations")

if not FOLDER.is_dir():
    pytest.skip("the recorded StackQL answers are not here", allow_module_level=True)

CASES = [case for case in json.loads((FOLDER / "cases.json").read_text(encoding="utf-8")) if case["area"] in AREAS]


def module(name: str) -> ModuleType:
    """Import a file of the folder, which is no package."""
    spec = importlib.util.spec_from_file_location(f"conformance_{name}", FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


COMPARE = module("compare")


@pytest.fixture(scope="module")
def recorded() -> Iterator[Any]:
    """Serve the GitHub that answered StackQL."""
    with module("server").serve() as github:
        yield github


@pytest.fixture(scope="module")
def parsed_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the documents' parsed form from case to case."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def github(recorded: Any, monkeypatch: pytest.MonkeyPatch, parsed_documents: Path) -> Any:
    """Start with no requests, never wait between tries, and parse no document twice."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(parsed_documents))

    def go_on(pause: Pause, seconds: float, stop: Event) -> None: ...

    monkeypatch.setattr(Pause, "wait", go_on)
    recorded.requests.clear()
    return recorded


def ask(github: Any, sql: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the last statement's rows and warnings."""
    with stackduck.connect(
        api_url=github.url, token=github.token, registry=[FOLDER / "docs"], allow_writes=True
    ) as connection:
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in (cursor.fetchall() if names else ())]
        return rows, cursor.warnings


def check_error(github: Any, sql: str, expected: dict[str, Any]) -> None:
    with pytest.raises(getattr(errors, expected.get("class", "Error"))) as caught:
        ask(github, sql)
    for mention in expected.get("mentions", ()):
        assert mention.lower() in str(caught.value).lower()
    assert len(github.requests) <= expected.get("requests", len(github.requests))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['area']}-{case['id']}")
def test_a_statement_gives_what_is_right(github: Any, case: dict[str, Any]) -> None:
    expected = case["expect"]
    if "error" in expected:
        check_error(github, case["sql"], expected["error"])
    else:
        rows, warnings = ask(github, case["sql"])
        if "rows" in expected:
            assert COMPARE.same(expected["rows"], rows, ordered=expected.get("ordered", False)), rows
        assert all(any(wanted in warning for warning in warnings) for wanted in expected.get("warns", ()))
    if "paths" in expected:
        assert sorted({request["path"] for request in github.requests}) == sorted(expected["paths"])
    if "requests" in expected:
        assert [{key: asked[key] for key in ("method", "path", "body")} for asked in github.requests] == [
            {"method": wanted["method"], "path": wanted["path"], "body": wanted.get("body")}
            for wanted in expected["requests"]
        ]
    if "raw_path" in expected:
        assert expected["raw_path"] in [request["raw_path"] for request in github.requests]


def test_every_area_has_cases() -> None:
    assert {case["area"] for case in CASES} == set(AREAS)


@pytest.mark.parametrize("service", ["copilot", "orgs", "repos", "teams", "users"])
def test_the_example_of_every_method_that_changes_something_is_read_as_a_change_by_it(service: str) -> None:
    catalog = Catalog.default([FOLDER / "docs"])
    for resource in catalog.service("github", service).resources.values():
        for verb in ("insert", "update", "replace", "delete", "exec"):
            for method in resource.methods_for(verb):
                mutation = mutations.read(of_text(examples.statement(resource, method, verb)), ["github"])
                assert mutation is not None
                assert changes.plan(mutation, catalog).method is method
