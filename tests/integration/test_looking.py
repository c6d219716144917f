"""SHOW, DESCRIBE, PURGE and the tables of facts, as a user asks them; nothing is sent."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import stackduck
from stackduck import errors
from stackduck.catalog.cache import user_folder

Asked = Callable[[], list[str]]
METHODS = [
    ("list_copilot_seats", "org", "SELECT"),
    ("cancel_copilot_seat_assignment_for_teams", "org, data__selected_teams", "EXEC"),
]
SEATS = "github.copilot.org_seats"
LOGINS = '{"type":"array","description":"Logins of the people.","items":{"type":"string"}}'
WRONG, UNABLE = errors.ProgrammingError, errors.NotSupportedError


@pytest.fixture
def local() -> Iterator[stackduck.Connection]:
    """Connect to nobody."""
    with stackduck.connect() as connection:
        yield connection


def names(cursor: stackduck.Cursor) -> list[str]:
    return [column[0] for column in cursor.description or ()]


@pytest.mark.parametrize(
    ("sql", "error", "told"),
    [
        ("SHOW METHODS IN org_seats", WRONG, "did you mean SHOW METHODS IN github.copilot.org_seats?"),
        ("SHOW METHODS IN copilot.Org_Seats", WRONG, "SHOW METHODS IN github.copilot.org_seats?"),
        ("SHOW RESOURCES IN copilot", WRONG, "did you mean SHOW RESOURCES IN github.copilot?"),
        ("DESCRIBE EXTENDED org_seats", WRONG, "did you mean DESCRIBE github.copilot.org_seats?"),
        ("SHOW RESOURCES IN zzz", WRONG, "zzz is no service; write SHOW RESOURCES IN <provider>."),
        ("SHOW SERVICES IN gitlub", WRONG, "no provider 'gitlub'; did you mean 'github'?"),
        ("SHOW RESOURCES IN github.copilots", WRONG, "did you mean 'copilot'?"),
        ("DESCRIBE github.copilot.org_seat", WRONG, "did you mean 'org_seats'?"),
        ("DESCRIBE METHOD github.copilot.org_seats.list", WRONG, "no method 'list' in github.copilot"),
        ("SELECT * FROM (DESCRIBE github.copilot.org_seat)", WRONG, "did you mean 'org_seats'?"),
        ("SELECT * FROM (SHOW METHODS IN org_seats)", WRONG, "did you mean SHOW METHODS IN github."),
        ("DESCRIBE github.copilot.user_seats", UNABLE, "SHOW METHODS IN github.copilot.user_seats"),
        ("SHOW INSERT INTO github.copilot.org_seats", UNABLE, "has no method for INSERT; SHOW METHODS"),
        (
            "SHOW INSERT INTO github.copilot.org_copilot_seats_users (org, selected_username)",
            WRONG,
            "no parameter 'selected_username' in add_copilot_seats_for_users of github.copilot.org_copilot_seats_users"
            "; did you mean 'selected_usernames'?",
        ),
        (f"SHOW METHODS IN {SEATS} WHERE verb = 1", WRONG, "no column 'verb' in SHOW METHODS; did you mean 'SQLVerb'?"),
        (f"SHOW METHODS IN {SEATS} LIKE", WRONG, "syntax error"),
        ("SELECT nam FROM stackduck.columns", WRONG, "no column 'nam' in stackduck.columns; did you"),
        ("PREPARE p AS FROM stackduck.methods", UNABLE, "PREPARE cannot take stackduck.methods; run"),
        ("CREATE MACRO m() AS TABLE FROM stackduck.calls", UNABLE, "CREATE MACRO cannot take stackduck"),
    ],
)
def test_a_mistake_says_what_to_write(
    sql: str, error: type[errors.Error], told: str, local: stackduck.Connection
) -> None:
    with pytest.raises(error) as raised:
        local.execute(sql)
    assert told in str(raised.value)
    assert "#" not in str(raised.value)
    assert local.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []


def test_auth_without_a_token_says_how_to_get_one(local: stackduck.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(errors.AuthenticationError, match="set GH_TOKEN"):
        local.execute("SHOW AUTH github")


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"GH_TOKEN": "secret1"}, (None, "bearer", "GH_TOKEN")),
        ({"GITHUB_TOKEN": "secret1"}, (None, "bearer", "GITHUB_TOKEN")),
        (
            {"STACKQL_GITHUB_USERNAME": "mona", "STACKQL_GITHUB_PASSWORD": "secret1"},
            ("mona", "basic", "STACKQL_GITHUB_PASSWORD"),
        ),
    ],
)
def test_auth_tells_where_the_token_comes_from_and_not_the_token(
    environ: dict[str, str], told: tuple[str | None, ...], local: stackduck.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    cursor = local.execute("SHOW AUTH github")
    rows = cursor.fetchall()
    assert (names(cursor), rows) == (["principal", "type", "source"], [told])
    assert "secret1" not in str(rows)
    assert base64.b64encode(b"mona:secret1").decode() not in str(rows)


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SHOW PROVIDERS", "name version"),
        ("SHOW EXTENDED PROVIDERS", "name version services"),
        ("SHOW SERVICES IN github", "id name title"),
        ("SHOW EXTENDED SERVICES IN github", "id name title description version preferred"),
        ("SHOW RESOURCES IN github.copilot", "name id"),
        ("SHOW EXTENDED RESOURCES IN github.copilot", "name id description verbs needs example"),
        (f"SHOW METHODS IN {SEATS}", "MethodName RequiredParams SQLVerb"),
        (
            f"SHOW EXTENDED METHODS IN {SEATS}",
            "MethodName RequiredParams SQLVerb description OptionalParams Scopes Limitation Example",
        ),
        (f"DESCRIBE {SEATS}", "name type"),
        (f"DESCRIBE EXTENDED {SEATS}", "name type description sql_type param_type methods"),
        (f"DESCRIBE METHOD {SEATS}.list_copilot_seats", "name type param_type shape"),
        (
            f"DESCRIBE METHOD EXTENDED {SEATS}.list_copilot_seats",
            "name type param_type shape description sql_type default_value allowed",
        ),
        ("SHOW INSERT INTO github.copilot.org_copilot_seats_users", "insert_statement"),
        ("SHOW VERSION", "version"),
        ("SHOW EXTENDED VERSION", "version commit build_date platform duckdb python"),
        ("PURGE CONSERVATIVE", "message"),
    ],
)
def test_the_columns_are_stackqls_and_then_our_own(sql: str, columns: str, local: stackduck.Connection) -> None:
    cursor = local.execute(sql)
    assert names(cursor) == columns.split()
    assert len(cursor.fetchall()) > 0


@pytest.mark.parametrize(
    "sql",
    [
        f"SHOW METHODS IN {SEATS}",
        f"show methods from {SEATS.upper()};",
        'SHOW METHODS IN "github"."copilot"."org_seats"',
        "SHOW METHODS IN `github`.`copilot`.`org_seats`",
        f"/* methods */ SHOW /*+ SHOWRESULTS */ METHODS -- of\n IN {SEATS} -- end",
        f"SHOW METHODS IN {SEATS} LIKE '%'",
        f"SHOW METHODS IN {SEATS} NOT LIKE 'x%' WHERE SQLVerb IN ('SELECT', 'EXEC') LIMIT 2",
        f"SHOW METHODS IN {SEATS} WHERE MethodName <> 'x' -- not this\n LIMIT 5",
        f"SELECT * FROM (SHOW METHODS IN {SEATS})",
        f"(SHOW METHODS IN {SEATS})",
        f"""SELECT name AS "MethodName", array_to_string(required, ', '), verb FROM stackduck.methods
            WHERE provider || '.' || service || '.' || resource = '{SEATS}' ORDER BY verb DESC""",
    ],
)
def test_however_it_is_written_the_methods_are_the_same(sql: str, local: stackduck.Connection) -> None:
    assert local.execute(sql).fetchall() == METHODS


@pytest.mark.parametrize(
    ("sql", "values", "rows"),
    [
        ("SHOW SERVICES IN github LIKE 'copilot:%'", None, ["copilot:v1.0.0"]),
        ("SHOW SERVICES IN github LIKE 'copilot'", None, ["copilot:v1.0.0"]),
        ("SHOW SERVICES IN github LIKE 'COPILOT'", None, []),
        ("SHOW SERVICES IN github ILIKE 'COPILOT'", None, ["copilot:v1.0.0"]),
        ("SHOW SERVICES IN github LIKE ?", ["%usage"], ["copilot_usage:v1.0.0"]),
        ("SHOW SERVICES IN github WHERE name = '{{ name }}'", {"name": "copilot"}, ["copilot:v1.0.0"]),
        (
            "SHOW SERVICES IN github WHERE title LIKE 'copilot%' ORDER BY id DESC LIMIT 1",
            None,
            ["copilot_usage:v1.0.0"],
        ),
        ("SHOW RESOURCES IN github.copilot LIKE 'github.copilot.org_s%'", None, ["org_seats"]),
        (f"SHOW METHODS IN {SEATS} LIKE 'list!_%' ESCAPE '!'", None, ["list_copilot_seats"]),
        (f"SHOW METHODS IN {SEATS} WHERE description IS NOT NULL AND sqlverb = 'EXEC'", None, [METHODS[1][0]]),
        (f"SHOW METHODS IN {SEATS} WHERE iif(SQLVerb = 'EXEC', 1, 0) = 1", None, [METHODS[1][0]]),
        (f"SHOW METHODS IN {SEATS} WHERE MethodName REGEXP ? ORDER BY 1", ["^list"], [METHODS[0][0]]),
    ],
)
def test_lists_are_narrowed(sql: str, values: Any, rows: list[str], local: stackduck.Connection) -> None:
    assert [row[0] for row in local.execute(sql, values)] == rows


def test_a_description_begins_with_what_names_a_row(local: stackduck.Connection) -> None:
    repos = [row[0] for row in local.execute("DESCRIBE github.copilot.org_coding_agent_repos")]
    assert repos[:3] == ["id", "name", "description"]
    assert repos[3:] == sorted(repos[3:])


def test_extended_says_what_must_be_given_and_what_may(local: stackduck.Connection) -> None:
    rows = {(row[0], row[4]): row for row in local.execute(f"DESCRIBE EXTENDED {SEATS}")}
    assert rows["org", "input_required"][3:] == ("VARCHAR", "input_required", "list_copilot_seats")
    assert rows["per_page", "input_optional"][1] == "integer"
    assert rows["created_at", "output"][3] == "TIMESTAMPTZ"
    plain = local.execute(f"DESCRIBE {SEATS}").fetchall()
    assert [row[:2] for row in rows.values() if row[4] == "output"] == plain


def test_a_report_resource_is_described_as_any_other(local: stackduck.Connection) -> None:
    rows = local.execute("DESCRIBE EXTENDED github.copilot_usage.user_days").fetchall()
    assert ("day", "string", "DATE", "output") in [(r[0], r[1], r[3], r[4]) for r in rows]
    assert [(r[0], r[5]) for r in rows if r[4] == "input_required"] == [
        ("enterprise", "user_days_of_enterprise"),
        ("org", "user_days_of_org"),
    ]


def test_a_method_is_described_with_its_shapes(local: stackduck.Connection) -> None:
    method = "github.copilot.org_copilot_seats_users.add_copilot_seats_for_users"
    assert local.execute(f"DESCRIBE METHOD {method}").fetchall() == [
        ("org", "string", "input_required", ""),
        ("selected_usernames", "array", "input_required", LOGINS),
        ("seats_created", "integer", "output", ""),
    ]


@pytest.mark.parametrize("hint", ["", "/*+ REQUIRED */"])
def test_the_insert_template_names_what_is_required(hint: str, local: stackduck.Connection) -> None:
    ((text,),) = local.execute(f"SHOW INSERT {hint} INTO github.copilot.org_copilot_seats_users").fetchall()
    assert text.startswith("<<<jsonnet\n{")
    assert re.findall(r"\.values\.(\w+)", text) == ["org", "selected_usernames"]


def test_an_insert_template_runs_as_it_is_shown(connection: stackduck.Connection) -> None:
    """Only its values are to be filled in."""
    pytest.importorskip("_jsonnet")
    ((text,),) = connection.execute("SHOW INSERT INTO github.copilot.org_copilot_seats_users").fetchall()
    with stackduck.connect(dry_run=True) as dry:
        (request,) = [row for cursor in dry.script(text.replace("<org>", "octo")) for row in cursor.fetchall()]
    assert request[3].endswith("/orgs/octo/copilot/billing/selected_users")
    assert request[4] == '{"selected_usernames": ["<selected_usernames>"]}'


def test_every_example_can_be_run_once_its_placeholders_are_filled_in(connection: stackduck.Connection) -> None:
    fill = {"<YYYY-MM-DD>": "2026-01-31", "'<number>'": "'1'", "<slug>": "octo"}
    with stackduck.connect(dry_run=True) as dry:
        for verb, example in dry.execute(
            "SELECT verb, example FROM stackduck.methods WHERE service = 'copilot'"
        ).fetchall():
            for placeholder, value in fill.items():
                example = example.replace(placeholder, value)
            rows = dry.execute(f"EXPLAIN {example}" if verb == "SELECT" else example).fetchall()
            assert len(rows) == 1, example


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM stackduck.columns WHERE resource = 'org_details' AND service = 'copilot'",
        'SELECT "Name" FROM "StackDuck"."COLUMNS" c WHERE c.resource = \'org_details\'',
        "SELECT stackduck.columns.name FROM stackduck.columns WHERE stackduck.columns.resource = 'org_details'",
        "WITH c AS (FROM stackduck.columns) SELECT name FROM c WHERE resource = 'org_details'",
        "SELECT name FROM (SELECT * FROM stackduck.columns) WHERE resource = 'org_details'",
        "SELECT c.name FROM stackduck.methods m, stackduck.columns c WHERE c.resource = m.resource AND m.resource = $r",
        "SELECT name FROM stackduck.columns WHERE resource IN (SELECT 'org_details')",
    ],
)
def test_the_facts_are_tables(sql: str, local: stackduck.Connection) -> None:
    found = [row[0] for row in local.execute(sql, {"r": "org_details"} if "$r" in sql else None)]
    described = [row[0] for row in local.execute("DESCRIBE github.copilot.org_details")]
    assert sorted(found) == sorted(described) != []


def test_facts_are_kept_copied_and_exported_like_any_rows(local: stackduck.Connection, tmp_path: Path) -> None:
    count = "SELECT count(*) FROM {} WHERE service = 'copilot'"
    ((expected,),) = local.execute(count.format("stackduck.methods")).fetchall()
    local.execute("CREATE TABLE kept AS FROM stackduck.methods")
    local.execute("CREATE VIEW seen AS SELECT * FROM stackduck.methods")
    local.execute("CREATE VIEW shown AS SELECT *, 'copilot' AS service FROM (SHOW RESOURCES IN github.copilot)")
    assert (
        local.execute(count.format("kept")).fetchall()
        == local.execute(count.format("seen")).fetchall()
        == [(expected,)]
    )
    assert local.execute(count.format("shown")).fetchall()[0][0] > 20
    assert local.execute(f"SHOW METHODS IN {SEATS}").write_parquet(str(tmp_path / "m.parquet")) == 2
    assert local.execute(f"SELECT count(*) FROM '{tmp_path}/m.parquet'").fetchall() == [(2,)]
    assert local.execute("SHOW TABLES").fetchall() == [("kept",), ("seen",), ("shown",)]


def test_the_tables_of_facts_are_listed(local: stackduck.Connection) -> None:
    listed = [row[0] for row in local.execute("SHOW TABLES FROM stackduck")]
    assert listed == ["calls", "columns", "methods", "outputs", "parameters", "providers", "resources", "services"]
    for name in listed:
        local.execute(f"FROM stackduck.{name}").fetchall()
    local.execute("CREATE SCHEMA stackduck; CREATE TABLE stackduck.own (n INT)")
    assert local.execute("SHOW TABLES FROM stackduck").fetchall() == [("own",)]


def test_a_view_over_facts_reads_them_anew_in_another_session(tmp_path: Path) -> None:
    with stackduck.connect(tmp_path / "kept.db") as connection:
        connection.execute("CREATE VIEW seen AS SELECT name, verb FROM stackduck.methods WHERE resource = 'org_seats'")
    with stackduck.connect(tmp_path / "kept.db") as connection:
        assert [row[0] for row in connection.execute("FROM seen ORDER BY verb DESC")] == [row[0] for row in METHODS]


def test_explain_of_facts_is_duckdbs(local: stackduck.Connection) -> None:
    assert names(local.execute("EXPLAIN FROM stackduck.providers")) == ["explain_key", "explain_value"]
    assert names(local.execute("DESCRIBE stackduck.providers"))[:2] == ["column_name", "column_type"]
    assert [row[0] for row in local.execute("SUMMARIZE stackduck.providers")] == ["name", "version", "services"]


def test_facts_join_provider_tables(connection: stackduck.Connection, asked: Asked) -> None:
    sql = f"""SELECT DISTINCT s.org, m.name FROM {SEATS} s JOIN stackduck.methods m
              ON m.resource = 'org_seats' AND m.verb = 'SELECT' WHERE org = 'octo-demo-eng'"""
    assert connection.execute(sql).fetchall() == [("octo-demo-eng", "list_copilot_seats")]
    assert asked() == ["/orgs/octo-demo-eng/copilot/billing/seats?per_page=100"]


def test_the_calls_of_a_connection_are_a_table(connection: stackduck.Connection, github: Any) -> None:
    sql = "SELECT method, path_template, status, bytes > 0, seconds > 0, cached, time <= now() FROM stackduck.calls"
    assert connection.execute(sql).fetchall() == []
    connection.execute(f"SELECT count(*) FROM {SEATS} WHERE org = 'octo-demo-eng'")
    assert connection.execute(sql).fetchall() == [
        ("GET", "/orgs/{org}/copilot/billing/seats", 200, True, True, False, True)
    ]
    assert github.token not in str(connection.execute("FROM stackduck.calls").fetchall())
    with stackduck.connect() as other:
        assert other.execute(sql).fetchall() == []


def test_two_cursors_do_not_see_each_others_tables(local: stackduck.Connection) -> None:
    first = local.execute(f"SHOW METHODS IN {SEATS}")
    second = local.execute("SELECT name FROM stackduck.services WHERE is_here ORDER BY name")
    assert second.fetchall() == [("copilot",), ("copilot_usage",)]
    assert first.fetchall() == METHODS


def test_looking_around_works_in_a_transaction_and_leaves_nothing_behind(local: stackduck.Connection) -> None:
    local.execute("BEGIN")
    assert local.execute(f"SHOW METHODS IN {SEATS}").fetchall() == METHODS
    local.execute("ROLLBACK")
    assert local.execute(f"SHOW METHODS IN {SEATS}").fetchall() == METHODS
    local.execute("SELECT 1")
    assert local.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []


@pytest.mark.parametrize(
    "made", ["CREATE SCHEMA stackduck", "ATTACH ':memory:' AS stackduck"], ids=["schema", "database"]
)
def test_a_users_own_stackduck_goes_before_the_tables_of_facts(made: str, local: stackduck.Connection) -> None:
    local.execute(made)
    local.execute("CREATE TABLE stackduck.methods AS SELECT 7 AS n")
    local.execute("INSERT INTO stackduck.methods VALUES (8)")
    assert local.execute("SELECT * FROM stackduck.methods").fetchall() == [(7,), (8,)]
    assert local.execute("SELECT name FROM stackduck.providers").fetchall() == [("github",)]
    assert local.execute(f"SHOW METHODS IN {SEATS}").fetchall() == METHODS


def test_a_local_table_goes_before_a_list_of_that_name(local: stackduck.Connection) -> None:
    local.execute("CREATE TABLE services (n INT); CREATE TABLE t (n INT)")
    for sql in ("SHOW services", "DESCRIBE services", "SHOW t", "DESCRIBE t", "DESCRIBE SELECT 1 AS n"):
        assert [row[:2] for row in local.execute(sql)] == [("n", "INTEGER")]
    assert local.execute("SHOW TABLES").fetchall() == [("services",), ("t",)]
    assert local.execute("SELECT * FROM (SHOW TABLES)").fetchall() == [("services",), ("t",)]


def test_only_the_services_that_a_statement_names_are_read(tmp_path: Path) -> None:
    home = tmp_path / "github" / "v9.0.0"
    home.mkdir(parents=True)
    (home / "bad.yaml").write_text("paths: [")
    listed = "providerServices: {bad: {service: {$ref: github/v9.0.0/bad.yaml}}}"
    (home / "provider.yaml").write_text(f"name: github\nversion: v9.0.0\n{listed}\n")
    with stackduck.connect(registry=tmp_path) as connection:
        for sql in (
            f"SHOW METHODS IN {SEATS}",
            "SELECT * FROM stackduck.methods WHERE service = 'copilot'",
            "FROM stackduck.methods JOIN stackduck.columns USING (service) WHERE service = 'copilot'",
            "SHOW SERVICES IN github",
        ):
            assert connection.execute(sql).warnings == []
        assert "github.bad is left out" in connection.execute("FROM stackduck.methods").warnings[0]
        with pytest.raises(errors.ProgrammingError, match=r"bad\.yaml"):
            connection.execute("SHOW RESOURCES IN github.bad")


def test_purge_forgets_parsed_documents_and_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STACKDUCK_CACHE", str(tmp_path))
    with stackduck.connect() as connection:
        connection.execute(f"SHOW METHODS IN {SEATS}")
        folder = Path(user_folder() or "")
        (folder / "notes.txt").write_text("mine")
        assert len(list(folder.iterdir())) > 1
        assert connection.execute("PURGE EPHEMERAL").fetchall() == [
            ("PURGE of type 'ephemeral' successfully completed",)
        ]
        assert len(list(folder.iterdir())) > 1
        assert connection.execute("purge").fetchall() == [("Global PURGE successfully completed",)]
        assert [file.name for file in folder.iterdir()] == ["notes.txt"]
        assert connection.execute(f"SHOW METHODS IN {SEATS}").fetchall() == METHODS


def test_looking_around_sends_nothing(connection: stackduck.Connection, asked: Asked) -> None:
    for sql in ("SHOW PROVIDERS", f"DESCRIBE {SEATS}", "FROM stackduck.methods", "SHOW AUTH github", "PURGE CACHE"):
        connection.execute(sql).fetchall()
    assert asked() == []
