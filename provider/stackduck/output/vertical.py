"""One line a value, for rows that are wider than the screen; nothing is cut."""

from __future__ import annotations

from stackduck.output.results import Result, Stream, Style, batches, columns
from stackduck.output.safety import visible, width
from stackduck.output.values import text_encoder


def write_vertical(result: Result, stream: Stream, style: Style) -> int:
    """Write each row as a block of names and values."""
    names, types = columns(result)
    encoders = [text_encoder(kind) for kind in types]
    labels = _labels(names)
    count = 0
    for rows in batches(result):
        for row in rows:
            count += 1
            if style.header:
                stream.write(f"-- row {count} --\n")
            elif count > 1:
                stream.write("\n")
            for label, encode, value in zip(labels, encoders, row, strict=True):
                stream.write(label + ("NULL" if value is None else visible(encode(value))) + "\n")
    return count


def _labels(names: list[str]) -> list[str]:
    """Pad the names to one width."""
    shown = [visible(name) for name in names]
    room = max((width(name) for name in shown), default=0)
    return [name + " " * (room - width(name)) + "  " for name in shown]
