"""The WHERE of a change: understood whole, or refused."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.errors import CallLimitError, NotSupportedError, ProgrammingError
from stackduck.sql.changing import clauses, matching
from stackduck.sql.tokens import tokenize


def read(text: str) -> tuple[matching.Condition, list[str]]:
    """Return a condition and its expressions; every bare name is a column."""
    kept: list[str] = []

    def column(tokens: clauses.Tokens) -> str | None:
        name = clauses.dotted_name(tokens)
        return name[0].lower() if len(name) == 1 == len(tokens) else None

    def keep(expression: str) -> int:
        kept.append(expression)
        return len(kept) - 1

    return matching.read(tokenize(text), column=column, keep=keep, text=text), kept


def ways(text: str, *values: Any) -> list[dict[str, Any]]:
    return [dict(way) for way in matching.ways(read(text)[0], values)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a LIKE 'x%'",
            "a <> 'x'",
            "a != 'x'",
            "a > 1",
            "a BETWEEN 1 AND 2",
            "a NOT IN (1)",
            "NOT a = 1",
            "a IS NULL",
        ),
        *("a", "true", "1 = 1", "f(a) = 1", "a || 'x' = 'y'", "a = 1 IS NOT NULL", "a = 1 = b", "a = 1 COLLATE x"),
        *(
            "a = 1 ORDER BY b",
            "a = 1 LIMIT 1",
            "(a, b) = (1)",
            "(a, b) = 1",
            "(a, f(b)) = (1, 2)",
            "(a, a) = (1, 2)",
            "a IN ()",
            "a =",
        ),
        *(
            "a = 1 AND b LIKE 'x'",
            "a = 1 OR b > 2",
            "a[1] = 1",
            "a IN",
            "IN (1)",
            "a SIMILAR TO 'x'",
            "a ~ 'x'",
            "a = 1 AND ()",
        ),
        *("EXISTS (SELECT 1)", "a IS NOT DISTINCT FROM 1", "a = 1 AND (b = 2 OR NOT c = 3)"),
    ],
)
def test_a_condition_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(NotSupportedError, match="a change cannot be limited by the condition"):
        read(text)


@pytest.mark.parametrize("text", ["", "a = 1 AND", "OR a = 1"])
def test_an_empty_condition_is_an_error(text: str) -> None:
    with pytest.raises(ProgrammingError):
        read(text)


def test_a_row_of_another_length_is_an_error() -> None:
    condition, _ = read("(a, b) IN (SELECT x, y, z FROM t)")
    with pytest.raises(ProgrammingError, match="the query for a, b must give 2 columns"):
        matching.ways(condition, [[{"x": 1, "y": 2, "z": 3}]])


def test_ways_beyond_counting_are_refused() -> None:
    text = "(a, b) IN (SELECT x, y FROM t) AND (c, d) IN (SELECT x, y FROM t)"
    many = [{"x": n, "y": n} for n in range(400)]
    with pytest.raises(CallLimitError, match="more than 100,000 ways"):
        matching.ways(read(text)[0], [many, many])


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ("a = 'x' || 'y'", ["'x' || 'y'"]),
        ("'x' = a", ["'x'"]),
        ("a == $1", ["$1"]),
        ("(a) = ('x')", ["('x')"]),
        ("a IN (1, f(2, 3))", ["1", "f(2, 3)"]),
        ("(a, b) IN ((1, 2), (3, 4))", ["1", "2", "3", "4"]),
        ("a = CASE WHEN x = 1 AND y = 2 THEN 'b' END", ["CASE WHEN x = 1 AND y = 2 THEN 'b' END"]),
        ("a = (SELECT max(x) FROM t WHERE y > 1 OR z)", ["(SELECT max(x) FROM t WHERE y > 1 OR z)"]),
        ("a IN (SELECT x FROM t)", ['ARRAY(SELECT "the row" FROM (SELECT x FROM t\n) AS "the row")']),
        ("a IN (VALUES (1))", ['ARRAY(SELECT "the row" FROM (VALUES (1)\n) AS "the row")']),
        ("a = ANY($list)", ['ARRAY(SELECT "the row" FROM (SELECT unnest($list\n)\n) AS "the row")']),
        ("a IN ['x']", ['ARRAY(SELECT "the row" FROM (SELECT unnest([\'x\']\n)\n) AS "the row")']),
    ],
)
def test_values_stay_as_they_were_written(text: str, expressions: list[str]) -> None:
    assert read(text)[1] == expressions


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("a = 1", ["x"], [{"a": ("x",)}]),
        ("a IN (1, 2)", ["x", "y"], [{"a": ("x", "y")}]),
        ("a = 1 AND b = 2", ["x", "y"], [{"a": ("x",), "b": ("y",)}]),
        ("a = 1 OR a = 2", ["x", "y"], [{"a": ("x",)}, {"a": ("y",)}]),
        ("a = 1 AND (b = 2 OR c = 3)", ["x", "y", "z"], [{"a": ("x",), "b": ("y",)}, {"a": ("x",), "c": ("z",)}]),
        ("(a, b) IN ((1, 2), (3, 4))", [*"wxyz"], [{"a": ("w",), "b": ("x",)}, {"a": ("y",), "b": ("z",)}]),
        ("a IN (1, 2, 3) AND a IN (4, 5)", [1, 2, 3, 2, "3"], [{"a": (2, 3)}]),
        ("a = 1 AND a = 2", ["x", "y"], []),
        ("a = 1", [None], []),
        ("a IN (1, 2)", ["x", None], [{"a": ("x",)}]),
        ("a = 1", [["p", "q"]], [{"a": (["p", "q"],)}]),
        ("a IN (SELECT x)", [[{"x": 1}, {"x": None}, {"x": 2}]], [{"a": (1, 2)}]),
        ("a IN (SELECT x)", [[]], []),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_must_hold_becomes_values(text: str, values: list[Any], expected: list[dict[str, Any]]) -> None:
    assert ways(text, *values) == expected


@pytest.mark.parametrize(
    ("text", "every", "certain"),
    [
        ("a = 1 AND b = 2", {"a", "b"}, {"a", "b"}),
        ("a = 1 OR b = 2", {"a", "b"}, set()),
        ("a = 1 AND (b = 2 OR (b = 3 AND c = 4))", {"a", "b", "c"}, {"a", "b"}),
    ],
)
def test_a_name_is_certain_where_every_way_has_it(text: str, every: set[str], certain: set[str]) -> None:
    condition, _ = read(text)
    assert matching.names(condition) == every
    assert matching.names(condition, always=True) == certain


@pytest.mark.parametrize(
    ("a", "b", "is_same"),
    [("1", 1, True), (1, 1.0, True), (True, 1, False), (True, True, True), ("a", "A", False), ([1], [1], True)],
)
def test_values_are_compared_as_sql_would(a: object, b: object, is_same: bool) -> None:
    assert matching.same(a, b) is is_same
