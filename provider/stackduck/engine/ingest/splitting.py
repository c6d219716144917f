"""The records of several days, put into a file for each day before they are parsed.

To split text is cheaper than to split columns: a hundred small columns a day cost DuckDB more than all their values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO

_CHUNK = 8_000_000
_DAY = re.compile(rb'"day"\s*:\s*"(\d{4}-\d\d-\d\d)"')


class NoDayError(Exception):
    """A record has no day, or what it has is none; the argument says what."""


def split(records: Path, folder: Path, *, exactly: bool = False) -> dict[date, Path]:
    """Write the records of each day to a file in the folder; raises NoDayError.

    Only when `exactly` each record is decoded; else the first text in it that looks like its day counts.
    """
    texts: dict[bytes, date] = {}
    day_of = _exact_day_of if exactly else _day_of
    with records.open("rb") as source:
        for lines in _chunks(source):
            by_day: dict[bytes, list[bytes]] = {}
            for line in lines:
                by_day.setdefault(day_of(line), []).append(line)
            for day, some in by_day.items():
                if day not in texts:
                    texts[day] = _decoded(day)
                with (folder / day.decode()).open("ab", buffering=0) as file:
                    file.write(b"\n".join((*some, b"")))
    return {day: folder / name.decode() for name, day in texts.items()}


def _chunks(source: BinaryIO) -> Iterator[list[bytes]]:
    rest = b""
    while chunk := source.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        yield [line for line in lines if line and not line.isspace()]
    if rest.strip():
        yield [rest]


def _day_of(line: bytes) -> bytes:
    found = _DAY.search(line)
    return found[1] if found else _exact_day_of(line)


def _exact_day_of(line: bytes) -> bytes:
    return str(json.loads(line).get("day"))[:10].encode()


def _decoded(day: bytes) -> date:
    try:
        return date.fromisoformat(day.decode())
    except ValueError as exc:
        raise NoDayError(day.decode()) from exc
