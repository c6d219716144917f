"""The shell as a user meets it: a session in this process, the command in a pipe, and the command on a tmux screen."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

import stackduck
from stackduck.sandbox import Sandbox
from stackduck.shell.session import Session
from stackduck.shell.settings import Settings

COMMAND = str(Path(sys.executable).with_name("stackduck"))
PATIENCE = 40.0
"""Seconds until a screen that does not show what it should is a failure."""
_NUMBERS = count()


@pytest.fixture
def session(sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    """Open a session whose answers go where pytest captures them: no terminal, CSV, GitHub's place taken."""
    connection = stackduck.connect(api_url=sandbox.api_url, token=sandbox.token, archive=tmp_path / "archive")
    session = Session(connection, Settings(mode="csv"))
    yield session
    session.close()


@pytest.fixture
def piped() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the shell with its input from a pipe."""

    def run(text: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, "shell", "--quiet", *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, **environ},
            timeout=60,
            check=False,
        )

    return run


class Screen:
    """A terminal of tmux with a command on it."""

    def __init__(self, *, columns: int = 110, lines: int = 40) -> None:
        self._name = f"stackduck-{os.getpid()}-{next(_NUMBERS)}"
        self._size = ("-x", str(columns), "-y", str(lines))

    def start(self, *arguments: str, **environ: str) -> None:
        """Start stackduck; the screen stays when it ends, with its exit code."""
        kept = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE", "TERM")}
        command = f"trap : INT; {shlex.join([COMMAND, *arguments])}; echo left with $?; sleep 60"
        for name, value in environ.items():
            command = f"export {name}={shlex.quote(value)}; {command}"
        self._tmux("-f", os.devnull, "new-session", "-d", *self._size, f"sh -c {shlex.quote(command)}", env=kept)

    def type(self, text: str) -> None:
        """Type a text, character by character, without Enter."""
        # tmux takes a semicolon at the end for its own.
        body = f"{text[:-1]}\\;" if text.endswith(";") else text
        self._tmux("send-keys", "-l", "--", body)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names for them: Enter, C-c, M-Enter, Tab."""
        self._tmux("send-keys", *keys)

    def press_until(self, key: str, expected: str) -> None:
        """Press a key, again where it was not heard, until the screen shows a text."""
        until = time.monotonic() + PATIENCE
        while expected not in self.text() and time.monotonic() < until:
            self.press(key)
            time.sleep(1)
        self.wait(expected, seconds=1)

    def enter(self, text: str) -> None:
        """Type a text and press Enter."""
        self.type(text)
        self.press("Enter")

    def text(self, *, styled: bool = False) -> str:
        """Return what stands on the screen; with the colours and all, if asked."""
        return self._tmux("capture-pane", "-p", *(["-e"] if styled else []))

    def wait(self, *expected: str, gone: str = "", seconds: float = PATIENCE) -> str:
        """Wait until the screen shows all of the texts, and not the other; return the screen."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            shown = self.text()
            if all(each in shown for each in expected) and not (gone and gone in shown):
                return shown
            time.sleep(0.05)
        pytest.fail(f"no {expected} on the screen{f', or still {gone!r}' if gone else ''}:\n{self.text()}")

    def end(self) -> None:
        """End the terminal and what runs on it."""
        self._tmux("kill-server", check=False)

    def _tmux(self, *arguments: str, env: dict[str, str] | None = None, check: bool = True) -> str:
        command = ["tmux", "-L", self._name, *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=env, check=check).stdout


@pytest.fixture
def screen() -> Iterator[Screen]:
    """Give a terminal; the test is left out where there is no tmux."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    screen = Screen()
    yield screen
    screen.end()


@pytest.fixture
def sandboxed(screen: Screen) -> Screen:
    """Give a terminal with the shell's first prompt on it, over the made-up GitHub."""
    screen.start("shell", "--sandbox")
    screen.wait("sandbox>")
    return screen
