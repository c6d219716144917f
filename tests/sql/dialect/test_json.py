"""Paths into JSON give what SQLite gives; into lists and objects of known fields, the field with its type."""

from __future__ import annotations

import json

import pytest

from stackduck.errors import ProgrammingError

DOCUMENTS = (
    '{"a": 1, "s": "te\'xt", "f": 2.5, "t": true, "z": null, "o": {"b c": [1, {"d": "e"}]}, "l": [10, "x", null]}',
    '[1, "two", [3], {"four": 4}]',
    '"scalar"',
    "5",
)
PATHS = (
    "$",
    "$.a",
    "$.s",
    "$.f",
    "$.o",
    '$.o."b c"',
    '$.o."b c"[1].d',
    "$.l[0]",
    "$.l[#-1]",
    "$[1]",
    "$[3].four",
    "$.no",
)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("json_extract(person, '$.logn')", "person has no .logn; did you mean 'login'?"),
        ("person -> 'plan' ->> 'price'", "person -> 'plan' has no .price; its fields are name, seats"),
        ("json_extract(person, '$.plan.price')", r"person.plan has no .price; its fields are name, seats"),
        ("json_extract(labels, '$.name')", r"labels is an array, which has no .name; name an element first"),
        ("seats ->> 0", r"seats has no \[0\]; its fields are total, added"),
        ("json_extract(person, '$.id.x')", "person.id is of type INTEGER, which has no .x"),
        ("json_extract(n, '$[0]')", r"n is of type INTEGER, which has no \[0\]"),
    ],
)
def test_a_field_that_is_not_there_is_named(value, expression: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        value(expression)


def test_an_unknown_column_is_duckdbs_error(value) -> None:
    with pytest.raises(ProgrammingError, match='"persn" not found'):
        value("json_extract(persn, '$.login')")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_sqlite_extracts_the_same_from_text(ask, sqlite, document: str) -> None:
    text = document.replace("'", "''")
    for path in PATHS:
        [(ours,)], [(theirs,)] = (answer(f"SELECT json_extract('{text}', '{path}')") for answer in (ask, sqlite))
        assert same(ours, theirs), path


def same(ours: object, theirs: object) -> bool:
    """Compare a text of ours with a value of SQLite's, which knows true as 1; white space in JSON says nothing."""
    if theirs is None or ours is None:
        return ours is theirs
    if ours in ("true", "false"):
        return theirs == (ours == "true")
    try:
        return json.loads(str(ours)) == json.loads(str(theirs))
    except ValueError:
        return ours == str(theirs)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("json_extract(person, '$.login')", "ann"),
        ("json_extract(person, '$.id') + 1", 6),
        ("json_extract(person, '$.LOGIN')", "ann"),
        ("person -> '$.plan.seats[1]'", 4),
        ("person -> 'plan' -> 'seats' ->> -1", 4),
        ("person ->> '$.plan'", {"name": "pro", "seats": [3, 4]}),
        ("json_extract(json_extract(person, '$.plan'), '$.name')", "pro"),
        ("json_extract(person, '$.data.k')", "v"),
        ("person -> '$.data.k'", '"v"'),
        ("json_extract(person, '$.data.n') > 6", True),
        ("json_extract(labels, '$[0].color')", "red"),
        ("topics ->> 1", "copilot"),
        ("json_extract(topics, '$[9]')", None),
        ("json_extract(document, '$.s')", "text"),
        ("document -> '$.s'", '"text"'),
        ("document ->> 's'", "text"),
        ("json_extract(document, '$.l[0].q')", "z"),
        ("json_extract(written, '$.a')", "t"),
        ("pairs -> 'k'", 1),
        ("json_extract(document, '$.a', '$.s')", '[1,"text"]'),
        ("json_extract(document, '$.' || 's')", "text"),
        ("json_extract(document, '$.l[*]')", ['{"q":"z"}', "2"]),
        ("typeof(json_extract(person, '$.plan.seats'))", "INTEGER[]"),
        ("json_extract(coalesce(person, person), '$.id')", 5),
        ("json_extract(CASE WHEN n > 1 THEN person END, '$.id')", 5),
        ("(person) ->> 'id'", 5),
        ("people.person -> 'id'", 5),
        ("[person][1] -> 'id'", 5),
        ('JSON \'{"q": 1}\' -> \'q\'', "1"),
        ("json_array_length(topics)", 2),
        ("json_array_length(person, '$.plan.seats')", 2),
        ("(SELECT json_extract(p.person, '$.id') FROM people p WHERE p.person -> 'id' = people.person -> 'id')", 5),
        ("list_transform(labels, lambda x: json_extract(x, '$.name'))", ["bug"]),
        ("json_extract($document, '$.x')", "y"),
        ('json_extract(person, "$.login")', "ann"),
        ("json_extract('{\"a\": -5}', '$.a') - 1", -6),
        ("2 -json_extract('{\"a\": -5}', '$.a')", 7),
        ("typeof(json_extract('{\"a\": [1, 2.5]}', '$.a[1]'))", "DOUBLE"),
        ("json_extract('{\"a\": \"it''s\"}', '$.a')", "it's"),
        ("{'x': {'y': 2}} -> 'x' ->> 'y'", 2),
        ("map {'a': 5} ->> 'a'", 5),
    ],
)  # fmt: skip
def test_a_path_gives_the_field_with_its_type(ask, expression: str, wanted: object) -> None:
    parameters = {"document": '{"x": "y"}'} if "$document" in expression else {}
    assert ask(f"SELECT {expression} AS v FROM people", **parameters) == [(wanted,)]


@pytest.mark.parametrize(
    "condition",
    [
        "person -> 'login' = 'ann'",
        "NOT person ->> 'login' <> 'ann' AND document ->> 'a' = 1",
        "document -> 'a' > 0 AND 0 < document ->> 'a'",
        "person ->> 'login' || '!' = 'ann!'",
        "person -> 'id' BETWEEN 4 AND 6",
        "person -> 'id' IN (5, 6)",
        "'a' || (person ->> 'login') LIKE 'aa%'",
        "person -> 'login' IS NOT NULL",
    ],
)
def test_an_arrow_binds_tighter_than_other_operators(ask, condition: str) -> None:
    assert ask(f"SELECT n FROM people WHERE {condition}") == [(7,)]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT sum(json_extract(document, '$.a')) AS s FROM people",
        "SELECT avg(document ->> 'a') AS s FROM people",
        "SELECT round(json_extract(document, '$.a')) AS s FROM people",
        "SELECT json_extract(document, '$.l[1]') - 1 AS s FROM people",
        "SELECT total(json_extract(document, '$.a')) AS s FROM people",
    ],
)
def test_a_number_in_json_counts_as_one(ask, text: str) -> None:
    assert ask(text) == [(1,)]


def test_rows_of_an_array(ask) -> None:
    assert ask("SELECT e.* FROM people, json_each(topics) e ORDER BY key") == [
        (0, "ci", "text", "ci", 1, None, "$[0]", "$"),
        (1, "copilot", "text", "copilot", 2, None, "$[1]", "$"),
    ]


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("path", ["$", "$.o", '$.o."b c"', "$.l"])
def test_sqlite_gives_the_same_rows_of_text(ask, sqlite, document: str, path: str) -> None:
    quoted = document.replace("'", "''")
    # SQLite 3.40 writes $."b c" with quotes only where it must, as we do; its id is a place in its own memory.
    query = f"SELECT key, value, type, atom, fullkey, path FROM json_each('{quoted}', '{path}')"
    ours, theirs = ask(query), sqlite(query)
    assert len(ours) == len(theirs)
    for own, other in zip(ours, theirs, strict=True):
        assert (own[0], own[2], own[4]) == (None if other[0] is None else str(other[0]), other[2], other[4])
        assert same(own[1], other[1])
        assert same(own[3], other[3])


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("SELECT e.value FROM people p, json_each(p.labels) AS e", [({"name": "bug", "color": "red"},)]),
        ("SELECT json_extract(e.value, '$.name') AS n FROM people, json_each(labels) e", [("bug",)]),
        ("SELECT json_each.value FROM people, json_each(people.topics) ORDER BY 1", [("ci",), ("copilot",)]),
        ("SELECT key, value + 1 FROM people, json_each(seats) ORDER BY 1", [("added", 3), ("total", 11)]),
        ("SELECT value FROM people, json_each(person) WHERE key = 'login'", [("ann",)]),
        ("SELECT key FROM people, json_each(person) WHERE type = 'object' ORDER BY id", [("plan",), ("data",)]),
        ("SELECT key, value FROM people, json_each(pairs)", [("k", 1)]),
        ("SELECT value FROM people, json_each(person, '$.plan.seats') ORDER BY 1", [(3,), (4,)]),
        ("SELECT value FROM people, json_each(json_extract(document, '$.l')) ORDER BY 1", [("2",), ('{"q":"z"}',)]),
        ("SELECT value FROM people, json_each(document -> 'l') ORDER BY 1", [("2",), ('{"q":"z"}',)]),
        ("SELECT value FROM people, json_each(coalesce(document -> 'no', written))", [("t",)]),
        ("SELECT count(*) FROM people, json_each(document -> 'no')", [(0,)]),
        ("SELECT n, e.value FROM people LEFT JOIN json_each(topics) e ON e.value = 'no'", [(7, None)]),
        ("SELECT n FROM people WHERE EXISTS (SELECT 1 FROM json_each(topics) WHERE value = 'ci')", [(7,)]),
        ("SELECT (SELECT max(value) FROM json_each(people.topics)) FROM people", [("copilot",)]),
        ("SELECT a.value, b.value FROM people, json_each(seats) a, json_each(pairs) b WHERE a.value = 2", [(2, 1)]),
        ("WITH t AS (SELECT person -> 'plan' p FROM people) SELECT max(value) FROM t, json_each(p, '$.seats')", [(4,)]),
        ("SELECT n, e.value FROM people LEFT JOIN json_each(topics) AS e WHERE key = 1", [(7, "copilot")]),
        ("SELECT e.v FROM people JOIN json_each(seats) e (k, v) WHERE k = 'total'", [(10,)]),
        ("SELECT sum(value) FROM json_each('[1, 2, 3]') WHERE value > 1", [(5,)]),
        ("SELECT max(value) + 1 FROM json_each('[1, 2.5]')", [(3.5,)]),
    ],
)  # fmt: skip
def test_json_each_gives_rows_of_lists_objects_and_json(ask, query: str, wanted: list[tuple[object, ...]]) -> None:
    assert ask(query) == wanted


def test_a_lateral_query_may_follow_a_path_from_outside(ask) -> None:
    inner = "SELECT q.person -> 'id' AS x FROM people q WHERE q.person -> 'id' = p.person -> 'id'"
    assert ask(f"SELECT b.x FROM people p CROSS JOIN LATERAL ({inner}) b") == [(5,)]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("json_set('{}', '$.a', 1, '$.b', true)", '{"a":1,"b":true}'),
        ("json_insert('{\"a\":1}', '$.a', 2, '$.c', n)", '{"a":1,"c":7}'),
        ("json_replace('{\"a\":1}', '$.a', topics)", '{"a":["ci","copilot"]}'),
        ("json_remove('{\"a\":1,\"b\":2,\"c\":3}', '$.a', '$.b')", '{"c":3}'),
        ("json_patch('{\"a\":1}', '{\"b\":2}')", '{"a":1,"b":2}'),
        ('json_equal(\'{"a":1,"b":[2]}\', \'{"b":[2],"a":1}\')', True),
        ("json_equal('[1,2]', '[2,1]')", False),
        ("json_object('a', n, 'b', 'x')", '{"a":7,"b":"x"}'),
        ("json_group_array(n)", "[7]"),
        ("json_group_object(written, n)", '{"{\\"a\\": \\"t\\"}":7}'),
    ],
)
def test_json_is_made_and_changed(value, expression: str, wanted: object) -> None:
    assert value(expression) == wanted


def test_types_are_asked_for_within_a_transaction_that_goes_on(session, ask) -> None:
    session.rows("BEGIN")
    assert ask("SELECT json_extract(person, '$.login') AS v FROM people") == [("ann",)]
    session.rows("INSERT INTO people (n) VALUES (8)")
    session.rows("COMMIT")
    assert session.rows("SELECT count(*) FROM people") == [(2,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t AS SELECT json_extract(person, '$.id') AS id FROM people",
        "CREATE VIEW t AS SELECT json_extract(person, '$.id') AS id FROM people",
        "CREATE TABLE t AS SELECT 5 AS id; UPDATE t SET id = (SELECT person ->> 'id' FROM people)",
        "CREATE TABLE t (id INT); INSERT INTO t SELECT json_extract(person, '$.id') FROM people",
        "CREATE TABLE t AS FROM (VALUES (5), (6)) v(id); DELETE FROM t USING people WHERE id <> person -> 'id'",
    ],
)
def test_statements_of_every_kind_follow_paths(session, translated, statement: str) -> None:
    for part in statement.split("; "):
        session.rows(translated(part))
    assert session.rows("FROM t") == [(5,)]


def test_a_local_view_needs_no_stackduck(session, translated) -> None:
    """Its text is DuckDB's own."""
    session.rows(
        translated("CREATE VIEW v AS SELECT json_extract(person, '$.login') AS l, date(seen, '-1 day') FROM people")
    )
    [(text,)] = session.rows("SELECT sql FROM duckdb_views() WHERE view_name = 'v'")
    assert "json_extract" not in text
    assert "stackduck" not in text


@pytest.mark.parametrize(
    "columns",
    [
        "json_extract(document, '$.s') AS a, document -> 's' AS b, document ->> 's' AS c, document -> 'l' -> 0 AS d",
        "json_set('{}', '$.a', n, '$.b', 1) AS a, json_remove(document, '$.a', '$.s') AS b",
        "json_extract(document, '$.a', '$.s') AS a, json_equal(document, written) AS b",
        "date(seen, '+1 month', 'start of month') AS a, strftime('%s %J', seen) AS b, total(n) OVER () AS c",
        "(SELECT max(value) FROM json_each(topics)) AS a, 'x' REGEXP 'y' AS b, iif(n > 1, 2, n::SIGNED) AS c",
    ],
)
def test_what_is_translated_is_not_translated_again(translated, columns: str) -> None:
    once = translated(f"SELECT {columns} FROM people")
    assert translated(once) == once
