"""The line on stderr that says what a statement is doing; only on a terminal, only after a second."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TextIO

from stackduck.cli.destinations import terminal_width
from stackduck.output.safety import cut, visible

AFTER = 1.0
"""Seconds that a statement may take before anything is shown."""


class Progress:
    """One line that is written over and over, and goes away."""

    def __init__(self, describe: Callable[[], str], terminal: TextIO | None, *, has_seconds: bool = True) -> None:
        """`describe` says what is going on; the seconds so far are added to it, where it does not say them itself."""
        self._describe = describe
        self._has_seconds = has_seconds
        self._terminal = terminal if terminal is not None and terminal.isatty() else None
        self._lock = Lock()
        self._shown = False
        self._hidden = False

    def tick(self, seconds: float) -> None:
        """Show what is going on, if it is time to; the terminal's last column stays free, or the line would wrap."""
        with self._lock:
            if self._terminal is None or self._hidden or seconds < AFTER:
                return
            line = visible(self._describe() + (f", {seconds:.0f} s" if self._has_seconds else ""))
            self._write(f"\r{cut(line, terminal_width(self._terminal) - 1)}\x1b[K")
            self._shown = True

    def hide(self) -> None:
        """Take the line away while something else is written on the terminal."""
        with self._lock:
            self._hidden = True
            self._erase()

    def show(self) -> None:
        """Let the line come back."""
        with self._lock:
            self._hidden = False

    def close(self) -> None:
        """Take the line away for good."""
        with self._lock:
            self._erase()
            self._terminal = None

    def _erase(self) -> None:
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _write(self, text: str) -> None:
        if self._terminal is not None:
            self._terminal.write(text)
            self._terminal.flush()
