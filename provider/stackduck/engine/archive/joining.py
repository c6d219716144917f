"""Parquet files of the same columns become one file: their bytes one after the other, and one footer for all.

To read the rows and to write them again takes as long as to make the files; here only the footers are decoded, Thrift
structs in compact encoding, whatever their fields mean, but for those that say where in the file something is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from stackduck.engine.archive.footers import MAGIC, DamagedError, closed, ending, varint

_CHUNK = 1 << 20

_TRUE, _FALSE, _BYTE, _I64, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 6, 7, 8, 9, 10, 12
# Ids of fields in parquet.thrift: of FileMetaData, RowGroup, ColumnChunk and ColumnMetaData.
_SCHEMA, _ROWS, _ROW_GROUPS, _KEY_VALUES = 2, 3, 4, 5
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7
_CHUNK_OFFSETS, _CHUNK_META = (2, 4, 6), 3
_META_OFFSETS = (9, 10, 11, 14)

Fields = dict[int, tuple[int, Any]]
"""A Thrift struct: type and value by field id. Integers stay as they are encoded, with zigzag."""


def join(pieces: Sequence[Path], target: Path, about: Mapping[str, object]) -> None:
    """Write Parquet files of the same columns as one file, in their order, with what is known about it.

    Raises DamagedError for a file whose footer cannot be decoded or has other columns.
    """
    merged: Fields = {}
    crc, body = zlib.crc32(MAGIC), len(MAGIC)
    with target.open("wb") as file:
        file.write(MAGIC)
        for piece in pieces:
            with piece.open("rb") as source:
                end, footer = ending(source)
                with _decoding():
                    _append(merged, _read_struct(footer, 0)[0], by=body - len(MAGIC))
                crc = _copied(source, file, end - len(MAGIC), crc=crc)
                body += end - len(MAGIC)
        merged.pop(_KEY_VALUES, None)
        encoded = bytearray()
        _write_struct(encoded, merged)
        file.write(closed(bytes(encoded), about, rows=_number(merged[_ROWS]), body=body, crc=crc))


@contextmanager
def _decoding() -> Iterator[None]:
    try:
        yield
    except (IndexError, KeyError, TypeError, ValueError) as exc:
        raise DamagedError("its footer cannot be decoded") from exc


def _copied(source: BinaryIO, target: BinaryIO, length: int, *, crc: int) -> int:
    source.seek(len(MAGIC))
    while length and (chunk := source.read(min(_CHUNK, length))):
        target.write(chunk)
        crc = zlib.crc32(chunk, crc)
        length -= len(chunk)
    return crc


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
    if merged[_SCHEMA] != fields[_SCHEMA]:
        raise DamagedError("its columns are not those of the file before it")
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


def _write_struct(out: bytearray, fields: Fields) -> None:
    last = 0
    for each in sorted(fields):
        kind, value = fields[each]
        if 0 < each - last < 16:
            out.append((each - last) << 4 | kind)
        else:
            out.append(kind)
            out += varint(each << 1)
        last = each
        _write_value(out, kind, value)
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    if kind == _BYTE:
        out.append(value)
    elif kind == _DOUBLE:
        out += value
    elif kind == _BINARY:
        out += varint(len(value))
        out += value
    elif kind in (_LIST, _SET):
        _write_list(out, *value)
    elif kind == _STRUCT:
        _write_struct(out, value)
    elif kind not in (_TRUE, _FALSE):
        out += varint(value)


def _write_list(out: bytearray, kind: int, values: Sequence[Any]) -> None:
    out.append(min(len(values), 15) << 4 | kind)
    if len(values) >= 15:
        out += varint(len(values))
    for value in values:
        _write_value(out, _BYTE if kind in (_TRUE, _FALSE) else kind, value)
