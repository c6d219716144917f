"""DuckDB's tokens with their places in the text: enough to split scripts, find placeholders and cut spans.

Owns lexing and nothing else. It is light on purpose: a statement that names no provider is lexed here and goes to
DuckDB without a parser being loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stackduck.errors import ProgrammingError

# Letters, the underscore and all beyond ASCII, said by what they are not: re builds a table of 65,536 for the others.
_HEAD = r"[^\x00-@\[-^`{-\x7f]"
_TAIL = r"[^\x00-/:-@\[-^`{-\x7f]"
_WORD_TAIL = r"[^\x00-#%-/:-@\[-^`{-\x7f]"
"""The same with digits, and with $ as well."""
_PATTERN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<comment>--[^\n]*|/\*)
    | (?P<string>[eE]'(?:[^'\\]|\\.|'')*' | (?:[xXbB])?'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`)
    | (?P<dollar>\$(?P<tag>(?:{_HEAD}{_TAIL}*)?)\$)
    | (?P<named>\${_HEAD}\w*|\$\d+)
    | (?P<word>{_HEAD}{_WORD_TAIL}*)
    | (?P<number>(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
    | (?P<template>\{{\{{[^{{}}'"]*\}}\}})
    | (?P<symbol>::|:=|->>|->|=>|==|<=|>=|<>|!=|\|\||\*\*|//|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_OPENING = {"'": "open string", '"': "open quoted", "`": "open quoted"}


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
        mark = self.text[:1]
        return self.text[1:-1].replace(mark * 2, mark) if self.kind == "quoted" else self.text

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


def scan(text: str) -> Iterator[Token]:
    """Yield the tokens of a text that is still being written, comments (kind `comment`) among them.

    What is not terminated is one token to the end of the text: of kind `open string`, `open quoted` or `open comment`.
    """
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        assert match is not None  # '.' under DOTALL matches anything
        kind, end = match.lastgroup or "symbol", match.end()
        try:
            if kind in ("tag", "dollar"):
                kind, end = "string", _end_of_dollar_quote(text, match)
            elif kind == "comment":
                end = _end_of_comment(text, at, end)
        except ProgrammingError:
            kind, end = f"open {'comment' if kind == 'comment' else 'string'}", len(text)
        if kind == "symbol" and match.group() in _OPENING:
            kind, end = _OPENING[match.group()], len(text)
        if kind != "space":
            yield Token(kind, text[at:end], at, end)
        at = end


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
