"""Conditions above a view, a derived table or a CTE: which of them hold for what feeds a table within."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from made_up import Universe

from stackduck import errors

STATEMENTS = int(os.environ.get("STACKDUCK_STATEMENTS", "100"))
SEED = int(os.environ.get("STACKDUCK_SEED", "1"))
ORDER = "t.id, l.org, l.name, l.n"
WITHIN = "SELECT l.org AS o, l.n, l.name || 'x' AS label, t.id FROM loc l JOIN made.up.things t ON t.org = l.org"


def feed(universe: Universe, text: str) -> str:
    """Return the query of the values of a statement's only fed table, without what is around every one."""
    (scan,) = [scan for scan in universe.plan(text).scans if scan.fed]
    ((one,),) = [fed.feeds for fed in scan.fed]
    return one.sql.partition(" FROM (SELECT TRY_CAST(v0 AS VARCHAR) AS v0 FROM (")[2].partition(
        ") AS fed) AS fed WHERE"
    )[0]


@pytest.mark.parametrize(
    "text",
    [
        f"WITH x AS ({WITHIN}) SELECT a.id FROM x a JOIN x b USING (id) WHERE a.n > 0",
        f"SELECT x.id FROM other LEFT JOIN ({WITHIN}) x ON x.n = other.n WHERE x.n IS NULL",
        f"SELECT x.id FROM ({WITHIN}) x RIGHT JOIN other ON x.n = other.n WHERE x.n IS NULL",
        f"SELECT x.id FROM ({WITHIN}) x FULL JOIN other ON x.n = other.n WHERE x.n IS NULL",
        f"SELECT id FROM ({WITHIN} LIMIT 2) x WHERE x.n > 0",
        f"SELECT id FROM ({WITHIN} QUALIFY row_number() OVER () > 1) x WHERE x.n > 0",
        f"SELECT id FROM ({WITHIN.replace('t.id', 'sum(t.id) OVER () AS id')}) x WHERE x.n > 0",
        f"SELECT id FROM ({WITHIN.replace('t.id', 'max(t.id) AS id')} GROUP BY ALL) x WHERE x.n > 0",
        f"SELECT id FROM (SELECT * FROM ({WITHIN}) y LIMIT 2) x WHERE x.n > 0",
        f"SELECT id FROM ({WITHIN} UNION ALL SELECT 'o', 1, 'l', 2) x WHERE x.n > 0",
        f"SELECT id FROM ({WITHIN}) x TABLESAMPLE 50% WHERE x.n > 0",
        f"SELECT c FROM ({WITHIN}) x(a, b, c, d) WHERE b > 0",
        f"SELECT id FROM ({WITHIN}) x WHERE x.n > x.id",
        f"SELECT id FROM ({WITHIN}) x WHERE x.id = 1 OR x.n > 0",
        f"SELECT id FROM ({WITHIN}) x WHERE random() < x.n",
        f"SELECT id FROM ({WITHIN}) x WHERE EXISTS (SELECT 1 FROM other WHERE other.n = x.n)",
        f"SELECT id FROM ({WITHIN}) x WHERE len(list_filter([1, 2], lambda n: n > 1)) > n",
        f"SELECT id FROM ({WITHIN.replace('l.n,', 'random() AS n,')}) x WHERE x.n > 0",
        f"SELECT count(*) FROM ({WITHIN}) x HAVING max(x.n) > 0",
    ],
    ids=[
        *(
            "a CTE that is read twice",
            "below an outer join",
            "beside RIGHT",
            "beside FULL",
            "LIMIT",
            "QUALIFY",
            "window",
        ),
        *("GROUP", "LIMIT between", "UNION", "sample", "renamed", "with a column of the fed table", "OR with one"),
        *("another value a moment later", "subquery", "lambda", "a column that may be another", "HAVING"),
    ],
)
def test_a_condition_that_may_not_hold_within_stays_outside(text: str, universe: Universe) -> None:
    assert " WHERE " not in feed(universe, text)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (f"SELECT id FROM ({WITHIN}) x WHERE x.n > 0", "((l.n) > 0)"),
        (f"SELECT id FROM ({WITHIN}) WHERE n IN (1, 2) AND id = 1", "((l.n) IN (1, 2))"),
        (
            f"SELECT id FROM ({WITHIN}) x WHERE (label LIKE 'a%' OR n > $least)",
            "((l.name || 'x') LIKE 'a%' OR (l.n) > $least)",
        ),
        (f"WITH x AS ({WITHIN}) SELECT id FROM x WHERE upper(o) = 'A'", "(upper((l.org)) = 'A')"),
        (f"SELECT x.id FROM ({WITHIN}) x LEFT JOIN other USING (n) WHERE x.label = 'ax'", "((l.name || 'x') = 'ax')"),
        (f"SELECT id FROM (SELECT id, n AS m FROM ({WITHIN}) y) x WHERE m > 0", "((l.n) > 0)"),
        (f"SELECT id FROM (SELECT * FROM ({WITHIN}) y WHERE y.label > 'b') x WHERE n = 1", "((l.n) = 1)"),
        (f"SELECT id FROM ({WITHIN.replace('l.name', 'l.*, l.name')}) x WHERE x.name = 'a'", '(("l"."name") = \'a\')'),
        (f"SELECT id FROM ({WITHIN.replace('JOIN', 'LEFT JOIN')}) x WHERE x.n > 0 ORDER BY 1 LIMIT 1", "((l.n) > 0)"),
        (f"SELECT count(*) FROM ({WITHIN}) x WHERE x.n > 0 GROUP BY o HAVING count(*) > 1", "((l.n) > 0)"),
    ],
    ids=[
        *("derived", "without a name", "expression", "CTE", "above an outer join", "twice", "two levels", "star"),
        *("outer join within", "before an aggregate"),
    ],
)
def test_a_condition_that_holds_within_holds_before_anything_is_fed(
    text: str, condition: str, universe: Universe
) -> None:
    assert condition in feed(universe, text).partition(" WHERE ")[2]


def random_statement(chance: random.Random) -> str:
    """Return a statement that reads, through one query or two and beside other tables, a table that is fed within."""
    one_of = chance.choice
    columns = f"l.org AS o, l.n, l.name, {one_of(['l.name || t.org', 'lower(l.name)', 'l.n + 1'])} AS label, t.id"
    fed = f"{one_of(['JOIN', 'LEFT JOIN'])} made.up.things t ON t.org = l.{one_of(['org', 'name'])}"
    within = f"SELECT {columns} FROM loc l {fed} {one_of(['', '', 'WHERE l.n >= 0', 'JOIN other ON other.n = l.n'])}"
    within += one_of(["", "", "", " ORDER BY ALL LIMIT 3", f" QUALIFY row_number() OVER (ORDER BY {ORDER}) > 1"])
    if chance.random() < 0.4:
        within = f"SELECT {one_of(['*', 'o, n, name, label, id', 'o, n + 1 AS n, name, label, id'])} FROM ({within}) y"
        within += one_of(["", " WHERE y.n < 3", " WHERE name IS NOT NULL"])
    conditions = [
        *("x.n > 0", "x.n IS NULL", "x.n IN (0, 2)", "x.label::VARCHAR LIKE '%a'", "x.name = 'a'", "x.o IN ('a', 'b')"),
        *(
            "x.id = 1",
            "x.id > x.n",
            "(x.n > 1 OR x.o = 'a')",
            "(x.n > 1 OR x.id IS NULL)",
            "coalesce(x.name, 'c') > 'a'",
        ),
        "x.n IS DISTINCT FROM 1",
    ]
    where = " AND ".join(chance.sample(conditions, chance.choice([1, 1, 2])))
    joined = one_of(["{x}", "{x} LEFT JOIN other z ON z.n = x.n", "{x}, other z", "other z JOIN {x} ON x.n = z.n"])
    if chance.random() < 0.4:
        joined = one_of(["other z LEFT JOIN {x} ON x.n = z.n", "{x} RIGHT JOIN other z ON x.n = z.n"])
    listed = one_of(["x.o, x.n, x.id", "count(*), max(x.id)", "x.id, x.name"])
    if chance.random() < 0.3:
        return f"WITH x AS ({within}) SELECT {listed} FROM {joined.format(x='x')} WHERE {where}"
    return f"SELECT {listed} FROM {joined.format(x=f'({within}) x')} WHERE {where}"


def test_rows_are_those_of_complete_tables(universe: Universe) -> None:
    told: Counter[str] = Counter()
    for seed in range(SEED, SEED + STATEMENTS):
        text = random_statement(random.Random(seed))
        expected = universe.session.rows(text.replace("made.up.things t", "all_things_org t"))
        try:
            plan = universe.plan(text)
        except errors.MissingParameterError:
            told["refused"] += 1
            continue
        try:
            universe.fill(plan)
            found = universe.session.rows(plan.sql, plan.parameters)
        finally:
            universe.session.discard(plan.relations)
        assert Counter(found) == Counter(expected), f"seed {seed}\n{text}\n{plan.sql}"
        feeds = [feed.sql for scan in plan.scans for fed in scan.fed for feed in fed.feeds]
        told["passed down" if any("((l." in sql for sql in feeds) else "not"] += 1
    assert told["passed down"] >= STATEMENTS // 10, told
