"""Statements in StackQL's words, answered by DuckDB after their translation, and by SQLite as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stackduck.engine.session import Session
from stackduck.sql.dialect.translate import translate as in_duckdbs_words
from stackduck.sql.statements import of_text

Rows = list[tuple[Any, ...]]
Ask = Callable[..., Rows]

PEOPLE = """
    CREATE TABLE people AS SELECT
        {'login': 'ann', 'id': 5, 'plan': {'name': 'pro', 'seats': [3, 4]},
            'data': '{"k": "v", "n": 7}'::JSON} AS person,
        ['ci', 'copilot'] AS topics, [{'name': 'bug', 'color': 'red'}] AS labels, {'total': 10, 'added': 2} AS seats,
        '{"a": 1, "s": "text", "l": [{"q": "z"}, 2], "n": null}'::JSON AS document, '{"a": "t"}' AS written,
        TIMESTAMPTZ '2026-01-31 10:05:09.75+00' AS seen, DATE '2026-01-31' AS day, 7 AS n, map {'k': 1} AS pairs
"""


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    session.rows(PEOPLE)
    yield session
    session.close()


@pytest.fixture
def translated(session: Session) -> Callable[[str], str]:
    """Return a function that translates a statement."""

    def translate(text: str) -> str:
        return in_duckdbs_words(of_text(text), session.problem).text

    return translate


@pytest.fixture
def ask(session: Session, translated: Callable[[str], str]) -> Ask:
    """Return a function that translates a statement and answers it."""

    def rows(text: str, **parameters: object) -> Rows:
        return session.rows(translated(text), parameters or None)

    return rows


@pytest.fixture
def value(ask: Ask) -> Callable[[str], Any]:
    """Return a function that gives the value of an expression over the table."""

    def of(expression: str) -> Any:
        [(found,)] = ask(f"SELECT {expression} AS v FROM people")
        return found

    return of


@pytest.fixture
def sqlite() -> Iterator[Callable[[str], Rows]]:
    """Return a function that lets SQLite answer."""
    connection = sqlite3.connect(":memory:")
    yield lambda text: connection.execute(text).fetchall()
    connection.close()
