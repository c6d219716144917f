"""The completer of the prompt: joins place, candidates and ranking, and keeps what they stand on up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Lock, Thread, main_thread
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import History

from stackduck.errors import Error
from stackduck.shell.completion import commands
from stackduck.shell.completion.candidates import Candidates, files
from stackduck.shell.completion.commands import Command
from stackduck.shell.completion.facts import Facts
from stackduck.shell.completion.places import place_at
from stackduck.shell.completion.ranking import Candidate, Weight, ranked
from stackduck.shell.completion.spelling import in_case_of
from stackduck.shell.completion.values import Values

if TYPE_CHECKING:
    from stackduck.dbapi import Connection


class SqlCompleter(Completer):
    """Completes statements by what a connection knows, and the commands of the shell."""

    def __init__(
        self,
        connection: Connection,
        *,
        known: Callable[[str], Sequence[str]] | None = None,
        history: History | None = None,
        commands: Sequence[Command] = (),
        variables: Callable[[], Iterable[str]] | None = None,
    ) -> None:
        """`known` gives values of a name (lower case), ahead of those of the history and of the archive.

        `variables` are the names that $name can be. Call `refresh` before every prompt; it is quick, and starts
        reading what takes longer on a thread of its own.
        """
        self._facts = Facts(connection)
        self._values = Values(
            archive=lambda: connection.archive,
            typed=history.get_strings if history else list,
            known=known or (lambda name: ()),
            scopes=connection.sandbox_scopes,
            defaults=connection.defaults,
        )
        self._candidates = Candidates(self._facts, self._values, defaults=connection.defaults)
        self._commands = commands
        self._variables = variables or (lambda: ())
        self._reader: Thread | None = None
        self._lock = Lock()

    def refresh(self) -> None:
        """Take in what the latest statement may have changed: tables, macros, providers, the archive."""
        self._facts.refresh()
        with self._lock:
            if self._reader is None or not self._reader.is_alive():
                self._reader = Thread(target=self._read, name="completion")
                self._reader.start()

    def wait(self) -> None:
        """Wait until everything is read that completion stands on."""
        if self._reader is not None:
            self._reader.join()

    def see(self, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Remember the values of an answer that was shown, by the names of its columns."""
        self._values.see(names, rows)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """Yield what may be meant at the cursor, the likeliest first. Safe on any thread."""
        text, cursor = document.text, document.cursor_position
        command = commands.typed(text[:cursor]) if self._commands else None
        if command is None:
            return self._in_statement(text, cursor)
        return self._in_command(command, text, cursor)

    def _in_command(self, typed: commands.Typed, text: str, cursor: int) -> Iterator[Completion]:
        """Complete the name of a command, or what stands after it."""
        if typed.argument is None:
            found = ranked(commands.names(self._commands, typed.mark), typed.mark + typed.name)
            return _completions(found, len(typed.name))
        command = commands.find(self._commands, typed.name)
        if command is None:
            return iter(())
        if command.takes_path:
            return _completions(ranked(files(typed.argument), typed.argument), len(typed.argument))
        if command.takes_statement:
            return self._in_statement(text[typed.start :], cursor - typed.start)
        return _completions(ranked(commands.arguments(command), typed.argument), len(typed.argument))

    def _in_statement(self, text: str, cursor: int) -> Iterator[Completion]:
        place = place_at(text, cursor)
        if place.prefix.startswith("$"):
            found = ranked((Candidate(f"${name}", f"${name}") for name in self._variables()), place.prefix)
        else:
            found = ranked(self._candidates.at(place), place.prefix)
        before = text[:cursor]
        cased = [_cased(each, place.prefix, before) for each in found if not _is_typed(each, place.prefix)]
        closing = place.quote if text[cursor : cursor + 1] == place.quote else ""
        return _completions(cased, place.length, closing=closing)

    def _read(self) -> None:
        try:
            self._facts.warm(_goes_on)
            self._values.learn(_goes_on)
        except (Error, OSError):
            # What could not be read is not offered; naming it in a statement tells why.
            return


def _goes_on() -> bool:
    """Tell whether the session goes on; a daemon's thread would be cut off within DuckDB when it ends."""
    return main_thread().is_alive()


def _is_typed(candidate: Candidate, prefix: str) -> bool:
    """Tell whether a word is there already, so that offering it would only be in the way."""
    return candidate.text.lower() == prefix.lower() and candidate.weight is Weight.WORD


def _cased(candidate: Candidate, prefix: str, before: str) -> Candidate:
    if candidate.weight is not Weight.WORD:
        return candidate
    text = in_case_of(prefix, candidate.text, before=before)
    return Candidate(text, text, candidate.note, candidate.weight)


def _completions(found: Iterable[Candidate], typed: int, *, closing: str = "") -> Iterator[Completion]:
    """Yield the prompt library's form of the candidates; a quotation mark that is there already is not doubled."""
    for each in found:
        text = each.text.removesuffix(closing) if closing else each.text
        style = "class:completion.required" if each.weight is Weight.REQUIRED else ""
        yield Completion(text, start_position=-typed, display=each.label, display_meta=each.note, style=style)
