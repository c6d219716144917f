"""What a plan says of reports: whose, which days, and how DuckDB is asked for these."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from made_up import Universe

from stackduck.errors import MissingParameterError, NotSupportedError, ProgrammingError
from stackduck.execute.planning import PlanningDatabase
from stackduck.sql import views
from stackduck.sql.plan import ColumnTypes, Plan, Selection, make_plan
from stackduck.sql.statements import of_text
from stackduck.sql.variables import bind

USERS = "github.copilot_usage.user_days"
TEAMS = "github.copilot_usage.user_team_days"
FIRST, SECOND, THIRD = (date(2026, 10, day) for day in (1, 2, 3))


class Counting(PlanningDatabase):
    """Counts what the planner asks."""

    def __init__(self, universe: Universe) -> None:
        super().__init__(universe.session)
        self.conditions: list[str] = []
        self.optimizations = 0

    def matching_days(self, condition: str, parameters: Mapping[str, object]) -> frozenset[date]:
        self.conditions.append(condition)
        return super().matching_days(condition, parameters)

    def optimized(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> str | None:
        self.optimizations += 1
        return super().optimized(sql, parameters, tables)


def selected(plan: Plan) -> list[tuple[str, str, frozenset[date] | None]]:
    return [(s.scope, s.name, s.days) for scan in plan.scans for s in scan.selections]


@pytest.mark.parametrize(
    ("condition", "values", "days"),
    [
        ("day = ?", [FIRST], {FIRST}),
        ("day = $1 OR day = $2", ["2026-10-01", THIRD], {FIRST, THIRD}),
        ("day >= $low AND day < $high", {"low": "2026-10-01", "high": THIRD}, {FIRST, SECOND}),
        ("day BETWEEN $low AND $low + $n", {"low": FIRST, "n": 1}, {FIRST, SECOND}),
        ("day IN $days", {"days": [FIRST, None, THIRD]}, {FIRST, THIRD}),
        ("day = ANY($days)", {"days": [FIRST]}, {FIRST}),
        ("day = ANY($days::DATE[])", {"days": ["2026-10-01", None, THIRD]}, {FIRST, THIRD}),
        ("day = ANY(['2026-10-01', $day]::DATE[])", {"day": SECOND}, {FIRST, SECOND}),
        ("day = ANY(['2026-10-01', NULL]::DATE[])", {}, {FIRST}),
        ("day IN $days::DATE[]", {"days": [FIRST]}, {FIRST}),
        ("day = '{{ day }}'", {"day": "2026-10-02"}, {SECOND}),
        ("day = $day", {"day": None}, set[date]()),
        ("(org, day) = ('a', $day)", {"day": FIRST}, {FIRST}),
    ],
)
def test_bound_values_choose_days(
    condition: str, values: Mapping[str, object] | list[object], days: set[date], universe: Universe
) -> None:
    bound = bind(of_text(f"SELECT user_id FROM {USERS} WHERE org = 'a' AND ({condition})"), values)
    plan = universe.plan(bound.statement, bound.parameters)
    assert selected(plan) == [("org", "a", days)]


def test_a_variable_of_the_session_chooses_days(universe: Universe) -> None:
    bound = bind(
        of_text(f"SELECT user_id FROM {USERS} WHERE org = 'a' AND day = $since"), {}, session=frozenset(["since"])
    )
    assert selected(universe.plan(bound.statement, bound.parameters)) == [("org", "a", frozenset([date(2026, 10, 30)]))]


def test_today_is_the_sessions_own(universe: Universe) -> None:
    text = f"SELECT user_id FROM {USERS} WHERE org = 'a' AND day = current_date"
    found = []
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        universe.session.rows(f"SET TimeZone = '{zone}'")
        try:
            found += [next(iter(days)) for _, _, days in selected(universe.plan(text)) if days]
        finally:
            universe.session.rows("SET TimeZone = 'UTC'")
    assert found[0] - found[1] in (timedelta(days=1), timedelta(days=2))


def test_a_report_makes_no_requests_and_keeps_its_calls(universe: Universe) -> None:
    plan = universe.plan(f"SELECT user_id, org FROM {USERS} WHERE org IN ('a', 'b') AND day >= '2026-10-01'")
    (scan,) = plan.scans
    assert scan.is_report and scan.requests == () and plan.requests == ()
    assert scan.calls == ((("org", "a"),), (("org", "b"),))
    assert [p.name for p in scan.parameters] == ["org"]
    assert dict(scan.types)["day"] == "DATE"


def test_what_is_no_report_has_no_selections(universe: Universe) -> None:
    (scan,) = universe.plan("SELECT id FROM made.up.days WHERE org = 'a' AND day = '2026-10-01'").scans
    assert not scan.is_report and scan.selections == () and len(scan.requests) == 1


def test_days_are_no_calls_to_be_limited(universe: Universe) -> None:
    statement = of_text(f"SELECT user_id FROM {USERS} WHERE org = 'a' AND day > '2020-01-01'")
    plan = make_plan(statement, {}, universe.catalog, database=universe.database, max_calls=1)
    ((_, _, days),) = selected(plan)
    assert days and len(days) > 1_000


def test_a_parent_and_its_child_are_two_scans_with_the_same_days(universe: Universe) -> None:
    plan = universe.plan(
        f"SELECT u.user_id, i.ide FROM {USERS} u JOIN github.copilot_usage.user_day_ides i USING (org, day, user_id) "
        "WHERE org = 'a' AND day = '2026-10-01'"
    )
    assert [scan.resource.name for scan in plan.scans] == ["user_days", "user_day_ides"]
    assert plan.scans[0].selections == plan.scans[1].selections == (Selection("org", "a", frozenset([FIRST])),)


def test_a_report_that_is_read_twice_is_one_scan_only_for_the_same_days(universe: Universe) -> None:
    text = f"SELECT a.day FROM {USERS} a, {USERS} b WHERE a.org = 'a' AND b.org = 'a' AND a.day = '2026-10-01' AND b."
    assert len(universe.plan(f"{text}day IN ('2026-10-01')").scans) == 1
    assert len(universe.plan(f"{text}day = '2026-10-02'").scans) == 2


def test_a_plan_for_its_columns_alone_says_nothing_of_days(universe: Universe) -> None:
    statement = of_text(f"SELECT * FROM {USERS} u JOIN loc l ON u.day = l.day")
    plan = make_plan(statement, {}, universe.catalog, database=universe.database, only_columns=True)
    assert plan.scans[0].selections == ()


def test_conditions_outside_a_view_choose_its_days(universe: Universe) -> None:
    texts = {"weeks": f"SELECT org, day, date_trunc('week', day) AS week FROM {USERS}"}
    for condition, days in (("day = '2026-10-01'", 1), ("week = '2026-10-05'", 7)):
        statement = views.expand(of_text(f"SELECT count(*) FROM weeks WHERE org = 'a' AND {condition}"), texts)
        ((_, _, found),) = selected(universe.plan(statement))
        assert found and len(found) == days


def test_conditions_that_hold_together_are_one_question_in_the_users_words(universe: Universe) -> None:
    database = Counting(universe)
    text = f"SELECT user_id FROM {USERS} AS u WHERE u.day >= $low AND org = 'a' AND  dayofweek( u . DAY )=1"
    make_plan(of_text(text), {"low": "2026-10-01", "other": 1}, universe.catalog, database=database)
    assert database.conditions == ["(day >= $low) AND (dayofweek( day )=1)"]
    assert database.optimizations == 0


@pytest.mark.parametrize("day", ["day", "day >= '2026-10-01' AS is_new, day"])
def test_nothing_is_asked_where_no_condition_is_on_the_day(day: str, universe: Universe) -> None:
    database = Counting(universe)
    text = f"SELECT {day}, count(*) FROM {USERS} WHERE org = 'a' GROUP BY ALL ORDER BY day"
    plan = make_plan(of_text(text), {}, universe.catalog, database=database)
    assert (database.conditions, database.optimizations, selected(plan)) == ([], 0, [("org", "a", None)])


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("day > current_date - (random() * 9)::INT", "random() may have another value for each row"),
        ("day > DATE '2026-10-01' + nextval('numbers')::INT", "nextval() may have another value for each row"),
        ("(coin() OR day > '2026-10-01')", "a function in it may have another value for each row"),
        ("day = 'soon'", 'invalid date field format: "soon"'),
        ("make_date(2026, month(day), 31) = day", "out of range"),
    ],
)
def test_a_refused_condition_is_named_with_the_reason_and_the_remedy(
    condition: str, words: str, universe: Universe
) -> None:
    universe.session.rows("CREATE SEQUENCE IF NOT EXISTS numbers")
    with pytest.raises(NotSupportedError) as caught:
        universe.plan(f"SELECT user_id FROM {USERS} AS u WHERE org = 'a' AND {condition}")
    text = str(caught.value)
    assert text.startswith(f"{USERS}: ") and words in text
    assert text.endswith("; add a condition on day alone beside the table, such as u.day >= current_date - 28")
    assert universe.session.rows("SELECT count(*) FROM duckdb_sequences() WHERE last_value IS NOT NULL") == [(0,)]


def test_a_condition_that_fails_for_a_day_leaves_a_transaction_alone(universe: Universe) -> None:
    text = f"SELECT user_id FROM {USERS} WHERE org = 'a' AND day = '2026-10-01' AND day <> 'soon'"
    universe.session.rows("BEGIN")
    try:
        ((_, _, days),) = selected(universe.plan(f"{text} AND random() > day::VARCHAR::INT"))
        assert days == {FIRST}
        assert universe.session.rows("SELECT 1") == [(1,)]
    finally:
        universe.session.rows("ROLLBACK")


def test_a_column_that_does_not_exist_is_said_before_the_days(universe: Universe) -> None:
    with pytest.raises(ProgrammingError, match="no column 'daay'"):
        universe.plan(f"SELECT daay FROM {USERS} WHERE org = 'a' AND day > current_date - (random() * 9)::INT")


def test_a_missing_name_is_said_before_the_days(universe: Universe) -> None:
    with pytest.raises(MissingParameterError, match=r"needs enterprise; .*; or give org instead"):
        universe.plan(f"SELECT user_id FROM {USERS} WHERE day IN (SELECT day FROM loc)")


def test_a_statement_that_only_duckdb_can_read_chooses_days_too(universe: Universe) -> None:
    text = f"SELECT user_id, 5! AS f FROM {USERS} u WHERE u.org = 'a'"
    assert selected(universe.plan(f"{text} AND u.day = '2026-10-01'")) == [("org", "a", frozenset([FIRST]))]
    assert selected(universe.plan(text.replace("user_id", "day, INTERVAL 1 DAY"))) == [("org", "a", None)]
    with pytest.raises(NotSupportedError, match="in a statement of this form"):
        universe.plan(f"{text} AND u.day > (SELECT max(day) FROM loc)")


def test_an_update_reads_the_days_of_its_condition(universe: Universe) -> None:
    text = f"UPDATE loc SET n = u.user_id FROM {USERS} u WHERE u.org = 'a' AND u.day"
    assert selected(universe.plan(f"{text} = '2026-10-01'")) == [("org", "a", frozenset([FIRST]))]
    with pytest.raises(NotSupportedError, match="the condition on day does not say which days to fetch"):
        universe.plan(f"{text} = loc.day")


def test_a_list_with_an_element_that_duckdb_must_compute_is_refused(universe: Universe) -> None:
    text = "day = ANY(['2026-10-01', strptime('02.10.2026', '%d.%m.%Y')::VARCHAR]::DATE[])"
    bound = bind(of_text(f"SELECT user_id FROM {USERS} WHERE org = 'a' AND {text}"), {})
    with pytest.raises(NotSupportedError, match="does not say which days to fetch"):
        universe.plan(bound.statement, bound.parameters)
