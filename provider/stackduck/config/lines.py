"""On which line of a TOML text each of its values stands, which tomllib does not tell.

Works on text that tomllib has accepted: then a statement ends with the first line at which it can be read alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

from stackduck.frozen import frozen


@frozen
class Entry:
    """A value of a document."""

    path: tuple[str, ...]
    """Its keys, from the outermost."""
    value: object
    """What tomllib made of it; a table only where the table is empty."""
    line: int
    """Where its statement begins, from 1."""


def entries(text: str) -> Iterator[Entry]:
    """Yield every value of a TOML text, and every header of a table as an empty one."""
    table: tuple[str, ...] = ()
    for line, statement in _statements(text):
        found = list(_flat(tomllib.loads(statement), ()))
        if statement.lstrip().startswith("["):
            table = found[0][0]
            yield Entry(table, found[0][1], line)
        else:
            yield from (Entry((*table, *path), value, line) for path, value in found)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with its first line; comments and blank lines are none."""
    start, pending = 1, ""
    # Only these end a line in TOML; str.splitlines knows others.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not pending:
            start = number
        pending += line + "\n"
        try:
            is_empty = not tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue
        if not is_empty:
            yield start, pending
        pending = ""


def _flat(value: Mapping[str, object], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from _flat(inner, (*path, key))
        else:
            yield (*path, key), inner
