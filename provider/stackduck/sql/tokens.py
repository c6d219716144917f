"""DuckDB's tokens with their places in the text: enough to split scripts, find placeholders and cut spans.

Owns lexing and nothing else. It is light on purpose: a statement that names no provider is lexed here and goes to
DuckDB without a parser being loaded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from stackduck.errors import ProgrammingError

_PATTERN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>--[^\n]*|/\*)
    | (?P<string>[eE]'(?:[^'\\]|\\.|'')*' | (?:[xXbB])?'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<dollar>\$(?P<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$)
    | (?P<named>\$[A-Za-z_\u0080-\uffff][\w]*|\$\d+)
    | (?P<word>[A-Za-z_\u0080-\U0010ffff][\w$\u0080-\U0010ffff]*)
    | (?P<number>(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
    | (?P<template>\{\{[^{}'"]*\}\})
    | (?P<symbol>::|:=|->>|->|=>|==|<=|>=|<>|!=|\|\||\*\*|//|.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One token; comments and white space are none."""

    kind: str
    """word, quoted, string, number, named ($x), template ({{ x }}) or symbol."""
    text: str
    start: int
    end: int
    """One past the last character."""

    @property
    def name(self) -> str:
        """The identifier that a word or a quoted name stands for."""
        return self.text[1:-1].replace('""', '"') if self.kind == "quoted" else self.text

    def is_word(self, *words: str) -> bool:
        """Tell whether this is one of the given keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words


def tokenize(text: str) -> list[Token]:
    """Return the tokens of the text. Raises ProgrammingError at an unterminated string, name or comment."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        assert match is not None  # '.' under DOTALL matches anything
        kind = match.lastgroup or "symbol"
        end = match.end()
        if kind == "tag" or kind == "dollar":
            kind, end = "string", _end_of_dollar_quote(text, match)
        elif kind == "comment":
            end = _end_of_comment(text, at, end)
        elif kind == "symbol" and match.group() in "'\"":
            raise ProgrammingError(f"unterminated quote {_place(text, at)}; close it with {match.group()}")
        if kind not in ("space", "comment"):
            tokens.append(Token(kind, text[at:end], at, end))
        at = end
    return tokens


def string_value(token: Token) -> str | None:
    """Return what a plain or dollar-quoted string token stands for; None for escape, hex and bit strings."""
    if token.text[:1] == "'":
        return token.text[1:-1].replace("''", "'")
    if token.text[:1] == "$":
        tag = token.text[: token.text.index("$", 1) + 1]
        return token.text[len(tag) : -len(tag)]
    return None


def _end_of_dollar_quote(text: str, match: re.Match[str]) -> int:
    close = text.find(match.group(), match.end())
    if close < 0:
        raise ProgrammingError(f"unterminated {match.group()} quote {_place(text, match.start())}")
    return close + len(match.group())


def _end_of_comment(text: str, start: int, end: int) -> int:
    if text.startswith("--", start):
        return end
    depth = 1
    for mark in re.finditer(r"/\*|\*/", text[end:]):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return end + mark.end()
    raise ProgrammingError(f"unterminated comment {_place(text, start)}; close it with */")


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"at line {line}, column {at - text.rfind(chr(10), 0, at)}"
