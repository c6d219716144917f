"""The fields that no document knows: which they are, where they are, and that every other field is documented."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from stackduck.catalog.names import Catalog
from stackduck.engine.ingest.trees import Leaf, Listed, Node, Struct, tree
from stackduck.sandbox import Sandbox, serve

Ask = Callable[..., Any]
Row = dict[str, Any]

TODAY = date(2026, 11, 20)
BASES = {
    "enterprise": "/enterprises/octo-demo/copilot/metrics/reports",
    "organization": "/orgs/octo-demo-eng/copilot/metrics/reports",
}
RESOURCES = {
    "users-1-day": "user_days",
    "{}-1-day": "entity_days",
    "user-teams-1-day": "user_team_days",
    "repos-1-day": "repo_days",
}
CANVAS = "copilot_canvas_session_count"
NEXT_EDITS = "totals_by_ide.next_edit_suggestion_count"
CHANGED = "distinct_plugin_use_count"
FITTING: dict[type, tuple[str, ...]] = {
    bool: ("BOOLEAN",),
    int: ("BIGINT", "DOUBLE"),
    float: ("DOUBLE",),
    str: ("VARCHAR", "DATE", "TIMESTAMPTZ"),
}


def rows(github: Sandbox, ask: Ask, api_of: Ask, path: str, days: int) -> Iterator[Row]:
    """Give the rows of a report's last days, the latest first."""
    for n in range(days):
        answer = api_of(github)(f"{path}?day={github.last_day - timedelta(days=n)}")
        links = answer.json["download_links"] if answer.status == 200 else []
        for link in links:
            yield from (json.loads(line) for line in ask(link).plain.splitlines())


def strange(value: Any, node: Node | None, path: str) -> Iterator[str]:
    """Give the paths of what is not declared, those of another type than declared with the type."""
    match node, value:
        case None, _:
            yield path
        case _, None:
            pass
        case Struct(fields), dict():
            for name, child in value.items():
                yield from strange(child, fields.get(name), f"{path}.{name}".lstrip("."))
        case Listed(element), list():
            for item in value:
                yield from strange(item, element, path)
        case Leaf(kind), _ if kind in FITTING.get(type(value), ()):
            pass
        case _:
            yield f"{path} as {type(value).__name__}"


@pytest.fixture(scope="module")
def declared() -> dict[str, Struct]:
    """Give the declared rows of every report."""
    resources = Catalog.default().service("github", "copilot_usage").resources
    found = {}
    for report, name in RESOURCES.items():
        columns = resources[name].methods_for("select")[0].columns
        found[report] = Struct({column.name: tree(column.type) for column in columns})
    return found


@pytest.mark.parametrize("report", RESOURCES)
@pytest.mark.parametrize("kind", BASES)
def test_every_field_is_documented_but_for_those(
    github: Sandbox, ask: Ask, api_of: Ask, declared: dict[str, Struct], kind: str, report: str
) -> None:
    found = Counter[str]()
    for row in rows(github, ask, api_of, f"{BASES[kind]}/{report.format(kind)}", 28):
        found.update(set(strange(row, declared[report], "")))
    expected = {CANVAS, NEXT_EDITS, f"{CHANGED} as dict"} if report == "users-1-day" else set()
    assert found.keys() == expected


@pytest.mark.parametrize("report", RESOURCES)
def test_every_field_is_documented_where_it_shall_be(
    ask: Ask, api_of: Ask, declared: dict[str, Struct], report: str
) -> None:
    with serve(today=TODAY, undocumented=False) as github:
        some = rows(github, ask, api_of, f"{BASES['enterprise']}/{report.format('enterprise')}", 28)
        assert {path for row in some for path in strange(row, declared[report], "")} == set()


@pytest.fixture(scope="module")
def users(github: Sandbox, ask: Ask, api_of: Ask) -> list[Row]:
    """Give the enterprise's users rows of 28 days."""
    return list(rows(github, ask, api_of, f"{BASES['enterprise']}/users-1-day", 28))


def test_one_field_is_on_few_rows(users: list[Row]) -> None:
    share = sum(CANVAS in row for row in users) / len(users)
    assert 0.005 < share < 0.1


def test_one_field_is_within_an_array(users: list[Row]) -> None:
    name = NEXT_EDITS.partition(".")[2]
    ides = [ide for row in users for ide in row["totals_by_ide"]]
    assert {name in ide for ide in ides} == {True, False}


def test_one_field_has_another_type_on_one_row_of_a_day(users: list[Row]) -> None:
    changed = [row for row in users if isinstance(row.get(CHANGED), dict)]
    days = [date.fromisoformat(row["day"]) for row in changed]
    assert {day.weekday() for day in days} == {2}
    assert 2 <= len(days) == len(set(days)) <= 4
    for row in changed:
        assert row[CHANGED] == {"count": len(row["totals_by_plugin"]), "is_capped": False}


def test_they_leave_everything_else_as_it_is(github: Sandbox, ask: Ask, api_of: Ask, users: list[Row]) -> None:
    with serve(today=TODAY, undocumented=False) as documented:
        plain = list(rows(documented, ask, api_of, f"{BASES['enterprise']}/users-1-day", 28))
    for row, other in zip(users, plain, strict=True):
        row = {**row, "totals_by_ide": [dict(ide) for ide in row["totals_by_ide"]]}
        row.pop(CANVAS, None)
        for ide in row["totals_by_ide"]:
            ide.pop(NEXT_EDITS.partition(".")[2], None)
        if isinstance(row.get(CHANGED), dict):
            row[CHANGED] = row[CHANGED]["count"]
        assert row == other


def test_they_begin_on_a_day_of_their_own(ask: Ask, api_of: Ask, declared: dict[str, Struct]) -> None:
    with serve(today=date(2026, 2, 2)) as github:
        some = rows(github, ask, api_of, f"{BASES['enterprise']}/users-1-day", 28)
        assert {path for row in some for path in strange(row, declared["users-1-day"], "")} == set()
