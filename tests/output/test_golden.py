"""Every text format against the file that shows it whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stackduck.output.results import Style

GOLDEN = Path(__file__).parent / "golden"
SQL = (GOLDEN / "everything.sql").read_text(encoding="utf-8")
STYLES = {
    "terminal": ("table", Style(width=80)),
    "colors": ("table", Style(width=200, color=True)),
    "ascii": ("table", Style(boxes=False)),
    "bare": ("table", Style(header=False)),
    "table": ("table", Style()),
    "json": ("json", Style()),
    "ndjson": ("ndjson", Style()),
    "csv": ("csv", Style()),
    "csv-bare": ("csv", Style(header=False)),
    "tsv": ("tsv", Style()),
    "markdown": ("markdown", Style()),
    "vertical": ("vertical", Style()),
}


@pytest.mark.parametrize("name", STYLES)
def test_a_format_writes_what_its_golden_file_shows(name: str, render: object) -> None:
    """Run with REGOLD=1 to write the files anew, and read the difference."""
    form, style = STYLES[name]
    text = render(SQL, form, style=style)  # type: ignore[operator]
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REGOLD"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_bytes().decode("utf-8")
