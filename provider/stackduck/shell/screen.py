"""A terminal's screen: text that fits is written on it, text that does not goes through a pager as it comes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import IO, TextIO

from stackduck.frozen import frozen
from stackduck.output.safety import width

_PAINT = re.compile(r"\x1b\[[0-9;]*m")
_SPARE = 2
"""Lines of the screen that the prompt and its bar take."""


class Left(Exception):
    """The pager was left before everything was shown."""


@frozen
class Window:
    """What a terminal has room for, and what shows more than that."""

    columns: int
    lines: int
    pager: Sequence[str] | None
    """The command of the pager; None where there is none."""

    @property
    def scrolls_sideways(self) -> bool:
        """Whether lines longer than the screen can be read."""
        return self.pager is not None and Path(self.pager[0]).name == "less"


def pager_of(environ: Mapping[str, str]) -> Sequence[str] | None:
    """Return the command of the user's pager, less by default; None where the user or the terminal wants none."""
    told = environ.get("STACKDUCK_PAGER", environ.get("PAGER", "less"))
    try:
        command = shlex.split(told)
    except ValueError:
        return None
    if not command or command[0] == "cat" or environ.get("TERM", "dumb") == "dumb" or not shutil.which(command[0]):
        return None
    # Lines are cut and not folded, colours stay, a short text ends at once, and what was read stays on the screen.
    return ["less", "-SRFX"] if command == ["less"] else command


class Screen:
    """One text on its way to a terminal; `close` it, or use it in a with statement."""

    def __init__(
        self,
        terminal: TextIO,
        window: Window,
        *,
        before: Callable[[], None],
        shielded: Callable[[], AbstractContextManager[None]],
        cuts_lines: bool = False,
    ) -> None:
        """`before` is called before the terminal is written to, `shielded` while the pager has it.

        With `cuts_lines` a line that is longer than the screen does not fit, else it takes several lines.
        """
        self._terminal = terminal
        self._window = window
        self._before = before
        self._shielded = shielded
        self._cuts_lines = cuts_lines
        self._held: list[str] = []
        self._taken = 0
        self._pager: subprocess.Popen[str] | None = None
        self._cleanup = ExitStack()

    def write(self, text: str, /) -> None:
        """Take text. Raises Left when the user has left the pager."""
        if self._pager:
            self._send(text)
        elif self._window.pager is None:
            self._before()
            self._terminal.write(text)
        else:
            self._held.append(text)
            self._taken += sum(map(self._lines_of, text.splitlines()))
            if self._taken > self._window.lines - _SPARE:
                self._open_pager(self._window.pager)

    def close(self) -> None:
        """Show what is held back, or wait until the user leaves the pager."""
        if self._pager is None:
            self._before()
            self._terminal.write("".join(self._held))
            self._terminal.flush()
        with self._cleanup:
            self._held = []

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _lines_of(self, line: str) -> int:
        """Count the lines of the screen that a line takes; more than there are where it must be scrolled sideways."""
        size, room = width(_PAINT.sub("", line)), self._window.columns
        if size > room and self._cuts_lines and self._window.scrolls_sideways:
            return self._window.lines
        return max(1, -(-size // room))

    def _open_pager(self, command: Sequence[str]) -> None:
        self._before()
        self._terminal.flush()
        self._cleanup.enter_context(self._shielded())
        self._pager = subprocess.Popen(command, stdin=subprocess.PIPE, encoding="utf-8", errors="replace")
        self._cleanup.callback(_finish, self._pager)
        held, self._held = "".join(self._held), []
        self._send(held)

    def _send(self, text: str) -> None:
        try:
            _input(self._pager).write(text)
        except BrokenPipeError as problem:
            raise Left from problem


def window_of(terminal: TextIO, *, paging: bool) -> Window:
    """Measure a terminal; COLUMNS and LINES go first, as everywhere."""
    columns, lines = _size(terminal)
    return Window(columns, lines, pager_of(os.environ) if paging else None)


def _size(terminal: TextIO) -> tuple[int, int]:
    try:
        size = os.get_terminal_size(terminal.fileno())
    except OSError:
        size = os.terminal_size((80, 24))
    told = {name: os.environ.get(name, "") for name in ("COLUMNS", "LINES")}
    columns, lines = (int(each) if each.isdigit() else 0 for each in told.values())
    return columns or size.columns or 80, lines or size.lines or 24


def _input(pager: subprocess.Popen[str] | None) -> IO[str]:
    assert pager is not None
    assert pager.stdin is not None
    return pager.stdin


def _finish(pager: subprocess.Popen[str]) -> None:
    """Tell the pager that the text ends, and wait until the user leaves it."""
    with suppress(BrokenPipeError):
        _input(pager).close()
    pager.wait()
