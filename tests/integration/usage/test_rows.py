"""Every table of github.copilot_usage, row by row and value by value, for an enterprise and for an organization.

The same range of days comes from the archive, the 28-day report and single days at once, and from single days alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pytest

from stackduck.catalog.names import Catalog

from ... import usage_oracle as oracle
from ...usage_oracle import Usage
from . import expected
from .conftest import FIRST, RANGE, SCOPES, Connect, ago, asked, full

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

ARCHIVED = [*oracle.days_between(ago(34), ago(32)), *oracle.days_between(ago(25), ago(20))]
"""What the archive has before the whole range is asked for."""
SINGLE = [day for day in oracle.days_between(FIRST, ago(30)) if day not in ARCHIVED]
"""The days before the 28-day report's, which ends on the last day."""
LATEST = {"user_days", "entity_days"}
"""The tables of whose report there is one of 28 days."""


@pytest.fixture(scope="module")
def mixed(connect: Connect, tmp_path_factory: pytest.TempPathFactory) -> Connect:
    """Fill an archive with some days."""
    archive = tmp_path_factory.mktemp("mixed")
    days = ", ".join(f"'{day}'" for day in ARCHIVED)
    for scope, name in SCOPES.items():
        for table in expected.PARENTS:
            connect(archive).execute(f"SELECT day FROM {full(table)} WHERE {scope} = '{name}' AND day IN ({days})")
    return lambda **options: connect(archive, **options)


@pytest.fixture(scope="module")
def single(connect: Connect, tmp_path_factory: pytest.TempPathFactory) -> Connect:
    """Fill an archive day by day, where the 28-day report would be taken otherwise."""
    archive = tmp_path_factory.mktemp("single")
    connection = connect(archive)
    for scope, name in SCOPES.items():
        for table in LATEST:
            for day in RANGE:
                connection.execute(f"SELECT 1 FROM {full(table)} WHERE {scope} = '{name}' AND day = '{day}'")
    return lambda **options: connect(archive, **options)


def test_there_are_no_other_tables(catalog: Catalog) -> None:
    tables = {*expected.BY_DAY, *expected.OTHERS}
    assert tables == set(catalog.service("github", "copilot_usage").resources)
    assert len(tables) == 33


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", expected.PARENTS)
def test_a_range_from_everywhere_has_the_rows_of_every_day(
    mixed: Connect, github: Sandbox, usage: Mapping[str, Usage], catalog: Catalog, table: str, scope: str
) -> None:
    """From the archive, the 28-day report where there is one, and single days."""
    github.requests.clear()
    cursor = mixed().execute(asked(table, scope))
    days = sorted(date.fromisoformat(request.query["day"]) for request in github.requests if request.query)
    there = {row["day"] for row in getattr(usage[scope], expected.PARENTS[table])}
    # Days that may still come, and which the 28-day report lacks, are asked for by themselves.
    late = [day for day in RANGE if day > ago(6) and day not in there]
    assert days == ([*SINGLE, *late] if table in LATEST else [day for day in RANGE if day not in ARCHIVED])
    assert len(github.requests) == len(days) + (table in LATEST)
    documented = expected.columns(catalog, table, scope)
    found = expected.fetched(cursor)
    assert expected.in_order(found) == expected.in_order(expected.rows(table, usage[scope], documented))
    assert found


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", expected.BY_DAY)
def test_every_table_has_its_documented_columns_and_every_row(
    mixed: Connect, usage: Mapping[str, Usage], catalog: Catalog, table: str, scope: str
) -> None:
    documented = expected.columns(catalog, table, scope)
    cursor = mixed().execute(asked(table, scope))
    assert cursor.description
    assert [(name, expected.plain(str(kind))) for name, kind, *_ in cursor.description] == [
        (name, expected.plain(kind)) for name, kind in documented.items()
    ]
    found = expected.fetched(cursor)
    assert found
    assert expected.in_order(found) == expected.in_order(expected.rows(table, usage[scope], documented))
    assert not set(expected.FILE_FIELDS) & {name for name in documented}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", [table for table in expected.BY_DAY if table.startswith(("user_day", "entity_day"))])
def test_days_asked_for_one_by_one_give_the_same(
    single: Connect, usage: Mapping[str, Usage], catalog: Catalog, table: str, scope: str
) -> None:
    found = expected.fetched(single().execute(asked(table, scope)))
    documented = expected.columns(catalog, table, scope)
    assert expected.in_order(found) == expected.in_order(expected.rows(table, usage[scope], documented))
