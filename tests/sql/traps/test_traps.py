"""Each trap is seen where it is, and not in the statement that should be written instead."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from stackduck.catalog.names import Catalog
from stackduck.sql import traps
from stackduck.sql.statements import of_text

CATALOG = Catalog.default()
U = "github.copilot_usage"

TRAPPED: list[tuple[str, str, str]] = [
    (
        "acceptance-of-all-features",
        f"SELECT sum(code_acceptance_activity_count) / sum(code_generation_activity_count) FROM {U}.user_days",
        "sum(code_acceptance_activity_count) / sum(code_generation_activity_count)",
    ),
    (
        "acceptance-of-all-features",
        f"""WITH sums AS (
              SELECT sum(code_acceptance_activity_count) AS a, sum(code_generation_activity_count) AS g
              FROM {U}.entity_day_features)
            SELECT round(100.0 * a / nullif(g, 0), 1) FROM sums""",
        "100.0 * a / nullif(g, 0)",
    ),
    (
        "acceptance-of-all-features",
        f"""SELECT sum(code_acceptance_activity_count) / sum(code_generation_activity_count)
            FROM {U}.user_day_features WHERE feature IN ('code_completion', 'agent_edit')""",
        "sum(code_acceptance_activity_count) / sum(code_generation_activity_count)",
    ),
    (
        "accepted-lines",
        f"SELECT sum(loc_added_sum) * 1.0 / nullif(sum(loc_suggested_to_add_sum), 0) FROM {U}.user_days",
        "sum(loc_added_sum) * 1.0 / nullif(sum(loc_suggested_to_add_sum), 0)",
    ),
    (
        "averaged-ratio",
        f"""SELECT avg(code_acceptance_activity_count / code_generation_activity_count)
            FROM {U}.user_day_features WHERE feature = 'code_completion'""",
        "avg(code_acceptance_activity_count / code_generation_activity_count)",
    ),
    (
        "averaged-ratio",
        f"""SELECT avg(rate) FROM (
              SELECT day, sum(code_acceptance_activity_count) / sum(code_generation_activity_count) AS rate
              FROM {U}.user_day_features WHERE feature = 'code_completion' GROUP BY day)""",
        "avg(rate)",
    ),
    ("averaged-summary", f"SELECT avg(avg_loc_added) FROM {U}.entity_day_ai_adoption_phases", "avg(avg_loc_added)"),
    (
        "averaged-summary",
        f"SELECT avg(pull_requests.median_minutes_to_merge) FROM {U}.repo_days",
        "avg(pull_requests.median_minutes_to_merge)",
    ),
    (
        "averaged-absence",
        f"SELECT avg(coalesce(users_in_phase_28d, 0)) FROM {U}.entity_day_ai_adoption_phases",
        "avg(coalesce(users_in_phase_28d, 0))",
    ),
    (
        "always-zero",
        f"SELECT sum(user_initiated_interaction_count) FROM {U}.user_day_features WHERE feature = 'code_completion'",
        "sum(user_initiated_interaction_count)",
    ),
    (
        "always-zero",
        f"SELECT sum(code_acceptance_activity_count) FROM {U}.user_day_features WHERE feature = 'agent_edit'",
        "sum(code_acceptance_activity_count)",
    ),
    ("summed-users", f"SELECT sum(daily_active_users) FROM {U}.entity_days", "sum(daily_active_users)"),
    (
        "summed-users",
        f"SELECT sum(n) FROM (SELECT day, count(DISTINCT user_id) AS n FROM {U}.user_days GROUP BY day)",
        "sum(n)",
    ),
    ("summed-users", f"SELECT sum(distinct_skill_use_count) FROM {U}.user_days", "sum(distinct_skill_use_count)"),
    (
        "summed-users",
        f"SELECT phase, sum(total_engaged_users) FROM {U}.entity_day_ai_adoption_phases GROUP BY phase",
        "sum(total_engaged_users)",
    ),
    (
        "active-by-presence",
        f"SELECT count(DISTINCT user_id) AS active_users FROM {U}.user_days",
        "count(DISTINCT user_id)",
    ),
    (
        "active-by-presence",
        f"SELECT day, count(DISTINCT user_login) AS dau FROM {U}.user_days GROUP BY day",
        "count(DISTINCT user_login)",
    ),
    ("user-days-as-users", f"SELECT count(user_id) AS users FROM {U}.user_days", "count(user_id)"),
    (
        "user-days-as-users",
        f"SELECT date_trunc('week', day) AS week, count(user_id) AS users FROM {U}.user_days GROUP BY week",
        "count(user_id)",
    ),
    (
        "summed-users",
        f"SELECT date_trunc('week', day), sum(daily_active_users) FROM {U}.entity_days WHERE org = 'a' GROUP BY 1",
        "sum(daily_active_users)",
    ),
    (
        "user-days-as-users",
        f"SELECT count(*) AS chat_users FROM {U}.user_days WHERE enterprise = 'a' AND used_chat",
        "count(*)",
    ),
    (
        "summed-users",
        f"SELECT day, sum(daily_active_users) FROM {U}.entity_days WHERE org IN ('a', 'b') GROUP BY day",
        "sum(daily_active_users)",
    ),
    (
        "summed-users",
        f"""SELECT day, sum(sum(daily_active_users)) OVER (ORDER BY day) FROM {U}.entity_days
            WHERE org = 'a' GROUP BY day""",
        "sum(sum(daily_active_users))",
    ),
    (
        "summed-organizations",
        f"SELECT sum(code_generation_activity_count) FROM {U}.user_days WHERE org IN ('a', 'b')",
        "sum(code_generation_activity_count)",
    ),
    (
        "teams-without-day",
        f"""SELECT t.slug, sum(u.loc_added_sum) FROM {U}.user_days u
            JOIN {U}.user_team_days t ON u.user_id = t.user_id GROUP BY t.slug""",
        "u.user_id = t.user_id",
    ),
    (
        "teams-without-user",
        f"""SELECT t.slug, sum(u.loc_added_sum) FROM {U}.user_days u
            JOIN {U}.user_team_days t ON u.day = t.day GROUP BY t.slug""",
        "u.day = t.day",
    ),
    (
        "teams-without-user",
        f"""SELECT t.slug, sum(f.loc_added_sum) FROM {U}.user_team_days t
            JOIN {U}.user_day_features f USING (day) GROUP BY t.slug""",
        "day",
    ),
    (
        "teams-without-day",
        f"""SELECT t.slug, sum(u.loc_added_sum) FROM {U}.user_days u
            JOIN {U}.user_team_days t USING (user_login) GROUP BY t.slug""",
        "user_login",
    ),
    (
        "teams-without-day",
        f"SELECT sum(loc_added_sum) FROM {U}.user_days WHERE user_id IN (SELECT user_id FROM {U}.user_team_days)",
        f"user_id IN (SELECT user_id FROM {U}.user_team_days)",
    ),
    (
        "teams-without-day",
        f"""SELECT sum(u.loc_added_sum) FROM {U}.user_days u
            WHERE EXISTS (SELECT 1 FROM {U}.user_team_days t WHERE t.user_id = u.user_id)""",
        "t.user_id = u.user_id",
    ),
    (
        "teams-counted-twice",
        f"SELECT sum(u.loc_added_sum) FROM {U}.user_days u JOIN {U}.user_team_days t USING (user_id, day)",
        "sum(u.loc_added_sum)",
    ),
    (
        "joined-cuts",
        f"""SELECT sum(f.code_generation_activity_count) FROM {U}.user_day_features f
            JOIN {U}.user_day_ides i USING (user_id, day)""",
        f"{U}.user_day_ides i",
    ),
    (
        "multiplied-days",
        f"""SELECT f.feature, sum(u.loc_added_sum) FROM {U}.user_days u
            JOIN {U}.user_day_features f USING (user_id, day) GROUP BY f.feature""",
        "sum(u.loc_added_sum)",
    ),
    (
        "added-cuts",
        f"""SELECT sum(n) FROM (
              SELECT sum(loc_added_sum) AS n FROM {U}.user_day_features
              UNION ALL SELECT sum(loc_added_sum) FROM {U}.user_day_ides)""",
        "sum(n)",
    ),
    (
        "added-cuts",
        f"""WITH f AS (SELECT day, sum(loc_added_sum) AS n FROM {U}.entity_day_features GROUP BY day),
                 i AS (SELECT day, sum(loc_added_sum) AS n FROM {U}.entity_day_ides GROUP BY day)
            SELECT day, f.n + i.n FROM f JOIN i USING (day)""",
        "f.n + i.n",
    ),
    ("not-there-yet", f"SELECT * FROM {U}.user_days WHERE day >= today()", "day >= today()"),
    ("not-there-yet", f"SELECT * FROM {U}.user_days WHERE day = current_date", "day"),
    (
        "across-a-break",
        f"""SELECT date_trunc('month', day), sum(loc_added_sum) FROM {U}.user_days
            WHERE day BETWEEN '2026-03-01' AND '2026-08-31' GROUP BY 1""",
        "'2026-03-01'",
    ),
    (
        "across-a-break",
        f"SELECT day, max(daily_active_users) FROM {U}.entity_days WHERE day >= DATE '2026-07-01' GROUP BY day",
        "'2026-07-01'",
    ),
    ("never-used", f"SELECT login FROM {U}.seats WHERE last_activity_at IS NULL", "last_activity_at IS NULL"),
    (
        "credits-as-bill",
        f"SELECT sum(ai_credits_used) * 0.01 AS billed FROM {U}.user_days",
        "sum(ai_credits_used) * 0.01 AS billed",
    ),
    (
        "credits-as-bill",
        f"SELECT sum(ai_credits_used) AS cost_usd FROM {U}.user_days",
        "sum(ai_credits_used) AS cost_usd",
    ),
    (
        "added-cuts",
        f"""SELECT (SELECT sum(loc_added_sum) FROM {U}.user_day_ides WHERE day >= current_date - 7) +
            (SELECT sum(loc_added_sum) FROM {U}.user_day_language_models) AS total""",
        f"""(SELECT sum(loc_added_sum) FROM {U}.user_day_ides WHERE day >= current_date - 7) +
            (SELECT sum(loc_added_sum) FROM {U}.user_day_language_models)""",
    ),
]

RIGHT: dict[str, str] = {
    "acceptance of completions": f"""SELECT sum(code_acceptance_activity_count) / sum(code_generation_activity_count)
        FROM {U}.user_day_features WHERE feature = 'code_completion'""",
    "acceptance by feature": f"""SELECT feature, sum(code_acceptance_activity_count) /
        sum(code_generation_activity_count) FROM {U}.user_day_features GROUP BY ALL""",
    "acceptance with FILTER": f"""SELECT
        sum(code_acceptance_activity_count) FILTER (feature = 'code_completion') /
        sum(code_generation_activity_count) FILTER (feature = 'code_completion') FROM {U}.entity_day_features""",
    "acceptance of a CTE of completions": f"""WITH c AS (SELECT * FROM {U}.user_day_features
        WHERE feature = 'code_completion') SELECT date_trunc('week', day),
        sum(code_acceptance_activity_count) / sum(code_generation_activity_count) FROM c GROUP BY 1""",
    "generations over acceptances' days": f"SELECT sum(code_generation_activity_count) / count(*) FROM {U}.user_days",
    "lines side by side": f"SELECT sum(loc_added_sum), sum(loc_suggested_to_add_sum) FROM {U}.user_days",
    "ratio of sums": f"""SELECT sum(code_generation_activity_count) / sum(user_initiated_interaction_count)
        FROM {U}.user_days""",
    "moving average": f"""SELECT day, avg(rate) OVER (ORDER BY day ROWS 6 PRECEDING) FROM (
        SELECT day, sum(loc_added_sum) / sum(user_initiated_interaction_count) AS rate
        FROM {U}.entity_days GROUP BY day)""",
    "average of a number": f"SELECT avg(loc_added_sum / 100.0) FROM {U}.user_days",
    "weighted average": f"""SELECT sum(avg_loc_added * total_engaged_users) / sum(total_engaged_users)
        FROM {U}.entity_day_ai_adoption_phases WHERE day = '2026-09-09'""",
    "average that passes over NULL": f"SELECT avg(users_in_phase_28d) FROM {U}.entity_day_ai_adoption_phases",
    "average of what is never NULL": f"SELECT avg(coalesce(loc_added_sum, 0)) FROM {U}.user_days",
    "prompts of a chat": f"""SELECT sum(user_initiated_interaction_count) FROM {U}.user_day_features
        WHERE feature = 'chat_panel_ask_mode'""",
    "prompts beside completions": f"""SELECT sum(user_initiated_interaction_count),
        sum(loc_added_sum) FILTER (feature = 'code_completion') FROM {U}.user_day_features""",
    "average of users": f"SELECT avg(daily_active_users), max(monthly_active_users) FROM {U}.entity_days",
    "phases of a day": f"""SELECT day, sum(total_engaged_users) FROM {U}.entity_day_ai_adoption_phases GROUP BY day""",
    "average of counts": f"""SELECT avg(n) FROM (
        SELECT day, count(DISTINCT user_id) AS n FROM {U}.user_days GROUP BY day)""",
    "sum of counts of something else": f"""SELECT sum(n) FROM (
        SELECT plan_type, count(DISTINCT login) AS n FROM {U}.seats GROUP BY plan_type)""",
    "active by a rule": f"""SELECT count(DISTINCT user_id) AS active_users FROM {U}.user_days
        WHERE user_initiated_interaction_count > 0 OR code_generation_activity_count > 0""",
    "active by a FILTER": f"""SELECT count(DISTINCT user_id) FILTER (used_chat) AS active_chat_users
        FROM {U}.user_days""",
    "active by a CASE": f"""SELECT count(DISTINCT CASE WHEN used_agent THEN user_id END) AS active_users
        FROM {U}.user_days""",
    "users of one entity by day": f"""SELECT day, sum(daily_active_users) FROM {U}.entity_days
        WHERE (enterprise = $enterprise OR org = $org) GROUP BY day""",
    "users of one day": f"""SELECT sum(daily_active_users) FILTER (WHERE day = '2026-09-09') FROM {U}.entity_days
        WHERE enterprise = 'a'""",
    "rows": f"SELECT count(*) AS n, count(*) AS user_days FROM {U}.user_days",
    "rows of a query of users": f"""SELECT count(*) AS users FROM (
        SELECT user_id FROM {U}.user_days GROUP BY user_id)""",
    "users in the report": f"SELECT count(DISTINCT user_id) AS users FROM {U}.user_days",
    "users of a day": f"SELECT count(user_id) AS users FROM {U}.user_days WHERE day = '2026-09-09'",
    "users by day": f"SELECT day, count(user_id) AS users FROM {U}.user_days GROUP BY day",
    "days of a user": f"SELECT user_login, count(user_id) FROM {U}.user_days GROUP BY ALL",
    "user-days by name": f"SELECT count(user_id) AS user_days FROM {U}.user_days",
    "several organizations apart": f"""SELECT org, sum(loc_added_sum) FROM {U}.user_days
        WHERE org IN ('a', 'b') GROUP BY org""",
    "repositories of several organizations": f"""SELECT sum(pull_requests.total_created) FROM {U}.repo_days
        WHERE org IN ('a', 'b')""",
    "teams by user and day": f"""SELECT t.slug, sum(u.loc_added_sum) FROM {U}.user_days u
        JOIN {U}.user_team_days t ON u.user_id = t.user_id AND u.day = t.day GROUP BY t.slug""",
    "teams by WHERE": f"""SELECT t.slug, sum(u.loc_added_sum) FROM {U}.user_days u, {U}.user_team_days t
        WHERE u.user_id = t.user_id AND t.day = u.day GROUP BY 1""",
    "users and members by day": f"""WITH
        u AS (SELECT day, count(DISTINCT user_id) AS users FROM {U}.user_days GROUP BY day),
        t AS (SELECT day, count(DISTINCT user_id) AS members FROM {U}.user_team_days GROUP BY day)
        SELECT day, members / users FROM u JOIN t USING (day)""",
    "teams by way of seats": f"""SELECT t.slug, sum(u.loc_added_sum) FROM {U}.seats s
        JOIN {U}.user_days u ON u.user_id = s.user_id
        JOIN {U}.user_team_days t ON t.user_id = s.user_id AND t.day = u.day GROUP BY t.slug""",
    "teams of one day": f"""SELECT sum(u.loc_added_sum) FROM {U}.user_days u JOIN {U}.user_team_days t USING (user_id)
        WHERE t.slug = 'a' AND u.day = '2026-09-09' AND t.day = '2026-09-09'""",
    "one team": f"""SELECT sum(loc_added_sum) FROM {U}.user_days WHERE (user_id, day) IN (
        SELECT (user_id, day) FROM {U}.user_team_days WHERE slug = 'a')""",
    "members counted over teams": f"""SELECT count(DISTINCT u.user_id) FROM {U}.user_days u
        JOIN {U}.user_team_days t USING (user_id, day)""",
    "seats of teams": f"""SELECT t.slug, count(DISTINCT s.login) FROM {U}.seats s
        JOIN {U}.user_team_days t USING (user_id) GROUP BY t.slug""",
    "cuts aggregated apart": f"""WITH
        f AS (SELECT user_id, day, sum(loc_added_sum) AS n FROM {U}.user_day_features GROUP BY ALL),
        i AS (SELECT user_id, day, count(*) AS ides FROM {U}.user_day_ides GROUP BY ALL)
        SELECT f.n, i.ides FROM f JOIN i USING (user_id, day)""",
    "one row of each cut": f"""SELECT f.loc_added_sum, i.loc_added_sum FROM {U}.user_day_features f
        JOIN {U}.user_day_ides i USING (user_id, day) WHERE f.feature = 'code_completion' AND i.ide = 'vscode'""",
    "cut chosen by another": f"""SELECT sum(f.loc_added_sum) FROM {U}.user_day_features f
        SEMI JOIN {U}.user_day_ides i USING (user_id, day)""",
    "one cut twice": f"""SELECT a.loc_added_sum, b.loc_added_sum FROM {U}.user_day_features a
        JOIN {U}.user_day_features b USING (user_id, day)
        WHERE a.feature = 'code_completion' AND b.feature = 'agent_edit'""",
    "sum of the cut": f"""SELECT f.feature, sum(f.loc_added_sum) FROM {U}.user_days u
        JOIN {U}.user_day_features f USING (user_id, day) WHERE u.used_chat GROUP BY f.feature""",
    "cuts told apart": f"""WITH cuts(cut, n) AS (
        SELECT 'feature', loc_added_sum FROM {U}.user_day_features
        UNION ALL SELECT 'ide', loc_added_sum FROM {U}.user_day_ides) SELECT cut, sum(n) FROM cuts GROUP BY cut""",
    "difference of cuts": f"""WITH
        u AS (SELECT sum(loc_added_sum) AS n FROM {U}.user_days),
        i AS (SELECT sum(loc_added_sum) AS n FROM {U}.user_day_ides) SELECT u.n - i.n FROM u, i""",
    "two measures of one cut": f"SELECT sum(loc_added_sum + loc_deleted_sum) FROM {U}.user_day_features",
    "up to yesterday": f"SELECT * FROM {U}.user_days WHERE day BETWEEN current_date - 28 AND current_date - 1",
    "before today": f"SELECT * FROM {U}.user_days WHERE day < current_date",
    "between two breaks": f"""SELECT date_trunc('month', day), sum(loc_added_sum) FROM {U}.user_days
        WHERE day BETWEEN '2026-08-01' AND '2026-09-30' GROUP BY 1""",
    "one total across a break": f"SELECT sum(loc_added_sum) FROM {U}.user_days WHERE day >= '2026-03-01'",
    "idle or never": f"""SELECT login FROM {U}.seats
        WHERE last_activity_at IS NULL OR last_activity_at < current_date - 30""",
    "never seen in the reports": f"""SELECT login FROM {U}.seats WHERE last_activity_at IS NULL
        AND user_id NOT IN (SELECT user_id FROM {U}.user_days)""",
    "credits at a price": f"SELECT sum(ai_credits_used) * $price AS credits_usd FROM {U}.user_days",
    "queries of one cut added": f"""SELECT
        (SELECT sum(loc_added_sum) FROM {U}.user_day_features WHERE feature = 'code_completion')
        + (SELECT sum(loc_added_sum) FROM {U}.user_day_features WHERE feature = 'agent_edit') AS n""",
    "credits by their name": f"SELECT sum(ai_credits_used) AS credits FROM {U}.user_days",
    "a table of one's own": "SELECT sum(daily_active_users) FROM entity_days",
    "another provider's table": "SELECT sum(daily_active_users) FROM github.copilot.org_seats",
}


def seen(sql: str, definitions: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    statement = of_text(sql)
    found = traps.find(statement, CATALOG, definitions or {})
    return [(each.trap.name, sql[each.start : each.end]) for each in found]


@pytest.mark.parametrize(("name", "sql", "words"), TRAPPED, ids=[f"{t[0]} {n}" for n, t in enumerate(TRAPPED)])
def test_a_trap_is_seen_at_its_words(name: str, sql: str, words: str) -> None:
    assert (name, words) in seen(sql)


@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in RIGHT.items()])
def test_what_is_right_is_no_trap(sql: str) -> None:
    assert seen(sql) == []


def test_every_trap_has_an_example() -> None:
    assert {name for name, _, _ in TRAPPED} == {trap.name for trap in traps.TRAPS}


def test_a_statement_that_falls_into_one_trap_is_not_said_to_fall_into_others() -> None:
    strangers = [(n, s) for name, sql, _ in TRAPPED for n, s in seen(sql) if n != name]
    assert strangers == []


def test_a_view_leads_to_the_report_behind_it() -> None:
    definitions = {"daily": f"SELECT day, daily_active_users AS users FROM {U}.entity_days"}
    assert seen("SELECT sum(users) FROM daily", definitions) == [("summed-users", "sum(users)")]


def test_a_view_of_completions_makes_an_acceptance_rate_right() -> None:
    rate = "SELECT sum(code_acceptance_activity_count) / sum(code_generation_activity_count) FROM seen"
    view = f"SELECT * FROM {U}.user_day_features"
    assert seen(rate, {"seen": view})
    assert not seen(rate, {"seen": f"{view} WHERE feature = 'code_completion'"})


def test_definitions_that_read_each_other_come_to_an_end() -> None:
    definitions = {"a": f"SELECT * FROM b, {U}.user_days", "b": "SELECT * FROM a"}
    assert seen("SELECT sum(x) FROM a", definitions) == []


def test_a_recursive_query_comes_to_an_end() -> None:
    sql = f"""WITH RECURSIVE r AS (SELECT daily_active_users AS n FROM {U}.entity_days
              UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT sum(n) FROM r"""
    assert ("summed-users", "sum(n)") in seen(sql)


def test_what_cannot_be_parsed_has_no_traps() -> None:
    assert seen(f"SELECT sum( FROM {U}.entity_days") == []
