"""Line charts, drawn in dots of a braille grid by plotille; on a terminal without such signs, in stars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from stackduck.errors import InterfaceError
from stackduck.output.charts.frame import Cell
from stackduck.output.charts.scales import Scale

BLANK = "\u2800"
"""The braille sign without a dot."""
STAR = "*"


def drawn(
    series: Sequence[tuple[int, Sequence[tuple[float, float | None]]]],
    x: Scale,
    y: Scale,
    *,
    columns: int,
    rows: int,
    has_braille: bool,
) -> list[list[Cell]]:
    """Draw series, each with its number and its points, into a grid of signs; the later are on top.

    A value that is None ends a line.
    """
    grid: list[list[Cell]] = [[(" ", None)] * columns for _ in range(rows)]
    for number, points in series:
        canvas = _canvas(columns, rows)
        for run in _runs(points):
            dots = [_dot(at, value, x, y, columns=columns, rows=rows) for at, value in run]
            for start, end in zip(dots, [*dots[1:], dots[-1]], strict=True):
                canvas.line(*start, *end)
        _lay(grid, canvas.plot(linesep="\n").split("\n"), number, has_braille=has_braille)
    return grid


def _canvas(columns: int, rows: int) -> Any:
    """Return plotille's canvas, whose coordinates are dots from the lower left."""
    try:
        plotille = import_module("plotille")
    except ImportError as exc:
        raise InterfaceError("charts need plotille; pip install 'stackduck[chart]'") from exc
    return plotille.Canvas(columns, rows, xmin=0, ymin=0, xmax=2 * columns, ymax=4 * rows)


def _runs(points: Sequence[tuple[float, float | None]]) -> Iterator[list[tuple[float, float]]]:
    """Yield the points that are joined."""
    run: list[tuple[float, float]] = []
    for at, value in points:
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _dot(at: float, value: float, x: Scale, y: Scale, *, columns: int, rows: int) -> tuple[float, float]:
    """Return the middle of the dot of a point."""
    return round(x.share(at) * (2 * columns - 1)) + 0.5, round(y.share(value) * (4 * rows - 1)) + 0.5


def _lay(grid: list[list[Cell]], lines: Sequence[str], number: int, *, has_braille: bool) -> None:
    """Lay a drawing over what is there; where two meet, the dots of both are seen."""
    for row, line in zip(grid, lines, strict=True):
        for at, sign in enumerate(line[: len(row)]):
            if sign in (BLANK, " "):
                continue
            below = row[at][0]
            both = chr(ord(sign) | ord(below)) if below >= BLANK else sign
            row[at] = (both if has_braille else STAR, number)
