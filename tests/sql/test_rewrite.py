"""Spans of a text are replaced, the rest stays."""

from __future__ import annotations

import duckdb
import pytest

from stackduck.sql.rewrite import Edit, literal, quote, splice


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(AssertionError):
        splice("abcdef", [Edit(0, 3, "x"), Edit(2, 4, "y")])


def test_edits_are_made_in_the_order_of_their_places() -> None:
    assert splice("abcdef", [Edit(4, 5, "E"), Edit(0, 1, "A"), Edit(2, 2, "+"), Edit(0, 1, "A")]) == "Ab+cdEf"
    assert splice("abc", []) == "abc"


@pytest.mark.parametrize("name", ["a", 'a"b', "a b", "sélect", "a.b"])
def test_a_quoted_name_means_itself(name: str) -> None:
    assert duckdb.execute(f"SELECT 1 AS {quote(name)}").description[0][0] == name


@pytest.mark.parametrize("value", [None, True, False, 3, -1.5, "it's", "", "a\nb"])
def test_a_literal_means_its_value(value: object) -> None:
    assert duckdb.execute(f"SELECT {literal(value)}").fetchall() == [(value,)]
