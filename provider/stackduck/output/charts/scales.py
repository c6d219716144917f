"""Scales and their marks: round numbers, and days in steps that a calendar has."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from stackduck.frozen import frozen
from stackduck.output.charts.data import SECONDS_OF_A_DAY, Axis

_DAYS = (1, 2, 7, 14, 28, 56, 91, 182, 364, 728, 1820, 3640)
_HOURS = (1, 2, 3, 6, 12)
_SUFFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


@frozen
class Mark:
    """A place on an axis and what is written there."""

    at: float
    text: str


@frozen
class Scale:
    """An axis of numbers from low to high, both drawn."""

    low: float
    high: float
    marks: tuple[Mark, ...] = ()

    def share(self, value: float) -> float:
        """Return where a value is: 0 is low, 1 is high."""
        return (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5


def numbers(values: Iterable[float | None], *, most: int, is_whole: bool, from_zero: bool) -> Scale:
    """Return the scale of numbers, with at most about `most` marks.

    It begins at 0 where that costs no more than a third of the room, and always where `from_zero`.
    """
    known = [value for value in values if value is not None] or [0.0]
    low, high = min(known), max(known)
    if from_zero or 0 <= low <= 0.7 * high:
        low = min(low, 0.0)
    if from_zero or 0.7 * low <= high <= 0:
        high = max(high, 0.0)
    if low == high:
        low, high = (low, low + 1) if low >= 0 else (low - 1, low)
    step = _step((high - low) / max(most - 1, 1), is_whole=is_whole)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    marks = tuple(Mark(at * step, written(at * step, step=step)) for at in range(first, last + 1))
    return Scale(first * step, last * step, marks)


def _step(least: float, *, is_whole: bool) -> float:
    """Return the next of 1, 2, 5, 10, 20, … that is no less."""
    power = 10.0 ** math.floor(math.log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))
    return max(step, 1.0) if is_whole else step


def written(value: float, *, step: float) -> str:
    """Write a number with as many digits as the step between two needs."""
    for size, suffix in _SUFFIXES:
        if abs(value) >= 10 * size or (abs(value) >= size and size > 1e3):
            digits = max(0, -math.floor(math.log10(step / size))) if step < size else 0
            return f"{value / size:,.{min(digits, 3)}f}{suffix}"
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value + 0.0:,.{digits}f}"


def exactly(value: float) -> str:
    """Write a value in a few digits that it can be read by."""
    if float(value).is_integer():
        return f"{value:,.0f}"
    digits = 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def places(axis: Axis, found: Sequence[float], *, room: int) -> Scale:
    """Return the scale of an x axis; `room` is how many columns it has."""
    low, high = found[0], found[-1]
    if axis in ("day", "moment"):
        return Scale(low, high, tuple(_times(low, high, is_day=axis == "day", most=max(room // 14, 2))))
    whole = all(float(each).is_integer() for each in found)
    step = _step((high - low) / max(room // 10, 1), is_whole=whole) if high > low else 1.0
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Scale(low, high, tuple(Mark(at * step, written(at * step, step=step)) for at in range(first, last + 1)))


def _times(low: float, high: float, *, is_day: bool, most: int) -> list[Mark]:
    """Return marks from the first time on, in steps of hours or days, and one at the last."""
    steps = [*([] if is_day else (hours / 24 for hours in _HOURS)), *_DAYS]
    step = next((each for each in steps if (high - low) / each <= most - 1), steps[-1])
    count = math.floor((high - low) / step + 1e-9)
    found = [low + step * number for number in range(count + 1)]
    if count and high - found[-1] < 0.6 * step:
        found.pop()
    found += [high] if not found or found[-1] < high else []
    return [Mark(at, when(at, is_day=is_day, with_time=step < 1)) for at in found]


def when(at: float, *, is_day: bool, with_time: bool = True) -> str:
    """Write a place of a time axis."""
    day = date.fromordinal(int(at))
    if is_day or not with_time:
        return day.isoformat()
    moment = datetime(day.year, day.month, day.day) + timedelta(seconds=round((at % 1) * SECONDS_OF_A_DAY))
    return moment.strftime("%m-%d %H:%M")
