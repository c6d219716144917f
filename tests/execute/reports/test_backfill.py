"""What a sync brings, leaves, waits for and tells."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stackduck.catalog.names import Catalog
from stackduck.cli.exits import exit_code
from stackduck.dbapi import Connection, SyncProgress, SyncSummary
from stackduck.dbapi.github import GitHub as Clients
from stackduck.dbapi.github import Settings
from stackduck.engine.ingest import arrivals
from stackduck.errors import (
    AuthenticationError,
    DataError,
    InterfaceError,
    MissingDaysError,
    NotFoundError,
    OperationalError,
    PermissionDeniedError,
    ProgrammingError,
)
from stackduck.execute import clock
from stackduck.execute.reports.backfill import Backfill
from stackduck.execute.reports.filling import FAILED, REFUSED
from stackduck.execute.reports.pacing import Gate
from stackduck.execute.reports.syncs import SyncOrder
from stackduck.reports.coverage import NO_DATA, NOT_PROCESSED

from .conftest import SIGNATURE, TODAY, TOKEN, Connect, GitHub, ago, user

REPORTS = ("users", "entity", "user_teams", "repos")
TWO = ("users", "repos")
"""Of which one has a 28-day report."""


def reasons(summary: SyncSummary, report: str = "users") -> dict[date, str]:
    """Return the missing days of a report."""
    return next((dict(days) for source, days in summary.missing.items() if source.report == report), {})


def kept(folder: Path, report: str = "users") -> list[date]:
    """Return the days of which there is a file."""
    return sorted(date.fromisoformat(file.parent.name[4:]) for file in folder.glob(f"*/{report}/*/*/*/report.parquet"))


def contents(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all reports, with the day and the owner that their folder says."""
    found = {}
    for report in REPORTS:
        files = f"read_parquet('{folder}/*/{report}/*/*/*/report.parquet', hive_partitioning = true)"
        found[report] = duckdb.sql(f"SELECT * FROM {files} ORDER BY ALL").fetchall()
    return found


SINCE = ago(38)
DAYS = 37
"""Of which GitHub has data since then."""


def sync(connection: Connection, **options: Any) -> SyncSummary:
    """Fill an archive with the days since a while ago; the latest 28 come by one call."""
    return connection.sync(**{"enterprise": "octo", "since": SINCE, "reports": TWO, **options})


# What cannot be done.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"enterprise": ()}, "sync needs to know whose reports to fetch; give enterprise='<slug>' or org='<name>'"),
        ({"enterprise": ""}, "enterprises, organizations and reports are named by texts that are not empty"),
        ({"reports": [7]}, "enterprises, organizations and reports are named by texts that are not empty"),
        ({"since": 20260101}, "a day is a date or a text like '2026-02-01', not int"),
        ({"until": datetime.now(UTC)}, "a day is a date or a text like '2026-02-01', not datetime"),
    ],
    ids=["nobody", "no-name", "no-text", "number", "time"],
)
def test_wrong_use_is_told(connect: Connect, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InterfaceError) as raised:
        sync(connect(), **options)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reports": "repo"}, "did you mean 'repos'"),
        ({"since": "tomorrow"}, "'tomorrow' is not a day like 2026-02-01"),
        ({"since": ago(1), "until": ago(2)}, "is later than"),
    ],
    ids=["report", "day", "order"],
)
def test_what_cannot_be_meant_is_refused_before_any_call(
    github: GitHub, connect: Connect, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProgrammingError, match=message):
        sync(connect(), **options)
    assert github.calls() == []


def test_there_must_be_an_archive(connect: Connect) -> None:
    with pytest.raises(InterfaceError, match="there is no archive to fill; connect without archive=False"):
        sync(connect(archive=False))


def test_a_token_that_github_does_not_accept_ends_it_at_once(github: GitHub, connect: Connect) -> None:
    github.answer = lambda path, query: (401, {"message": "Bad credentials"})  # type: ignore[method-assign]
    with pytest.raises(AuthenticationError):
        sync(connect(), raise_errors=False)


# What fails keeps nothing else from coming.


def test_a_report_that_may_not_be_read_is_told_once_and_the_others_come(
    github: GitHub, connect: Connect, tmp_path: Path
) -> None:
    github.forbidden = {"/enterprises/octo/copilot/metrics/reports/repos"}
    with pytest.raises(PermissionDeniedError):
        sync(connect())
    assert len(kept(tmp_path / "a", "users")) == DAYS
    assert kept(tmp_path / "a", "repos") == []
    summary = sync(connect(), raise_errors=False)
    [error] = summary.errors
    assert isinstance(error, PermissionDeniedError)
    assert set(reasons(summary, "repos").values()) == {REFUSED}
    assert not any("repos" in warning for warning in summary.warnings)


def test_a_report_that_is_not_to_be_found_is_asked_for_of_other_days(
    github: GitHub, connect: Connect, tmp_path: Path
) -> None:
    github.hidden = {f"users-1-day {ago(1)}", f"users-1-day {ago(2)}", "users-28-day"}
    summary = sync(connect(concurrency=1), reports="users", raise_errors=False)
    assert len(kept(tmp_path / "a", "users")) == DAYS - 1
    assert reasons(summary) == {ago(2): FAILED, ago(1): FAILED}
    [error] = summary.errors
    assert isinstance(error, NotFoundError)


def test_a_report_that_is_never_to_be_found_is_soon_given_up(github: GitHub, connect: Connect) -> None:
    github.hidden = {"users"}
    summary = sync(connect(concurrency=1), reports="users", raise_errors=False)
    assert len(github.calls()) < 9
    assert [type(error) for error in summary.errors] == [NotFoundError]
    assert len(reasons(summary)) == DAYS + 1


def test_each_report_that_is_refused_is_told_of(github: GitHub, connect: Connect) -> None:
    place = "/enterprises/octo/copilot/metrics/reports"
    github.forbidden = {f"{place}/repos", f"{place}/user-teams"}
    summary = sync(connect(), reports=("users", "user_teams", "repos"), raise_errors=False)
    [error] = summary.errors
    [warning] = summary.warnings
    named = {name for name in ("repos", "user-teams") if f"/{name}" in str(error)}
    named |= {name for name in ("repos", "user_teams") if f"in the {name} report" in warning}
    assert {name.replace("-", "_") for name in named} == {"repos", "user_teams"}
    assert REFUSED in warning


def test_an_owner_that_may_not_be_read_does_not_keep_another_one_out(
    github: GitHub, connect: Connect, tmp_path: Path
) -> None:
    github.forbidden = {"/orgs/secret/"}
    summary = connect().sync(org=["secret", "octo"], since=SINCE, raise_errors=False)
    assert [type(error) for error in summary.errors] == [PermissionDeniedError]
    assert len(kept(tmp_path / "a", "users")) == DAYS


def test_a_day_that_cannot_be_read_fails_alone(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    github.broken = {f"users-1-day-{ago(33)}"}
    with pytest.raises(DataError, match="the download cannot be read"):
        sync(connect())
    assert ago(33) not in kept(tmp_path / "a")
    assert len(kept(tmp_path / "a")) == DAYS - 1
    summary = sync(connect(), raise_errors=False)
    assert reasons(summary) == {ago(33): FAILED}
    github.broken.clear()
    assert sync(connect()).days == 1


def test_a_28_day_report_that_cannot_be_read_is_asked_for_day_by_day(
    github: GitHub, connect: Connect, tmp_path: Path
) -> None:
    github.broken = {"users-28-day"}
    summary = sync(connect(), reports="users")
    assert (summary.errors, len(kept(tmp_path / "a"))) == ((), DAYS)


def test_days_that_cannot_be_read_keep_no_others_from_coming(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    github.broken = {f"{name}-1-day-{ago(n)}" for n in range(36, 46) for name in ("users", "repos", "user-teams")}
    options = {"raise_errors": False, "reports": ["users", "repos", "user_teams"], "since": ago(49), "until": ago(36)}
    for _ in range(2):
        summary = sync(connect(concurrency=1), **options)
        assert summary.errors
        assert [len(days) for days in summary.missing.values()] == [10, 10, 10]
    assert len(kept(tmp_path / "a", "repos")) == len(kept(tmp_path / "a")) == 4


def test_a_report_of_which_no_day_is_answered_is_given_up(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    github.failing = {f"users-1-day {ago(n)}" for n in range(102)}
    summary = sync(connect(concurrency=1), raise_errors=False, reports=["users", "repos"], since=ago(49), until=ago(36))
    assert len(summary.errors) == 1
    assert len({call for call in github.calls() if call.startswith("users-1-day")}) == 5
    assert len(kept(tmp_path / "a", "repos")) == 14


def test_a_github_that_answers_nothing_ends_it(github: GitHub, connect: Connect) -> None:
    github.failing = {f"{name}-1-day {ago(n)}" for n in range(102) for name in ("users", "repos", "user-teams")}
    with pytest.raises(OperationalError):
        sync(
            connect(concurrency=1),
            raise_errors=False,
            reports=["users", "repos", "user_teams"],
            since=ago(49),
            until=ago(36),
        )
    assert len(set(github.calls())) in (8, 9)


def test_a_disk_that_takes_no_more_ends_it_at_once(
    github: GitHub, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, folder: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(arrivals, "_held", full)
    with pytest.raises(OperationalError, match=r"the archive .* cannot be written: No space left on device") as told:
        sync(connect(concurrency=1), raise_errors=False, reports=["repos"])
    assert exit_code(told.value) == 1
    assert len(github.calls()) <= 3, "no more than were under way"
    assert not list(tmp_path.glob("a/.incoming/*"))


def test_a_link_to_nothing_is_a_missing_day_that_is_asked_for_again(github: GitHub, connect: Connect) -> None:
    github.lost = {f"users-1-day-{ago(33)}"}
    assert "no file" in reasons(sync(connect()))[ago(33)]
    github.lost.clear()
    assert sync(connect()).days == 1


def test_a_damaged_file_is_told_and_fetched_again(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    sync(connect())
    [file] = tmp_path.glob(f"a/*/users/*/*/day={ago(33)}/*.parquet")
    file.write_bytes(file.read_bytes()[:-20])
    summary = sync(connect())
    assert (summary.days, summary.calls) == (1, 1)
    assert any("damaged" in warning for warning in summary.warnings)


def test_a_damaged_file_that_nobody_wants_now_is_told_too(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    features = [{"feature": "chat", "engaged_user_count": 4}]
    github.wrapper = {"copilot_feature_engagement": {"active_user_count": 9, "totals_by_feature": features}}
    sync(connect(), reports=("entity", "users"))
    [window] = tmp_path.glob("a/*/feature_engagement_windows/*/*/*/*.parquet")
    [users] = tmp_path.glob(f"a/*/users/*/*/day={ago(33)}/*.parquet")
    for file in (window, users):
        file.write_bytes(file.read_bytes()[:-20])
    told = sync(connect(), reports="entity").warnings
    fates = {users: "it is fetched again when its day", window: "GitHub has the latest window alone"}
    assert len(told) == len(fates)
    for file, fate in fates.items():
        [text] = [each for each in told if each.endswith(str(file.with_name("_damaged")))]
        assert "is damaged" in text
        assert fate in text


def test_gaps_fail_where_that_is_wanted(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    del github.users[ago(33)]
    with pytest.raises(MissingDaysError, match=f"users report of enterprise octo: {ago(33)}: {NO_DATA}") as raised:
        sync(connect(fail_on_gaps=True))
    assert raised.value.days == (ago(33),)
    assert len(kept(tmp_path / "a")) == DAYS - 1


# What comes.


def test_everything_comes_with_as_few_calls_as_can_be(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    summary = sync(connect(), since=ago(101), reports=())
    assert [len(kept(tmp_path / "a", report)) for report in REPORTS] == [100] * 4
    assert (summary.days, summary.kept, summary.rows) == (400, 0, 500)
    calls = github.calls()
    assert calls.count("latest") == 2
    assert len(calls) == summary.calls == 2 + 2 * (101 - 28) + 2 * 101
    assert (summary.missing, summary.errors, summary.warnings) == ({}, (), ())


def test_the_bytes_of_files_are_counted_apart_from_those_of_answers(connect: Connect) -> None:
    connection = connect()
    summary = sync(connection)
    assert 0 < summary.bytes == connection.stats.downloaded < connection.stats.bytes


def test_what_a_sync_brings_a_query_reads_without_a_call(github: GitHub, connect: Connect) -> None:
    sync(connect())
    github.calls()
    counted = "SELECT sum(code_generation_activity_count) FROM github.copilot_usage.user_days"
    sql = f"{counted} WHERE enterprise = 'octo' AND day BETWEEN '{SINCE}' AND '{ago(5)}'"
    assert connect().execute(sql).fetchall() == [(3 * (DAYS - 3),)]
    assert github.calls() == []


def test_a_second_sync_has_nothing_to_do(github: GitHub, connect: Connect) -> None:
    sync(connect())
    github.calls()
    summary = sync(connect())
    assert (summary.days, summary.kept, summary.calls, github.calls()) == (0, 2 * DAYS, 0, [])


def test_only_the_reports_and_days_that_are_named_come(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    sync(connect(), reports=["repo_days", "users"], since=str(ago(50)), until=ago(48))
    assert kept(tmp_path / "a", "repos") == kept(tmp_path / "a", "users") == [ago(50), ago(49), ago(48)]
    assert len(github.calls()) == 6


def test_enterprises_and_organizations_come_together(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    connect().sync(enterprise="octo", org=["One", "two", "ONE"], reports="repos", since=ago(50), until=ago(49))
    found = sorted("/".join(file.parts[-4:-2]) for file in tmp_path.glob("a/*/repos/*/*/*/*.parquet"))
    assert found == ["scope=enterprise/name=octo"] * 2 + ["scope=org/name=one"] * 2 + ["scope=org/name=two"] * 2


def test_a_young_day_is_fetched_again_after_an_hour_and_a_closed_one_never(
    github: GitHub, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.combine(TODAY, time(12), UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    sync(connect(), reports="repos")
    github.calls()
    moment += timedelta(minutes=59)
    assert sync(connect(), reports="repos").calls == 0
    moment += timedelta(minutes=2)
    sync(connect(), reports="repos")
    assert github.calls() == [f"repos-1-day {ago(n)}" for n in (4, 3, 2, 1)]


def test_fresh_fetches_young_days_again(github: GitHub, connect: Connect) -> None:
    sync(connect(), reports="repos")
    github.calls()
    assert sync(connect(), reports="repos").calls == 0
    assert sync(connect(fresh=True), reports="repos").calls == sync(connect(), reports="repos", fresh=True).calls > 0


def test_refetch_replaces_what_github_restated(
    github: GitHub, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(connect(), reports="users")
    github.users[ago(33)] = [user(9, ago(33))]
    sql = f"SELECT user_id FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND day = '{ago(33)}'"
    assert connect().execute(sql).fetchall() == [(1,), (2,)]
    moment = datetime.now(UTC) + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: moment)
    summary = sync(connect(), reports="users", refetch=True, since=ago(37), until=ago(31))
    assert (summary.days, summary.kept) == (7, 0)
    assert connect().execute(sql).fetchall() == [(9,)]


@pytest.mark.parametrize("options", [{"since": TODAY + timedelta(days=9)}, {"since": None, "until": date(2020, 1, 1)}])
def test_days_that_no_report_can_have_are_told(connect: Connect, options: dict[str, Any]) -> None:
    assert ["no report can have any of the days" in each for each in sync(connect(), **options).warnings] == [True]


def test_a_day_that_github_restated_to_nothing_is_told(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    sync(connect(), since=ago(40))
    del github.users[ago(33)]
    github.broken = {f"users-1-day-{ago(34)}"}
    summary = sync(connect(), since=ago(40), refetch=True, raise_errors=False)
    assert (
        f"GitHub has no users report of enterprise octo of {ago(33)} now; what it had before is used"
        in summary.warnings
    )
    assert {ago(33), ago(34)} <= set(kept(tmp_path / "a"))


def test_a_day_that_github_has_no_more_stays(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    sync(connect(), reports="users")
    del github.users[ago(33)]
    summary = sync(connect(), reports="users", refetch=True, since=ago(37), until=ago(31))
    assert (reasons(summary), ago(33) in kept(tmp_path / "a")) == ({}, True)


# Days that are not there.


def test_days_without_data_are_told_and_remembered(github: GitHub, connect: Connect) -> None:
    for n in (33, 34, 36):
        del github.users[ago(n)]
    first = sync(connect())
    assert reasons(first) == {ago(36): NO_DATA, ago(34): NO_DATA, ago(33): NO_DATA}
    told = f"days are missing in the users report of enterprise octo: {ago(36)}, {ago(34)} to {ago(33)}: {NO_DATA}"
    assert first.warnings == (told,)
    github.calls()
    second = sync(connect())
    assert (second.warnings, second.missing, github.calls()) == (first.warnings, first.missing, [])


def test_the_days_before_the_first_one_and_the_latest_are_no_gaps(github: GitHub, connect: Connect) -> None:
    summary = sync(connect(fail_on_gaps=True), reports="repos", since=None)
    [beyond] = summary.beyond.values()
    assert beyond[ago(1)] == NOT_PROCESSED
    assert beyond[ago(102)] == NO_DATA
    assert not any(ago(101) <= day <= ago(2) for day in beyond)


def test_they_are_gaps_where_they_were_asked_for(github: GitHub, connect: Connect) -> None:
    summary = sync(connect(), reports="users", since=ago(103), until=ago(1))
    assert reasons(summary) == {ago(103): NO_DATA, ago(102): NO_DATA, ago(1): NOT_PROCESSED}


def test_a_report_without_any_data_is_a_gap(github: GitHub, connect: Connect) -> None:
    github.repos.clear()
    summary = sync(connect(), reports=["repos", "user_teams"])
    assert {source.report for source in summary.missing} == {"repos"}


def test_a_report_is_not_asked_for_days_that_it_cannot_have(github: GitHub, connect: Connect) -> None:
    summary = sync(connect(), reports=["users", "user_teams"], since="2026-05-01", until="2026-05-20")
    assert min(reasons(summary, "users")) == date(2026, 5, 1)
    assert min(reasons(summary, "user_teams")) == date(2026, 5, 14)


def test_a_report_that_can_have_none_of_the_days_says_why(github: GitHub, connect: Connect) -> None:
    summary = sync(connect(), reports="user_teams", since="2026-05-01", until="2026-05-02")
    assert set(reasons(summary, "user_teams").values()) == {"before history starts on 2026-05-14"}
    assert github.calls() == []


# How it goes.


def test_progress_tells_days_and_bytes_and_ends_with_nothing_left(connect: Connect) -> None:
    told: list[SyncProgress] = []
    summary = sync(connect(), on_progress=told.append, reports="users")
    total = told[0].days_left
    assert [each.days_done + each.days_left for each in told] == [total] * len(told)
    assert [each.days_done for each in told] == sorted(each.days_done for each in told)
    assert (told[0].days_done, told[0].seconds_left) == (0, None)
    assert (told[-1].days_left, told[-1].seconds_left) == (0, 0.0)
    assert told[-1].bytes == summary.bytes > 0
    assert all(each.waits_until is None for each in told)


def test_an_interrupted_sync_keeps_what_came_and_the_next_goes_on(
    github: GitHub, connect: Connect, tmp_path: Path
) -> None:
    connection = connect()

    def stop(progress: SyncProgress) -> None:
        if progress.days_done >= 40:
            connection.interrupt()

    with pytest.raises(OperationalError, match="interrupted"):
        sync(connection, on_progress=stop)
    came = sum(len(kept(tmp_path / "a", report)) for report in TWO)
    assert 30 <= came < 2 * DAYS
    assert list((tmp_path / "a" / ".incoming").iterdir()) == []
    summary = sync(connect())
    assert (summary.kept, summary.days) == (came, 2 * DAYS - came)


def test_two_at_once_share_the_work(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    """One starts when the other is half-way, and goes to meet it."""
    second: list[SyncSummary] = []
    first, other = connect(concurrency=1), connect(concurrency=1)

    def start(progress: SyncProgress) -> None:
        if progress.days_done >= 20 and not second:
            # Seconds count: who comes later must see what came since its own start.
            second.append(sync(other, since=ago(60), until=ago(30), reports="users"))

    sync(first, since=ago(60), until=ago(30), reports="users", on_progress=start)
    assert kept(tmp_path / "a") == [ago(n) for n in range(60, 29, -1)]
    assert second[0].kept >= 20


def test_what_another_process_brought_meanwhile_is_not_fetched_again(
    github: GitHub, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = datetime.now(UTC)
    moments = {"now": start}
    monkeypatch.setattr(clock, "now", lambda: moments["now"])

    def meanwhile(progress: SyncProgress) -> None:
        if progress.days_done == 0:
            moments["now"] = start + timedelta(seconds=2)
            sync(connect(), reports="users", since=ago(60), until=ago(51))

    summary = sync(connect(), reports="users", since=ago(60), until=ago(30), on_progress=meanwhile)
    assert (summary.days, summary.kept) == (21, 10)
    assert len(github.calls()) == 31


def test_jobs_are_taken_from_the_other_end_where_another_process_is_ahead(
    github: GitHub, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = datetime.now(UTC)
    moments = {"now": start}
    monkeypatch.setattr(clock, "now", lambda: moments["now"])

    def meanwhile(progress: SyncProgress) -> None:
        if progress.days_done == 0:
            moments["now"] = start + timedelta(seconds=2)
            sync(connect(), reports="users", since=ago(30), until=ago(30))
            github.calls()

    connection = connect(concurrency=1)
    sync(connection, reports="users", since=ago(36), until=ago(30), on_progress=meanwhile)
    asked = [call.removeprefix("users-1-day ") for call in github.asked]
    assert asked.index(str(ago(36))) < asked.index(str(ago(33)))


def test_what_a_killed_sync_left_behind_goes_after_a_day(connect: Connect, tmp_path: Path) -> None:
    old, new = (tmp_path / "a" / ".incoming" / name for name in ("1-old", "2-new"))
    for each in (old, new):
        (each / "parts").mkdir(parents=True)
    yesterday = (datetime.now(UTC) - timedelta(hours=25)).timestamp()
    os.utime(old, (yesterday, yesterday))
    sync(connect(), until=SINCE)
    assert list((tmp_path / "a" / ".incoming").iterdir()) == [new]


def test_neither_token_nor_links_are_kept_anywhere(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    github.broken = {f"users-1-day-{ago(33)}"}
    summary = sync(connect(), raise_errors=False)
    assert SIGNATURE not in repr(summary) + "".join(map(str, summary.errors))
    for file in (each for each in tmp_path.rglob("*") if each.is_file()):
        held = file.read_bytes()
        assert SIGNATURE.encode() not in held
        assert TOKEN.encode() not in held


def test_young_and_closed_days_are_as_day_by_day(github: GitHub, connect: Connect, tmp_path: Path) -> None:
    """The 28-day report and single days bring the same rows."""
    sync(connect(archive=tmp_path / "all"), reports=())
    single = connect(archive=tmp_path / "single")
    for n in range(1, 39):
        sync(single, since=ago(n), until=ago(n), reports=())
    assert contents(tmp_path / "all") == contents(tmp_path / "single")


# Limits.


class Clock:
    """A time that only waiting moves; it lifts the limit as it passes the reset."""

    def __init__(self, github: GitHub, resets_in: float) -> None:
        self.seconds, self._github, self._resets_in = 0.0, github, resets_in
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        if self.seconds >= self._resets_in:
            self._github.headers.clear()


@pytest.fixture
def backfill(github: GitHub, tmp_path: Path) -> Iterator[Callable[..., Backfill]]:
    """Make a backfill with a gate of its own."""
    clients = Clients(Settings(token=TOKEN, api_url=github.url, archive=tmp_path / "a"), Catalog.default())

    def make(gate: Gate, **options: Any) -> Backfill:
        order = SyncOrder([("enterprise", "octo")], **options.pop("order", {}))
        return Backfill(clients.reports(), order, gate=gate, **options)

    yield make
    clients.close()


def test_a_limit_that_is_used_up_is_waited_for_and_told(
    github: GitHub, backfill: Callable[..., Backfill], tmp_path: Path
) -> None:
    resets_at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=35)
    used_up = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0"}
    used_up["x-ratelimit-reset"] = str(int(resets_at.timestamp()))
    answer, told, waited = github.answer, [], Clock(github, 34 * 60.0)

    def limited(path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if len(github.asked) == 20 and not waited.slept:
            github.headers = used_up
        return (403, {"message": "API rate limit exceeded"}) if github.headers else answer(path, query)

    github.answer = limited  # type: ignore[method-assign]
    gate = Gate(sleep=waited.sleep, monotonic=waited.monotonic)
    summary = backfill(gate, on_progress=told.append, order={"since": ago(60), "until": ago(53)}).run()
    assert (summary.days, summary.errors) == (32, ())
    assert {each.waits_until for each in told} == {None, resets_at}
    assert max(waited.slept) == pytest.approx(35 * 60.0, abs=5.0)
    waiting = next(each for each in told if each.waits_until)
    assert waiting.rate_limit is not None
    assert waiting.rate_limit.remaining == 0
    assert waiting.seconds_left is not None


def test_calls_are_paced(github: GitHub, backfill: Callable[..., Backfill]) -> None:
    waited = Clock(github, 0.0)
    gate = Gate(most=10, sleep=waited.sleep, monotonic=waited.monotonic)
    backfill(gate, order={"since": ago(60), "until": ago(30), "reports": ["users", "repos"]}).run()
    assert waited.seconds >= 3 * 61.0
    assert all(seconds <= 3 * 61.0 for seconds in waited.slept)
