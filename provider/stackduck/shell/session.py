"""One session: runs what the user gives it, shows what comes of it, and remembers what the next command may ask for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

from stackduck.cli import messages, statistics
from stackduck.cli.progress import Progress
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.shell.answers import Answer
from stackduck.shell.display import Display, Stage
from stackduck.shell.interruption import Supervisor
from stackduck.shell.parameters import lacking, taken_by
from stackduck.shell.reading import Command, Item, Query, items
from stackduck.shell.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog
    from stackduck.dbapi import Connection, Cursor, Stats
    from stackduck.files.model import SqlFile


class Leave(Exception):
    """The user wants to leave, with this exit code."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(code)
        self.code = code


@frozen
class Summary:
    """What the latest statement came to."""

    rows: int
    """The rows that were read, or changed; -1 where there is no such number."""
    is_whole: bool
    seconds: float
    stats: Stats


class Session:
    """The state of a session, and everything that can be done in it."""

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        *,
        registry: Sequence[str] = (),
        defaults: Mapping[str, str] | None = None,
        is_interactive: bool = False,
    ) -> None:
        """`registry` are folders of documents and `defaults` a configuration's values, as the connection has them."""
        self.connection = connection
        self.settings = settings
        self.is_interactive = is_interactive
        self.supervisor = Supervisor(stop=connection.interrupt, tick=self._tick)
        stage = Stage(self._clear, self.supervisor.shielded, self.supervisor.check)
        self.display = Display(settings, stage)
        self.answer: Answer | None = None
        """The rows of the latest statement that gave some."""
        self.statement = ""
        """The latest statement of the user's."""
        self.draft = ""
        """What the next prompt begins with."""
        self.takes_drafts = False
        """Whether there is a prompt that can begin with something."""
        self.summary: Summary | None = None
        self.files: list[str] = []
        """The files that are being read, each by the one before it."""
        self.defaults = dict(defaults or {})
        self._registry = registry
        self._progress: Progress | None = None
        self._before: Stats = connection.stats

    @property
    def catalog(self) -> Catalog:
        """What there is to ask; documents that were pulled a moment ago are there too."""
        from stackduck.catalog.names import Catalog

        return Catalog.default(self._registry)

    def perform(self, item: Item) -> None:
        """Run a statement or a command to its end, or until Ctrl-C.

        Raises what it raises, Interrupted, and Leave when the user wants to go.
        """
        self._before = self.connection.stats
        terminal = sys.stderr if self.is_interactive and not self.settings.quiet else None
        self._progress = Progress(self._activity, terminal)
        try:
            self.supervisor.run(lambda: self._do(item))
        finally:
            self._progress.close()

    def follow(self, lines: Iterable[str]) -> None:
        """Run the statements and commands of a text, one after the other."""
        for item in items(lines):
            self.supervisor.check()
            self._do(item)

    def run(self, text: str) -> None:
        """Run a statement of the user's, show its rows, and remember both."""
        self.statement = text
        self.ask(text)

    def ask(self, text: str, values: Mapping[str, object] | None = None) -> None:
        """Run a statement and show its rows; `values` go before the session's own."""
        script = self.settings.data + text
        given = taken_by(script, self.settings.parameters | dict(values or {}))
        self.summary = None
        self._check_given(script, given)
        for cursor in self.connection.script(script, given):
            self._take(cursor)

    def run_file(self, file: SqlFile, values: Mapping[str, object]) -> None:
        """Run the statements of a SQL file with these values and show their rows."""
        from stackduck.files.running import Running

        self.summary = None
        running = Running(file, values, self.connection)
        for cursor in running:
            self._take(cursor)

    def show(self, *, form: str | None = None, chart: str | None = None, in_full: bool = False) -> None:
        """Show the latest rows once more."""
        if self.answer is None:
            messages.note("no rows yet; run a statement first")
            return
        self._show(self.answer, form=form, chart=chart, in_full=in_full)
        if not self.answer.is_whole:
            self.note(f"(the first {statistics.counted(self.answer.count, 'row')}; the others were not read)")

    def note(self, text: str) -> None:
        """Tell the user something, unless nobody wants to hear it."""
        if self.is_interactive and not self.settings.quiet:
            self._clear()
            messages.note(text)

    def close(self) -> None:
        """Put files in their places and close the connection."""
        try:
            self.display.close()
        finally:
            self.connection.close()

    def _do(self, item: Item) -> None:
        if isinstance(item, Query):
            self.run(item.text)
        else:
            self._command(item)

    def _command(self, command: Command) -> None:
        from stackduck.shell.commands import perform

        perform(self, command)

    def _check_given(self, script: str, given: Mapping[str, object]) -> None:
        """Raise ProgrammingError, with the shell's own remedy, for a variable that nothing gives a value."""
        missing = lacking(script, given) if "<<<" not in script else []
        if missing:
            held = {str(row[0]).lower() for row in self.connection.execute("SELECT name FROM duckdb_variables()")}
            for name in missing:
                if name.lower() not in held:
                    raise ProgrammingError(f"missing variable '{name}'; give it a value: .param {name} VALUE")

    def _take(self, cursor: Cursor) -> None:
        """Show what a statement gave, and tell what to know of it."""
        stats, warnings, rows = cursor.stats, cursor.warnings, cursor.rowcount
        if cursor.description is None:
            self.summary = Summary(rows, True, stats.seconds, stats)
            self.note("(done)" if rows < 0 else f"({statistics.counted(rows, 'row')} changed)")
        else:
            self._show_new(Answer(cursor), stats)
        self._tell_of(stats, warnings)

    def _show_new(self, answer: Answer, stats: Stats) -> None:
        """Show rows for the first time; the connection is free afterwards."""
        self.answer = answer
        try:
            self._show(answer)
            answer.settle()
        finally:
            answer.close()
            self.summary = Summary(answer.count, answer.is_whole, answer.seconds, stats)

    def _show(
        self, answer: Answer, *, form: str | None = None, chart: str | None = None, in_full: bool = False
    ) -> None:
        path = self.display.show(answer, form=form, chart=chart, in_full=in_full)
        if path:
            self.note(f"({statistics.counted(answer.count, 'row')} to {path})")

    def _tell_of(self, stats: Stats, warnings: Sequence[str]) -> None:
        self._clear()
        if not self.settings.quiet:
            for text in warnings:
                messages.warning(text)
        if self.settings.timer and self.summary:
            messages.note(statistics.line(max(self.summary.rows, 0), self.summary.seconds, stats))

    def _tick(self, seconds: float) -> None:
        if self._progress:
            self._progress.tick(seconds)

    def _clear(self) -> None:
        if self._progress:
            self._progress.hide()

    def _activity(self) -> str:
        """Say what the work under way has cost so far."""
        return statistics.activity(statistics.difference(self.connection.stats, self._before))
