"""Comments that ask for a rule to be ignored: -- stackduck: ignore RULE, RULE. Pure.

Such a comment holds for the statement in which, before which, or on whose last line it stands; before the first
statement it holds for the front matter too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence

from stackduck.frozen import frozen
from stackduck.sql.tokens import Token, scan

_IGNORE = re.compile(r"stackduck:\s*ignore\b[ \t]*([^\n*]*)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_COMMA = re.compile(r"\s*,\s*")


@frozen
class Ignored:
    """A rule's name in such a comment, and where it stands; an empty name where the comment has none."""

    name: str
    start: int
    end: int
    region: int


class Suppressions:
    """The comments of one file that ask for something to be ignored."""

    def __init__(self, text: str) -> None:
        tokens = list(scan(text)) if _IGNORE.search(text) else []
        self._ends = _ends(text, tokens)
        self.ignored = [each for token in tokens if "comment" in token.kind for each in self._of(token)]

    def _of(self, token: Token) -> list[Ignored]:
        match = _IGNORE.search(token.text)
        if match is None:
            return []
        region = self._region(token.start)
        names = _names(match[1])
        if not names:
            return [Ignored("", token.start + match.start(), token.start + match.end(), region)]
        start = token.start + match.start(1)
        return [Ignored(name, start + at, start + at + len(name), region) for name, at in names]

    def covers(self, rule: str, offset: int) -> bool:
        """Tell whether what breaks a rule at a place is to be ignored."""
        return any(each.name.lower() == rule and each.region == self._region(offset) for each in self.ignored)

    def unknown(self, rules: Collection[str]) -> list[Ignored]:
        """Return what is to be ignored and is no rule."""
        return [each for each in self.ignored if each.name.lower() not in rules]

    def _region(self, offset: int) -> int:
        return bisect_left(self._ends, offset)


def _names(listed: str) -> list[tuple[str, int]]:
    """Return the names of a list and where they start; what follows two dashes or a bracket says why."""
    found: list[tuple[str, int]] = []
    at = 0
    while match := _NAME.match(listed, at):
        if match[0].startswith("--"):
            break
        found.append((match[0], at))
        comma = _COMMA.match(listed, match.end())
        if comma is None:
            break
        at = comma.end()
    return found


def _ends(text: str, tokens: Sequence[Token]) -> list[int]:
    """Return where each statement ends, with the rest of its last line unless another one begins there."""
    ends: list[int] = []
    following = len(text) + 1
    for token in reversed(tokens):
        if token.text == ";" and token.kind == "symbol":
            line = text.find("\n", token.end)
            end = len(text) if line < 0 else line
            ends.append(end if following > end else token.end)
        if "comment" not in token.kind:
            following = token.start
    return ends[::-1]
