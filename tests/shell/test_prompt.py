"""The prompt with keys from a pipe: what each of them does to what is typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from stackduck.shell.prompt import ScreenPrompt

ENTER, ESC_ENTER, CTRL_O, CTRL_J = "\r", "\x1b\r", "\x0f", "\n"
CTRL_C, CTRL_D, UP = "\x03", "\x04", "\x1b[A"


@contextmanager
def prompt_of(keys: str, *, history: tuple[str, ...] = ()) -> Iterator[ScreenPrompt]:
    with create_pipe_input() as terminal:
        terminal.send_text(keys)
        yield ScreenPrompt(
            "stackduck",
            bar=lambda: [("", "table")],
            completer=WordCompleter(["SELECT"]),
            history=InMemoryHistory(history),
            terminal=(terminal, DummyOutput()),
        )


def typed(keys: str, *, draft: str = "", history: tuple[str, ...] = ()) -> str:
    with prompt_of(keys, history=history) as prompt:
        return prompt.read(draft)


@pytest.mark.parametrize(("keys", "error"), [(CTRL_D, EOFError), (f"SELECT{CTRL_C}", KeyboardInterrupt)])
def test_ctrl_d_leaves_and_ctrl_c_drops_the_line(keys: str, error: type[BaseException]) -> None:
    with prompt_of(keys) as prompt, pytest.raises(error):
        prompt.read()


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (f"SELECT 1;{ENTER}", "SELECT 1;"),
        (f"SELECT{ENTER}1;{ENTER}", "SELECT\n1;"),
        (f"SELECT{CTRL_J}1;{CTRL_J}", "SELECT\n1;"),
        (f"SELECT ';{ENTER}';{ENTER}", "SELECT ';\n';"),
        (f"  SELECT{ENTER}1;{ENTER}", "  SELECT\n  1;"),
        (f"SELECT 1{ESC_ENTER}", "SELECT 1"),
        (f"SELECT 1;{CTRL_O}SELECT 2;{ENTER}", "SELECT 1;\nSELECT 2;"),
        (f".mode csv{ENTER}", ".mode csv"),
        (f"SELECT 1 \\g{ENTER}", "SELECT 1 \\g"),
        (ENTER, ""),
        (f"{UP}{ENTER}", "SELECT 7;"),
    ],
    ids=[
        "whole",
        "lines",
        "typed-ahead",
        "open-quote",
        "indented",
        "forced",
        "new-line",
        "command",
        "backslash",
        "nothing",
        "history",
    ],
)
def test_enter_runs_what_is_whole(keys: str, text: str) -> None:
    assert typed(keys, history=("SELECT 7;",)) == text


def test_a_draft_is_there_to_be_changed() -> None:
    assert typed(f"\x7f\x7f2;{ENTER}", draft="SELECT 1;") == "SELECT 2;"


def test_typing_takes_the_place_of_a_drafts_gap() -> None:
    draft = "SELECT * FROM t WHERE enterprise = '<slug>' LIMIT 5;"
    assert typed(f"octo{ENTER}", draft=draft) == "SELECT * FROM t WHERE enterprise = 'octo' LIMIT 5;"
    assert typed(f"octo{ENTER}", draft=".saved idle_seats org=<org>") == ".saved idle_seats org=octo"


def test_a_draft_can_be_run_as_it_is() -> None:
    assert typed(ENTER, draft="SELECT '<slug>';") == "SELECT '<slug>';"


def test_every_prompt_is_prepared() -> None:
    prepared = []
    with create_pipe_input() as terminal:
        terminal.send_text(f"SELECT 1;{ENTER}")
        prompt = ScreenPrompt(
            "stackduck", bar=list, before=lambda: prepared.append(1), terminal=(terminal, DummyOutput())
        )
        assert prompt.read() == "SELECT 1;"
    assert prepared == [1]
