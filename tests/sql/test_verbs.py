"""What a statement does, from its tokens alone."""

from __future__ import annotations

import pytest

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
        ("TABLE v ORDER BY 1", "FROM v ORDER BY 1"),
        ("SELECT 1", "SELECT 1"),
    ],
)
def test_a_bare_table_becomes_a_select(text: str, query: str) -> None:
    assert verbs.as_query(of_text(text)).text == query


def test_a_views_columns_are_renamed_around_it() -> None:
    assert verbs.renamed("CREATE VIEW v AS", "SELECT 1") == "SELECT 1"
    renamed = verbs.renamed('CREATE OR REPLACE VIEW s.v (a, "b)") AS', "SELECT 1, 2 -- x")
    assert renamed == 'SELECT * FROM (SELECT 1, 2 -- x\n) AS renamed (a, "b)")'
