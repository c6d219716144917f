"""Records out of files that are not one object a line: arrays, wrappers with `day_totals`, objects over many lines.

A file is read a piece at a time, and of a wrapper too no more than one record is held. Records keep their text, so that
nothing in them is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from json import JSONDecoder
from pathlib import Path
from typing import Any, TextIO

from stackduck.engine.ingest.survey import LONGEST_LINE

TOTALS = "day_totals"
_STEP = 1_000_000
_SPACE = re.compile(r"[ \t\r\n]*")
_MALFORMED = "malformed JSON"
_RECORD_WITH_RECORDS = f"the record of a day has {TOTALS}"
_DECODER = JSONDecoder()


class NotJSONError(Exception):
    """The file is no JSON, or not that of records; the argument says why, without its content."""


def records(path: Path, head: dict[str, Any]) -> Iterator[str]:
    """Yield the text of each record, on one line; what a wrapper says beside its records goes into `head`.

    Raises NotJSONError for what is neither record nor wrapper.
    """
    with path.open(encoding="utf-8", newline="") as file:
        text = _Text(file)
        try:
            found = _elements(text, partial(_object, head=head)) if text.peek() == "[" else _objects(text, head)
            for record in found:
                yield record.replace("\n", " ").replace("\r", " ")
            if text.peek():
                raise NotJSONError(_MALFORMED)
        except UnicodeDecodeError as exc:
            raise NotJSONError("invalid unicode") from exc
        except RecursionError as exc:
            raise NotJSONError("too many objects within each other") from exc


class _Text:
    """JSON text, of which only the piece that is looked at is in memory."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._kept: int | None = None
        """Where the text begins that is still wanted, if that is before the current place."""

    def peek(self) -> str:
        """Return the next character that is no space, without going on; none at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # matches anything
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_on():
                return ""

    def take(self, characters: str) -> str:
        """Go on behind the next character, which has to be one of these."""
        if (found := self.peek()) not in characters or not found:
            raise NotJSONError(_MALFORMED)
        self._at += 1
        return found

    def value(self) -> Any:
        """Go on behind the next value, and return it."""
        self.peek()
        while True:
            found, end = self._decoded()
            length = end - self._at
            # A number may go on behind the piece that is here.
            if 0 < end < len(self._text) or not self._read_on():
                break
        if not end:
            raise NotJSONError(_MALFORMED)
        self._at += length
        return found

    def ahead(self) -> tuple[Any, int] | None:
        """Return the next value and how long its text is, without going on; None where it is not whole soon."""
        self.peek()
        found, end = self._decoded()
        if not end and self._read_on():
            found, end = self._decoded()
        return (found, end - self._at) if end else None

    def go(self, length: int) -> str:
        """Go on behind so much text, and return it."""
        start, self._at = self._at, self._at + length
        return self._text[start : self._at]

    def name(self) -> str:
        """Go on behind the name of a field, and return it."""
        if self.peek() != '"':
            raise NotJSONError(_MALFORMED)
        found = self.value()
        self.take(":")
        return str(found)

    def keep(self) -> None:
        """Keep the text from here on, until it is taken or dropped."""
        self._kept = self._at

    def kept(self) -> str:
        """Return the text that was kept, up to here."""
        found = self._text[self._kept : self._at]
        self._kept = None
        return found

    def drop(self) -> None:
        """Keep no text any more."""
        self._kept = None

    def _decoded(self) -> tuple[Any, int]:
        """Return the value that begins here, and where it ends: 0 where it is not whole, or no JSON."""
        try:
            return _DECODER.raw_decode(self._text, self._at)
        except ValueError:
            return None, 0

    def _read_on(self) -> bool:
        """Read more of the file, as much as is here already, so that nothing is looked at too often."""
        start = self._at if self._kept is None else self._kept
        if len(self._text) - start > LONGEST_LINE:
            raise NotJSONError("maximum object size")
        rest = self._text[start:]
        more = self._file.read(max(_STEP, len(rest)))
        self._text, self._at = rest + more, self._at - start
        if self._kept is not None:
            self._kept = 0
        return bool(more)


def _objects(text: _Text, head: dict[str, Any]) -> Iterator[str]:
    while text.peek():
        yield from _object(text, head)


def _elements(text: _Text, element: Callable[[_Text], Iterator[str]]) -> Iterator[str]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    after = ","
    while after == ",":
        yield from element(text)
        after = text.take(",]")


def _object(text: _Text, head: dict[str, Any]) -> Iterator[str]:
    """Yield a record, or those of a wrapper."""
    _refuse_other(text)
    found = text.ahead()
    if found and TOTALS not in found[0]:
        yield text.go(found[1])
    else:
        yield from _looked_into(text, head)


def _record(text: _Text) -> Iterator[str]:
    """Yield a record within a wrapper."""
    _refuse_other(text)
    text.keep()
    if text.value().get(TOTALS) is not None:
        raise NotJSONError(_RECORD_WITH_RECORDS)
    yield text.kept()


def _refuse_other(text: _Text) -> None:
    if text.peek() != "{":
        text.value()
        raise NotJSONError("a record is no object")


@dataclass(slots=True)
class _Totals:
    """What an object has as `day_totals`."""

    count: int = 0
    value: object = None
    is_taken: bool = False
    """Whether its records have been."""

    def flaw(self, fields: Mapping[str, Any]) -> str | None:
        """Return what keeps an object with these other fields from being a record or a wrapper: none may be lost."""
        if self.count > 1:
            return f"it has {TOTALS} twice"
        if fields.get("day") is not None:
            # As null it is the same as not to be there.
            return _RECORD_WITH_RECORDS if self.is_taken or self.value is not None else None
        if self.count and not self.is_taken:
            return f"its {TOTALS} is {'null' if self.value is None else 'no array'}"
        return None


def _looked_into(text: _Text, head: dict[str, Any]) -> Iterator[str]:
    """Yield a record, or those of a wrapper, field by field: it may be large."""
    totals, fields = _Totals(), dict[str, Any]()
    text.keep()
    after = text.take("{") and text.peek()
    while after != "}":
        name = text.name()
        if name != TOTALS:
            fields[name] = text.value()
        else:
            totals.count += 1
            if text.peek() == "[" and totals.count == 1 and fields.get("day") is None:
                totals.is_taken = True
                text.drop()
                yield from _elements(text, _record)
            else:
                totals.value = text.value()
        after = text.take(",}")
    if flaw := totals.flaw(fields):
        raise NotJSONError(flaw)
    if totals.is_taken:
        head |= fields
    else:
        yield text.kept()
