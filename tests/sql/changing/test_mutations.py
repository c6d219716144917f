"""INSERT, UPDATE, REPLACE, DELETE and EXEC over a provider, taken apart by their tokens."""

from __future__ import annotations

import pytest

from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.sql import verbs
from stackduck.sql.changing import executions, matching, mutations, returning
from stackduck.sql.changing.mutations import Mutation
from stackduck.sql.statements import of_text

PROVIDERS = ("made", "made.up")
T = "made.up.things"


def read(text: str) -> Mutation:
    found = mutations.read(of_text(text), PROVIDERS)
    assert found is not None
    return found


def given(mutation: Mutation) -> dict[str, str]:
    return {each.name: mutation.expressions[each.number] for each in mutation.assignments}


@pytest.mark.parametrize(
    "text",
    [
        *("SELECT * FROM made.up.things", "INSERT INTO local SELECT * FROM made.up.things", "DELETE FROM x.y.z"),
        *("UPDATE local SET a = 1", "CREATE TABLE t AS FROM made.up.things", "WITH c AS (SELECT 1) SELECT * FROM c"),
        *("WITH c AS (SELECT 1 AS end) SELECT * REPLACE (1 AS a) FROM made.up.things", "INSERT INTO", "DELETE", "EXEC"),
        *("EXEC foo", "REPLACE foo SET a = 1", "MERGE INTO made.up.things USING x ON true WHEN MATCHED THEN DELETE"),
    ],
)
def test_any_other_statement_is_none_of_a_providers(text: str) -> None:
    assert mutations.read(of_text(text), PROVIDERS) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"INSERT INTO {T} (a)", "INSERT has no rows"),
        (f"INSERT INTO {T}", "INSERT has no rows"),
        (f"INSERT INTO {T} (a) DEFAULT VALUES RETURNING (", r"\( is not closed"),
        (f"INSERT INTO {T}.x (a) VALUES (1)", "a name of the form provider.service.resource, not made.up.things.x"),
        (f"UPDATE {T} SET WHERE a = 1", "SET cannot read nothing"),
        (f"UPDATE {T} SET (a, b) = (1, 2)", "SET cannot read"),
        (f"UPDATE {T} SET a = 1,", "SET cannot read nothing"),
        (f"UPDATE {T} SET a = WHERE b = 1", "SET cannot read a ="),
        (f"EXEC {T} @a = 1", "a name of the form provider.service.resource.method"),
        (f"EXEC {T}.go a = 1", "EXEC cannot read a = 1; write @name = value"),
        (f"EXEC {T}.go @a", "EXEC cannot read @ a"),
        (f"EXEC {T}.go @a = 1 @@body = 2", "EXEC cannot read @ @ body"),
        ("EXEC unknown.up.things @a = 1", "a name of the form"),
        ("REPLACE unknown.up.things.x SET a = 1", "a name of the form"),
        (f"DELETE FROM {T} WHERE (a = 1", r"\( is not closed"),
    ],
)
def test_a_malformed_change_is_an_error(text: str, told: str) -> None:
    with pytest.raises(ProgrammingError, match=told):
        mutations.read(of_text(text), PROVIDERS)


@pytest.mark.parametrize(
    "text",
    [
        *(f"INSERT OR REPLACE INTO {T} (a) VALUES (1)", f"INSERT OR IGNORE INTO {T} (a) VALUES (1)"),
        *(f"INSERT INTO {T} (a) VALUES (1) ON CONFLICT DO NOTHING", f"INSERT INTO {T} BY NAME SELECT 1 AS a"),
        *(f"UPDATE {T} SET a = 1 FROM t WHERE b = 2", f"UPDATE {T} WHERE b = 2 SET a = 1"),
        *(f"DELETE FROM {T} USING t WHERE a = 1", f"DELETE FROM {T} WHERE a = 1 LIMIT 1"),
        *(f"DELETE FROM {T} WHERE a = 1 ORDER BY b", f"DELETE FROM {T} t u WHERE a = 1"),
        *(f"DELETE FROM {T} WHERE x.a = 1", f"DELETE FROM {T} WHERE {'(' * 3000}a = 1{')' * 3000}"),
    ],
    ids=lambda text: text[:70],
)
def test_a_clause_that_no_provider_knows_is_refused(text: str) -> None:
    with pytest.raises(NotSupportedError):
        mutations.read(of_text(text), PROVIDERS)


def test_an_insert_has_columns_and_a_query() -> None:
    found = read(f'INSERT /*+ AWAIT */ INTO {T} AS t (a, "b c", data__d) SELECT 1, 2, x FROM y RETURNING id, t.a')
    assert (found.verb, found.parts, found.alias) == ("insert", ("made", "up", "things"), "t")
    assert found.columns == ("a", "b c", "data__d")
    assert found.query == "SELECT 1, 2, x FROM y"
    assert found.returning == "id, t.a"
    assert found.question == 'SELECT to_json("the row") FROM (SELECT 1, 2, x FROM y\n) AS "the row"'


@pytest.mark.parametrize(
    ("rows", "query"),
    [
        ("VALUES (1), (2)", "VALUES (1), (2)"),
        ("(SELECT 1)", "(SELECT 1)"),
        ("WITH c AS (SELECT 1) FROM c", "WITH c AS (SELECT 1) FROM c"),
        ("FROM t -- of mine\nWHERE x", "FROM t -- of mine\nWHERE x"),
    ],
)
def test_the_rows_of_an_insert_are_any_query(rows: str, query: str) -> None:
    assert read(f"INSERT INTO {T} (a) {rows}").query == query
    assert read(f"REPLACE INTO {T} (a) {rows}").query == query


def test_with_stays_before_what_computes_the_values() -> None:
    found = read(f"WITH c AS (SELECT 1 AS a) DELETE FROM {T} WHERE a IN (SELECT a FROM c)")
    assert found.before == "WITH c AS (SELECT 1 AS a) "
    assert found.question.startswith("WITH c AS (SELECT 1 AS a) SELECT to_json(")


def test_an_insert_without_values_has_one_empty_row() -> None:
    found = read(f"INSERT INTO {T} DEFAULT VALUES")
    assert (found.columns, found.query, found.question) == ((), "", "")


@pytest.mark.parametrize("verb", ["UPDATE", "REPLACE", "REPLACE INTO"])
def test_an_update_has_assignments_and_a_condition(verb: str) -> None:
    found = read(f"{verb} {T} SET a = 1, data__b = f(2, 3) WHERE c = 'x' AND d IN ('y', 'z') RETURNING *")
    assert given(found) == {"a": "1", "data__b": "f(2, 3)"}
    assert found.expressions == ("1", "f(2, 3)", "'x'", "'y'", "'z'")
    assert found.condition is not None
    assert matching.names(found.condition) == {"c", "d"}
    assert found.returning == "*"
    assert "(f(2, 3)\n) AS v1" in found.question


def test_a_change_without_set_and_where_is_read_too() -> None:
    assert read(f"REPLACE {T} WHERE a = 1").assignments == ()
    assert read(f"DELETE FROM {T}").condition is None
    assert read(f"DELETE FROM {T} RETURNING x").returning == "x"


@pytest.mark.parametrize("name", ["a", "things.a", "up.things.A", "made.up.things.a", 'made.up.things."a"', "t.a"])
def test_a_condition_may_say_whose_column_it_means(name: str) -> None:
    found = read(f"DELETE FROM {T} t WHERE {name} = 1")
    assert found.condition is not None
    assert matching.names(found.condition) == {"a"}


@pytest.mark.parametrize(
    "arguments",
    [
        "@a = 'x', @b = lower('Y') @@json = '{}'",
        "@a='x' @b=lower('Y'), @@json='{}'",
        "@@JSON = '{}', @a='x',@b=lower('Y')",
    ],
)
def test_exec_has_arguments_with_commas_or_without(arguments: str) -> None:
    found = read(f"EXEC {T}.go {arguments}")
    assert (found.method, given(found)) == ("go", {"a": "'x'", "b": "lower('Y')"})
    assert found.body is not None
    assert found.expressions[found.body] == "'{}'"


def test_exec_without_arguments_computes_nothing() -> None:
    assert read(f"EXEC {T}.go").question == ""


@pytest.mark.parametrize(
    ("hint", "shows"),
    [
        ("/*+ SHOWRESULTS */", True),
        ("/*+ showresults, AWAIT */", True),
        ("/* SHOWRESULTS */", False),
        ("/*+ AWAIT SHOWRESULTS */", True),
        ("", False),
    ],
)
def test_a_hint_asks_for_the_rows_of_exec(hint: str, shows: bool) -> None:
    assert read(f"EXEC {hint} {T}.go").shows_rows is shows


def test_exec_may_stand_in_a_select() -> None:
    statement = of_text(f"SELECT n FROM (EXEC {T}.go @a=(SELECT 1)) AS t WHERE n > 1")
    span = executions.within(statement)
    assert span is not None
    assert executions.inner(statement, span).text == f"EXEC {T}.go @a=(SELECT 1)"
    assert statement.text[span[1] :] == " AS t WHERE n > 1"
    assert executions.within(of_text("SELECT (exec) FROM t")) is None


@pytest.mark.parametrize(
    ("text", "may"),
    [
        *((f"{verb} x", True) for verb in ("INSERT", "update", "DELETE", "REPLACE", "EXEC")),
        ("EXPLAIN DELETE FROM x", True),
        ("WITH c AS (SELECT 1) INSERT INTO t FROM c", True),
        ("SELECT * FROM (EXEC a.b.c.d)", True),
        ("WITH c AS (SELECT 1) FROM c", False),
        ("EXPLAIN SELECT 1", False),
        ("SELECT exec FROM t", False),
    ],
)
def test_a_statement_that_may_change_something_is_told_by_its_words(text: str, may: bool) -> None:
    assert verbs.may_change(of_text(text)) is may


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("*", '* EXCLUDE ("org", "x")'),
        ("id, *", 'id, * EXCLUDE ("org", "x")'),
        ("t.*, n * 2 AS m", 't.* EXCLUDE ("org", "x"), n * 2 AS m'),
        ("* EXCLUDE (id)", '* EXCLUDE ("org", "x", id)'),
        ("* EXCLUDE id", '* EXCLUDE ("org", "x", id)'),
        ("count(*), org", "count(*), org"),
    ],
)
def test_stars_of_returning_leave_out_what_was_sent(listed: str, expected: str) -> None:
    mutation = read(f"INSERT INTO {T} AS t (org, x) VALUES (1, 2) RETURNING {listed}")
    sql = returning.query(mutation, "made.up.things #1", hidden=["org", "x"])
    assert sql == f'SELECT {expected}\nFROM "made.up.things #1" AS "t"'


def test_without_returning_there_is_no_query() -> None:
    assert returning.query(read(f"DELETE FROM {T}"), "r", hidden=["org"]) == ""
    assert returning.query(read(f"DELETE FROM {T} RETURNING *"), "r", hidden=[]) == 'SELECT *\nFROM "r" AS "things"'
