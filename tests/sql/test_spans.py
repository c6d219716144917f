"""Where a condition stands in the user's text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlglot import exp

from stackduck.sql.parsing import parse
from stackduck.sql.spans import body_span, span_of
from stackduck.sql.statements import of_text

CONDITIONS = (
    "day = '2026-10-01'",
    "$x <= day",
    "day BETWEEN $x AND $y",
    "day NOT BETWEEN DATE '2026-10-01' AND current_date - INTERVAL 3 DAY",
    "day IN ($x, '2026-10-01')",
    "day NOT IN (today())",
    "NOT day > $x",
    "NOT (day > $x OR day IS NULL)",
    "(day = $x OR (day BETWEEN $x AND $y)) IS TRUE",
    "CAST(day AS TIMESTAMP) < now()",
    "day::VARCHAR LIKE '2026-10%'",
    "extract('dow' FROM day) = 1",
    "date_trunc('month', t.day) = $x",
    "CASE WHEN day > $x AND true THEN false ELSE true END",
    "day = ANY([DATE '2026-10-01'])",
    "list_contains(list_transform([1, 2], lambda x: x + 1), month(day))",
    "january(day, 1)",
    "left(day::VARCHAR, 4) = '2026'",
    "(day, org) IN ((DATE '2026-10-01', 'a'), ($x, 'b'))",
    "day = /* the first */ '2026-10-01'",
)
PLACES = {
    "alone": "SELECT 1 FROM t WHERE {}",
    "before another one": "SELECT 1 FROM t WHERE {} AND org = 'a' GROUP BY ALL",
    "behind another one": "SELECT 1 FROM t WHERE org = 'a' AND {} ORDER BY 1",
    "between two": "SELECT 1 FROM t WHERE org BETWEEN 'a' AND 'b' AND {} AND n IN (1, 2)",
    "in an OR": "SELECT 1 FROM t WHERE (org = 'a' AND {}) OR (org = 'b' AND n > 1) LIMIT 3",
    "in parentheses": "SELECT 1 FROM t WHERE org = 'a' AND (({}))",
    "in ON": "SELECT 1 FROM t JOIN u ON t.n = u.n AND {} LEFT JOIN v ON v.n = t.n WHERE org = 'a'",
    "in HAVING": "SELECT 1 FROM t GROUP BY ALL HAVING {} QUALIFY row_number() OVER () = 1",
    "in a subquery": "SELECT 1 FROM (SELECT * FROM t WHERE {}) WHERE org = 'a'",
    "FROM first": "FROM t SELECT 1 WHERE {}",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_found_as_it_was_written(condition: str, place: str) -> None:
    text = place.format(condition)
    wanted = parse(f"SELECT 1 WHERE {condition}")
    assert wanted is not None
    nodes = [node for node in operands(text) if node == wanted.args["where"].this]
    assert nodes, "the condition is no operand"
    spans = [span_of(node, of_text(text)) for node in nodes]
    assert [text[slice(*span)] for span in spans if span] == [condition]


def test_operands_of_one_and_are_found_together() -> None:
    text = "SELECT 1 FROM t WHERE org = 'a' OR day >= $x AND day < $y"
    both = next(node for node in operands(text) if isinstance(node, exp.And))
    span = span_of(both, of_text(text))
    assert span and text[slice(*span)] == "day >= $x AND day < $y"


def test_a_condition_without_a_name_or_literal_is_not_found() -> None:
    text = "SELECT 1 FROM t WHERE $x OR true"
    assert [span_of(node, of_text(text)) for node in operands(text)] == [None, None, None]


def test_a_condition_of_another_text_is_not_found() -> None:
    node = next(operands("SELECT 1 FROM t WHERE org = 'abc' AND day = '2026-10-01'"))
    assert span_of(node, of_text("SELECT 1 FROM t WHERE org = 'abcdefgh' OR day = '2026-10-02'")) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT 1 FROM t WHERE x IN (SELECT a FROM b)", "SELECT a FROM b"),
        ("SELECT 1 FROM t WHERE x IN (SELECT $x)", "SELECT $x"),
        (
            "SELECT f($x) FROM t WHERE (x) IN ( (SELECT $x UNION ALL SELECT chr($y)) )",
            "SELECT $x UNION ALL SELECT chr($y)",
        ),
        ("SELECT (SELECT $x) FROM t WHERE x IN (SELECT $x)", None),
    ],
    ids=["names", "a placeholder alone", "placeholders alone", "two that are alike"],
)
def test_the_query_of_in_is_found(text: str, found: str | None) -> None:
    tree = parse(text)
    assert tree is not None
    query = next(tree.find_all(exp.In)).args["query"]
    while isinstance(query, exp.Subquery):
        query = query.this
    span = body_span(query, of_text(text))
    assert (text[slice(*span)] if span else None) == found


def operands(text: str) -> Iterator[exp.Expr]:
    """Yield what AND, OR and parentheses join in the conditions of a statement."""
    tree = parse(text)
    assert tree is not None
    roots = [c.this for c in tree.find_all(exp.Where, exp.Having)]
    roots += [j.args["on"] for j in tree.find_all(exp.Join)]
    while roots:
        node = roots.pop(0)
        if isinstance(node, exp.Paren):
            roots.append(node.this)
        elif isinstance(node, exp.Connector):
            yield node
            roots += [node.this, node.expression]
        else:
            yield node
