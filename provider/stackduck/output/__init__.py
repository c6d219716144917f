"""A result written on one stream, in one of several formats; a module a format, imported when it is used.

Knows cursors only by what PEP 249 gives them, and nothing of DuckDB, GitHub or the command line.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.output.results import Result, Stream, Style

FORMATS = {
    "table": "table",
    "json": "json",
    "ndjson": "json",
    "jsonl": "json",
    "csv": "delimited",
    "tsv": "delimited",
    "markdown": "markdown",
    "vertical": "vertical",
    "chart": "chart",
    "parquet": "parquet",
}
"""The formats and the modules that write them."""

EXTENSIONS = {".txt": "table", ".md": "markdown", **{f".{name}": name for name in FORMATS}}
"""The formats that a file's name asks for."""

PAGES = ("table", "markdown", "vertical", "chart")
"""The formats for eyes: a blank line stands between two results."""


def format_of(path: str) -> str | None:
    """Name the format that a file's extension asks for, or None."""
    return next((name for ending, name in EXTENSIONS.items() if path.lower().endswith(ending)), None)


def write(result: Result, stream: Stream, *, form: str, style: Style) -> int:
    """Write a result's rows in the given format and return how many they were."""
    module = import_module(f"stackduck.output.{FORMATS[form]}")
    rows: int = getattr(module, f"write_{form}")(result, stream, style)
    return rows
