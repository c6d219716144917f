"""Downloaded files come in, in the order of their links, and leave as pieces; several are worked on at once.

Parts are loaded together: a large part of one day by itself, small ones and those of several days as a group, for few
files a day are made of many parts at once.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import Any

from stackduck.engine.ingest import parts, plain, survey
from stackduck.engine.ingest.drift import NO_DRIFT
from stackduck.engine.ingest.loading import Loading, Outcome, Source, StrayDayError
from stackduck.engine.ingest.pieces import Days, Target
from stackduck.engine.ingest.survey import Expectation, Survey
from stackduck.engine.ingest.trees import Path as FieldPath
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.unwrapping import NotJSONError
from stackduck.engine.ingest.workbench import Workbench
from stackduck.engine.ingest.workers import Workers
from stackduck.frozen import frozen

DAY_BYTES = 32_000_000
"""Of parts of the same day so many bytes are loaded at once."""
GROUP_BYTES = 256_000_000
"""Of parts of several days, as a file of few rows costs much the same as one of many; twice as many where they come in
faster than anybody can look at them, for then the cores are busy anyway."""
FEW_BYTES = 8_000_000
"""Up to so many it takes longer to prepare zstd for each column than to compress."""
HELD_BYTES = 8_000_000
"""Up to so many nobody looks at parts before they are loaded: threads are not worth it."""
_TAIL = 100_000
"""Bytes in which the last record is looked for; where it is longer, its day is not known beforehand."""


@frozen
class _Intake:
    """A part as it came in."""

    number: int
    records: Path
    """In a folder of the part alone; it goes with the part."""
    day: date | None
    """Of which all its rows seem to be; None where there are several."""
    nested: frozenset[FieldPath] = frozenset()
    is_suspect: bool = False
    found: Survey | None = None
    """What is known of it already."""


@frozen
class _Group:
    """Parts that are loaded together."""

    parts: Sequence[Future[Source] | _Intake]
    """Some are being looked at already."""
    day: date | None
    """Of which all their rows seem to be; None where there are several."""


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
        self._group: list[Future[Source] | _Intake] = []
        self._group_days: set[date | None] = set()
        self._group_bytes = 0
        self.parts = 0
        self.bytes = 0
        """What was downloaded."""
        self.says_no_report = False
        """Whether a file says in words that there is no report."""
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
        except NotJSONError as exc:
            raise parts.refused(self._loading.label, str(self.parts), str(exc)) from exc
        self.head |= found.head
        self.says_no_report |= found.is_no_report
        if found.is_empty:
            shutil.rmtree(folder)
            return
        self._take(self._intake(_held(found.path, folder)))

    def _take(self, intake: _Intake) -> None:
        self._group_days.add(intake.day)
        self._group_bytes += intake.records.stat().st_size
        if self._group_bytes >= self._most_bytes():
            self._outcomes.append(self._workers.submit(self._load, self._ended_group(intake)))
            return
        self._group.append(intake)
        if self._group_bytes > HELD_BYTES:
            self._group = [self._started(each) for each in self._group]

    def _most_bytes(self) -> int:
        """Return with how many bytes a group is loaded."""
        is_one_day = len(self._group_days) == 1 and None not in self._group_days
        if is_one_day or not self._is_by_day:
            return DAY_BYTES
        is_looked_at = all(isinstance(each, Future) and each.done() for each in self._group)
        return GROUP_BYTES if is_looked_at else 2 * GROUP_BYTES

    def _started(self, each: Future[Source] | _Intake) -> Future[Source]:
        return self._workers.submit(self._surveyed, each) if isinstance(each, _Intake) else each

    def _raise_failed(self) -> None:
        for each in (*self._outcomes, *self._group):
            if isinstance(each, Future) and each.done():
                each.result()

    def _intake(self, records: Path) -> _Intake:
        first, last = _ends(records)
        self.head |= {name: first[name] for name in survey.HEAD if name in first}
        day = self._only_day(first.get("day"), last.get("day")) if self._is_by_day else None
        is_narrow = self._loading.is_narrow
        if not is_narrow and (found := plain.survey(records, self._loading.shape)):
            return _Intake(self.parts, records, day, found=found)
        nested, is_suspect = self._expectation.look(survey.sample(records), is_narrow=is_narrow)
        self._nested |= nested
        return _Intake(self.parts, records, day, self._nested, is_suspect)

    def _only_day(self, first: object, last: object) -> date | None:
        if self._expected and len(self._expected) == 1:
            return self._expected[0]
        try:
            day = date.fromisoformat(str(first))
        except ValueError:
            return None
        return day if first == last and (not self._expected or day in self._expected) else None

    def _surveyed(self, bench: Workbench, intake: _Intake) -> Source:
        if intake.found:
            return Source(intake.number, intake.records, intake.found, NO_DRIFT, is_plain=True)
        number, records = intake.number, intake.records
        return self._loading.surveyed(bench, number, records, nested=intake.nested, is_suspect=intake.is_suspect)

    def _ended_group(self, *last: _Intake) -> _Group:
        """Return the parts that wait, and perhaps one more, and begin anew."""
        days, some = self._group_days, [*self._group, *last]
        self._group, self._group_days, self._group_bytes = [], set(), 0
        return _Group(some, days.pop() if len(days) == 1 else None)

    def _load(self, bench: Workbench, group: _Group) -> Outcome:
        # Jobs start in order: those that look at the parts have begun.
        found = [each.result() if isinstance(each, Future) else self._surveyed(bench, each) for each in group.parts]
        some = [source for source in found if source.found is None or source.found.rows]
        return self._load_sources(bench, some, group.day) if some else Outcome()

    def _load_sources(self, bench: Workbench, sources: Sequence[Source], day: date | None) -> Outcome:
        """Load parts, of one day where it is told; then they may still hold another day that is expected."""
        size = sum(source.path.stat().st_size for source in sources)
        target = Target(self._folder, f"{sources[-1].number:05}", "zstd" if size > FEW_BYTES else "snappy")
        days = Days(day) if day else Days(several=self._expected, are_apart=self._is_by_day)
        try:
            outcome = self._loading.load(bench, sources, days=days, target=target)
        except StrayDayError as exc:
            if day is None or self._expected == (day,):
                raise self._loading.strayed(sources, str(exc)) from exc
            return self._load_sources(bench, sources, None)
        for source in sources:
            shutil.rmtree(source.path.parent)
        return outcome

    def finish(self) -> list[Outcome]:
        """Return what became of the parts, in their order. Raises DataError for a part that cannot be read."""
        last = self._load(self._bench, self._ended_group()) if self._group else None
        earlier = [future.result() for future in self._outcomes]
        return [*earlier, last] if last else earlier

    def close(self) -> None:
        """End what runs."""
        self._workers.close()

    def interrupt(self) -> None:
        """Stop what runs, from another thread."""
        self._workers.interrupt()
        self._bench.interrupt()


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
