"""The files of one report become Parquet pieces for one statement: the fields that it asks for, and nothing kept.

Like Ingest, for statements that leave no archive: add the parts while later ones still download, then finish. A
narrowed shape reads only its fields, and only they are checked: whole numbers stay whole, a value of another type
gives NULL and a name in `unknown_fields`. The whole shape is checked like an archive's, and has `extra`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from pathlib import Path
from typing import Any

from stackduck.engine.ingest import naming, pieces
from stackduck.engine.ingest.arrivals import Arrivals
from stackduck.engine.ingest.drift import NO_DRIFT
from stackduck.engine.ingest.pieces import Key
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench
from stackduck.frozen import frozen


@frozen
class Extracted:
    """What one report held, as far as it was asked for."""

    files: tuple[Path, ...]
    """Parquet files with the columns of the shape, `day` among them, and `extra`."""
    rows: int
    bytes: int
    parts: int
    doubles: int = 0
    unknown_fields: tuple[str, ...] = ()
    is_no_report: bool = False
    """Whether a file says in words that there is no report."""
    window: Mapping[str, Any] = field(default_factory=dict)


class Extract:
    """Takes the parts of one report; use it in a `with` block, which ends what runs when it is left."""

    def __init__(
        self,
        bench: Workbench,
        shape: ReportShape,
        *,
        folder: Path,
        label: str,
        expected_days: tuple[date, ...] | None = None,
        is_narrow: bool = True,
    ) -> None:
        """Prepare an empty folder; `is_narrow` where the shape has not all fields of the report."""
        self._bench, self._shape = bench, shape
        days = {"expected_days": expected_days or (), "is_by_day": False, "is_narrow": is_narrow}
        self._arrivals = Arrivals(bench, shape, folder=folder, label=label, **days)  # type: ignore[arg-type]

    def __enter__(self) -> Extract:
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

    def finish(self) -> Extracted:
        """Return where the rows are. Raises DataError for a part that cannot be read."""
        outcomes = self._arrivals.finish()
        found = [piece for outcome in outcomes for piece in outcome.pieces]
        key = Key(("day", *self._shape.key_of_a_day))
        if pieces.have_doubles(self._bench, found, key):
            found = [pieces.without_doubles(self._bench, found, key)]
        has_drift = found and any(outcome.drift != NO_DRIFT for outcome in outcomes)
        named = naming.names(self._shape, pieces.extras(self._bench, found)) if has_drift else {}
        return Extracted(
            files=tuple(piece.path for piece in found),
            rows=sum(piece.rows for piece in found),
            bytes=self._arrivals.bytes,
            parts=self._arrivals.parts,
            doubles=sum(piece.doubles for piece in found),
            unknown_fields=tuple(sorted({name for names in named.values() for name in names})),
            is_no_report=self._arrivals.says_no_report,
            window=dict(self._arrivals.head),
        )
