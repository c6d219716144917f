"""DuckDB's type texts as the document's columns have them: what a list holds, the fields of a struct.

Pure text. Knows which types are read as text and then cast, and when a text is no value of its type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CAST = ("BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMPTZ")
_CAST_INSIDE = re.compile(rf'("(?:[^"]|"")*")|\b({"|".join(_CAST)})\b')


def is_cast(kind: str) -> bool:
    """Tell whether values of the type are read as text and then cast."""
    return kind in _CAST


def as_text(kind: str) -> str:
    """Return the type with text for every value that is cast."""
    return _CAST_INSIDE.sub(lambda match: match[1] or "VARCHAR", kind)


def element(kind: str) -> str | None:
    """Return the type of a list's elements; None for what is no list."""
    return kind.removesuffix("[]") if kind.endswith("[]") else None


def struct_fields(kind: str) -> list[tuple[str, str]]:
    """Return names and types of the fields of STRUCT("a" BIGINT, "b" STRUCT(…)); none for what is no struct."""
    found: list[tuple[str, str]] = []
    if not kind.startswith("STRUCT(") or not kind.endswith(")"):
        return found
    for part in _split(kind[len("STRUCT(") : -1]):
        end = 1
        while part[end] != '"' or part[end : end + 2] == '""':
            end += 2 if part[end] == '"' else 1
        found.append((part[1:end].replace('""', '"'), part[end + 1 :].strip()))
    return found


def loses(kind: str, text: str) -> str:
    """Return the SQL condition under which a cast of the text would lose a part of it in silence; empty for never.

    DuckDB alone reads 1.5 as BIGINT 2, and a time of day as DATE without it.
    """
    if kind == "BIGINT":
        # What has neither 1.5's point nor 1e-3's minus is whole.
        may = f"(contains({text}, '.') OR contains({text}, '-'))"
        return f"({may} AND TRY_CAST({text} AS DECIMAL(38, 18)) <> TRY_CAST({text} AS BIGINT))"
    if kind == "DATE":
        midnight = r"'^\d{4}-\d{2}-\d{2}T00:00:00(\.0+)?Z$'"
        return f"(strlen({text}) > 10 AND NOT regexp_matches({text}, {midnight}))"
    return ""


def _split(inner: str) -> Iterator[str]:
    """Cut at the commas that are in no parentheses and no quotes."""
    start = depth = 0
    is_quoted = False
    for at, char in enumerate(inner):
        if char == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            depth += (char == "(") - (char == ")")
            if char == "," and depth == 0:
                yield inner[start:at].strip()
                start = at + 1
    yield inner[start:].strip()
