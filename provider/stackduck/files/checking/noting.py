"""Offsets of a file as lines and columns, and findings at them. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path

from stackduck.files.checking.failures import Told
from stackduck.files.checking.model import Finding, Place
from stackduck.files.checking.rules import RULES


class Noting:
    """Makes the findings of one file."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._length = len(text)
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, rule: str, start: int, end: int, *, message: str = "", instead: str = "") -> Finding:
        """Return a finding from one offset to another; the rule's own words are said where there are no others."""
        found = RULES[rule]
        places = self._place(start), self._place(max(end, start + 1))
        return Finding(found, self._path, *places, message or found.says, instead or found.instead)

    def told(self, told: Told, start: int, end: int) -> Finding:
        """Return a finding for an error."""
        return self.at(told.rule, start, end, message=told.message, instead=told.instead)

    def on_line(self, rule: str, line: int, message: str) -> Finding:
        """Return a finding about a whole line, by its number."""
        number = max(1, min(line, len(self._starts)))
        ends = [*self._starts[1:], self._length + 1]
        return self.at(rule, self._starts[number - 1], ends[number - 1] - 1, message=message)

    def offset(self, place: Place) -> int:
        """Return the offset of a place."""
        return self._starts[place.line - 1] + place.column - 1

    def _place(self, offset: int) -> Place:
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)
