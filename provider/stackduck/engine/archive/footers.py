"""What a Parquet file says about itself: put into its footer when all is known, and read from the file's end alone.

COPY takes key-value metadata before it writes, but what is said here is known afterwards: how many rows are left
without doubles, which fields were unknown, a checksum of the bytes. No library of a default installation changes a
footer, and a file beside it could contradict it, so the bytes are put there by hand. It takes one rule of Thrift's
compact encoding, in which footers are written: fields may come in any order, so the field for key-value metadata goes
before the mark that ends the footer, and nothing of DuckDB's is decoded.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

MAGIC = b"PAR1"
_KEY = b"stackduck"
_TAIL = 65536
_CHUNK = 1 << 20
# A list of one struct in field 5, then the text's field of that struct: FileMetaData and KeyValue of parquet.thrift.
_FIELD = b"\x09\x0a\x1c\x18" + bytes((len(_KEY),)) + _KEY + b"\x18"
_END = b"\x00"
_CHECK = re.compile(rb'"check":"([0-9a-f]{8})"}\x00\x00')
_CHECK_LENGTH = 21


class DamagedError(Exception):
    """A file is not what was written; the argument says why."""


def metadata(path: Path) -> dict[str, Any]:
    """Return what `seal` wrote about a file, and its `size`; checks the footer and the length, not the data.

    Raises DamagedError, FileNotFoundError where there is none.
    """
    try:
        with path.open("rb") as file:
            body, footer = ending(file)
    except FileNotFoundError:
        raise
    except OSError as exc:
        raise DamagedError(exc.strerror or "it cannot be read") from exc
    field, check = footer.rfind(_FIELD), _CHECK.fullmatch(footer, max(0, len(footer) - _CHECK_LENGTH))
    if field < 0:
        raise DamagedError("it says nothing about itself")
    if not check or int(check[1], 16) != zlib.crc32(footer[: check.start(1)]):
        raise DamagedError("its footer is not what was written")
    found = dict(json.loads(footer[footer.index(b'{"', field) : -2]))
    if found["body"] != body:
        raise DamagedError("its length is not what was written")
    return {**found, "size": body + len(footer) + 8}


def ending(file: BinaryIO) -> tuple[int, bytes]:
    """Return the length of a Parquet file up to its footer, and the footer. Raises DamagedError."""
    size = os.fstat(file.fileno()).st_size
    tail = _read_at(file, max(0, size - _TAIL), _TAIL)
    length = int.from_bytes(tail[-8:-4], "little")
    body = size - length - 8
    if tail[-4:] != MAGIC or body < len(MAGIC):
        raise DamagedError("it has no footer")
    footer = tail[-length - 8 : -8] if length + 8 <= len(tail) else _read_at(file, body, length)
    return body, footer


def _read_at(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)


def checked(path: Path) -> dict[str, Any]:
    """Return what a file says about itself, after reading all its data. Raises DamagedError, FileNotFoundError."""
    found = metadata(path)
    with path.open("rb") as file:
        if _checksum(file, found["body"]) != found["crc32"]:
            raise DamagedError("its data is not what was written")
    return found


def _checksum(file: BinaryIO, length: int) -> int:
    file.seek(0)
    crc = 0
    while length and (chunk := file.read(min(_CHUNK, length))):
        crc = zlib.crc32(chunk, crc)
        length -= len(chunk)
    return crc


def seal(path: Path, about: Mapping[str, object], *, rows: int) -> None:
    """Write into the footer of a Parquet file what is known about it; the file is changed in place."""
    with path.open("r+b") as file:
        body, footer = ending(file)
        sealed = closed(footer, about, rows=rows, body=body, crc=_checksum(file, body))
        file.seek(body)
        file.write(sealed)
        file.truncate()


def closed(footer: bytes, about: Mapping[str, object], *, rows: int, body: int, crc: int) -> bytes:
    """Return the end of a Parquet file: its footer with what is known about it, and what follows every footer."""
    if not footer.endswith(_END):
        raise DamagedError("its footer does not end")
    said = json.dumps({**about, "rows": rows, "body": body, "crc32": crc}, separators=(",", ":")).encode()
    begun = said.removesuffix(b"}") + b',"check":"'
    head = footer.removesuffix(_END) + _FIELD + varint(len(begun) + 10) + begun
    sealed = head + b'%08x"}' % zlib.crc32(head) + _END + _END
    return sealed + len(sealed).to_bytes(4, "little") + MAGIC


def varint(value: int) -> bytes:
    """Return a number as Thrift's compact encoding writes it."""
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
