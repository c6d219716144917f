"""What a plan holds beside its calls, and the limits that it keeps."""

from __future__ import annotations

import pytest
from made_up import Universe

from stackduck.errors import Error, NotSupportedError, OperationalError
from stackduck.sql.plan import make_plan
from stackduck.sql.statements import of_text

YEAR = "SELECT id FROM made.up.days WHERE org IN ('a', 'b') AND day BETWEEN '2026-01-01' AND '2026-12-31'"


def test_more_calls_than_allowed_are_refused_with_their_number(universe: Universe) -> None:
    with pytest.raises(OperationalError) as caught:
        make_plan(of_text(YEAR), {}, universe.catalog, database=universe.database, max_calls=100)
    assert "made.up.days needs 730 calls and 100 are allowed; narrow the condition" in str(caught.value)


def test_calls_beyond_counting_are_refused_before_they_are_made(universe: Universe) -> None:
    text = YEAR.replace("2026-01-01", "1800-01-01").replace("'a', 'b'", ", ".join(f"'{n}'" for n in range(50)))
    with pytest.raises(OperationalError) as caught:
        make_plan(of_text(text), {}, universe.catalog, database=universe.database, max_calls=10)
    assert "4,145,500 calls" in str(caught.value)


def test_a_circle_of_queries_is_no_crash(universe: Universe) -> None:
    nested = "(" * 3000 + "SELECT id FROM made.up.things WHERE org = 'a'" + ")" * 3000
    for text in ("WITH RECURSIVE r AS (SELECT * FROM r) SELECT * FROM r, made.up.things WHERE org = 'a'", nested):
        try:
            universe.plan(text)
        except Error as exc:
            assert isinstance(exc, NotSupportedError) or "needs" in str(exc) or "read" in str(exc)


def test_as_many_calls_as_allowed_are_planned(universe: Universe) -> None:
    plan = make_plan(of_text(YEAR), {}, universe.catalog, database=universe.database, max_calls=730)
    assert len(plan.requests) == 730


def test_a_plan_for_its_columns_alone_needs_no_values(universe: Universe) -> None:
    statement = of_text("SELECT *, day FROM made.up.days")
    plan = make_plan(statement, {}, universe.catalog, database=universe.database, only_columns=True)
    assert plan.requests == ()
    assert [name for name, _ in plan.scans[0].types] == ["id", "name", "n", "org", "day"]


def test_equal_scans_are_one(universe: Universe) -> None:
    text = "SELECT t.id FROM made.up.things t, made.up.things u WHERE t.org = 'a' AND u.org = 'a'"
    assert len(universe.plan(text).scans) == 1
    assert len(universe.plan(text.replace("u.org = 'a'", "u.org = 'b'")).scans) == 2


def test_bound_values_become_calls_and_stay_bound(universe: Universe) -> None:
    plan = universe.plan("SELECT id FROM made.up.things WHERE org IN ($o, $p)", {"o": "x' OR 1=1 --", "p": None})
    assert [dict(call) for call in plan.scans[0].calls] == [{"org": "x' OR 1=1 --"}]
    assert plan.requests[0].path == "/things/x%27%20OR%201%3D1%20--"
    assert plan.sql.endswith("WHERE org IN ($o, $p)")


def test_only_columns_that_the_statement_names_are_needed(universe: Universe) -> None:
    assert universe.plan("SELECT count(*), max(n) FROM made.up.things WHERE org = 'a'").scans[0].needed is not None
    for text in ("SELECT * FROM made.up.things", "FROM made.up.things t SELECT id, t.* ", "FROM made.up.things"):
        assert universe.plan(f"{text} WHERE org = 'a'").scans[0].needed is None


def test_a_repeated_statement_is_planned_alike(universe: Universe) -> None:
    text = "SELECT *, org FROM made.up.things WHERE org = ANY(['a', 'b']) AND (name, n) IN (('x', 1))"
    first, second = universe.plan(text), universe.plan(text)
    assert first.scans[0].calls == second.scans[0].calls
    assert first.scans[0].types == second.scans[0].types
    assert first.sql.split("#")[0] == second.sql.split("#")[0]
