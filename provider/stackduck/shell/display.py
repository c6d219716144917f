"""Where answers and texts go: the terminal, a pipe, or a file that takes their place for one answer or for several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace

from stackduck.cli.destinations import Destination, FileDestination
from stackduck.cli.exits import UsageError
from stackduck.frozen import frozen
from stackduck.output import PAGES, format_of, write
from stackduck.output.results import Stream, Style
from stackduck.output.safety import GuardedStream
from stackduck.shell.answers import Answer
from stackduck.shell.screen import Left, Screen, Window, window_of
from stackduck.shell.settings import Settings

_PLAN = ["explain_key", "explain_value"]
"""The columns of DuckDB's EXPLAIN."""
PAGE = 110
"""The columns of text that is on no terminal."""


@frozen
class Stage:
    """What must happen around writing on a terminal."""

    clear: Callable[[], None]
    """Takes away what else stands there, such as the progress."""
    shielded: Callable[[], AbstractContextManager[None]]
    """Entered while another program has the terminal."""
    check: Callable[[], None]
    """Raises when the user wants no more of it."""


class Display:
    """Shows answers in the format that is set, where the user wants them."""

    def __init__(self, settings: Settings, stage: Stage) -> None:
        self._settings = settings
        self._stage = stage
        self._standard = Destination()
        self._standard.open()
        self._file: _File | None = None
        self._once: _File | None = None
        self._shown = 0

    @property
    def is_terminal(self) -> bool:
        """Whether a person is looking."""
        return self._standard.is_terminal()

    @property
    def file(self) -> str | None:
        """The file that answers go to, or None for the terminal or pipe."""
        return self._file.path if self._file else None

    @property
    def width(self) -> int:
        """The terminal's columns, or as many as a page of text has elsewhere."""
        return self._window().columns if self.is_terminal else PAGE

    def redirect(self, path: str | None) -> None:
        """Send answers to a file from now on, or with None no longer; the file is in its place when that ends."""
        self._end_file()
        if path:
            file = _File(path, self._settings.mode)
            if file.form == "parquet":
                raise UsageError("a Parquet file holds one answer; use .once")
            file.destination.open()
            self._file = file

    def redirect_once(self, path: str) -> None:
        """Send the next answer to a file."""
        self._once = _File(path, self._settings.mode)

    def show(
        self, answer: Answer, *, form: str | None = None, chart: str | None = None, in_full: bool = False
    ) -> str | None:
        """Write an answer in a format, or in the one that is set; return the file that it went to, if any.

        `chart` is the kind of a chart. `in_full` cuts and leaves out nothing, on a terminal either.
        """
        once, self._once = self._once, None
        if once:
            once.write_one(answer, header=self._settings.header)
            return once.path
        if self._file:
            self._file.write(answer, header=self._settings.header)
            return self._file.path
        with suppress(Left):
            self._show(answer, form or self._settings.mode, chart=chart, in_full=in_full)
        return None

    def tell(self, lines: Iterable[str]) -> None:
        """Write lines of text, with no control character that a document put into them."""
        with suppress(Left), self._stream(cuts_lines=False) as stream:
            guarded = GuardedStream(stream)
            for line in lines:
                guarded.write(line + "\n")

    def close(self) -> None:
        """Put the file that answers went to in its place."""
        self._end_file()

    def discard(self) -> None:
        """Give up the file that answers went to."""
        file, self._file = self._file, None
        if file:
            file.discard()

    def _show(self, answer: Answer, form: str, *, chart: str | None, in_full: bool) -> None:
        self._shown += 1
        style = replace(self._standard.style(header=self._settings.header), chart=chart)
        if self.is_terminal:
            style = replace(style, elides_middle=True, remedy=".last shows all")
        elif self._shown > 1 and form in PAGES:
            self._standard.stream.write("\n")
        if form == "table" and [column[0] for column in answer.description] == _PLAN:
            self._tell_plan(answer)
            return
        if in_full and form == "table" and self.is_terminal:
            form, style = self._in_full(style)
        with self._stream(cuts_lines=in_full) as stream:
            guarded = GuardedStream(stream) if self.is_terminal and form not in ("table", "chart") else stream
            write(answer.rows(), guarded, form=form, style=style)

    def _tell_plan(self, answer: Answer) -> None:
        """Write a plan of DuckDB's as the drawing that it is: a table would have its lines behind each other."""
        with self._stream(cuts_lines=True) as stream:
            guarded, rows = GuardedStream(stream), answer.rows()
            while batch := rows.fetchmany():
                guarded.write("".join(f"{text.rstrip()}\n" for _, text in batch))

    def _in_full(self, style: Style) -> tuple[str, Style]:
        """Choose how to show all columns: side by side where the pager can scroll to them, else below each other."""
        return ("table", replace(style, width=None)) if self._window().scrolls_sideways else ("vertical", style)

    @contextmanager
    def _stream(self, *, cuts_lines: bool) -> Iterator[Stream]:
        if not self.is_terminal:
            yield self._standard.stream
            self._standard.stream.flush()
            return
        stage = self._stage
        with Screen(
            self._standard.stream, self._window(), before=stage.clear, shielded=stage.shielded, cuts_lines=cuts_lines
        ) as screen:
            yield _Checked(screen, stage.check)

    def _window(self) -> Window:
        return window_of(self._standard.stream, paging=self._settings.paging)

    def _end_file(self) -> None:
        file, self._file = self._file, None
        if file:
            file.destination.commit()


class _File:
    """A file for answers, in the format that its name asks for, else in the one that is set."""

    def __init__(self, path: str, mode: str) -> None:
        self.path = path
        self.form = format_of(path) or mode
        self.destination = FileDestination(path)
        self._count = 0

    def write(self, answer: Answer, *, header: bool) -> None:
        """Add an answer."""
        self._count += 1
        if self._count > 1 and self.form in PAGES:
            self.destination.stream.write("\n")
        write(answer.rows(), self.destination.stream, form=self.form, style=Style(header=header))

    def write_one(self, answer: Answer, *, header: bool) -> None:
        """Write a file of one answer, whole or not at all."""
        self.destination.open()
        try:
            if self.form == "parquet":
                answer.write_parquet(self.destination.temporary)
            else:
                self.write(answer, header=header)
            self.destination.commit()
        finally:
            self.discard()

    def discard(self) -> None:
        """Give up what is not in its place yet."""
        self.destination.stream.close()
        self.destination.discard()


class _Checked:
    """A stream that the user can stop."""

    def __init__(self, stream: Stream, check: Callable[[], None]) -> None:
        self._stream = stream
        self._check = check

    def write(self, text: str, /) -> object:
        """Write the text, unless the user has had enough."""
        self._check()
        return self._stream.write(text)
