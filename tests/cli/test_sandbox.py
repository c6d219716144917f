from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import COMMAND


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--today", "tomorrow"], "error: argument --today: 'tomorrow' is not a day like 2026-02-01"),
        (["--users", "0"], "error: argument --users: 0 is less than 1"),
        (["--host", "0.0.0.0"], "error: unrecognized arguments"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], message: str, stackduck) -> None:
    done = stackduck("sandbox", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)


def test_a_port_in_use_is_told(stackduck, sandbox) -> None:
    done = stackduck("sandbox", "--port", sandbox.api_url.rpartition(":")[2])
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot listen: Address already in use")


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "term"])
def test_another_command_asks_it_with_the_printed_variables(stackduck, end: signal.Signals) -> None:
    arguments = [COMMAND, "sandbox", "--seed", "7", "--users", "5", "--today", "2026-02-01"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(4)]
    environ = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines[:3])
    sql = "SELECT report_end_day FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'octo-demo'"
    done = stackduck("exec", sql, "-o", "csv", "-H", **environ)
    assert Path(environ["STACKDUCK_ARCHIVE"]).is_dir()
    process.send_signal(end)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0
    assert done.stdout.startswith("2026-01-")
    assert not Path(environ["STACKDUCK_ARCHIVE"]).exists()
    assert lines[3].startswith("# enterprise octo-demo; organizations ")
