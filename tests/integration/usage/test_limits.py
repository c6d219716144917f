"""What a connection may be told: no gaps, fresh days, at most so many calls; and what a statement costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck
from stackduck import errors

from ... import usage_oracle as oracle
from .conftest import LAST, MONDAY, THURSDAY, TODAY, Connect, ago, asked, full

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

GAPS = f"SELECT day FROM {full('user_days')} WHERE enterprise = 'octo-gaps' AND day BETWEEN '{ago(33)}' AND '{ago(20)}'"


@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
def test_gaps_are_an_error_where_none_are_wanted(
    connect: Connect, github: Sandbox, tmp_path: Path, keeps: bool
) -> None:
    days = oracle.days_between(ago(33), ago(20))
    missing = oracle.download(github, days, enterprise="octo-gaps", reports=["users"]).missing["users"]
    for _ in range(2):
        with pytest.raises(errors.MissingDaysError, match="users report of enterprise octo-gaps") as caught:
            connect(tmp_path if keeps else False, fail_on_gaps=True).execute(GAPS)
        assert list(caught.value.days) == missing


def test_the_days_that_there_are_stay_after_an_error_for_gaps(
    connect: Connect, github: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(errors.MissingDaysError):
        connect(tmp_path, fail_on_gaps=True).execute(GAPS)
    github.requests.clear()
    cursor = connect(tmp_path).execute(GAPS)
    assert cursor.fetchall()
    # What has no file is asked for again; that there are no data is remembered.
    assert [request.query["day"] for request in github.requests if request.query] == [
        str(day) for day in oracle.days_between(ago(33), ago(20)) if day.toordinal() % 14 == 6
    ]


def test_no_gap_is_no_error(connect: Connect) -> None:
    sql = asked("user_days", "enterprise", columns="count(*)", first=ago(15), last=ago(6))
    assert connect(False, fail_on_gaps=True).execute(sql).fetchone()


@pytest.mark.parametrize(
    ("day", "why"),
    [(TODAY, "not processed yet"), (ago(1), "not processed yet"), (ago(-3), "in the future"), (ago(400), "before")],
    ids=["today", "yesterday", "a day to come", "a day before all"],
)
def test_a_day_that_cannot_be_there_is_a_gap_too(connect: Connect, day: object, why: str) -> None:
    sql = f"SELECT day FROM {full('entity_days')} WHERE org = 'octo-demo-eng' AND day = '{day}'"
    with pytest.raises(errors.MissingDaysError, match=f"{day}: {why}"):
        connect(False, fail_on_gaps=True).execute(sql)


def test_young_days_are_fetched_again_only_where_fresh_ones_are_wanted(
    connect: Connect, github: Sandbox, tmp_path: Path
) -> None:
    sql = asked("entity_days", "org", columns="count(*)", first=ago(7), last=LAST)
    counts = []
    for options in ({}, {}, {"fresh": True}):
        github.requests.clear()
        assert connect(tmp_path, **options).execute(sql).fetchone() == (6,)
        counts.append(sorted(request.query["day"] for request in github.requests))
    every = [str(day) for day in oracle.days_between(ago(7), LAST)]
    # The others ended more than four days ago.
    assert counts == [every, [], every[3:]]


@pytest.mark.parametrize(
    ("name", "most"),
    [("octo-demo", 3), ("octo-gaps", 5), ("octo-lost", 5), ("octo-stale", 8)],
    ids=["days", "no 28-day report", "a 28-day report without its file", "links that expired"],
)
@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
def test_a_statement_sends_no_more_calls_than_allowed(
    connect: Connect, tmp_path: Path, name: str, most: int, keeps: bool
) -> None:
    from stackduck.sandbox import serve

    with serve(today=TODAY, users=3) as github:
        connection = stackduck.connect(
            api_url=github.api_url, token=github.token, archive=tmp_path if keeps else False, max_calls=most
        )
        days = f"day BETWEEN '{ago(34)}' AND '{ago(20)}'"
        sql = f"SELECT day FROM {full('user_days')} WHERE enterprise = '{name}' AND {days}"
        with connection, pytest.raises(errors.CallLimitError, match=f"{most} are allowed"):
            connection.execute(sql)
        assert len(github.requests) <= most


def test_calls_of_all_tables_count_together(connect: Connect, github: Sandbox) -> None:
    sql = f"""SELECT (SELECT count(*) FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'),
                     (SELECT count(*) FROM {full("entity_days")} WHERE org = 'octo-demo-eng' AND day = '{MONDAY}')"""
    assert connect(False, max_calls=2).execute(sql).fetchone() == (9, 1)
    with pytest.raises(errors.CallLimitError):
        connect(False, max_calls=1).execute(sql)


def test_archived_days_cost_no_call(connect: Connect, tmp_path: Path) -> None:
    sql = asked("user_days", "enterprise", columns="count(*)", first=THURSDAY, last=MONDAY)
    assert connect(tmp_path).execute(sql).stats.calls == 5
    cursor = connect(tmp_path, max_calls=0).execute(sql)
    assert (cursor.stats.calls, cursor.stats.bytes) == (0, 0)


def test_a_statement_says_what_it_cost(connect: Connect, github: Sandbox) -> None:
    github.requests.clear()
    github.file_requests.clear()
    connection = connect(False)
    cursor = connection.execute(asked("user_days", "enterprise", columns="count(*)", first=ago(35), last=LAST))
    assert cursor.stats.calls == len(github.requests)
    assert cursor.stats.bytes > 10_000
    assert connection.stats.calls == cursor.stats.calls
    assert connection.stats.bytes == cursor.stats.bytes
