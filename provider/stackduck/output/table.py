"""A table for eyes; on a terminal it fits the screen, anywhere else nothing is cut.

The widths come from the first rows, so that a long result streams: outside a terminal a later, longer value only
breaks the alignment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import TypeVar

from stackduck.frozen import frozen
from stackduck.output.results import Result, Row, Stream, Style, batches, columns
from stackduck.output.safety import cut, visible, width
from stackduck.output.types import is_number
from stackduck.output.values import Encoder, text_encoder

SAMPLE = 1000
"""Rows that are looked at for the widths."""
NARROWEST = 8
"""Terminal columns that even the fullest screen leaves to a value."""
COMFORTABLE = 16
"""Terminal columns that a value keeps where others are left out of the middle for it."""
BOX, ASCII = ("─│┌┬┐├┼┤└┴┘", "-|+++++++++")
DIM, BOLD, PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[0m"
MARK = "…"
"""What stands in the place of columns that are left out."""
Cells = list[str | None]
_Cell = TypeVar("_Cell")


@frozen
class Layout:
    """Where each shown column stands."""

    columns: tuple[int | None, ...]
    """The shown columns' places in a row; None stands for those left out of the middle."""
    widths: tuple[int, ...]
    right: tuple[bool, ...]
    """Whether the column's values stand to the right."""
    hidden: int = 0
    """Columns that the terminal has no room for."""


def write_table(result: Result, stream: Stream, style: Style) -> int:
    """Write the rows as a table; on a terminal, end with their number."""
    names, types = columns(result)
    encoders = [text_encoder(kind) for kind in types]
    rows = (_cells(row, encoders) for row in chain.from_iterable(batches(result)))
    sample = list(islice(rows, SAMPLE))
    titles = [visible(name) for name in names]
    layout = _layout([*([titles] if style.header else []), *sample], types, style)
    drawing = _Drawing(layout, style)
    stream.write(drawing.top(titles))
    count = 0
    for row in chain(sample, rows):
        stream.write(drawing.row(row))
        count += 1
    stream.write(drawing.rule(8))
    if style.width is not None:
        stream.write(_footer(count, layout, has_cut=drawing.has_cut, remedy=style.remedy))
    return count


def _cells(row: Row, encoders: Sequence[Encoder]) -> Cells:
    """Turn a row into safe texts; NULL stays None."""
    return [None if value is None else visible(encode(value)) for encode, value in zip(encoders, row, strict=True)]


def _layout(sample: Sequence[Sequence[str | None]], types: Sequence[str], style: Style) -> Layout:
    """Choose the columns and their widths; on a terminal, make them fit."""
    wanted = [_widest(row[position] for row in sample) for position in range(len(types))]
    right = [is_number(kind) for kind in types]
    if style.width is None:
        return Layout(tuple(range(len(types))), tuple(wanted), tuple(right))
    chosen = _from_both_ends(wanted, style.width) if style.elides_middle else _from_the_first(wanted, style.width)
    hidden = len(types) - sum(at is not None for at in chosen)
    sizes = _shrunk([len(_mark(hidden)) if at is None else wanted[at] for at in chosen], style.width)
    return Layout(tuple(chosen), tuple(sizes), tuple(at is not None and right[at] for at in chosen), hidden)


def _mark(hidden: int) -> str:
    """Write the title of the column that stands for others."""
    return f"{hidden} more"


def _widest(texts: Iterable[str | None]) -> int:
    """Measure a column's longest text; NULL shows as four letters."""
    return max((4 if text is None else width(text) for text in texts), default=0)


def _from_the_first(wanted: Sequence[int], room: int) -> list[int | None]:
    """Choose the columns, from the first, that fit when each is as narrow as it may be; one always does."""
    used, shown = 1, 0
    for size in wanted:
        used += min(size, NARROWEST) + 3
        if used > room and shown:
            break
        shown += 1
    return list(range(shown))


def _from_both_ends(wanted: Sequence[int], room: int) -> list[int | None]:
    """Choose columns from both ends, two at the start for one at the end, as many as fit in comfort.

    None is the mark for the others.
    """
    sizes = [min(size, COMFORTABLE) + 3 for size in wanted]
    if 1 + sum(sizes) <= room or len(wanted) < 2:
        return list(range(len(wanted)))
    free, first, last = room - 1 - len(_mark(len(wanted))) - 3, 0, len(wanted)
    while first < last:
        takes_first = first < 2 * (len(wanted) - last + 1)
        free -= sizes[first] if takes_first else sizes[last - 1]
        if free < 0 and first:
            break
        first, last = (first + 1, last) if takes_first else (first, last - 1)
    return [*range(first), None, *range(last, len(wanted))]


def _shrunk(wanted: Sequence[int], room: int) -> list[int]:
    """Share the screen: narrow columns get what they want, wide ones an equal part of the rest.

    The first mostly says what a row is about: it is whole where that leaves a quarter, and enough for the others.
    """
    sizes, free = list(wanted), room - 1 - 3 * len(wanted)
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    others = sum(min(size, NARROWEST) for size in wanted[1:])
    if wanted and wanted[0] <= min(free - others, free * 3 // 4):
        order.remove(0)
        free -= wanted[0]
    for left, position in enumerate(order):
        sizes[position] = min(wanted[position], max(free // (len(order) - left), 1))
        free -= sizes[position]
    return sizes


def _footer(count: int, layout: Layout, *, has_cut: bool, remedy: str) -> str:
    """Say how many rows there were, and what the terminal had no room for."""
    notes = [f"{count:,} row{'' if count == 1 else 's'}"]
    if layout.hidden:
        where = " in the middle" if None in layout.columns else ""
        notes.append(f"{layout.hidden} more column{'' if layout.hidden == 1 else 's'}{where}")
    if has_cut:
        notes.append("long values cut")
    return f"({', '.join(notes)}{f'; {remedy}' if len(notes) > 1 else ''})\n"


class _Drawing:
    """Draws a table's lines, and remembers whether a value was cut."""

    def __init__(self, layout: Layout, style: Style) -> None:
        self._layout = layout
        self._style = style
        self._marks = BOX if style.boxes else ASCII
        self.has_cut = False

    def top(self, titles: Sequence[str]) -> str:
        """Draw what stands above the rows."""
        if not self._style.header:
            return self.rule(2)
        shown = self._shown(titles, _mark(self._layout.hidden))
        bold = [self._paint(self._fit(title, at), BOLD) for at, title in shown]
        return self.rule(2) + self._line(bold) + self.rule(5)

    def row(self, cells: Cells) -> str:
        """Draw a row; NULL is dim."""
        return self._line(
            [
                self._paint(self._fit("NULL", at), DIM) if cell is None else self._fit(cell, at)
                for at, cell in self._shown(cells, MARK)
            ]
        )

    def rule(self, corner: int) -> str:
        """Draw a line across; `corner` is where its left, middle and right marks begin."""
        left, middle, right = tuple(self._marks[corner : corner + 3])
        return left + middle.join(self._marks[0] * (size + 2) for size in self._layout.widths) + right + "\n"

    def _shown(self, cells: Sequence[_Cell], mark: _Cell) -> Iterable[tuple[int, _Cell]]:
        return enumerate(mark if at is None else cells[at] for at in self._layout.columns)

    def _line(self, cells: Sequence[str]) -> str:
        bar = self._marks[1]
        return f"{bar} " + f" {bar} ".join(cells) + f" {bar}\n"

    def _fit(self, text: str, position: int) -> str:
        """Pad a text to its column, and on a terminal cut it to it."""
        size = self._layout.widths[position]
        if self._style.width is not None and width(text) > size:
            self.has_cut = True
            text = cut(text, size)
        padding = " " * (size - width(text))
        return padding + text if self._layout.right[position] else text + padding

    def _paint(self, text: str, code: str) -> str:
        return f"{code}{text}{PLAIN}" if self._style.color else text
