"""Axes around a drawing, and the colours and signs that all drawings share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackduck.output.charts.scales import Mark, Scale
from stackduck.output.results import Style
from stackduck.output.safety import cut, width

PIPE_WIDTH = 80
"""Columns of a chart that no terminal shows."""
NARROWEST = 30
COLORS = (36, 33, 35, 32, 34, 31, 96, 93)
"""ANSI colours in the order of the series."""
_BOX, _ASCII = "─│┤└┴┬", "-|+++-"
DIM, PLAIN = "\x1b[2m", "\x1b[0m"

_BETWEEN = 2
"""Columns between two marks of the x axis."""

Cell = tuple[str, int | None]
"""A sign, and the series to which it belongs."""


def room(style: Style) -> int:
    """Return how many columns a chart may take."""
    return max(PIPE_WIDTH if style.width is None else style.width, NARROWEST)


def painted(text: str, series: int | None, style: Style) -> str:
    """Return a text in the colour of a series."""
    if not style.color or series is None or not text.strip():
        return text
    return f"\x1b[{COLORS[series % len(COLORS)]}m{text}{PLAIN}"


def line_of(cells: Sequence[Cell], style: Style) -> str:
    """Join the signs of a line, each run of one series in its colour."""
    parts: list[str] = []
    run, owner = "", None
    for sign, series in cells:
        if series != owner and run:
            parts.append(painted(run, owner, style))
            run = ""
        run, owner = run + sign, series
    return "".join([*parts, painted(run, owner, style)])


def margin(scale: Scale) -> int:
    """Return the columns that the marks of a y axis take."""
    return max((width(mark.text) for mark in scale.marks), default=0)


def framed(rows: Sequence[Sequence[Cell]], y: Scale, x: Scale, *, left: int, style: Style) -> Iterator[str]:
    """Yield the lines of a drawing with its axes; `left` is the room of the marks beside the y axis."""
    signs = _BOX if style.boxes else _ASCII
    marks = {round((1 - y.share(mark.at)) * (len(rows) - 1)): mark.text for mark in y.marks}
    for at, cells in enumerate(rows):
        text = marks.get(at, "")
        yield f"{text:>{left}} {signs[2 if text else 1]}{line_of(cells, style)}".rstrip()
    columns = len(rows[0])
    shown = list(_fitting(x, columns=columns))
    ticks = {at for at, _, _ in shown}
    yield f"{'':>{left}} {signs[3]}{''.join(signs[5] if at in ticks else signs[0] for at in range(columns))}"
    line = ""
    for _, start, mark in shown:
        line = line.ljust(start + left + 2) + mark.text
    yield line.rstrip()


def _fitting(x: Scale, *, columns: int) -> Iterator[tuple[int, int, Mark]]:
    """Yield the marks that find room, each with its column and where its text begins; no two touch.

    The first and the last go before those between.
    """
    placed = [(round(x.share(mark.at) * (columns - 1)), mark) for mark in x.marks]
    starts = [min(max(at - width(mark.text) // 2, 0), columns - width(mark.text)) for at, mark in placed]
    free = 0
    for number, ((at, mark), start) in enumerate(zip(placed, starts, strict=True)):
        end = start + width(mark.text) + _BETWEEN
        is_between = 0 < number < len(placed) - 1
        if start >= free and not (is_between and end > starts[-1]):
            yield at, start, mark
            free = end


def legend(names: Sequence[str], style: Style) -> Iterator[str]:
    """Yield lines that name the series in their colours."""
    sign = "──" if style.boxes else "--"
    line, used = "", 0
    for series, name in enumerate(names):
        text = cut(name, room(style) - 4)
        if line and used + width(text) + 6 > room(style):
            yield line
            line, used = "", 0
        line += f"{'   ' if line else ''}{painted(f'{sign} {text}', series, style)}"
        used += width(text) + 6
    yield line
