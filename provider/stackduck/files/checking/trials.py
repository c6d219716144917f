"""Statements tried on a desk: with other values and one more stand-in each time, until it is plain what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from stackduck.errors import Error
from stackduck.files.checking import failures
from stackduck.files.checking.desk import Desk
from stackduck.files.checking.samples import Samples
from stackduck.files.checking.scripts import Piece
from stackduck.files.checking.symmetry import is_symmetric
from stackduck.sql import variables
from stackduck.sql.variables import Bound

if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog

_MOST_TRIES = 60
_OF_STAND_INS = (
    *("unknown-column", "type-error", "invalid-statement", "unknown-function"),
    *("not-supported", "condition-gives-no-value"),
)
"""The rules that may seem broken because a table only stands for another."""


class UnknownTableError(Exception):
    """A table that no statement under check makes."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no statement that is checked makes the table '{name}'")


class OverdueError(Exception):
    """A statement that takes longer to plan than a check waits for it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"this cannot be checked in {seconds:g} s")


class Trials:
    """Tries the statements of one script, in their order."""

    def __init__(self, desk: Desk, samples: Samples, catalog: Catalog) -> None:
        self._desk = desk
        self._catalog = catalog
        self._samples = samples
        self._held: frozenset[str] = frozenset()
        """The variables that SET VARIABLE has given, lower case."""

    def problems(self, piece: Piece) -> list[Exception]:
        """Return why a statement cannot run: tables that nobody knows, and one error at most."""
        with self._desk.time as time:
            found = list(self._problems(piece))
        if not found and not time.is_over:
            # A variable that got no value is free like any other, so that what reads it can be checked.
            self._held |= variables.set_by(piece.filled)
        if not time.is_over:
            return found
        return [*(each for each in found if isinstance(each, UnknownTableError)), OverdueError(time.seconds)]

    def _problems(self, piece: Piece) -> Iterator[Exception]:
        try:
            names = dict.fromkeys(name for _, name in variables.placeholders(piece.filled))
        except Error as exc:
            yield exc
            return
        free = [name for name in names if name not in piece.values and name.lower() not in self._held]
        options = self._samples.options(free)
        if len(options) > 1 and is_symmetric(piece.filled, options, self._catalog):
            options = options[:1]
        for values in self._samples.turns(free, options):
            found = list(self._tried(piece, values))
            self._samples.begin_anew()
            yield from found
            if any(not isinstance(exc, UnknownTableError) for exc in found):
                break

    def _tried(self, piece: Piece, values: Mapping[str, object]) -> Iterator[Exception]:
        key = piece.filled.text, repr(values)
        if key in self._desk.passed:
            return
        first: Error | None = None
        for _ in range(_MOST_TRIES):
            try:
                self._desk.rehearsal.rehearse(bound(piece, values, held=self._held))
                self._desk.passed.add(key)
                return
            except Error as exc:
                unknown = self._desk.stand_ins.table(exc)
                if unknown and self._desk.stand_ins.add(unknown):
                    yield UnknownTableError(unknown)
                elif not self._desk.stand_ins.learn_column(exc):
                    first = first or exc
                    others = self._samples.give_way(str(exc), values)
                    if others is None:
                        break
                    values = others
            except Exception as exc:
                # Whatever else is wrong, the other statements are still to be checked.
                yield exc
                return
        if first is not None and not self._is_of_stand_in(first, piece):
            yield first

    def _is_of_stand_in(self, exc: Error, piece: Piece) -> bool:
        """Tell whether an error may come of a table that only stands for one that is not known."""
        words = {t.name.lower() for t in piece.statement.tokens if t.kind in ("word", "quoted")}
        return bool(words & self._desk.stand_ins.names) and failures.told(exc).rule in _OF_STAND_INS


def bound(piece: Piece, values: Mapping[str, object], *, held: frozenset[str] = frozenset()) -> Bound:
    """Bind a statement; the value of the empty name is that of every question mark."""
    if "" not in values:
        return variables.bind(piece.filled, {**values, **piece.values}, session=held)
    count = sum(not name for _, name in variables.placeholders(piece.filled))
    return variables.bind(piece.filled, [values[""]] * count)
