"""The same statements and conditions where nothing is kept, and of each record only what a statement names is read."""

from __future__ import annotations

import pytest

import stackduck

from .conftest import Connect, sorted_text
from .test_statements import STATEMENTS
from .twin import Twin

OF_USERS = {name: sql for name, sql in STATEMENTS.items() if "user_day" in sql}


@pytest.fixture(scope="module")
def connection(connect: Connect) -> stackduck.Connection:
    return connect(False)


@pytest.mark.parametrize("sql", OF_USERS.values(), ids=OF_USERS.keys())
def test_a_statement_answers_as_over_local_tables(connection: stackduck.Connection, twin: Twin, sql: str) -> None:
    assert sorted_text(connection.execute(sql).fetchall()) == sorted_text(twin.ask(sql))
