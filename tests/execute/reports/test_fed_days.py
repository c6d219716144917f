"""Days and names of reports that data gives: these are fetched, and not the latest ones."""

from __future__ import annotations

import pytest

from stackduck import errors

from .conftest import TODAY, Connect, GitHub, ago

USERS = "github.copilot_usage.user_days"
TEAMS = "github.copilot_usage.user_team_days"


def test_more_days_than_calls_are_left_is_an_error(github: GitHub, connect: Connect) -> None:
    connection = connect(max_calls=2)
    connection.execute(f"CREATE TABLE days AS FROM range(DATE '{ago(40)}', DATE '{ago(36)}', INTERVAL 1 DAY) AS r(d)")
    with pytest.raises(errors.CallLimitError):
        connection.execute(f"SELECT u.day FROM days JOIN {USERS} u ON u.day = days.d WHERE u.enterprise = 'octo'")
    assert github.calls() == []


def test_a_range_of_another_table_feeds_no_days(github: GitHub, connect: Connect) -> None:
    connection = connect()
    connection.execute(f"CREATE TABLE days AS SELECT DATE '{ago(40)}' AS d")
    with pytest.raises(errors.NotSupportedError, match="which only = and IN can do"):
        connection.execute(f"SELECT u.day FROM days JOIN {USERS} u ON u.day >= days.d WHERE u.enterprise = 'octo'")
    assert github.calls() == []


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT DISTINCT u.day FROM days JOIN {USERS} u ON u.day = days.d WHERE u.enterprise = 'octo'",
        f"SELECT DISTINCT day FROM {USERS} WHERE enterprise = 'octo' AND day IN (SELECT d FROM days)",
        f"SELECT DISTINCT u.day FROM {USERS} u, days WHERE u.enterprise = 'octo' AND u.day = days.d::TIMESTAMP",
        f"SELECT DISTINCT day FROM days d(day) JOIN {USERS} u USING (day) WHERE u.enterprise = 'octo'",
        f"SELECT DISTINCT day FROM {USERS} WHERE enterprise = who() AND day IN (FROM days) AND day < '{TODAY}'",
    ],
)
def test_fed_days_are_fetched(github: GitHub, connect: Connect, text: str) -> None:
    connection = connect()
    connection.execute("CREATE MACRO who() AS 'octo'")
    connection.execute(f"CREATE TABLE days AS SELECT unnest([DATE '{ago(70)}', DATE '{ago(60)}', NULL]) AS d")
    assert sorted(connection.execute(text).fetchall()) == [(ago(70),), (ago(60),)]
    assert github.calls() == [f"users-1-day {ago(70)}", f"users-1-day {ago(60)}"]


def test_no_row_feeds_no_day(github: GitHub, connect: Connect) -> None:
    connection = connect()
    connection.execute("CREATE TABLE days (d DATE)")
    text = f"SELECT day FROM {USERS} WHERE enterprise = 'octo' AND day IN (SELECT d FROM days)"
    assert connection.execute(text).fetchall() == []
    left = (
        f"SELECT x, u.day FROM range(1) r(x) LEFT JOIN days ON true LEFT JOIN {USERS} u ON u.day = d AND u.org = 'octo'"
    )
    assert connection.execute(left).fetchall() == [(0, None)]
    assert github.calls() == []


def test_the_days_of_one_report_feed_another_with_a_distance(github: GitHub, connect: Connect) -> None:
    text = (
        f"SELECT DISTINCT a.day, b.day FROM {USERS} a JOIN {TEAMS} b ON b.day = a.day - 7 "
        f"WHERE a.enterprise = 'octo' AND b.enterprise = 'octo' AND a.day = '{ago(50)}'"
    )
    assert connect().execute(text).fetchall() == [(ago(50), ago(57))]
    assert github.calls() == [f"user-teams-1-day {ago(57)}", f"users-1-day {ago(50)}"]


def test_the_name_of_a_report_is_fed_with_its_day(github: GitHub, connect: Connect) -> None:
    pairs = f"(VALUES ('octo', DATE '{ago(40)}'), ('acme', DATE '{ago(30)}')) v(name, d)"
    text = f"SELECT DISTINCT u.org, u.day FROM {pairs} JOIN {USERS} u ON u.org = v.name AND u.day = v.d"
    assert sorted(connect().execute(text).fetchall()) == [("acme", ago(30)), ("octo", ago(40))]
    assert github.calls() == [f"acme: users-1-day {ago(30)}", f"users-1-day {ago(40)}"]


def test_explain_tells_of_each_known_day_whether_it_is_here(github: GitHub, connect: Connect) -> None:
    connection = connect()
    connection.execute("CREATE TABLE days AS FROM (VALUES (?, 'octo'), (?, 'octo')) v(d, e)", [ago(40), ago(36)])
    connection.execute(f"SELECT count(*) FROM {USERS} WHERE enterprise = 'octo' AND day = '{ago(40)}'").fetchall()
    github.asked.clear()
    text = f"EXPLAIN SELECT u.day FROM days JOIN {USERS} u ON u.day = days.d AND u.enterprise = days.e"
    path = "GET /enterprises/octo/copilot/metrics/reports/users-1-day"
    assert [row[2:5] for row in connection.execute(text).fetchall()] == [
        ("reports", "day from days.d; enterprise from days.e", None),
        ("archive", f"day = {ago(40)}", 0),
        (path, f"day = {ago(36)}", 1),
    ]
    assert github.calls() == []


def test_explain_tells_written_days_beside_fed_names_as_far_as_there_can_be_any(
    github: GitHub, connect: Connect
) -> None:
    text = (
        f"EXPLAIN SELECT a.day FROM {TEAMS} t JOIN {USERS} a ON a.org = t.user_login "
        f"WHERE t.enterprise = 'octo' AND t.day = '{ago(40)}' AND a.day >= '{ago(3)}'"
    )
    last = connect().execute(text).fetchall()[-1]
    assert last[2:5] == ("reports", f"org from t.user_login of {TEAMS}; day = {ago(3)} to {TODAY}", None)
    assert github.calls() == []


def test_explain_tells_where_days_come_from(github: GitHub, connect: Connect) -> None:
    connection = connect()
    connection.execute("CREATE TABLE days (d DATE)")
    text = f"EXPLAIN SELECT u.day FROM days JOIN {USERS} u ON u.day = days.d WHERE u.enterprise = 'octo'"
    [(_, _, call, parameters, calls, _)] = connection.execute(text).fetchall()
    assert (call, parameters, calls) == ("reports", "day from days.d; enterprise = octo", None)
    assert github.calls() == []
