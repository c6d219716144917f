"""Views over provider tables are read from their statement and planned through."""

from __future__ import annotations

import pytest
from made_up import Universe

from stackduck.errors import MissingParameterError, ProgrammingError
from stackduck.sql.statements import of_text
from stackduck.sql.views import definition, expand

VIEWS = {
    "seats": "SELECT id, name, org FROM made.up.things",
    "named": "SELECT * FROM seats WHERE name IS NOT NULL -- those with a name",
}


def test_views_in_a_circle_are_refused() -> None:
    with pytest.raises(ProgrammingError, match="circle"):
        expand(of_text("SELECT * FROM a"), {"a": "SELECT * FROM b", "b": "SELECT * FROM a"})


def test_a_view_without_its_parameter_says_what_is_missing(universe: Universe) -> None:
    with pytest.raises(MissingParameterError) as caught:
        universe.plan(expand(of_text("SELECT id FROM named"), VIEWS))
    assert caught.value.missing == ("org",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE VIEW v AS SELECT 1", ("CREATE VIEW v AS", "v", "SELECT 1")),
        ("create or replace temp view V (a, b) as from t", ("create or replace temp view V (a, b) as", "V", "from t")),
        (
            'CREATE VIEW IF NOT EXISTS main."my view" AS (SELECT 1 AS x)',
            ('CREATE VIEW IF NOT EXISTS main."my view" AS', 'main."my view"', "(SELECT 1 AS x)"),
        ),
    ],
    ids=["plain", "or replace", "if not exists"],
)
def test_the_parts_of_a_definition_are_read(text: str, expected: tuple[str, str, str]) -> None:
    found = definition(of_text(text))
    assert found is not None
    assert (found.head, found.name, found.query) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 AS view",
        "CREATE TABLE v AS SELECT 1",
        "CREATE MATERIALIZED VIEW v AS SELECT 1",
        "DROP VIEW v",
        "CREATE VIEW v",
    ],
)
def test_other_statements_define_no_view(text: str) -> None:
    assert definition(of_text(text)) is None


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("SELECT * FROM seats", f'SELECT * FROM ({VIEWS["seats"]}\n) AS "seats"'),
        ("SELECT * FROM main.SEATS s", f"SELECT * FROM ({VIEWS['seats']}\n) s"),
        ("SELECT seats FROM t AS seats", "SELECT seats FROM t AS seats"),
        ("WITH seats AS (SELECT 1) SELECT * FROM seats", "WITH seats AS (SELECT 1) SELECT * FROM seats"),
        ("SELECT 'seats'", "SELECT 'seats'"),
        ("DROP VIEW seats", "DROP VIEW seats"),
    ],
)
def test_a_views_text_takes_the_place_of_its_name(text: str, expanded: str) -> None:
    assert expand(of_text(text), VIEWS).text == expanded


def test_conditions_outside_reach_the_parameters_of_views_of_views(universe: Universe) -> None:
    plan = universe.plan(expand(of_text("SELECT n.id FROM named n JOIN loc USING (org) WHERE org = 'a'"), VIEWS))
    assert [scan.calls for scan in plan.scans] == [((("org", "a"),),)]


def test_a_view_used_twice_has_the_calls_of_each_use(universe: Universe) -> None:
    text = "SELECT x.id FROM seats x, seats y WHERE x.org = 'a' AND y.org = 'b'"
    plan = universe.plan(expand(of_text(text), VIEWS))
    assert [scan.calls for scan in plan.scans] == [((("org", "a"),),), ((("org", "b"),),)]
