"""How a name or a value is written at a place: quoted where it must be, closed where a quotation mark is open."""

from __future__ import annotations

from collections.abc import Sequence

from stackduck.shell.completion.places import Place
from stackduck.sql.rewrite import literal, plain_name


def name(place: Place, parts: Sequence[str], *, then: str = "") -> str:
    """Return the parts of a name joined by dots; `then` follows it, or closes what is open."""
    if place.quote:
        first = parts[0].replace(place.quote, place.quote * 2) + place.quote
        return ".".join((first, *map(plain_name, parts[1:]))) + then
    return ".".join(map(plain_name, parts)) + then


def value(place: Place, text: str) -> str:
    """Return a text as a string literal, or the rest of one that is open."""
    return literal(text)[1:] if place.quote else literal(text)


def in_case_of(typed: str, word: str, *, before: str) -> str:
    """Return a keyword in the case in which the user writes: that of the word, else that of what stands before."""
    sample = typed if typed.isalpha() else before
    has_lower, has_upper = any(map(str.islower, sample)), any(map(str.isupper, sample))
    return word.lower() if has_lower and not has_upper else word
