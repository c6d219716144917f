"""What a script keeps in files that a check does not open: databases that it attaches, types and macros over files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from checked import check, seen


@pytest.mark.parametrize(
    "attach",
    [
        "ATTACH 'x.db' AS x",
        "ATTACH DATABASE 'kept/x.db'",
        "ATTACH IF NOT EXISTS 'x.duckdb' AS x (READ_ONLY)",
        "ATTACH OR REPLACE 'dbname=hr' AS x (TYPE postgres)",
    ],
)
def test_an_attached_database_takes_tables_and_may_be_used(attach: str, tmp_path: Path) -> None:
    text = f"""{attach};
CREATE TABLE x.t AS SELECT 1 AS a;
SELECT a FROM x.t;
INSERT INTO x.main.t VALUES (2);
USE x;
CREATE VIEW v AS FROM t;
SELECT a, b FROM v;
USE memory;
DETACH x;"""
    report = check(tmp_path, file=text)
    assert [(name, line) for name, line, _ in seen(report)] == [("unknown-column", 7)]
    assert not list(tmp_path.rglob("x*"))


def test_tables_of_an_attached_database_are_not_known_and_the_rest_is_checked(tmp_path: Path) -> None:
    text = """ATTACH 'x.db' AS x;
SELECT p.login, nope.a FROM x.people p;
SELECT login FROM x.people JOIN x.hr.teams USING (team_id);
USE x;
SELECT * FROM seats;"""
    report = check(tmp_path, file=text)
    assert [(name, line) for name, line, _ in seen(report)] == [
        ("unknown-local-table", 2),
        ("unknown-local-table", 3),
        ("unknown-local-table", 5),
    ]
    assert not report.errors


def test_what_one_file_attaches_the_next_does_not_have(tmp_path: Path) -> None:
    report = check(tmp_path, a="ATTACH 'x.db' AS x; USE x", b="ATTACH 'x.db' AS x; CREATE TABLE x.t (a INT)", c="USE x")
    assert [finding.path.stem for finding in report.findings] == ["c"]


@pytest.mark.parametrize(
    ("definition", "use"),
    [
        ("CREATE TYPE kind AS ENUM (SELECT name FROM 'kinds.csv')", "SELECT 'a'::kind, CAST(NULL AS kind)"),
        ("CREATE MACRO rate() AS (SELECT max(price) FROM 'prices.csv')", "SELECT 2 * rate()"),
        ("CREATE MACRO prices() AS TABLE SELECT * FROM 'prices.csv'", "SELECT price FROM prices()"),
        ("CREATE TABLE prices AS FROM 'prices.csv'", "SELECT price FROM prices"),
        ("SET VARIABLE price = (SELECT max(price) FROM 'prices.csv')", "SELECT $price, getvariable('price')"),
    ],
)
def test_what_is_made_of_a_file_is_warned_of_once_and_may_be_used(definition: str, use: str, tmp_path: Path) -> None:
    report = check(tmp_path, file=f"{definition};\n{use}")
    assert [(name, line) for name, line, _ in seen(report)] == [("local-file", 1)]


def test_a_type_of_a_file_does_not_hide_other_mistakes(tmp_path: Path) -> None:
    text = (
        "CREATE TYPE kind AS ENUM (SELECT name FROM 'kinds.csv');\nSELECT nope FROM (SELECT 1 AS a);\nSELECT 1::other"
    )
    report = check(tmp_path, file=text)
    assert [(name, line) for name, line, _ in seen(report)] == [
        ("local-file", 1),
        ("unknown-column", 2),
        ("invalid-statement", 3),
    ]
