"""Files that appear whole or not at all, whatever happens to the process or the machine, for the user alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EXDEV
from pathlib import Path
from tempfile import mkstemp

from stackduck.errors import OperationalError

TEMPORARY = ".stackduck-"
"""Begins the name of a file until it is whole."""
REMEDY = "see to the folder and its disk, or name another with --archive or STACKDUCK_ARCHIVE"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raise what the file system refuses as ours."""
    try:
        yield
    except OSError as exc:
        raise OperationalError(f"the archive {folder} cannot be written: {exc.strerror or exc}; {REMEDY}") from exc


def appear(target: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    handle, temporary = mkstemp(dir=target.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync(target.parent)


def make_folder(folder: Path) -> None:
    """Create a folder and those above it for the user alone, for good."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync(folder.parent)


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    if sys.platform == "win32" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move(source: Path, target: Path) -> None:
    """Make a whole file appear at its place; what was there goes."""
    source.chmod(0o600)
    _sync(source)
    make_folder(target.parent)
    try:
        source.replace(target)
    except OSError as exc:
        if exc.errno != EXDEV:
            raise
        # The source is on another file system.
        appear(target, source.read_bytes())
        source.unlink()
    _sync(target.parent)
