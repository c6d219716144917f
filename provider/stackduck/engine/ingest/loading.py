"""Records become typed rows; what does not fit its type is found out and kept.

Files are first read as declared, which is fast and strict; where only some fields are asked for, loosely. Where DuckDB
refuses one, or made another value of a fraction or a truth value, every value is looked at once, and the files are read
again with the doubtful fields as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from operator import or_
from pathlib import Path

from stackduck.engine.ingest import clashes, drift, loose, parts, pieces, survey
from stackduck.engine.ingest.drift import NO_DRIFT, Drift
from stackduck.engine.ingest.pieces import STRAY, Days, Key, Piece, Rows, Target, Written
from stackduck.engine.ingest.survey import Survey
from stackduck.engine.ingest.trees import Path as FieldPath
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import UnreadableError, Workbench
from stackduck.errors import DataError
from stackduck.frozen import frozen


class StrayDayError(Exception):
    """A row is not of the day that was asked for; the argument says of which it is."""


@frozen
class Source:
    """Records of one part, and what was found in them."""

    number: int
    """Of the part, from 1, in the order of the links."""
    path: Path
    """One JSON object a line."""
    found: Survey | None
    """None where nobody looked."""
    drift: Drift
    is_checked: bool = False
    """Whether every value was looked at, so that no other one is in doubt."""
    is_plain: bool = False
    """Whether every value is known to be of its declared type."""


@frozen
class Outcome:
    """What became of some parts."""

    pieces: tuple[Piece, ...] = ()
    drift: Drift = NO_DRIFT
    """What was not as declared."""


@frozen
class _Reading:
    """One way to read some records, and what is known of them."""

    shape: ReportShape
    paths: tuple[Path, ...]
    found: Survey
    drift: Drift
    unchecked: tuple[Path, ...] = ()
    """Those of which not every value was looked at."""
    is_loose: bool = False
    """Whether numbers and truth values are read as text and then checked."""
    is_plain: bool = False
    """Whether every value is known to be of its declared type."""

    @property
    def rows(self) -> Rows:
        """The typed rows, and `extra`."""
        row, nothing = self.shape.row, f"{drift.NOTHING} AS extra"
        if self.is_loose:
            source = survey.records(self.paths, loose.loosened(row), NO_DRIFT, longest=self.found.longest)
            return Rows(f"({loose.query(row, source)})", nothing)
        read = replace(self.drift, strict=drift.strict(row)) if self.unchecked and not self.is_plain else self.drift
        source = survey.records(self.paths, row, read, longest=self.found.longest)
        if read == NO_DRIFT:
            return Rows(source, nothing)
        chosen = f"{drift.selected(row, read)}, {drift.extra(row, read)} AS extra"
        return Rows(f"(SELECT {chosen} FROM {source})")

    @property
    def is_counted(self) -> bool:
        """Whether a count of literals tells that a value was lost."""
        return bool(self.unchecked and self.found.literals and not self.is_loose and not self.is_plain)

    def closer(self, bench: Workbench) -> _Reading:
        """Look at every value, and return the way to read them that loses none."""
        misfits = NO_DRIFT
        if self.unchecked:
            misfits = survey.misfits(bench, self.unchecked, self.shape.row, longest=self.found.longest)
        return replace(self, drift=self.drift | misfits, unchecked=(), is_loose=False)


@frozen
class Loading:
    """How the parts of one report are loaded."""

    shape: ReportShape
    label: str
    """Names the report in errors."""
    is_narrow: bool = False
    """Whether only some fields are read: then nobody looks at the text, and whole numbers are checked as they come."""

    def surveyed(
        self, bench: Workbench, number: int, records: Path, *, nested: frozenset[FieldPath], is_suspect: bool
    ) -> Source:
        """Look for what is not declared, beside the nested fields that are known not to be.

        Raises DataError for a part that cannot be read.
        """
        found, unknown = None, nested
        if not self.is_narrow:
            records, found, unknown = self._looked_over(bench, number, records, nested=nested)
        found_drift = Drift(unknown)
        if is_suspect:
            with self._readable(number):
                found_drift |= survey.misfits(bench, [records], self.shape.row, longest=found.longest if found else 0)
        return Source(number, records, found, found_drift, is_checked=is_suspect)

    def _looked_over(
        self, bench: Workbench, number: int, records: Path, *, nested: frozenset[FieldPath]
    ) -> tuple[Path, Survey, frozenset[FieldPath]]:
        """Look at every row; returns the records, in another file where keys clash, and what is not declared."""
        row = self.shape.row
        with self._readable(number):
            found = survey.keys_and_literals(bench, records, row)
        if not found.rows and records.stat().st_size:
            raise self._refused(str(number), "no record in it can be read")
        unknown = nested | {(name,) for name in found.strangers}
        if not (clashing := clashes.clashing(row, unknown)):
            return records, found, unknown
        target = records.with_name("renamed")
        clashes.rewrite(records, target, clashing)
        renamed = ((clashes.renamed(name) if name in clashing else name for name in path) for path in unknown)
        return target, replace(found, longest=survey.LONGEST_LINE), frozenset(map(tuple, renamed))

    @contextmanager
    def _readable(self, number: int) -> Iterator[None]:
        try:
            yield
        except UnreadableError as exc:
            raise self._refused(str(number), parts.reason(exc)) from exc

    def load(self, bench: Workbench, sources: Sequence[Source], *, days: Days, target: Target) -> Outcome:
        """Write the rows of some parts to pieces.

        Raises DataError for what cannot be read, StrayDayError for a row of another day.
        """
        key = Key(self.shape.key_of_a_day if days.one or days.are_apart else ("day", *self.shape.key_of_a_day))
        try:
            reading, written = self._written(bench, self._reading(sources), days=days, target=target, key=key)
        except UnreadableError as exc:
            if STRAY in str(exc):
                raise StrayDayError(str(exc).split(STRAY)[1].split("\n")[0]) from exc
            raise self._refused(self._unreadable(bench, sources), parts.reason(exc)) from exc
        count = sum(piece.rows for piece in written.pieces)
        if not self.is_narrow and count != reading.found.rows:
            raise self._refused(_numbers(sources), f"{count:,} of {reading.found.rows:,} records can be read")
        settled = pieces.settled(bench, written, key, days=days, rows=reading.rows, target=target)
        return Outcome(tuple(settled), reading.drift)

    def _reading(self, sources: Sequence[Source]) -> _Reading:
        """Return the way to read some parts together."""
        found = reduce(or_, (source.found or Survey() for source in sources))
        differing = reduce(or_, (source.drift for source in sources))
        paths = tuple(source.path for source in sources)
        unchecked = tuple(source.path for source in sources if not source.is_checked)
        is_loose = self.is_narrow and differing == NO_DRIFT and bool(unchecked)
        is_plain = all(source.is_plain for source in sources)
        return _Reading(self.shape, paths, found, differing, unchecked, is_loose, is_plain)

    def _written(
        self, bench: Workbench, reading: _Reading, *, days: Days, target: Target, key: Key
    ) -> tuple[_Reading, Written]:
        """Write the rows as declared, and again where a value is lost so; returns how they were read at last."""
        asked = None if reading.found.is_unique else key
        if reading.drift.watched:
            # A value that was made to fit counts like one that is as declared.
            reading = reading.closer(bench)
        measure = survey.literals(self.shape.row) if reading.is_counted else "0"
        try:
            written = pieces.write(bench, days, reading.rows, target=target, key=asked, measure=measure)
            if not reading.is_counted or written.measure == reading.found.literals:
                return reading, written
        except UnreadableError as exc:
            if STRAY in str(exc) or not reading.unchecked:
                raise
        reading = reading.closer(bench)
        return reading, pieces.write(bench, days, reading.rows, target=target, key=key, measure="0")

    def _unreadable(self, bench: Workbench, sources: Sequence[Source]) -> str:
        """Return which of some parts cannot be read."""
        for source in sources:
            try:
                replace(self._reading([source]), unchecked=(source.path,)).closer(bench)
            except UnreadableError:
                return str(source.number)
        return _numbers(sources)

    def strayed(self, sources: Sequence[Source], days: str) -> DataError:
        """Return the error for parts with rows of other days."""
        what = "a row without a day" if days == "none" else f"rows of another day ({days})"
        said = f"part {_numbers(sources)} of the download has {what}"
        return DataError(f"{self.label}: {said}; {parts.REMEDY}")

    def _refused(self, numbers: str, why: str) -> DataError:
        return parts.refused(self.label, numbers, why)


def _numbers(sources: Sequence[Source]) -> str:
    """Return which parts these are, for messages."""
    first, last = sources[0].number, sources[-1].number
    return str(last) if first == last else f"{first} to {last}"
