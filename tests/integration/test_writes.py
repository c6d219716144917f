"""Changes at the sandbox, over real sockets: what is allowed, what is sent, what is told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import stackduck
from stackduck import errors
from stackduck.sandbox import Sandbox, serve

ORG = "octo-demo-eng"
SEATS = "github.copilot.org_copilot_seats_users"
AGENT = "github.copilot.org_coding_agent_permissions"
REPOS = "github.copilot.org_coding_agent_repos"
SET_AGENT = f"REPLACE {AGENT} SET enabled_repositories = 'all' WHERE org = '{ORG}'"


@pytest.fixture
def github() -> Iterator[Sandbox]:
    """Serve a sandbox of this test's own."""
    with serve(seed=1) as github:
        yield github


def connect(github: Sandbox, **options: Any) -> stackduck.Connection:
    return stackduck.connect(api_url=github.api_url, token=github.token, **options)


@pytest.fixture
def connection(github: Sandbox) -> Iterator[stackduck.Connection]:
    """Connect to the sandbox, allowed to change it."""
    with connect(github, allow_writes=True) as connection:
        yield connection


def sent(github: Sandbox) -> list[str]:
    """Return the calls that were no reading."""
    return [f"{request.method} {request.path}" for request in github.requests if request.method != "GET"]


def seated(connection: stackduck.Connection) -> list[str]:
    """Return the members whose seats do not end."""
    found = connection.execute(
        f"SELECT assignee.login FROM github.copilot.org_seats "
        f"WHERE org = '{ORG}' AND pending_cancellation_date IS NULL ORDER BY 1"
    )
    return [login for (login,) in found]


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT INTO {SEATS} (org, selected_usernames) VALUES ('{ORG}', ['ann'])",
        SET_AGENT,
        f"DELETE FROM github.copilot.user_seats WHERE org = '{ORG}' AND selected_usernames = ['ann']",
        "EXEC github.copilot.user_seats.cancel_copilot_seat_assignment_for_users "
        f"@org = '{ORG}' @@json = '{{\"selected_usernames\": [\"ann\"]}}'",
        "SELECT * FROM (EXEC github.copilot.user_seats.cancel_copilot_seat_assignment_for_users "
        f"@org = '{ORG}', @selected_usernames = ['ann'])",
    ],
)
def test_nothing_changes_unless_the_user_allowed_it(github: Sandbox, statement: str) -> None:
    with (
        connect(github) as connection,
        pytest.raises(errors.NotSupportedError, match=r"connection only reads; allow it by --allow-writes or connect"),
    ):
        connection.execute(statement)
    assert github.requests == []


def test_a_mistake_is_told_before_the_permission(github: Sandbox) -> None:
    with connect(github) as connection, pytest.raises(errors.MissingParameterError, match="needs org for INSERT"):
        connection.execute(f"INSERT INTO {SEATS} (selected_usernames) VALUES (['ann'])")


def test_a_dry_run_gives_the_requests_and_sends_none(github: Sandbox) -> None:
    with connect(github, dry_run=True, allow_writes=True) as connection:
        cursor = connection.execute(
            f"INSERT INTO {SEATS} (org, selected_usernames) VALUES ('{ORG}', ['ann']), ('x/y', '[\"bob\"]')"
        )
        assert [column[0] for column in cursor.description or ()] == [
            *("resource", "method", "http_method", "url", "body"),
        ]
        rows = cursor.fetchall()
    assert [(row[2], row[3], json.loads(row[4])) for row in rows] == [
        ("POST", f"{github.api_url}/orgs/{ORG}/copilot/billing/selected_users", {"selected_usernames": ["ann"]}),
        ("POST", f"{github.api_url}/orgs/x%2Fy/copilot/billing/selected_users", {"selected_usernames": ["bob"]}),
    ]
    assert {row[:2] for row in rows} == {(SEATS, "add_copilot_seats_for_users")}
    assert github.requests == []


def test_a_dry_run_reads_what_a_change_is_made_of(github: Sandbox) -> None:
    with connect(github, dry_run=True) as connection:
        rows = connection.execute(
            f"INSERT INTO {SEATS} (org, selected_usernames) "
            f"SELECT org, list(assignee.login) FROM github.copilot.org_seats WHERE org = '{ORG}' GROUP BY org"
        ).fetchall()
        assert connection.execute(f"SELECT count(*) FROM github.copilot.org_seats WHERE org = '{ORG}'").fetchone() == (
            17,
        )
    assert len(json.loads(rows[0][4])["selected_usernames"]) == 17
    assert sent(github) == []


def test_explain_gives_the_requests_and_sends_none(github: Sandbox) -> None:
    with connect(github) as connection:
        rows = connection.execute(f"EXPLAIN {SET_AGENT}").fetchall()
        with pytest.raises(errors.NotSupportedError, match="EXPLAIN ANALYZE would carry the change out"):
            connection.execute(f"EXPLAIN ANALYZE {SET_AGENT}")
    assert [(row[2], json.loads(row[4])) for row in rows] == [("PUT", {"enabled_repositories": "all"})]
    assert github.requests == []


def test_explain_makes_no_call_to_learn_what_a_change_is_made_of(github: Sandbox) -> None:
    with connect(github) as connection:
        cursor = connection.execute(
            f"EXPLAIN INSERT INTO {SEATS} (org, selected_usernames) "
            f"SELECT org, list(assignee.login) FROM github.copilot.org_seats WHERE org = '{ORG}' GROUP BY org"
        )
        assert [row[2] for row in cursor.fetchall()] == [f"GET /orgs/{ORG}/copilot/billing/seats"]
        assert "a dry run makes them and shows the changes" in cursor.warnings[0]
    assert github.requests == []


def test_a_change_is_no_part_of_a_transaction(github: Sandbox, connection: stackduck.Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE kept (a INTEGER)")
    with pytest.raises(errors.NotSupportedError, match=r"cannot be part of a transaction: .* COMMIT or ROLLBACK first"):
        connection.execute(SET_AGENT)
    assert sent(github) == []
    connection.commit()
    assert connection.execute(SET_AGENT).rowcount == 1
    assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


@pytest.mark.parametrize("listed", ["nothing", "count(*) FILTER (", "seats_create", "FROM x"])
def test_returning_is_read_before_anything_is_sent(
    github: Sandbox, connection: stackduck.Connection, listed: str
) -> None:
    with pytest.raises(errors.Error):
        connection.execute(f"INSERT INTO {SEATS} (org, selected_usernames) VALUES ('{ORG}', []) RETURNING {listed}")
    assert github.requests == []


def test_an_error_after_the_fact_says_so(connection: stackduck.Connection) -> None:
    with pytest.raises(errors.DataError, match="the change was carried out, but the answer cannot be read"):
        connection.execute(
            f"INSERT INTO {SEATS} (org, selected_usernames) VALUES ('{ORG}', []) RETURNING CAST(org AS BIGINT)"
        )


def test_a_source_without_its_parameter_is_told_in_the_users_statement(connection: stackduck.Connection) -> None:
    statement = f"INSERT INTO {SEATS} (org, selected_usernames) SELECT org, ['x'] FROM github.copilot.org_seats"
    with pytest.raises(errors.MissingParameterError) as raised:
        connection.execute(f"{statement} RETURNING *")
    assert raised.value.corrected == f"{statement} WHERE org = '<slug>' RETURNING *"
    assert "to_json" not in str(raised.value)
    with pytest.raises(errors.MissingParameterError) as raised:
        connection.execute(f"DELETE FROM {REPOS} WHERE org = 'x' AND repository_id IN (SELECT id FROM {REPOS})")
    assert (raised.value.corrected, "to_json" in str(raised.value)) == ("", False)


def test_every_row_is_checked_before_the_first_is_sent(github: Sandbox, connection: stackduck.Connection) -> None:
    rows = f"('{ORG}', '[\"ann\"]'), ('{ORG}', 'bob')"
    with pytest.raises(
        errors.ProgrammingError, match=r"org_copilot_seats_users, row 2: selected_usernames is a list of"
    ):
        connection.execute(f"INSERT INTO {SEATS} (org, selected_usernames) VALUES {rows}")
    assert github.requests == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (f"REPLACE {AGENT} SET enabled_repositories = \"all\" WHERE org = 'x'", 'column "all" .* in single quotes'),
        (f"REPLACE {AGENT} SET enabled_repositories = org || 'x' WHERE org = 'x'", "may name no column of what is"),
        (f"REPLACE {AGENT} SET enabled_repositories = f(1) WHERE org = 'x'", "f does not exist"),
        (f"REPLACE {AGENT} SET enabled_repositories = CAST('a' AS INTEGER) WHERE org = 'x'", "Could not convert"),
    ],
)
def test_a_value_that_cannot_be_computed_is_an_error(
    github: Sandbox, connection: stackduck.Connection, statement: str, told: str
) -> None:
    with pytest.raises(errors.Error, match=told) as raised:
        connection.execute(statement)
    assert "to_json" not in str(raised.value)
    assert github.requests == []


def test_more_calls_than_allowed_are_refused(github: Sandbox) -> None:
    with (
        connect(github, allow_writes=True, max_calls=2) as connection,
        pytest.raises(errors.CallLimitError, match="needs 3 calls and 2 are allowed"),
    ):
        connection.execute(f"DELETE FROM {REPOS} WHERE org = '{ORG}' AND repository_id IN (1, 2, 3)")
    assert github.requests == []


def test_a_batch_that_fails_says_which_rows_were_applied(github: Sandbox, connection: stackduck.Connection) -> None:
    connection.execute(f"REPLACE {AGENT} SET enabled_repositories = 'selected' WHERE org = '{ORG}'")
    known = [row[0] for row in connection.execute(f"SELECT id FROM {REPOS} WHERE org = '{ORG}' ORDER BY id")]
    with pytest.raises(errors.NotFoundError) as raised:
        connection.execute(
            f"DELETE FROM {REPOS} WHERE org = '{ORG}' AND repository_id IN ({known[0]}, {known[1]}, 77, {known[2]})"
        )
    assert str(raised.value).endswith(
        f"\napplied: row 1 (repository_id = '{known[0]}'), row 2 (repository_id = '{known[1]}'); "
        f"failed: row 3 (repository_id = '77'); not sent: row 4 (repository_id = '{known[2]}')"
    )
    assert (raised.value.applied, raised.value.status) == (2, 404)
    assert [row[0] for row in connection.execute(f"SELECT id FROM {REPOS} WHERE org = '{ORG}'")] == known[2:]


def test_the_failure_of_a_single_row_is_githubs_own(connection: stackduck.Connection) -> None:
    with pytest.raises(errors.OperationalError, match="GitHub answered 422") as raised:
        connection.execute(f"REPLACE {AGENT} SET enabled_repositories = 'some' WHERE org = '{ORG}'")
    assert "applied" not in str(raised.value)
    assert raised.value.applied == 0


def test_trouble_at_github_is_no_reason_to_send_again(github: Sandbox, connection: stackduck.Connection) -> None:
    with pytest.raises(errors.OperationalError, match="it may have been carried out: check before you repeat it"):
        connection.execute(f"INSERT INTO {SEATS} (org, selected_usernames) VALUES ('octo-broken', ['ann'])")
    assert len(sent(github)) == 1


def test_nothing_to_change_is_told(github: Sandbox, connection: stackduck.Connection) -> None:
    cursor = connection.execute(f"DELETE FROM {REPOS} WHERE org = '{ORG}' AND repository_id IN (SELECT 1 WHERE false)")
    assert (cursor.rowcount, cursor.description) == (0, None)
    assert cursor.warnings == [f"{REPOS}: nothing to delete; the values come to no row"]
    assert github.requests == []


def test_rowcount_is_the_number_of_changes(connection: stackduck.Connection) -> None:
    one, two = seated(connection)[:2]
    rows = f"('{ORG}', ['{one}']), ('{ORG}', ['{two}'])"
    cursor = connection.execute(f"INSERT INTO {SEATS} (org, selected_usernames) VALUES {rows}")
    assert (cursor.rowcount, cursor.description) == (2, None)
    cursor = connection.execute(f"INSERT INTO {SEATS} (org, selected_usernames) VALUES {rows} RETURNING seats_created")
    assert (cursor.rowcount, cursor.fetchall()) == (2, [(0,), (0,)])
    cursor = connection.cursor()
    cursor.executemany(f"INSERT INTO {SEATS} (org, selected_usernames) VALUES (?, ?)", [[ORG, [one]], [ORG, [two]]])
    assert (cursor.rowcount, cursor.description) == (2, None)


def test_seats_are_given_and_taken(connection: stackduck.Connection) -> None:
    before = seated(connection)
    ended = connection.execute(
        "DELETE FROM github.copilot.user_seats WHERE org = $org AND selected_usernames = $users "
        "RETURNING seats_cancelled, org, data__selected_usernames",
        {"org": ORG, "users": before[:2]},
    )
    assert ended.fetchall() == [(2, ORG, json.dumps(before[:2]))]
    assert seated(connection) == before[2:]
    given = connection.execute(
        f"INSERT INTO {SEATS} (org, selected_usernames) SELECT ?, list(u) FROM unnest(?) AS t(u) RETURNING *",
        [ORG, before[:2]],
    )
    assert [column[:2] for column in given.description or ()] == [("seats_created", "BIGINT")]
    assert given.fetchall() == [(2,)]
    assert seated(connection) == before


def test_seats_of_teams_are_given_and_taken(connection: stackduck.Connection) -> None:
    teams = "github.copilot.org_copilot_seats_teams"
    given = connection.execute(
        f"INSERT INTO {teams} (org, selected_teams) VALUES ('{ORG}', '[\"backend\"]') RETURNING *"
    )
    assert given.fetchone() is not None
    taken = connection.execute(
        "SELECT seats_cancelled FROM (EXEC github.copilot.org_seats.cancel_copilot_seat_assignment_for_teams "
        f"@org = '{ORG}' @@json = '{{\"selected_teams\": [\"backend\"]}}') WHERE seats_cancelled > 0"
    )
    assert len(taken.fetchall()) == 1


def test_the_coding_agent_is_set_for_repositories(connection: stackduck.Connection) -> None:
    done = connection.execute(
        f"REPLACE {AGENT} SET enabled_repositories = 'selected' WHERE org = '{ORG}' RETURNING *, org"
    )
    assert done.fetchall() == [("The Operation Completed Successfully", ORG)]
    ids = [row[0] for row in connection.execute(f"SELECT id FROM {REPOS} WHERE org = '{ORG}' ORDER BY id")]
    connection.execute(f"REPLACE {REPOS} SET selected_repository_ids = [] WHERE org = '{ORG}'")
    assert connection.execute(f"SELECT count(*) FROM {REPOS} WHERE org = '{ORG}'").fetchone() == (0,)
    added = connection.execute(f"REPLACE INTO {REPOS} (org, repository_id) SELECT '{ORG}', unnest(?)", [ids])
    assert added.rowcount == len(ids)
    assert connection.execute(f"SELECT count(*) FROM {REPOS} WHERE org = '{ORG}'").fetchone() == (len(ids),)


def test_content_exclusion_is_replaced_as_a_whole(connection: stackduck.Connection) -> None:
    table = "github.copilot.org_content_exclusion"
    connection.execute(f"REPLACE {table} SET content_exclusion = {{'billing': ['/a/**']}} WHERE org = '{ORG}'")
    found = connection.execute(f"SELECT content_exclusion FROM {table} WHERE org = '{ORG}'").fetchone()
    assert found is not None
    assert json.loads(found[0]) == {"billing": ["/a/**"]}


def test_the_enterprises_policy_is_set(connection: stackduck.Connection) -> None:
    policy, orgs = "github.copilot.coding_agent_policy", "github.copilot.coding_agent_policy_orgs"
    connection.execute(
        f"REPLACE {policy} SET policy_state = 'enabled_for_selected_orgs' WHERE enterprise = 'octo-demo'"
    )
    for statement in (
        f"INSERT INTO {orgs} (enterprise, organizations) VALUES ('octo-demo', '[\"{ORG}\"]')",
        f"DELETE FROM {orgs} WHERE enterprise = 'octo-demo' AND organizations = '[\"{ORG}\"]'",
    ):
        assert connection.execute(statement).rowcount == 1


def test_values_may_come_from_local_tables_views_and_ctes(github: Sandbox, connection: stackduck.Connection) -> None:
    ids = [row[0] for row in connection.execute(f"SELECT id FROM {REPOS} WHERE org = '{ORG}' ORDER BY id")]
    connection.execute(f"REPLACE {AGENT} SET enabled_repositories = 'selected' WHERE org = '{ORG}'")
    connection.execute(f"CREATE TABLE mine AS SELECT '{ORG}' AS org, unnest({ids}) AS id")
    connection.execute(f"CREATE VIEW selected AS SELECT id, org FROM {REPOS}")
    github.requests.clear()
    for statement in (
        f"DELETE FROM {REPOS} WHERE (org, repository_id) IN (SELECT org, id FROM mine WHERE id = {ids[0]})",
        f"WITH c AS (SELECT id FROM mine) DELETE FROM {REPOS} r WHERE r.org = '{ORG}' "
        f"AND repository_id IN (SELECT id FROM c WHERE id = {ids[1]})",
        f"DELETE FROM {REPOS} WHERE org = lower('{ORG.upper()}') AND repository_id IN "
        f"(SELECT id FROM selected WHERE org = '{ORG}' AND id = {ids[2]})",
    ):
        assert connection.execute(statement).rowcount == 1
    path = f"DELETE /orgs/{ORG}/copilot/coding-agent/permissions/repositories"
    assert sent(github) == [f"{path}/{repository_id}" for repository_id in ids[:3]]


def test_exec_of_a_method_that_reads_needs_no_permission(github: Sandbox) -> None:
    with connect(github) as connection:
        cursor = connection.execute(f"EXEC github.copilot.org_seats.list_copilot_seats @org = '{ORG}', @per_page = 5")
        assert len(cursor.fetchall()) == 17
        assert cursor.stats.calls == 4
        assert cursor.rowcount == -1
        named = connection.execute(
            "SELECT s.organization.login, n FROM (EXEC github.copilot.org_seats.list_copilot_seats @org = $org) AS s, "
            "(VALUES (1)) AS t(n) LIMIT $most",
            {"org": ORG, "most": 1},
        )
        assert named.fetchall() == [(ORG, 1)]


def test_the_query_around_exec_is_read_before_anything_is_sent(
    github: Sandbox, connection: stackduck.Connection
) -> None:
    method = "github.copilot.user_seats.cancel_copilot_seat_assignment_for_users"
    source = f"(EXEC {method} @org = '{ORG}', @selected_usernames = [])"
    with pytest.raises(errors.ProgrammingError, match="seats_canceled"):
        connection.execute(f"SELECT seats_canceled FROM {source}")
    assert github.requests == []
    connection.execute(f"CREATE TABLE ended AS SELECT * FROM {source}")
    connection.execute(f"INSERT INTO ended SELECT n.seats_cancelled + 1 FROM {source} AS n")
    assert connection.execute("SELECT * FROM ended ORDER BY 1").fetchall() == [(0,), (1,)]


def test_exec_shows_rows_where_a_hint_asks_for_them(connection: stackduck.Connection) -> None:
    method = "github.copilot.user_seats.cancel_copilot_seat_assignment_for_users"
    arguments = f"@org = '{ORG}' @@json = '{{\"selected_usernames\": []}}'"
    assert connection.execute(f"EXEC {method} {arguments}").description is None
    assert connection.execute(f"EXEC /*+ SHOWRESULTS */ {method} {arguments}").fetchall() == [(0,)]


def test_a_script_binds_its_variables(connection: stackduck.Connection) -> None:
    script = f"""
        CREATE TABLE modes AS SELECT '{{{{ mode }}}}' AS mode;
        REPLACE {AGENT} SET enabled_repositories = (SELECT mode FROM modes) WHERE org = '{{{{ org }}}}';
        SELECT enabled_repositories FROM {AGENT} WHERE org = $org;
    """
    cursors = list(connection.script(script, {"mode": "none", "org": ORG}))
    assert cursors[1].rowcount == 1
    assert cursors[2].fetchall() == [("none",)]


CANCEL = (
    "(EXEC github.copilot.user_seats.cancel_copilot_seat_assignment_for_users "
    f"@org = '{ORG}', @selected_usernames = ['ann'])"
)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (f"CREATE VIEW v AS SELECT * FROM {CANCEL}", "CREATE VIEW cannot keep EXEC"),
        (f"CREATE OR REPLACE TEMP VIEW v AS SELECT * FROM {CANCEL}", "CREATE VIEW cannot keep EXEC"),
        (f"CREATE MACRO m() AS TABLE SELECT * FROM {CANCEL}", "CREATE MACRO cannot keep EXEC"),
        (f"PREPARE p AS SELECT * FROM {CANCEL}", "PREPARE cannot keep EXEC"),
        (f"CREATE MATERIALIZED VIEW m AS SELECT * FROM {CANCEL}", "REFRESH would carry the change out again"),
        (
            f"CREATE MATERIALIZED VIEW m AS SELECT * FROM (EXEC github.copilot.org_content_exclusion."
            f"copilot_content_exclusion_for_organization @org = '{ORG}') AS a, {CANCEL} AS b",
            "REFRESH would carry the change out again",
        ),
        (f"DESCRIBE SELECT * FROM {CANCEL}", "DESCRIBE would carry the change out; write EXPLAIN"),
        (f"CREATE TABLE IF NOT EXISTS t AS SELECT * FROM {CANCEL}", "IF NOT EXISTS would carry the change out"),
        (f"CREATE TABLE t AS SELECT * FROM {CANCEL} WITH NO DATA", "WITH NO DATA would carry the change out"),
    ],
)
def test_a_change_is_not_carried_out_for_what_reads_no_answer(
    github: Sandbox, connection: stackduck.Connection, statement: str, told: str
) -> None:
    with pytest.raises(errors.NotSupportedError, match=told):
        connection.execute(statement)
    assert github.requests == []


def test_an_error_in_a_later_row_comes_after_the_fact_too(github: Sandbox, connection: stackduck.Connection) -> None:
    cancel = CANCEL.replace("ann", seated(connection)[0])
    with pytest.raises(errors.DataError, match="the change was carried out, but the answer cannot be read: Conversion"):
        connection.execute(f"SELECT seats_cancelled FROM {cancel} UNION ALL SELECT 'a'::INT").fetchall()
    assert len(sent(github)) == 1


def test_what_exec_reads_may_be_kept_and_refreshed(github: Sandbox, connection: stackduck.Connection) -> None:
    connection.execute(
        "CREATE MATERIALIZED VIEW excluded AS SELECT * FROM (EXEC github.copilot.org_content_exclusion."
        f"copilot_content_exclusion_for_organization @org = '{ORG}')"
    )
    connection.execute("REFRESH MATERIALIZED VIEW excluded")
    assert connection.execute("SELECT count(*) FROM excluded").fetchone() == (1,)
    assert [request.method for request in github.requests] == ["GET", "GET"]
