from __future__ import annotations

import pytest

from stackduck.shell.parameters import lacking, taken_by, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30", 30),
        ("-1", -1),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("NULL", None),
        ("octo", "octo"),
        ("'30'", "30"),
        ("'it''s'", "it's"),
        ("'open", "'open"),
        ("2026-01-02", "2026-01-02"),
        ("1_000", "1_000"),
        ("nan", "nan"),
    ],
)
def test_a_value_is_what_it_looks_like(text: str, expected: object) -> None:
    found = value(text)
    assert (found, type(found)) == (expected, type(expected))


def test_a_statement_takes_the_values_that_it_names() -> None:
    values = {"a": 1, "b": 2, "c": 3, "d": 4}
    assert taken_by("SELECT $a, '$b', :c, '{{ d }}' -- $b", values) == {"a": 1, "c": 3, "d": 4}


def test_a_statement_that_cannot_be_read_takes_none() -> None:
    assert taken_by("SELECT $a, '", {"a": 1}) == {}
    assert taken_by("SELECT {{ a }}", {"a": 1}) == {}


def test_what_lacks_is_neither_given_nor_set_by_the_text() -> None:
    assert lacking("SET VARIABLE a = 1; SELECT $A, $b, $c, ?", {"b": 2}) == ["c"]
