"""DuckDB's errors are ours, with its message and the names that the user knows."""

from __future__ import annotations

import duckdb
import pytest

from stackduck import errors
from stackduck.engine.failures import message, translated
from stackduck.engine.session import Session


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELEC 1", errors.ProgrammingError),
        ("SELECT nope", errors.ProgrammingError),
        ("SELECT * FROM nope", errors.ProgrammingError),
        ("SELECT 'a'::INTEGER", errors.DataError),
        ("SELECT 2147483647::INTEGER + 1::INTEGER", errors.DataError),
        ("SELECT * FROM 'nowhere.parquet'", errors.OperationalError),
        ("ROLLBACK", errors.OperationalError),
    ],
)
def test_a_failure_has_its_class(session: Session, statement: str, kind: type[errors.Error]) -> None:
    with pytest.raises(kind) as caught:
        session.run(statement).take(None)
    assert type(caught.value) is kind
    assert isinstance(caught.value.__cause__, duckdb.Error)


@pytest.mark.parametrize("name", [n for n in dir(duckdb) if n.endswith(("Error", "Exception"))])
def test_every_error_of_duckdb_is_one_of_ours(name: str) -> None:
    theirs = getattr(duckdb, name)
    with pytest.raises(errors.Error), translated():
        raise theirs("it")


def test_an_interrupted_fetch_is_an_operational_error() -> None:
    with pytest.raises(errors.OperationalError, match="interrupted"), translated():
        raise RuntimeError("Query interrupted")


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="something else"), translated():
        raise RuntimeError("something else")


def test_a_relations_number_is_not_shown() -> None:
    text = 'Binder Error: Table "github.copilot.org_seats #12" does not have a column named "x #1"'
    assert message(Exception(text)) == (
        'Binder Error: Table "github.copilot.org_seats" does not have a column named "x #1"'
    )
