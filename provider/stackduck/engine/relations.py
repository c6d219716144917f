"""Pages of JSON become the rows of a typed relation; DuckDB parses them, Python only where something does not fit.

Truth is checked beside speed: rows where the document says they are, values that fit their types, as many rows as
GitHub itself counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackduck.engine import shapes
from stackduck.engine.session import Session
from stackduck.engine.shapes import Shape
from stackduck.errors import DataError, OperationalError, ProgrammingError

if TYPE_CHECKING:
    from stackduck.engine.misfits import Misfit

_BATCH_BYTES = 4_000_000

_Page = tuple[int, str]
"""The number of the call, and the body."""


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
    _pending: list[_Page] = field(default_factory=list)
    _size: int = 0
    _loaded: int = 0
    _counts: dict[int, _Counts] = field(default_factory=dict)
    _values: dict[int, Mapping[str, str]] = field(default_factory=dict)

    def add(self, call: int, body: bytes, *, values: Mapping[str, str]) -> None:
        """Take one page of a call whose parameters have these values, by column name.

        Raises DataError for a page that is not what the document says.
        """
        try:
            decoded = body.decode("utf-8")
        except UnicodeDecodeError as exc:
            raise DataError(f"{self.shape.answer} is no UTF-8 text; run it again") from exc
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
                    f"{self.shape.resource}: {self.shape.source} counts {counts.told:,} rows ({self.shape.total_key}) "
                    f"for {name} but gave {counts.rows:,}; run it again, or ask for less at once",
                    resource=self.shape.resource,
                )

    def _flush(self) -> None:
        pending, self._pending, self._size = self._pending, [], 0
        if not pending:
            return
        is_one_list = self.shape.is_array and len({call for call, _ in pending}) == 1
        if not is_one_list:
            self._count(pending)
        elif self.shape.total_key and pending[0][0] not in self._counts:
            self._counts[pending[0][0]] = _Counts(told=self._look(pending[:1])[0][1])
        try:
            loaded = self._insert(pending)
        except (DataError, ProgrammingError):
            # DuckDB's message quotes the value, which may be a secret.
            told = DataError(f"{self.shape.answer} does not fit its document; correct the document")
            raise self._cause(pending) or told from None
        if self._may_be_odd(loaded) and (cause := self._cause(pending)):
            raise cause
        if is_one_list:
            self._counts.setdefault(pending[0][0], _Counts()).rows += loaded

    def _insert(self, pending: Sequence[_Page]) -> int:
        """Load pages into the relation and return the number of rows."""
        parameters: dict[str, object] = {"bodies": _joined(pending)}
        for i, (column, _) in enumerate(self.shape.parameters):
            parameters[f"p{i}"] = [self._values[call].get(column) for call, _ in pending]
        return int(self.session.rows(shapes.insert(self.shape), parameters)[0][0])

    def _may_be_odd(self, loaded: int) -> bool:
        """Look closer, and closer again, whether a list, an object or a row may have been something else."""
        first, self._loaded = {"first": self._loaded}, self._loaded + loaded
        queries = (shapes.oddities(self.shape, closely=closely) for closely in (False, True))
        return all(query and self.session.rows(query, first) for query in queries)

    def _cause(self, pending: Sequence[_Page]) -> DataError | None:
        """Return the error that names what does not fit the document; None where all does."""
        from stackduck.engine import misfits

        try:
            self._look(pending)
        except DataError as exc:
            return exc
        misfit = misfits.find(self.shape, (body for _, body in pending), ask=self.session.aside)
        return self._said(misfit) if misfit else None

    def _count(self, pending: Sequence[_Page]) -> None:
        """Count the rows of every page, and keep GitHub's own count of a call."""
        for (call, _), (rows, told) in zip(pending, self._look(pending), strict=True):
            counts = self._counts.setdefault(call, _Counts())
            counts.rows += rows
            counts.told = counts.told if told is None else told

    def _look(self, pending: Sequence[_Page]) -> list[tuple[int, int | None]]:
        """Return each page's number of rows and, for a call's first, its own count of all.

        Raises DataError for a page without rows where they should be.
        """
        seen = set(self._counts)
        firsts = [call not in seen and not seen.add(call) for call, _ in pending]  # type: ignore[func-returns-value]
        try:
            found = self.session.aside(shapes.counts(self.shape), {"bodies": _joined(pending), "firsts": firsts})
        except (DataError, ProgrammingError):
            raise DataError(f"{self.shape.answer} is no JSON; run it again") from None
        for (_, body), (rows, _, odd) in zip(pending, found, strict=True):
            if rows is None or odd is not None:
                raise DataError(self._no_rows(body, odd))
        return [(rows, told) for rows, told, _ in found]

    def _no_rows(self, body: str, odd: str | None) -> str:
        place = f"at {self.shape.object_key}" if self.shape.object_key else f"in a body of {len(body):,} bytes"
        seen = f"a row {place} that is no object ({odd})" if odd else f"no rows {place}"
        return f"{self.shape.answer} has {seen}, unlike its document; run it again, or correct the document"

    def _said(self, misfit: Misfit) -> DataError:
        declared = f"{self.shape.resource}: {misfit.name} is declared {misfit.declared}"
        remedy = "leave the column out of the statement, or correct the document"
        return DataError(f"{declared}, but {self.shape.source} sent {misfit.shown}; {remedy}")


def _joined(pages: Sequence[_Page]) -> str:
    return shapes.SEPARATOR.join(body for _, body in pages)
