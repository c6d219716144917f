"""The tokens of a statement taken from the left, word by word: for statements that are told by their words alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from stackduck.errors import ProgrammingError
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import Token


@dataclass(slots=True)
class Words:
    """A statement, and how far it is read."""

    statement: Statement
    at: int
    """The first token that is not taken yet."""
    tokens: Sequence[Token] = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.statement.tokens

    @property
    def left(self) -> Sequence[Token]:
        """The tokens that are not taken yet."""
        return self.tokens[self.at :]

    def take(self, *words: str) -> str:
        """Take the next token if it is one of these words; return it in capitals, or an empty text."""
        if not self.left or not self.left[0].is_word(*words):
            return ""
        self.at += 1
        return self.tokens[self.at - 1].text.upper()

    def name(self) -> tuple[str, ...]:
        """Take a name, such as a.b.c, and return its parts; none where no name stands."""
        parts: list[str] = []
        while self.left and self.left[0].kind in ("word", "quoted"):
            parts.append(self.left[0].name)
            self.at += 1
            if not (len(self.left) > 1 and self.left[0].text == "." and self.left[1].kind in ("word", "quoted")):
                break
            self.at += 1
        return tuple(parts)

    def text_until(self, *words: str) -> str:
        """Take all tokens before the first of these words that is in no parentheses; return their text."""
        start, depth = self.at, 0
        while self.left and not (depth == 0 and self.left[0].is_word(*words)):
            depth += (self.left[0].text == "(") - (self.left[0].text == ")")
            self.at += 1
        return self.statement.text[self.tokens[start].start : self.tokens[self.at - 1].end] if self.at > start else ""

    def end(self, what: str) -> None:
        """Raise ProgrammingError where anything is left."""
        if self.left:
            raise ProgrammingError(f"{what} does not take '{self.left[0].text}'; leave it out")
