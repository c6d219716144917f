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
        bodies = shapes.SEPARATOR.join(body for _, body in pending)
        self._count(pending, bodies)
        parameters: dict[str, object] = {"bodies": bodies}
        for i, (column, _) in enumerate(self.shape.parameters):
            parameters[f"p{i}"] = [self._values[call].get(column) for call, _ in pending]
        try:
            self.session.rows(shapes.insert(self.shape), parameters)
        except Error as exc:
            raise self._misfit(exc, bodies) from exc

    def _count(self, pending: Sequence[tuple[int, str]], bodies: str) -> None:
        """Find pages without rows where they should be, and count rows."""
        firsts = []
        for call, _ in pending:
            firsts.append(call not in self._counts)
            self._counts.setdefault(call, _Counts())
        try:
            found = self.session.rows(shapes.counts(self.shape), {"bodies": bodies, "firsts": firsts})
        except Error as exc:
            raise DataError(f"{self.shape.resource}: GitHub's answer is no JSON; run it again") from exc
        for (call, body), (rows, told) in zip(pending, found, strict=True):
            if rows is None:
                place = f"at {self.shape.object_key}" if self.shape.object_key else f"in a body of {len(body):,} bytes"
                raise DataError(
                    f"{self.shape.resource}: GitHub's answer has no rows {place}, unlike its document; "
                    "run it again, or correct the document"
                )
            counts = self._counts[call]
            counts.rows += rows
            counts.told = counts.told if told is None else told

    def _misfit(self, exc: Error, bodies: str) -> DataError:
        """Return the error that names the value which does not fit its declared type."""
        scalars = shapes.scalars(self.shape)
        found = self.session.rows(shapes.misfits(self.shape, scalars), {"bodies": bodies})[0] if scalars else ()
        for scalar, value in zip(scalars, found, strict=True):
            if value is not None:
                return DataError(
                    f"{self.shape.resource}: {scalar.name} is declared {scalar.type}, but GitHub sent "
                    f"{str(value)[:40]!r}; leave the column out of the statement, or correct the document"
                )
        return DataError(f"{self.shape.resource}: GitHub's answer does not fit its document: {exc}")
