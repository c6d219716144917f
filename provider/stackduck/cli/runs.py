"""One run of a script or of files: statements to connections, rows to their destination, all else to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from time import perf_counter
from typing import Protocol

from stackduck.cli import exits, messages
from stackduck.cli.destinations import Destination, FileDestination
from stackduck.cli.exits import UsageError
from stackduck.cli.progress import Progress
from stackduck.cli.statistics import activity, line
from stackduck.cli.supervision import supervise
from stackduck.errors import Error
from stackduck.frozen import frozen
from stackduck.output import PAGES, format_of, write
from stackduck.output.results import Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from stackduck.config import Configuration
    from stackduck.dbapi import Connection, Cursor, Stats


@frozen
class Wishes:
    """What the user wants of a run."""

    form: str | None = None
    """The format; None lets the file's ending, or who reads, decide."""
    file: str | None = None
    header: bool = True
    quiet: bool = False
    stats: bool = False
    fallback: str | None = None
    """The format where neither `form` nor the file's ending names one."""
    chart: str | None = None
    """The kind of chart; None lets the columns decide."""


def wishes_of(options: argparse.Namespace, held: Configuration) -> Wishes:
    """Return the wishes that options tell, and the configuration where they do not."""
    return Wishes(
        options.output,
        options.file,
        not options.no_header,
        options.quiet,
        options.stats,
        fallback=held.value("output"),
        chart=options.chart,
    )


class Statements(Protocol):
    """Statements on a connection, each run as it is asked for."""

    def __iter__(self) -> Iterator[Cursor]:
        """Yield a cursor for each statement as it is done."""

    def place(self, exc: Error) -> None:
        """Say in an error's message where it is: one that came while the rows of the latest cursor were read."""


@frozen
class Source:
    """Statements that run on a connection of their own."""

    statements: Callable[[Connection], Statements]
    title: str = ""
    """Told before its rows; empty where there is nothing to tell it from."""
    form: str | None = None
    """The format where the user wishes none."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Values that a configuration gave to its variables."""


@frozen
class _Script:
    """Statements that come from no file of their own."""

    cursors: Iterable[Cursor]

    def __iter__(self) -> Iterator[Cursor]:
        return iter(self.cursors)

    def place(self, exc: Error) -> None:
        """Leave the message as it is."""


class Run:
    """A run: its connections, where its rows go, and what it comes to."""

    def __init__(self, connect: Callable[[], Connection], wishes: Wishes) -> None:
        self._connect = connect
        self._wishes = wishes
        self._destination = FileDestination(wishes.file) if wishes.file else Destination()
        self._form = ""
        self._connection: Connection | None = None
        self._spent: Stats | None = None
        """What connections cost that are closed."""
        self._defaults: dict[str, str] = {}
        self._progress = Progress(self._activity, None if wishes.quiet else sys.stderr)
        self._rows = 0
        self._results = 0

    def execute(self, script: str, variables: Mapping[str, object]) -> int:
        """Run the statements of a script and return the exit code."""
        return self.perform([Source(lambda connection: _Script(connection.script(script, variables)))])

    def perform(self, sources: Sequence[Source]) -> int:
        """Run sources one after the other, up to the first that fails, and return the exit code.

        Raises UsageError, before any runs, for a format that cannot be written.
        """
        forms = [self._chosen_format(source) for source in sources]
        self._destination.open()
        started = perf_counter()
        try:
            supervise(lambda: self._work(sources, forms), stop=self._stop, tick=self._progress.tick)
            self._destination.commit()
            return exits.OK
        except BrokenPipeError:
            silence_stdout()
            return exits.OK
        except Exception as problem:
            return self._failed(problem)
        finally:
            self._progress.close()
            self._destination.discard()
            if self._wishes.stats:
                messages.note(line(self._rows, perf_counter() - started, self._stats()))

    def _failed(self, problem: Exception) -> int:
        """Let earlier results out, then say what went wrong."""
        self._progress.close()
        try:
            if sys.stdout is not None:
                sys.stdout.flush()
        except OSError:
            silence_stdout()
        return messages.failure(problem)

    def _chosen_format(self, source: Source) -> str:
        """Take the format from -o or --chart, else from the file's ending, else from the source, or from who reads."""
        wishes = self._wishes
        ending = format_of(wishes.file) if wishes.file else None
        named = wishes.form or ("chart" if wishes.chart else None) or ending or source.form
        if named == "parquet" and not self._wishes.file:
            raise UsageError(f"{'' if self._wishes.form else 'its output is parquet; '}-o parquet needs -f FILE")
        return named or self._wishes.fallback or ("table" if self._is_terminal() else "json")

    def _is_terminal(self) -> bool:
        return not self._wishes.file and self._destination.is_terminal()

    def _work(self, sources: Sequence[Source], forms: Sequence[str]) -> None:
        """Run the sources; this happens in a thread of its own."""
        for source, self._form in zip(sources, forms, strict=True):
            if source.title and not self._wishes.quiet:
                self._progress.hide()
                messages.note(source.title)
                self._progress.show()
            self._spent, self._connection = self._stats(), self._connect()
            self._defaults |= source.defaults
            try:
                self._show_all(source.statements(self._connection))
            finally:
                self._connection.close()

    def _show_all(self, statements: Statements) -> None:
        for cursor in statements:
            try:
                self._show(cursor)
            except Error as exc:
                statements.place(exc)
                raise

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
        style = replace(self._destination.style(header=self._wishes.header), chart=self._wishes.chart)
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
        """Say in a few words what the run is doing."""
        stats = self._stats()
        return activity(stats) if stats else "starting"

    def _stats(self) -> Stats | None:
        """Return what all connections cost so far."""
        now, before = self._connection.stats if self._connection else None, self._spent
        if now is None:
            return None
        defaults = {**(before.defaults if before else {}), **self._defaults, **now.defaults}
        if before is None:
            return replace(now, defaults=defaults)
        limit = now.rate_limit or before.rate_limit
        return replace(
            now, calls=before.calls + now.calls, bytes=before.bytes + now.bytes, rate_limit=limit, defaults=defaults
        )

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


def silence_stdout() -> None:
    """Let nothing more be said on a pipe that nobody reads; Python would complain when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
