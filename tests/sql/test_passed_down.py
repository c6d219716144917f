"""Conditions above a view, a derived table or a CTE: which of them hold for what feeds a table within."""

from __future__ import annotations

import pytest
from made_up import Universe

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
