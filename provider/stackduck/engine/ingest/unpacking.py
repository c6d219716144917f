"""Compressed parts become plain files; the first bytes tell which are compressed, and how."""

from __future__ import annotations

import gzip
import shutil
import zlib
from pathlib import Path
from typing import BinaryIO

from stackduck.engine.ingest.survey import LONGEST_LINE, lines
from stackduck.engine.ingest.unwrapping import NotJSONError
from stackduck.engine.ingest.workbench import UnreadableError, Workbench
from stackduck.errors import OperationalError

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_STEP = 1_000_000
# Of RFC 8878: the second to the fourth byte of a frame that is to be skipped, and types of blocks.
_SKIPPED = b"\x2a\x4d\x18"
_REPEATED, _RESERVED = 1, 3
_ZSTD_DAMAGED = "its zstd data is damaged"


def unpacked(bench: Workbench, part: Path, folder: Path) -> Path:
    """Return the part's bytes in a file in the folder, the part itself where it is not compressed.

    Raises NotJSONError for one that is cut or damaged.
    """
    with part.open("rb") as file:
        magic = file.read(4)
    target = folder / f"{part.name}.plain"
    if magic.startswith(_GZIP):
        _unpack_gzip(part, target)
    elif magic == _ZSTD:
        _unpack_zstd(bench, part, target)
    else:
        return part
    return target


def _unpack_gzip(part: Path, target: Path) -> None:
    try:
        with gzip.open(part) as packed, target.open("wb") as file:
            shutil.copyfileobj(packed, file, _STEP)
    except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise NotJSONError("its gzip data is damaged") from exc


def _unpack_zstd(bench: Workbench, part: Path, target: Path) -> None:
    """Let DuckDB unpack it, which Python cannot before 3.14; DuckDB takes what is cut for whole."""
    with part.open("rb") as packed:
        _refuse_cut(packed, part.stat().st_size)
    try:
        with target.open("wb") as file:
            for (line,) in bench.stream(f"SELECT l FROM {lines(part, longest=LONGEST_LINE, compression='zstd')}"):
                file.write((line or "").encode() + b"\n")
    except (UnreadableError, OperationalError) as exc:
        if isinstance(exc, OperationalError) and not str(exc).startswith("IO Error"):
            raise
        raise NotJSONError("maximum line size" if "Maximum line size" in str(exc) else _ZSTD_DAMAGED) from exc


def _refuse_cut(file: BinaryIO, size: int) -> None:
    """Raise NotJSONError where a file does not end as its last zstd frame does (RFC 8878); nothing is unpacked."""
    while file.tell() < size:
        magic = file.read(4)
        if magic == _ZSTD:
            _skip_frame(file)
        elif magic[1:] == _SKIPPED and magic[0] >> 4 == 5:
            file.seek(_number(file, 4), 1)
        else:
            raise NotJSONError(_ZSTD_DAMAGED)
    if file.tell() > size:
        raise NotJSONError(_ZSTD_DAMAGED)


def _skip_frame(file: BinaryIO) -> None:
    """Go on behind a frame; beyond the file's end where it is not whole."""
    described = _number(file, 1)
    is_single = described >> 5 & 1
    of_content = (is_single, 2, 4, 8)[described >> 6]
    of_dictionary = (0, 1, 2, 4)[described & 3]
    file.seek((not is_single) + of_dictionary + of_content, 1)
    is_last = 0
    while not is_last:
        header = _number(file, 3)
        is_last, kind, length = header & 1, header >> 1 & 3, header >> 3
        if kind == _RESERVED:
            raise NotJSONError(_ZSTD_DAMAGED)
        file.seek(1 if kind == _REPEATED else length, 1)
    file.seek(4 * (described >> 2 & 1), 1)


def _number(file: BinaryIO, width: int) -> int:
    found = file.read(width)
    if len(found) < width:
        raise NotJSONError(_ZSTD_DAMAGED)
    return int.from_bytes(found, "little")
