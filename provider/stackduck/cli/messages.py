"""What the command says to its user on stderr; data never goes this way."""

from __future__ import annotations

import os
import sys

from stackduck.cli import exits
from stackduck.output.safety import GuardedStream

TRACEBACK = "STACKDUCK_TRACEBACK"
"""Set to anything, this variable shows where an error came from."""


def error(message: str) -> None:
    """Tell why the command stops."""
    _say(f"error: {message}")


def warning(message: str) -> None:
    """Tell what the user should know of an answer."""
    _say(f"warning: {message}")


def note(message: str) -> None:
    """Tell what the user asked to be told."""
    _say(message)


def failure(problem: BaseException) -> int:
    """Report what stopped the command and return its exit code."""
    if os.environ.get(TRACEBACK):
        import traceback

        _say("".join(traceback.format_exception(problem)).rstrip())
    code = exits.exit_code(problem)
    if code == exits.BUG:
        error(f"a bug of stackduck: {_description(problem)}; set {TRACEBACK}=1 to see where, and report it")
    else:
        error(_description(problem))
    return code


def _description(problem: BaseException) -> str:
    """Say what happened in the error's own words."""
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename}: {problem.strerror}" if problem.filename else problem.strerror
    known = exits.exit_code(problem) != exits.BUG
    return str(problem) if known and str(problem) else f"{type(problem).__name__}: {problem}"


def _say(text: str) -> None:
    """Write a line on stderr, with no control character that GitHub or the data put into it."""
    if sys.stderr is None:
        return
    GuardedStream(sys.stderr).write(text + "\n")
    sys.stderr.flush()
