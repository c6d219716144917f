"""Which days a statement fetches, from where, and what it says of those that are not there."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from stackduck import errors

from .conftest import DAY, TODAY, Connect, GitHub, ago, user

COUNTED = "SELECT day, count(*) AS n FROM github.copilot_usage.user_days WHERE enterprise = 'octo' {} GROUP BY day"


def asked(report: str, *days: date) -> list[str]:
    return [f"{report} {day}" for day in sorted(days)]


def test_enterprise_and_org_together_are_an_error_before_any_call(github: GitHub, connect: Connect) -> None:
    sql = "SELECT day FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND org = 'octo'"
    with pytest.raises(errors.ProgrammingError, match=r"enterprise.*org"):
        connect().execute(sql)
    assert github.calls() == []


def test_a_refusal_is_an_error_and_no_gap(github: GitHub, connect: Connect) -> None:
    github.forbidden = {"/enterprises/octo/copilot/metrics"}
    with pytest.raises(errors.PermissionDeniedError):
        connect().execute(COUNTED.format(f"AND day = '{ago(9)}'"))


def test_a_gap_is_a_warning_that_lists_the_days(github: GitHub, connect: Connect) -> None:
    del github.users[ago(10)], github.users[ago(9)]
    cursor = connect().execute(COUNTED.format(f"AND day BETWEEN '{ago(12)}' AND '{ago(8)}'"))
    assert [row[0] for row in sorted(cursor.fetchall())] == [ago(12), ago(11), ago(8)]
    [warning] = cursor.warnings
    assert f"{ago(10)} to {ago(9)}: GitHub has no data for it" in warning


def test_a_gap_is_an_error_where_none_is_wanted(github: GitHub, connect: Connect) -> None:
    del github.users[ago(10)]
    with pytest.raises(errors.MissingDaysError, match=f"{ago(10)}: GitHub has no data for it") as caught:
        connect(fail_on_gaps=True).execute(COUNTED.format(f"AND day IN ('{ago(10)}', '{ago(9)}')"))
    assert caught.value.days == (ago(10),)


def test_a_file_that_is_not_there_is_a_gap_and_is_asked_for_again(github: GitHub, connect: Connect) -> None:
    github.lost = {f"users-1-day-{ago(9)}"}
    cursor = connect().execute(COUNTED.format(f"AND day = '{ago(9)}'"))
    assert cursor.fetchall() == []
    assert "leads to no file" in cursor.warnings[0]
    github.lost = set()
    assert connect().execute(COUNTED.format(f"AND day = '{ago(9)}'")).fetchall() == [(ago(9), 2)]


def test_without_a_condition_the_days_are_the_window_and_are_named(github: GitHub, connect: Connect) -> None:
    cursor = connect().execute(COUNTED.format(""))
    assert sorted(cursor.fetchall()) == [(day, 2) for day in github.window]
    assert cursor.warnings == [
        f"no condition on day: the days are the latest 28 processed ones, {github.window[0]} to {github.last}"
    ]
    assert github.calls() == ["latest"]
    assert github.downloaded == ["users-28-day"]


def test_without_a_condition_every_report_has_the_same_days(github: GitHub, connect: Connect) -> None:
    github.last = ago(5)
    sql = "SELECT min(day), max(day) FROM github.copilot_usage.{} WHERE enterprise = 'octo'"
    tables = ("user_team_days", "user_days", "repo_days", "entity_days")
    found = [connect().execute(sql.format(table)).fetchone() for table in tables]
    assert found == [(github.window[0], github.last)] * 4


def test_a_join_without_a_condition_has_the_same_days_on_both_sides(github: GitHub, connect: Connect) -> None:
    github.last = ago(4)
    sql = """SELECT u.day, slug FROM github.copilot_usage.user_days u
             JOIN github.copilot_usage.user_team_days t ON u.day = t.day AND u.user_id = t.user_id
             WHERE u.enterprise = 'octo' AND t.enterprise = 'octo'"""
    rows = connect().execute(sql).fetchall()
    assert sorted(rows) == [(day, "core") for day in github.window]


def test_fewer_than_seven_missing_days_are_fetched_one_by_one(github: GitHub, connect: Connect) -> None:
    connect().execute(COUNTED.format(f"AND day > '{ago(8)}'")).fetchall()
    assert github.calls() == asked("users-1-day", *(ago(n) for n in range(1, 8)))


def test_seven_missing_days_of_the_window_are_fetched_at_once_and_others_one_by_one(
    github: GitHub, connect: Connect
) -> None:
    rows = connect().execute(COUNTED.format("AND day >= current_date - 40")).fetchall()
    assert sorted(rows) == [(ago(n), 2) for n in range(40, 1, -1)]
    assert github.calls() == [*["latest"], *asked("users-1-day", ago(1), *(ago(n) for n in range(30, 41)))]


def test_a_window_that_is_another_one_than_estimated_is_believed(github: GitHub, connect: Connect) -> None:
    github.last = ago(4)
    rows = connect().execute(COUNTED.format("AND day >= current_date - 10")).fetchall()
    assert sorted(rows) == [(ago(n), 2) for n in range(10, 1, -1)]
    assert github.calls() == ["latest", *asked("users-1-day", ago(3), ago(2), ago(1))]


def test_without_a_28_day_report_every_day_is_fetched_by_itself(github: GitHub, connect: Connect) -> None:
    github.has_latest = False
    rows = connect().execute(COUNTED.format(f"AND day BETWEEN '{ago(12)}' AND '{ago(3)}'")).fetchall()
    assert sorted(rows) == [(ago(n), 2) for n in range(12, 2, -1)]
    assert github.calls() == ["latest", *asked("users-1-day", *(ago(n) for n in range(3, 13)))]


def test_a_28_day_report_whose_file_is_lost_is_fetched_day_by_day(github: GitHub, connect: Connect) -> None:
    github.lost = {"users-28-day"}
    rows = connect().execute(COUNTED.format(f"AND day BETWEEN '{ago(12)}' AND '{ago(3)}'")).fetchall()
    assert sorted(rows) == [(ago(n), 2) for n in range(12, 2, -1)]


def test_the_same_range_from_everywhere_equals_the_range_asked_day_by_day(github: GitHub, connect: Connect) -> None:
    sql = """SELECT day, user_id, code_generation_activity_count, totals_by_feature
             FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND {} ORDER BY ALL"""
    connect().execute(sql.format(f"day BETWEEN '{ago(60)}' AND '{ago(50)}'"))
    whole = connect().execute(sql.format("day >= current_date - 70")).fetchall()
    single = connect(archive=False)
    days = [row for n in range(70, 0, -1) for row in single.execute(sql.format(f"day = '{ago(n)}'")).fetchall()]
    assert len(whole) == 69 * 2
    assert whole == days


def test_a_day_without_a_row_is_no_gap(github: GitHub, connect: Connect) -> None:
    github.users[ago(9)] = []
    for options in ({}, {"archive": False}):
        cursor = connect(**options).execute(COUNTED.format(f"AND day = '{ago(9)}'"))
        assert (cursor.fetchall(), cursor.warnings) == ([], [])


WORKING = [day for day in map(ago, range(8, 20)) if day.isoweekday() < 6]
IDLE = [day for day in map(ago, range(8, 20)) if day.isoweekday() > 5]


def test_a_working_day_that_the_window_lacks_is_asked_for_by_itself(github: GitHub, connect: Connect) -> None:
    left_out, without_rows, gone = WORKING[:3]
    github.left_out, github.users[without_rows] = {left_out}, []
    del github.users[gone]
    for options in ({}, {"archive": False}):
        cursor = connect(**options).execute(COUNTED.format(f"AND day BETWEEN '{ago(29)}' AND '{ago(7)}'"))
        assert (len(cursor.fetchall()), len(cursor.warnings)) == (21, 1)
        assert f"{gone}: GitHub has no data for it" in cursor.warnings[0]
        assert github.calls() == ["latest", *asked("users-1-day", *WORKING[:3])]


def test_on_a_closed_weekend_that_the_window_lacks_nobody_was_active(github: GitHub, connect: Connect) -> None:
    del github.users[IDLE[0]]
    for options in ({}, {"archive": False}):
        cursor = connect(**options).execute(COUNTED.format(f"AND day BETWEEN '{ago(29)}' AND '{ago(7)}'"))
        assert (len(cursor.fetchall()), cursor.warnings) == (22, [])
        assert github.calls() == ["latest"]


def test_a_weekend_that_the_window_lacks_takes_no_rows_away(github: GitHub, connect: Connect) -> None:
    connect().sync(enterprise="octo", since=IDLE[0], until=IDLE[0], reports=["users"])
    del github.users[IDLE[0]]
    connect().sync(enterprise="octo", since=ago(29), until=ago(2), reports=["users"], refetch=True)
    github.calls()
    cursor = connect().execute(COUNTED.format(f"AND day = '{IDLE[0]}'"))
    assert (len(cursor.fetchall()), github.calls()) == (1, [])


def test_a_day_of_an_enterprise_that_the_window_lacks_is_asked_for_by_itself(github: GitHub, connect: Connect) -> None:
    github.left_out = {ago(9)}
    sql = "SELECT count(*) FROM github.copilot_usage.entity_days WHERE enterprise = 'octo' AND day BETWEEN ? AND ?"
    cursor = connect().execute(sql, [ago(29), ago(7)])
    assert (cursor.fetchall(), github.calls()) == ([(23,)], [*asked("enterprise-1-day", ago(9)), "latest"])


@pytest.mark.parametrize(("option", "day"), [("refetch", ago(9)), ("fresh", ago(3))])
def test_a_report_without_rows_takes_none_away(github: GitHub, connect: Connect, option: str, day: date) -> None:
    connect().sync(enterprise="octo", since=day, until=day, reports=["users"])
    github.users[day] = []
    connect().sync(enterprise="octo", since=day, until=day, reports=["users"], **{option: True})
    cursor = connect().execute(COUNTED.format(f"AND day = '{day}'"))
    assert len(cursor.fetchall()) == 1


def test_a_young_day_that_the_window_lacks_is_asked_for_by_itself(github: GitHub, connect: Connect) -> None:
    del github.users[ago(3)]
    for options in ({}, {"archive": False}):
        cursor = connect(**options).execute(COUNTED.format(f"AND day BETWEEN '{ago(29)}' AND '{ago(2)}'"))
        assert len(cursor.fetchall()) == 27
        assert f"{ago(3)}: not processed yet" in cursor.warnings[0]
        assert github.calls() == ["latest", *asked("users-1-day", ago(3))]


def test_a_day_without_the_enterprise_itself_is_a_gap(github: GitHub, connect: Connect) -> None:
    del github.entity[ago(9)]
    days = f"day > '{ago(29)}' AND day < '{ago(5)}'"
    sql = f"SELECT day FROM github.copilot_usage.entity_days WHERE enterprise = 'octo' AND {days}"
    for options in ({}, {"archive": False}):
        assert f"{ago(9)}: GitHub has no data for it" in connect(**options).execute(sql).warnings[0]


@pytest.mark.parametrize(
    "condition",
    ["dayofweek(day) = 1", f"day IN ('{ago(20)}', '{ago(50)}')", f"day = '{ago(30)}' OR day < '{ago(90)}'"],
    ids=["a weekday", "a list", "an or"],
)
def test_only_days_that_the_condition_holds_for_are_fetched(github: GitHub, connect: Connect, condition: str) -> None:
    rows = connect().execute(COUNTED.format(f"AND ({condition}) AND day >= current_date - 95")).fetchall()
    every = connect(archive=False).execute(COUNTED.format("AND day >= current_date - 95")).fetchall()
    local = connect().execute(
        "SELECT day FROM (SELECT unnest($1::DATE[]) AS day) WHERE " + condition, [[r[0] for r in every]]
    )
    assert sorted(row[0] for row in rows) == sorted(row[0] for row in local.fetchall())


def test_a_bound_parameter_selects_days(github: GitHub, connect: Connect) -> None:
    sql = COUNTED.format("AND day = ?")
    assert connect().execute(sql, [ago(9)]).fetchall() == [(ago(9), 2)]
    assert github.calls() == asked("users-1-day", ago(9))


def test_a_parent_and_its_children_share_one_download(github: GitHub, connect: Connect) -> None:
    sql = f"""SELECT u.user_id, f.feature, f.loc_added_sum FROM github.copilot_usage.user_days u
              JOIN github.copilot_usage.user_day_features f USING (day, user_id)
              WHERE u.enterprise = 'octo' AND f.enterprise = 'octo' AND u.day = '{ago(9)}' ORDER BY 1"""
    for archive in (None, False):
        options = {} if archive is None else {"archive": archive}
        assert connect(**options).execute(sql).fetchall() == [(1, "code_completion", 2), (2, "code_completion", 4)]
        assert github.calls() == asked("users-1-day", ago(9))


def test_several_organizations_are_told_apart(github: GitHub, connect: Connect) -> None:
    sql = f"""SELECT org, count(*) FROM github.copilot_usage.user_days
              WHERE org IN ('octo', 'other') AND day = '{ago(9)}' GROUP BY org ORDER BY org"""
    assert connect().execute(sql).fetchall() == [("octo", 2), ("other", 2)]
    assert github.calls() == sorted([f"users-1-day {ago(9)}", f"other: users-1-day {ago(9)}"])


def test_days_of_each_organization_are_its_own(github: GitHub, connect: Connect) -> None:
    sql = f"""SELECT org, day FROM github.copilot_usage.entity_days
              WHERE (org = 'octo' AND day = '{ago(9)}') OR (org = 'other' AND day = '{ago(8)}') ORDER BY org"""
    assert connect().execute(sql).fetchall() == [("octo", ago(9)), ("other", ago(8))]
    assert github.calls() == sorted([f"organization-1-day {ago(9)}", f"other: organization-1-day {ago(8)}"])


def test_a_day_before_history_is_a_gap_without_a_call(github: GitHub, connect: Connect) -> None:
    cursor = connect().execute(COUNTED.format("AND day = '2024-02-29'"))
    assert cursor.fetchall() == []
    assert "before history starts" in cursor.warnings[0]
    assert github.calls() == []


def test_more_calls_than_allowed_are_refused_before_they_are_made(github: GitHub, connect: Connect) -> None:
    github.has_latest = False
    with pytest.raises(errors.CallLimitError, match="20 are allowed"):
        connect(max_calls=20).execute(COUNTED.format("AND day >= current_date - 60"))
    assert github.calls() == ["latest"]


def test_a_field_without_a_description_is_kept_and_named(github: GitHub, connect: Connect) -> None:
    github.users[ago(9)][1]["mood"] = "fine"
    sql = f"SELECT extra ->> 'mood' FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND day = '{ago(9)}'"
    for options in ({}, {"archive": False}):
        cursor = connect(**options).execute(sql + " ORDER BY user_id")
        assert cursor.fetchall() == [(None,), ("fine",)]
        assert any("mood" in warning for warning in cursor.warnings)


def test_doubles_are_removed_and_counted(github: GitHub, connect: Connect) -> None:
    day = ago(9)
    github.users[day] = [user(1, day), user(1, day, code_generation_activity_count=5), user(2, day)]
    sql = f"""SELECT sum(code_generation_activity_count) FROM github.copilot_usage.user_days
              WHERE enterprise = 'octo' AND day = '{day}'"""
    assert connect(archive=False).execute(sql).fetchone() == (7,)
    connection = connect()
    assert connection.execute(sql).fetchone() == (7,)
    known = """SELECT status, rows, doubles FROM github.copilot_usage.report_days
               WHERE enterprise = 'octo' AND report = 'users' AND day = ?"""
    assert connection.execute(known, [day]).fetchall() == [("data", 2, 1)]


def test_a_day_of_tomorrow_is_never_asked_for(github: GitHub, connect: Connect) -> None:
    connect().execute(COUNTED.format(f"AND day >= '{ago(2)}' AND day <= '{TODAY + DAY}'")).fetchall()
    assert github.calls() == asked("users-1-day", ago(2), ago(1))


def test_the_latest_days_stay_the_same_while_others_are_told(github: GitHub, connect: Connect) -> None:
    days = [ago(n) for n in reversed(range(5, 33))]
    said = {"report_start_day": str(days[0]), "report_end_day": str(days[-1])}
    totals = [record for day in days for record in github.entity[day]]
    github.raw["enterprise-28-day"] = (said, [json.dumps({**said, "day_totals": totals}).encode()])
    counted = "(SELECT count(*) FROM github.copilot_usage.entity_days WHERE enterprise = 'octo')"
    users = "FROM github.copilot_usage.user_days WHERE enterprise = 'octo'"
    connection = connect()
    both = connection.execute(f"SELECT max(day), {counted} {users}")
    assert both.fetchall() == [(github.last, 28)]
    alone = connection.execute(f"SELECT max(day) {users}")
    assert alone.fetchall() == [(github.last,)]
    assert alone.warnings == both.warnings


def test_the_latest_days_are_the_same_for_all_owners(
    github: GitHub, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, keep = github.answer, github.keep

    def answer_later(path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        github.last = ago(5) if path.startswith("/orgs/") else ago(2)
        return answer(path, query)

    monkeypatch.setattr(github, "answer", answer_later)
    monkeypatch.setattr(github, "keep", lambda name, body: keep(f"{name}-{github.last}", body))
    latest = "SELECT max(day) FROM github.copilot_usage.user_days WHERE {} = 'octo'"
    sql = f"SELECT ({latest.format('enterprise')}), ({latest.format('org')})"
    cursor = connect(concurrency=1).execute(sql)
    assert cursor.fetchall() == [(ago(5), ago(5))]
    assert len(cursor.warnings) == 1


@pytest.mark.parametrize(
    ("item", "heading"),
    [
        ("({})", "({})"),
        ("({}) + 1", "({}) + 1"),
        ("({})  ::INT + (SELECT 1)", "({}) ::INT + (SELECT 1)"),
        ("({}) AS n", "n"),
        ("({}) n", "n"),
        ("EXISTS ({})", "EXISTS ({})"),
    ],
)
def test_a_column_has_the_heading_that_was_written(github: GitHub, connect: Connect, item: str, heading: str) -> None:
    counted = f"SELECT count(*) FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND day = '{ago(9)}'"
    cursor = connect().execute(f"SELECT {item.format(counted)}")
    assert [each[0] for each in cursor.description or ()] == [heading.format(counted)]
    assert cursor.fetchall()[0][0] in (2, 3, True)
