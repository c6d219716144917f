"""Views of documents: their text in place of their name, with the values that the statement gives."""

from __future__ import annotations

import pytest

from stackduck.catalog.model import Method, Resource, View
from stackduck.errors import MissingParameterError, NotSupportedError, ProgrammingError
from stackduck.sql.documents.documented import expand
from stackduck.sql.statements import of_text

CONFIG = "SELECT a FROM acme.s.configs WHERE ref = '{{ ref }}'"
RESOURCES = {
    "configs": Resource("acme", "s", "configs", methods={"l": Method("l", "GET", "/")}, verbs={"select": ("l",)}),
    "needs": Resource("acme", "s", "needs", views=(View(CONFIG, ("ref",)),)),
    "plain": Resource("acme", "s", "plain", views=(View("SELECT a FROM acme.s.configs"),)),
    "either": Resource(
        "acme",
        "s",
        "either",
        views=(View("SELECT '{{ ref }}/{{ org }}' AS a", ("ref", "org")), View("SELECT '{{ref}}' AS a", ("ref",))),
        methods={"l": Method("l", "GET", "/")},
        verbs={"select": ("l",)},
    ),
    "above": Resource(
        "acme", "s", "above", views=(View("SELECT a FROM acme.s.needs WHERE ref = '{{ ref }}'", ("ref",)),)
    ),
    "circle": Resource("acme", "s", "circle", views=(View("SELECT * FROM acme.s.circle"),)),
    "evil": Resource("acme", "s", "evil", views=(View("SELECT * FROM read_text('/etc/passwd')"),)),
}


def expanded(text: str) -> str:
    return " ".join(expand(of_text(text), ["acme"], lambda p, s, r: RESOURCES[r]).text.split())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM acme.s.needs",
        "SELECT * FROM acme.s.needs WHERE ref <> 'x'",
        "SELECT * FROM acme.s.needs WHERE NOT ref = 'x'",
        "SELECT * FROM acme.s.needs WHERE ref = 'x' OR a = 1",
        "SELECT * FROM acme.s.needs WHERE ref = lower('X')",
        "SELECT * FROM acme.s.needs WHERE ref IN (SELECT 'x')",
        "SELECT * FROM acme.s.needs WHERE ref BETWEEN 'a' AND 'b'",
        "SELECT * FROM acme.s.needs n JOIN t USING (a) WHERE ref = 'x'",
        "SELECT * FROM (SELECT * FROM acme.s.needs) WHERE ref = 'x'",
    ],
)
def test_a_view_without_the_value_that_it_needs_is_an_error_that_names_it(text: str) -> None:
    with pytest.raises(
        MissingParameterError, match=r"^acme\.s\.needs needs ref; add WHERE (n\.)?ref = '<ref>'$"
    ) as error:
        expanded(text)
    assert error.value.missing == ("ref",)


def test_a_value_that_an_outer_join_would_lose_is_refused() -> None:
    with pytest.raises(NotSupportedError, match="an outer join would lose"):
        expanded("SELECT * FROM t LEFT JOIN acme.s.needs n ON n.a = t.a WHERE n.ref = 'x'")


def test_views_that_name_each_other_in_a_circle_are_an_error() -> None:
    with pytest.raises(ProgrammingError, match="in a circle"):
        expanded("SELECT * FROM acme.s.circle")


def test_a_view_that_reads_more_than_its_provider_is_refused() -> None:
    with pytest.raises(NotSupportedError, match=r"the view acme\.s\.evil of its document reads from "):
        expanded("SELECT * FROM acme.s.evil")


def test_as_many_values_as_would_take_all_day_are_refused() -> None:
    listed = ", ".join(f"'{number}'" for number in range(101))
    with pytest.raises(NotSupportedError, match="would be read 101 times"):
        expanded(f"SELECT * FROM acme.s.needs WHERE ref IN ({listed})")


@pytest.mark.parametrize(
    ("condition", "literal"),
    [
        ("ref = 'x'", "'x'"),
        ("needs.ref = 'x'", "'x'"),
        ("acme.s.needs.ref = 'x'", "'x'"),
        ("(ref = 'x')", "'x'"),
        ("REF == 5", "5"),
        ("ref = $ref", "$ref"),
        ("ref = 'a''; DROP TABLE t; --'", "'a''; DROP TABLE t; --'"),
        ("ref = '{{ ref }}'", "'{{ ref }}'"),
    ],
)
def test_a_value_stands_in_the_text_as_a_literal(condition: str, literal: str) -> None:
    text = expanded(f"SELECT a FROM acme.s.needs WHERE {condition} AND a > 1")
    view = f'(SELECT * FROM (SELECT a FROM acme.s.configs WHERE ref = {literal} )) AS "needs"'
    spent = "(true)" if condition.startswith("(") else "true"
    assert text == f"SELECT a FROM {view} WHERE {spent} AND a > 1"


def test_a_list_of_values_reads_the_view_once_for_each() -> None:
    text = expanded("SELECT a FROM acme.s.needs AS n WHERE n.ref IN ('x', $y, 'x') LIMIT 3")
    once = "SELECT * FROM (SELECT a FROM acme.s.configs WHERE ref = {} )"
    assert text == f"SELECT a FROM ({once.format(repr('x'))} UNION ALL {once.format('$y')}) AS n WHERE true LIMIT 3"


def test_a_view_beside_other_tables_is_given_its_value_by_its_name() -> None:
    text = expanded("SELECT n.a FROM acme.s.needs n JOIN acme.s.configs c ON c.a = n.a WHERE n.ref = 'x' AND c.b = 2")
    assert text.endswith("n JOIN acme.s.configs c ON c.a = n.a WHERE true AND c.b = 2")


def test_views_of_views_pass_the_value_on() -> None:
    assert "FROM acme.s.configs WHERE ref = 'x'" in expanded("SELECT a FROM acme.s.above WHERE ref = 'x'")


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("ref = 'x' AND org = $o", "('' || CAST('x' AS VARCHAR) || '/' || CAST($o AS VARCHAR) || '') AS a"),
        ("ref = 'x'", "SELECT 'x' AS a"),
        ("org = 'o'", "FROM acme.s.either WHERE org = 'o'"),
    ],
    ids=["the first", "its fallback", "a method"],
)
def test_the_first_view_whose_values_are_given_is_read(condition: str, found: str) -> None:
    assert found in expanded(f"SELECT a FROM acme.s.either WHERE {condition}")


def test_what_names_no_view_stays_as_it_is() -> None:
    for text in ("SELECT * FROM acme.s.configs WHERE ref = 'x'", "SELECT * FROM other.s.needs", "no SQL at all ("):
        assert expand(of_text(text), ["acme"], lambda p, s, r: RESOURCES[r]).text == text


def test_a_view_without_parameters_is_read_as_it_stands() -> None:
    assert expanded("FROM acme.s.plain") == 'FROM (SELECT * FROM (SELECT a FROM acme.s.configs )) AS "plain"'
