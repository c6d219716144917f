"""What a file expects of its rows, held against the rows that came; each thing that is not so is told in words.

Reads the file of `equals` and nothing else; runs no statement of the user's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from stackduck.engine.session import Session
from stackduck.errors import DatabaseError
from stackduck.files.model import Bound, Expectations, ExpectedColumn, Range, SqlFile, Values
from stackduck.frozen import frozen

_SHOWN = 3


@frozen
class Rows:
    """A result that was fetched whole, and can be read again and again."""

    description: Sequence[Sequence[Any]]
    rows: Sequence[Sequence[Any]]

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [str(column[0]) for column in self.description]

    def type_of(self, position: int) -> str:
        """Return the DuckDB type of a column."""
        return str(self.description[position][1])


@frozen
class Failure:
    """Something that is not as the file expects it."""

    expectation: str
    """rows, columns, values or equals; run where the file did not come to its end."""
    message: str
    diff: tuple[str, ...] = ()
    """Lines of a unified diff from what is expected to what came."""


def check(file: SqlFile, found: Rows, *, session: Session) -> Iterator[Failure]:
    """Yield what is not as expected. The session reads bounds; it has no need of files or data."""
    expect = file.expect or Expectations()
    if expect.rows is not None:
        yield from _check_rows(expect.rows, len(found.rows))
    if expect.columns:
        yield from _check_columns(expect.columns, found)
    for each in expect.values:
        yield from _check_values(each, found, session)
    if expect.equals is not None:
        from stackduck.files.equality import check_equal

        yield from check_equal(file, found)


def _check_rows(expected: Range, count: int) -> Iterator[Failure]:
    is_few = isinstance(expected.min, int) and count < expected.min
    is_many = isinstance(expected.max, int) and count > expected.max
    if is_few or is_many:
        yield Failure("rows", f"{expected} {'row is' if str(expected) == '1' else 'rows are'} expected, {count} came")


def _check_columns(expected: Sequence[ExpectedColumn], found: Rows) -> Iterator[Failure]:
    names = [each.name for each in expected]
    if names != found.columns:
        yield Failure("columns", "the columns are others", _columns_diff(names, found.columns))
        return
    for position, each in enumerate(expected):
        told = found.type_of(position)
        if each.type is not None and _plain_type(each.type) != _plain_type(told):
            yield Failure("columns", f"{each.name} is expected to be {each.type}, and is {told}")


def _columns_diff(expected: Sequence[str], found: Sequence[str]) -> tuple[str, ...]:
    from stackduck.files.equality import diff

    return diff(expected, found)


def _plain_type(name: str) -> str:
    return "".join(name.upper().split())


def _check_values(expected: Values, found: Rows, session: Session) -> Iterator[Failure]:
    if expected.column not in found.columns:
        yield Failure("values", f"there is no column {expected.column}, of which values are expected")
        return
    position = found.columns.index(expected.column)
    kind = found.type_of(position)
    try:
        low, high = (_as_value(bound, kind, session) for bound in (expected.range.min, expected.range.max))
    except DatabaseError as exc:
        yield Failure("values", f"the bounds of {expected.column} are no {kind}: {str(exc).splitlines()[0]}")
        return
    values = [row[position] for row in found.rows]
    wrong = [(number, value) for number, value in enumerate(values, 1) if not _is_within(value, low, high, expected)]
    if wrong:
        wanted = " and ".join(filter(None, (_wanted(expected.range), "" if expected.allows_null else "not NULL")))
        shown = ", ".join(f"{'NULL' if value is None else value} in row {number}" for number, value in wrong[:_SHOWN])
        more = f", and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        yield Failure("values", f"{expected.column} is expected to be {wanted}: {shown}{more}")


def _wanted(expected: Range) -> str:
    return "" if expected == Range() else str(expected)


def _as_value(bound: Bound | None, kind: str, session: Session) -> Any:
    """Return a bound that can be held against the values of a column."""
    if bound is None or not isinstance(bound, str):
        return bound
    return session.rows(f"SELECT CAST($bound AS {kind})", {"bound": bound})[0][0]


def _is_within(value: Any, low: Any, high: Any, expected: Values) -> bool:
    if value is None:
        return expected.allows_null
    try:
        # Said so that NaN, which is neither above nor below anything, is outside.
        return (low is None or bool(_number(low) <= _number(value))) and (
            high is None or bool(_number(value) <= _number(high))
        )
    except TypeError:
        return False


def _number(value: Any) -> Any:
    """Return a number as it compares with others exactly: 0.1 as written, not as the nearest binary one."""
    return Decimal(repr(value)) if isinstance(value, float) and value == value and abs(value) != float("inf") else value
