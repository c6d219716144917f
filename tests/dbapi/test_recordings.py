"""connect(record=…), connect(replay=…) and what goes with them: the clock, the archive, what SQL may reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import stackduck
from stackduck import errors
from stackduck.sandbox import Sandbox, serve

TODAY = date(2026, 3, 9)
REPORT = """
SELECT count(*), min(day), max(day), current_date, today(), now()::VARCHAR
FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo' AND day >= current_date - 4"""
SEATS = "SELECT count(*), min(created_at) FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'"
JOINED = """
SELECT count(*) FROM github.copilot_usage.seats JOIN github.copilot_usage.user_days USING (user_id, enterprise)
WHERE enterprise = 'octo-demo' AND day > current_date - 3"""


@pytest.fixture(scope="module")
def march() -> Iterator[Sandbox]:
    """Serve a GitHub of a day in March."""
    with serve(today=TODAY) as github:
        yield github


@pytest.fixture
def recorded(march: Sandbox, tmp_path: Path) -> tuple[Path, list[Any]]:
    """Record what three statements ask; give the folder and the rows."""
    folder = tmp_path / "kept"
    with stackduck.connect(sandbox=march, today=TODAY, record=folder) as connection:
        return folder, [connection.execute(sql).fetchall() for sql in (REPORT, SEATS, JOINED)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"record": "a", "replay": "b"}, "give one of them"),
        ({"replay": "b", "sandbox": True}, "leave sandbox and api_url out"),
        ({"replay": "b", "api_url": "https://api.github.com"}, "leave sandbox and api_url out"),
        ({"record": "a", "allow_writes": True}, "record is for reading"),
        ({"replay": "a", "fresh": True}, "leave fresh out"),
        ({"record": "a", "archive": "elsewhere"}, "leave the archive out"),
        ({"replay": "nowhere"}, "there is no recording in"),
        ({"today": TODAY}, "give sandbox=True"),
    ],
)
def test_what_does_not_go_together_is_refused(
    options: dict[str, Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(errors.InterfaceError, match=told):
        stackduck.connect(**options)
    assert not list(tmp_path.iterdir())


def test_a_recording_answers_without_a_network_and_a_token(recorded: tuple[Path, list[Any]], march: Sandbox) -> None:
    folder, rows = recorded
    asked = len(march.requests), len(march.file_requests)
    with stackduck.connect(replay=folder) as connection:
        assert [connection.execute(sql).fetchall() for sql in (REPORT, SEATS, JOINED)] == rows
    assert (len(march.requests), len(march.file_requests)) == asked


def test_each_statement_can_be_replayed_alone(march: Sandbox, tmp_path: Path) -> None:
    rows = []
    for sql in (JOINED, REPORT):
        with stackduck.connect(sandbox=march, today=TODAY, record=tmp_path / "kept") as connection:
            rows.append(connection.execute(sql).fetchall())
    with stackduck.connect(replay=tmp_path / "kept") as connection:
        assert connection.execute(REPORT).fetchall() == rows[1]


def test_the_time_of_a_replay_is_that_of_the_recording(recorded: tuple[Path, list[Any]]) -> None:
    folder, rows = recorded
    assert rows[0][0][3:5] == (TODAY, TODAY)
    with stackduck.connect(replay=folder) as connection:
        (found,) = connection.execute(
            "SELECT current_date, now() = current_timestamp, now()::VARCHAR, localtimestamp::VARCHAR, "
            "current_time::VARCHAR, age(DATE '2026-03-01')::VARCHAR, age(DATE '2026-03-02', DATE '2026-03-01')::VARCHAR"
        ).fetchall()
    assert found == (TODAY, True, "2026-03-09 12:00:00+00", "2026-03-09 12:00:00", "12:00:00+00", "8 days", "1 day")


def test_the_time_follows_the_sessions_time_zone(recorded: tuple[Path, list[Any]]) -> None:
    with stackduck.connect(replay=recorded[0]) as connection:
        connection.execute("SET TimeZone = 'Pacific/Auckland'")
        assert connection.execute("SELECT current_date").fetchone() == (date(2026, 3, 10),)


def test_what_stands_still_is_in_no_database_file(recorded: tuple[Path, list[Any]], tmp_path: Path) -> None:
    with stackduck.connect(tmp_path / "a.db", replay=recorded[0]) as connection:
        connection.execute("CREATE TABLE t AS SELECT current_date AS day")
    with stackduck.connect(tmp_path / "a.db") as connection:
        (found,) = connection.execute("SELECT day, current_date FROM t").fetchall()
    assert found[0] == TODAY
    assert found[1] > TODAY


def test_a_request_that_was_not_recorded_says_how_to_record_it(recorded: tuple[Path, list[Any]]) -> None:
    with (
        stackduck.connect(replay=recorded[0]) as connection,
        pytest.raises(errors.NotRecordedError, match=r"octo-demo-data/copilot/billing/seats.* --record"),
    ):
        connection.execute("SELECT * FROM github.copilot.org_seats WHERE org = 'octo-demo-data'")


def test_links_are_placeholders(recorded: tuple[Path, list[Any]], march: Sandbox) -> None:
    sql = "SELECT unnest(download_links) FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'octo-demo'"
    with stackduck.connect(sandbox=march, today=TODAY, record=recorded[0]) as connection:
        (live,) = connection.execute(sql).fetchmany(1)
    with stackduck.connect(replay=recorded[0]) as connection:
        (kept,) = connection.execute(sql).fetchmany(1)
    assert "sig=" in live[0]
    assert kept[0].startswith("https://recording.invalid/github/get.enterprises.octo-demo")


def test_documents_are_not_pulled_in_a_replay(recorded: tuple[Path, list[Any]]) -> None:
    with stackduck.connect(replay=recorded[0]) as connection, pytest.raises(errors.NotRecordedError, match="documents"):
        connection.execute("REGISTRY LIST")


def test_a_recording_begun_on_a_sandbox_goes_on(recorded: tuple[Path, list[Any]], march: Sandbox) -> None:
    folder, rows = recorded
    with stackduck.connect(sandbox=march, today=TODAY, record=folder) as connection:
        assert connection.execute(REPORT).fetchall() == rows[0]
        with pytest.raises(errors.NotFoundError):
            connection.execute("SELECT * FROM github.copilot.org_seats WHERE org = 'nobody'")
    with stackduck.connect(replay=folder) as connection, pytest.raises(errors.NotFoundError):
        connection.execute("SELECT * FROM github.copilot.org_seats WHERE org = 'nobody'")


def test_explain_tells_the_same_in_a_replay(recorded: tuple[Path, list[Any]]) -> None:
    with stackduck.connect(replay=recorded[0]) as connection:
        assert connection.execute(f"EXPLAIN {REPORT}").fetchall()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM 'https://example.com/a.csv'",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.db'",
        "EXPORT DATABASE '{folder}/all'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET temp_directory = '{folder}'",
        "SET log_query_path = '{folder}/log'",
    ],
)
def test_confined_sql_reaches_neither_files_nor_the_network(sql: str, tmp_path: Path) -> None:
    with stackduck.connect(confined=True) as connection, pytest.raises(errors.DatabaseError):
        connection.execute(sql.format(folder=tmp_path)).fetchall()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("sql", ["REGISTRY PULL aws", "REGISTRY LIST", "REGISTRY LIST aws"])
def test_confined_sql_reaches_no_registry(sql: str) -> None:
    with (
        stackduck.connect(confined=True) as connection,
        pytest.raises(errors.NotSupportedError, match="reaches no registry"),
    ):
        connection.execute(sql)


def test_confined_sql_reads_reports(march: Sandbox) -> None:
    with (
        stackduck.connect(sandbox=march, today=TODAY) as free,
        stackduck.connect(sandbox=march, today=TODAY, confined=True) as confined,
    ):
        assert confined.execute(JOINED).fetchall() == free.execute(JOINED).fetchall()


def test_confined_sql_may_need_more_than_its_memory() -> None:
    with stackduck.connect(confined=True) as connection:
        connection.execute("SET memory_limit = '60MB'; SET threads = 1")
        sql = "SELECT count(*) FROM (SELECT DISTINCT md5(range::VARCHAR) AS h FROM range(1500000))"
        assert connection.execute(sql).fetchone() == (1_500_000,)


def test_a_sandbox_that_was_given_runs_on(march: Sandbox) -> None:
    with stackduck.connect(sandbox=march) as connection:
        connection.execute(SEATS)
    with stackduck.connect(sandbox=march) as connection:
        assert connection.execute(SEATS).fetchone()
