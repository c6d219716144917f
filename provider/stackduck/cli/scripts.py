"""The SQL that a command is given: arguments, files, or standard input, as one text."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from stackduck.cli.exits import UsageError


def gather(arguments: Sequence[str], files: Sequence[str], *, data: str | None = None) -> str:
    """Join the sources; each ends its statement, whether it closes with a semicolon or not.

    `data` is a file for the templates of all of them.
    """
    if arguments and files:
        raise UsageError("give SQL as arguments or by -i, not both")
    if not arguments and not files:
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError("no SQL; give a statement, -i FILE, or standard input")
        files = ["-"]
    script = "\n;\n".join([*map(_argument, arguments), *map(_read, files)])
    if data is None:
        return script
    from stackduck.sql import templates

    return templates.block(_read(data)) + script


def _argument(text: str) -> str:
    """Refuse an argument that is no text in the machine's encoding."""
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise UsageError("the SQL is not valid UTF-8") from problem
    return text


def _read(path: str) -> str:
    """Read a file of SQL."""
    try:
        if path == "-":
            return _decoded(sys.stdin.buffer.read(), "standard input")
        with open(path, "rb") as file:
            return _decoded(file.read(), path)
    except OSError as problem:
        raise UsageError(f"cannot read {path}: {problem.strerror}") from problem


def _decoded(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UsageError(f"{source} is not UTF-8, at byte {problem.start}") from problem
