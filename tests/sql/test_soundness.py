"""No plan that is accepted gives other rows than the same statement over complete tables.

Random statements from a seed; STACKDUCK_STATEMENTS and STACKDUCK_SEED ask for more of them, or for others.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from expressions import VIEWS, Made
from generator import Generator
from made_up import Universe

from stackduck import errors
from stackduck.sql import views
from stackduck.sql.statements import of_text

STATEMENTS = int(os.environ.get("STACKDUCK_STATEMENTS", "150"))
SEED = int(os.environ.get("STACKDUCK_SEED", "1"))
TEXTS = {name: text for name, (text, _, _) in VIEWS.items()}

# Each gave wrong rows once.
REGRESSIONS = {
    "columns renamed by position are read too": (
        "SELECT p.r0 FROM made.up.days AS p(r0, r1) WHERE day BETWEEN '2026-01-01' AND '2026-01-03' AND org = 'c'",
        "SELECT p.r0 FROM all_days_org_day AS p(r0, r1) WHERE day BETWEEN '2026-01-01' AND '2026-01-03' AND org = 'c'",
    ),
    "a star without SELECT reads every column": (
        "FROM made.up.things WHERE org = 'a' AND id IN (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)",
        "SELECT id, name, n FROM all_things_org WHERE org = 'a' AND id IN (1, 2, 3)",
    ),
    "1 equals 1.0": (
        "SELECT id FROM made.up.things WHERE org = 'a' AND 1 = 1.0",
        "SELECT id FROM all_things_org WHERE org = 'a'",
    ),
    "within a row NULL equals NULL": (
        "SELECT id FROM made.up.shared WHERE org = 'a' AND (name, 1) IN ((NULL, 1))",
        "SELECT id FROM all_shared_org WHERE org = 'a' AND name IS NULL",
    ),
    "a recursive CTE reads itself": (
        "WITH RECURSIVE r AS (SELECT id, org FROM made.up.things WHERE org = 'a'"
        " UNION SELECT id + 1, org FROM r WHERE id < 3) SELECT id FROM r WHERE org = 'a'",
        "WITH RECURSIVE r AS (SELECT id, org FROM all_things_org WHERE org = 'a'"
        " UNION SELECT id + 1, org FROM r WHERE id < 3) SELECT id FROM r",
    ),
    "a plan from a tree that was read before": (
        "SELECT id, org FROM made.up.things WHERE org = ANY(['a', 'b'])",
        "SELECT id, org FROM all_things_org WHERE org IN ('a', 'b')",
    ),
}


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_statement_that_was_answered_wrongly_is_answered_rightly(name: str, universe: Universe) -> None:
    text, truth = REGRESSIONS[name]
    expected = rows_of(universe, truth, {})
    assert expected
    assert same(answer(universe, Made(text, truth, {})), expected)
    assert same(answer(universe, Made(text, truth, {})), expected)


def test_an_accepted_plan_gives_the_rows_of_complete_tables(tmp_path: Path) -> None:
    universe = prepared(tmp_path / "0")
    told: Counter[str] = Counter()
    for seed in range(SEED, SEED + STATEMENTS):
        made = Generator(seed).statement()
        if made is None:
            continue
        outcome = judged(universe, made, seed=seed)
        told[outcome] += 1
        if outcome == "broke DuckDB":
            universe = prepared(tmp_path / str(seed + 1))
    assert told["accepted"] >= 0.15 * (told["accepted"] + told["refused"]), told


def judged(universe: Universe, made: Made, *, seed: int) -> str:
    """Compare a statement's rows with the truth; say what became of it."""
    try:
        expected = rows_of(universe, made.truth, made.parameters)
    except errors.Error as exc:
        return "broke DuckDB" if "INTERNAL" in str(exc) or "FATAL" in str(exc) else "nonsense"
    try:
        found = answer(universe, made)
    except errors.Error:
        return "refused"
    if not same(found, expected) and same(rows_of(universe, made.truth, made.parameters), expected):
        pytest.fail(f"seed {seed}\n{made.text}\n{made.truth}\nexpected {expected[:9]}\nfound {found[:9]}")
    return "accepted"


def answer(universe: Universe, made: Made) -> list[tuple[Any, ...]]:
    """Plan a statement, fill its relations with what the calls give, and run it."""
    statement = views.expand(of_text(made.text), TEXTS)
    plan = universe.plan(statement, named_in(made.text, made.parameters))
    try:
        universe.fill(plan)
        return universe.session.rows(plan.sql, plan.parameters)
    finally:
        universe.session.discard([scan.relation for scan in plan.scans])


def prepared(folder: Path) -> Universe:
    universe = Universe(folder, seed=SEED)
    for name, (_, truth, _) in VIEWS.items():
        universe.session.rows(f"CREATE VIEW {name}_truth AS {truth}")
    return universe


def rows_of(universe: Universe, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    return universe.session.rows(sql, named_in(sql, parameters))


def named_in(sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if re.search(rf"\${name}\b", sql)}


def same(a: list[tuple[Any, ...]], b: list[tuple[Any, ...]]) -> bool:
    return Counter(map(repr, a)) == Counter(map(repr, b))
