"""What a cursor tells of a statement beside its rows: the plan, the calls, the rate limit, the warnings."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

import stackduck
from stackduck import errors
from stackduck.execute.plans import PlannedReport, PlannedScan

SEATS = "github.copilot.org_seats"


def test_a_cursor_that_has_run_nothing_has_nothing_to_tell(online: stackduck.Connection) -> None:
    for cursor in (online.cursor(), online.execute("SELECT 1"), online.execute("CREATE TABLE t AS SELECT 1 AS n")):
        assert (cursor.plan, cursor.calls, cursor.warnings) == ((), (), [])


def test_a_statement_that_failed_has_no_plan(online: stackduck.Connection) -> None:
    cursor = online.execute(f"SELECT count(*) FROM {SEATS} WHERE org = 'octo-demo-eng'")
    assert cursor.plan
    with pytest.raises(errors.ProgrammingError):
        cursor.execute("SELEC")
    assert (cursor.plan, cursor.calls, cursor.rate_limit) == ((), (), None)


def test_a_plan_lists_the_first_call_of_each_value(online: stackduck.Connection) -> None:
    cursor = online.execute(f"SELECT count(*) FROM {SEATS} WHERE org IN (?, ?)", ["octo-demo-eng", "octo-demo-data"])
    path = "/orgs/{}/copilot/billing/seats?per_page=100"
    assert cursor.plan == (
        PlannedScan(
            SEATS,
            "list_copilot_seats",
            tuple(f"GET {path.format(org)}" for org in ("octo-demo-eng", "octo-demo-data")),
        ),
    )
    assert [(call.http_method, call.path_template, call.status) for call in cursor.calls] == [
        ("GET", "/orgs/{org}/copilot/billing/seats", 200)
    ] * 2
    assert cursor.stats.calls == 2


def test_a_plan_tells_the_days_of_reports(online: stackduck.Connection) -> None:
    sql = """
        SELECT count(*) FROM github.copilot_usage.user_days
        WHERE enterprise = 'octo-demo' AND day BETWEEN '2026-10-30' AND '2026-11-01'"""
    days = (date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 1))
    (scan,) = online.execute(sql).plan
    assert (scan.resource, scan.calls) == ("github.copilot_usage.user_days", ())
    assert scan.reports == (PlannedReport("enterprise", "octo-demo", days),)
    (again,) = online.execute(sql).plan
    assert again == scan


def test_a_plan_tells_no_days_of_the_future(online: stackduck.Connection) -> None:
    sql = "SELECT count(*) FROM github.copilot_usage.entity_days WHERE enterprise = 'octo-demo' AND day >= '2026-10-30'"
    ((report,),) = (scan.reports for scan in online.execute(sql).plan)
    assert report.days
    assert date(2026, 10, 30) in report.days
    assert max(report.days) <= datetime.now(UTC).date()


def test_a_plan_tells_where_fed_values_come_from(online: stackduck.Connection) -> None:
    online.execute("CREATE TABLE orgs AS SELECT unnest(['octo-demo-eng', 'octo-demo-data']) AS org")
    cursor = online.execute(f"SELECT count(*) FROM {SEATS} JOIN orgs USING (org)")
    (scan,) = cursor.plan
    assert scan.calls == ()
    assert len(scan.fed) == 1
    assert scan.fed[0].startswith("org from ")
    assert len(cursor.calls) == 2


def test_the_plan_of_a_cursor_stays_when_others_run(online: stackduck.Connection) -> None:
    first = online.execute(f"SELECT 1 FROM {SEATS} WHERE org = 'octo-demo-eng'")
    online.execute("SELECT 1")
    assert [scan.resource for scan in first.plan] == [SEATS]
    assert len(first.calls) == 1


def test_a_change_that_reads_tells_what_it_read(online: stackduck.Connection) -> None:
    cursor = online.execute(f"CREATE TABLE kept AS SELECT * FROM {SEATS} WHERE org = 'octo-demo-eng'")
    assert [scan.resource for scan in cursor.plan] == [SEATS]


def test_the_rate_limit_is_the_latest(online: stackduck.Connection) -> None:
    one = online.execute(f"SELECT 1 FROM {SEATS} WHERE org = 'octo-demo-eng'").rate_limit
    two = online.execute(f"SELECT 1 FROM {SEATS} WHERE org = 'octo-demo-eng'").rate_limit
    assert one is not None and two is not None
    assert two.remaining < one.remaining <= one.limit
