"""CSV (RFC 4180, quoted where needed) and TSV (one line a row whatever it holds), with NULL as an empty field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stackduck.output.results import Result, Stream, Style, batches, columns
from stackduck.output.values import text_encoder

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write_csv(result: Result, stream: Stream, style: Style) -> int:
    """Write comma-separated values; an empty string is quoted, so that it is not a NULL."""
    return _write(result, stream, style.header, ",", _quoted)


def write_tsv(result: Result, stream: Stream, style: Style) -> int:
    r"""Write tab-separated values for cut and awk; tab, line break and backslash become \t, \n, \r and \\."""
    return _write(result, stream, style.header, "\t", lambda text: text.translate(ESCAPES))


def _write(result: Result, stream: Stream, header: bool, delimiter: str, protect: Callable[[str], str]) -> int:
    """Write the header and the rows, a line each."""
    names, types = columns(result)
    encoders = [text_encoder(kind) for kind in types]
    if header:
        stream.write(delimiter.join(protect(name) for name in names) + "\n")
    count = 0
    for rows in batches(result):
        lines = [
            delimiter.join(
                ["" if value is None else protect(encode(value)) for encode, value in zip(encoders, row, strict=True)]
            )
            for row in rows
        ]
        stream.write("\n".join(_visible(lines, rows, delimiter)) + "\n")
        count += len(rows)
    return count


def _visible(lines: list[str], rows: Sequence[Sequence[Any]], delimiter: str) -> list[str]:
    """Keep the row of a lone NULL, whose empty line CSV readers would skip."""
    if delimiter != "," or len(rows[0]) != 1:
        return lines
    return [line or '""' for line in lines]


def _quoted(text: str) -> str:
    """Quote a field that CSV would misread."""
    if text and not any(char in text for char in ',"\r\n') and text == text.strip():
        return text
    return '"' + text.replace('"', '""') + '"'
