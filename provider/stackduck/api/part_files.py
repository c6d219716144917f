"""The files of one fetch: each whole under its name, or not there. Knows nothing of where the bytes come from.

What has been handed over belongs to whoever took it; once the fetch has stopped, everything else is removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from secrets import token_hex
from threading import Lock

from stackduck.api.model import CancelledError, Compression, Part

_MAGIC: dict[bytes, tuple[Compression, str]] = {b"\x1f\x8b": ("gzip", ".gz"), b"\x28\xb5\x2f\xfd": ("zstd", ".zst")}
_HEAD = 4
_NAME = "part-{:05}"


class DiskError(OSError):
    """The disk takes no more, or the folder is not to be written to."""


class PartFile:
    """One part while it is written."""

    def __init__(self, path: str) -> None:
        self._file = FileIO(path, "xb", opener=_open_for_owner)
        self.head = b""
        """The first bytes."""
        self.size = 0

    def write(self, piece: bytes | memoryview) -> None:
        """Write a piece whole; a disk that is nearly full takes a part of it before it refuses the rest."""
        rest: bytes | memoryview = piece
        try:
            while (written := self._file.write(rest)) < len(rest):
                rest = memoryview(rest)[written:]
        except OSError as exc:
            raise DiskError(_reason(exc)) from exc
        self.size += len(piece)
        if len(self.head) < _HEAD:
            self.head += bytes(piece[:_HEAD])

    def restart(self) -> None:
        """Begin anew."""
        if self.size:
            with _as_disk_error():
                self._file.seek(0)
                self._file.truncate()
        self.size, self.head = 0, b""

    def close(self) -> None:
        """Write no more."""
        self._file.close()


class PartFiles:
    """A folder in which parts are written, by several threads at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()
        self._mark = f".{token_hex(4)}.partial"
        """What tells this fetch's unfinished files from those of another into the same folder."""
        self._paths: dict[int, str] = {}
        self._is_stopped = False

    def create(self, index: int) -> PartFile:
        """Open a new file for a part, under a name of its own until it is whole."""
        path = os.path.join(self.folder, _NAME.format(index) + self._mark)
        with self._lock, _as_disk_error():
            self._check()
            try:
                file = PartFile(path)
            except FileNotFoundError:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                file = PartFile(path)
            self._paths[index] = path
            return file

    def finish(self, index: int, file: PartFile) -> Part:
        """Give a file that is whole its final name, with the ending that its compression has everywhere."""
        compression, ending = compression_of(file.head)
        path = os.path.join(self.folder, _NAME.format(index) + ending)
        with self._lock, _as_disk_error():
            self._check()
            file.close()
            os.replace(self._paths[index], path)
            self._paths[index] = path
        return Part(index, Path(path), file.size, compression)

    def drop(self, index: int, file: PartFile) -> None:
        """Close and remove a part that will not become whole."""
        with self._lock, suppress(OSError, KeyError):
            file.close()
            os.unlink(self._paths.pop(index))

    def hand_over(self, index: int) -> None:
        """Leave a part to whoever takes it."""
        with self._lock:
            del self._paths[index]

    def discard(self) -> None:
        """Remove what was not handed over, and let nothing come after it."""
        with self._lock:
            self._is_stopped = True
            for path in self._paths.values():
                with suppress(OSError):
                    os.unlink(path)

    def _check(self) -> None:
        if self._is_stopped:
            raise CancelledError


def compression_of(head: bytes) -> tuple[Compression, str]:
    """Tell a file's compression, and the ending of its name, by its first bytes."""
    return next((found for magic, found in _MAGIC.items() if head.startswith(magic)), ("none", ""))


def _open_for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _as_disk_error() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise DiskError(_reason(exc)) from exc


def _reason(exc: OSError) -> str:
    return (exc.strerror or type(exc).__name__).lower()
