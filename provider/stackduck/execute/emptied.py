"""Statements that define something, rewritten so that they define it without rows and without a file. Pure text."""

from __future__ import annotations

from pathlib import PurePath

from stackduck.sql import statements
from stackduck.sql.rewrite import quote
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import string_value

_CREATED = ("VIEW", "MACRO", "FUNCTION", "TYPE", "SCHEMA", "SEQUENCE", "TABLE", "INDEX")
_QUERIES = ("SELECT", "WITH", "FROM", "VALUES", "TABLE", "PIVOT", "UNPIVOT")


def created(statement: Statement) -> str:
    """Return the word that says what CREATE makes; empty for what is not made here, such as a secret."""
    if statement.keyword != "CREATE":
        return ""
    return next((t.text.upper() for t in statement.tokens[1:5] if t.is_word(*_CREATED)), "")


def without_rows(sql: str) -> str:
    """Return CREATE TABLE … AS so that the table has no rows, and CREATE TYPE AS ENUM (query) as a type of any text.

    Anything else is returned as it is.
    """
    statement = statements.of_text(sql)
    kind = created(statement)
    if kind == "TYPE":
        return _type_of_any_text(statement)
    words = [token.text.upper() for token in statement.tokens]
    if kind != "TABLE" or "AS" not in words or words[-2:] == ["NO", "DATA"]:
        return sql
    end = statement.tokens[-2].start if words[-2:] == ["WITH", "DATA"] else len(sql)
    return f"{sql[:end]}\nWITH NO DATA"


def _type_of_any_text(statement: Statement) -> str:
    tokens = statement.tokens
    at = next((at for at, token in enumerate(tokens) if token.is_word("ENUM")), len(tokens))
    inner = next((token for token in tokens[at:] if token.text not in ("ENUM", "enum", "(")), None)
    return f"{statement.text[: tokens[at].start]}VARCHAR" if inner and inner.is_word(*_QUERIES) else statement.text


def attached_in_memory(statement: Statement) -> str:
    """Return ATTACH so that a database in memory stands for the file; empty where it names none."""
    tokens = statement.tokens
    at = next((at for at, token in enumerate(tokens) if token.kind == "string"), None)
    if at is None:
        return ""
    has_name = at + 2 < len(tokens) and tokens[at + 1].is_word("AS")
    name = tokens[at + 2].name if has_name else PurePath(string_value(tokens[at]) or "").name.split(".")[0]
    return f"{statement.text[: tokens[at].start]}':memory:' AS {quote(name)}" if name else ""
