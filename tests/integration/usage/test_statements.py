"""Statements of all kinds, each answered as DuckDB answers it over local tables with the same rows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck

from .conftest import FRIDAY, IN_RANGE, LAST, MONDAY, THURSDAY, Connect, ago, sorted_text
from .twin import Twin

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox


@pytest.fixture(scope="module")
def connection(connect: Connect, tmp_path_factory: pytest.TempPathFactory) -> stackduck.Connection:
    """Connect with an archive that fills from test to test."""
    return connect(tmp_path_factory.mktemp("archive"))


STATEMENTS = {
    "distinct users of a day": f"""
        SELECT day, count(DISTINCT user_id) AS active FROM github.copilot_usage.user_days
        WHERE enterprise = 'octo-demo' AND {IN_RANGE} AND code_generation_activity_count > 0
        GROUP BY ALL ORDER BY day""",
    "a parent and its child": f"""
        SELECT u.user_login, f.feature, sum(f.loc_added_sum), any_value(u.enterprise_id)
        FROM github.copilot_usage.user_days u
        JOIN github.copilot_usage.user_day_features f ON u.day = f.day AND u.user_id = f.user_id
        WHERE u.enterprise = 'octo-demo' AND f.enterprise = 'octo-demo' AND u.day BETWEEN '{THURSDAY}' AND '{MONDAY}'
        GROUP BY ALL""",
    "a parent and two children": f"""
        SELECT u.day, u.user_login, count(DISTINCT i.ide), count(DISTINCT m.model)
        FROM github.copilot_usage.user_days u
        LEFT JOIN github.copilot_usage.user_day_ides i USING (day, user_id)
        LEFT JOIN github.copilot_usage.user_day_model_features m USING (day, user_id)
        WHERE u.org = 'octo-demo-eng' AND i.org = 'octo-demo-eng' AND m.org = 'octo-demo-eng'
          AND u.day = '{MONDAY}' AND i.day = '{MONDAY}' AND m.day = '{MONDAY}'
        GROUP BY ALL""",
    "users and teams": f"""
        SELECT t.slug, count(DISTINCT u.user_id), sum(u.loc_added_sum)
        FROM github.copilot_usage.user_days u
        JOIN github.copilot_usage.user_team_days t ON t.day = u.day AND t.user_id = u.user_id
        WHERE u.enterprise = 'octo-demo' AND t.enterprise = 'octo-demo' AND {IN_RANGE.replace("day", "u.day", 1)}
        GROUP BY ALL""",
    "a left join of teams": f"""
        SELECT u.user_login, u.day, t.slug FROM github.copilot_usage.user_days u
        LEFT JOIN github.copilot_usage.user_team_days t
          ON t.day = u.day AND t.user_id = u.user_id AND t.org = 'octo-demo-eng'
        WHERE u.org = 'octo-demo-eng' AND u.day BETWEEN '{THURSDAY}' AND '{MONDAY}'""",
    "users of an enterprise and of its organization": f"""
        SELECT e.day, count(*), count(o.user_id) FROM github.copilot_usage.user_days e
        LEFT JOIN github.copilot_usage.user_days o
          ON o.day = e.day AND o.user_id = e.user_id AND o.org = 'octo-demo-eng' AND o.day >= '{THURSDAY}'
        WHERE e.enterprise = 'octo-demo' AND e.day BETWEEN '{THURSDAY}' AND '{MONDAY}' GROUP BY ALL""",
    "several organizations": f"""
        SELECT org, organization_id, day, count(*) FROM github.copilot_usage.user_days
        WHERE org IN ('octo-demo-eng', 'octo-demo-data') AND {IN_RANGE} GROUP BY ALL""",
    "days of each organization": f"""
        SELECT org, day, user_login FROM github.copilot_usage.user_days
        WHERE (org = 'octo-demo-eng' AND day = '{MONDAY}') OR (org = 'octo-demo-data' AND day = '{THURSDAY}')""",
    "a union of an enterprise and an organization": f"""
        SELECT enterprise AS name, day, daily_active_users FROM github.copilot_usage.entity_days
        WHERE enterprise = 'octo-demo' AND {IN_RANGE}
        UNION ALL SELECT org, day, daily_active_users FROM github.copilot_usage.entity_days
        WHERE org = 'octo-demo-eng' AND day = '{MONDAY}'""",
    "parameters as columns": f"""
        SELECT org, upper(org), day FROM github.copilot_usage.entity_days e
        WHERE org = 'octo-demo-eng' AND day = '{MONDAY}' ORDER BY org""",
    "a parameter that is no column of the other method": f"""
        SELECT enterprise, user_login FROM github.copilot_usage.user_days
        WHERE enterprise = 'octo-demo' AND day = '{MONDAY}'""",
    "struct fields": f"""
        SELECT day, sum(totals_by_cli.token_usage.prompt_tokens_sum), count(ai_adoption_phase.phase),
               max(totals_by_cli.last_known_cli_version.sampled_at), min(one)
        FROM (SELECT *, 1 AS one FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo' AND {IN_RANGE})
        GROUP BY day""",
    "an array unnested by hand": f"""
        SELECT day, f.feature, sum(f.loc_added_sum) FROM github.copilot_usage.user_days, unnest(totals_by_feature) t(f)
        WHERE enterprise = 'octo-demo' AND {IN_RANGE} GROUP BY ALL""",
    "list functions": f"""
        SELECT user_login, len(totals_by_feature), list_transform(totals_by_ide, lambda i: i.ide)
        FROM github.copilot_usage.user_days WHERE org = 'octo-demo-data' AND {IN_RANGE}""",
    "a fact in a nested object": f"""
        SELECT day, pull_requests.total_created, pull_requests.median_minutes_to_merge
        FROM github.copilot_usage.entity_days WHERE enterprise = 'octo-demo' AND {IN_RANGE} ORDER BY day""",
    "a fact of repositories": f"""
        SELECT repo_name, sum(pull_requests.total_merged) FROM github.copilot_usage.repo_days
        WHERE org = 'octo-demo-eng' AND {IN_RANGE} GROUP BY repo_name HAVING count(*) > 2""",
    "review times": f"""
        SELECT repo_name, authored_by, reviewed_by, sum(total_merged)
        FROM github.copilot_usage.repo_day_pull_request_review_times
        WHERE enterprise = 'octo-demo' AND {IN_RANGE} GROUP BY ALL""",
    "a window function": f"""
        SELECT day, user_login, sum(loc_added_sum) OVER (PARTITION BY user_id ORDER BY day)
        FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo' AND {IN_RANGE}
        QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY day DESC) = 1""",
    "a common table expression": f"""
        WITH active AS (SELECT day, user_id FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo'),
             weeks AS (SELECT date_trunc('week', day) AS week, user_id FROM active WHERE {IN_RANGE})
        SELECT week, count(DISTINCT user_id) FROM weeks GROUP BY week""",
    "a subquery": f"""
        SELECT user_login FROM (SELECT user_login, day, org FROM github.copilot_usage.user_days) t
        WHERE t.org = 'octo-demo-eng' AND t.day IN ('{MONDAY}', '{FRIDAY}')""",
    "in a subquery": f"""
        SELECT DISTINCT user_login FROM github.copilot_usage.user_days
        WHERE enterprise = 'octo-demo' AND {IN_RANGE} AND user_id NOT IN
          (SELECT user_id FROM github.copilot_usage.user_day_skills s
           WHERE enterprise = 'octo-demo' AND day = '{MONDAY}')""",
    "exists": f"""
        SELECT day, user_login FROM github.copilot_usage.user_days u WHERE enterprise = 'octo-demo' AND {IN_RANGE}
          AND EXISTS (FROM github.copilot_usage.user_day_skills s
                      WHERE s.enterprise = 'octo-demo' AND s.user_id = u.user_id AND s.day = '{MONDAY}')""",
    "with a local table": f"""
        SELECT n, day, user_login FROM (VALUES (1, 'octo-demo-eng'), (2, 'octo-demo-data')) l(n, name)
        JOIN github.copilot_usage.user_days u ON u.org = l.name
        WHERE u.org IN ('octo-demo-eng', 'octo-demo-data') AND u.day = '{MONDAY}'""",
    "a right join": f"""
        SELECT c.day, d.daily_active_users FROM github.copilot_usage.entity_days d
        RIGHT JOIN (SELECT DATE '{THURSDAY}' + n::INT AS day FROM range(6) r(n)) c
          ON c.day = d.day AND d.enterprise = 'octo-demo' AND d.day BETWEEN '{THURSDAY}' AND '{MONDAY}'""",
    "from first": f"""
        FROM github.copilot_usage.user_day_ides SELECT ide, count(*)
        WHERE enterprise = 'octo-demo' AND {IN_RANGE} GROUP BY ide""",
    "positional order and limit": f"""
        SELECT user_login, day FROM github.copilot_usage.user_days
        WHERE enterprise = 'octo-demo' AND {IN_RANGE} ORDER BY ALL LIMIT 5 OFFSET 2""",
    "a pivot": f"""
        SELECT * FROM (PIVOT (SELECT day, ide, code_generation_activity_count AS n
          FROM github.copilot_usage.user_day_ides WHERE enterprise = 'octo-demo' AND {IN_RANGE})
          ON ide IN ('vscode', 'jetbrains') USING sum(n) GROUP BY day)""",
    "other columns in case": f"""
        SELECT Day, USER_LOGIN FROM GitHub.Copilot_Usage.User_Days
        WHERE ENTERPRISE = 'octo-demo' AND DAY = '{MONDAY}'""",
    "the day of a child": f"""
        SELECT skill, sum(interaction_count) FROM github.copilot_usage.user_day_skills
        WHERE enterprise = 'octo-demo' AND day > '{ago(20)}' AND day <= '{LAST}' AND skill IS NOT NULL GROUP BY ALL""",
    "every column but some": f"""
        SELECT day, max(totals_by_ide::VARCHAR), count(*) FROM
          (SELECT * EXCLUDE (extra) FROM github.copilot_usage.user_days
           WHERE enterprise = 'octo-demo' AND {IN_RANGE}) GROUP BY day""",
    "the field that changed its type": f"""
        SELECT day, user_login, extra->'distinct_plugin_use_count'->>'count' FROM github.copilot_usage.user_days
        WHERE enterprise = 'octo-demo' AND {IN_RANGE} AND distinct_plugin_use_count IS NULL AND extra IS NOT NULL""",
}  # fmt: skip


@pytest.mark.parametrize("sql", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_a_statement_answers_as_over_local_tables(connection: stackduck.Connection, twin: Twin, sql: str) -> None:
    rows, local = connection.execute(sql).fetchall(), twin.ask(sql)
    assert sorted_text(rows) == sorted_text(local)
    if re.search(r"ORDER BY (day|org|ALL)( LIMIT .*)?$", sql):
        assert rows == local
    assert rows


@pytest.mark.parametrize("table", ["user_days", "entity_days", "user_day_ides"])
def test_a_star_has_no_parameters_and_no_days_of_files(connection: stackduck.Connection, table: str) -> None:
    for star in ("*", "t.*", "* EXCLUDE (day)", "* REPLACE (day + 1 AS day)"):
        cursor = connection.execute(
            f"SELECT {star} FROM github.copilot_usage.{table} t WHERE org = 'octo-demo-eng' AND day = '{MONDAY}'"
        )
        names = {column[0] for column in cursor.description or ()}
        assert not names & {"enterprise", "org", "report_start_day", "report_end_day"}
        assert {"enterprise_id", "organization_id"} <= names


@pytest.mark.parametrize("column", ["report_start_day", "report_end_day"])
def test_the_days_of_a_file_are_no_columns(connection: stackduck.Connection, github: Sandbox, column: str) -> None:
    github.requests.clear()
    sql = f"SELECT {column} FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo' AND day = '{ago(3)}'"
    with pytest.raises(stackduck.errors.ProgrammingError, match=column):
        connection.execute(sql)
    assert github.requests == []


def test_a_view_over_a_table_is_a_query_anew(connection: stackduck.Connection, twin: Twin, github: Sandbox) -> None:
    view = """CREATE OR REPLACE VIEW active AS SELECT day, user_login AS login, loc_added_sum AS added
              FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo'"""
    github.requests.clear()
    connection.execute(view)
    assert github.requests == []
    twin.ask(view)
    for sql in (
        f"SELECT * FROM active WHERE day = '{MONDAY}'",
        f"SELECT login, sum(added) FROM active WHERE day BETWEEN '{THURSDAY}' AND '{MONDAY}' GROUP BY ALL",
        f"""SELECT a.day, t.slug FROM active a JOIN github.copilot_usage.user_team_days t
              ON t.day = a.day AND t.user_login = a.login AND t.enterprise = 'octo-demo' AND t.day = '{MONDAY}'
            WHERE a.day = '{MONDAY}'""",
    ):
        rows = connection.execute(sql).fetchall()
        assert sorted_text(rows) == sorted_text(twin.ask(sql))
        assert rows


def test_a_view_over_a_view_and_a_child(connection: stackduck.Connection, twin: Twin) -> None:
    for view in (
        """CREATE OR REPLACE VIEW features AS SELECT day, user_id, feature, loc_added_sum
           FROM github.copilot_usage.user_day_features WHERE org = 'octo-demo-eng'""",
        """CREATE OR REPLACE VIEW by_feature AS
           SELECT day, feature, sum(loc_added_sum) AS added FROM features GROUP BY ALL""",
    ):
        connection.execute(view)
        twin.ask(view)
    sql = f"SELECT * FROM by_feature WHERE day IN ('{MONDAY}', '{THURSDAY}')"
    assert sorted_text(connection.execute(sql).fetchall()) == sorted_text(twin.ask(sql))


def test_rows_become_a_local_table(connection: stackduck.Connection, twin: Twin) -> None:
    query = f"""SELECT day, user_login, totals_by_ide FROM github.copilot_usage.user_days
                WHERE enterprise = 'octo-demo' AND day = '{MONDAY}'"""
    for statement in (
        f"CREATE OR REPLACE TABLE kept AS {query}",
        f"INSERT INTO kept {query.replace(str(MONDAY), str(THURSDAY))}",
        f"INSERT INTO kept BY NAME {query.replace(str(MONDAY), str(FRIDAY))}",
    ):
        changed = connection.execute(statement).rowcount
        assert changed == -1 or changed == twin.ask(statement)[0][0]
        twin_rows = twin.ask("SELECT * FROM kept")
        assert sorted_text(connection.execute("SELECT * FROM kept").fetchall()) == sorted_text(twin_rows)


def test_rows_are_copied_to_a_file(connection: stackduck.Connection, twin: Twin, tmp_path: Path) -> None:
    query = f"""SELECT day, user_login, ai_adoption_phase FROM github.copilot_usage.user_days
                WHERE enterprise = 'octo-demo' AND day = '{MONDAY}'"""
    connection.execute(f"COPY ({query}) TO '{tmp_path / 'rows.parquet'}'")
    assert connection.execute(query).write_parquet(str(tmp_path / "again.parquet")) == len(twin.ask(query))
    for name in ("rows", "again"):
        assert sorted_text(twin.ask(f"FROM '{tmp_path / name}.parquet'")) == sorted_text(twin.ask(query))


def test_a_description_asks_nothing(connect: Connect, github: Sandbox, tmp_path: Path) -> None:
    github.requests.clear()
    query = "SELECT day, count(*) AS n FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo' GROUP BY day"
    rows = connect(tmp_path).execute(f"DESCRIBE {query}").fetchall()
    assert [row[:2] for row in rows] == [("day", "DATE"), ("n", "BIGINT")]
    assert github.requests == []


def test_an_explanation_asks_nothing_and_its_analysis_does(connect: Connect, github: Sandbox, tmp_path: Path) -> None:
    connection = connect(tmp_path)
    query = f"SELECT day FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo' AND day = '{MONDAY}'"
    github.requests.clear()
    [row] = connection.execute(f"EXPLAIN {query}").fetchall()
    assert (row[0], row[3], row[4]) == ("github.copilot_usage.user_days", f"day = {MONDAY}", 1)
    assert github.requests == []
    text = "".join(str(row) for row in connection.execute(f"EXPLAIN ANALYZE {query}").fetchall())
    assert "Total Time" in text
    assert len(github.requests) == 1
    [row] = connection.execute(f"EXPLAIN {query}").fetchall()
    assert (row[2], row[4]) == ("archive", 0)
