"""The terminal's own modes: what is typed while a statement runs must wait for the prompt, and not show before it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform != "win32":
    import termios

_LOCAL_MODES = 3
"""The place of the local modes, ECHO among them, in what termios tells."""


def is_capable() -> bool:
    """Tell whether the terminal can do more than lines."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb", "unknown")


@contextmanager
def echo(is_on: bool) -> Iterator[None]:
    """Let the terminal show what is typed, or not, and set it back in the end; nothing where there is no terminal."""
    if sys.platform == "win32" or sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)
    changed = [*before]
    changed[_LOCAL_MODES] = before[_LOCAL_MODES] | termios.ECHO if is_on else before[_LOCAL_MODES] & ~termios.ECHO
    termios.tcsetattr(file, termios.TCSADRAIN, changed)
    try:
        yield
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)
