"""What every format is given: a result to read in batches, a stream to write on, and the wishes of the user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from stackduck.frozen import frozen

BATCH = 2048
"""Rows held at a time; DuckDB's own vector size."""

Row = Sequence[Any]


class Result(Protocol):
    """A cursor with rows to fetch, as PEP 249 has it."""

    @property
    def description(self) -> Sequence[Sequence[Any]] | None:
        """The columns: name first, then a type whose text is DuckDB's."""

    def fetchmany(self, size: int, /) -> Sequence[Row]:
        """Hand over the next rows; none at the end."""


class Stream(Protocol):
    """Where text goes."""

    def write(self, text: str, /) -> object:
        """Take the text."""


@frozen
class Style:
    """How a result shall look."""

    header: bool = True
    width: int | None = None
    """The terminal's columns; None outside a terminal, where nothing is ever cut."""
    color: bool = False
    boxes: bool = True
    """Whether the stream can show box-drawing characters."""
    chart: str | None = None
    """Lines, bars or sparklines: line, bars or spark; None lets the columns decide."""
    elides_middle: bool = False
    """Whether columns without room are left out of a table's middle; else they are at its end."""
    remedy: str = "-o vertical shows all"
    """What to tell the user of a table that does not show everything."""


def columns(result: Result) -> tuple[list[str], list[str]]:
    """Give the names and the DuckDB types of a result's columns."""
    description = result.description or ()
    return [str(column[0]) for column in description], [str(column[1]) for column in description]


def batches(result: Result) -> Iterator[Sequence[Row]]:
    """Fetch the rows, a bounded number at a time."""
    while rows := result.fetchmany(BATCH):
        yield rows
