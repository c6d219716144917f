"""The installed command, as a user starts it: in a process of its own, in a pipe or on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = str(Path(sys.executable).with_name("stackduck"))


@pytest.fixture
def stackduck() -> Command:
    """Run the command in a pipe."""

    def run(*arguments: str, stdin: str | bytes = "", **environ: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [COMMAND, *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env={**os.environ, **environ},
            timeout=60,
            check=False,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def terminal() -> Callable[..., tuple[int, str]]:
    """Run the command on a terminal; give its exit code and everything that the terminal was sent."""

    def run(*arguments: str, **environ: str) -> tuple[int, str]:
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [COMMAND, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm", **environ},
        )
        os.close(slave)
        shown = _everything(master)
        os.close(master)
        return process.wait(60), shown.decode().replace("\r\n", "\n")

    return run


def _everything(master: int) -> bytes:
    """Read until the other side is closed, which Linux tells by an error."""
    parts = []
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)
