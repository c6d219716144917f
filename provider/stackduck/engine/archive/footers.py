"""The footers of Parquet files: what is said there about a file, and files joined by rewriting footers alone.

DuckDB writes and reads the data. Here only Thrift's compact encoding is known, which every Parquet footer uses, and
where a footer keeps offsets: to join files is to copy their bytes and to move the offsets.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

KEY = b"stackduck"
_MAGIC = b"PAR1"
_TAIL = 8192
_COPY = 1 << 20
_START = b'{"format":'
_WRITER = b"DuckDB version"

_TRUE, _FALSE, _BYTE, _I64, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 6, 7, 8, 9, 10, 12
_ROWS, _ROW_GROUPS, _KEY_VALUES = 3, 4, 5
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7
_CHUNK_OFFSETS, _CHUNK_META = (2, 4, 6), 3
_META_OFFSETS = (9, 10, 11, 14)

Fields = dict[int, tuple[int, Any]]
"""A Thrift struct: type and value by field id. Integers stay as they are encoded, with zigzag."""


class DamagedError(Exception):
    """A file is not what was written; the argument says why."""


def metadata(path: Path) -> dict[str, Any]:
    """Return what `seal` or `join` wrote about a file, and its `size`; reads its end alone.

    Raises DamagedError, FileNotFoundError where there is none.
    """
    try:
        with path.open("rb") as file:
            size, length, tail = _end(file)
            start = tail.rfind(_START, 0, -8)
            if start < 0 and length + 8 > len(tail):
                tail = _read_at(file, size - length - 8, length)
                start = tail.rfind(_START)
    except FileNotFoundError:
        raise
    except OSError as exc:
        raise DamagedError(exc.strerror or "it cannot be read") from exc
    if start < 0:
        raise DamagedError("it says nothing about itself")
    found = _decoded_text(tail[start:])
    if found.get("body") != size - length - 8:
        raise DamagedError("its length is not what was written")
    return {**found, "size": size}


def _decoded_text(tail: bytes) -> dict[str, Any]:
    try:
        found, _ = json.JSONDecoder().raw_decode(tail.decode("ascii", "replace"))
    except ValueError as exc:
        raise DamagedError("what it says about itself is cut off") from exc
    return dict(found)


def _end(file: BinaryIO) -> tuple[int, int, bytes]:
    """Return a file's size, its footer's length and its last bytes."""
    size = os.fstat(file.fileno()).st_size
    tail = _read_at(file, max(0, size - _TAIL), _TAIL)
    length = int.from_bytes(tail[-8:-4], "little")
    if size < 12 or tail[-4:] != _MAGIC or length > size - 12:
        raise DamagedError("it has no footer")
    return size, length, tail


def _read_at(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)


def checked(path: Path) -> dict[str, Any]:
    """Return what a file says about itself, after reading all its data. Raises DamagedError."""
    found = metadata(path)
    with path.open("rb") as file:
        _, length, _ = _end(file)
        if _checksum(file, found["body"]) != found.get("crc32"):
            raise DamagedError("its data is not what was written")
        fields = _footer(file, found["body"], length)
    if _structure(fields) != found.get("footer_crc32"):
        raise DamagedError("its footer is not what was written")
    return found


def _structure(fields: Fields) -> int:
    """Return a checksum of all that a footer holds beside what `seal` and `join` say in it."""
    footer = bytearray()
    _write_struct(footer, {each: value for each, value in fields.items() if each != _KEY_VALUES})
    return zlib.crc32(footer)


def _checksum(file: BinaryIO, length: int) -> int:
    file.seek(0)
    crc = 0
    while length and (chunk := file.read(min(_COPY, length))):
        crc = zlib.crc32(chunk, crc)
        length -= len(chunk)
    return crc


def _footer(file: BinaryIO, start: int, length: int) -> Fields:
    footer = _read_at(file, start, length)
    try:
        fields, _ = _read_struct(footer, 0)
    except (IndexError, ValueError) as exc:
        raise DamagedError("its footer is not what was written") from exc
    return fields


def seal(path: Path, about: Mapping[str, object], *, rows: int) -> None:
    """Write into the footer of a Parquet file of DuckDB's what is known about it; the file is changed in place."""
    with path.open("r+b") as file:
        size, length, _ = _end(file)
        body = size - length - 8
        crc = _checksum(file, body)
        footer = _read_at(file, body, length)
        sealed = _inserted(footer, _said(about, rows=rows, body=body, crc=crc, footer_crc=zlib.crc32(footer)))
        if sealed is None:
            fields = _footer(file, body, length)
            sealed = _encoded(fields, _said(about, rows=rows, body=body, crc=crc, footer_crc=_structure(fields)))
        file.seek(body)
        file.write(sealed)
        file.truncate()


def _inserted(footer: bytes, said: bytes) -> bytes | None:
    """Return the footer with the field that says it, put before the one that names its writer; None where it cannot be.

    To decode and encode the footer of a hundred columns takes as long as to read the rows of a small file.
    """
    at = footer.rfind(_WRITER)
    # The writer's field is the one but next after the row groups: two ids further, a text of less than 128 bytes.
    if at < 2 or footer[at - 2] != 2 << 4 | _BINARY or footer[at - 1] > 127:
        return None
    field = bytearray((1 << 4 | _LIST, 1 << 4 | _STRUCT))
    _write_struct(field, _entry(said))
    writer = bytes((1 << 4 | _BINARY,)) + footer[at - 1 :]
    return _closed(footer[: at - 2] + bytes(field) + writer)


def join(pieces: Sequence[Path], target: Path, about: Mapping[str, object]) -> None:
    """Write Parquet files of the same columns as one file, in their order, with what is known about it."""
    merged: Fields = {}
    crc, body = zlib.crc32(_MAGIC), len(_MAGIC)
    with target.open("wb") as file:
        file.write(_MAGIC)
        for piece in pieces:
            with piece.open("rb") as source:
                size, length, _ = _end(source)
                added = size - length - 8 - len(_MAGIC)
                _append(merged, _footer(source, size - length - 8, length), by=body - len(_MAGIC))
                crc = _copied(source, file, added, crc=crc)
                body += added
        said = _said(about, rows=_number(merged[_ROWS]), body=body, crc=crc, footer_crc=_structure(merged))
        file.write(_encoded(merged, said))


def _copied(source: BinaryIO, target: BinaryIO, length: int, *, crc: int) -> int:
    source.seek(len(_MAGIC))
    while length and (chunk := source.read(min(_COPY, length))):
        target.write(chunk)
        crc = zlib.crc32(chunk, crc)
        length -= len(chunk)
    return crc


def _said(about: Mapping[str, object], *, rows: int, body: int, crc: int, footer_crc: int) -> bytes:
    said = {**about, "rows": rows, "body": body, "crc32": crc, "footer_crc32": footer_crc}
    return json.dumps(said, separators=(",", ":")).encode()


def _entry(said: bytes) -> Fields:
    return {1: (_BINARY, KEY), 2: (_BINARY, said)}


def _encoded(fields: Fields, said: bytes) -> bytes:
    footer = bytearray()
    _write_struct(footer, {**fields, _KEY_VALUES: (_LIST, (_STRUCT, [_entry(said)]))})
    return _closed(bytes(footer))


def _closed(footer: bytes) -> bytes:
    return footer + len(footer).to_bytes(4, "little") + _MAGIC


def _append(merged: Fields, fields: Fields, *, by: int) -> None:
    """Add a file's row groups to the footer of the files before it, with all offsets moved."""
    groups = fields[_ROW_GROUPS][1][1]
    for group in groups:
        _move(group, (_GROUP_OFFSET,), by)
        group.pop(_ORDINAL, None)
        for chunk in group[_COLUMNS][1][1]:
            _move(chunk, _CHUNK_OFFSETS, by)
            _move(chunk[_CHUNK_META][1], _META_OFFSETS, by)
    if not merged:
        merged |= fields
        return
    merged[_ROW_GROUPS][1][1].extend(groups)
    merged[_ROWS] = (_I64, 2 * (_number(merged[_ROWS]) + _number(fields[_ROWS])))


def _move(fields: Fields, ids: Sequence[int], by: int) -> None:
    for each in ids:
        # An offset of 0 stands for none.
        if each in fields and fields[each][1]:
            fields[each] = (fields[each][0], fields[each][1] + 2 * by)


def _number(field: tuple[int, int]) -> int:
    return (field[1] >> 1) ^ -(field[1] & 1)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _read_struct(data: bytes, at: int) -> tuple[Fields, int]:
    fields: Fields = {}
    last = 0
    while head := data[at]:
        kind, step = head & 15, head >> 4
        at += 1
        if step:
            last += step
        else:
            encoded, at = _read_varint(data, at)
            last = (encoded >> 1) ^ -(encoded & 1)
        value, at = _read_value(data, at, kind)
        fields[last] = (kind, value)
    return fields, at + 1


def _read_value(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in (_TRUE, _FALSE):
        return None, at
    if kind == _BYTE:
        return data[at], at + 1
    if kind < _DOUBLE:
        return _read_varint(data, at)
    if kind == _DOUBLE:
        return data[at : at + 8], at + 8
    if kind == _BINARY:
        length, at = _read_varint(data, at)
        return data[at : at + length], at + length
    if kind in (_LIST, _SET):
        return _read_list(data, at)
    if kind == _STRUCT:
        return _read_struct(data, at)
    raise ValueError(kind)


def _read_list(data: bytes, at: int) -> tuple[tuple[int, list[Any]], int]:
    count, kind = data[at] >> 4, data[at] & 15
    at += 1
    if count == 15:
        count, at = _read_varint(data, at)
    values = []
    for _ in range(count):
        # A truth value is a byte in a list, and no byte at all in a struct.
        value, at = _read_value(data, at, _BYTE if kind in (_TRUE, _FALSE) else kind)
        values.append(value)
    return (kind, values), at


def _write_varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_struct(out: bytearray, fields: Fields) -> None:
    last = 0
    for each in sorted(fields):
        kind, value = fields[each]
        if 0 < each - last < 16:
            out.append((each - last) << 4 | kind)
        else:
            out.append(kind)
            _write_varint(out, each << 1)
        last = each
        _write_value(out, kind, value)
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    if kind == _BYTE:
        out.append(value)
    elif kind == _DOUBLE:
        out += value
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out += value
    elif kind in (_LIST, _SET):
        _write_list(out, *value)
    elif kind == _STRUCT:
        _write_struct(out, value)
    elif kind not in (_TRUE, _FALSE):
        _write_varint(out, value)


def _write_list(out: bytearray, kind: int, values: Sequence[Any]) -> None:
    out.append(min(len(values), 15) << 4 | kind)
    if len(values) >= 15:
        _write_varint(out, len(values))
    for value in values:
        _write_value(out, _BYTE if kind in (_TRUE, _FALSE) else kind, value)
