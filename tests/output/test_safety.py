from __future__ import annotations

import io

import pytest

from stackduck.output.safety import GuardedStream, cut, visible, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 日本", "plain ü 日本"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31m\x07", "\\x1b[31m\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("user\u202egpj.exe", "user\\u202egpj.exe"),
    ],
    ids=["harmless", "breaks", "escape", "8-bit escape", "direction"],
)
def test_control_characters_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_guarded_terminal_keeps_line_breaks_and_tabs_alone() -> None:
    terminal = io.StringIO()
    GuardedStream(terminal).write("a\tb\n\x1b]0;title\x07\r")
    assert terminal.getvalue() == "a\tb\n\\x1b]0;title\\x07\\r"


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\u200d", 0), ("…", 1)], ids=ascii
)
def test_a_width_is_what_the_terminal_shows(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "room", "shown"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("日本語", 4, "日…"), ("日", 1, "…")]
)
def test_a_cut_never_takes_more_than_its_room(text: str, room: int, shown: str) -> None:
    assert cut(text, room) == shown
    assert width(shown) <= room
