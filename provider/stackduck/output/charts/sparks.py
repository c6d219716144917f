"""Sparklines: a series in one line of text, with its range and its last value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from stackduck.output.charts.data import Series
from stackduck.output.charts.frame import painted
from stackduck.output.charts.scales import exactly
from stackduck.output.results import Style
from stackduck.output.safety import cut, width

_BLOCKS, _ASCII = "▁▂▃▄▅▆▇█", "_.-=+*#@"
_SHORTEST = 8


def drawn(series: Sequence[Series], *, room: int, style: Style) -> Iterator[str]:
    """Yield a line for each series: name, spark, its least and greatest value, and the one at the end."""
    left = min(max(width(each.name) for each in series), max(room // 3, 8))
    notes = [cut(_note(each), room - left - 2 - _SHORTEST) for each in series]
    columns = max(room - left - 2 - max(map(width, notes)), _SHORTEST)
    for number, (each, note) in enumerate(zip(series, notes, strict=True)):
        name = cut(each.name, left)
        spark = _spark(_thinned(each.values, columns), _BLOCKS if style.boxes else _ASCII)
        pad = " " * (min(columns, len(each.values)) - len(spark))
        yield f"{name}{' ' * (left - width(name))} {painted(spark, number, style)}{pad} {note}"


def _note(series: Series) -> str:
    known = [value for value in series.values if value is not None]
    if not known:
        return "NULL"
    last = series.values[-1]
    return f"{exactly(min(known))} to {exactly(max(known))}{'' if last is None else f', last {exactly(last)}'}"


def _spark(values: Sequence[float | None], signs: str) -> str:
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    low = min(low, 0.0) if low <= 0.7 * high else low
    spread = high - low or 1.0
    return "".join(" " if v is None else signs[round((v - low) / spread * (len(signs) - 1))] for v in values)


def _thinned(values: Sequence[float | None], columns: int) -> list[float | None]:
    """Return as many values as there are columns: where they are fewer, each is the mean of its part."""
    if len(values) <= columns:
        return list(values)
    edges = [at * len(values) // columns for at in range(columns + 1)]
    return [_mean(values[start:end]) for start, end in pairwise(edges)]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
