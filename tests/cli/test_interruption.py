"""Ctrl-C, SIGTERM and a reader that goes away, on the real command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from .conftest import COMMAND

ENDLESS = "SELECT sum(hash(a.range)) FROM range(1000000) a, range(1000000) b"


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start the command with a first statement whose rows show that it runs."""
    process = subprocess.Popen(
        [COMMAND, "exec", "-o", "ndjson", "SELECT 1 AS n", ENDLESS, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"])
def test_a_signal_ends_a_long_statement_without_a_word(number: int, code: int) -> None:
    process = start()
    assert process.stdout.readline() == '{"n": 1}\n'
    process.send_signal(number)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == code


def test_an_interrupted_run_leaves_no_file(tmp_path: Path) -> None:
    fifo = tmp_path / "started"
    os.mkfifo(fifo)
    folder = tmp_path / "out"
    folder.mkdir()
    copy = f"COPY (SELECT 1) TO '{fifo}' (FORMAT csv)"
    process = subprocess.Popen(
        [COMMAND, "exec", copy, ENDLESS, "-f", str(folder / "rows.csv")], stdin=subprocess.DEVNULL
    )
    fifo.read_text()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert list(folder.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [COMMAND, "exec", "-o", "csv", "FROM range(100000000)"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "range\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) == 0


def test_a_full_disk_is_an_error_and_not_a_bug() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [COMMAND, "exec", "FROM range(100000)"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (1, "error: No space left on device\n")


def test_a_closed_standard_output_is_told() -> None:
    done = subprocess.run(["sh", "-c", f"{COMMAND} exec 'SELECT 1' >&-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "error: standard output is closed\n")


def test_ctrl_c_ends_a_call_that_gets_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        environ = {"GITHUB_API_URL": f"http://127.0.0.1:{mute.getsockname()[1]}", "GH_TOKEN": "x"}
        sql = "SELECT * FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'octo'"
        process = subprocess.Popen(
            [COMMAND, "exec", sql],
            env={**os.environ, **environ},
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        connection, _ = mute.accept()
        with connection:
            connection.recv(1)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=30) == (None, "")
    assert process.returncode == 130
