"""`stackduck sync`, as a user starts it: against the sandbox, in a pipe and on a terminal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from stackduck.api.model import RateLimit
from stackduck.cli import exits
from stackduck.cli.syncing import activity, duration, line, waiting
from stackduck.execute import clock
from stackduck.execute.reports.model import Source
from stackduck.execute.reports.syncs import SyncProgress, SyncSummary
from stackduck.reports.coverage import NO_DATA, NOT_PROCESSED
from stackduck.sandbox import Sandbox, environment

from .conftest import COMMAND

Command = Callable[..., Any]
NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
def sync(stackduck: Command, sandbox: Sandbox, tmp_path: Path) -> Command:
    """Run a sync of a few days into an archive of the test's own."""
    since = str(sandbox.last_day - timedelta(days=2))

    def run(*arguments: str, **environ: str) -> Any:
        given = ("--archive", str(tmp_path / "archive"), "--since", since, *arguments)
        return stackduck("sync", *given, **environment(sandbox), **environ)

    return run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "whose reports? give --enterprise SLUG or --org NAME"),
        (["--org", "o", "--report", "repo"], "argument --report: no report 'repo'; did you mean 'repos'?"),
        (["--org", "o", "--since", "tomorrow"], "argument --since: 'tomorrow' is not a day like 2026-02-01"),
        (["--org", "o", "--since", "2026-02-02", "--until", "2026-02-01"], "--since 2026-02-02 is later than --until"),
        (["--org", "o", "--pace", "-1"], "argument --pace: -1 is less than 0"),
        (["--org", "o", "--no-archive"], "unrecognized arguments: --no-archive"),
        (["octo"], "unrecognized arguments: octo"),
    ],
    ids=["nobody", "report", "day", "order", "pace", "no-archive", "argument"],
)
def test_wrong_use_is_told(stackduck: Command, arguments: list[str], message: str) -> None:
    done = stackduck("sync", *arguments)
    assert (done.returncode, done.stdout) == (exits.USAGE, "")
    assert done.stderr.startswith(f"error: {message}")


def test_no_token_is_told(stackduck: Command, sandbox: Sandbox, tmp_path: Path) -> None:
    archive = str(tmp_path / "archive")
    done = stackduck("sync", "--org", "octo", "--archive", archive, GITHUB_API_URL=sandbox.api_url, PATH="")
    assert (done.returncode, done.stdout) == (exits.ACCESS, "")
    assert done.stderr.startswith("error: ")
    assert "token" in done.stderr


def test_a_folder_that_cannot_be_written_is_told(sync: Command, tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("no folder")
    done = sync("--enterprise", "octo-demo")
    assert (done.returncode, done.stdout) == (exits.QUERY, "")
    assert str(tmp_path / "archive") in done.stderr


def test_an_enterprise_that_is_refused_is_an_error_and_the_others_come(sync: Command, tmp_path: Path) -> None:
    done = sync("--enterprise", "octo-policy-off", "--org", "octo-demo-eng", "--report", "users")
    assert done.returncode == exits.ACCESS
    errors = [each for each in done.stderr.splitlines() if each.startswith("error: ")]
    assert len(errors) == 1
    assert "policy is off" in errors[0]
    assert len(list(tmp_path.glob("archive/*/users/scope=org/name=octo-demo-eng/*/*.parquet"))) == 3


def test_it_says_in_one_line_what_came_and_nothing_on_stdout(sync: Command, sandbox: Sandbox) -> None:
    done = sync("--enterprise", sandbox.enterprise, "--report", "users", "--report", "user_teams")
    assert (done.returncode, done.stdout) == (exits.OK, "")
    *warnings, said = done.stderr.splitlines()
    assert said.startswith("6 days fetched, 0 already there, 2 not processed yet; ")
    assert all(each.startswith("warning: ") for each in warnings)
    again = sync("--enterprise", sandbox.enterprise, "--report", "users", "--report", "user_teams")
    assert again.stderr.splitlines()[-1].startswith("0 days fetched, 6 already there, 2 not processed yet; 0 rows, ")


def test_quiet_says_nothing_unless_something_is_wrong(sync: Command, sandbox: Sandbox) -> None:
    done = sync("--enterprise", sandbox.enterprise, "--report", "users", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (exits.OK, "", "")
    wrong = sync("--enterprise", "octo-policy-off", "--quiet")
    assert wrong.returncode == exits.ACCESS
    assert len(wrong.stderr.splitlines()) == 1


def test_a_day_that_github_does_not_have_is_a_warning_or_an_error(sync: Command, sandbox: Sandbox) -> None:
    wanted = (
        "--enterprise",
        sandbox.enterprise,
        "--report",
        "users",
        "--until",
        str(sandbox.today - timedelta(days=1)),
    )
    warned = sync(*wanted)
    told = f"days are missing in the users report of enterprise octo-demo: {wanted[-1]}: {NOT_PROCESSED}"
    assert warned.returncode == exits.OK
    assert f"warning: {told}" in warned.stderr.splitlines()
    refused = sync(*wanted, "--fail-on-gaps")
    assert refused.returncode == exits.QUERY
    assert f"error: days are missing: users report of enterprise octo-demo: {wanted[-1]}" in refused.stderr
    assert refused.stderr.count(wanted[-1]) == 1


def test_without_an_end_the_latest_days_are_no_gap(sync: Command, sandbox: Sandbox) -> None:
    assert sync("--enterprise", sandbox.enterprise, "--report", "users", "--fail-on-gaps").returncode == exits.OK


def test_the_archive_is_where_the_environment_says(stackduck: Command, sandbox: Sandbox, tmp_path: Path) -> None:
    wanted = ("--org", "octo-demo-eng", "--report", "repos", "--since", str(sandbox.last_day))
    done = stackduck("sync", *wanted, **environment(sandbox), STACKDUCK_ARCHIVE=str(tmp_path / "other"))
    assert done.returncode == exits.OK
    assert len(list(tmp_path.glob("other/*/repos/*/*/*/report.parquet"))) == 1


def test_a_sandbox_of_its_own_is_another_commands_sandbox(stackduck: Command, tmp_path: Path) -> None:
    archive = ("--sandbox", "--archive", str(tmp_path / "archive"))
    since = str((datetime.now(UTC) - timedelta(days=12)).date())
    wanted = ("--enterprise", "octo-demo", "--report", "users", "--since", since)
    assert stackduck("sync", *archive, *wanted).returncode == exits.OK
    sql = f"SELECT count(*) FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo' AND day = '{since}'"
    asked = stackduck("exec", *archive, "--stats", sql)
    assert asked.returncode == exits.OK
    assert "1 row, 0 calls, 0 bytes" in asked.stderr


@pytest.mark.parametrize("owner", ["--enterprise", "--org"], ids=["used-up", "secondary"])
def test_a_rate_limit_is_told_with_its_end_and_waited_for(sandbox: Sandbox, tmp_path: Path, owner: str) -> None:
    process = subprocess.Popen(
        [COMMAND, "sync", owner, "octo-limited", "--archive", str(tmp_path)],
        env={**os.environ, **environment(sandbox)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    assert re.fullmatch(r"rate limit used up, waiting until \d\d:\d\d UTC\n", said)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[1] == "interrupted; what came is kept, run it again to go on\n"
    assert process.returncode == exits.INTERRUPTED


def test_a_terminal_sees_how_far_it_is(terminal: Command, sandbox: Sandbox, tmp_path: Path) -> None:
    wanted = ("--enterprise", sandbox.enterprise, "--since", str(sandbox.today - timedelta(days=60)))
    code, shown = terminal("sync", "--archive", str(tmp_path), *wanted, **environment(sandbox), COLUMNS="120")
    assert code == exits.OK
    *lines, end = shown.split("\r")
    assert any(each.startswith("[#") and "calls left" in each and each.endswith("\x1b[K") for each in lines)
    assert end.removeprefix("\x1b[K").splitlines()[-1].endswith(" s")


def progress(**fields: Any) -> SyncProgress:
    limit = RateLimit(5000, 4188, NOON + timedelta(minutes=40))
    made: dict[str, Any] = {"days_done": 30, "days_left": 90, "bytes": 0, "seconds_left": 80.0, "rate_limit": limit}
    return SyncProgress(**{**made, "waits_until": None, **fields})


def test_progress_is_days_bytes_calls_and_time() -> None:
    shown = "[#####---------------] 30 of 120 days, 4.1 MB, 4,188 of 5,000 calls left, about 1 min 20 s to go"
    assert activity(progress(), received=4_100_000) == shown


def test_progress_leaves_out_what_nobody_knows() -> None:
    far = progress(days_done=0, days_left=0, seconds_left=None, rate_limit=None)
    assert activity(far, received=0) == "[####################] 0 of 0 days, 0 bytes"


def test_a_wait_is_told_to_the_next_minute() -> None:
    far = progress(waits_until=NOON + timedelta(minutes=4, seconds=1))
    assert activity(far, received=0).endswith("30 of 120 days, rate limit used up, waiting until 12:05 UTC")
    assert waiting(progress(waits_until=NOON)) == "rate limit used up, waiting until 12:00 UTC"
    far_off = clock.now().replace(second=0, microsecond=0) + timedelta(days=2)
    assert waiting(progress(waits_until=far_off)).endswith(f"waiting until {far_off:%Y-%m-%d %H:%M} UTC")


def test_the_last_line_tells_days_that_are_missing_and_late() -> None:
    users, day = Source("users", "org", "octo"), NOON.date()
    beyond = {users: {day: NOT_PROCESSED, day - timedelta(days=200): NO_DATA}}
    summary = SyncSummary(1000, 2, 34567, 1010, 1_200_000_000, 95.2, {users: {day: NO_DATA}}, beyond, (), ())
    told = "1,000 days fetched, 2 already there, 1 missing, 1 not processed yet; 34,567 rows, 1.2 GB, 1,010 calls, "
    assert line(summary) == f"{told}1 min 35 s"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3599.6, "1 h 0 min"), (7500, "2 h 5 min")]
)
def test_seconds_are_written_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text
