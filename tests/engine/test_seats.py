"""Grants of seats become persons, each once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stackduck.engine import seats
from stackduck.engine.session import Session

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "samples" / "enterprise-seats-duplicates.viewer.json"
COLUMNS = (
    ("assignee", "STRUCT(login VARCHAR, id BIGINT)"),
    ("organization", "STRUCT(login VARCHAR)"),
    ("assigning_team", "STRUCT(slug VARCHAR)"),
    ("pending_cancellation_date", "DATE"),
    ("last_activity_at", "TIMESTAMPTZ"),
    ("last_activity_editor", "VARCHAR"),
    ("last_authenticated_at", "TIMESTAMPTZ"),
    ("created_at", "TIMESTAMPTZ"),
    ("plan_type", "VARCHAR"),
)
Rows = list[dict[str, Any]]
ANN, BOB = {"login": "ann", "id": 1}, {"login": "bob", "id": 2}


@pytest.fixture
def persons() -> Iterator[Callable[..., Rows]]:
    session = Session()

    def run(*grants: dict[str, Any]) -> Rows:
        name = session.new_relation_name("grants")
        session.create(name, COLUMNS)
        types = json.dumps([{column: _structure(kind) for column, kind in COLUMNS}])
        session.rows(
            f"INSERT INTO \"{name}\" SELECT unnest(from_json($rows::JSON, '{types}'), max_depth := 2)",
            {"rows": json.dumps(grants)},
        )
        query = seats.merged(f'"{name}"')
        names = [column for column, _ in session.describe(query, {})]
        found = session.rows(f"SELECT * FROM ({query}) ORDER BY user_id, login, created_at")
        return [dict(zip(names, row, strict=True)) for row in found]

    yield run
    session.close()


def _structure(kind: str) -> object:
    if not kind.startswith("STRUCT"):
        return "VARCHAR" if kind.startswith("TIME") else kind
    fields = (field.split() for field in kind.removeprefix("STRUCT(").removesuffix(")").split(", "))
    return {name: inner for name, inner in fields}


def test_a_seat_without_a_person_stays_a_row_each(persons: Callable[..., Rows]) -> None:
    found = persons({"plan_type": "business"}, {"assignee": None, "plan_type": "business"}, {"assignee": ANN})
    assert [(row["login"], row["seats"]) for row in found] == [("ann", 1), (None, 1), (None, 1)]


def test_a_person_with_several_seats_is_one_row(persons: Callable[..., Rows]) -> None:
    found = persons(
        {"assignee": ANN, "organization": {"login": "web"}, "assigning_team": {"slug": "core"}},
        {"assignee": BOB, "organization": {"login": "web"}},
        {"assignee": ANN, "organization": {"login": "app"}},
        {"assignee": ANN, "organization": {"login": "app"}, "assigning_team": {"slug": "ent:all"}},
    )
    assert [(r["login"], r["seats"], r["organizations"], r["teams"]) for r in found] == [
        ("ann", 3, ["app", "web"], ["core", "ent:all"]),
        ("bob", 1, ["web"], []),
    ]


def test_a_login_that_changed_is_still_one_person(persons: Callable[..., Rows]) -> None:
    found = persons({"assignee": ANN}, {"assignee": {"login": "anna", "id": 1}})
    assert [row["seats"] for row in found] == [2]


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        (["unknown", "business", "enterprise"], "enterprise"),
        (["unknown", "business"], "business"),
        (["unknown", None], "unknown"),
        (["starter"], "starter"),
        ([None], None),
    ],
)
def test_the_larger_plan_counts(persons: Callable[..., Rows], plans: list[str | None], expected: str | None) -> None:
    assert [row["plan_type"] for row in persons(*({"assignee": ANN, "plan_type": p} for p in plans))] == [expected]


def test_the_latest_activity_counts_with_its_editor(persons: Callable[..., Rows]) -> None:
    [row] = persons(
        {"assignee": ANN, "last_activity_at": "2026-01-02T00:00:00Z", "last_activity_editor": "vim"},
        {"assignee": ANN, "last_activity_at": "2026-01-03T00:00:00Z", "last_activity_editor": "zed"},
        {"assignee": ANN, "last_activity_at": None, "last_activity_editor": None, "created_at": "2025-01-01T00:00:00Z"},
        {"assignee": ANN, "created_at": "2024-01-01T00:00:00Z"},
    )
    assert (str(row["last_activity_at"])[:10], row["last_activity_editor"]) == ("2026-01-03", "zed")
    assert str(row["created_at"])[:10] == "2024-01-01"


def test_a_seat_that_goes_on_outlives_one_that_ends(persons: Callable[..., Rows]) -> None:
    ends = {"assignee": ANN, "pending_cancellation_date": "2026-02-01"}
    later = {"assignee": ANN, "pending_cancellation_date": "2026-03-01"}
    assert persons(ends, {"assignee": ANN})[0]["pending_cancellation_date"] is None
    assert str(persons(ends, later)[0]["pending_cancellation_date"]) == "2026-03-01"


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample files are not here")
def test_a_real_list_with_duplicates_has_each_person_once(persons: Callable[..., Rows]) -> None:
    grants = json.loads(SAMPLE.read_text(encoding="utf-8"))["seats"]
    found = persons(*grants)
    ids = [grant["assignee"]["id"] for grant in grants]
    assert len(set(ids)) < len(ids)
    assert sorted(row["user_id"] for row in found) == sorted(set(ids))
    assert sum(row["seats"] for row in found) == len(grants)
