"""One run of a script: statements to the connection, rows to their destination, everything else to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

from stackduck.cli import exits, messages
from stackduck.cli.destinations import Destination, FileDestination
from stackduck.cli.exits import UsageError
from stackduck.cli.progress import Progress
from stackduck.cli.statistics import activity, line
from stackduck.cli.supervision import supervise
from stackduck.output import PAGES, format_of, write
from stackduck.output.results import Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.dbapi import Connection, Cursor


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user wants of a run."""

    form: str | None = None
    """The format; None lets the file's ending, or who reads, decide."""
    file: str | None = None
    header: bool = True
    quiet: bool = False
    stats: bool = False


class Run:
    """A run: its connection, where its rows go, and what it comes to."""

    def __init__(self, connect: Callable[[], Connection], wishes: Wishes) -> None:
        self._connect = connect
        self._wishes = wishes
        self._destination = FileDestination(wishes.file) if wishes.file else Destination()
        self._form = self._chosen_format()
        self._connection: Connection | None = None
        self._progress = Progress(self._activity, None if wishes.quiet else sys.stderr)
        self._rows = 0
        self._results = 0

    def execute(self, script: str, variables: Mapping[str, object]) -> int:
        """Run the statements of a script and return the exit code."""
        self._destination.open()
        started = perf_counter()
        try:
            supervise(lambda: self._work(script, variables), stop=self._stop, tick=self._progress.tick)
            self._destination.commit()
            return exits.OK
        except BrokenPipeError:
            _silence_stdout()
            return exits.OK
        except Exception as problem:
            return self._failed(problem)
        finally:
            self._progress.close()
            self._destination.discard()
            if self._wishes.stats:
                stats = self._connection.stats if self._connection else None
                messages.note(line(self._rows, perf_counter() - started, stats))

    def _failed(self, problem: Exception) -> int:
        """Let earlier results out, then say what went wrong."""
        self._progress.close()
        try:
            if sys.stdout is not None:
                sys.stdout.flush()
        except OSError:
            _silence_stdout()
        return messages.failure(problem)

    def _chosen_format(self) -> str:
        """Take the format from -o, else from the file's ending, else from who reads."""
        named = self._wishes.form or (format_of(self._wishes.file) if self._wishes.file else None)
        if named == "parquet" and not self._wishes.file:
            raise UsageError("-o parquet needs -f FILE")
        return named or ("table" if self._is_terminal() else "json")

    def _is_terminal(self) -> bool:
        return not self._wishes.file and self._destination.is_terminal()

    def _work(self, script: str, variables: Mapping[str, object]) -> None:
        """Run the statements; this happens in a thread of its own."""
        self._connection = self._connect()
        try:
            for cursor in self._connection.script(script, variables):
                self._show(cursor)
        finally:
            self._connection.close()

    def _show(self, cursor: Cursor) -> None:
        """Write a statement's rows, if it has any to give, and what to know of them."""
        self._rows += self._write(cursor) if cursor.description is not None else 0
        self._progress.hide()
        if not self._wishes.quiet:
            for text in cursor.warnings:
                messages.warning(text)
        self._progress.show()

    def _write(self, cursor: Cursor) -> int:
        """Write a result in the chosen format and return its number of rows."""
        self._results += 1
        if self._form == "parquet":
            return self._write_parquet(cursor)
        stream = self._stream()
        if self._results > 1 and self._form in PAGES:
            stream.write("\n")
        style = self._destination.style(header=self._wishes.header)
        rows = write(cursor, stream, form=self._form, style=style)
        self._destination.stream.flush()
        return rows

    def _stream(self) -> Stream:
        """Give the stream to write on; on a terminal, the progress line makes room for it."""
        stream = self._destination.guarded(self._form)
        return _Foreground(stream, self._progress) if self._is_terminal() else stream

    def _write_parquet(self, cursor: Cursor) -> int:
        """Let DuckDB write the file."""
        if self._results > 1:
            raise UsageError("a Parquet file holds one result; run the statements one by one")
        assert isinstance(self._destination, FileDestination)
        return cursor.write_parquet(self._destination.temporary)

    def _activity(self) -> str:
        """Say in a few words what the connection is doing."""
        return activity(self._connection.stats) if self._connection else "starting"

    def _stop(self) -> None:
        """Stop the work from outside."""
        self._progress.close()
        if self._connection:
            self._connection.interrupt()
        self._destination.discard()


class _Foreground:
    """A terminal that shows either rows or the progress line."""

    def __init__(self, stream: Stream, progress: Progress) -> None:
        self._stream = stream
        self._progress = progress

    def write(self, text: str, /) -> object:
        """Write the text once the line is gone."""
        self._progress.hide()
        return self._stream.write(text)


def _silence_stdout() -> None:
    """Let nothing more be said on a pipe that nobody reads; Python would complain when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
