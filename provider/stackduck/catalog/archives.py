"""Unpack a provider's archive (.tgz): documents alone, into an empty folder, nothing outside it and not without bound.

What is in it came over the network and is believed in nothing: not its names, not its sizes, not its kinds of entries.
"""

from __future__ import annotations

import gzip
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO

from stackduck.errors import DataError
from stackduck.frozen import frozen

_MIB = 1024 * 1024
_CHUNK = 256 * 1024
_MOST_AT_ONCE = _MIB
_DOCUMENTS = (".yaml", ".yml", ".json")
_NAME = re.compile(r"[^\x00-\x1f\x7f\\:/]{1,200}")
_DEEPEST = 12


@frozen
class Limits:
    """How much an archive may hold; StackQL's largest has a third of it."""

    archive: int = 256 * _MIB
    """The bytes of the archive itself."""
    total: int = 1024 * _MIB
    """The bytes of all entries, their headers included."""
    file: int = 256 * _MIB
    files: int = 20_000


LIMITS = Limits()

_Named = tuple[list[str], tarfile.TarInfo]
"""The parts of a name below the top, and the entry."""


def unpack(archive: IO[bytes], folder: str, *, top: tuple[str, ...], limits: Limits = LIMITS) -> int:
    """Write the documents of an archive into an existing empty folder, and return how many there are.

    Every entry must be below `top` (the provider's folder and the version; the first may be left out), which the folder
    stands for. Raises DataError for an archive that is broken, too large, or holds anything but files and folders.
    """
    written = 0
    try:
        with tarfile.open(fileobj=_Bounded(archive, limits), mode="r:") as entries:
            for name, entry in _files(entries, top, limits):
                if name[-1].lower().endswith(_DOCUMENTS):
                    _write(entries, entry, os.path.join(folder, *name))
                    written += 1
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, RecursionError) as exc:
        if isinstance(exc, FileExistsError | NotADirectoryError):
            raise DataError(f"holds '{_shown(os.path.basename(str(exc.filename)))}' twice") from None
        if isinstance(exc, OSError) and exc.filename is not None:
            raise
        raise DataError(f"is no whole .tgz: {exc}") from None
    return written


def _files(entries: tarfile.TarFile, top: tuple[str, ...], limits: Limits) -> Iterator[_Named]:
    """Yield the files with their names below the top; hidden ones are left out."""
    for count, entry in enumerate(entries, start=1):
        if count > limits.files:
            raise DataError(f"holds more than {limits.files:,} entries")
        if not (entry.isdir() or entry.isreg()) or entry.issparse() or entry.size < 0:
            raise DataError(f"holds '{_shown(entry.name)}', which is neither a file nor a folder")
        name = _below(entry.name, top)
        if entry.isdir():
            continue
        if entry.size > limits.file:
            raise DataError(f"holds '{_shown(entry.name)}' of {entry.size:,} bytes; {limits.file:,} are allowed")
        if name and not any(part.startswith(".") for part in name):
            yield name, entry


def _below(name: str, top: tuple[str, ...]) -> list[str]:
    """Return the parts of an entry's name below the top."""
    parts = [part for part in name.split("/") if part != "."]
    parts = parts[:-1] if parts and not parts[-1] else parts
    if not all(_NAME.fullmatch(part) and part != ".." for part in parts) or len(parts) > _DEEPEST:
        raise DataError(f"holds '{_shown(name)}', which is no name of a document")
    for length in range(len(top)):
        wanted = list(top[length:])
        if parts[: len(wanted)] == wanted:
            return parts[len(wanted) :]
        if parts == wanted[: len(parts)]:
            return []
    raise DataError(f"holds '{_shown(name)}', which is not in {'/'.join(top)}")


def _write(entries: tarfile.TarFile, entry: tarfile.TarInfo, path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    source = entries.extractfile(entry)
    assert source is not None
    with open(path, "xb") as file:
        while chunk := source.read(_CHUNK):
            file.write(chunk)


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in name[:120])


class _Bounded(gzip.GzipFile):
    """A gzip stream that ends with an error before it grows beyond a limit, whatever its headers promise."""

    def __init__(self, archive: IO[bytes], limits: Limits) -> None:
        super().__init__(fileobj=archive, mode="rb")
        self._limit = limits.total

    def read(self, size: int | None = -1) -> bytes:
        """Read so much; more than a header or a chunk at once is what no honest archive needs."""
        if size is None or not 0 <= size <= _MOST_AT_ONCE:
            raise DataError("has a header that is too large")
        self._check(self.tell() + size)
        return super().read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go on to a place; an archive that leads back would never end."""
        if (offset, whence) == (0, os.SEEK_CUR):
            return super().seek(0, os.SEEK_CUR)
        if whence != os.SEEK_SET or offset < self.tell():
            raise DataError("has an entry that leads back")
        self._check(offset)
        return super().seek(offset, whence)

    def _check(self, end: int) -> None:
        if end > self._limit:
            raise DataError(f"unpacks to more than {self._limit:,} bytes")
