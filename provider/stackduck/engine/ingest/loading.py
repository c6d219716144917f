"""Records become typed rows; what does not fit its type is found out and kept.

Files are first read as declared, which is fast and strict. Where DuckDB refuses one, or made a whole number of a
fraction, every value is looked at once, and the files are read again with the doubtful fields as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from stackduck.engine.ingest import clashes, drift, parts, pieces, survey
from stackduck.engine.ingest.drift import NO_DRIFT, Drift
from stackduck.engine.ingest.pieces import STRAY, Days, Key, Piece, Written
from stackduck.engine.ingest.survey import Survey
from stackduck.engine.ingest.trees import Leaf, ReportShape, places
from stackduck.engine.ingest.trees import Path as FieldPath
from stackduck.engine.ingest.workbench import UnreadableError, Workbench
from stackduck.errors import DataError

_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


class StrayDayError(Exception):
    """A row is not of the day that was asked for; the argument says of which it is."""


@dataclass(frozen=True, slots=True)
class Source:
    """Records of one part, and what was found in them."""

    number: int
    """Of the part, from 1, in the order of the links."""
    path: Path
    """One JSON object a line."""
    found: Survey | None
    """None where nobody looked."""
    drift: Drift


@dataclass(frozen=True, slots=True)
class Load:
    """Records, and the piece that they become."""

    days: Days
    sources: tuple[Path, ...]
    target: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of some parts."""

    pieces: tuple[Piece, ...] = ()
    drift: Drift = NO_DRIFT
    """What was not as declared."""


class Each(Protocol):
    """Runs a job for every item and returns what they give, in order."""

    def __call__(self, job: Callable[[Workbench, _Item], _Found], items: Sequence[_Item], /) -> list[_Found]: ...


def one_by_one(bench: Workbench) -> Each:
    """Return what runs jobs one after the other."""

    def each(job: Callable[[Workbench, _Item], _Found], items: Sequence[_Item], /) -> list[_Found]:
        return [job(bench, item) for item in items]

    return each


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read some records, and what is known of them."""

    shape: ReportShape
    found: Survey
    drift: Drift

    def written(self, bench: Workbench, load: Load) -> Written:
        """Write a piece, and count its fractions."""
        key, measure = self._key(load), survey.fractions(self.shape.row) if self.found.fractions else "0"
        return pieces.write(bench, load.days, self._rows(load), path=load.target, key=key, measure=measure)

    def _key(self, load: Load) -> Key:
        return Key(self.shape.key_of_a_day if load.days.one else ("day", *self.shape.key_of_a_day))

    def misfits(self, bench: Workbench, load: Load) -> Drift:
        """Look at every value."""
        return survey.misfits(bench, load.sources, self.shape.row, longest=self.found.longest)

    def settled(self, bench: Workbench, item: tuple[Load, Written]) -> Piece:
        """Keep one row of each key."""
        load, written = item
        return pieces.settled(bench, written, self._key(load), days=load.days, rows=self._rows(load))

    def _rows(self, load: Load) -> str:
        row = self.shape.row
        source = survey.records(load.sources, row, self.drift, longest=self.found.longest)
        return f"SELECT {drift.selected(row, self.drift)}, {drift.extra(row, self.drift)} AS extra FROM {source}"


@dataclass(frozen=True, slots=True)
class Loading:
    """How the parts of one report are loaded."""

    shape: ReportShape
    label: str
    """Names the report in errors."""
    is_narrow: bool = False
    """Whether only some fields are read: then nobody looks at other keys, and whole numbers are checked one by one."""

    def surveyed(
        self, bench: Workbench, number: int, records: Path, *, nested: frozenset[FieldPath], is_suspect: bool
    ) -> Source:
        """Look for what is not declared, beside the nested fields that are known not to be.

        Raises DataError for a part that cannot be read.
        """
        row = self.shape.row
        if self.is_narrow:
            integers = (place.path for place in places(row) if place.node == Leaf("BIGINT"))
            return Source(number, records, None, Drift(watched=frozenset(integers)))
        with self._readable(number):
            found = survey.keys_and_fractions(bench, records, row)
        unknown: set[FieldPath] = {*nested, *((name,) for name in found.strangers)}
        if clashing := clashes.clashing(row, unknown):
            target = records.with_name("renamed")
            clashes.rewrite(records, target, clashing)
            records, found = target, replace(found, longest=survey.LONGEST_LINE)
            unknown = {tuple(clashes.renamed(name) if name in clashing else name for name in path) for path in unknown}
        found_drift = Drift(frozenset(unknown))
        if is_suspect:
            with self._readable(number):
                found_drift |= survey.misfits(bench, [records], row, longest=found.longest)
        return Source(number, records, found, found_drift)

    @contextmanager
    def _readable(self, number: int) -> Iterator[None]:
        try:
            yield
        except UnreadableError as exc:
            raise parts.refused(self.label, number, parts.reason(exc)) from exc

    def load(self, each: Each, loads: Sequence[Load], sources: Sequence[Source]) -> Outcome:
        """Write the rows of some parts to pieces; `each` runs a job for every load.

        Raises DataError for what cannot be read, StrayDayError for a row of another day.
        """
        reading = _Reading(self.shape, Survey(), NO_DRIFT)
        for source in sources:
            found = source.found or Survey()
            reading = replace(reading, found=reading.found | found, drift=reading.drift | source.drift)
        reading, written = self._written(each, reading, loads, number=sources[-1].number)
        count = sum(one.piece.rows for one in written)
        if not self.is_narrow and count != reading.found.rows:
            why = f"{count:,} of {reading.found.rows:,} records can be read"
            raise parts.refused(self.label, sources[-1].number, why)
        settled = each(reading.settled, list(zip(loads, written, strict=True)))
        return Outcome(tuple(settled), reading.drift)

    def _written(
        self, each: Each, reading: _Reading, loads: Sequence[Load], *, number: int
    ) -> tuple[_Reading, list[Written]]:
        is_settled = False
        while True:
            try:
                written = each(reading.written, loads)
                if is_settled or sum(one.measure for one in written) == reading.found.fractions:
                    return reading, written
            except UnreadableError as exc:
                if STRAY in str(exc):
                    raise StrayDayError(str(exc).split(STRAY)[1].split("\n")[0]) from exc
                if is_settled:
                    raise parts.refused(self.label, number, parts.reason(exc)) from exc
            with self._readable(number):
                for misfits in each(reading.misfits, loads):
                    reading = replace(reading, drift=reading.drift | misfits)
            is_settled = True

    def strayed(self, number: int, days: str) -> DataError:
        """Return the error for a part with rows of other days."""
        said = f"part {number} of the download has rows of another day ({days})"
        return DataError(f"{self.label}: {said}; run it again")
