"""Rows that Python holds, as a relation and as a result."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from stackduck.engine import rows
from stackduck.engine.session import Session
from stackduck.errors import Error

COLUMNS = (("name", "VARCHAR"), ('a "b"', "VARCHAR[]"), ("at", "TIMESTAMPTZ"), ("n", "BIGINT"))
ROWS = [("x", ["a", "b"], datetime(2026, 1, 31, tzinfo=UTC), 1), (None, [], None, None), ("ü", None, None, 2**62)]


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


def test_rows_of_different_lengths_are_an_error(session: Session) -> None:
    with pytest.raises(ValueError, match="zip"):
        rows.result(session, COLUMNS, [ROWS[0], ("short",)])


def test_a_value_that_is_none_of_its_type_is_an_error(session: Session) -> None:
    with pytest.raises(Error):
        rows.fill(session, "r", (("n", "BIGINT"),), [("many",)])


@pytest.mark.parametrize("held", [ROWS, []], ids=["rows", "none"])
def test_a_relation_holds_the_rows(held: list[tuple[object, ...]], session: Session) -> None:
    rows.fill(session, "held #1", COLUMNS, iter(held))
    assert session.rows('FROM "held #1"') == held
    session.discard(["held #1"])
    session.settle()
    assert session.rows("SELECT table_name FROM duckdb_tables()") == []


@pytest.mark.parametrize("held", [ROWS, []], ids=["rows", "none"])
def test_a_result_has_the_rows_and_their_columns(held: list[tuple[object, ...]], session: Session) -> None:
    result = rows.result(session, COLUMNS, held)
    assert [name for name, *_ in result.description or ()] == [name for name, _ in COLUMNS]
    assert result.take(None) == held
