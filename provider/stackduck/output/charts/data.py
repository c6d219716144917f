"""What of a result is drawn: which column is the x axis, which are series; refuses what has no one meaning.

A date goes on the x axis, else labels do, else the first of several numbers. Text beside a date tells series apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.output.results import Result, Row, batches, columns
from stackduck.output.safety import visible
from stackduck.output.types import is_number
from stackduck.output.values import to_text

Axis = Literal["day", "moment", "number", "label", "row"]
"""What the x axis holds: days, times, numbers, texts, or the rows as they come."""

MOST_ROWS = 100_000
MOST_SERIES = 8
MOST_LABELS = 200
SECONDS_OF_A_DAY = 86_400

_LABELS = ("VARCHAR", "BOOLEAN", "UUID", "ENUM", "TIME")
_SHOWN = 10
Place = float | str


@frozen
class Series:
    """Numbers to draw, one for each place of the x axis."""

    name: str
    values: tuple[float | None, ...]
    """None is a gap: NULL or NaN; or there is no row for the place."""
    unit: str
    """The column that the numbers come from."""
    absent: frozenset[int] = frozenset()
    """The positions of places for which there is no row at all."""


@frozen
class Chart:
    """What is drawn."""

    axis: Axis
    x_name: str
    places: tuple[Place, ...]
    """Labels in their order; else numbers in ascending order, days counted from year 1."""
    series: tuple[Series, ...]
    is_whole: bool
    """Whether all the numbers are whole."""


@frozen
class Roles:
    """What each column of a result is to a chart, by position."""

    names: tuple[str, ...]
    time: int | None
    is_day: bool
    labels: tuple[int, ...]
    numbers: tuple[int, ...]

    def name(self, at: int) -> str:
        """Return a column's name."""
        return self.names[at]


def read(result: Result) -> tuple[Chart | None, int]:
    """Return what a result draws, None where it has no rows, and how many rows it has.

    Raises ProgrammingError for a result that cannot be drawn, with the columns of it that could.
    """
    roles = roles_of(*columns(result))
    rows: list[Row] = []
    for batch in batches(result):
        rows += batch
        if len(rows) > MOST_ROWS:
            raise ProgrammingError(f"a chart of more than {MOST_ROWS:,} rows shows nothing; group them by day or label")
    return (chart_of(roles, rows) if rows else None), len(rows)


def roles_of(names: Sequence[str], types: Sequence[str]) -> Roles:
    """Return what each column is to a chart."""
    shown = tuple(visible(name) for name in names)
    kinds = [_kind(text) for text in types]
    times = [at for at, kind in enumerate(kinds) if kind == "time"]
    numbers = tuple(at for at, kind in enumerate(kinds) if kind == "number")
    others = [shown[at] for at, kind in enumerate(kinds) if not kind]
    usable = [shown[at] for at, kind in enumerate(kinds) if kind]
    if not numbers:
        raise ProgrammingError(f"there is no number to draw in {_some(shown)}; add one, such as count(*)")
    if others:
        raise ProgrammingError(
            f"a chart takes a date or text, and numbers; leave out {_some(others)} and keep some of {_some(usable)}"
        )
    if len(times) > 1:
        raise ProgrammingError(f"one date goes on the x axis; keep one of {', '.join(shown[at] for at in times)}")
    time = times[0] if times else None
    labels = tuple(at for at, kind in enumerate(kinds) if kind == "label")
    return Roles(shown, time, time is not None and types[time] == "DATE", labels, numbers)


def _kind(text: str) -> str:
    """Return what a column of this DuckDB type is to a chart; nothing for one that it cannot show."""
    if is_number(text):
        return "number"
    if text == "DATE" or (text.startswith("TIMESTAMP") and not text.endswith("]")):
        return "time"
    return "label" if text.partition("(")[0] in _LABELS else ""


def chart_of(roles: Roles, rows: Sequence[Row]) -> Chart:
    """Return what the rows draw."""
    is_whole = all(_is_whole(row[at]) for row in rows for at in roles.numbers)
    if roles.time is not None:
        return _over_time(roles, rows, is_whole=is_whole)
    if roles.labels:
        return _by_label(roles, rows, is_whole=is_whole)
    if len(rows) == 1 and len(roles.numbers) > 1:
        places = tuple(roles.name(at) for at in roles.numbers)
        values = tuple(_number(rows[0][at]) for at in roles.numbers)
        return Chart("label", "", places, (Series("", values, ""),), is_whole)
    if len(roles.numbers) > 1:
        x, *ys = roles.numbers
        return _over(roles, rows, "number", x, ys, place=_number, is_whole=is_whole)
    at = roles.numbers[0]
    series = Series(roles.name(at), tuple(_number(row[at]) for row in rows), roles.name(at))
    return Chart("row", "row", tuple(map(float, range(1, len(rows) + 1))), (series,), is_whole)


def _over_time(roles: Roles, rows: Sequence[Row], *, is_whole: bool) -> Chart:
    assert roles.time is not None
    axis: Axis = "day" if roles.is_day else "moment"
    return _over(roles, rows, axis, roles.time, roles.numbers, place=_moment, is_whole=is_whole)


def _over(
    roles: Roles, rows: Sequence[Row], axis: Axis, x: int, ys: Sequence[int], *, place: Any, is_whole: bool
) -> Chart:
    """Return the chart over an axis of numbers: a series for each text and each column of numbers."""
    places = [place(row[x]) for row in rows]
    if missing := sum(each is None for each in places):
        raise ProgrammingError(f"{roles.name(x)} is NULL in {missing:,} rows; leave them out with IS NOT NULL")
    found: dict[tuple[str, int], dict[float, float | None]] = {}
    for row, at in zip(rows, places, strict=True):
        for y in ys:
            own = found.setdefault((_label(row, roles.labels), y), {})
            if at in own:
                raise _doubled(roles, x, to_text(row[x]), y)
            own[at] = _number(row[y])
    _refuse_many(roles, found)
    ordered = tuple(sorted(set(places)))
    series = tuple(
        Series(
            _name(label, roles.name(y), is_lone=len(ys) == 1),
            tuple(own.get(at) for at in ordered),
            roles.name(y),
            frozenset(number for number, at in enumerate(ordered) if at not in own),
        )
        for (label, y), own in found.items()
    )
    return Chart(axis, roles.name(x), ordered, series, is_whole)


def _by_label(roles: Roles, rows: Sequence[Row], *, is_whole: bool) -> Chart:
    """Return the chart over labels: a series for each column of numbers."""
    labels = [_label(row, roles.labels) for row in rows]
    name = " · ".join(roles.name(at) for at in roles.labels)
    if len(labels) > MOST_LABELS:
        raise ProgrammingError(f"{len(labels):,} values of {name} are too many for a chart; add ORDER BY and LIMIT")
    for at, label in enumerate(labels):
        if label in labels[:at]:
            raise _doubled(roles, roles.labels[0], label, roles.numbers[0])
    _refuse_many(roles, roles.numbers)
    series = tuple(
        Series(roles.name(at), tuple(_number(row[at]) for row in rows), roles.name(at)) for at in roles.numbers
    )
    return Chart("label", name, tuple(labels), series, is_whole)


def _refuse_many(roles: Roles, found: Iterable[object]) -> None:
    count = sum(1 for _ in found)
    if count <= MOST_SERIES:
        return
    numbers = _some([roles.name(at) for at in roles.numbers])
    if len(roles.numbers) > MOST_SERIES:
        raise ProgrammingError(f"a chart shows up to {MOST_SERIES} columns of numbers; keep some of {numbers}")
    texts = " and ".join(roles.name(at) for at in roles.labels)
    raise ProgrammingError(
        f"{count:,} series of {numbers} by {texts} are too many; a chart shows up to {MOST_SERIES}, "
        f"so keep some values of {texts} by WHERE, or draw the sum of all"
    )


def _doubled(roles: Roles, x: int, value: str, y: int) -> ProgrammingError:
    others = "".join(f", {roles.name(at)}" for at in roles.labels if at != x)
    return ProgrammingError(
        f"several rows have {roles.name(x)} {visible(value)}{f' and the same{others[1:]}' if others else ''}; "
        f"sum them up, SELECT {roles.name(x)}{others}, sum({roles.name(y)}) … GROUP BY ALL, "
        "or add the column that tells them apart"
    )


def _some(names: Sequence[str]) -> str:
    """Write a list of names, the first of a long one."""
    rest = len(names) - _SHOWN
    return f"{', '.join(names[:_SHOWN])}{f' and {rest} more' if rest > 0 else ''}"


def _name(label: str, column: str, *, is_lone: bool) -> str:
    return (label if is_lone else f"{label} · {column}") if label else column


def _label(row: Row, labels: Sequence[int]) -> str:
    return " · ".join("NULL" if row[at] is None else visible(to_text(row[at])) for at in labels)


def _number(value: Any) -> float | None:
    """Return a number to draw; None for a gap."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _is_whole(value: Any) -> bool:
    number = _number(value)
    return number is None or number.is_integer()


def _moment(value: Any) -> float | None:
    """Return days since the first of year 1; None for NULL and for infinity, which DuckDB gives as text or a limit."""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC) if value.tzinfo else value
        return utc.toordinal() + (utc.hour * 3600 + utc.minute * 60 + utc.second) / SECONDS_OF_A_DAY
    return float(value.toordinal()) if isinstance(value, date) else None


def by_unit(series: Iterable[Series]) -> Mapping[str, list[Series]]:
    """Return the series by the column that their numbers come from."""
    found: dict[str, list[Series]] = {}
    for each in series:
        found.setdefault(each.unit, []).append(each)
    return found
