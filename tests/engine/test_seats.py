"""Seat grants become one row a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stackduck.catalog.names import Catalog
from stackduck.engine import seats

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
Row = dict[str, Any]
DOCUMENTED = Catalog.default().resource("github", "copilot_usage", "seats").methods["seats_of_enterprise"].columns


def grants_columns(resource: str, method: str) -> dict[str, str]:
    found = Catalog.default().resource("github", "copilot", resource).methods[method].columns
    return {column.name: column.type for column in found}


ENTERPRISE = grants_columns("enterprise_seats", "list_copilot_seats_for_enterprise")
ORG = grants_columns("org_seats", "list_copilot_seats")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def people(
    connection: duckdb.DuckDBPyConnection, folder: Path, *grants: Row, columns: dict[str, str] = ENTERPRISE
) -> list[Row]:
    """Merge grants, by user id."""
    listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f'CREATE TABLE "github.copilot.seats #1" ({listed})')
    if grants:
        (folder / "seats.json").write_text("\n".join(map(json.dumps, grants)))
        read = f"read_json('{folder}/seats.json', format = 'newline_delimited', columns = {columns})"
        connection.execute(f'INSERT INTO "github.copilot.seats #1" FROM {read}')
    query = seats.merged('"github.copilot.seats #1"')
    result = connection.execute(f"SELECT * FROM ({query}) ORDER BY user_id, login, created_at")
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def grant(user: int | None = 1, *, org: str | None = None, team: str | None = None, **fields: object) -> Row:
    """Make up a grant as GitHub lists it."""
    found: Row = {"created_at": "2026-01-03T09:00:00Z", "plan_type": "business", **fields}
    if user is not None:
        found["assignee"] = {"login": f"user-{user}", "id": user}
    if org:
        found["organization"] = {"login": org, "id": len(org)}
    if team:
        found["assigning_team"] = {"slug": team, "name": team.title()}
    return found


@pytest.mark.parametrize("columns", [ENTERPRISE, ORG], ids=["enterprise", "org"])
def test_the_columns_are_the_documented_ones(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, columns: dict[str, str]
) -> None:
    assert people(connection, tmp_path, columns=columns) == []
    query = seats.merged('"github.copilot.seats #1"')
    found = [(row[0], row[1].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"))
             for row in connection.execute(f"DESCRIBE {query}").fetchall()]  # fmt: skip
    assert found == [(column.name, column.type) for column in DOCUMENTED]


def test_a_seat_without_a_person_stays_a_row(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found = people(connection, tmp_path, grant(None, org="a"), grant(None, org="a"), grant(1, org="a"))
    assert [(row["user_id"], row["login"], row["seats"]) for row in found] == [
        (1, "user-1", 1),
        (None, None, 1),
        (None, None, 1),
    ]


def test_a_person_without_a_number_is_known_by_login(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    ghost, other = ({"assignee": {"login": login, "id": None}} for login in ("ghost", "4"))
    found = people(connection, tmp_path, grant(None) | ghost, grant(None) | other, grant(None) | ghost, grant(None))
    assert [(row["user_id"], row["login"], row["seats"]) for row in found] == [
        *((None, "4", 1), (None, "ghost", 2), (None, None, 1)),
    ]


def test_a_login_that_changed_is_still_one_person(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (row,) = people(connection, tmp_path, grant(), grant() | {"assignee": {"login": "new", "id": 1}})
    assert (row["user_id"], row["seats"]) == (1, 2)


def test_grants_are_counted_and_their_places_listed_once_in_order(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    mine = [grant(org="zoo", team="b"), grant(org="ant", team="ent:a"), grant(org="zoo", team="b"), grant(org="mid")]
    (row,) = people(connection, tmp_path, *mine)
    assert (row["organizations"], row["teams"], row["seats"]) == (["ant", "mid", "zoo"], ["b", "ent:a"], 4)


def test_no_places_are_an_empty_list(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (row,) = people(connection, tmp_path, grant())
    assert (row["organizations"], row["teams"]) == ([], [])


PLANS = {
    "enterprise first": (["business", "enterprise", "unknown"], "enterprise"),
    "business before unknown": (["unknown", "business", None], "business"),
    "unknown before none": ([None, "unknown"], "unknown"),
    "a new one before unknown": (["unknown", "gold"], "gold"),
    "business before a new one": (["zinc", "business"], "business"),
    "none": ([None, None], None),
}


@pytest.mark.parametrize(("plans", "expected"), PLANS.values(), ids=PLANS.keys())
def test_the_best_plan_counts(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, plans: list[str | None], expected: str | None
) -> None:
    (row,) = people(connection, tmp_path, *(grant(plan_type=plan) for plan in plans))
    assert row["plan_type"] == expected


EARLY, LATE = "2026-05-01T12:00:00+02:00", "2026-05-01T11:00:00Z"
LATEST = datetime(2026, 5, 1, 11, tzinfo=UTC)
ACTIVITIES = {
    "the latest instant": ([(EARLY, "vim"), (LATE, "emacs")], LATEST, "emacs"),
    "whatever the order": ([(LATE, "emacs"), (EARLY, "vim")], LATEST, "emacs"),
    "an earlier editor is not borrowed": ([(LATE, None), (EARLY, "vim")], LATEST, None),
    "of one instant the named": ([(LATE, None), (LATE, "vim"), (LATE, None)], LATEST, "vim"),
    "an activity before none": ([(None, "xcode"), (LATE, "vim")], LATEST, "vim"),
    "none": ([(None, "xcode"), (None, None)], None, None),
    "an empty text is one": ([(LATE, "")], LATEST, ""),
}


@pytest.mark.parametrize(("activities", "at", "editor"), ACTIVITIES.values(), ids=ACTIVITIES.keys())
def test_the_editor_is_that_of_the_latest_activity(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    activities: list[tuple[str | None, str | None]],
    at: datetime | None,
    editor: str | None,
) -> None:
    mine = [grant(last_activity_at=when, last_activity_editor=where) for when, where in activities]
    (row,) = people(connection, tmp_path, *mine)
    assert (row["last_activity_at"], row["last_activity_editor"]) == (at, editor)


def test_a_seat_begins_with_its_first_grant_and_was_opened_last_with_the_latest(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first = grant(created_at="2026-01-02T00:00:00Z", last_authenticated_at="2026-04-02T00:00:00Z")
    second = grant(created_at="2026-01-01T00:00:00Z", last_authenticated_at=None)
    (row,) = people(connection, tmp_path, first, second)
    assert row["created_at"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert row["last_authenticated_at"] == datetime(2026, 4, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [(["2026-03-01", "2026-04-01"], date(2026, 4, 1)), (["2026-03-01", None], None), ([None], None)],
    ids=["all end", "one goes on", "none ends"],
)
def test_a_seat_ends_when_its_last_grant_does(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, dates: list[str | None], expected: date | None
) -> None:
    (row,) = people(connection, tmp_path, *(grant(pending_cancellation_date=day) for day in dates))
    assert row["pending_cancellation_date"] == expected


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_a_published_answer_with_a_person_twice(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    answer = json.loads((SAMPLES / "enterprise-seats-duplicates.viewer.json").read_text())
    found = people(connection, tmp_path, *answer["seats"])
    assert len(found) == answer["total_seats"]
    assert [(row["login"], row["user_id"], row["teams"], row["seats"]) for row in found] == [
        ("octocat", 1, ["team-alpha", "team-beta"], 2),
        ("octokitten", 2, ["team-alpha", "team-beta"], 2),
    ]
    assert [row["last_activity_at"].astimezone(UTC).isoformat() for row in found] == [
        "2021-10-16T06:53:32+00:00",
        "2021-10-15T06:53:32+00:00",
    ]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_a_published_answer_of_an_organization(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    answer = json.loads((SAMPLES / "org-seats.viewer.json").read_text())
    found = people(connection, tmp_path, *answer["seats"], columns=ORG)
    assert sorted(row["login"] for row in found) == sorted({seat["assignee"]["login"] for seat in answer["seats"]})
    assert sum(row["seats"] for row in found) == len(answer["seats"])
