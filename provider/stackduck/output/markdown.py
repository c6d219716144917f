"""A Markdown table, as GitHub renders it; pipes and line breaks in the data cannot leave their cell."""

from __future__ import annotations

from stackduck.output.results import Result, Stream, Style, batches, columns
from stackduck.output.safety import visible
from stackduck.output.types import is_number
from stackduck.output.values import text_encoder

ESCAPES = str.maketrans({"\\": "\\\\", "|": "\\|", "\n": "<br>", "\r": None, "<": "&lt;", "&": "&amp;"})


def write_markdown(result: Result, stream: Stream, style: Style) -> int:
    """Write a table with its numbers to the right; NULL is an empty cell."""
    names, types = columns(result)
    encoders = [text_encoder(kind) for kind in types]
    if style.header:
        rule = ["---:" if is_number(kind) else "---" for kind in types]
        stream.write(_line([_cell(name) for name in names]) + _line(rule))
    count = 0
    for rows in batches(result):
        for row in rows:
            pairs = zip(encoders, row, strict=True)
            stream.write(_line(["" if value is None else _cell(encode(value)) for encode, value in pairs]))
        count += len(rows)
    return count


def _cell(text: str) -> str:
    """Write a text so that Markdown shows it as it is."""
    return visible(text.translate(ESCAPES))


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"
