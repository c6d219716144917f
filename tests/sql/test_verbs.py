"""What a statement does, from its tokens alone."""

from __future__ import annotations

import pytest

from stackduck.errors import NotSupportedError
from stackduck.sql import verbs
from stackduck.sql.statements import of_text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT 1", "query"),
        ("(SELECT 1)", "query"),
        ("FROM t", "query"),
        ("VALUES (1)", "query"),
        ("with x as (insert into t values (1)) select 1", "query"),
        ("WITH x AS (SELECT 1) INSERT INTO t FROM x", "change"),
        ("WITH x AS MATERIALIZED (SELECT 1), y AS (FROM x) DELETE FROM t", "change"),
        ("WITH x AS (SELECT 1) SELECT 1 AS insert", "query"),
        ("INSERT INTO t SELECT 1", "change"),
        ("INSERT INTO t SELECT 1 RETURNING n", "rows"),
        ("UPDATE t SET n = (SELECT 1)", "change"),
        ("CREATE TABLE t AS SELECT 1", "change"),
        ("SET threads = 1", "change"),
        ("SHOW TABLES", "rows"),
        ("EXPLAIN SELECT 1", "rows"),
        ("PIVOT t ON n USING count(*)", "rows"),
    ],
)
def test_a_statement_reads_or_changes(text: str, kind: str) -> None:
    assert verbs.kind(of_text(text)) == kind


@pytest.mark.parametrize(
    ("text", "head", "is_run", "inner"),
    [
        ("EXPLAIN SELECT 1", "EXPLAIN ", False, "SELECT 1"),
        ("explain analyze\nFROM t", "explain analyze\n", True, "FROM t"),
        ("EXPLAIN (FORMAT json) SELECT 1", "EXPLAIN (FORMAT json) ", False, "SELECT 1"),
        ("EXPLAIN (ANALYZE, FORMAT json) SELECT 1", "EXPLAIN (ANALYZE, FORMAT json) ", True, "SELECT 1"),
        ("EXPLAIN (SELECT 1)", "EXPLAIN ", False, "(SELECT 1)"),
        ("EXPLAIN (FROM t) UNION ALL FROM u", "EXPLAIN ", False, "(FROM t) UNION ALL FROM u"),
    ],
)
def test_explain_is_cut_off(text: str, head: str, is_run: bool, inner: str) -> None:
    found, statement = verbs.explained(of_text(text))
    assert found == verbs.Explain(head, is_run)
    assert statement.text == inner


@pytest.mark.parametrize(
    "text", ["SELECT 1", "EXPLAIN", "EXPLAIN ANALYZE", "EXPLAIN (ANALYZE)", 'SELECT "EXPLAIN" FROM t']
)
def test_what_explains_nothing_stays_whole(text: str) -> None:
    statement = of_text(text)
    assert verbs.explained(statement) == (None, statement)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("SUMMARIZE v", "SUMMARIZE SELECT * FROM v"),
        ("SUMMARIZE FROM v", "SUMMARIZE FROM v"),
        ("SUMMARIZE WITH x AS (FROM v) FROM x", "SUMMARIZE WITH x AS (FROM v) FROM x"),
        ("SUMMARIZE TABLE v", "SUMMARIZE FROM v"),
        ("TABLE v ORDER BY 1", "FROM v ORDER BY 1"),
        ("CREATE TABLE t AS TABLE main.v", "CREATE TABLE t AS FROM main.v"),
        ("CREATE TABLE t AS (TABLE v) WITH NO DATA", "CREATE TABLE t AS (FROM v) WITH NO DATA"),
        ("TABLE v UNION ALL TABLE w", "FROM v UNION ALL FROM w"),
        ("CREATE TABLE t AS SELECT 1 AS table FROM v", "CREATE TABLE t AS SELECT 1 AS table FROM v"),
        ("INSERT INTO t (a) TABLE v", "INSERT INTO t (a) FROM v"),
        ("INSERT INTO t TABLE v", "INSERT INTO t FROM v"),
        ("INSERT INTO t SELECT 1 AS table FROM v", "INSERT INTO t SELECT 1 AS table FROM v"),
        ("SHOW a.b.c", "DESCRIBE a.b.c"),
        ("SHOW TABLES FROM a.b", "SHOW TABLES FROM a.b"),
        ("COPY v TO 'x'", "COPY (SELECT * FROM v) TO 'x'"),
        ('copy a.b."c" (d, "e") to \'x\' (HEADER)', 'copy (SELECT d, "e" FROM a.b."c") to \'x\' (HEADER)'),
        ("COPY (SELECT 1) TO 'x'", "COPY (SELECT 1) TO 'x'"),
        ("COPY v FROM 'x'", "COPY v FROM 'x'"),
        ("COPY FROM DATABASE a TO b", "COPY FROM DATABASE a TO b"),
        ("SELECT 1", "SELECT 1"),
        ("COPY", "COPY"),
        ("COPY v (a", "COPY v (a"),
        ("SHOW", "SHOW"),
        ("TABLE", "TABLE"),
    ],
)
def test_a_bare_table_becomes_a_select(text: str, query: str) -> None:
    assert verbs.as_query(of_text(text)).text == query


def test_a_views_columns_are_renamed_around_it() -> None:
    assert verbs.renamed("CREATE VIEW v AS", "SELECT 1") == "SELECT 1"
    renamed = verbs.renamed('CREATE OR REPLACE VIEW s.v (a, "b)") AS', "SELECT 1, 2 -- x")
    assert renamed == 'SELECT * FROM (SELECT 1, 2 -- x\n) AS renamed (a, "b)")'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PREPARE p AS SELECT 1 FROM a.b.c", "PREPARE cannot take a.b.c; run the SELECT itself"),
        (
            "CREATE OR REPLACE TEMP MACRO m(x) AS (SELECT 1 FROM A.b.c)",
            "CREATE MACRO cannot take A.b.c; write CREATE VIEW",
        ),
        ("CREATE FUNCTION f() AS TABLE FROM a.b.c", "CREATE FUNCTION cannot take a.b.c; write CREATE VIEW"),
        ("CREATE TABLE t (LIKE a.b.c)", "write CREATE TABLE … AS SELECT … FROM a.b.c"),
        ("CREATE INDEX i ON a.b.c (d)", "CREATE INDEX cannot take a.b.c"),
        ("CALL a.b.c(1)", "CALL cannot take a.b.c; write SELECT … FROM a.b.c"),
        ("TRUNCATE a.b.c", "TRUNCATE cannot take a.b.c; a provider table is only read"),
        ("COPY a.b.c FROM 'x'", "COPY … FROM cannot take a.b.c"),
    ],
)
def test_what_holds_no_query_takes_no_provider_table(text: str, words: str) -> None:
    with pytest.raises(NotSupportedError) as caught:
        verbs.refuse_others(of_text(text), ["a"])
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 FROM a.b.c",
        "CREATE TABLE t AS FROM a.b.c",
        "CREATE TYPE e AS ENUM (SELECT d FROM a.b.c)",
        "COPY (FROM a.b.c) TO 'x'",
        "SET VARIABLE v = (SELECT 1 FROM a.b.c)",
        "DESCRIBE a.b.c",
        "TRUNCATE local.b.c",
        "CALL f('a.b.c')",
        "SELEC 1 FROM a.b.c",
        "",
    ],
)
def test_what_reads_at_once_may(text: str) -> None:
    verbs.refuse_others(of_text(text), ["a"])
