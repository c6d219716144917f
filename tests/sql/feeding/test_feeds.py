"""How values are computed that data gives: from which sources, under which conditions, in which order, how often."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from made_up import Universe

from stackduck.errors import CallLimitError, DataError, NotSupportedError
from stackduck.execute import feeding
from stackduck.sql.plan import Plan, Scan

THINGS = "made.up.things"


def feed(plan: Plan) -> str:
    """Return the values' SELECT of the only feed, without what is around it."""
    ((text,),) = [[each.sql for fed in scan.fed for each in fed.feeds] for scan in plan.scans if scan.fed]
    inner = re.fullmatch(r"SELECT DISTINCT .*? FROM \(SELECT .*? FROM \((.*)\) AS fed\) AS fed WHERE .*", text)
    assert inner
    return re.sub(r' #\d+"', '"', inner[1])


def filled(universe: Universe, text: str, **options: int) -> list[Scan]:
    """Return the scans of a plan with the calls that data tells."""
    plan = universe.plan(text)
    try:
        universe.fill(plan)
        return [feeding.filled_by_data(scan, universe.session, **{"most": 100, **options}) for scan in plan.scans]
    finally:
        universe.session.discard(plan.relations)


# Refusals


def test_values_that_need_more_of_the_statement_are_refused(universe: Universe) -> None:
    plan = universe.plan(f"SELECT t.id FROM loc l JOIN {THINGS} t ON t.org = l.org")
    (scan,) = plan.scans
    (fed,) = scan.fed
    broken = replace(scan, fed=(replace(fed, feeds=(replace(fed.feeds[0], sql="SELECT nothing"),)),))
    with pytest.raises(NotSupportedError, match=r"things: the values of l\.org cannot be computed on their own"):
        feeding.prepare(replace(plan, scans=(broken,)), universe.session)


def test_more_calls_than_are_left_are_refused_before_they_are_made(universe: Universe) -> None:
    text = f"SELECT t.id FROM range(5) AS r(n) JOIN {THINGS} t ON t.org = 'x' || r.n"
    with pytest.raises(CallLimitError, match="needs 5 calls for the values that data gives it, and 4 are left"):
        filled(universe, text, most=4)


def test_a_value_that_no_path_can_have_is_refused_with_its_origin(universe: Universe) -> None:
    with pytest.raises(DataError, match=r"org may not be '\.\.'; .*org comes from v\.x"):
        filled(universe, f"SELECT t.id FROM (VALUES ('..')) v(x) JOIN {THINGS} t ON t.org = v.x")


# Sources and conditions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SELECT t.id FROM loc l JOIN T t ON t.org = l.org AND l.n > 0 WHERE l.name = 'x' AND t.n = 1",
            "SELECT (l.org) AS v0 FROM loc l WHERE (l.name = 'x') AND (l.n > 0)",
        ),
        (
            "SELECT t.id FROM loc l LEFT JOIN T t ON t.org = l.org AND l.n > 0 WHERE l.name = 'x'",
            "SELECT (l.org) AS v0 FROM loc l WHERE (l.name = 'x') AND (l.n > 0)",
        ),
        (
            # A row of other that lost its partner would pass WHERE.
            "SELECT t.id FROM loc l JOIN T t ON t.org = l.org RIGHT JOIN other o ON o.n = t.n WHERE l.n IS NULL",
            "SELECT (l.org) AS v0 FROM loc l",
        ),
        (
            "SELECT t.id FROM loc l JOIN T t ON t.org = l.org JOIN other o ON o.n = l.n AND l.n > 0",
            "SELECT (l.org) AS v0 FROM loc l WHERE (l.n > 0)",
        ),
        (
            "SELECT t.id FROM loc l LEFT JOIN other o ON o.n = l.n AND o.k <> 'z' JOIN T t ON t.org = o.k",
            "SELECT (o.k) AS v0 FROM other o WHERE (o.k <> 'z')",
        ),
        (
            "SELECT t.id FROM loc l LEFT JOIN other o ON o.n = l.n JOIN T t ON t.org = coalesce(o.k, 'a')",
            "SELECT (coalesce(o.k, 'a')) AS v0 FROM loc l LEFT JOIN other o ON o.n = l.n",
        ),
        (
            "SELECT t.id FROM loc JOIN other USING (n) JOIN T t ON t.org = other.k || loc.name",
            'SELECT (other.k || loc.name) AS v0 FROM loc JOIN other USING ("n")',
        ),
        (
            "SELECT t.id FROM loc l JOIN T t ON t.org = l.org WHERE random() > l.n AND l.n > 0",
            "SELECT (l.org) AS v0 FROM loc l WHERE (l.n > 0)",
        ),
        (
            "WITH c AS (SELECT 1), l AS (SELECT org FROM loc) SELECT t.id FROM l JOIN T t USING (org)",
            'WITH l AS (SELECT org FROM loc) SELECT * FROM (SELECT "l"."org" AS v0 FROM l) AS fed',
        ),
        (
            "SELECT (SELECT count(*) FROM T t WHERE t.org = l.org) FROM loc l WHERE l.n > 0",
            "SELECT fed.* FROM loc l CROSS JOIN LATERAL (SELECT (l.org) AS v0) AS fed WHERE (l.n > 0)",
        ),
        (
            "SELECT id FROM T t WHERE EXISTS (SELECT 1 FROM loc l WHERE l.org = t.org AND l.n > 0)",
            "SELECT (l.org) AS v0 FROM loc l WHERE (l.n > 0)",
        ),
        (
            "SELECT id FROM T WHERE org IN (SELECT org FROM loc WHERE n > 0)",
            'SELECT "in 0".c0 AS v0 FROM (SELECT org FROM loc WHERE n > 0) AS "in 0"(c0)',
        ),
        (
            "SELECT t.id FROM T s JOIN T t ON t.org = s.name WHERE s.org = 'a' AND s.n > 0",
            "SELECT (s.name) AS v0 FROM \"made.up.things\" s WHERE (s.org = 'a') AND (s.n > 0)",
        ),
    ],
)
def test_values_come_from_their_sources_where_conditions_hold(text: str, expected: str, universe: Universe) -> None:
    assert feed(universe.plan(text.replace(" T ", f" {THINGS} "))) == expected


def test_a_condition_over_a_table_that_is_loaded_later_is_left_out(universe: Universe) -> None:
    text = (
        f"SELECT t.id FROM loc l JOIN {THINGS} t ON t.org = l.org "
        f"WHERE l.name IN (SELECT name FROM {THINGS} s WHERE s.org = t.org) AND l.n > 0"
    )
    plan = universe.plan(text)
    assert [scan.stage for scan in plan.scans] == [0, 1]
    assert "WHERE (l.n > 0))" in plan.scans[0].fed[0].feeds[0].sql


# Order


def test_tables_stand_in_stages(universe: Universe) -> None:
    plan = universe.plan(
        "SELECT 1 FROM made.up.twofold c, made.up.days d, made.up.things b, made.up.things a WHERE a.org = 'a' "
        "AND b.org = a.name AND c.org = b.name AND c.team = 'x' AND d.org = a.name AND d.day = '2026-01-01'"
    )
    assert [[scan.resource.name for scan in stage] for stage in plan.stages] == [
        ["things"],
        ["days", "things"],
        ["twofold"],
    ]


def test_what_is_fed_by_local_tables_needs_no_stage(universe: Universe) -> None:
    plan = universe.plan(f"SELECT 1 FROM loc l, {THINGS} t, {THINGS} s WHERE t.org = l.org AND s.org = 'a'")
    assert [scan.stage for scan in plan.scans] == [0, 0]


def test_a_value_that_only_the_optimizer_finds_breaks_a_circle(universe: Universe) -> None:
    text = (
        f"SELECT 1 FROM {THINGS} a JOIN made.up.twofold b ON a.org = b.org AND b.team = 'x' "
        "WHERE list_contains(['a', 'b'], b.org)"
    )
    first, second = universe.plan(text).scans
    assert not first.fed or not second.fed


def test_a_constant_beside_the_feeding_column_does_not_take_its_place(universe: Universe) -> None:
    text = f"SELECT t.id FROM loc l JOIN {THINGS} t ON t.org = l.org WHERE l.org = 'a'"
    (scan,) = universe.plan(text).scans
    assert scan.calls == ()
    assert [fed.feeds[0].origins for fed in scan.fed] == [("l.org",)]


# Values


def test_calls_are_distinct_sorted_and_without_nulls(universe: Universe) -> None:
    text = f"SELECT t.id FROM (VALUES ('b'), (NULL), ('a'), ('b')) v(x) JOIN {THINGS} t ON t.org = v.x"
    (scan,) = filled(universe, text)
    assert scan.calls == ((("org", "a"),), (("org", "b"),))
    assert [request.path for request in scan.requests] == ["/things/a", "/things/b"]


def test_written_values_and_fed_ones_are_one_list(universe: Universe) -> None:
    text = f"SELECT t.id FROM (VALUES ('b'), ('a')) v(x) JOIN {THINGS} t ON t.org = v.x OR t.org = 'b'"
    (scan,) = filled(universe, text)
    assert scan.calls == ((("org", "b"),), (("org", "a"),))


@pytest.mark.parametrize(
    ("values", "condition", "expected"),
    [
        ("(DATE '2026-01-02')", "d.day = v.x", ["2026-01-02"]),
        ("(TIMESTAMP '2026-01-02 03:04:05')", "d.day = v.x", ["2026-01-02"]),
        ("('2026-01-02'), ('no day')", "d.day = v.x", ["2026-01-02"]),
        ("(DATE '2026-01-02'), (DATE '2026-02-02')", "d.day = v.x AND d.day > '2026-02-01'", ["2026-02-02"]),
        ("(DATE '2026-01-02'), (DATE '2026-02-02')", "d.day = v.x AND d.day <> '2026-02-02'", ["2026-01-02"]),
    ],
)
def test_a_value_becomes_the_text_of_its_parameters_type(
    values: str, condition: str, expected: list[str], universe: Universe
) -> None:
    plan = universe.plan(f"SELECT d.id FROM (VALUES {values}) v(x) JOIN made.up.days d ON d.org = 'a' AND {condition}")
    (scan,) = (feeding.filled_by_data(scan, universe.session, most=9) for scan in plan.scans)
    assert [dict(call)["day"] for call in scan.calls] == expected


def test_a_number_becomes_text_without_a_fraction(universe: Universe) -> None:
    text = "SELECT p.id FROM (VALUES (1), (2)) v(x) JOIN made.up.paged p ON p.org = 'a' AND p.page = v.x"
    (scan,) = filled(universe, text)
    assert [dict(call)["page"] for call in scan.calls] == ["1", "2"]


# Rows that are computed once


@pytest.mark.parametrize(
    "text",
    [
        "SELECT t.id FROM (SELECT org FROM loc LIMIT 2) l JOIN T t ON t.org = l.org",
        "WITH l AS (SELECT org FROM loc ORDER BY random() LIMIT 2) SELECT t.id FROM l JOIN T t ON t.org = l.org",
        "SELECT id FROM T WHERE org IN (SELECT org FROM loc WHERE coin() LIMIT 2)",
        "SELECT id FROM T WHERE org = (SELECT any_value(org) FROM loc)",
        "SELECT t.id FROM (SELECT org, row_number() OVER () AS r FROM loc) l JOIN T t USING (org) WHERE r = 1",
    ],
)
def test_rows_that_may_be_others_are_kept_for_the_answer(text: str, universe: Universe) -> None:
    plan = universe.plan(text.replace(" T ", f" {THINGS} "))
    (kept,) = plan.kept
    assert f'SELECT * FROM "{kept.relation}"' in plan.sql
    assert f'SELECT * FROM "{kept.relation}"' in plan.scans[0].fed[0].feeds[0].sql
    assert "loc" in kept.sql and "loc" not in plan.sql


def test_rows_that_cannot_be_others_are_not_kept(universe: Universe) -> None:
    plan = universe.plan(f"SELECT t.id FROM (SELECT max(org) AS org FROM loc) l JOIN {THINGS} t USING (org)")
    assert plan.kept == ()
