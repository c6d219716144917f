"""Reading without a screen: from a pipe or a file, or from a terminal that can do no more than lines."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

from stackduck.cli.exits import UsageError
from stackduck.shell.reading import is_whole


def piped() -> Iterator[str]:
    """Yield the lines of standard input as they come. Raises UsageError for what is not UTF-8."""
    if sys.stdin is None:
        return
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig")
    try:
        yield from sys.stdin
    except UnicodeDecodeError as problem:
        raise UsageError(f"standard input is not UTF-8: {problem.reason}") from problem


class LinePrompt:
    """A prompt that asks line by line until a statement or a command ends."""

    takes_drafts = False

    def __init__(self, name: str) -> None:
        self._name = name

    def read(self, draft: str = "") -> str:
        """Return what the user typed. Raises EOFError at the end, and KeyboardInterrupt to drop the lines so far."""
        lines: list[str] = []
        while not lines or not is_whole("\n".join(lines)):
            lines.append(self._line(f"{self._name}> " if not lines else f"{'':>{len(self._name) - 3}}...> "))
        return "\n".join(lines)

    def _line(self, prompt: str) -> str:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            raise
        if not line:
            sys.stdout.write("\n")
            raise EOFError
        return line.rstrip("\n")
