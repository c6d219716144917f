"""Whose reports a statement reads: names as it writes them, given in every way, several at once, and none at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import stackduck
from stackduck import errors

from .conftest import MONDAY, THURSDAY, Connect, full, sorted_text
from .twin import Twin

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

ON_MONDAY = f"day = '{MONDAY}'"


@pytest.fixture(scope="module")
def connection(connect: Connect, tmp_path_factory: pytest.TempPathFactory) -> stackduck.Connection:
    return connect(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def without(connect: Connect) -> stackduck.Connection:
    return connect(False)


GIVEN: dict[str, tuple[str, Any]] = {
    "positional": ("org = ?", ["octo-demo-eng"]),
    "named": ("org = $org", {"org": "octo-demo-eng"}),
    "a list": ("org IN (?, ?)", ["octo-demo-eng", "octo-demo-data"]),
    "or": ("(org = ? OR org = ?)", ["octo-demo-eng", "octo-demo-data"]),
    "an expression": ("org = lower('OCTO-demo') || '-' || ?", ["eng"]),
    "reversed": ("'octo-demo-eng' = org", None),
    "one of a list": ("org IN ('octo-demo-eng') AND org IN ('octo-demo-eng', 'octo-demo-data')", None),
    "null": ("org = ?", [None]),
    "a contradiction": ("org = 'octo-demo-eng' AND org = 'octo-demo-data'", None),
}


@pytest.mark.parametrize(("condition", "values"), GIVEN.values(), ids=GIVEN.keys())
def test_names_are_given_in_every_way(
    connection: stackduck.Connection, twin: Twin, condition: str, values: Any
) -> None:
    sql = f"SELECT org, day, user_login FROM {full('user_days')} WHERE {condition} AND {ON_MONDAY}"
    cursor = connection.execute(sql, values)
    assert sorted_text(cursor.fetchall()) == sorted_text(twin.ask(sql, values or ()))


@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
def test_a_name_stays_as_it_is_written_in_each_place(
    connection: stackduck.Connection, without: stackduck.Connection, github: Sandbox, twin: Twin, keeps: bool
) -> None:
    """GitHub does not tell cases apart, DuckDB does; what is downloaded is the same."""
    asking = connection if keeps else without
    of_eng = f"SELECT count(*) FROM {full('user_days')} WHERE org = 'octo-demo-eng' AND {ON_MONDAY}"
    [(count,)] = twin.ask(of_eng)
    github.requests.clear()
    sql = f"SELECT ({of_eng}), ({of_eng.replace('eng', 'ENG')})"
    assert asking.execute(sql).fetchall() == [(count, count)]
    sql = f"""SELECT org, count(*) FROM {full("user_days")}
              WHERE org IN ('octo-demo-eng', 'Octo-Demo-Eng') AND {ON_MONDAY} GROUP BY org"""
    assert sorted(asking.execute(sql).fetchall()) == [("Octo-Demo-Eng", count), ("octo-demo-eng", count)]
    sql = f"""SELECT count(DISTINCT u.user_id) FROM {full("user_days")} u JOIN {full("user_days")} v
              ON u.user_id = v.user_id AND u.day = v.day
              WHERE u.org = 'octo-demo-eng' AND v.org = 'OCTO-DEMO-ENG' AND u.{ON_MONDAY} AND v.{ON_MONDAY}"""
    assert asking.execute(sql).fetchall() == [(count,)]
    assert len(github.requests) <= 3


def test_days_of_each_spelling_are_its_own(without: stackduck.Connection, twin: Twin) -> None:
    sql = f"""SELECT org, day, user_login FROM {full("user_days")}
              WHERE (org = 'octo-demo-eng' AND day = '{MONDAY}') OR (org = 'OCTO-DEMO-ENG' AND day = '{THURSDAY}')"""
    local = sql.replace("OCTO-DEMO-ENG", "octo-demo-eng")
    assert sorted_text([(o.lower(), *row) for o, *row in without.execute(sql).fetchall()]) == sorted_text(
        twin.ask(local)
    )


@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
@pytest.mark.parametrize(
    "name",
    ["../octo-demo", "octo-demo/..", "octo demo", "öcto", "a%2Fb", "octo-demo?x=1", "octo'demo", "x" * 100, "C:\\x"],
)
def test_a_name_is_one_part_of_a_path(
    connect: Connect, github: Sandbox, tmp_path: Path, name: str, keeps: bool
) -> None:
    github.requests.clear()
    archive = tmp_path / "archive"
    sql = f"SELECT day FROM {full('user_days')} WHERE enterprise = ? AND {ON_MONDAY}"
    with pytest.raises(errors.NotFoundError):
        connect(archive if keeps else False).execute(sql, [name])
    assert len(github.requests) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_name_that_no_folder_can_have_is_refused_without_a_call(
    connect: Connect, github: Sandbox, tmp_path: Path
) -> None:
    github.requests.clear()
    sql = f"SELECT day FROM {full('user_days')} WHERE enterprise = ? AND {ON_MONDAY}"
    with pytest.raises(errors.ProgrammingError, match="longer than any name"):
        connect(tmp_path / "archive").execute(sql, ["x" * 300])
    assert github.requests == []


@pytest.mark.parametrize("name", ["", ".", "..", "a\nb", "a\x00b"], ids=repr)
def test_a_name_that_is_none_is_refused_without_a_call(
    connection: stackduck.Connection, github: Sandbox, name: str
) -> None:
    github.requests.clear()
    sql = f"SELECT day FROM {full('user_days')} WHERE enterprise = ? AND {ON_MONDAY}"
    with pytest.raises(errors.ProgrammingError, match="enterprise"):
        connection.execute(sql, [name])
    assert github.requests == []


@pytest.mark.parametrize(
    ("condition", "mention"),
    [
        (ON_MONDAY, "needs enterprise.*or give org"),
        (f"enterprise = 'octo-demo' AND org = 'octo-demo-eng' AND {ON_MONDAY}", "not both"),
        (f"enterprise LIKE 'octo%' AND {ON_MONDAY}", "needs enterprise"),
    ],
    ids=["none", "two", "a pattern"],
)
@pytest.mark.parametrize("table", ["user_days", "entity_day_ides", "report_days", "repo_days"])
def test_what_names_nobody_is_refused_without_a_call(
    connection: stackduck.Connection, github: Sandbox, table: str, condition: str, mention: str
) -> None:
    github.requests.clear()
    with pytest.raises(errors.ProgrammingError, match=mention):
        connection.execute(f"SELECT day FROM {full(table)} WHERE {condition}")
    assert github.requests == []


@pytest.mark.parametrize(
    "sql",
    [
        f"INSERT INTO {full('user_days')} (day) VALUES ('2026-10-01')",
        f"DELETE FROM {full('user_days')} WHERE enterprise = 'octo-demo'",
        f"UPDATE {full('user_days')} SET day = '2026-10-01' WHERE enterprise = 'octo-demo'",
        f"CREATE TABLE {full('mine')} AS SELECT 1",
        f"DROP TABLE {full('user_days')}",
    ],
    ids=lambda sql: sql.split()[0],
)
def test_reports_are_only_read(connection: stackduck.Connection, github: Sandbox, sql: str) -> None:
    github.requests.clear()
    with pytest.raises((errors.NotSupportedError, errors.ProgrammingError)):
        connection.execute(sql)
    assert github.requests == []


def test_a_table_that_is_meant_is_suggested(connection: stackduck.Connection) -> None:
    with pytest.raises(errors.ProgrammingError, match="did you mean 'user_days'"):
        connection.execute("SELECT 1 FROM github.copilot_usage.user_day WHERE enterprise = 'octo-demo'")


def test_a_view_in_a_file_is_read_again_later(github: Sandbox, twin: Twin, tmp_path: Path) -> None:
    file, archive = tmp_path / "mine.duckdb", tmp_path / "archive"
    options: dict[str, Any] = {"api_url": github.api_url, "token": github.token, "archive": archive}
    with stackduck.connect(file, **options) as connection:
        connection.execute(
            f"CREATE VIEW people AS SELECT day, user_login FROM {full('user_days')} WHERE org = 'octo-demo-eng'"
        )
    with stackduck.connect(file, **options) as connection:
        found = connection.execute(f"SELECT user_login FROM people WHERE {ON_MONDAY}").fetchall()
    sql = f"SELECT user_login FROM {full('user_days')} WHERE org = 'octo-demo-eng' AND {ON_MONDAY}"
    assert sorted_text(found) == sorted_text(twin.ask(sql))


def test_statements_of_a_script_follow_each_other(connection: stackduck.Connection, twin: Twin) -> None:
    sql = f"SELECT user_login FROM {full('user_days')} WHERE org = $org AND day = $day"
    script = f"""CREATE OR REPLACE TABLE seen AS {sql};
                 SELECT * FROM seen;
                 SELECT count(*) FROM seen JOIN ({sql}) USING (user_login)"""
    values = {"org": "octo-demo-eng", "day": MONDAY}
    found = [cursor.fetchall() if cursor.description else [] for cursor in connection.script(script, values)]
    _, seen, joined = found
    rows = twin.ask(sql, values)
    assert sorted_text(seen) == sorted_text(rows)
    assert joined == [(len(rows),)]


def test_few_connections_at_once_are_enough(connect: Connect, twin: Twin) -> None:
    """Links that expire are asked for anew from within a download."""
    sql = f"SELECT user_login FROM {full('user_days')} WHERE org = '{{}}' AND day BETWEEN '{THURSDAY}' AND '{MONDAY}'"
    rows = sorted_text(twin.ask(sql.format("octo-demo-eng")))
    for name in ("octo-stale", "octo-torn", "octo-demo-eng"):
        assert sorted_text(connect(False, concurrency=1).execute(sql.format(name)).fetchall()) == rows


@pytest.mark.parametrize("scope", ["enterprise", "org"])
@pytest.mark.parametrize("resource", ["user_days", "user_day_features", "entity_days", "seats", "report_days"])
def test_one_statement_is_of_an_enterprise_or_of_an_organization(
    connection: stackduck.Connection, resource: str, scope: str
) -> None:
    names = {"enterprise": None, "org": None, scope: {"enterprise": "octo-demo", "org": "octo-demo-eng"}[scope]}
    on_monday = "" if resource == "seats" else f" AND {ON_MONDAY}"
    for_both = f"SELECT * FROM {full(resource)} WHERE (enterprise = $enterprise OR org = $org){on_monday}"
    plain = f"SELECT * FROM {full(resource)} WHERE {scope} = '{names[scope]}'{on_monday}"
    rows = sorted_text(connection.execute(for_both, names).fetchall())
    assert rows == sorted_text(connection.execute(plain).fetchall())
    assert rows
