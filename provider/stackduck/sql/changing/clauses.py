"""What stands outside all brackets of a text: finding words there, and cutting there. Sees tokens, parses nothing.

Enough for statements that no parser of DuckDB's reads, such as REPLACE and EXEC, and for conditions of which nothing
but their parts must be known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackduck.errors import ProgrammingError
from stackduck.sql.tokens import Token

Tokens = Sequence[Token]

_CLOSERS = {"(": ")", "[": "]", "{": "}", "CASE": "END"}


def outer(tokens: Tokens) -> Iterator[tuple[int, Token]]:
    """Yield the tokens outside all brackets and CASE … END, with their places; brackets themselves are none of them.

    Raises ProgrammingError where a bracket is closed that is not open, or not closed at all.
    """
    still_open: list[str] = []
    for at, token in enumerate(tokens):
        if not _is_bracket(token, still_open) and not still_open:
            yield at, token
    if still_open:
        raise ProgrammingError(f"{still_open[-1]} is not closed; write {_CLOSERS[still_open[-1]]}")


def find(tokens: Tokens, *words: str, start: int = 0) -> int | None:
    """Return where the first of the words stands outside all brackets, from a place on."""
    return next((at for at, token in outer(tokens) if at >= start and token.is_word(*words)), None)


def split(tokens: Tokens, mark: str) -> list[Tokens]:
    """Cut at a word or symbol outside all brackets; the whole where there is none."""
    cuts = [at for at, token in outer(tokens) if token.kind in ("word", "symbol") and token.text.upper() == mark]
    starts, ends = [0, *(at + 1 for at in cuts)], [*cuts, len(tokens)]
    return [tokens[start:end] for start, end in zip(starts, ends, strict=True)]


def close_of(tokens: Tokens, at: int) -> int:
    """Return where the bracket that opens at a place is closed."""
    still_open: list[str] = []
    for place in range(at, len(tokens)):
        _is_bracket(tokens[place], still_open)
        if not still_open:
            return place
    raise ProgrammingError(f"{tokens[at].text} is not closed; write {_CLOSERS[tokens[at].text]}")


def inside(tokens: Tokens) -> Tokens | None:
    """Return what one pair of parentheses around all of the tokens holds; None where there is no such pair."""
    if len(tokens) < 2 or tokens[0].text != "(" or close_of(tokens, 0) != len(tokens) - 1:
        return None
    return tokens[1:-1]


def dotted_name(tokens: Tokens, at: int = 0) -> tuple[str, ...]:
    """Return the parts of a name such as a.b."c.d" that begins at a place; none where there is no name."""
    parts: list[str] = []
    while at < len(tokens) and tokens[at].kind in ("word", "quoted"):
        parts.append(tokens[at].name)
        if at + 1 >= len(tokens) or tokens[at + 1].text != ".":
            break
        at += 2
    return tuple(parts)


def _is_bracket(token: Token, still_open: list[str]) -> bool:
    """Tell whether a token opens or closes something, and note it."""
    mark = token.text if token.kind == "symbol" else token.text.upper() if token.kind == "word" else ""
    if mark in _CLOSERS:
        still_open.append(mark)
    elif still_open and mark == _CLOSERS[still_open[-1]]:
        still_open.pop()
    elif mark in (")", "]", "}"):
        raise ProgrammingError(f"{mark} closes what is not open; check the brackets")
    else:
        return False
    return True
