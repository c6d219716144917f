r"""Text made safe and measured for a terminal: no control character of the data reaches it, wide ones count double.

A control character shows as \n, \t or \x1b; the marks that turn the reading direction show as \u202e.
"""

from __future__ import annotations

from unicodedata import category, east_asian_width

from stackduck.output.results import Stream

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_DIRECTION = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029]
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_SHOWN = {
    **_CONTROLS,
    **{code: f"\\u{code:04x}" for code in _DIRECTION},
    **{ord(char): text for char, text in _NAMED.items()},
}
_GUARDED = {code: text for code, text in _SHOWN.items() if chr(code) not in "\n\t"}


def visible(text: str) -> str:
    """Show every control character as an escape, so that the text stays on one line."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_SHOWN)


class GuardedStream:
    """A terminal that is sent no control character but line breaks and tabs."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def write(self, text: str, /) -> object:
        """Write the text with its control characters shown."""
        return self._stream.write(text.translate(_GUARDED))


def width(text: str) -> int:
    """Count the terminal's columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def cut(text: str, room: int) -> str:
    """Shorten a text to a number of terminal columns; an ellipsis stands for the rest."""
    if width(text) <= room:
        return text
    taken, kept = 0, 0
    for char in text:
        taken += _char_width(char)
        if taken > room - 1:
            break
        kept += 1
    return text[:kept] + "…"


def _char_width(char: str) -> int:
    """Count the columns of one character: combining and joining ones take none, East Asian wide ones two."""
    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in ("W", "F") else 1
