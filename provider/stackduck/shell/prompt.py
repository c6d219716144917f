"""The prompt on a terminal: keys, completion, colours, suggestions and the bar; reads, and runs nothing.

Owns the prompt library's session. What is typed is whole where `reading` says so; what the bar says comes from outside.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer
from prompt_toolkit.filters import Condition, has_completions
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import Output
from prompt_toolkit.selection import SelectionType
from prompt_toolkit.styles import Style, merge_styles

from stackduck.shell.reading import is_whole

_GAP = re.compile(r"'<[^<>']*>'|<[^<>']*>")
"""What a completed statement leaves to the user: '<slug>'."""
_MENU = 7
"""Lines below the prompt that are kept free for the menu of completions."""
_STYLE = Style.from_dict(
    {
        "prompt": "bold",
        "continuation": "ansibrightblack",
        "auto-suggestion": "ansibrightblack",
    }
)


class ScreenPrompt:
    """Asks for the next statements or commands with everything that a terminal can do."""

    takes_drafts = True

    def __init__(
        self,
        name: str,
        *,
        bar: Callable[[], StyleAndTextTuples],
        before: Callable[[], None] = lambda: None,
        completer: Completer | None = None,
        lexer: Lexer | None = None,
        style: Style | None = None,
        history: History | None = None,
        suggest: AutoSuggest | None = None,
        terminal: tuple[Input, Output] | None = None,
    ) -> None:
        """`name` stands before what is typed; `bar` is asked for what the bottom bar says.

        `before` is called before every prompt.
        """
        self._before = before
        self._session: PromptSession[str] = PromptSession(
            [("class:prompt", f"{name}> ")],
            multiline=True,
            prompt_continuation=self._continuation,
            key_bindings=_keys(),
            bottom_toolbar=bar,
            completer=completer,
            complete_in_thread=True,
            complete_while_typing=True,
            reserve_space_for_menu=_MENU,
            lexer=lexer,
            style=merge_styles([each for each in (_STYLE, style) if each]),
            include_default_pygments_style=False,
            history=history,
            auto_suggest=suggest,
            enable_suspend=True,
            search_ignore_case=True,
            input=terminal[0] if terminal else None,
            output=terminal[1] if terminal else None,
        )
        # Esc is Meta's first half; half a second of waiting for the other is noticed.
        self._session.app.ttimeoutlen = 0.1

    def read(self, draft: str = "") -> str:
        """Return what the user typed; a draft is there to begin with, its first gap chosen.

        Raises EOFError for Ctrl-D on an empty line, and KeyboardInterrupt for Ctrl-C.
        """
        self._before()
        return self._session.prompt(default=draft, pre_run=_choose_gap if draft else None)

    def _continuation(self, width: int, line_number: int, wrap_count: int) -> StyleAndTextTuples:
        # A line that is only folded begins without a mark.
        return [("class:continuation", f"{'' if wrap_count else '...> ':>{width}}")]


def _keys() -> KeyBindings:
    """Return what Enter and its relatives do."""
    keys = KeyBindings()

    @Condition
    def is_typed_whole() -> bool:
        return is_whole(get_app().current_buffer.text)

    @Condition
    def has_chosen() -> bool:
        state = get_app().current_buffer.complete_state
        return state is not None and state.current_completion is not None

    @keys.add("enter", filter=~has_chosen)
    def _(event: KeyPressEvent) -> None:
        """Run what is whole; else begin a new line, as far in as this one."""
        buffer = event.current_buffer
        if is_typed_whole():
            _accept(buffer)
        else:
            buffer.newline(copy_margin=True)

    @keys.add("enter", filter=has_completions & has_chosen)
    def _(event: KeyPressEvent) -> None:
        """Take the completion that is chosen in the menu; after an open quote or a dot, offer what follows."""
        buffer = event.current_buffer
        buffer.complete_state = None
        if buffer.document.char_before_cursor in ("'", "."):
            buffer.start_completion()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        """Run what is there, as it is."""
        _accept(event.current_buffer)

    @keys.add("c-c", eager=True)
    def _(event: KeyPressEvent) -> None:
        """Drop what is typed. At once: what follows is for the next prompt, and no part of a longer key."""
        event.app.exit(exception=KeyboardInterrupt(), style="class:aborting")

    @keys.add("c-o")
    def _(event: KeyPressEvent) -> None:
        """Begin a new line in any case."""
        event.current_buffer.newline(copy_margin=True)

    return keys


def _accept(buffer: Buffer) -> None:
    # Left in the middle, the cursor would have the answer written over the rest of the statement.
    buffer.exit_selection()
    buffer.cursor_position = len(buffer.text)
    buffer.validate_and_handle()


def _choose_gap() -> None:
    """Select the first gap of a draft, so that typing takes its place; without one, go to the end."""
    buffer = get_app().current_buffer
    match = _GAP.search(buffer.text)
    if not match:
        buffer.cursor_position = len(buffer.text)
        return
    inside = 1 if match[0][0] == "'" else 0
    buffer.cursor_position = match.start() + inside
    buffer.start_selection(SelectionType.CHARACTERS)
    assert buffer.selection_state is not None
    buffer.selection_state.enter_shift_mode()
    buffer.cursor_position = match.end() - inside
