"""EXEC, which runs one method by its name: its arguments, its hints, and EXEC inside a SELECT. Sees tokens alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.sql.changing import clauses
from stackduck.sql.changing.clauses import Tokens
from stackduck.sql.statements import Statement, of_text

BODY = "@json"
"""The name of the argument @@json, which is the whole body."""

_CREATED = ("TABLE", "VIEW", "MACRO", "FUNCTION")
_KEPT = "CREATE TABLE … AS SELECT … FROM (EXEC …)"
_HINT = re.compile(r"/\*\+(.*?)\*/", re.DOTALL)


def arguments(tokens: Tokens) -> Iterator[tuple[str, Tokens]]:
    """Yield name and value of each @name = value, with commas between them or without; @@json is called @json."""
    if tokens and tokens[0].text != "@":
        raise _unreadable(tokens)
    starts = [at for at, token in clauses.outer(tokens) if token.text == "@" and (not at or tokens[at - 1].text != "@")]
    for start, end in zip(starts, [*starts, len(tokens)][1:], strict=True):
        argument = tokens[start:end]
        yield _named(argument[:-1] if argument[-1].text == "," and end < len(tokens) else argument)


def shows_rows(statement: Statement) -> bool:
    """Tell whether a hint asks for the rows of the answer: EXEC /*+ SHOWRESULTS */ …"""
    at = next((i for i, token in enumerate(statement.tokens) if token.is_word("EXEC")), None)
    if at is None or at + 1 >= len(statement.tokens):
        return False
    between = statement.text[statement.tokens[at].end : statement.tokens[at + 1].start]
    return any(re.search(r"\bSHOWRESULTS\b", hint, re.IGNORECASE) for hint in _HINT.findall(between))


def within(statement: Statement) -> tuple[int, int] | None:
    """Return where EXEC with its parentheses stands in SELECT … FROM (EXEC …); None for any other statement."""
    tokens = statement.tokens
    for at in range(1, len(tokens) - 1):
        is_source = tokens[at - 1].is_word("FROM", "JOIN") or tokens[at - 1].text == ","
        if is_source and tokens[at].text == "(" and tokens[at + 1].is_word("EXEC"):
            return tokens[at].start, tokens[clauses.close_of(tokens, at)].end
    return None


def inner(statement: Statement, span: tuple[int, int]) -> Statement:
    """Return the EXEC that stands in parentheses at a place of a statement."""
    return of_text(statement.text[span[0] + 1 : span[1] - 1].strip())


def refuse_around(outer: Statement, *, is_change: bool) -> None:
    """Refuse a statement that does not read the answer of the EXEC inside it.

    One that keeps the query has no answer later; a change is not carried out for one that only looks, or may do
    nothing at all. Raises NotSupportedError.
    """
    created = next((t.text.upper() for t in outer.tokens if t.is_word(*_CREATED)), "")
    what = f"CREATE {created}" if outer.keyword == "CREATE" else outer.keyword
    if what == "PREPARE" or (what.startswith("CREATE ") and created != "TABLE"):
        raise NotSupportedError(f"{what} cannot keep EXEC, whose answer is there once; write {_KEPT}")
    if is_change and what in ("DESCRIBE", "DESC", "SHOW"):
        raise NotSupportedError(f"{what} would carry the change out; write EXPLAIN, which sends nothing")
    if is_change and what == "CREATE TABLE" and (doubtful := _doubtful(outer)):
        raise NotSupportedError(f"CREATE TABLE {doubtful} would carry the change out and keep no row; leave it out")


def _doubtful(created: Statement) -> str:
    """Return what lets a CREATE TABLE … AS take no rows; empty where it takes them all."""
    words = [token.text.upper() for token in created.tokens]
    query = words.index("AS") if "AS" in words else len(words)
    if "EXISTS" in words[:query]:
        return "IF NOT EXISTS"
    return "WITH NO DATA" if words[-3:] == ["WITH", "NO", "DATA"] else ""


def _named(tokens: Tokens) -> tuple[str, Tokens]:
    is_body = len(tokens) > 3 and tokens[1].text == "@" and tokens[2].is_word("JSON")
    at = 2 if is_body else 1
    is_named = len(tokens) > at + 2 and tokens[at].kind in ("word", "quoted") and tokens[at + 1].text == "="
    if not is_named:
        raise _unreadable(tokens)
    return (BODY if is_body else tokens[at].name), tokens[at + 2 :]


def _unreadable(tokens: Tokens) -> ProgrammingError:
    shown = " ".join(token.text for token in tokens[:6])
    return ProgrammingError(f"EXEC cannot read {shown}; write @name = value, or @@json = '{{…}}' for the body")
