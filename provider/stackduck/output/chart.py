"""A chart of a result: lines over dates and numbers, bars beside labels, sparklines; for a terminal or plain text.

Which it is follows from the columns unless the style says. Series that colour cannot tell apart, or that have another
unit or size, get panels of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackduck.errors import ProgrammingError
from stackduck.output.charts import bars, lines, scales, sparks
from stackduck.output.charts.data import Chart, Series, by_unit, read
from stackduck.output.charts.frame import framed, legend, margin, painted, room
from stackduck.output.charts.scales import Scale
from stackduck.output.results import Result, Stream, Style

KINDS = ("line", "bars", "spark")
ROWS, ROWS_OF_PANEL = 15, 8
"""Lines of a drawing that is alone, and of one of several."""
FAR_APART = 20
"""Series whose greatest values are further apart than this have scales of their own."""
Panel = list[tuple[int, Series]]
"""Series on one scale, each with its number in the whole chart."""


def write_chart(result: Result, stream: Stream, style: Style) -> int:
    """Write a chart of a result and return its number of rows.

    Raises ProgrammingError for columns that a chart cannot show, with those that it could.
    """
    chart, count = read(result)
    if chart is None:
        stream.write("(no rows to draw)\n")
        return count
    text = "".join(f"{line}\n" for line in _drawn(chart, style))
    stream.write(text)
    return count


def kind_of(chart: Chart) -> str:
    """Return the kind of chart that suits: line, bars or spark."""
    if chart.axis == "row":
        return "spark"
    return "bars" if chart.axis == "label" or len(chart.places) == 1 else "line"


def _drawn(chart: Chart, style: Style) -> Iterator[str]:
    kind = style.chart or kind_of(chart)
    if kind == "spark":
        return _sparks(chart, style)
    if chart.axis == "label" or (kind == "bars" and len(chart.places) == 1):
        if kind == "line":
            raise ProgrammingError(
                f"a line needs a date or a number on the x axis, and {chart.x_name or 'this'} is text; "
                "draw bars, or select a date too"
            )
        return _lying(_one_place(chart) if chart.axis != "label" else chart, style)
    return _standing(chart, style) if kind == "bars" else _lines(chart, style)


def _sparks(chart: Chart, style: Style) -> Iterator[str]:
    yield from sparks.drawn(chart.series, room=room(style), style=style)
    if chart.axis in ("day", "moment"):
        first, last = (scales.when(float(at), is_day=chart.axis == "day") for at in (chart.places[0], chart.places[-1]))
        yield f"{chart.x_name} {first} to {last}"


def _one_place(chart: Chart) -> Chart:
    """Return a chart of a single day or number as one of its series beside each other."""
    values = tuple(series.values[0] for series in chart.series)
    place = scales.when(float(chart.places[0]), is_day=chart.axis == "day") if chart.axis != "number" else ""
    units = list(by_unit(chart.series))
    name = " ".join(part for part in (units[0] if len(units) == 1 else "", place) if part)
    names = tuple(series.name for series in chart.series)
    return Chart("label", "", names, (Series(name, values, name),), chart.is_whole)


def _lying(chart: Chart, style: Style) -> Iterator[str]:
    """Yield bars beside their labels; a column of numbers each."""
    labels = [str(place) for place in chart.places]
    for number, series in enumerate(chart.series):
        yield from [""] * bool(number)
        if series.name:
            yield painted(series.name, number, style)
        scale = scales.numbers(series.values, most=5, is_whole=chart.is_whole, from_zero=True)
        known = [value for value in (*series.values, 0.0) if value is not None]
        yield from bars.lying(
            labels,
            series.values,
            Scale(min(known), max(known)) if scale.high > scale.low else scale,
            number=number,
            room=room(style),
            style=style,
        )


def _standing(chart: Chart, style: Style) -> Iterator[str]:
    """Yield bars over an axis of days or numbers; a series each, on one scale where they have one unit."""
    rows = ROWS if len(chart.series) == 1 else ROWS_OF_PANEL
    places = [float(place) for place in chart.places]
    for number, series in enumerate(chart.series):
        shared = [v for each in _like(chart.series, series) for v in each.values]
        y = scales.numbers(shared, most=_marks(rows), is_whole=chart.is_whole, from_zero=True)
        columns = room(style) - margin(y) - 2
        grid, x = bars.standing(
            places, series.values, chart.x_name, y, number=number, columns=columns, rows=rows, style=style
        )
        marks = scales.places(chart.axis, places, room=len(grid[0])).marks
        yield from [""] * bool(number)
        yield painted(series.name, number, style)
        yield from framed(grid, y, Scale(x.low, x.high, marks), left=margin(y), style=style)


def _lines(chart: Chart, style: Style) -> Iterator[str]:
    """Yield lines over an axis of days or numbers, in as many panels as their scales need."""
    panels = _panels(chart.series, style)
    rows = ROWS if len(panels) == 1 else ROWS_OF_PANEL
    for at, panel in enumerate(panels):
        shared = [v for _, each in panel for other in _like(chart.series, each) for v in other.values]
        own = [v for _, each in panel for v in each.values]
        values = shared if not style.color and len(by_unit(chart.series)) == 1 else own
        y = scales.numbers(values, most=_marks(rows), is_whole=chart.is_whole, from_zero=False)
        yield from [""] * bool(at)
        yield from _caption(chart, panel, style)
        yield from _panel(chart, panel, y, rows=rows, style=style)


def _panel(chart: Chart, panel: Panel, y: Scale, *, rows: int, style: Style) -> Iterator[str]:
    columns = room(style) - margin(y) - 2
    places = [float(place) for place in chart.places]
    x = scales.places(chart.axis, places, room=columns)
    grid = lines.drawn(
        [(number, _points(places, series)) for number, series in panel],
        x,
        y,
        columns=columns,
        rows=rows,
        has_braille=style.boxes,
    )
    return framed(grid, y, x, left=margin(y), style=style)


def _points(places: Sequence[float], series: Series) -> list[tuple[float, float | None]]:
    """Return a series' points; a place without a row is passed over, one with NULL is a gap."""
    found = enumerate(zip(places, series.values, strict=True))
    return [point for at, point in found if at not in series.absent]


def _caption(chart: Chart, panel: Panel, style: Style) -> Iterator[str]:
    """Yield what the panel shows: the unit, and the names of the series in their colours."""
    units = list(by_unit(series for _, series in panel))
    over = f" by {chart.x_name}" if chart.axis == "number" else ""
    if len(panel) == 1:
        number, series = panel[0]
        name = series.name if series.unit in series.name else f"{series.unit}: {series.name}"
        yield painted(f"{name}{over}", number, style)
        return
    if len(units) == 1:
        yield f"{units[0]}{over}"
    yield from legend([series.name for _, series in panel], style)


def _panels(series: Sequence[Series], style: Style) -> list[Panel]:
    """Return which series are drawn together: all, where colour tells them apart and one scale fits them."""
    numbered = list(enumerate(series))
    greatest = [max((abs(v) for v in each.values if v), default=0.0) for each in series]
    known = [value for value in greatest if value]
    if style.color and known and max(known) <= FAR_APART * min(known):
        return [numbered]
    if not style.color:
        return [[each] for each in numbered]
    units = by_unit(series)
    return [[(at, each) for at, each in numbered if each.unit == unit] for unit in units]


def _marks(rows: int) -> int:
    """Return how many marks a y axis of so many lines has room for."""
    return 5 if rows >= ROWS else 4


def _like(series: Sequence[Series], one: Series) -> Sequence[Series]:
    """Return the series of the same unit."""
    return [each for each in series if each.unit == one.unit]
