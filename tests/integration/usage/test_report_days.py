"""report_days after the reports were read, and the notices of a statement: what is known of each day, truly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import stackduck
from stackduck.catalog.names import Catalog

from ... import usage_oracle as oracle
from ...usage_oracle import Usage
from . import expected
from .conftest import FIRST, LAST, RANGE, SCOPES, TODAY, Connect, ago, asked, full

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

DAYS = oracle.days_between(ago(33), ago(24))
NOON = datetime.combine(TODAY, time(12), UTC)
Known = dict[date, dict[str, Any]]


def known(connection: stackduck.Connection, scope: str, name: str, report: str, *, more: str = "") -> Known:
    """Return what report_days says of a report, by day."""
    sql = f"SELECT * FROM {full('report_days')} WHERE {scope} = '{name}' AND report = '{report}' {more}"
    return {row["day"]: row for row in expected.fetched(connection.execute(sql))}


def read(connection: stackduck.Connection, scope: str, name: str, days: list[date]) -> list[str]:
    """Read all reports of some days; return the warnings."""
    told = []
    for table in expected.PARENTS:
        condition = f"{scope} = '{name}' AND day BETWEEN '{days[0]}' AND '{days[-1]}'"
        told += connection.execute(f"SELECT count(*) FROM {full(table)} WHERE {condition}").warnings
    return told


@pytest.fixture(scope="module")
def connection(connect: Connect, tmp_path_factory: pytest.TempPathFactory) -> stackduck.Connection:
    return connect(tmp_path_factory.mktemp("archive"))


@pytest.mark.parametrize("scope", SCOPES)
def test_every_day_that_was_read_has_its_rows(
    connection: stackduck.Connection, usage: Mapping[str, Usage], github: Sandbox, scope: str
) -> None:
    name = SCOPES[scope]
    read(connection, scope, name, RANGE)
    github.requests.clear()
    for report in expected.PARENTS.values():
        rows = {row["day"]: row["rows"] for row in oracle.per_day(getattr(usage[scope], report), [])}
        found = known(connection, scope, name, report)
        for day in RANGE:
            if day in usage[scope].missing[report]:
                assert (found[day]["status"], found[day]["rows"]) == ("no data", None)
                continue
            assert (found[day]["status"], found[day]["rows"]) == ("data", rows.get(day, 0))
            assert (found[day]["doubles"], found[day]["fetched_at"]) == (0, NOON)
            assert found[day]["files"] >= 1
            assert found[day]["bytes"] > 0 or not rows.get(day)
    assert github.requests == []


def test_days_that_were_not_read_are_unknown_and_others_cannot_be(connection: stackduck.Connection) -> None:
    found = known(connection, "enterprise", "octo-demo", "users")
    assert {day: row["status"] for day, row in found.items() if day < FIRST} == dict.fromkeys(
        oracle.days_between(date(2025, 10, 20), ago(37)), "unknown"
    )
    assert found[ago(1)]["status"] == "unknown"
    wanted = f"AND day IN ('2025-10-09', '2025-10-15', '{TODAY}', '{ago(-1)}', '{ago(1)}')"
    found = known(connection, "enterprise", "octo-demo", "users", more=wanted)
    assert {str(day): row["status"] for day, row in found.items()} == {
        "2025-10-09": "not available",
        "2025-10-15": "not available",
        str(ago(1)): "unknown",
        str(TODAY): "not yet",
        str(ago(-1)): "not yet",
    }


def test_the_bytes_are_those_that_were_downloaded(connect: Connect, tmp_path: Path) -> None:
    connection = connect(tmp_path)
    days = {"first": ago(35), "last": ago(34)}
    cursor = connection.execute(asked("user_days", "enterprise", **days))
    told = known(connection, "enterprise", "octo-demo", "users", more=f"AND day IN ('{ago(35)}', '{ago(34)}')")
    calls = cursor.stats.bytes - sum(row["bytes"] for row in told.values())
    assert cursor.stats.calls == 2
    # What is left are the answers with the links.
    assert 0 < calls < 10_000


def test_the_28_day_reports_bytes_are_shared_by_its_days(connection: stackduck.Connection) -> None:
    window = known(connection, "enterprise", "octo-demo", "entity", more=f"AND day BETWEEN '{ago(29)}' AND '{LAST}'")
    sizes = [row["bytes"] for row in window.values()]
    assert len(sizes) == 28
    assert max(sizes) < 4 * min(sizes)


def test_fields_that_are_not_documented_are_listed_and_told(
    connect: Connect, github: Sandbox, usage: Mapping[str, Usage], catalog: Catalog, tmp_path: Path
) -> None:
    connection = connect(tmp_path)
    notice = "; ".join(connection.execute(asked("user_days", "enterprise", columns="count(*)")).warnings)
    rows = expected.rows("user_days", usage["enterprise"], expected.columns(catalog, "user_days", "enterprise"))
    found = known(connection, "enterprise", "octo-demo", "users")
    for day in RANGE:
        names = {name for row in rows if row["day"] == day for name in row["extra"] or ()}
        listed = {name.partition(":")[0] for name in found[day]["unknown_fields"]}
        assert listed == names
        for name in names:
            assert name in notice
    assert any(
        name == "distinct_plugin_use_count: an object where BIGINT was expected"
        for row in found.values()
        for name in row["unknown_fields"] or ()
    )


@pytest.mark.parametrize("scope", SCOPES)
def test_doubles_that_differ_are_counted(connection: stackduck.Connection, github: Sandbox, scope: str) -> None:
    """Each report has the first row of its second file in its first one too, with another figure."""
    read(connection, scope, "octo-doubles", DAYS[:3])
    usage = oracle.download(github, DAYS[:3], **{scope: "octo-demo" if scope == "enterprise" else "octo-demo-eng"})
    for report in ("users", "user_teams", "repos"):
        rows = {row["day"]: row["rows"] for row in oracle.per_day(getattr(usage, report), [])}
        found = known(connection, scope, "octo-doubles", report)
        for day in DAYS[:3]:
            assert found[day]["rows"] == rows.get(day, 0)
            assert found[day]["doubles"] <= 1
        assert sum(found[day]["doubles"] for day in DAYS[:3]) >= 2, report
    assert {row["doubles"] for row in known(connection, scope, "octo-doubles", "entity").values()} == {0, None}


def test_of_gaps_only_those_without_data_are_known(connection: stackduck.Connection, github: Sandbox) -> None:
    missing = oracle.download(github, DAYS, enterprise="octo-gaps", reports=["users"]).missing["users"]
    read(connection, "enterprise", "octo-gaps", DAYS)
    found = known(connection, "enterprise", "octo-gaps", "users")
    lost = [day for day in missing if day.toordinal() % 14 == 6]
    assert {day: found[day]["status"] for day in DAYS} == {
        day: "unknown" if day in lost else "no data" if day in missing else "data" for day in DAYS
    }


@pytest.mark.parametrize("name", ["octo-lost", "octo-nodata"])
def test_what_is_not_there_is_not_said_to_be(connection: stackduck.Connection, name: str) -> None:
    assert len(read(connection, "org", name, DAYS[:2])) == 4
    status = {"octo-lost": "unknown", "octo-nodata": "no data"}[name]
    for report in expected.PARENTS.values():
        found = known(connection, "org", name, report)
        assert [found[day]["status"] for day in DAYS[:2]] == [status] * 2


@pytest.mark.parametrize("name", ["octo-torn", "octo-forms", "octo-stale", "octo-flaky"])
def test_days_that_came_with_difficulty_are_days_like_others(
    connection: stackduck.Connection, usage: Mapping[str, Usage], name: str
) -> None:
    read(connection, "org", name, DAYS[:2])
    for report in expected.PARENTS.values():
        rows = {row["day"]: row["rows"] for row in oracle.per_day(getattr(usage["org"], report), [])}
        found = known(connection, "org", name, report)
        assert [(found[day]["status"], found[day]["rows"], found[day]["doubles"]) for day in DAYS[:2]] == [
            ("data", rows.get(day, 0), 0) for day in DAYS[:2]
        ]


@pytest.mark.parametrize("name", ["octo-expired", "octo-forbidden", "octo-policy-off", "octo-limited", "octo-broken"])
def test_of_what_was_refused_nothing_is_known(connection: stackduck.Connection, name: str) -> None:
    for _ in range(2):
        with pytest.raises(stackduck.errors.OperationalError):
            read(connection, "enterprise", name, DAYS[:2])
    found = known(connection, "enterprise", name, "users")
    assert [found[day]["status"] for day in DAYS[:2]] == ["unknown"] * 2


def test_without_an_archive_nothing_is_known(connect: Connect) -> None:
    connection = connect(False)
    connection.execute(asked("user_days", "enterprise", columns="count(*)", first=ago(30), last=ago(30)))
    found = known(connection, "enterprise", "octo-demo", "users", more=f"AND day = '{ago(30)}'")
    assert [row["status"] for row in found.values()] == ["unknown"]


def test_feature_engagement_is_that_of_the_28_day_report(
    connect: Connect, github: Sandbox, catalog: Catalog, tmp_path: Path
) -> None:
    table = "feature_engagement_windows"
    for scope, name in SCOPES.items():
        documented = expected.columns(catalog, table, scope)
        told = oracle.engagement(oracle.download_window(github, "entity", **{scope: name}))
        rows = expected.in_order({column: row.get(column) for column in documented} for row in told)
        for archive in (tmp_path, tmp_path, False):
            cursor = connect(archive).execute(f"SELECT * FROM {full(table)} WHERE {scope} = '{name}'")
            assert expected.in_order(expected.fetched(cursor)) == rows
            assert cursor.warnings == []
        assert rows
    github.requests.clear()
    connect(tmp_path).execute(f"SELECT * FROM {full(table)} WHERE org = 'octo-demo-eng'")
    assert github.requests == []
