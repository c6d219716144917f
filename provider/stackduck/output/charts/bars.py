"""Bar charts in eighths of a sign: lying beside labels, or standing over an axis of days or numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from stackduck.errors import ProgrammingError
from stackduck.output.charts.frame import Cell, painted
from stackduck.output.charts.scales import Scale, exactly
from stackduck.output.results import Style
from stackduck.output.safety import cut, width

_LYING = " ▏▎▍▌▋▊▉█"
_STANDING = " ▁▂▃▄▅▆▇█"
_WIDEST_LABEL = 40


def lying(
    labels: Sequence[str], values: Sequence[float | None], scale: Scale, *, number: int, room: int, style: Style
) -> Iterator[str]:
    """Yield a line for each label: its bar and its value; NULL has neither."""
    left = min(max(map(width, labels)), max(room // 3, 8), _WIDEST_LABEL)
    texts = ["NULL" if value is None else exactly(value) for value in values]
    columns = max(room - left - 2 - max(map(width, texts)), 5)
    for label, value, text in zip(labels, values, texts, strict=True):
        shown = cut(label, left)
        bar = "" if value is None else _bar(value, scale, columns=columns, style=style)
        yield f"{shown}{' ' * (left - width(shown))} {painted(bar, number, style)} {text}".rstrip()


def _bar(value: float, scale: Scale, *, columns: int, style: Style) -> str:
    """Return a bar from zero to the value; one below zero ends where the others begin."""
    zero = round(scale.share(0.0) * columns)
    if value < 0:
        start = round(scale.share(value) * columns)
        return " " * start + _full(style) * (zero - start)
    eighths = round((scale.share(value) - scale.share(0.0)) * columns * 8)
    if not style.boxes:
        return " " * zero + _full(style) * round(eighths / 8)
    whole, rest = divmod(eighths, 8)
    thin = "▏" if not eighths and value > 0 else ""
    return " " * zero + _LYING[8] * whole + _LYING[rest].strip() + thin


def _full(style: Style) -> str:
    return _LYING[8] if style.boxes else "#"


def standing(
    places: Sequence[float], values: Sequence[float | None], x_name: str, y: Scale, *, number: int, columns: int,
    rows: int, style: Style,
) -> tuple[list[list[Cell]], Scale]:  # fmt: skip
    """Return bars over their places, and the x axis on which these have their columns.

    The places are as far apart as they are; one that is not there is left free. Raises ProgrammingError where there
    are more of them than columns.
    """
    step = _step(places)
    count = round((places[-1] - places[0]) / step) + 1
    if count > columns:
        raise ProgrammingError(f"{count:,} bars do not fit beside each other; draw a line, or group {x_name}")
    slot = columns // count
    thick = max(slot - 1, 1) if slot < 12 else 10
    grid: list[list[Cell]] = [[(" ", None)] * (slot * count) for _ in range(rows)]
    for at, value in zip(places, values, strict=True):
        start = round((at - places[0]) / step) * slot + (slot - thick) // 2
        for row in range(rows) if value is not None else ():
            sign = _piece(value or 0.0, y, row=row, rows=rows, style=style)
            for column in range(start, start + thick):
                grid[row][column] = (sign, number)
    return grid, Scale(places[0] - step / 2, places[-1] + step / 2)


def _piece(value: float, y: Scale, *, row: int, rows: int, style: Style) -> str:
    """Return the part of a bar that stands in a row, counted from the top."""
    top, zero = y.share(value) * rows, y.share(0.0) * rows
    bottom = rows - 1 - row
    if value < 0:
        return _full(style) if top < bottom + 0.5 < zero else " "
    filled = round((min(top, bottom + 1) - max(bottom, zero)) * 8)
    if not style.boxes:
        return "#" if filled >= 4 else " "
    return _STANDING[max(0, min(8, filled))]


def _step(places: Sequence[float]) -> float:
    """Return the distance of which all distances between the places are multiples; the least where there is none."""
    gaps = [b - a for a, b in pairwise(places)]
    if not gaps:
        return 1.0
    if all(float(gap).is_integer() for gap in gaps):
        return float(math.gcd(*(int(gap) for gap in gaps)))
    return min(gaps)
