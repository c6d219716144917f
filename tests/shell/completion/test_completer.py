"""What is offered first at a mark in a statement, and what it becomes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from prompt_toolkit.completion import Completion

import stackduck
from stackduck.shell.completion import SqlCompleter

Offer = Callable[[str], list[Completion]]
Complete = Callable[[SqlCompleter, str], list[Completion]]

DAYS = "github.copilot_usage.user_days"
TEAMS = "github.copilot_usage.user_team_days"
ONE_DAY = "github.copilot.copilot_one_day_usage_metrics"

POLICY = "github.copilot.coding_agent_policy"

NOTHING = (
    "SELECT 'a |",
    "SELECT 1 -- FROM |",
    "SELECT /* FROM | */ 1",
    "SELECT 12|",
    "SELECT 1.|",
    "SELECT 'a'|",
    "SELECT count(*)|",
    "SELECT $$ FROM |",
    "SELECT a AS |",
    "SELECT * FROM pets AS |",
    "CREATE TABLE |",
    "SELECT * FROM nowhere.|",
    "SELECT x.| FROM pets p",
    "SELECT * FROM pets WHERE name = '|",
    "FROM pets LIMIT |",
    "nonsense |",
    ".nonsense |",
    ".mode csv |",
    "SELECT * FROM github.nowhere.|",
    "SELECT * FROM github.copilot.org_seats.|",
)

# The text with the cursor, and what the first completions put in at it.
FIRST: dict[str, tuple[str, list[str]]] = {
    "statements": ("|", ["SELECT", "FROM", "WITH", "SHOW"]),
    "a statement, half written": ("ins|", ["insert into"]),
    "after a statement": ("SELECT 1; sh|", ["show"]),
    "tables": ("FROM |", ["adults", "notes", "pets", "other.toys", "github."]),
    "a table by a part of its name": ("FROM seats|", ["github.copilot_usage.seats"]),
    "a table by initials": ("FROM ud|", [DAYS]),
    "a table by its letters": ("FROM usrdays|", [DAYS]),
    "services": ("FROM github.|", ["copilot.", "copilot_usage."]),
    "a resource of any service": ("FROM github.seats|", ["copilot_usage.seats"]),
    "resources": ("FROM github.copilot_usage.|", ["user_days"]),
    "resources in any case": ("from GitHub.Copilot_Usage.REPO_D|", ["repo_days"]),
    "a table of facts": ("FROM stackduck.m|", ["methods"]),
    "tables of a schema": ("FROM other.|", ["toys"]),
    "a quoted name": ('FROM "pe|', ['pets"']),
    "a quoted name that is closed already": ('FROM "pe|"', ["pets"]),
    "a query of WITH": ("WITH x AS (SELECT 1 AS n) SELECT * FROM |", ["x"]),
    "the query of WITH": ("WITH x AS (|", ["SELECT", "FROM"]),
    "another table": ("SELECT * FROM pets, adu|", ["adults"]),
    "a joined table": ("SELECT * FROM pets JOIN adu|", ["adults"]),
    "after a table": ("FROM pets |", ["WHERE", "JOIN", "LEFT JOIN"]),
    "after a joined table": ("FROM pets JOIN adults |", ["ON", "USING"]),
    "after a cross join": ("FROM pets CROSS JOIN adults |", ["WHERE"]),
    "a kind of join": ("FROM pets LEFT |", ["JOIN", "OUTER JOIN"]),
    "columns": ("SELECT | FROM pets", ["name", "age", '"Odd Name"']),
    "columns of a resource": (f"SELECT | FROM {DAYS}", ["day", "enterprise_id"]),
    "columns by alias": ("SELECT p.| FROM pets p", ["name", "age"]),
    "columns by table": ("SELECT pets.a| FROM pets", ["age"]),
    "columns by letters": (f"SELECT usrlog| FROM {DAYS}", ["user_login"]),
    "columns in a call that is open": ("SELECT max(a| FROM pets", ["age"]),
    "columns in a window": ("SELECT row_number() OVER (PARTITION BY | ORDER BY age) FROM pets", ["name"]),
    "columns of a subquery": ("SELECT q.| FROM (SELECT name AS who, p.age FROM pets p) q", ["who", "age"]),
    "columns of a query of WITH": ("WITH x(a) AS (SELECT name FROM pets), y AS (FROM x) SELECT | FROM y", ["a"]),
    "columns of a star": ("SELECT | FROM (SELECT p.*, 1 AS n FROM pets p, adults a) q", ["name"]),
    "columns of a view": ("SELECT y| FROM adults", ["years"]),
    "columns of several tables are qualified where they must be": ("SELECT | FROM pets p, adults a", ["p.name", "age"]),
    "columns in the second part of a union": ("SELECT 1 FROM pets UNION ALL SELECT y| FROM adults", ["years"]),
    "columns of the query around": (
        "SELECT 1 FROM pets WHERE EXISTS (SELECT 1 FROM adults WHERE years = pets.a|",
        ["age"],
    ),
    "fields": ("SELECT home.| FROM pets", ["city", "zip"]),
    "fields of fields": ("SELECT p.home.zip.| FROM pets p", ["code"]),
    "fields of a report": (f"SELECT totals_by_cli.s| FROM {DAYS}", ["session_count"]),
    "functions": ("SELECT date_t| FROM pets", ["date_trunc("]),
    "macros": ("SELECT doubl|", ["doubled("]),
    "what SELECT names": ("SELECT name AS pet FROM pets ORDER BY |", ["pet"]),
    "after a star": ("select * f|", ["from"]),
    "a type": ("SELECT age::big| FROM pets", ["bigint"]),
    "a type of CAST": ("SELECT CAST(age AS dou| FROM pets", ["double"]),
    "required parameters": (f"FROM {DAYS} WHERE |", ["enterprise = '", "org = '", "day"]),
    "required parameters by alias": (f"FROM {DAYS} u WHERE u.|", ["enterprise = '", "org = '", "day"]),
    "required parameters in a half-written word": (f"FROM {DAYS} WHERE o|", ["org = '"]),
    "required parameters that are left": (f"FROM {ONE_DAY} WHERE enterprise = 'x' AND |", ["day = '"]),
    "none where one of several ways has all": (f"FROM {DAYS} WHERE org = 'x' AND |", ["day"]),
    "none where they are given further on": (f"FROM {DAYS} WHERE | AND org IN ('x')", ["day"]),
    "required parameters of the second table": (
        f"FROM {DAYS} u, {TEAMS} t WHERE u.enterprise = 'x' AND |",
        ["t.enterprise = '"],
    ),
    "what joins": (f"FROM {DAYS} u JOIN {TEAMS} t ON |", ["u.day = t.day", "u.user_id = t.user_id"]),
    "what joins as well": (f"FROM {DAYS} u JOIN {TEAMS} t ON u.day = t.day AND |", ["u.user_id = t.user_id"]),
    "what USING takes": ("FROM pets JOIN adults USING (|", ["name"]),
    "after a name": ("FROM pets WHERE age |", ["IN", "LIKE"]),
    "after IS": ("FROM pets WHERE age IS |", ["NULL", "NOT NULL"]),
    "after a condition": ("FROM pets WHERE age > 1 |", ["AND", "OR"]),
    "after a condition, in lower case": ("from pets where age > 1 a|", ["and"]),
    "after a group": ("FROM pets SELECT age GROUP BY age |", ["HAVING"]),
    "after an order": ("FROM pets ORDER BY age |", ["ASC", "DESC"]),
    "an enterprise of the archive": (f"FROM {DAYS} WHERE enterprise = '|", ["octo-demo'"]),
    "a value whose quotation mark is there": (f"FROM {DAYS} WHERE enterprise = 'o|'", ["octo-demo"]),
    "a value whose quotation mark is not": (f"FROM {DAYS} WHERE enterprise = |", ["'octo-demo'"]),
    "organizations used before, the latest first": (
        f"FROM {DAYS} WHERE org = 'octo|",
        ["octo-cat'", "octo''s'", "octo-old'"],
    ),
    "one more of a list": (f"FROM {DAYS} WHERE org IN ('x', '|", ["octo-cat'"]),
    "the organization of EXEC": (
        "EXEC github.copilot.org_seats.cancel_copilot_seat_assignment_for_teams @org='|",
        ["octo-cat'"],
    ),
    "features": ("FROM github.copilot_usage.user_day_features WHERE feature = 'code|", ["code_completion'"]),
    "languages": ("FROM github.copilot_usage.user_day_language_models l WHERE l.language = 'type|", ["typescript'"]),
    "editors": ("FROM github.copilot_usage.user_day_ides WHERE ide IN ('vsc|", ["vscode'"]),
    "SHOW": ("SHOW |", ["SERVICES IN", "RESOURCES IN", "METHODS IN", "PROVIDERS"]),
    "SHOW of a provider": ("SHOW EXTENDED SERVICES IN |", ["github"]),
    "SHOW of a service": ("show resources in github.|", ["copilot", "copilot_usage"]),
    "SHOW of a resource": ("SHOW METHODS IN github.copilot_usage.user_d|", ["user_days"]),
    "after SHOW's place": ("SHOW SERVICES IN github |", ["LIKE", "WHERE"]),
    "DESCRIBE": ("DESCRIBE pe|", ["pets"]),
    "DESCRIBE METHOD": ("DESCRIBE METHOD github.copilot.org_seats.|", ["list_copilot_seats"]),
    "EXEC": ("EXEC github.copilot.org_seats.|", ["list_copilot_seats", "cancel_copilot_seat_assignment_for_teams"]),
    "EXEC's parameters": ("EXEC github.copilot.org_seats.list_copilot_seats |", ["@org='", "@page='"]),
    "EXEC's parameters, marked": ("EXEC github.copilot.org_seats.list_copilot_seats @o|", ["org='"]),
    "INSERT": ("INSERT |", ["INTO"]),
    "INSERT's names": ("INSERT INTO pets (name, |", ["age", '"Odd Name"']),
    "INSERT's parameters": ("INSERT INTO github.copilot.org_copilot_seats_users (|", ["org"]),
    "INSERT's values": ("INSERT INTO github.copilot.org_copilot_seats_users (org) VALUES ('|", ["octo-cat'"]),
    "after INSERT's names": ("INSERT INTO pets (name) |", ["VALUES", "SELECT"]),
    "UPDATE": ("UPDATE pets SET a|", ["age"]),
    "after UPDATE's table": ("UPDATE pets |", ["SET"]),
    "DELETE": ("DELETE FROM pets WHERE a|", ["age"]),
    "EXPLAIN": ("EXPLAIN |", ["ANALYZE", "SELECT"]),
    "EXPLAIN of a query": ("EXPLAIN ANALYZE FROM pe|", ["pets"]),
    "EXPLAIN of a change": ("EXPLAIN UPDATE pets SET a|", ["age"]),
    "EXPLAIN of EXEC": (
        "EXPLAIN EXEC github.copilot.org_seats.list_copilot_seats @o|",
        ["org='"],
    ),
    "a union": ("FROM pets UNION |", ["SELECT", "FROM", "ALL"]),
    "a window": ("SELECT sum(age) OVER (|) FROM pets", ["PARTITION BY", "ORDER BY"]),
    "a window's columns": ("SELECT sum(age) OVER (PARTITION |) FROM pets", ["BY"]),
    "a filter": ("SELECT sum(age) FILTER (|) FROM pets", ["WHERE"]),
    "SUMMARIZE": ("SUMMARIZE pe|", ["pets"]),
    "SHOW AUTH": ("SHOW AUTH |", ["github"]),
    "REGISTRY": ("REGISTRY PULL |", ["github"]),
    "what a star leaves out": ("SELECT * EXCLUDE (a| FROM pets", ["age"]),
    "a case": ("SELECT CASE WHEN a| FROM pets", ["age"]),
    "REPLACE's attributes": (f"REPLACE {POLICY} SET |", ["policy_state"]),
    "what a document allows": (f"REPLACE {POLICY} SET policy_state = '|", ["enabled_for_all_orgs'"]),
    "REPLACE's parameters": (f"REPLACE {POLICY} SET policy_state = 'x' WHERE |", ["enterprise = '"]),
    "DELETE's parameters": (f"DELETE FROM {POLICY}_orgs WHERE |", ["enterprise = '", "organizations"]),
    "a number that is required": (
        "DELETE FROM github.copilot.org_coding_agent_repos WHERE org = 'x' AND |",
        ["repository_id = "],
    ),
    "EXEC's body": (
        "EXEC github.copilot.org_seats.cancel_copilot_seat_assignment_for_teams @org='x', |",
        ["@@json='"],
    ),
    "INSERT's query": ("INSERT INTO pets SELECT y| FROM adults", ["years"]),
    "SET": ("SET |", ["VARIABLE"]),
    "PIVOT": ("PIVOT pets ON a|", ["age"]),
    "CREATE VIEW": ("CREATE VIEW v AS |", ["SELECT", "FROM"]),
    "DROP TABLE": ("DROP TABLE p|", ["pets"]),
    "variables": ("FROM pets WHERE age = $d|", ["$days"]),
    "commands": (".|", ["tables", "timer", "mode", "read", "explain"]),
    "a command": (".ti|", ["timer"]),
    "commands of psql": ("\\d|", ["dt"]),
    "a command's argument": (".mode j|", ["json"]),
    "a command's argument by its alias": ("\\timing |", ["on", "off"]),
    "a command's statement": (".explain SELECT * FROM pe|", ["pets"]),
}


def became(marked: str, completion: Completion) -> str:
    """Return the text with the completion put in, and the cursor after it."""
    before, _, after = marked.partition("|")
    return f"{before[: len(before) + completion.start_position]}{completion.text}|{after}"


@pytest.mark.parametrize("marked", NOTHING)
def test_nothing_is_offered_where_nothing_known_can_stand(offer: Offer, marked: str) -> None:
    assert [became(marked, each) for each in offer(marked)] == []


@pytest.mark.parametrize(("marked", "expected"), FIRST.values(), ids=FIRST)
def test_the_likeliest_is_offered_first(offer: Offer, marked: str, expected: list[str]) -> None:
    assert [each.text for each in offer(marked)[: len(expected)]] == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("SELECT u.lo| FROM pets p", None),
        ("SELECT p.na|me FROM pets p", "SELECT p.name|me FROM pets p"),
        ('SELECT "Od|" FROM pets', 'SELECT "Odd Name|" FROM pets'),
        (f"FROM {DAYS} WHERE org = 'octo-c|'", f"FROM {DAYS} WHERE org = 'octo-cat|'"),
        (f"FROM {DAYS} WHERE org = 'octo''|", f"FROM {DAYS} WHERE org = 'octo''s'|"),
        ("  .mo|", "  .mode|"),
        (".mode  cs|", ".mode  csv|"),
        ("FROM GITHUB.cop|", "FROM GITHUB.copilot.|"),
    ],
    ids=["nothing", "a name", "a quoted name", "a value", "a doubled mark", "a command", "an argument", "a service"],
)
def test_a_completion_takes_the_place_of_what_is_typed(offer: Offer, marked: str, expected: str | None) -> None:
    assert next((became(marked, each) for each in offer(marked)), None) == expected


def test_the_latest_processed_day_is_offered_first(offer: Offer, connection: stackduck.Connection) -> None:
    latest = connection.execute(
        f"SELECT max(day) FROM {DAYS} WHERE enterprise = 'octo-demo' AND day > current_date - 9"
    ).fetchall()[0][0]
    found = offer(f"FROM {DAYS} WHERE day = '|")
    assert found[0].text == f"{latest}'"
    assert found[0].display_meta_text == f"{latest:%A}, latest processed"
    assert len(found) == 28


@pytest.mark.parametrize(
    "marked", ["day >= |", "day BETWEEN '2026-01-01' AND |", "day = DATE |", "u.day IN ('2026-01-01', |"]
)
def test_days_are_offered_wherever_a_day_is_compared(offer: Offer, marked: str) -> None:
    found = offer(f"FROM {DAYS} u WHERE {marked}")
    assert len(found[0].text) == len("'2026-01-01'")
    assert found[0].display_meta_text.endswith("latest processed")


def test_required_parameters_are_marked_with_what_would_do_instead(offer: Offer) -> None:
    found = offer(f"FROM {DAYS} WHERE |")
    assert [each.display_meta_text for each in found[:2]] == ["required, or org", "required, or enterprise"]
    assert {each.style for each in found[:2]} == {"class:completion.required"}
    assert found[2].style == ""


def test_resources_tell_what_they_need(offer: Offer) -> None:
    found = {each.display_text: each.display_meta_text for each in offer("FROM github.copilot.|")}
    assert found["copilot_one_day_usage_metrics"] == "needs enterprise and day"


def test_values_tell_where_they_are_known_from(offer: Offer) -> None:
    assert offer(f"FROM {DAYS} WHERE enterprise = '|")[0].display_meta_text == "in the archive"
    assert offer(f"FROM {DAYS} WHERE org = '|")[0].display_meta_text == "used before"


def test_neither_secrets_nor_what_stands_beside_them_is_offered(offer: Offer) -> None:
    assert [each.text for each in offer("FROM pets WHERE password = '|")] == []
    assert "octo-new'" not in [each.text for each in offer(f"FROM {DAYS} WHERE org = '|")]


def test_files_are_offered_in_place_of_a_table(offer: Offer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("seats.csv", ".hidden.csv"):
        (tmp_path / name).touch()
    (tmp_path / "old").mkdir()
    monkeypatch.chdir(tmp_path)
    assert [each.text for each in offer("FROM '|")] == [f"old{os.sep}", "seats.csv'"]
    assert [each.text for each in offer("FROM read_csv('se|")] == ["seats.csv'"]
    assert [each.text for each in offer(f"FROM '{tmp_path}{os.sep}.h|")] == [f"{tmp_path}{os.sep}.hidden.csv'"]
    assert [each.text for each in offer(".read s|")] == ["seats.csv"]
    assert [each.text for each in offer(f"FROM '{tmp_path}/nowhere/|")] == []


def test_a_default_is_not_required_and_is_offered_first(complete: Complete) -> None:
    with stackduck.connect(sandbox=True, archive=False, defaults={"enterprise": "octo"}) as connection:
        completer = SqlCompleter(connection, known=lambda name: ("other",) if name == "enterprise" else ())
        found = complete(completer, f"FROM {DAYS} WHERE |")
        assert found[0].text == "day"
        assert [each.text for each in complete(completer, f"FROM {DAYS} WHERE enterprise = '|")] == ["octo'", "other'"]


def test_the_sandbox_tells_its_names_before_anything_was_asked(complete: Complete) -> None:
    with stackduck.connect(sandbox=True) as connection:
        completer = SqlCompleter(connection)
        completer.refresh()
        completer.wait()
        found = complete(completer, f"FROM {DAYS} WHERE org = '|")
        assert [each.text for each in found] == ["octo-demo-eng'", "octo-demo-data'"]
        assert found[0].display_meta_text == "in the sandbox"


def test_an_answer_that_was_shown_gives_values(complete: Complete) -> None:
    with stackduck.connect(archive=False) as connection:
        connection.execute("CREATE TABLE pets (name VARCHAR, age INTEGER)")
        completer = SqlCompleter(connection)
        completer.refresh()
        completer.see(["Name", "age"], [("rex", 3), ("tom", None), ("tom", 5), ("ghp_0123456789abcdefghij0123", 1)])
        assert [each.text for each in complete(completer, "FROM pets WHERE name = '|")] == ["tom'", "rex'"]


def test_what_a_statement_made_is_offered_after_a_refresh(complete: Complete) -> None:
    with stackduck.connect(archive=False) as connection:
        completer = SqlCompleter(connection)
        completer.refresh()
        connection.execute("CREATE TABLE zebras (stripes INTEGER)")
        assert [each.text for each in complete(completer, "FROM zeb|")] == []
        completer.refresh()
        assert [each.text for each in complete(completer, "FROM zeb|")] == ["zebras"]
        assert complete(completer, "SELECT | FROM zebras")[0].text == "stripes"


def test_a_transaction_that_failed_leaves_what_was_known(complete: Complete) -> None:
    with stackduck.connect(archive=False) as connection:
        connection.execute("CREATE TABLE zebras (stripes INTEGER)")
        completer = SqlCompleter(connection)
        completer.refresh()
        connection.execute("BEGIN")
        with pytest.raises(stackduck.Error):
            connection.execute("INSERT INTO zebras SELECT error('no')")
        completer.refresh()
        assert [each.text for each in complete(completer, "FROM zeb|")] == ["zebras"]


def test_completion_needs_no_refresh_and_no_archive(complete: Complete) -> None:
    with stackduck.connect(archive=False) as connection:
        completer = SqlCompleter(connection)
        assert complete(completer, "FROM github.copilot.|")
        assert complete(completer, f"FROM {DAYS} WHERE |")[0].text == "enterprise = '"


def test_threads_may_complete_at_once(completer: SqlCompleter, complete: Complete) -> None:
    wanted = [each.text for each in complete(completer, f"FROM {DAYS} WHERE |")]
    found: list[list[str]] = []

    def work() -> None:
        for _ in range(20):
            found.append([each.text for each in complete(completer, f"FROM {DAYS} WHERE |")])

    threads = [Thread(target=work) for _ in range(4)]
    for each in (*threads, Thread(target=completer.refresh)):
        each.start()
    for each in threads:
        each.join()
    assert found == [wanted] * 80


def test_a_session_that_ends_at_once_ends_well(tmp_path: Path) -> None:
    script = (
        "import stackduck; from stackduck.shell.completion import SqlCompleter\n"
        "with stackduck.connect(sandbox=True) as connection:\n"
        "    SqlCompleter(connection).refresh()\n"
    )
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
