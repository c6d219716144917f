"""The files of one report become one Parquet file a day: parsed once, each as soon as it is there.

Add the parts in the order of their links while later ones still download, then finish. What was declared has its
declared type; what was not is in `extra`. Nothing is dropped, rounded or retyped in silence. The rules:

- absent and null are both NULL, and never 0;
- a row of a day that was not asked for, or of none, is an error: it belongs to a day of which too little is known here;
- a row without its key is kept, and is nobody's double;
- of rows with the same key the one in the later part stays, and within a part the later one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from stackduck.engine.archive import footers, joining
from stackduck.engine.archive.days import FORMAT
from stackduck.engine.ingest import engagement, naming, pieces
from stackduck.engine.ingest.arrivals import Arrivals
from stackduck.engine.ingest.drift import NO_DRIFT
from stackduck.engine.ingest.pieces import Key, Piece
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench
from stackduck.engine.session import ColumnTypes
from stackduck.frozen import frozen


@frozen
class DayFile:
    """The Parquet file of one day."""

    path: Path
    rows: int
    bytes: int
    """What was downloaded for the day; its share where the report holds several days."""
    doubles: int
    """Rows that gave way to a later one of the same key and differ from it."""
    unknown_fields: tuple[str, ...]
    """Fields of which `extra` holds values."""


@frozen
class Ingested:
    """What one report held."""

    days: Mapping[date, DayFile]
    rows: int
    bytes: int
    parts: int
    unknown_fields: tuple[str, ...] = ()
    empty_days: tuple[date, ...] = ()
    """Days that were expected and have no file."""
    window: Mapping[str, Any] = field(default_factory=dict)
    """What a 28-day report says of itself: report_start_day, report_end_day, created_at, …"""
    engagement: Path | None = None
    """The Parquet file of the window's feature engagement."""


class Ingest:
    """Takes the parts of one report; use it in a `with` block, which ends what runs when it is left."""

    def __init__(
        self,
        bench: Workbench,
        shape: ReportShape,
        *,
        folder: Path,
        label: str,
        fetched_at: datetime,
        expected_days: tuple[date, ...] | None = None,
        about: Mapping[str, object] | None = None,
        engagement: ColumnTypes = (),
        may_be_empty: Collection[date] = (),
    ) -> None:
        """Prepare an empty folder for the files.

        `label` names the report in errors; `about` is kept in each file; `engagement` are the columns of a window.
        A day that `may_be_empty` and has no row becomes a file without rows.
        """
        self._bench, self._shape, self._folder = bench, shape, folder
        self._expected, self._engagement, self._may_be_empty = expected_days or (), engagement, may_be_empty
        self._about = {"fetched_at": fetched_at.isoformat(timespec="seconds"), **(about or {})}
        self._arrivals = Arrivals(bench, shape, folder=folder, label=label, expected_days=self._expected)

    def __enter__(self) -> Ingest:
        return self

    def __exit__(self, *_: object) -> None:
        self._arrivals.close()

    def add(self, part: Path) -> None:
        """Take the next part; its file is not needed afterwards.

        Raises DataError for a part that cannot be read, this one or one before it.
        """
        self._arrivals.add(part)

    def interrupt(self) -> None:
        """Stop what runs, from another thread."""
        self._arrivals.interrupt()

    def finish(self) -> Ingested:
        """Write the files, and return where they are. Raises DataError for a part that cannot be read."""
        by_day: dict[date, list[Piece]] = {}
        found = NO_DRIFT
        for outcome in self._arrivals.finish():
            found |= outcome.drift
            for piece in outcome.pieces:
                if piece.day is not None:
                    by_day.setdefault(piece.day, []).append(piece)
        self._settle(by_day)
        every = [piece for some in by_day.values() for piece in some]
        rows = sum(piece.rows for piece in every)
        named = naming.names(self._shape, pieces.extras(self._bench, every)) if every and found != NO_DRIFT else {}
        days = {}
        for day in sorted(by_day):
            share = self._arrivals.bytes * sum(piece.rows for piece in by_day[day]) // max(rows, 1)
            days[day] = self._day_file(day, by_day[day], share=share, unknown=tuple(named.get(day, ())))
        for day in self._expected:
            if day in self._may_be_empty and day not in days and not self._arrivals.says_no_report:
                days[day] = self._day_file(day, [pieces.empty(self._bench, self._shape, day, folder=self._folder)])
        return Ingested(
            days=dict(sorted(days.items())),
            rows=rows,
            bytes=self._arrivals.bytes,
            parts=self._arrivals.parts,
            unknown_fields=tuple(sorted({name for names in named.values() for name in names})),
            empty_days=tuple(day for day in self._expected if day not in days),
            window=self._said_of_window(),
            engagement=self._engagement_file(),
        )

    def _settle(self, by_day: dict[date, list[Piece]]) -> None:
        """Keep one row of each key in each day: the one in the latest part."""
        key = Key(self._shape.key_of_a_day)
        several = [piece for some in by_day.values() if len(some) > 1 for piece in some]
        for day in pieces.repeated_days(self._bench, several, key):
            by_day[day] = [pieces.without_doubles(self._bench, by_day[day], key)]

    def _day_file(self, day: date, some: Sequence[Piece], *, share: int = 0, unknown: tuple[str, ...] = ()) -> DayFile:
        """Make one file of a day's pieces."""
        doubles = sum(piece.doubles for piece in some)
        about = self._said() | {"day": str(day), "bytes": share, "doubles": doubles, "unknown_fields": unknown}
        path = some[0].path
        if len(some) == 1:
            footers.seal(path, about, rows=some[0].rows)
        else:
            path = path.with_name("joined.parquet")
            joining.join([piece.path for piece in some], path, about)
            for piece in some:
                piece.path.unlink()
        return DayFile(path, sum(piece.rows for piece in some), share, doubles, unknown)

    def _said(self) -> dict[str, object]:
        window = self._said_of_window()
        said = {"format": FORMAT, "report": self._shape.report, **self._about, "parts": self._arrivals.parts}
        return said | {"columns": self._shape.digest} | ({"window": window} if window else {})

    def _said_of_window(self) -> dict[str, object]:
        return {name: value for name, value in self._arrivals.head.items() if name != engagement.FIELD}

    def _engagement_file(self) -> Path | None:
        path = self._folder / "engagement.parquet"
        rows = engagement.write(self._bench, self._arrivals.head, self._engagement, target=path)
        if not rows:
            return None
        said = {"report": engagement.REPORT, "bytes": 0, "doubles": 0, "unknown_fields": ()}
        footers.seal(path, self._said() | said, rows=rows)
        return path
