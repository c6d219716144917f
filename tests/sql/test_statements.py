"""Scripts become statements; names of provider tables are seen without a parser."""

from __future__ import annotations

import pytest

from stackduck.sql.statements import names_any, of_text, query_of, split, three_part_names


@pytest.mark.parametrize(
    ("script", "statements"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1\n;\n", ["SELECT 1"]),
        (";;SELECT 1;;", ["SELECT 1"]),
        ("", []),
        ("-- nothing; here\n/* ; */ ;", []),
        (
            "SELECT ';' AS \";\", $$;$$, $q$;$q$, E'\\';' -- ;\n; SELECT 2 /* ; */",
            ["SELECT ';' AS \";\", $$;$$, $q$;$q$, E'\\';'", "SELECT 2"],
        ),
        ("SELECT 'x' -- required\n;", ["SELECT 'x'"]),
    ],
    ids=["two", "own line", "empty ones", "empty", "comments alone", "semicolons in quotes", "comment at the end"],
)
def test_a_script_is_split_at_its_semicolons(script: str, statements: list[str]) -> None:
    assert [s.text for s in split(script)] == statements


def test_the_places_of_tokens_are_those_in_their_statement() -> None:
    second = list(split("SELECT 1;  -- a comment\n SELECT 2 + x"))[1]
    assert [second.text[t.start : t.end] for t in second.tokens] == ["SELECT", "2", "+", "x"]


@pytest.mark.parametrize(
    ("text", "keyword"), [("select 1", "SELECT"), ("((from t))", "FROM"), ("'x'", ""), ("-- c\nWith a", "WITH")]
)
def test_the_keyword_is_the_first_word(text: str, keyword: str) -> None:
    assert of_text(text).keyword == keyword


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("SELECT * FROM github.copilot.seats", True),
        ('SELECT * FROM "GitHub" . copilot.seats', True),
        ("SELECT 'github.copilot.seats'", False),
        ("SELECT 1 -- github.copilot.seats", False),
        ("SELECT github FROM t", False),
    ],
)
def test_a_provider_is_seen_where_it_is_named(text: str, is_named: bool) -> None:
    assert names_any(of_text(text), ["github"]) is is_named


def test_names_of_three_parts_are_found_once_each() -> None:
    found = three_part_names(of_text('SELECT a.b.c.d, "x" . y.z FROM p.q'))
    assert [tuple(t.name for t in parts) for parts in found] == [("a", "b", "c"), ("x", "y", "z")]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("CREATE TABLE t AS SELECT 1", "SELECT 1"),
        ("CREATE OR REPLACE TABLE t (a) AS (FROM u WHERE (a) = 1)", "FROM u WHERE (a) = 1"),
        ("COPY (SELECT (1)) TO 'x.csv' (FORMAT csv)", "SELECT (1)"),
        ("SUMMARIZE SELECT 1", "SELECT 1"),
        ("SELECT 1", "SELECT 1"),
        ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT)"),
    ],
)
def test_the_query_inside_a_statement_is_found(text: str, query: str) -> None:
    assert query_of(text) == query
