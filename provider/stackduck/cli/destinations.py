"""Where rows go: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterable
from typing import TextIO

from stackduck.cli.exits import UsageError
from stackduck.output.results import Stream, Style
from stackduck.output.safety import GuardedStream

_PLAIN_WIDTH = 110
_WIDEST_PAGE = 140


class Destination:
    """Standard output."""

    @property
    def stream(self) -> TextIO:
        """The text stream to write rows on."""
        if sys.stdout is None:
            raise UsageError("standard output is closed")
        return sys.stdout

    def open(self) -> None:
        """Make ready: what is no terminal gets UTF-8 and bare line feeds on every machine."""
        if not isinstance(self.stream, io.TextIOWrapper):
            return
        if self.is_terminal():
            self.stream.reconfigure(errors="replace")
        else:
            self.stream.reconfigure(encoding="utf-8", newline="\n")

    def is_terminal(self) -> bool:
        """Tell whether a person is looking."""
        return self.stream.isatty()

    def guarded(self, form: str) -> Stream:
        """Give the stream for a format; one that shows data as it is must not drive a terminal."""
        return GuardedStream(self.stream) if self.is_terminal() and form not in ("table", "chart") else self.stream

    def style(self, *, header: bool) -> Style:
        """Describe how results look here."""
        if not self.is_terminal():
            return Style(header=header)
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return Style(header=header, width=terminal_width(self.stream), color=not plain, boxes=_has_boxes(self.stream))

    def commit(self) -> None:
        """Hand over everything that was written."""
        self.stream.flush()

    def discard(self) -> None:
        """Give up what was not handed over; standard output keeps what it has."""


class FileDestination(Destination):
    """A file: written beside its place under another name, and moved there at the end."""

    def __init__(self, path: str) -> None:
        self._direct = _is_device(path)
        self._path = path if self._direct else os.path.realpath(path)
        self._file: TextIO | None = None
        self.temporary = self._path if self._direct else f"{self._path}.{os.getpid()}.tmp"
        """Where the rows are until commit."""

    @property
    def stream(self) -> TextIO:
        """The file, once it is open."""
        assert self._file is not None
        return self._file

    def open(self) -> None:
        """Create the file beside its place; a device or pipe is written directly."""
        try:
            self._file = open(self.temporary, "w", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed by commit
        except OSError as problem:
            raise UsageError(f"cannot write {self._path}: {problem.strerror}") from problem
        if not self._direct and os.path.exists(self._path):
            os.chmod(self.temporary, stat.S_IMODE(os.stat(self._path).st_mode))

    def is_terminal(self) -> bool:
        """Tell that nobody looks at a file while it is written."""
        return False

    def commit(self) -> None:
        """Move the whole file to its place."""
        self.stream.close()
        if not self._direct:
            os.replace(self.temporary, self._path)

    def discard(self) -> None:
        """Remove what was written; a file of that name stays as it was."""
        if not self._direct and os.path.exists(self.temporary):
            os.unlink(self.temporary)


def _is_device(path: str) -> bool:
    """Tell a device or pipe from a file; /dev/stdout may lead to a file, and is still not to be replaced."""
    if os.path.abspath(path).startswith(("/dev/", "/proc/")):
        return True
    return os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode)


def terminal_width(stream: TextIO) -> int:
    """Ask for a terminal's width; COLUMNS goes first, as everywhere."""
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def page_width() -> int:
    """Return the width of a page of text: the terminal's within reason, and a usual one elsewhere."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return min(terminal_width(sys.stdout), _WIDEST_PAGE) if is_terminal else _PLAIN_WIDTH


def write_page(lines: Iterable[str]) -> None:
    """Print the lines of a page, with no control character that a document or file put into them."""
    destination = Destination()
    destination.open()
    stream = GuardedStream(destination.stream)
    for line in lines:
        stream.write(line + "\n")
    destination.commit()


def _has_boxes(stream: TextIO) -> bool:
    """Tell whether the terminal's encoding knows box-drawing characters."""
    try:
        "─│…".encode(stream.encoding)
    except UnicodeEncodeError:
        return False
    return True
