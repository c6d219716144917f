from __future__ import annotations

from collections.abc import Iterator

import pytest

import stackduck
from stackduck.errors import NotSupportedError
from stackduck.shell import answers
from stackduck.shell.answers import Answer


@pytest.fixture
def connection() -> Iterator[stackduck.Connection]:
    with stackduck.connect() as connection:
        yield connection


def all_of(answer: Answer, size: int = 2) -> list[int]:
    rows, found = answer.rows(), []
    while batch := rows.fetchmany(size):
        found += [row[0] for row in batch]
    return found


def test_rows_that_were_shown_but_not_kept_are_not_shown_as_if_they_were_all(
    connection: stackduck.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "KEPT", 3)
    answer = Answer(connection.execute("FROM range(5)"))
    assert all_of(answer) == [0, 1, 2, 3, 4]
    assert (answer.count, answer.is_whole, len(answer.kept)) == (5, True, 3)
    with pytest.raises(NotSupportedError, match="run the statement again"):
        answer.rows()


def test_an_answer_is_read_as_often_as_one_likes(connection: stackduck.Connection) -> None:
    answer = Answer(connection.execute("FROM range(5)"))
    assert all_of(answer) == all_of(answer, 3) == all_of(answer, 100) == [0, 1, 2, 3, 4]


def test_a_second_passage_goes_on_where_the_first_stopped(connection: stackduck.Connection) -> None:
    answer = Answer(connection.execute("FROM range(5)"))
    assert answer.rows().fetchmany(2) == [(0,), (1,)]
    assert not answer.is_whole
    assert all_of(answer) == [0, 1, 2, 3, 4]


def test_what_was_read_outlasts_the_next_statement(connection: stackduck.Connection) -> None:
    answer = Answer(connection.execute("FROM range(5)"))
    answer.rows().fetchmany(2)
    answer.settle()
    connection.execute("SELECT 1").fetchall()
    assert all_of(answer) == [0, 1, 2, 3, 4]
    assert answer.is_whole


def test_an_endless_answer_is_not_read_to_its_end(connection: stackduck.Connection) -> None:
    answer = Answer(connection.execute("FROM range(1_000_000_000_000)"))
    answer.rows().fetchmany(2)
    answer.settle()
    assert not answer.is_whole
    assert 2 <= answer.count <= answers.KEPT + answers.BATCH
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_closed_answer_keeps_what_was_read(connection: stackduck.Connection) -> None:
    answer = Answer(connection.execute("FROM range(5)"))
    answer.rows().fetchmany(2)
    answer.close()
    assert all_of(answer) == [0, 1]
