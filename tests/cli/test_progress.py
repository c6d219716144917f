from __future__ import annotations

import io

import pytest

from stackduck.cli.progress import Progress


class Terminal(io.StringIO):
    """A terminal that keeps what it is sent."""

    def isatty(self) -> bool:
        return True


def test_nothing_is_shown_before_a_second() -> None:
    terminal = Terminal()
    Progress(lambda: "busy", terminal).tick(0.9)
    assert terminal.getvalue() == ""


def test_the_line_is_shown_and_taken_away() -> None:
    terminal = Terminal()
    progress = Progress(lambda: "github.copilot.org_seats: 12 calls", terminal)
    progress.tick(3.2)
    assert terminal.getvalue() == "\rgithub.copilot.org_seats: 12 calls, 3 s\x1b[K"
    progress.close()
    progress.tick(4)
    assert terminal.getvalue().endswith("s\x1b[K\r\x1b[K")


def test_the_line_makes_room_for_rows() -> None:
    terminal = Terminal()
    progress = Progress(lambda: "busy", terminal)
    progress.hide()
    progress.tick(5)
    assert terminal.getvalue() == ""
    progress.show()
    progress.tick(5)
    assert "busy" in terminal.getvalue()


def test_the_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    terminal = Terminal()
    Progress(lambda: "x" * 100, terminal).tick(2)
    assert terminal.getvalue() == "\r" + "x" * 18 + "…\x1b[K"


def test_without_a_terminal_there_is_no_line() -> None:
    pipe = io.StringIO()
    Progress(lambda: "busy", pipe).tick(5)
    Progress(lambda: "busy", None).tick(5)
    assert pipe.getvalue() == ""
