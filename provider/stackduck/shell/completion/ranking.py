"""Which of the candidates are meant by what is typed, the likeliest first.

A candidate is meant when it has the typed characters in their order; how well it has them decides before what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum

from stackduck.frozen import frozen

MOST = 300
"""How many are told; a menu is never read further."""
_WORD = re.compile(r"[^\W_]+")


class Weight(IntEnum):
    """What a candidate is; the smaller comes first among those that match equally well."""

    CONDITION = 0
    """A whole condition, which joins two tables."""
    REQUIRED = 1
    """A parameter without which the resource cannot be asked."""
    VALUE = 2
    QUERY = 3
    """One of WITH."""
    OUTPUT = 4
    """A name that the SELECT gives by AS."""
    COLUMN = 5
    PARAMETER = 6
    """A parameter that may be given."""
    LOCAL = 7
    """A table of the database."""
    LEVEL = 8
    """The next part of a provider's names."""
    RESOURCE = 9
    ALIAS = 10
    OUTER = 11
    """A column of a query around this one."""
    COMMON = 12
    """A function that many statements have."""
    FUNCTION = 13
    FACTS = 14
    """A table of what can be asked."""
    WORD = 15


@frozen
class Candidate:
    """What may be put in at the cursor."""

    text: str
    """What is put in, in the place of what is typed."""
    label: str
    """What is shown, and compared with what is typed."""
    note: str = ""
    """What is said beside it."""
    weight: Weight = Weight.WORD


def ranked(candidates: Iterable[Candidate], typed: str) -> list[Candidate]:
    """Return the candidates that are meant, the likeliest first; each label once."""
    found: dict[str, tuple[tuple[int, ...], Candidate]] = {}
    pattern = _subsequence(typed.lower())
    for at, candidate in enumerate(candidates):
        order = _order(candidate, typed.lower(), pattern, at)
        if order is not None and (candidate.label not in found or order < found[candidate.label][0]):
            found[candidate.label] = order, candidate
    return [candidate for _, candidate in sorted(found.values(), key=lambda each: each[0])[:MOST]]


def _order(candidate: Candidate, typed: str, pattern: re.Pattern[str] | None, at: int) -> tuple[int, ...] | None:
    """Return where a candidate stands: how well it matches, what it is, how closely; None where it is not meant."""
    if pattern is None:
        return 0, candidate.weight, 0, at
    label = candidate.label.lower()
    # Whatever matches has the letters in their order; most candidates do not.
    match = pattern.search(label)
    if match is None:
        return None
    last = label[label.rstrip(".").rfind(".") + 1 :]
    if label.startswith(typed) or last.startswith(typed):
        return int(typed not in (label, last)), candidate.weight, 0, at
    starts = [match.start() for match in _WORD.finditer(label)]
    for number, start in enumerate(starts):
        if label.startswith(typed, start):
            return 2, candidate.weight, number, at
    if len(typed) > 1 and typed in "".join(label[start] for start in starts):
        return 3, candidate.weight, 0, at
    if (inside := label.find(typed)) >= 0:
        return 4, candidate.weight, inside, at
    length = match.end() - match.start()
    # A few letters that are scattered widely were not meant.
    return None if len(typed) < 3 or length > 3 * len(typed) + 6 else (5, candidate.weight, length, at)


def _subsequence(typed: str) -> re.Pattern[str] | None:
    """Return what finds the characters in their order, as close together as the first of them allows."""
    return re.compile(".*?".join(map(re.escape, typed))) if typed else None
