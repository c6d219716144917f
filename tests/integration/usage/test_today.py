"""On the day that it really is, which DuckDB's current_date says too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck

from ... import usage_oracle as oracle
from ...usage_oracle import Row

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

ACTIVE = """
SELECT day, count(DISTINCT user_id) AS active
FROM github.copilot_usage.user_days
WHERE enterprise = 'octo-demo' AND day >= current_date - 90 AND code_generation_activity_count > 0
GROUP BY ALL ORDER BY day
"""


@pytest.fixture(scope="module", autouse=True)
def known_day() -> None:
    """Leave the clock alone."""


@pytest.fixture(scope="module")
def github() -> Iterator[Sandbox]:
    from stackduck.sandbox import serve

    with serve(users=6) as sandbox:
        yield sandbox


def users(github: Sandbox, first: date) -> list[Row]:
    days = oracle.days_between(first, github.last_day)
    return oracle.download(github, days, enterprise="octo-demo", reports=["users"]).users


def active(github: Sandbox, first: date) -> list[tuple[date, int]]:
    """Compute the answer."""
    some = [row for row in users(github, first) if row["code_generation_activity_count"] > 0]
    return [(row["day"], row["users"]) for row in oracle.per_day(some, [])]


def test_ninety_days_come_with_the_fewest_calls_and_then_from_the_disk(github: Sandbox, tmp_path: Path) -> None:
    first = datetime.now(UTC).date() - timedelta(days=90)
    expected = active(github, first)
    github.requests.clear()
    with stackduck.connect(api_url=github.api_url, token=github.token, archive=tmp_path) as connection:
        rows = connection.execute(f"EXPLAIN {ACTIVE}").fetchall()
        assert github.requests == []
        cursor = connection.execute(ACTIVE)
        assert cursor.fetchall() == expected
        paths = [request.path.rpartition("/reports/")[2] for request in github.requests]
        # Of the 90 days that there can be, 28 come at once; a young one of them without a row is asked for again.
        closed = str(github.last_day - timedelta(days=5))
        young = [request for request in github.requests if request.query.get("day", "") > closed]
        assert paths.count("users-28-day/latest") == 1
        assert len(paths) - len(young) == 1 + 90 - 29
        assert sum(row[4] for row in rows) == 1 + 90 - 28
    github.requests.clear()
    with stackduck.connect(api_url=github.api_url, token=github.token, archive=tmp_path) as connection:
        cursor = connection.execute(ACTIVE)
        assert cursor.fetchall() == expected
        assert cursor.stats.calls == len(github.requests) == 0


@pytest.mark.parametrize(
    "condition",
    [
        "day = current_date - 10",
        "day BETWEEN current_date - INTERVAL 12 DAY AND today() - 9",
        "day >= date_trunc('month', current_date - 35) AND day < current_date - 30",
        "day > now() - INTERVAL 9 DAY AND day < current_timestamp - INTERVAL 7 DAY",
        "(day = (current_date - 11)::DATE OR age(current_date, day) = INTERVAL 8 DAY)",
    ],
)
def test_days_are_counted_from_today(github: Sandbox, tmp_path: Path, condition: str) -> None:
    sql = f"SELECT day, user_login FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo' AND {condition}"
    today = datetime.now(UTC).date()
    every = users(github, today - timedelta(days=70))
    local = "SELECT day FROM (SELECT unnest($1::DATE[]) AS day) WHERE " + condition
    with stackduck.connect(api_url=github.api_url, token=github.token, archive=tmp_path) as connection:
        days = {row[0] for row in connection.execute(local, [sorted({row["day"] for row in every})]).fetchall()}
        found = connection.execute(sql).fetchall()
    assert sorted(found) == sorted((row["day"], row["user_login"]) for row in every if row["day"] in days)
