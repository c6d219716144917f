"""Syncs in processes of their own: killed at any moment, several at once, stopped by Ctrl-C."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stackduck.engine.archive.days import archives

from .conftest import SIGNATURE, TOKEN, GitHub, ago, user

COMMAND = str(Path(sys.executable).with_name("stackduck"))
REPORTS = ("users", "entity", "user_teams", "repos")
SINCE, DAYS = ago(36), 35
CALLS = 90
"""That one sync makes: the latest 28 days of two reports come by one call."""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(github: GitHub) -> Iterator[Start]:
    """Start `stackduck sync`."""
    running: list[subprocess.Popen[str]] = []

    def run(folder: Path, *arguments: str) -> subprocess.Popen[str]:
        running.append(
            subprocess.Popen(
                [COMMAND, "sync", "--enterprise", "octo", "--archive", str(folder), "--since", str(SINCE), *arguments],
                env={**os.environ, "GITHUB_API_URL": github.url, "GH_TOKEN": TOKEN},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def undisturbed(github: GitHub, start: Start, tmp_path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what one sync brings that nobody disturbs."""
    for n, day in enumerate(sorted(github.users)):
        github.users[day] = [user(number, day, loc_added_sum=n * number) for number in range(1, 6)]
    assert start(tmp_path / "undisturbed").wait(60) == 0
    assert len(github.calls()) == CALLS
    found = contents(tmp_path / "undisturbed")
    assert [len(found[report]) for report in REPORTS] == [5 * DAYS, DAYS, DAYS, DAYS]
    return found


def contents(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all reports, with the day and the owner that their folder says."""
    found = {}
    for report in REPORTS:
        files = f"read_parquet('{folder}/*/{report}/*/*/*/report.parquet', hive_partitioning = true)"
        found[report] = duckdb.sql(f"SELECT * FROM {files} ORDER BY ALL").fetchall()
    return found


def is_whole(folder: Path) -> bool:
    """Tell whether no file of an archive is damaged."""
    return not [bad for each in archives(folder) for holding in each.holdings() for bad in each.verify(holding)]


def at_request(github: GitHub, number: int, then: Callable[[], None]) -> None:
    """Do something in the middle of the answer to a request or link, counted from now."""
    answer, file, left = GitHub.answer, GitHub.file, [number]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            then()

    def counted_answer(path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        count()
        return answer(github, path, query)

    def counted_file(name: str) -> tuple[int, bytes]:
        count()
        return file(github, name)

    github.answer, github.file = counted_answer, counted_file  # type: ignore[method-assign]


def test_a_sync_that_is_killed_again_and_again_loses_and_doubles_nothing(
    github: GitHub, start: Start, undisturbed: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    chance, folder, kills = random.Random(11), tmp_path / "killed", 0
    while True:
        process = start(folder)
        at_request(github, chance.randint(10, 50), process.kill)
        code = process.wait(60)
        assert is_whole(folder)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
    assert kills >= 4
    assert contents(folder) == undisturbed


def test_two_syncs_at_once_lose_and_double_nothing_and_share_the_work(
    github: GitHub, start: Start, undisturbed: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    is_ahead = threading.Event()
    at_request(github, CALLS // 4, is_ahead.set)
    first = start(tmp_path / "shared")
    # Two that begin at the same instant may do the same for as long as neither is ahead.
    assert is_ahead.wait(60)
    running = [first, start(tmp_path / "shared")]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(github.calls()) < 2 * CALLS
    assert contents(tmp_path / "shared") == undisturbed
    assert is_whole(tmp_path / "shared")
    assert len(list((tmp_path / "shared").glob("*/*/*/*/*/*.parquet"))) == 4 * DAYS
    assert list((tmp_path / "shared" / ".incoming").iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"])
def test_a_signal_ends_it_cleanly_and_what_came_stays(
    github: GitHub, start: Start, tmp_path: Path, number: int, code: int
) -> None:
    folder = tmp_path / "stopped"
    process = start(folder)
    at_request(github, 40, lambda: process.send_signal(number))
    said = process.communicate(timeout=60)
    assert (process.returncode, *said) == (code, "", "interrupted; what came is kept, run it again to go on\n")
    assert list((folder / ".incoming").iterdir()) == []
    assert is_whole(folder)
    came = len(list(folder.glob("*/*/*/*/*/report.parquet")))
    assert came > 0
    process = start(folder)
    assert process.wait(60) == 0
    assert len(list(folder.glob("*/users/*/*/*/report.parquet"))) == DAYS


def test_it_tells_neither_token_nor_links(github: GitHub, start: Start, tmp_path: Path) -> None:
    github.broken = {f"users-1-day-{ago(33)}"}
    github.lost = {f"users-1-day-{ago(34)}"}
    process = start(tmp_path / "told")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert f"users report of enterprise octo of {ago(33)}: part 1 of the download cannot be read" in err
    assert "leads to no file" in err
    assert TOKEN not in err
    assert SIGNATURE not in err
