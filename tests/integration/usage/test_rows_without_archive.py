"""Every table without an archive, where of the users report only what is named is read; sums with and without."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import stackduck
from stackduck.catalog.names import Catalog

from ... import usage_oracle as oracle
from ...usage_oracle import Row, Usage
from . import expected
from .conftest import SCOPES, Connect, ago, asked

LONG = oracle.days_between(ago(32), ago(22))
"""Days before the 28-day report's, and enough of these for it to be asked for."""
SHORT = LONG[:3]


@pytest.fixture(scope="module")
def without(connect: Connect) -> stackduck.Connection:
    return connect(False)


@pytest.fixture(scope="module")
def kept(connect: Connect, tmp_path_factory: pytest.TempPathFactory) -> stackduck.Connection:
    return connect(tmp_path_factory.mktemp("kept"))


def days_of(table: str) -> dict[str, object]:
    days = LONG if table in expected.PARENTS else SHORT
    return {"first": days[0], "last": days[-1]}


def of_days(table: str, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["day"] in (LONG if table in expected.PARENTS else SHORT)]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", expected.BY_DAY)
def test_without_an_archive_the_rows_are_the_same(
    without: stackduck.Connection, usage: Mapping[str, Usage], catalog: Catalog, table: str, scope: str
) -> None:
    documented = expected.columns(catalog, table, scope)
    found = expected.fetched(without.execute(asked(table, scope, **days_of(table))))
    every = expected.rows(table, usage[scope], documented)
    assert expected.in_order(found) == expected.in_order(of_days(table, every))


@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
@pytest.mark.parametrize("table", expected.BY_DAY)
def test_sums_are_the_oracles(
    kept: stackduck.Connection,
    without: stackduck.Connection,
    usage: Mapping[str, Usage],
    catalog: Catalog,
    table: str,
    keeps: bool,
) -> None:
    """Of figures alone: no other column is named."""
    kinds = expected.columns(catalog, table, "enterprise")
    figures = [name for name, kind in kinds.items() if kind in ("BIGINT", "DOUBLE")]
    columns = ", ".join(["count(*)", *(f"sum({name})" for name in figures)])
    sql = asked(table, "enterprise", columns=columns, **days_of(table))
    [(count, *sums)] = (kept if keeps else without).execute(sql).fetchall()
    some = of_days(table, expected.plain_rows(table, usage["enterprise"]))
    assert count == len(some)
    assert dict(zip(figures, sums, strict=True)) == pytest.approx(oracle.totals(some, figures))


@pytest.mark.parametrize(
    "table", ["user_days", "user_day_features", "entity_days", "repo_day_pull_request_review_times"]
)
def test_rows_are_counted_without_any_column(
    without: stackduck.Connection, usage: Mapping[str, Usage], table: str
) -> None:
    some = of_days(table, expected.plain_rows(table, usage["org"]))
    sql = asked(table, "org", columns="count(*)", **days_of(table))
    assert without.execute(sql).fetchone() == (len(some),)
