"""Cursors: execute, fetch, describe, as PEP 249 has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

import stackduck
from stackduck import errors


def test_a_description_has_seven_items_and_a_type_that_is_text(shared: stackduck.Connection) -> None:
    cursor = shared.execute("SELECT 1::BIGINT AS n, ['x'] AS \"a b\", NULL::JSON AS j, 1.5::DECIMAL(4, 2) AS d")
    assert cursor.description is not None
    assert all(len(column) == 7 for column in cursor.description)
    assert [(c[0], str(c[1])) for c in cursor.description] == [
        ("n", "BIGINT"),
        ("a b", "VARCHAR[]"),
        ("j", "JSON"),
        ("d", "DECIMAL(4,2)"),
    ]
    assert all(column[2:] == (None,) * 5 for column in cursor.description)


TYPES = [
    ("'a'", stackduck.STRING),
    ("'{}'::JSON", stackduck.STRING),
    ("uuid()", stackduck.STRING),
    ("'a'::ENUM('a')", stackduck.STRING),
    ("1", stackduck.NUMBER),
    ("1::HUGEINT", stackduck.NUMBER),
    ("1.5::DECIMAL(4, 2)", stackduck.NUMBER),
    ("true", stackduck.NUMBER),
    ("'x'::BLOB", stackduck.BINARY),
    ("DATE '2026-01-31'", stackduck.DATETIME),
    ("TIMESTAMPTZ '2026-01-31'", stackduck.DATETIME),
    ("TIME '10:00'", stackduck.DATETIME),
    ("TIMESTAMP_S '2026-01-31'", stackduck.DATETIME),
    ("INTERVAL 1 DAY", stackduck.DATETIME),
]


@pytest.mark.parametrize(("value", "kind"), TYPES, ids=[v for v, _ in TYPES])
def test_a_type_code_equals_its_type_object_alone(shared: stackduck.Connection, value: str, kind: object) -> None:
    description = shared.execute(f"SELECT {value}").description
    assert description is not None
    kinds = (stackduck.STRING, stackduck.BINARY, stackduck.NUMBER, stackduck.DATETIME, stackduck.ROWID)
    assert [each for each in kinds if description[0][1] == each] == [kind]


@pytest.mark.parametrize("value", ["['a']", "[1]", "{'a': 1}", "MAP {'a': 1}", "[DATE '2026-01-31']"])
def test_what_holds_others_is_of_no_type_object(shared: stackduck.Connection, value: str) -> None:
    description = shared.execute(f"SELECT {value}").description
    assert description is not None
    kinds = (stackduck.STRING, stackduck.BINARY, stackduck.NUMBER, stackduck.DATETIME, stackduck.ROWID)
    assert not any(description[0][1] == each for each in kinds)


def test_a_nested_type_code_equals_its_text_and_is_none(shared: stackduck.Connection) -> None:
    description = shared.execute("SELECT {'n': 1} AS s, ['x'] AS l, [[1]] AS ll").description
    assert description is not None
    assert [column[1] for column in description] == ["STRUCT(n INTEGER)", "VARCHAR[]", "INTEGER[][]"]
    assert [isinstance(column[1], str) for column in description] == [False, True, False]
    assert len({description[0][1], "STRUCT(n INTEGER)"}) == 1
    assert description[0][1] != stackduck.NUMBER


def test_rows_are_fetched_in_every_way(connection: stackduck.Connection) -> None:
    cursor = connection.execute("FROM range(10)")
    assert cursor.arraysize == 1
    assert cursor.fetchone() == (0,)
    assert cursor.fetchmany() == [(1,)]
    assert cursor.fetchmany(2) == [(2,), (3,)]
    cursor.arraysize = 3
    assert cursor.fetchmany() == [(4,), (5,), (6,)]
    assert next(iter(cursor)) == (7,)
    assert cursor.fetchmany(0) == []
    assert cursor.fetchmany(100) == [(8,), (9,)]
    assert cursor.fetchone() is None
    assert cursor.fetchmany() == cursor.fetchall() == list(cursor) == []


def test_iteration_takes_no_row_that_it_does_not_give(connection: stackduck.Connection) -> None:
    cursor = connection.execute("FROM range(10)")
    assert [next(cursor) for _ in range(3)] == [(0,), (1,), (2,)]
    assert cursor.fetchall()[0] == (3,)
    cursor = connection.execute("FROM range(10)")
    for row in cursor:
        if row == (2,):
            break
    assert cursor.fetchone() == (3,)


def test_arraysize_belongs_to_a_cursor(connection: stackduck.Connection) -> None:
    one, two = connection.cursor(), connection.cursor()
    one.arraysize = 7
    assert two.arraysize == 1


def test_values_come_as_pythons_own(shared: stackduck.Connection) -> None:
    row = shared.execute(
        """SELECT DATE '2026-01-31', TIMESTAMP '2026-01-31 10:00', TIMESTAMPTZ '2026-01-31 10:00+02', TIME '10:00',
        1.50::DECIMAL(4, 2), 2::HUGEINT ** 70, 'x'::BLOB, [1, NULL], {'a': 'b'}, true, NULL, INTERVAL 1 DAY"""
    ).fetchone()
    assert row == (
        *(date(2026, 1, 31), datetime(2026, 1, 31, 10), datetime(2026, 1, 31, 8, tzinfo=UTC), time(10)),
        *(Decimal("1.50"), 2**70, b"x", [1, None], {"a": "b"}, True, None, timedelta(1)),
    )


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 7, 2**62, 2**100, 1.5, Decimal("1.5"), "x' OR 1=1 --", "日本 🎉\n\x00", b"\x00\xff"),
        *(date(2026, 1, 31), datetime(2026, 1, 31, 10), datetime(2026, 1, 31, 10, tzinfo=UTC), time(10)),
        *([1, 2], {"a": 1}, timedelta(1)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("style", ["?", "$1", "$it", ":it"])
def test_a_parameter_comes_back_as_it_was(shared: stackduck.Connection, value: object, style: str) -> None:
    parameters: Any = [value] if style in ("?", "$1") else {"it": value}
    assert shared.execute(f"SELECT {style}", parameters).fetchone() == (value,)


@pytest.mark.parametrize(
    ("sql", "parameters", "mention"),
    [
        ("SELECT ?", None, "placeholder 1"),
        ("SELECT ?, ?", [1], "placeholder 2"),
        ("SELECT ?", [1, 2], "2 values were given for 1 placeholder"),
        ("SELECT 1", [1], "1 values"),
        ("SELECT $a", None, "'a'"),
        ("SELECT $a", {"b": 1}, "'a'"),
        ("SELECT $a", {"a": 1, "b": 2}, "unused variable 'b'"),
        ("SELECT $a", [1], "'a'"),
        ("SELECT ?", {"a": 1}, "positional"),
        ("SELECT '{{ a }}'", {}, "'a'"),
        ("SELECT 'x {{ a }}'", {"a": 1}, "whole literal"),
        ("SELECT {{ a }}", {"a": 1}, "whole literal"),
        ("SELECT 1; SELECT $a", {"a": 1, "zz": 2}, "'zz'"),
    ],
)
def test_values_and_placeholders_must_match(
    shared: stackduck.Connection, sql: str, parameters: Any, mention: str
) -> None:
    with pytest.raises(errors.ProgrammingError, match=mention):
        shared.execute(sql, parameters)


@pytest.mark.parametrize("sql", ["SELECT ?", "SELECT 1"])
@pytest.mark.parametrize(
    "parameters", ["abc", b"abc", 5, {1}, iter([1])], ids=["str", "bytes", "int", "set", "iterator"]
)
def test_what_are_no_parameters_is_an_interface_error(shared: stackduck.Connection, sql: str, parameters: Any) -> None:
    with pytest.raises(errors.InterfaceError, match="a sequence for"):
        shared.execute(sql, parameters)


@pytest.mark.parametrize("sql", [None, 5, b"SELECT 1", ["SELECT 1"], "SELECT '\ud800'"])
def test_what_is_no_statement_is_an_interface_error(shared: stackduck.Connection, sql: Any) -> None:
    with pytest.raises(errors.InterfaceError, match="text"):
        shared.execute(sql)


@pytest.mark.parametrize("sql", ["", ";", " ;; ", "-- nothing", "/* nothing */"])
def test_nothing_gives_nothing(shared: stackduck.Connection, sql: str) -> None:
    cursor = shared.execute("SELECT 1")
    assert cursor.execute(sql).description is None
    with pytest.raises(errors.InterfaceError, match="no rows to fetch"):
        cursor.fetchall()


def test_a_statement_without_rows_has_none_to_fetch(connection: stackduck.Connection) -> None:
    cursor = connection.execute("CREATE TABLE t (n INTEGER)")
    assert (cursor.description, cursor.rowcount) == (None, -1)
    for fetch in (cursor.fetchone, cursor.fetchmany, cursor.fetchall, lambda: list(cursor)):
        with pytest.raises(errors.InterfaceError, match="no rows to fetch"):
            fetch()


@pytest.mark.parametrize(
    ("sql", "count", "has_rows"),
    [
        ("INSERT INTO t VALUES (5), (6)", 2, False),
        ("UPDATE t SET n = 0", 3, False),
        ("DELETE FROM t WHERE n > 1", 2, False),
        ("WITH x AS (SELECT 9) INSERT INTO t FROM x", 1, False),
        ("CREATE TABLE u AS FROM t", 3, False),
        ("INSERT INTO t VALUES (7) RETURNING n", -1, True),
        ('SELECT count(*) AS "Count" FROM t', -1, True),
        ('SELECT true AS "Success"', -1, True),
        ('WITH x AS (SELECT 1) SELECT count(*) AS "Count" FROM x', -1, True),
        ("INSERT INTO t SELECT 1 WHERE false", 0, False),
        ("SELECT * FROM t", -1, True),
        ("SET threads = 1", -1, False),
        ("BEGIN; ROLLBACK", -1, False),
    ],
)
def test_rowcount_is_what_was_changed(connection: stackduck.Connection, sql: str, count: int, has_rows: bool) -> None:
    connection.execute("CREATE TABLE t AS SELECT range::INTEGER + 1 AS n FROM range(3)")
    cursor = connection.execute(sql)
    assert (cursor.rowcount, cursor.description is not None) == (count, has_rows)
    assert cursor.stats.rows == count


def test_executemany_adds_up(connection: stackduck.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE t (n INTEGER, s VARCHAR)")
    cursor.executemany("INSERT INTO t VALUES (?, ?)", [(1, "a"), [2, "b"], (3, None)])
    assert cursor.rowcount == 3
    cursor.executemany("INSERT INTO t VALUES ($n, :s)", ({"n": i, "s": "x"} for i in (4, 5)))
    assert cursor.rowcount == 2
    cursor.executemany("INSERT INTO t VALUES (?, ?)", [])
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (5,)


def test_executemany_is_for_changes(connection: stackduck.Connection) -> None:
    with pytest.raises(errors.InterfaceError, match="executemany"):
        connection.cursor().executemany("SELECT ?", [(1,), (2,)])


def test_execute_returns_the_cursor(connection: stackduck.Connection) -> None:
    cursor = connection.cursor()
    assert cursor.execute("SELECT 1") is cursor
    assert cursor.connection is connection


def test_a_failed_statement_forgets_the_rows_before_it(connection: stackduck.Connection) -> None:
    cursor = connection.execute("SELECT 1")
    with pytest.raises(errors.ProgrammingError):
        cursor.execute("SELEC 2")
    assert cursor.description is None
    with pytest.raises(errors.InterfaceError):
        cursor.fetchone()


def test_a_closed_cursor_cannot_be_used(connection: stackduck.Connection) -> None:
    cursor = connection.execute("SELECT 1")
    cursor.close()
    for use in (lambda: cursor.execute("SELECT 1"), cursor.fetchone, cursor.fetchall, lambda: list(cursor)):
        with pytest.raises(errors.InterfaceError, match="the cursor is closed"):
            use()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_cursor_is_closed_by_its_with(connection: stackduck.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with pytest.raises(errors.InterfaceError, match="closed"):
        cursor.fetchone()


def test_a_script_keeps_its_last_result(connection: stackduck.Connection) -> None:
    cursor = connection.execute("CREATE TABLE t (n INT); INSERT INTO t VALUES (1), (2); -- done;\n SELECT n FROM t;")
    assert cursor.fetchall() == [(1,), (2,)]


def test_a_script_stops_where_it_fails(connection: stackduck.Connection) -> None:
    with pytest.raises(errors.ProgrammingError):
        connection.execute("CREATE TABLE t (n INT); SELEC; CREATE TABLE u (n INT)")
    assert connection.execute("SHOW TABLES").fetchall() == [("t",)]


def test_the_values_of_a_script_go_to_its_statements_in_order(connection: stackduck.Connection) -> None:
    assert connection.execute("SELECT ?; SELECT ?, ?", [1, 2, 3]).fetchall() == [(2, 3)]
    cursors = connection.script("SELECT $a; SELECT :b; SELECT '{{ a }}'", {"a": "x", "b": "y"})
    assert [cursor.fetchall() for cursor in cursors] == [[("x",)], [("y",)], [("x",)]]


def test_a_script_is_run_as_far_as_it_is_read(connection: stackduck.Connection) -> None:
    cursors: Iterator[stackduck.Cursor] = connection.script("CREATE TABLE t (n INT); CREATE TABLE u (n INT)")
    next(cursors)
    assert connection.execute("SHOW TABLES").fetchall() == [("t",)]
    next(cursors)
    assert connection.execute("SHOW TABLES").fetchall() == [("t",), ("u",)]


def test_each_result_of_a_script_may_be_read_later(connection: stackduck.Connection) -> None:
    cursors = list(connection.script("FROM range(3); FROM range(2); SELECT 9"))
    assert [cursor.fetchall() for cursor in cursors] == [[(0,), (1,), (2,)], [(0,), (1,)], [(9,)]]


def test_session_variables_and_given_values_stand_side_by_side(connection: stackduck.Connection) -> None:
    connection.execute("SET VARIABLE v = 5")
    assert connection.execute("SELECT $v").fetchone() == (5,)
    assert connection.execute("SELECT $v", {"v": 6}).fetchone() == (6,)


def test_a_zone_does_not_move_a_day(connection: stackduck.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with stackduck.connect() as other:
        row = other.execute("SELECT TIMESTAMPTZ '2026-01-31 23:30:00Z'::DATE, current_setting('TimeZone')").fetchone()
    assert row == (date(2026, 1, 31), "UTC")
