"""StackQL's other functions, and what must not be taken for one of them."""

from __future__ import annotations

import pytest

from stackduck.sql.dialect import FUNCTIONS, OPERATORS, may_concern
from stackduck.sql.dialect.functions import WRITERS
from stackduck.sql.dialect.translate import translate
from stackduck.sql.statements import of_text

UNTOUCHED = [
    "SELECT 1",
    "SELECT total FROM t WHERE date = 1 AND time > 2",
    "CREATE TABLE total (date DATE, time TIME, char CHAR(3))",
    "CREATE TABLE IF NOT EXISTS total (x INT)",
    "INSERT INTO total (date, time) VALUES (1, 2)",
    "CREATE INDEX i ON total (date)",
    "WITH total(a) AS (SELECT 1) FROM total",
    "WITH x AS (SELECT 1), total(a) AS MATERIALIZED (SELECT 2) FROM total",
    "SELECT * FROM (VALUES (1)) total(a)",
    "SELECT * FROM t AS date(a)",
    "SELECT CAST(x AS CHAR(3)), x::CHAR(10), CAST(x AS DATETIME), CAST(x AS BINARY)",
    "SELECT 1 AS signed, (SELECT 2 AS unsigned), separator, (separator, 'x'), (x separator)",
    "SELECT group_concat(separator, 'x'), string_agg(x SEPARATOR 'x'), group_concat(separator)",
    "DROP MACRO iif",
    "CREATE MACRO iif(a, b, c) AS a",
    "SELECT list_transform(l, lambda x: x + 1)",
    "SELECT j ->> '$.a'::VARCHAR, j -> path, j -> '/a/b', j -> '$.*'",
    "SELECT date('2026-01-31'), date(x), strftime(x, '%Y')",
    "SELECT 'iif(1,2,3) -> ''x''', \"total\" -- json_extract(a, '$.b')",
    "SELECT regexp_replace(a, 'b', 'c'), json_type(x), typeof(x), 7 / 2, a LIKE 'B%'",
]


def never(text: str) -> str | None:
    raise AssertionError(f"nothing to ask: {text}")


@pytest.mark.parametrize("text", UNTOUCHED)
def test_other_text_is_left_alone(text: str) -> None:
    statement = of_text(text)
    assert translate(statement, never) is statement


def test_the_users_own_function_goes_first() -> None:
    statement = of_text("SELECT iif(1, 2, 3), total(x)")
    assert translate(statement, never, own=frozenset({"iif", "total"})) is statement


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("iif(n > 5, 'big', 'small')", "big"),
        ("iif(n > 9, 'big')", None),
        ("IIF ( n > 9 , 1 , iif(n > 6, 2, 3) )", 2),
        ("total(n)", 7.0),
        ("total(n) FILTER (WHERE n > 9)", 0.0),
        ("char(72, 105)", "Hi"),
        ("group_concat(n SEPARATOR '; ')", "7"),
        ("(SELECT GROUP_CONCAT(x ORDER BY x DESC separator '|') FROM range(3) r(x))", "2|1|0"),
        ("(SELECT group_concat(DISTINCT iif(x > 0, 1, 0) SEPARATOR '') FROM range(1, 3) r(x))", "1"),
        ("(SELECT group_concat((SELECT x ORDER BY 1) SEPARATOR '+') FROM range(2) r(x))", "0+1"),
        ("regexp('^c', topics[1])", True),
        ("regexp_like('abc', 'B', 'i')", True),
        ("regexp_substr('abbc', 'b+')", "bb"),
        ("regexp_substr('ac', 'b+')", None),
        ("'abc' REGEXP '^a.c$'", True),
        ("'xabcx' REGEXP 'b'", True),
        ("'x' NOT REGEXP 'b'", True),
        ("'a\nb' REGEXP 'a.b'", True),
        ("written REGEXP $1", True),
        ("CAST('12' AS SIGNED) + 1", 13),
        ("CAST('9000000001' AS SIGNED INTEGER)", 9000000001),
        ("'7'::UNSIGNED", 7),
        ("TRY_CAST('x' AS signed)", None),
        ("CAST(5 AS CHAR)", "5"),
        ("group_concat(n, '|')", "7"),
        ("ifnull(NULL, 1)", 1),
        ("instr('abc', 'c')", 3),
        ("split_part('a/b', '/', 2)", "b"),
        ("printf('%05.1f', 2.25)", "002.2"),
    ],
)
def test_stackqls_functions_work(ask, expression: str, wanted: object) -> None:
    parameters = {"1": "^..a"} if "$1" in expression else {}
    assert ask(f"SELECT {expression} AS v FROM people", **parameters) == [(wanted,)]


def test_total_works_as_a_window(ask) -> None:
    table = "(VALUES (1), (2)) v(x) WINDOW w AS (ORDER BY x)"
    assert ask(f"SELECT total(x) OVER (ORDER BY x) AS t, total(x) OVER w AS w FROM {table} ORDER BY t") == [
        (1.0, 1.0),
        (3.0, 3.0),
    ]


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ("iif(n > 1, 2, 3)", "iif(n > 1, 2, 3)"),
        ("IIF(n>1,2,\n -- the other\n 3)", "iif(n>1, 2, 3)"),
        ("n + json_extract(person, '$.id')", "n + json_extract(person, '$.id')"),
        ("iif(n > 1, 2, 3) AS x", "x"),
        ("iif(n > 1, 2, 3) x", "x"),
        ('iif(n > 1, 2, 3) "y z"', "y z"),
        ("x: iif(n > 1, 2, 3)", "x"),
        ("person -> 'login'", "person -> 'login'"),
        ("iif(n > 1, 2, 3) IS NOT NULL", "iif(n > 1, 2, 3) IS NOT NULL"),
        ("iif(n > 1, 2, 3) IS DISTINCT FROM 2", "iif(n > 1, 2, 3) IS DISTINCT FROM 2"),
        ("CASE WHEN iif(n > 1, true, false) THEN 1 END", "CASE WHEN iif(n > 1, true, false) THEN 1 END"),
        ("(SELECT iif(n > 1, 2, 3))", "(SELECT iif(n > 1, 2, 3))"),
        ("DISTINCT iif(n > 1, 2, 3)", "iif(n > 1, 2, 3)"),
        ("DISTINCT ON (iif(n > 1, 2, 3)) n", "n"),
        ("total(n) FILTER (WHERE n > 1) OVER ()", "total(n) filter (WHERE n > 1) over ()"),
    ],
)
def test_a_column_keeps_its_heading(session, translated, column: str, heading: str) -> None:
    [(found, _)] = session.describe(translated(f"SELECT {column} FROM people"), {})
    assert found == heading


def test_headings_stay_in_every_place(session, translated) -> None:
    text = (
        "SELECT * REPLACE (iif(true, 1, 2) AS n), iif(n > 1, 2, 3) FROM people UNION ALL BY NAME SELECT * FROM people"
    )
    names = [name for name, _ in session.describe(translated(text), {})]
    assert names[-1] == "iif(n > 1, 2, 3)"
    assert "n" in names


def test_everything_else_stays_as_it_was_written(translated) -> None:
    text = "SELECT  n,\t'iif(' -- a note\n, iif(n>1, 'it''s' , \"n\") AS x\nFROM people /* iif(1,2,3) */ WHERE n=1"
    wanted = text.replace("iif(n>1, 'it''s' , \"n\")", "CASE WHEN n>1 THEN 'it''s' ELSE \"n\" END")
    assert translated(text) == wanted


def test_all_that_is_translated_is_looked_for() -> None:
    assert set(WRITERS) == FUNCTIONS
    for text in (*(f"SELECT {name.upper()}(1)" for name in FUNCTIONS), *(f"SELECT 1 {word} 2" for word in OPERATORS)):
        assert may_concern(of_text(text))
    assert may_concern(of_text("SELECT a ->> 'b'"))
    assert not may_concern(of_text("SELECT a, 'iif(1)', 1 - 2 > 3 -- total(x)"))
