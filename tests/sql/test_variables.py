"""Placeholders become bound values; none is pasted into the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import pytest

from stackduck.errors import InterfaceError, ProgrammingError
from stackduck.sql.statements import of_text
from stackduck.sql.variables import bind, check_all_used, inlined

Values = Mapping[str, object] | Sequence[object]


@pytest.mark.parametrize(
    ("text", "values", "words"),
    [
        ("SELECT $name", {}, "missing variable 'name'; give it a value, for example --var name=…"),
        ("SELECT $name", None, "missing variable 'name'"),
        ("SELECT '{{ name }}'", {"nam": 1}, "missing variable 'name'"),
        ("SELECT :name", ["x"], "missing variable 'name'; a named placeholder takes its value from a mapping"),
        ("SELECT ?, ?", ["x"], "missing value for placeholder 2; 1 were given"),
        ("SELECT $2", ["x"], "missing value for placeholder 2"),
        ("SELECT ?", {"a": 1}, "the statement has a positional placeholder; give its values as a sequence"),
        ("SELECT 'a-{{ name }}'", {"name": 1}, "'{{ name }}' is not a whole literal in 'a-{{ name }}'"),
        ("SELECT '{{ name }}{{ name }}'", {"name": 1}, "is not a whole literal"),
        ("SELECT '{{ a b }}'", {"a": 1}, "'{{ a b }}' is not a whole literal"),
        (
            "SELECT {{ name }}",
            {"name": 1},
            "the variable {{ name }} is not a whole literal; write '{{ name }}' or $name",
        ),
    ],
)
def test_a_placeholder_without_its_value_is_an_error_that_names_it(
    text: str, values: Values | None, words: str
) -> None:
    with pytest.raises(ProgrammingError) as caught:
        bind(of_text(text), values)
    assert words in str(caught.value)


@pytest.mark.parametrize("values", ["abc", b"abc", 5])
def test_values_that_are_no_collection_are_refused(values: object) -> None:
    with pytest.raises(InterfaceError):
        bind(of_text("SELECT ?"), values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "used", "positional", "words"),
    [
        ({"a": 1, "b": 2, "c": 3}, {"a"}, 0, "unused variable 'b', 'c'; no placeholder has that name"),
        ([1, 2], frozenset(), 1, "2 values were given for 1 placeholders"),
    ],
    ids=["named", "positional"],
)
def test_a_value_that_nothing_names_is_an_error(
    values: Values, used: frozenset[str], positional: int, words: str
) -> None:
    with pytest.raises(ProgrammingError) as caught:
        check_all_used(values, used=frozenset(used), positional=positional)
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("text", "values", "bound", "parameters"),
    [
        ("SELECT ?, ?", ["a", 2], "SELECT $1, $2", {"1": "a", "2": 2}),
        ("SELECT $2, $1", ["a", 2], "SELECT $2, $1", {"1": "a", "2": 2}),
        ("SELECT $name", {"name": None}, "SELECT $name", {"name": None}),
        ("SELECT x = :name", {"name": 1}, "SELECT x = $name", {"name": 1}),
        ("SELECT '{{ name }}', '{{name}}', ' {{ name }} '", {"name": 1}, "SELECT $name, $name, $name", {"name": 1}),
        ("SELECT $${{ name }}$$", {"name": 1}, "SELECT $name", {"name": 1}),
        ("SELECT 1 LIMIT :n", {"n": 1}, "SELECT 1 LIMIT $n", {"n": 1}),
        ("SELECT f(:a,:b)", {"a": 1, "b": 2}, "SELECT f($a,$b)", {"a": 1, "b": 2}),
        ("SELECT [:a, 2]", {"a": 1}, "SELECT [$a, 2]", {"a": 1}),
        ("SELECT {'k': :a}", {"a": 1}, "SELECT {'k': $a}", {"a": 1}),
    ],
)
def test_every_style_of_placeholder_is_bound(
    text: str, values: Values, bound: str, parameters: dict[str, object]
) -> None:
    found = bind(of_text(text), values)
    assert found.statement.text == bound
    assert found.parameters == parameters


@pytest.mark.parametrize(
    "text",
    [
        "SELECT l[a:b] FROM t",
        "SELECT l[:b] FROM t",
        "SELECT [1, 2][1:]",
        "SELECT {a: b}",
        "SELECT x::INT, x::int[]",
        "SELECT total: a + b",
        "SELECT a, total:b FROM t",
        "SELECT ':name', \":name\", $$:name$$ -- :name ? $x {{ y }}",
        "SELECT f(a := b)",
        "SELECT '{{', '}}', '{ name }'",
        "SELECT MAP {'k': 1}['k']",
    ],
)
def test_what_only_looks_like_a_placeholder_is_left_alone(text: str) -> None:
    assert bind(of_text(text)).statement.text == text


@pytest.mark.parametrize(
    "value", ["x' OR 1=1 --", "../../user", "{{ other }}", "$other", "", "a\nb", "'; DROP TABLE t; --"]
)
@pytest.mark.parametrize("text", ["SELECT ?", "SELECT $v", "SELECT :v", "SELECT '{{ v }}'"])
def test_a_value_stays_one_value(text: str, value: str) -> None:
    found = bind(of_text(text), [value] if "?" in text else {"v": value})
    assert value not in found.statement.text or value == ""
    assert duckdb.execute(found.statement.text, dict(found.parameters)).fetchall() == [(value,)]


def test_a_variable_of_the_session_is_left_to_duckdb_unless_a_value_is_given() -> None:
    held = frozenset({"v"})
    assert bind(of_text("SELECT $v"), session=held).parameters == {}
    assert bind(of_text("SELECT $v"), {"v": 1}, session=held).parameters == {"v": 1}


def test_it_is_told_which_values_were_used() -> None:
    assert bind(of_text("SELECT $a, $a"), {"a": 1, "b": 2}).used == {"a"}
    assert bind(of_text("SELECT ?, ?"), [1, 2, 3]).positional == 2
    assert bind(of_text("SELECT 1"), {"a": 1}).used == frozenset()


def test_a_text_that_is_stored_has_its_values_as_literals() -> None:
    text = "SELECT $a, $b, $c, '$a', $d"
    assert inlined(text, {"a": "it's", "b": None, "c": True}) == "SELECT 'it''s', NULL, true, '$a', $d"
