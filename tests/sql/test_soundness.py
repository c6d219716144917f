"""No plan that is accepted gives other rows than the same statement over complete tables.

Random statements from a seed; STACKDUCK_STATEMENTS and STACKDUCK_SEED ask for more of them, or for others.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from expressions import VIEWS, Made
from generator import ANY, REPORTS, Generator
from made_up import Universe

from stackduck import errors
from stackduck.sql import views
from stackduck.sql.statements import of_text

STATEMENTS = int(os.environ.get("STACKDUCK_STATEMENTS", "100"))
SHOW = bool(os.environ.get("STACKDUCK_REFUSED"))
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
    "ON within a join's side says nothing of the other side": (
        "SELECT t.id FROM made.up.things t LEFT JOIN loc x JOIN loc y ON NULL ON x.n = t.n WHERE t.org = 'a'",
        "SELECT id FROM all_things_org WHERE org = 'a'",
    ),
    "ON within parentheses says nothing outside them": (
        "SELECT t.id FROM made.up.things t LEFT JOIN (loc x JOIN loc y ON 1 = 0) ON x.n = t.n WHERE t.org = 'a'",
        "SELECT id FROM all_things_org WHERE org = 'a'",
    ),
    "ON before a FULL JOIN says nothing of its right side": (
        "SELECT t.id FROM loc x JOIN loc y ON NULL FULL JOIN made.up.things t ON x.n = t.n WHERE t.org = 'a'",
        "SELECT id FROM all_things_org WHERE org = 'a'",
    ),
    "rows that a RIGHT JOIN keeps must not appear because a fed table lacks rows": (
        "SELECT o.k, l.n FROM loc l JOIN made.up.things t ON t.org = l.org RIGHT JOIN other o ON o.n = t.n"
        " WHERE l.name IS DISTINCT FROM 'a'",
        "SELECT o.k, l.n FROM loc l JOIN all_things_org t ON t.org = l.org RIGHT JOIN other o ON o.n = t.n"
        " WHERE l.name IS DISTINCT FROM 'a'",
    ),
    "a function may make a value of an outer join's NULL": (
        "SELECT t.id FROM loc l LEFT JOIN other o ON o.n = l.n AND o.k = 'x'"
        " JOIN made.up.things t ON t.org = coalesce(o.k, 'c')",
        "SELECT t.id FROM loc l LEFT JOIN other o ON o.n = l.n AND o.k = 'x'"
        " JOIN all_things_org t ON t.org = coalesce(o.k, 'c')",
    ),
    "rows without a partner stay beside fed ones": (
        "SELECT l.org, t.id FROM loc l LEFT JOIN made.up.things t ON t.org = l.org AND l.n = 1",
        "SELECT l.org, t.id FROM loc l LEFT JOIN all_things_org t ON t.org = l.org AND l.n = 1",
    ),
    "either of two columns feeds": (
        "SELECT t.id, l.org FROM loc l JOIN made.up.things t ON t.org = l.org OR t.org = l.name",
        "SELECT t.id, l.org FROM loc l JOIN all_things_org t ON t.org = l.org OR t.org = l.name",
    ),
    "a fed table that is missing is no missing row of NOT EXISTS": (
        "SELECT l.org FROM loc l WHERE NOT EXISTS (SELECT 1 FROM made.up.things t WHERE t.org = l.org AND t.n = 1)",
        "SELECT l.org FROM loc l WHERE NOT EXISTS (SELECT 1 FROM all_things_org t WHERE t.org = l.org AND t.n = 1)",
    ),
    "a subquery in SELECT is fed by the rows around it": (
        "SELECT l.n, (SELECT count(*) FROM made.up.things t WHERE t.org = l.org) FROM loc l WHERE l.n >= 0",
        "SELECT l.n, (SELECT count(*) FROM all_things_org t WHERE t.org = l.org) FROM loc l WHERE l.n >= 0",
    ),
    "a CTE that is read twice is fed for both": (
        "WITH c AS (SELECT id, org FROM made.up.things)"
        " SELECT c.id FROM c JOIN loc l USING (org) UNION ALL SELECT c.id FROM c JOIN other o ON o.k = c.org",
        "WITH c AS (SELECT id, org FROM all_things_org)"
        " SELECT c.id FROM c JOIN loc l USING (org) UNION ALL SELECT c.id FROM c JOIN other o ON o.k = c.org",
    ),
    "a plan from a tree that was read before": (
        "SELECT id, org FROM made.up.things WHERE org = ANY(['a', 'b'])",
        "SELECT id, org FROM all_things_org WHERE org IN ('a', 'b')",
    ),
}


_SOME = "org = 'a' AND day >= '2026-01-01'"
# Each would give wrong rows if the last condition chose days.
NOT_CHOOSING = {
    "above an outer join, what holds for NULL too": (
        "SELECT l.n FROM loc l LEFT JOIN made.up.usage u ON u.org = 'a' AND u.day < '2026-01-02'"
        " WHERE u.day IS DISTINCT FROM DATE '2026-01-01' UNION ALL SELECT 99",
        "SELECT 99",
    ),
    "of a UNION that is no DATE any more": (
        f"SELECT id FROM (SELECT id, day FROM made.up.usage WHERE {_SOME} UNION ALL SELECT 0, TIMESTAMP '2026-01-09')"
        " WHERE day::VARCHAR LIKE '%00:00:00'",
        "SELECT id FROM all_usage_org WHERE org = 'a' UNION ALL SELECT 0",
    ),
    "of a USING that is no DATE any more": (
        "SELECT u.id FROM (SELECT TIMESTAMP '2026-01-02' AS day) l JOIN made.up.usage u USING (day)"
        " WHERE u.org = 'a' AND u.day >= '2026-01-01' AND day::VARCHAR LIKE '%00:00:00'",
        "SELECT id FROM all_usage_org WHERE org = 'a' AND day = '2026-01-02'",
    ),
    "above a window over all days": (
        f"SELECT id, c FROM (SELECT id, day, row_number() OVER (ORDER BY id) AS c FROM made.up.usage WHERE {_SOME})"
        " WHERE day = '2026-01-02'",
        "SELECT id, c FROM (SELECT id, day, row_number() OVER (ORDER BY id) AS c FROM all_usage_org WHERE org = 'a')"
        " WHERE day = '2026-01-02'",
    ),
    "above a LIMIT": (
        f"SELECT count(*) FROM (SELECT id, day FROM made.up.usage WHERE {_SOME} ORDER BY id LIMIT 2)"
        " WHERE day = '2026-01-02'",
        "SELECT count(*) FROM (SELECT id, day FROM all_usage_org WHERE org = 'a' ORDER BY id LIMIT 2)"
        " WHERE day = '2026-01-02'",
    ),
    "of the other side of a UNION": (
        f"SELECT id, day FROM made.up.usage WHERE {_SOME} UNION SELECT id, day FROM made.up.usage"
        " WHERE org = 'a' AND day = '2026-01-02'",
        "SELECT id, day FROM all_usage_org WHERE org = 'a'",
    ),
    "of one reader of a CTE": (
        f"WITH u AS (SELECT * FROM made.up.usage WHERE {_SOME}) SELECT id FROM u WHERE n >= 0"
        " UNION ALL SELECT -id FROM u WHERE day = '2026-01-02'",
        "SELECT id FROM all_usage_org WHERE org = 'a' AND n >= 0"
        " UNION ALL SELECT -id FROM all_usage_org WHERE org = 'a' AND day = '2026-01-02'",
    ),
    "of a subquery under NOT": (
        f"SELECT id FROM made.up.usage u WHERE {_SOME} AND NOT EXISTS"
        " (SELECT 1 FROM made.up.usage v WHERE v.org = 'a' AND v.day = u.day AND v.day = '2026-01-02')",
        "SELECT id FROM all_usage_org WHERE org = 'a' AND day <> '2026-01-02'",
    ),
    "ON of an outer join, for the side whose rows all stay": (
        "SELECT u.id, l.n FROM made.up.usage u LEFT JOIN loc l ON l.n = u.n AND u.day = '2026-01-02'"
        " WHERE u.org = 'a' AND u.day >= '2026-01-01'",
        "SELECT u.id, l.n FROM all_usage_org u LEFT JOIN loc l ON l.n = u.n AND u.day = '2026-01-02' WHERE u.org = 'a'",
    ),
    "in one half of an OR": (
        f"SELECT id FROM made.up.usage WHERE {_SOME} AND (day = '2026-01-02' OR n = 1)",
        "SELECT id FROM all_usage_org WHERE org = 'a' AND (day = '2026-01-02' OR n = 1)",
    ),
}


@pytest.mark.parametrize("name", NOT_CHOOSING)
def test_a_condition_that_does_not_choose_days_is_a_filter(name: str, universe: Universe) -> None:
    text, truth = NOT_CHOOSING[name]
    expected = rows_of(universe, truth, {})
    assert expected
    assert same(answer(universe, Made(text, truth, {}, has_days=True)), expected)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_statement_that_was_answered_wrongly_is_answered_rightly(name: str, universe: Universe) -> None:
    text, truth = REGRESSIONS[name]
    expected = rows_of(universe, truth, {})
    assert expected
    assert same(answer(universe, Made(text, truth, {})), expected)
    assert same(answer(universe, Made(text, truth, {})), expected)


@pytest.mark.parametrize(
    ("resources", "fed", "share"),
    [(ANY, 0.0, 0.15), (REPORTS, 0.0, 0.3), (ANY, 0.6, 0.15), (REPORTS, 0.6, 0.15)],
    ids=["any", "reports", "fed", "fed reports"],
)
def test_an_accepted_plan_gives_the_rows_of_complete_tables(
    resources: Sequence[str], fed: float, share: float, tmp_path: Path
) -> None:
    universe = prepared(tmp_path / "0")
    told: Counter[str] = Counter()
    for seed in range(SEED, SEED + STATEMENTS):
        made = Generator(seed, resources=resources, fed=fed).statement()
        if made is None:
            continue
        outcome = judged(universe, made, seed=seed)
        told[outcome] += 1
        if outcome == "broke DuckDB":
            universe = prepared(tmp_path / str(seed + 1))
    assert told["accepted"] >= share * (told["accepted"] + told["refused"]), told


def judged(universe: Universe, made: Made, *, seed: int) -> str:
    """Compare a statement's rows with the truth; say what became of it."""
    try:
        expected = rows_of(universe, made.truth, made.parameters)
    except errors.Error as exc:
        return "broke DuckDB" if "INTERNAL" in str(exc) or "FATAL" in str(exc) else "nonsense"
    try:
        found = answer(universe, made)
    except errors.Error as exc:
        if SHOW:
            print(f"seed {seed}: {type(exc).__name__} {exc}"[:300], made.text, sep="\n   ")
        return "refused"
    if not same(found, expected) and same(rows_of(universe, made.truth, made.parameters), expected):
        if same(found, without_optimizer(universe, made)):
            return "broke DuckDB"
        pytest.fail(f"seed {seed}\n{made.text}\n{made.truth}\nexpected {expected[:9]}\nfound {found[:9]}")
    return "accepted"


def without_optimizer(universe: Universe, made: Made) -> list[tuple[Any, ...]]:
    """Return the truth as DuckDB's plain plan gives it: its optimizer has bugs of its own with SEMI JOIN."""
    universe.session.rows("PRAGMA disable_optimizer")
    try:
        return rows_of(universe, made.truth, made.parameters)
    finally:
        universe.session.rows("PRAGMA enable_optimizer")


def answer(universe: Universe, made: Made) -> list[tuple[Any, ...]]:
    """Plan a statement, fill its relations with what the calls give, and run it."""
    statement = views.expand(of_text(made.text), TEXTS)
    plan = universe.plan(statement, named_in(made.text, made.parameters))
    chosen = [selection.days for scan in plan.scans for selection in scan.selections]
    assert None not in chosen or not made.has_days, f"a condition on the day is taken for none\n{made.text}"
    try:
        universe.fill(plan)
        return universe.session.rows(plan.sql, plan.parameters)
    finally:
        universe.session.discard(plan.relations)


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
