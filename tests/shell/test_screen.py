"""Whether a text fits, and the pager as a real program: one that notes what it is shown, or that leaves at once."""

from __future__ import annotations

import io
from contextlib import nullcontext
from pathlib import Path

import pytest

from stackduck.shell.screen import Left, Screen, Window, pager_of


def screen_of(window: Window, *, cuts_lines: bool = False) -> tuple[Screen, io.StringIO]:
    terminal = io.StringIO()
    return Screen(terminal, window, before=lambda: None, shielded=nullcontext, cuts_lines=cuts_lines), terminal


def shown_by_pager(tmp_path: Path, text: str, *, columns: int = 20, lines: int = 5, cuts_lines: bool = False) -> str:
    """Return what the pager got; nothing where the text fits."""
    target = tmp_path / "shown"
    pager = tmp_path / "less"
    pager.write_text(f"#!/bin/sh\ncat > {target}\n")
    pager.chmod(0o700)
    screen, terminal = screen_of(Window(columns, lines, [str(pager)]), cuts_lines=cuts_lines)
    with screen:
        for line in text.splitlines(keepends=True):
            screen.write(line)
    assert bool(terminal.getvalue()) is not target.exists()
    return target.read_text() if target.exists() else ""


def test_leaving_the_pager_early_is_told() -> None:
    screen, _ = screen_of(Window(20, 5, ["true"]))
    with pytest.raises(Left), screen:
        for _ in range(1_000_000):
            screen.write("x\n")


def test_what_fits_goes_to_the_terminal_at_the_end(tmp_path: Path) -> None:
    assert shown_by_pager(tmp_path, "1\n2\n3\n") == ""


def test_what_does_not_fit_goes_to_the_pager(tmp_path: Path) -> None:
    assert shown_by_pager(tmp_path, "1\n2\n3\n4\n") == "1\n2\n3\n4\n"


def test_long_lines_take_several(tmp_path: Path) -> None:
    text = "x" * 41 + "\n2\n"
    assert shown_by_pager(tmp_path, text) == text


def test_colours_take_no_room(tmp_path: Path) -> None:
    assert shown_by_pager(tmp_path, "\x1b[1m" + "x" * 20 + "\x1b[0m\n2\n3\n") == ""


def test_a_line_that_must_be_scrolled_to_does_not_fit(tmp_path: Path) -> None:
    text = "x" * 21 + "\n"
    assert shown_by_pager(tmp_path, text, cuts_lines=True) == text


def test_without_a_pager_everything_is_written_at_once() -> None:
    screen, terminal = screen_of(Window(20, 5, None))
    screen.write("1\n" * 100)
    assert terminal.getvalue() == "1\n" * 100


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm"}, ["less", "-SRFX"]),
        ({"TERM": "xterm", "PAGER": "less"}, ["less", "-SRFX"]),
        ({"TERM": "xterm", "PAGER": "head -n 3"}, ["head", "-n", "3"]),
        ({"TERM": "xterm", "PAGER": "head", "STACKDUCK_PAGER": "tail"}, ["tail"]),
        ({"TERM": "xterm", "PAGER": ""}, None),
        ({"TERM": "xterm", "PAGER": "cat"}, None),
        ({"TERM": "xterm", "PAGER": "no-such-pager"}, None),
        ({"TERM": "xterm", "PAGER": "an 'open quote"}, None),
        ({"TERM": "dumb"}, None),
        ({}, None),
    ],
)
def test_the_users_pager_is_taken(
    environ: dict[str, str], expected: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    less = tmp_path / "less"
    less.write_text("#!/bin/sh\n")
    less.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert pager_of(environ) == expected
