"""Finding and cutting outside brackets, by tokens alone."""

from __future__ import annotations

import pytest

from stackduck.errors import ProgrammingError
from stackduck.sql.changing import clauses
from stackduck.sql.tokens import tokenize


def written(tokens: clauses.Tokens) -> str:
    return " ".join(token.text for token in tokens)


@pytest.mark.parametrize("text", ["a)", "a]", "(a]", "(a", "[1, 2", "CASE WHEN a THEN b"])
def test_brackets_that_do_not_fit_are_an_error(text: str) -> None:
    with pytest.raises(ProgrammingError, match=r"closed|closes"):
        list(clauses.outer(tokenize(text)))


@pytest.mark.parametrize(
    ("text", "mark", "parts"),
    [
        ("a = 1 AND b = 2", "AND", ["a = 1", "b = 2"]),
        ("a = (x AND y) and b = 2", "AND", ["a = ( x AND y )", "b = 2"]),
        ("a = CASE WHEN x AND y THEN 1 END AND b = 2", "AND", ["a = CASE WHEN x AND y THEN 1 END", "b = 2"]),
        ("'x AND y' AND \"AND\"", "AND", ["'x AND y'", '"AND"']),
        ("[1, 2], {'a': 3, 'b': 4}, f(5, 6)", ",", ["[ 1 , 2 ]", "{ 'a' : 3 , 'b' : 4 }", "f ( 5 , 6 )"]),
        ("a", ",", ["a"]),
        ("", ",", [""]),
    ],
    ids=["plain", "parentheses", "case", "quoted", "brackets", "one", "none"],
)
def test_a_text_is_cut_outside_all_brackets(text: str, mark: str, parts: list[str]) -> None:
    assert [written(part) for part in clauses.split(tokenize(text), mark)] == parts


def test_end_is_a_word_where_no_case_is_open() -> None:
    assert written([token for _, token in clauses.outer(tokenize("a AS end"))]) == "a AS end"


@pytest.mark.parametrize(
    ("text", "within"), [("(a, b)", "a , b"), ("(a) = (b)", None), ("a", None), ("((a))", "( a )"), ("()", "")]
)
def test_one_pair_of_parentheses_is_taken_off(text: str, within: str | None) -> None:
    found = clauses.inside(tokenize(text))
    assert (None if found is None else written(found)) == within


@pytest.mark.parametrize(
    ("text", "name"),
    [('a."b.c".d = 1', ("a", "b.c", "d")), ("`a`.b", ("a", "b")), ("a.", ("a",)), ("= 1", ()), ("", ())],
)
def test_a_dotted_name_is_read_with_its_quotes_off(text: str, name: tuple[str, ...]) -> None:
    assert clauses.dotted_name(tokenize(text)) == name
