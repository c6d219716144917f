"""Files that another process may replace while a statement reads them, held as they are by a second name."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from stackduck.errors import OperationalError

if TYPE_CHECKING:
    from stackduck.engine.archive.days import Archive


class Pins:
    """The second names of one statement's files; they go with what was lent to it.

    DuckDB opens a file more than once, and the bytes of two versions must not meet.
    """

    def __init__(self, archive: Archive, lent: ExitStack) -> None:
        self._archive, self._lent = archive, lent
        self._folder: Path | None = None

    def pinned(self, path: Path) -> Path:
        """Return a second name of a file of the archive, under folders of the same names; its own where that fails."""
        try:
            target = self._place() / path.relative_to(self._archive.folder)
            target.parent.mkdir(parents=True)
            target.hardlink_to(path)
        except (OSError, OperationalError):
            # The archive may be one that can only be read.
            return path
        return target

    def _place(self) -> Path:
        if self._folder is None:
            self._folder = self._lent.enter_context(self._archive.incoming())
        return self._folder
