"""Pages of JSON become the rows of a typed relation; DuckDB parses, Python never looks inside.

Truth is checked beside speed: rows where the document says they are, values that fit their types, as many rows as
GitHub itself counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stackduck.engine import shapes
from stackduck.engine.session import Session
from stackduck.engine.shapes import Shape
from stackduck.errors import DataError, Error, OperationalError

_BATCH_BYTES = 4_000_000


@dataclass(slots=True)
class _Counts:
    told: int | None = None
    """How many rows GitHub counts."""
    rows: int = 0


@dataclass(slots=True)
class Loader:
    """Loads the pages of all calls of one relation, a few megabytes at a time."""

    session: Session
    shape: Shape
    _pending: list[tuple[int, str]] = field(default_factory=list)
    _size: int = 0
    _counts: dict[int, _Counts] = field(default_factory=dict)
    _values: dict[int, Mapping[str, str]] = field(default_factory=dict)

    def add(self, call: int, body: bytes, *, values: Mapping[str, str]) -> None:
        """Take one page of a call whose parameters have these values, by column name.

        Raises DataError for a page that is not what the document says.
        """
        try:
            decoded = body.decode("utf-8")
        except UnicodeDecodeError as exc:
            raise DataError(f"{self.shape.resource}: GitHub's answer is no UTF-8 text; run it again") from exc
        self._values[call] = values
        self._pending.append((call, decoded))
        self._size += len(body)
        if self._size >= _BATCH_BYTES:
            self._flush()

    def finish(self, complete: Mapping[int, str]) -> None:
        """Load the rest, and compare with GitHub's own count for the calls of which all pages came.

        `complete` says for each of them how to name it. Raises DataError, and OperationalError for missing rows.
        """
        self._flush()
        for call, name in complete.items():
            counts = self._counts.get(call)
            if counts and counts.told is not None and counts.rows < counts.told:
                raise OperationalError(
                    f"{self.shape.resource}: GitHub counts {counts.told:,} rows ({self.shape.total_key}) for {name} "
                    f"but gave {counts.rows:,}; run it again, or ask for less at once",
                    resource=self.shape.resource,
                )

    def _flush(self) -> None:
        pending, self._pending, self._size = self._pending, [], 0
        if not pending:
            return
        bodies = [body for _, body in pending]
        self._check_places(pending, bodies)
        parameters: dict[str, object] = {"bodies": bodies}
        for i, (column, _) in enumerate(self.shape.parameters):
            parameters[f"p{i}"] = [self._values[call].get(column) for call, _ in pending]
        self.session.rows(shapes.insert(self.shape), parameters)
        self._check_values(bodies)

    def _check_places(self, pending: Sequence[tuple[int, str]], bodies: list[str]) -> None:
        """Find pages without rows where they should be, and count rows."""
        try:
            kinds = self.session.rows(shapes.kinds(self.shape), {"bodies": bodies})
        except Error as exc:
            raise DataError(f"{self.shape.resource}: GitHub's answer is no JSON; run it again") from exc
        for (call, _), (kind, rows, told) in zip(pending, kinds, strict=True):
            if kind not in ("ARRAY", "OBJECT") and not (self.shape.rows_are_values and kind not in (None, "NULL")):
                place = f"no rows at {self.shape.object_key}" if self.shape.object_key else f"{kind} for a body"
                raise DataError(f"{self.shape.resource}: GitHub's answer has {place}, unlike its document; run it again")
            counts = self._counts.setdefault(call, _Counts())
            counts.rows += rows
            counts.told = counts.told if told is None else told

    def _check_values(self, bodies: list[str]) -> None:
        """Find values that were lost because they do not fit their declared type."""
        checks = shapes.checks(self.shape)
        if not checks:
            return
        lost = self.session.rows(shapes.losses(self.shape, checks), {"bodies": bodies})[0]
        for check, value in zip(checks, lost, strict=True):
            if value is not None:
                raise DataError(
                    f"{self.shape.resource}: {check.name} is declared {check.type}, but GitHub sent "
                    f"{str(value)[:40]!r}; leave the column out of the statement, or correct the document"
                )
