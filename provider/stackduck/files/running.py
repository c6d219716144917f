"""A file's statements on a connection, one after the other; an error says where in the file it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from stackduck.errors import Error
from stackduck.files.model import SqlFile
from stackduck.files.places import Lines, has_templates, placed, with_place

if TYPE_CHECKING:
    from stackduck.dbapi import Connection, Cursor


class Running:
    """A file that runs on a connection."""

    def __init__(self, file: SqlFile, values: Mapping[str, object], connection: Connection) -> None:
        self._file = file
        self._cursors = connection.script(file.text, values)
        self._number = 0
        """Of the statement that runs, or whose rows are read; counted from 0."""

    def __iter__(self) -> Iterator[Cursor]:
        """Yield a cursor for each statement as it is done. Raises what the statement raises, with its place."""
        try:
            for cursor in self._cursors:
                yield cursor
                self._number += 1
        except Error as exc:
            self.place(exc)
            raise

    def place(self, exc: Error) -> None:
        """Put the file and the statement's line into an error's message: one that came while rows were read, too."""
        with_place(exc, self._file, line=self._line())

    def _line(self) -> int | None:
        """Return the line of the statement that runs; None where the file's text is not what runs."""
        if has_templates(self._file.text):
            return None
        starts = [each.start for each in placed(self._file.text)]
        return Lines(self._file.text).at(starts[self._number]) if self._number < len(starts) else None
