"""Downloaded files come in, in the order of their links, and leave as pieces; several are worked on at once.

A part of one day is loaded by itself. Parts of several days are split first, and loaded as a group: few files a day
are made of many parts.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from stackduck.engine.ingest import parts, splitting, survey
from stackduck.engine.ingest.loading import Each, Load, Loading, Outcome, Source, StrayDayError, one_by_one
from stackduck.engine.ingest.pieces import Days
from stackduck.engine.ingest.survey import Expectation
from stackduck.engine.ingest.trees import Path as FieldPath
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench
from stackduck.engine.ingest.workers import Workers

GROUP_BYTES = 512_000_000
"""Of parts that hold several days each so many bytes are loaded at once."""
_TAIL = 1_000_000


@dataclass(frozen=True, slots=True)
class _Intake:
    """A part as it came in."""

    number: int
    records: Path
    folder: Path
    """Of the part alone; it goes with the part."""
    day: date | None
    """Of which all its rows seem to be; None where there are several."""
    nested: frozenset[FieldPath]
    is_suspect: bool


@dataclass(frozen=True, slots=True)
class _Split:
    """A part of several days, with a file of records for each."""

    intake: _Intake
    source: Source
    days: Mapping[date, Path]


class Arrivals:
    """The parts of one report."""

    def __init__(
        self,
        bench: Workbench,
        shape: ReportShape,
        *,
        folder: Path,
        label: str,
        expected_days: tuple[date, ...],
        is_by_day: bool = True,
        is_narrow: bool = False,
    ) -> None:
        self._bench, self._folder, self._expected = bench, folder, expected_days
        self._is_by_day = is_by_day
        self._loading = Loading(shape, label, is_narrow)
        self._workers = Workers(bench)
        self._expectation = Expectation(shape.row)
        self._nested: frozenset[FieldPath] = frozenset()
        self._outcomes: list[Future[Outcome]] = []
        self._group: list[Future[_Split]] = []
        self._group_bytes = 0
        self.parts = 0
        self.bytes = 0
        """What was downloaded."""
        self.head: dict[str, Any] = {}
        """What the files say beside their records."""

    def add(self, part: Path) -> None:
        """Take the next part; its file is not needed afterwards.

        Raises DataError for a part that cannot be read, this one or one before it.
        """
        self._raise_failed()
        self.parts += 1
        self.bytes += part.stat().st_size
        folder = self._folder / f"part-{self.parts:05}"
        folder.mkdir()
        try:
            found = parts.opened(self._bench, part, folder)
        except parts.NotJSONError as exc:
            raise parts.refused(self._loading.label, self.parts, str(exc)) from exc
        self.head |= found.head
        if found.is_empty:
            shutil.rmtree(folder)
            return
        intake = self._intake(_held(found.path, folder), folder)
        if not self._is_by_day:
            self._outcomes.append(self._workers.submit(self._load_whole, intake))
            return
        if intake.day is not None and not self._group:
            self._outcomes.append(self._workers.submit(self._load_day, intake))
            return
        self._group.append(self._workers.submit(self._split, intake))
        self._group_bytes += intake.records.stat().st_size
        if self._group_bytes >= GROUP_BYTES:
            self._load_group()

    def _raise_failed(self) -> None:
        futures: list[Future[Any]] = [*self._outcomes, *self._group]
        for future in futures:
            if future.done():
                future.result()

    def _intake(self, records: Path, folder: Path) -> _Intake:
        first, last = _ends(records)
        self.head |= {name: first[name] for name in survey.HEAD if name in first}
        if self._loading.is_narrow:
            return _Intake(self.parts, records, folder, None, frozenset(), False)
        nested, is_suspect = self._expectation.look(survey.sample(records))
        self._nested |= nested
        day = self._only_day(first.get("day"), last.get("day"))
        return _Intake(self.parts, records, folder, day, self._nested, is_suspect)

    def _only_day(self, first: object, last: object) -> date | None:
        if self._expected and len(self._expected) == 1:
            return self._expected[0]
        try:
            day = date.fromisoformat(str(first))
        except ValueError:
            return None
        return day if first == last and (not self._expected or day in self._expected) else None

    def _load_day(self, bench: Workbench, intake: _Intake) -> Outcome:
        """Load a part of one day, or of several days that looks as if it were of one."""
        source = self._surveyed(bench, intake)
        if intake.day is None or not (source.found and source.found.rows):
            return Outcome()
        load = Load(Days(intake.day), (source.path,), self._target(intake.day, intake.number))
        try:
            outcome = self._loading.load(one_by_one(bench), [load], [source])
        except StrayDayError as exc:
            if self._expected == (intake.day,):
                raise self._loading.strayed(intake.number, str(exc)) from exc
            outcome = self._load_split(one_by_one(bench), [self._split(bench, intake)])
        shutil.rmtree(intake.folder)
        return outcome

    def _load_whole(self, bench: Workbench, intake: _Intake) -> Outcome:
        """Load a part of any days to one piece."""
        source = self._surveyed(bench, intake)
        load = Load(Days(several=self._expected), (source.path,), self._folder / f"{intake.number:05}.parquet")
        try:
            outcome = self._loading.load(one_by_one(bench), [load], [source])
        except StrayDayError as exc:
            raise self._loading.strayed(intake.number, str(exc)) from exc
        shutil.rmtree(intake.folder)
        return outcome

    def _split(self, bench: Workbench, intake: _Intake) -> _Split:
        """Put a part's records into a file for each day."""
        source = self._surveyed(bench, intake)
        return _Split(intake, source, self._split_days(intake, source))

    def _split_days(self, intake: _Intake, source: Source, *, exactly: bool = False) -> dict[date, Path]:
        folder = intake.folder / ("exactly" if exactly else "days")
        folder.mkdir()
        try:
            days = splitting.split(source.path, folder, exactly=exactly)
        except splitting.NoDayError as exc:
            raise self._loading.strayed(intake.number, str(exc)) from exc
        if strays := sorted(days.keys() - set(self._expected or days)):
            raise self._loading.strayed(intake.number, ", ".join(map(str, strays[:3])))
        return days

    def _surveyed(self, bench: Workbench, intake: _Intake) -> Source:
        number, records = intake.number, intake.records
        return self._loading.surveyed(bench, number, records, nested=intake.nested, is_suspect=intake.is_suspect)

    def _load_group(self) -> None:
        """Load the parts that hold several days: few files a day are made of many parts at once."""
        splits, self._group, self._group_bytes = [future.result() for future in self._group], [], 0
        if not splits:
            return
        done: Future[Outcome] = Future()
        done.set_result(self._load_split(self._workers.each, splits))
        self._outcomes.append(done)
        for split in splits:
            shutil.rmtree(split.intake.folder)

    def _load_split(self, each: Each, splits: Sequence[_Split]) -> Outcome:
        try:
            return self._load_days(each, splits)
        except StrayDayError:
            # Something else in a record looked like its day.
            again = (self._split_days(split.intake, split.source, exactly=True) for split in splits)
            splits = [replace(split, days=days) for split, days in zip(splits, again, strict=True)]
        try:
            return self._load_days(each, splits)
        except StrayDayError as exc:
            raise self._loading.strayed(splits[-1].intake.number, str(exc)) from exc

    def _load_days(self, each: Each, splits: Sequence[_Split]) -> Outcome:
        loads = []
        for day in sorted({day for split in splits for day in split.days}):
            sources = tuple(split.days[day] for split in splits if day in split.days)
            loads.append(Load(Days(day), sources, self._target(day, splits[-1].intake.number)))
        return self._loading.load(each, loads, [split.source for split in splits])

    def _target(self, day: date, number: int) -> Path:
        return self._folder / f"day={day}" / f"{number:05}.parquet"

    def finish(self) -> list[Outcome]:
        """Return what became of the parts, in their order. Raises DataError for a part that cannot be read."""
        self._load_group()
        return [future.result() for future in self._outcomes]

    def close(self) -> None:
        """End what runs."""
        self._workers.close()

    def interrupt(self) -> None:
        """Stop what runs, from another thread."""
        self._workers.interrupt()


def _held(path: Path, folder: Path) -> Path:
    """Keep a file that its owner may remove, without copying where that can be."""
    if path.parent == folder:
        return path
    target = folder / "records"
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)
    return target


def _ends(records: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the first and the last record of a file; an empty one where there is none, or it is not whole."""
    with records.open("rb") as file:
        first = next((line for line in file if line.strip()), b"")
        file.seek(max(0, records.stat().st_size - _TAIL))
        tail = file.read().rstrip()
    return _decoded(first), _decoded(tail[tail.rfind(b"\n") + 1 :])


def _decoded(line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
