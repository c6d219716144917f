"""The spans of the user's text that must change, and changing them.

Everything outside the spans reaches DuckDB as it was written, so that positions in its errors and its newest syntax
survive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_RESERVED = frozenset(
    {
        *("all", "and", "any", "array", "as", "asc", "case", "cast", "check", "column", "default", "desc", "distinct"),
        *("do", "else", "end", "except", "false", "fetch", "for", "from", "group", "having", "in", "into", "intersect"),
        *("lateral", "limit", "not", "null", "offset", "on", "only", "or", "order", "select", "some", "table", "then"),
        *("to", "true", "union", "unique", "user", "using", "when", "where", "window", "with"),
    }
)


class Edit(NamedTuple):
    """Replace text[start:end] by `text`."""

    start: int
    end: int
    text: str


def splice(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all edits made; edits must not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(set(edits)):
        assert edit.start >= at, f"edits overlap at {edit.start}"
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*parts, text[at:]))


def quote(name: str) -> str:
    """Return the name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def plain_name(name: str) -> str:
    """Return the name as one would write it: quoted only where it must be."""
    return name if _PLAIN.match(name) and name not in _RESERVED else quote(name)


def literal(value: object) -> str:
    """Return a value as a SQL literal; only for text that DuckDB stores, such as a view, where nothing can be bound."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"
