"""Checks files one after the other: what keeps each statement from running, and the traps in it, become findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stackduck.engine.offline import OfflineSession
from stackduck.errors import Error, ProgrammingError
from stackduck.files import front_matter
from stackduck.files.checking import declarations, failures, locating, memory, shares
from stackduck.files.checking.definitions import Definitions, defined
from stackduck.files.checking.desk import Desk
from stackduck.files.checking.model import Finding, Report
from stackduck.files.checking.noting import Noting
from stackduck.files.checking.rules import RULES
from stackduck.files.checking.samples import Samples, Typist, UnfitDefaultError
from stackduck.files.checking.scripts import Flaw, Piece, pieces
from stackduck.files.checking.suppressions import Suppressions
from stackduck.files.checking.trials import OverdueError, Trials, UnknownTableError, bound
from stackduck.files.front_matter import FrontMatterError
from stackduck.files.model import SqlFile
from stackduck.frozen import frozen
from stackduck.sql import traps, variables

if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog

_LASTING = ("ALTER", "ATTACH", "COMMENT", "CREATE", "DETACH", "DROP", "SET", "USE")
"""The words of statements that may leave something behind for those after them."""


@frozen
class Script:
    """A file that could be read, in its pieces."""

    file: SqlFile
    number: int
    pieces: tuple[Piece, ...]
    flaws: tuple[Flaw, ...]
    unread: Finding | None = None
    """What is wrong with its front matter, which then declares nothing."""


class Checker:
    """Checks files with one catalog; nothing is sent, and no file is opened but those that are named."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        defaults: Mapping[str, str] | None = None,
        seconds: float = 5.0,
        is_alone: bool = False,
    ) -> None:
        """Take a catalog, the parameters' default values of a configuration, and the time that a statement may take.

        `is_alone` says that nothing else happens in this process, so that copies of it may share the work, and its
        memory may be bounded.
        """
        self._seconds = seconds
        self._catalog = catalog
        self._defaults = defaults or {}
        self._is_alone = is_alone
        self._definitions = Definitions()

    def check(self, paths: Sequence[Path]) -> Report:
        """Check files; what one defines, the others see. Findings are in the order of the files and of their text."""
        read = [_read(path, number) for number, path in enumerate(paths)]
        for each in read:
            if isinstance(each, Script):
                self._definitions.add(each.number, each.pieces)
        if self._is_alone:
            with memory.bounded():
                found = shares.mapped(self._share, read)
        else:
            found = self._share(read)
        return Report(len(paths), [finding for findings in found for finding in findings])

    def _share(self, read: Sequence[Script | Finding]) -> list[list[Finding]]:
        """Return the findings of some of the files, a list a file."""
        desks = partial(Desk, self._catalog, defaults=self._defaults, seconds=self._seconds)
        with closing(_Share(self._catalog, self._definitions, desks)) as share:
            return [share.checked(each) if isinstance(each, Script) else [each] for each in read]


class _Share:
    """Checks some of the files, on one database as long as they leave nothing of their own on it."""

    def __init__(self, catalog: Catalog, definitions: Definitions, desks: Callable[[], Desk]) -> None:
        self._catalog = catalog
        self._definitions = definitions
        self._types = OfflineSession()
        self._new_desk = desks
        self._desk = desks()
        self._typist = Typist(self._types, seconds=self._desk.time.seconds)

    def close(self) -> None:
        """Close the databases."""
        self._desk.close()
        self._typist.close()
        self._types.close()

    def checked(self, script: Script) -> list[Finding]:
        """Return what is wrong with a file, but for what its comments ask to ignore."""
        if not self._desk.serves(self._definitions.own[script.number]):
            self._desk.close()
            self._desk = self._new_desk()
        noting = Noting(script.file.path, script.file.text)
        comments = Suppressions(script.file.text)
        found = [
            each
            for each in self._found(script, noting)
            if not comments.covers(each.rule.name, noting.offset(each.start))
        ]
        found += _unknown_rules(comments, noting)
        return sorted(dict.fromkeys(found), key=lambda each: (each.start, each.rule.name))

    def _found(self, script: Script, noting: Noting) -> Iterator[Finding]:
        for flaw in script.flaws:
            yield noting.told(failures.told(flaw.problem), flaw.start, flaw.end)
        if script.unread:
            yield script.unread
        else:
            yield from declarations.find(script.file, script.pieces, noting, is_whole=not script.flaws)
        try:
            samples = Samples(script.file, self._typist)
        except UnfitDefaultError as exc:
            yield noting.on_line("front-matter", exc.parameter.line, str(exc))
            samples = Samples(_undeclared(script.file.path, script.file.text), self._typist)
        trials = Trials(self._desk, samples, self._catalog)
        for piece in script.pieces:
            yield from self._of_statement(piece, script.number, trials, noting)

    def _of_statement(self, piece: Piece, number: int, trials: Trials, noting: Noting) -> Iterator[Finding]:
        for definition in self._definitions.needed(piece.statement, number, self._desk.there):
            self._define(definition.piece, definition.name)
        name = defined(piece.statement)
        self._desk.stand_ins.drop(name)
        problems = trials.problems(piece)
        for exc in problems:
            yield _problem(exc, piece, noting)
        if name:
            self._desk.note(name, piece.filled, is_made=not problems)
        if name or piece.statement.keyword in _LASTING:
            self._desk.mark()
        yield from self._traps(piece, noting)

    def _define(self, piece: Piece, name: str) -> None:
        """Let a definition of another file hold here; what is wrong with it is said there."""
        samples = Samples(SqlFile(Path(), "", ""), self._typist)
        problems = Trials(self._desk, samples, self._catalog).problems(piece)
        self._desk.note(name, piece.filled, is_made=not problems)

    def _traps(self, piece: Piece, noting: Noting) -> Iterator[Finding]:
        try:
            names = {name for _, name in variables.placeholders(piece.filled)}
            statement = bound(piece, dict.fromkeys(names)).statement
            found = self._desk.traps.get(statement.text)
            if found is None:
                found = traps.find(statement, self._catalog, self._desk.queries)
                self._desk.traps[statement.text] = found
        except Error:
            return  # what cannot be bound was said already
        except Exception as exc:
            # A trap that goes wrong itself must not keep the rest from being checked.
            yield noting.told(failures.told(exc), piece.start, piece.start + 1)
            return
        for seen in found:
            yield noting.at(seen.trap.name, *piece.span(seen.start, seen.end, text=statement))


def _read(path: Path, number: int) -> Script | Finding:
    """Read a file; return what is wrong with it where it cannot be read."""
    try:
        file, unread = front_matter.read(path), None
    except FrontMatterError as exc:
        file = _undeclared(path, path.read_text(encoding="utf-8-sig", errors="replace"))
        unread = Noting(path, file.text).on_line("front-matter", exc.line, exc.problem)
    except (ProgrammingError, OSError) as exc:
        text = exc.strerror or "" if isinstance(exc, OSError) else str(exc).removeprefix(f"{path}:")
        return Noting(path, "").at("unreadable-file", 0, 0, message=text.lstrip("0123456789: "))
    found = list(pieces(file.text))
    whole = tuple(each for each in found if isinstance(each, Piece))
    return Script(file, number, whole, tuple(each for each in found if isinstance(each, Flaw)), unread)


def _undeclared(path: Path, text: str) -> SqlFile:
    """Return a file of whose variables nothing is known, so that they fit everywhere."""
    return SqlFile(path, text, path.stem, is_declared=True)


def _problem(exc: Exception, piece: Piece, noting: Noting) -> Finding:
    start, end = (piece.start + at for at in locating.place_of(exc, piece.statement))
    if isinstance(exc, UnknownTableError):
        return noting.at("unknown-local-table", start, end, message=str(exc))
    if isinstance(exc, OverdueError):
        return noting.at("not-checked", start, end, message=str(exc))
    return noting.told(failures.told(exc), start, end)


def _unknown_rules(suppressions: Suppressions, noting: Noting) -> Iterator[Finding]:
    for each in suppressions.unknown(RULES):
        text = f"there is no rule '{each.name}'" if each.name else "the comment names no rule that it ignores"
        yield noting.at("unknown-rule", each.start, each.end, message=text)
