"""Defaults for what a statement leaves out: when they are taken, and that the rows are then the default's alone."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from expressions import VIEWS, Made
from generator import ANY, REPORTS, Generator
from made_up import Universe, way_of

from stackduck import errors
from stackduck.sql import views
from stackduck.sql.plan import Plan
from stackduck.sql.statements import of_text

STATEMENTS = int(os.environ.get("STACKDUCK_STATEMENTS", "100"))
SEED = int(os.environ.get("STACKDUCK_SEED", "1"))
ORG, BOTH = {"org": "a"}, {"enterprise": "b", "org": "a"}
EVERY = {"org": "a", "team": "x", "day": "2026-01-02"}
GIVEN = re.compile(r"(?:\b\w+\.)?\b(?:org|team|day) (?:= '[^']*'|IN \('[^()]*'\))")
TEXTS = {name: text for name, (text, _, _) in VIEWS.items()}


def _taken(plan: Plan) -> list[dict[str, str]]:
    return [dict(values) for values in plan.defaults.values()]


@pytest.mark.parametrize(
    "condition",
    [
        "org LIKE 'a%'",
        "org <> 'b'",
        "org IS NOT NULL",
        "org > 'a'",
        "lower(org) = 'a'",
        "(org = 'a' OR n = 1)",
        "org = name",
        "org NOT IN ('b', 'c')",
        "org IN ('a', name)",
        "NOT org = 'b'",
        "things.org LIKE 'a_'",
        "EXISTS (SELECT 1 FROM loc WHERE loc.org <> things.org)",
        "org NOT IN (SELECT org FROM loc)",
    ],
)
def test_a_condition_that_gives_no_value_stays_an_error(condition: str, universe: Universe) -> None:
    with pytest.raises(errors.MissingParameterError, match="needs org"):
        universe.plan(f"SELECT id FROM made.up.things WHERE {condition}", defaults=ORG)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM (SELECT id, org FROM made.up.things LIMIT 2) WHERE org = 'b'",
        "SELECT * FROM (SELECT id, org AS whose FROM made.up.things LIMIT 2) WHERE whose = 'b'",
        "WITH t AS (SELECT id, upper(org) AS whose FROM made.up.things) SELECT * FROM t WHERE whose LIKE 'B%'",
        "SELECT org, count(*) FROM made.up.things GROUP BY org HAVING org LIKE 'b%'",
        "SELECT id FROM made.up.things QUALIFY row_number() OVER (ORDER BY id) = 1 AND org LIKE 'b_'",
        "SELECT count(*) FILTER (WHERE org LIKE 'b_') FROM made.up.things",
        "SELECT t.id FROM made.up.things t LEFT JOIN loc ON loc.org = t.org",
        "SELECT t.id FROM made.up.things t FULL JOIN loc USING (org)",
        "SELECT id FROM (SELECT id, org FROM made.up.things UNION ALL SELECT n, org FROM loc) WHERE org LIKE 'b_'",
        "SELECT t.id FROM made.up.things t LEFT JOIN made.up.paged p ON t.org = p.org AND p.org = 'b'",
    ],
    ids=[
        "below a limit",
        "renamed",
        "computed",
        "having",
        "qualify",
        "filter",
        "outer join",
        "using",
        "union",
        "given",
    ],
)
def test_a_condition_elsewhere_in_the_statement_is_seen(sql: str, universe: Universe) -> None:
    with pytest.raises(errors.MissingParameterError):
        universe.plan(sql, defaults=ORG)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM made.up.things WHERE org = 'b'",
        "SELECT id FROM made.up.things WHERE org IN ('b', 'c')",
        "SELECT id FROM made.up.things t JOIN loc ON t.org = loc.org",
        "SELECT id FROM made.up.things WHERE org IN (SELECT org FROM loc)",
        "SELECT id FROM made.up.usage WHERE org = 'c'",
        "SELECT id FROM made.up.usage WHERE enterprise = 'a'",
        "SELECT id FROM made.up.things WHERE org = 'b' AND org = 'c'",
    ],
    ids=["equal", "list", "join", "subquery", "other scope", "same scope", "contradiction"],
)
def test_what_the_statement_gives_goes_before(sql: str, universe: Universe) -> None:
    assert _taken(universe.plan(sql, defaults=BOTH)) == []


def test_without_a_default_what_is_required_stays_required(universe: Universe) -> None:
    for defaults in (None, {}, {"team": "x"}):
        with pytest.raises(errors.MissingParameterError, match="needs org"):
            universe.plan("SELECT id FROM made.up.things", defaults=defaults)


def test_a_default_for_a_part_of_what_is_required_is_not_taken(universe: Universe) -> None:
    with pytest.raises(errors.MissingParameterError, match="org and day"):
        universe.plan("SELECT id FROM made.up.days", defaults=ORG)


def test_optional_parameters_take_no_default(universe: Universe) -> None:
    plan = universe.plan("SELECT id FROM made.up.paged", defaults={"org": "a", "state": "open", "page": "1"})
    assert _taken(plan) == [{"org": "a"}]


def test_a_default_that_is_no_value_of_the_parameter_is_refused(universe: Universe) -> None:
    with pytest.raises(errors.ProgrammingError, match=r"the default of day is no DATE, which made\.up\.days needs"):
        universe.plan("SELECT id FROM made.up.days", defaults={"org": "a", "day": "today"})


def test_the_statement_and_the_defaults_complete_each_other(universe: Universe) -> None:
    plan = universe.plan("SELECT id FROM made.up.days WHERE day = '2026-01-01'", defaults=EVERY)
    assert _taken(plan) == [{"org": "a"}]
    assert plan.scans[0].calls == ((("org", "a"), ("day", "2026-01-01")),)


@pytest.mark.parametrize(
    ("selected", "taken"),
    [("id", {"enterprise": "b"}), ("org, id", {"org": "a"}), ("enterprise, id", {"enterprise": "b"})],
)
def test_of_two_scopes_the_first_that_has_what_is_selected_is_taken(
    selected: str, taken: dict[str, str], universe: Universe
) -> None:
    assert _taken(universe.plan(f"SELECT {selected} FROM made.up.usage", defaults=BOTH)) == [taken]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT org, id FROM made.up.things",
        "SELECT org, count(*) FROM made.up.things GROUP BY org ORDER BY org",
        "SELECT * EXCLUDE (n), org FROM made.up.things",
        "WITH t AS (SELECT id, org FROM made.up.things) SELECT org, sum(id) FROM t GROUP BY ALL HAVING sum(id) > 0",
        "SELECT max(org) OVER (PARTITION BY org), id FROM made.up.things",
        "SELECT org FROM made.up.things UNION ALL SELECT 'x'",
        "SELECT org FROM loc WHERE org IN (SELECT org FROM made.up.things)",
    ],
)
def test_naming_the_column_is_no_condition(sql: str, universe: Universe) -> None:
    with _restricted(universe, {"all_things_org": ORG}):
        expected = universe.session.rows(sql.replace("made.up.things", "all_things_org"))
    assert expected
    plan = universe.plan(sql, defaults=ORG)
    assert _taken(plan) == [ORG]
    if "EXCLUDE" not in sql:
        assert Counter(map(repr, _rows(universe, plan))) == Counter(map(repr, expected))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a.id FROM made.up.things a JOIN made.up.paged b ON a.org = b.org",
        "SELECT a.id FROM made.up.things a JOIN made.up.paged b USING (org)",
        "SELECT a.id FROM made.up.things a LEFT JOIN made.up.paged b ON a.org = b.org",
        "WITH a AS (SELECT org, count(*) AS n FROM made.up.things GROUP BY org), b AS (SELECT org FROM made.up.paged) "
        "SELECT * FROM a JOIN b USING (org)",
    ],
    ids=["on", "using", "outer", "grouped"],
)
def test_tables_joined_by_what_both_lack_take_one_default(sql: str, universe: Universe) -> None:
    plan = universe.plan(sql, defaults=ORG)
    assert all(taken == ORG for taken in _taken(plan))
    truth = sql.replace("made.up.things", "all_things_org").replace("made.up.paged", "all_paged_org")
    with _restricted(universe, {"all_things_org": ORG, "all_paged_org": ORG}):
        expected = universe.session.rows(truth)
    assert Counter(_rows(universe, plan)) == Counter(expected)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM made.up.things a, made.up.things b WHERE b.org = 'c'",
        "SELECT 1 FROM made.up.things a, made.up.paged b WHERE b.org = 'c'",
        "SELECT org FROM made.up.things UNION ALL SELECT org FROM made.up.things WHERE org = 'c'",
        "SELECT 1 FROM made.up.things b JOIN loc USING (org), made.up.things a",
        "SELECT 1 FROM made.up.things a, made.up.things b WHERE b.org IN (SELECT org FROM loc)",
        "SELECT 1 FROM made.up.usage a, made.up.things b WHERE b.org = 'c'",
        "SELECT 1 FROM made.up.usage a, made.up.usage b WHERE b.enterprise = 'a'",
        "SELECT 1 FROM made.up.things a JOIN made.up.paged b USING (org), made.up.things c WHERE c.org = 'c'",
    ],
    ids=["same table", "other table", "union", "joined data", "queried data", "other scope", "same scope", "circle"],
)
def test_what_is_given_for_one_table_has_no_default_for_another(sql: str, universe: Universe) -> None:
    with pytest.raises(errors.MissingParameterError):
        universe.plan(sql, defaults=BOTH)


def test_other_parameters_of_one_statement_keep_their_defaults(universe: Universe) -> None:
    plan = universe.plan(
        "SELECT 1 FROM made.up.things a, made.up.usage b WHERE a.org = 'c' AND b.org = 'c'", defaults=BOTH
    )
    assert _taken(plan) == []
    plan = universe.plan(
        "SELECT 1 FROM made.up.things a, made.up.days b WHERE a.org = 'c' AND b.org = 'c'", defaults=EVERY
    )
    assert _taken(plan) == [{"day": "2026-01-02"}]


def test_a_statement_that_is_not_understood_takes_a_default_that_it_does_not_name(universe: Universe) -> None:
    """DuckDB reads lambdas in a SELECT list; what the statement says of the column is not known then."""
    text = "SELECT lambda x: x + 1 AS f, {} FROM made.up.things"
    assert _taken(universe.plan(text.format("id"), defaults=ORG)) == [ORG]
    with pytest.raises(errors.Error):
        universe.plan(text.format("org"), defaults=ORG)


def test_tables_of_one_default_are_read_once(universe: Universe) -> None:
    plan = universe.plan("SELECT 1 FROM made.up.things a, made.up.things b", defaults=ORG)
    assert len(plan.scans) == 1
    assert _taken(plan) == [ORG]


@pytest.mark.parametrize(("resources", "fed"), [(ANY, 0.0), (REPORTS, 0.0), (ANY, 0.6)], ids=["any", "reports", "fed"])
def test_what_defaults_complete_has_the_rows_of_complete_tables(
    resources: tuple[str, ...], fed: float, tmp_path: Path
) -> None:
    """Each table that took a default is compared with the rows of that default."""
    universe = Universe(tmp_path, seed=SEED)
    told: Counter[str] = Counter()
    for seed in range(SEED, SEED + STATEMENTS // 2):
        made = Generator(seed, resources=resources, fed=fed).statement()
        if made is not None:
            told[_judged(universe, _without_values(made), seed=seed)] += 1
    assert told["same"] >= 1, told


def _without_values(made: Made) -> Made:
    """Return the statement without the plainest conditions on parameters, which defaults then complete."""
    return replace(made, text=GIVEN.sub("1 = 1", made.text), truth=GIVEN.sub("1 = 1", made.truth))


def _judged(universe: Universe, made: Made, *, seed: int) -> str:
    statement, parameters = views.expand(of_text(made.text), TEXTS), _named(made.text, made.parameters)
    try:
        universe.plan(statement, parameters)
        return "needs none"
    except errors.Error:
        pass
    try:
        plan = universe.plan(statement, parameters, defaults=EVERY)
    except errors.Error:
        return "refused"
    told: dict[str, set[str]] = {}
    for scan in plan.scans:
        told.setdefault(scan.resource.name, set()).add(repr((way_of(scan).truth, plan.defaults.get(scan.relation))))
    truths = {way_of(scan).truth: plan.defaults.get(scan.relation, {}) for scan in plan.scans}
    if any(len(each) > 1 for each in told.values()) or "_truth" in made.truth:
        return "not comparable"
    if not all(re.search(rf"\b{truth}\b", made.truth) for truth in truths):
        return "not comparable"
    return _compared(universe, made, plan, truths, seed=seed)


def _compared(universe: Universe, made: Made, plan: Plan, truths: Mapping[str, Mapping[str, str]], *, seed: int) -> str:
    try:
        with _restricted(universe, truths):
            expected = universe.session.rows(made.truth, _named(made.truth, made.parameters))
            again = universe.session.rows(made.truth, _named(made.truth, made.parameters))
    except errors.Error:
        return "nonsense"
    try:
        found = _rows(universe, plan)
    except errors.Error:
        return "refused"
    if Counter(map(repr, expected)) != Counter(map(repr, again)):
        return "not steady"
    if Counter(map(repr, found)) != Counter(map(repr, expected)):
        pytest.fail(f"seed {seed}\n{made.text}\n{made.truth}\nexpected {expected[:9]}\nfound {found[:9]}\n{truths}")
    return "same"


def _rows(universe: Universe, plan: Plan) -> list[tuple[Any, ...]]:
    try:
        universe.fill(plan)
        return universe.session.rows(plan.sql, plan.parameters)
    finally:
        universe.session.discard(plan.relations)


@contextmanager
def _restricted(universe: Universe, tables: Mapping[str, Mapping[str, str]]) -> Iterator[None]:
    """Let complete tables have the rows of given values alone."""
    universe.session.rows("CREATE SCHEMA restricted")
    try:
        for table, values in tables.items():
            chosen = " AND ".join(f"\"{name}\" = '{value}'" for name, value in values.items()) or "true"
            universe.session.rows(f"CREATE VIEW restricted.{table} AS SELECT * FROM main.{table} WHERE {chosen}")
        universe.session.rows("SET search_path = 'restricted,main'")
        yield
    finally:
        universe.session.rows("RESET search_path")
        universe.session.rows("DROP SCHEMA restricted CASCADE")


def _named(sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if re.search(rf"\${name}\b", sql)}
