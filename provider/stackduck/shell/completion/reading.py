"""The statement under the cursor as tokens in nested parentheses, whole or half written.

Reads any text without an error. Knows parentheses, quotes and comments; what words mean is for `clauses`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from stackduck.frozen import frozen
from stackduck.sql.tokens import Token, scan

CURSOR = Token("cursor", "", 0, 0)
_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")
_AFTER_OPERAND = ("FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "ORDER", "LIMIT")
_FINISHED = ("string", "quoted", "number", "template")


@dataclass(slots=True, eq=False)
class Group:
    """What stands between parentheses; the statement itself is the outermost."""

    mark: str = ""
    """The parenthesis that opens it."""
    items: list[Item] = field(default_factory=list)


Item: TypeAlias = Token | Group


@frozen
class Draft:
    """A statement that is being written."""

    path: tuple[Group, ...]
    """The groups around the cursor, outermost first; the last one has CURSOR among its items."""
    prefix: str = ""
    """What is typed of the word, string or quoted name at the cursor, without its quotation mark."""
    quote: str = ""
    """The quotation mark that is open at the cursor: ' or " or `."""
    length: int = 0
    """The characters that the prefix takes in the text, where a mark within it is doubled."""
    is_still: bool = False
    """Whether nothing can be completed: in a comment, in a number, right after a string or a parenthesis."""


def read(text: str, cursor: int) -> Draft:
    """Return the statement in which the cursor stands."""
    before = _with_doubled_marks(list(scan(text[:cursor])))
    last = before[-1] if before and before[-1].end == cursor else None
    prefix, quote = _typed(last)
    length = 0
    if last is not None and (prefix or quote):
        length = last.end - last.start - len(quote)
        before.pop()
    after = _rest(text[cursor:], quote, is_in_word=bool(prefix))
    root = Group()
    path = _nest([*_last_statement(before), CURSOR, *_first_statement(scan(after))], root)
    return Draft(path, prefix, quote, length, is_still=last is not None and _is_still(last))


def words_before(items: Sequence[Item], at: int) -> Iterator[str]:
    """Yield the words and symbols before a place, nearest first, in capitals; a group is its parenthesis."""
    for item in reversed(items[:at]):
        yield item.mark if isinstance(item, Group) else item.text.upper()


def name_before(items: Sequence[Item], at: int) -> tuple[tuple[str, ...], int]:
    """Return the parts of the name a.b.c that ends before a place, and where it starts; none where none ends there."""
    parts: list[str] = []
    while at > 0 and is_name(items[at - 1]):
        parts.insert(0, name_of(items[at - 1]))
        at -= 1
        if at == 0 or not is_symbol(items[at - 1], "."):
            break
        at -= 1
    return tuple(parts), at


def is_name(item: Item) -> bool:
    """Tell whether an item is a word or a quoted name."""
    return isinstance(item, Token) and item.kind in ("word", "quoted")


def name_of(item: Item) -> str:
    """Return the name that a word or a quoted name stands for, else an empty text."""
    return item.name if isinstance(item, Token) and item.kind in ("word", "quoted") else ""


def is_word(item: Item, *words: str) -> bool:
    """Tell whether an item is one of the given keywords."""
    return isinstance(item, Token) and item.is_word(*words)


def is_symbol(item: Item, *symbols: str) -> bool:
    """Tell whether an item is one of the given symbols."""
    return isinstance(item, Token) and item.kind == "symbol" and item.text in symbols


def _with_doubled_marks(tokens: list[Token]) -> list[Token]:
    """Join what is open at the end with what a doubled quotation mark cuts off: 'it' and 's of 'it''s."""
    while len(tokens) > 1 and tokens[-1].kind in ("open string", "open quoted"):
        before, last = tokens[-2:]
        if before.end != last.start or before.text[0] != last.text[0] or before.kind not in ("string", "quoted"):
            break
        tokens[-2:] = [Token(last.kind, before.text + last.text, before.start, last.end)]
    return tokens


def _typed(last: Token | None) -> tuple[str, str]:
    """Return what is typed of the token at the cursor, and the quotation mark that is open."""
    if last is None:
        return "", ""
    if last.kind in ("open string", "open quoted"):
        mark = last.text[0]
        return last.text[1:].replace(mark * 2, mark), mark
    return (last.text, "") if last.kind in ("word", "named") or last.text == "$" else ("", "")


def _is_still(last: Token) -> bool:
    is_comment = last.kind == "open comment" or (last.kind == "comment" and last.text.startswith("--"))
    return is_comment or last.kind in _FINISHED or last.text in _CLOSING or last.text.startswith("$$")


def _rest(text: str, quote: str, *, is_in_word: bool) -> str:
    """Return the text after the cursor without the rest of what is under it.

    An odd number of quotation marks after the cursor tells that the first of them closes the string.
    """
    if quote:
        return text.partition(quote)[2] if text.count(quote) % 2 else text
    if is_in_word:
        return text.lstrip("".join({c for c in text if c.isalnum() or c in "_$"}))
    return text


def _last_statement(tokens: Sequence[Token]) -> list[Token]:
    ends = [at for at, token in enumerate(tokens) if token.text == ";" and token.kind == "symbol"]
    return [token for token in tokens[ends[-1] + 1 if ends else 0 :] if "comment" not in token.kind]


def _first_statement(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.text == ";" and token.kind == "symbol":
            return
        if "comment" not in token.kind:
            yield token


def _nest(tokens: Sequence[Token], root: Group) -> tuple[Group, ...]:
    """Put the tokens into groups; return those around the cursor."""
    stack: list[Group] = [root]
    path: tuple[Group, ...] = (root,)
    missing = 0
    for at, token in enumerate(tokens):
        if token is CURSOR:
            path, missing = tuple(stack), _missing_ends(len(stack) - 1, tokens[at:])
        elif missing and stack[-1] in path and token.is_word(*_AFTER_OPERAND) and not _holds_query(stack[-1]):
            # count(| FROM t: what follows was not meant to be in these parentheses.
            stack.pop()
            missing -= 1
        if token.kind == "symbol" and token.text in _OPENING:
            group = Group(token.text)
            stack[-1].items.append(group)
            stack.append(group)
        elif token.kind == "symbol" and token.text in _CLOSING:
            del stack[max(1, len(stack) - 1) :]
        else:
            stack[-1].items.append(token)
    return path


def _missing_ends(depth: int, after: Iterable[Token]) -> int:
    """Return how many of the parentheses around the cursor are never closed."""
    inner = 0
    for token in after:
        if token.kind == "symbol" and token.text in (*_OPENING, *_CLOSING):
            inner += 1 if token.text in _OPENING else -1
            depth, inner = (depth - 1, 0) if inner < 0 else (depth, inner)
    return max(depth, 0)


def _holds_query(group: Group) -> bool:
    return bool(group.items) and is_word(group.items[0], "SELECT", "WITH", "FROM", "VALUES")
