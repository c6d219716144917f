"""`stackduck archive`, as a user starts it."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import stackduck as library
from stackduck.cli import exits
from stackduck.sandbox import Sandbox

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def original(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill an archive with a few days of two reports."""
    folder = tmp_path_factory.mktemp("archive")
    first = sandbox.last_day - timedelta(days=4)
    with library.connect(api_url=sandbox.api_url, token=sandbox.token, archive=folder) as connection:
        for day in (0, 1, 3):
            wanted = first + timedelta(days=day)
            connection.sync(enterprise=sandbox.enterprise, reports=["users", "user_teams"], since=wanted, until=wanted)
    return folder


@pytest.fixture
def archive(original: Path, tmp_path: Path) -> Path:
    """Copy it for the test."""
    folder = tmp_path / "archive"
    for path in original.rglob("*"):
        if path.is_file():
            copy = folder / path.relative_to(original)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return folder


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*/*/*/*/report.parquet"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lst"], "error: no action 'lst'; did you mean 'list'?"),
        (["remove"], "error: no action 'remove'; run stackduck archive --help"),
        (["prune", "--before", "monday"], "error: argument --before: 'monday' is not a day like 2026-02-01"),
        (["list", "-o", "xml"], "error: argument -o/--output: invalid choice: 'xml'"),
        (["path", "x"], "error: unrecognized arguments: x"),
    ],
    ids=["typo", "unknown", "day", "format", "argument"],
)
def test_wrong_use_is_told(stackduck: Command, arguments: list[str], message: str) -> None:
    done = stackduck("archive", *arguments)
    assert (done.returncode, done.stdout) == (exits.USAGE, "")
    assert done.stderr.startswith(message)


def test_help_names_the_actions(stackduck: Command) -> None:
    done = stackduck("archive", "--help")
    assert (done.returncode, done.stderr) == (exits.OK, "")
    assert stackduck("archive").stderr == done.stdout
    for action in ("list", "verify", "prune", "path"):
        assert f"\n  {action} " in done.stdout
        assert stackduck("archive", action, "--help").returncode == exits.OK


@pytest.mark.parametrize("action", ["list", "verify", "prune"])
def test_a_folder_that_is_named_and_not_there_is_an_error(stackduck: Command, tmp_path: Path, action: str) -> None:
    done = stackduck("archive", action, "--archive", str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (exits.QUERY, "")
    assert "there is no folder" in done.stderr
    done = stackduck("archive", action, STACKDUCK_ARCHIVE=str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (exits.QUERY, "")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("action", ["list", "verify", "prune"])
def test_the_users_archive_is_empty_at_first(stackduck: Command, action: str) -> None:
    done = stackduck("archive", action)
    assert done.returncode == exits.OK
    assert done.stdout == ("[]\n" if action == "list" else "")


def test_list_tells_what_is_there_and_what_is_not(stackduck: Command, archive: Path, sandbox: Sandbox) -> None:
    first = sandbox.last_day - timedelta(days=4)
    done = stackduck("archive", "list", "--archive", str(archive))
    assert (done.returncode, done.stderr) == (exits.OK, "")
    teams, users = json.loads(done.stdout)
    assert users["host"] == sandbox.api_url.removeprefix("http://")
    assert (users["scope"], users["name"], users["report"]) == ("enterprise", "octo-demo", "users")
    assert (users["first_day"], users["last_day"], users["days"]) == (str(first), str(first + timedelta(days=3)), 3)
    assert users["gaps"] == str(first + timedelta(days=2))
    [(rows,)] = duckdb.sql(f"SELECT count(*) FROM '{archive}/*/users/*/*/*/*.parquet'").fetchall()
    size = sum(file.stat().st_size for file in files(archive) if "/users/" in str(file))
    assert (users["rows"], users["bytes"]) == (rows, size)
    assert teams["report"] == "user_teams"


def test_list_writes_every_format(stackduck: Command, archive: Path, tmp_path: Path) -> None:
    given = ("archive", "list", "--archive", str(archive))
    table = stackduck(*given, "-o", "table").stdout
    assert "first_day" in table
    rows = list(csv.DictReader(io.StringIO(stackduck(*given, "-o", "csv").stdout)))
    assert [row["report"] for row in rows] == ["user_teams", "users"]
    assert stackduck(*given, "-f", str(tmp_path / "listed.parquet")).returncode == exits.OK
    assert duckdb.sql(f"SELECT sum(days) FROM '{tmp_path}/listed.parquet'").fetchall() == [(6,)]


def test_a_whole_archive_verifies(stackduck: Command, archive: Path) -> None:
    done = stackduck("archive", "verify", "--archive", str(archive))
    assert (done.returncode, done.stdout, done.stderr) == (exits.OK, "", "6 files, 0 damaged\n")


def test_a_changed_byte_is_found_and_pruned(stackduck: Command, archive: Path) -> None:
    damaged, cut, *_ = files(archive)
    held = bytearray(damaged.read_bytes())
    held[len(held) // 2] ^= 1
    damaged.write_bytes(held)
    cut.write_bytes(cut.read_bytes()[:-9])
    done = stackduck("archive", "verify", "--archive", str(archive))
    assert (done.returncode, done.stderr) == (exits.QUERY, "6 files, 2 damaged\n")
    assert sorted(each.partition(": ")[0] for each in done.stdout.splitlines()) == sorted(map(str, (damaged, cut)))
    rehearsed = stackduck("archive", "prune", "--archive", str(archive), "--dry-run")
    assert len(files(archive)) == 6
    pruned = stackduck("archive", "prune", "--archive", str(archive))
    assert (rehearsed.returncode, pruned.returncode) == (exits.OK, exits.OK)
    assert rehearsed.stdout == pruned.stdout
    assert sorted(pruned.stdout.splitlines()) == sorted(map(str, (damaged, cut)))
    assert rehearsed.stderr.startswith("2 to remove, ")
    assert pruned.stderr == rehearsed.stderr.replace("to remove", "removed")
    assert not damaged.exists()
    assert len(files(archive)) == 4


def test_old_days_go_where_that_is_asked(stackduck: Command, archive: Path, sandbox: Sandbox) -> None:
    last = sandbox.last_day - timedelta(days=1)
    done = stackduck("archive", "prune", "--archive", str(archive), "--before", str(last))
    assert done.stderr.startswith("4 removed, ")
    assert {file.parent.name for file in files(archive)} == {f"day={last}"}


def test_what_a_killed_run_left_behind_goes_after_a_day(stackduck: Command, archive: Path) -> None:
    old, new = archive / ".incoming" / "1-old", archive / ".incoming" / "2-new"
    for each in (old, new):
        each.mkdir(parents=True)
        (each / "part").write_bytes(bytes(1000))
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    done = stackduck("archive", "prune", "--archive", str(archive))
    assert (done.stdout, done.stderr) == (f"{old}\n", "1 removed, 1.0 kB\n")
    assert new.exists()


def test_path_prints_the_folder(stackduck: Command, clean_environment: Path, tmp_path: Path) -> None:
    assert stackduck("archive", "path").stdout == f"{clean_environment}/data/stackduck/archive\n"
    assert stackduck("archive", "path", STACKDUCK_ARCHIVE=str(tmp_path)).stdout == f"{tmp_path}\n"
    assert stackduck("archive", "path", "--archive", "/a", STACKDUCK_ARCHIVE=str(tmp_path)).stdout == "/a\n"


def test_only_a_list_loads_a_library(stackduck: Command, archive: Path) -> None:
    """What needs neither rows nor calls is quick."""
    import subprocess
    import sys

    script = (
        "import sys; from stackduck.cli import archive; "
        f"codes = [archive.main([each, '--archive', {str(archive)!r}]) for each in ('path', 'verify', 'prune')]; "
        "assert codes == [0, 0, 0], codes; "
        "assert not {'duckdb', 'httpx', 'sqlglot', 'yaml'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
