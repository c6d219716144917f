"""Default parameters against the sandbox: by connect(), through views, told by EXPLAIN, and never in a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

import stackduck
from stackduck import errors
from stackduck.sandbox import Sandbox

ORG = "octo-demo-eng"
DAYS = "github.copilot_usage.entity_days"
SEATS = "github.copilot.org_seats"


@pytest.fixture
def connect(github: Sandbox) -> Iterator[Callable[..., stackduck.Connection]]:
    """Connect to the sandbox with defaults."""
    opened: list[stackduck.Connection] = []

    def connected(defaults: Any, **options: Any) -> stackduck.Connection:
        opened.append(
            stackduck.connect(api_url=github.api_url, token=github.token, archive=False, defaults=defaults, **options)
        )
        return opened[-1]

    yield connected
    for connection in opened:
        connection.close()


@pytest.mark.parametrize(
    "defaults",
    [{"org": ""}, {"org": None}, {"org": 1.5}, {"org": ["a"]}, {"": "a"}, {3: "a"}, {"org": "a", "ORG": "b"}, "org=a"],
)
def test_what_is_no_default_is_refused(defaults: Any) -> None:
    with pytest.raises(errors.InterfaceError):
        stackduck.connect(defaults=defaults)


def test_a_change_takes_no_default(connect: Any, github: Sandbox) -> None:
    connection = connect({"org": ORG}, allow_writes=True)
    with pytest.raises(errors.MissingParameterError, match="org"):
        connection.execute("DELETE FROM github.copilot.user_seats WHERE selected_usernames = ['ann']")
    with pytest.raises(errors.MissingParameterError, match="org"):
        connection.execute("EXEC github.copilot.user_seats.cancel_copilot_seat_assignment_for_users")
    assert [request for request in github.requests if request.method != "GET"] == []


def test_what_a_change_reads_takes_no_default_either(connect: Any, github: Sandbox) -> None:
    """Whose rows become a change is said by the statement alone."""
    connection = connect({"org": ORG}, allow_writes=True)
    with pytest.raises(errors.MissingParameterError, match="needs org"):
        connection.execute(
            "INSERT INTO github.copilot.org_copilot_seats_users (org, selected_usernames) "
            f"SELECT '{ORG}', [assignee.login] FROM {SEATS}"
        )
    assert [request for request in github.requests if request.method != "GET"] == []
    assert connection.execute(f"SELECT count(*) > 0 FROM {SEATS}").fetchall() == [(True,)]


def test_the_column_holds_the_default(connect: Any, github: Sandbox) -> None:
    connection = connect({"Enterprise": github.enterprise})
    cursor = connection.execute(f"SELECT DISTINCT enterprise FROM {DAYS}")
    assert cursor.fetchall() == [(github.enterprise,)]
    assert cursor.stats.defaults == {"enterprise": github.enterprise}


def test_the_rows_are_those_of_the_value_written(connect: Any, github: Sandbox) -> None:
    asked = f"SELECT * FROM {DAYS} ORDER BY day"
    found = connect({"enterprise": github.enterprise}).execute(asked).fetchall()
    written = connect(None).execute(asked.replace("ORDER", f"WHERE enterprise = '{github.enterprise}' ORDER"))
    assert found == written.fetchall() != []


def test_what_the_statement_gives_goes_before(connect: Any, github: Sandbox) -> None:
    cursor = connect({"enterprise": "nobody"}).execute(f"SELECT DISTINCT org FROM {DAYS} WHERE org = '{ORG}'")
    assert (cursor.fetchall(), cursor.stats.defaults) == ([(ORG,)], {})


def test_data_goes_before(connect: Any, asked: Callable[[], list[str]]) -> None:
    connection = connect({"org": "nobody"})
    connection.execute(f"CREATE TABLE mine AS SELECT '{ORG}' AS org")
    cursor = connection.execute(f"SELECT DISTINCT s.org FROM {SEATS} s JOIN mine USING (org)")
    assert (cursor.fetchall(), cursor.stats.defaults) == ([(ORG,)], {})
    assert not any("nobody" in path for path in asked())


def test_a_view_takes_the_default_of_the_connection_that_reads_it(connect: Any, github: Sandbox, tmp_path: Any) -> None:
    path = tmp_path / "views.duckdb"
    view = f"CREATE VIEW days AS SELECT day, enterprise FROM {DAYS}"
    with stackduck.connect(path) as maker:
        maker.execute(view)
    connection = connect({"enterprise": github.enterprise}, database=path)
    cursor = connection.execute("SELECT DISTINCT enterprise FROM days")
    assert (cursor.fetchall(), cursor.stats.defaults) == ([(github.enterprise,)], {"enterprise": github.enterprise})
    assert (
        connection.execute(
            f"SELECT DISTINCT enterprise FROM days WHERE enterprise = '{github.enterprise}'"
        ).stats.defaults
        == {}
    )
    with pytest.raises(errors.MissingParameterError):
        connection.execute("SELECT * FROM days WHERE enterprise LIKE 'x%'")


def test_explain_tells_the_default(connect: Any, asked: Callable[[], list[str]]) -> None:
    connection = connect({"org": ORG})
    [(*_, call, parameters, calls, _)] = connection.execute(f"EXPLAIN SELECT * FROM {SEATS}").fetchall()
    assert f"/orgs/{ORG}/" in call
    assert parameters.startswith(f"org = {ORG} by default")
    assert calls == 1
    [(*_, parameters, _, _)] = connection.execute(f"EXPLAIN SELECT * FROM {SEATS} WHERE org = '{ORG}'").fetchall()
    assert "default" not in parameters
    assert asked() == []


def test_explain_tells_the_default_of_a_report(connect: Any) -> None:
    connection = connect({"enterprise": "octo-demo"})
    found = connection.execute(f"EXPLAIN SELECT * FROM {DAYS} WHERE day >= DATE '2026-01-01'").fetchall()
    assert {row[3].partition(";")[0] for row in found} == {"enterprise = octo-demo by default"}


def test_the_plan_of_a_cursor_tells_the_default(connect: Any) -> None:
    connection = connect({"org": ORG})
    assert [scan.defaults for scan in connection.execute(f"SELECT 1 FROM {SEATS}").plan] == [(("org", ORG),)]
    assert [scan.defaults for scan in connection.execute(f"SELECT 1 FROM {SEATS} WHERE org = '{ORG}'").plan] == [()]


def test_the_statistics_of_a_statement_are_its_own(connect: Any) -> None:
    connection = connect({"org": ORG})
    connection.execute(f"SELECT 1 FROM {SEATS}")
    assert connection.execute("SELECT 1").stats.defaults == {}
    assert connection.stats.defaults == {"org": ORG}


def test_values_of_other_types_are_texts_of_the_call(connect: Any, github: Sandbox) -> None:
    connection = connect({"enterprise": github.enterprise, "day": date(2026, 1, 31)})
    found = connection.execute("EXPLAIN SELECT * FROM github.copilot.copilot_user_usage_metrics").fetchall()
    assert "day" not in found[0][3]
    told = connection.execute(f"SELECT count(*) FROM {DAYS} WHERE day IS NOT NULL").stats.defaults
    assert told == {"enterprise": github.enterprise}
