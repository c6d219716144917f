"""Pages become rows of the declared types; what does not fit its document is an error that names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from stackduck.engine.session import Session
from stackduck.errors import DataError, OperationalError

Load = Callable[..., list[tuple[Any, ...]]]

MISFITS: list[tuple[str, object, str]] = [
    ("BIGINT", 1.5, "1.5"),
    ("BIGINT", "1.5", "1.5"),
    ("BIGINT", 1e-9, "1e-09"),
    ("BIGINT", "abc", "abc"),
    ("BIGINT", "", "''"),
    ("BIGINT", 2**63, "9223372036854775808"),
    ("BIGINT", True, "true"),
    ("BIGINT", [], "[]"),
    ("BIGINT", {}, "{}"),
    ("DOUBLE", "abc", "abc"),
    ("BOOLEAN", "perhaps", "perhaps"),
    ("BOOLEAN", 2, "2"),
    ("DATE", "2026-02-30", "2026-02-30"),
    ("DATE", "", "''"),
    ("DATE", 20260131, "20260131"),
    ("DATE", "2026-01-31T23:00:00-05:00", "2026-01-31T23:00"),
    ("TIMESTAMPTZ", "yesterday", "yesterday"),
    ("TIMESTAMPTZ", 1700000000, "1700000000"),
    ("VARCHAR[]", "https://one", "https://one"),
    ("VARCHAR[]", {"0": "https://one"}, "https://one"),
    ("BIGINT[]", [1, 1.5], "1.5"),
    ("BIGINT[]", ["x"], "x"),
    ("BIGINT[]", 5, "5"),
    ("BIGINT[][]", [[1], 2], "2"),
    ("DATE[]", ["2026-02-30"], "2026-02-30"),
    ('STRUCT("b" BIGINT)', "text", "text"),
    ('STRUCT("b" BIGINT)', [], "[]"),
    ('STRUCT("b" BIGINT)[]', {"b": 1}, "b"),
    ('STRUCT("b" BIGINT)[]', [7], "7"),
]


@pytest.mark.parametrize(("kind", "value", "shown"), MISFITS, ids=[f"{k} {v!r}" for k, v, _ in MISFITS])
def test_a_value_that_does_not_fit_is_named(load: Load, kind: str, value: object, shown: str) -> None:
    with pytest.raises(DataError) as caught:
        load({"login": "VARCHAR", "count": kind}, [{"login": "a", "count": None}, {"login": "b", "count": value}])
    text = str(caught.value)
    assert text.startswith("github.made.up: count is declared ")
    assert shown in text
    assert "; leave the column out of the statement" in text


@pytest.mark.parametrize(
    ("kind", "value", "name"),
    [
        ('STRUCT("b" BIGINT)', {"b": 1.5}, "seat.b"),
        ('STRUCT("b" STRUCT("c d" DATE))', {"b": {"c d": "bad"}}, "seat.b.c d"),
        ('STRUCT("b" STRUCT("c" BIGINT))', {"b": "text"}, "seat.b"),
        ('STRUCT("b" VARCHAR[], "c" BIGINT)', {"b": "text", "c": 1}, "seat.b"),
        ('STRUCT("b" BIGINT)[]', [{"b": 1}, {"b": 2.5}], "seat.b"),
        ('STRUCT("b" BIGINT[])[]', [{"b": [1, 2.5]}], "seat.b"),
        ('STRUCT("b" STRUCT("c" BIGINT)[])', {"b": [{"c": 1}, "text"]}, "seat.b"),
        ('STRUCT("b" BIGINT, "c" VARCHAR[])[]', [{"b": 1, "c": "text"}], "seat.c"),
    ],
)
def test_a_nested_value_that_does_not_fit_is_named_with_its_path(
    load: Load, kind: str, value: object, name: str
) -> None:
    with pytest.raises(DataError, match=f"^github.made.up: {name} is declared"):
        load({"seat": kind}, [{"seat": value}])


def test_a_value_that_does_not_fit_is_no_matter_where_its_column_is_not_read(load: Load) -> None:
    assert load({"a": "BIGINT", "b": "BIGINT"}, [{"a": 1, "b": "bad"}], read=["a"]) == [(1, None)]


def test_a_misfit_in_a_transaction_is_named_too(load: Load, shared: Session) -> None:
    shared.rows("BEGIN")
    with pytest.raises(DataError, match=r"count is declared BIGINT, but GitHub sent .1\.5."):
        load({"count": "BIGINT"}, [{"count": 1.5}])
    shared.rows("ROLLBACK")


@pytest.mark.parametrize("row", [1, None, "text", ["list"]], ids=["number", "null", "text", "list"])
def test_a_row_that_is_no_object_is_an_error(load: Load, row: object) -> None:
    with pytest.raises(DataError, match=r"has a row at \$.seats that is no object"):
        load({"login": "VARCHAR"}, {"seats": [{"login": "a"}, row]}, object_key="$.seats")


@pytest.mark.parametrize(
    "page", [{}, {"seats": None}, {"seats": {}}, {"seats": "x"}, [], [{"login": "a"}], "x", None, 5]
)
def test_a_page_without_its_rows_is_an_error(load: Load, page: object) -> None:
    with pytest.raises(DataError, match=r"GitHub's answer has no rows at \$.seats, unlike its document"):
        load({"login": "VARCHAR"}, {"seats": [{"login": "a"}]}, page, object_key="$.seats")


@pytest.mark.parametrize("page", [{}, {"message": "Not Found"}, "x", None, 5])
def test_anything_but_the_declared_list_is_an_error(load: Load, page: object) -> None:
    with pytest.raises(DataError, match="has no rows in a body of"):
        load({"login": "VARCHAR"}, page)


@pytest.mark.parametrize("page", [[], [{"login": "a"}], "x", None, 5])
def test_anything_but_the_declared_object_is_an_error(load: Load, page: object) -> None:
    with pytest.raises(DataError, match="has no rows in a body of"):
        load({"login": "VARCHAR"}, page, is_array=False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"[{",
        b"[{}] [{}]",
        b"[{login: 1}]",
        b"<html>",
        b"[]\x1e",
        b'[{"login": "a\x1eb"}]',
        b"\xef\xbb\xbf[]",
    ],
)
def test_broken_json_is_an_error(load: Load, body: bytes) -> None:
    with pytest.raises(DataError, match="answer is no JSON; run it again"):
        load({"login": "VARCHAR"}, body)


def test_bytes_that_are_no_utf_8_are_an_error(load: Load) -> None:
    with pytest.raises(DataError, match="no UTF-8 text"):
        load({"login": "VARCHAR"}, b'[{"login": "\xff"}]')


def test_fewer_rows_than_github_counts_are_an_error_with_both_numbers(load: Load) -> None:
    page = {"total_seats": 1200, "seats": [{"login": "a"}]}
    with pytest.raises(OperationalError, match=r"counts 1,200 rows \(total_seats\) for org = 'octo' but gave 1;"):
        load({"login": "VARCHAR"}, page, object_key="$.seats", total_key="total_seats", complete={0: "org = 'octo'"})


def test_each_call_is_held_against_its_own_count(load: Load) -> None:
    pages = [{"total_seats": 1, "seats": [{"login": "a"}]}, {"total_seats": 2, "seats": [{"login": "b"}]}]
    told = {0: "org = 'good'", 1: "org = 'short'"}
    with pytest.raises(OperationalError, match=r"counts 2 rows .* for org = 'short' but gave 1"):
        load({"login": "VARCHAR"}, *pages, calls=[0, 1], object_key="$.seats", total_key="total_seats", complete=told)


def test_a_call_of_which_not_all_pages_came_is_not_held_against_a_count(load: Load) -> None:
    page = {"total_seats": 1200, "seats": [{"login": "a"}]}
    assert load({"login": "VARCHAR"}, page, object_key="$.seats", total_key="total_seats") == [("a",)]


def test_the_count_spans_pages_and_batches(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackduck.engine.relations._BATCH_BYTES", 1)
    pages = [{"total_seats": 3, "seats": [{"login": str(i)}]} for i in range(3)]
    rows = load({"login": "VARCHAR"}, *pages, object_key="$.seats", total_key="total_seats", complete={0: "it"})
    assert rows == [("0",), ("1",), ("2",)]


def test_an_empty_page_has_no_rows(load: Load) -> None:
    assert load({"login": "VARCHAR"}, []) == []
    assert load({"login": "VARCHAR"}, {"seats": []}, object_key="$.seats") == []


def test_pages_keep_their_order(load: Load) -> None:
    assert load({"n": "BIGINT"}, [{"n": 3}, {"n": 1}], [], [{"n": 2}]) == [(3,), (1,), (2,)]


def test_a_large_load_in_several_batches_is_complete(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackduck.engine.relations._BATCH_BYTES", 20_000)
    pages = [[{"n": page * 100 + i, "tags": ["x", str(i)]} for i in range(100)] for page in range(30)]
    rows = load({"n": "BIGINT", "tags": "VARCHAR[]"}, *pages)
    assert [n for n, _ in rows] == list(range(3000))
    assert rows[-1] == (2999, ["x", "99"])


def test_parameters_are_columns_of_their_own_types(load: Load) -> None:
    rows = load(
        {"n": "BIGINT"},
        *([{"n": 1}], [{"n": 2}], [{"n": 3}]),
        calls=[0, 0, 1],
        values=[{"day": "2026-01-31", "per page": "5"}, {"day": "2026-01-31", "per page": "5"}, {"day": "2026-02-01"}],
        parameters=[("day", "DATE"), ("per page", "BIGINT"), ("name", "VARCHAR")],
    )
    assert rows == [
        (1, date(2026, 1, 31), 5, None),
        (2, date(2026, 1, 31), 5, None),
        (3, date(2026, 2, 1), None, None),
    ]


def test_a_parameters_value_is_never_sql(load: Load) -> None:
    value = "x'); DROP TABLE t; --\x1e\\"
    assert load({"n": "BIGINT"}, [{"n": 1}], parameters=[("org", "VARCHAR")], values=[{"org": value}]) == [(1, value)]


EXACT: list[tuple[str, object, object]] = [
    ("VARCHAR", "007", "007"),
    ("VARCHAR", 7, "7"),
    ("VARCHAR", True, "true"),
    ("VARCHAR", "", ""),
    ("VARCHAR", "2026-01-31", "2026-01-31"),
    ("VARCHAR", {"a": [1]}, '{"a":[1]}'),
    ("VARCHAR", "日本 é \\ \" ' 🎉\n\u0000\u001e", "日本 é \\ \" ' 🎉\n\u0000\u001e"),
    ("BIGINT", 2**53 + 1, 2**53 + 1),
    ("BIGINT", 2**62 + 1, 2**62 + 1),
    ("BIGINT", -(2**63), -(2**63)),
    ("BIGINT", "12", 12),
    ("BIGINT", 1.0, 1),
    ("BIGINT", -3, -3),
    ("DOUBLE", 0.1, 0.1),
    ("DOUBLE", 3, 3.0),
    ("BOOLEAN", False, False),
    ("DATE", "2026-01-31", date(2026, 1, 31)),
    ("DATE", "2026-01-31T00:00:00Z", date(2026, 1, 31)),
    ("TIMESTAMPTZ", "2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
    ("TIMESTAMPTZ", "2026-01-31T23:30:00-05:00", datetime(2026, 2, 1, 4, 30, tzinfo=UTC)),
    ("TIMESTAMPTZ", "2026-01-31T10:00:00.123456Z", datetime(2026, 1, 31, 10, 0, 0, 123456, tzinfo=UTC)),
    ("TIMESTAMPTZ", "2026-01-31T10:00:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
    ("VARCHAR[]", [], []),
    ("VARCHAR[]", ["a", None, "007"], ["a", None, "007"]),
    ("BIGINT[]", [2**62 + 1, None], [2**62 + 1, None]),
    ("BIGINT[][]", [[1], [], None], [[1], [], None]),
    ("DATE[]", ["2026-01-31"], [date(2026, 1, 31)]),
    ('STRUCT("b" BIGINT, "c" VARCHAR)', {"b": 2**62 + 1, "z": 1}, {"b": 2**62 + 1, "c": None}),
    ('STRUCT("b" BIGINT, "c" VARCHAR)', {}, {"b": None, "c": None}),
    ('STRUCT("d e" STRUCT("f" DATE))', {"d e": {"f": "2026-01-31"}}, {"d e": {"f": date(2026, 1, 31)}}),
    ('STRUCT("b" BIGINT)[]', [{"b": 1}, {}, None], [{"b": 1}, {"b": None}, None]),
    ("JSON", {"a": [1, 2.5, None]}, '{"a":[1,2.5,null]}'),
    ("JSON", "text", '"text"'),
    ("JSON", 2**70, str(2**70)),
    ("JSON", [], "[]"),
]


@pytest.mark.parametrize(("kind", "value", "expected"), EXACT, ids=[f"{k} {v!r}" for k, v, _ in EXACT])
def test_a_value_is_what_github_sent(load: Load, kind: str, value: object, expected: object) -> None:
    assert load({"it": kind}, [{"it": value}]) == [(expected,)]


@pytest.mark.parametrize("kind", ["VARCHAR", "BIGINT", "DATE", "VARCHAR[]", 'STRUCT("b" BIGINT)', "JSON", "BIGINT[][]"])
@pytest.mark.parametrize("row", [{"it": None}, {}], ids=["null", "absent"])
def test_null_and_absent_are_null(load: Load, kind: str, row: dict[str, object]) -> None:
    assert load({"it": kind, "n": "BIGINT"}, [{**row, "n": 1}]) == [(None, 1)]


def test_zero_false_empty_and_null_stay_different(load: Load) -> None:
    kinds = {"n": "BIGINT", "b": "BOOLEAN", "s": "VARCHAR", "l": "VARCHAR[]"}
    rows = load(kinds, [{"n": 0, "b": False, "s": "", "l": []}, dict.fromkeys(kinds)])
    assert rows == [(0, False, "", []), (None, None, None, None)]


def test_fields_that_the_document_does_not_know_do_not_break_a_row(load: Load) -> None:
    assert load({"a": "BIGINT"}, [{"z": {"deep": [1]}, "a": 1, "A": 5, "b": None}]) == [(1,)]


def test_columns_come_in_the_documents_order(load: Load) -> None:
    assert load({"b": "BIGINT", "a": "BIGINT"}, b'[{"a": 1, "b": 2}, {"b": 4, "a": 3}]') == [(2, 1), (4, 3)]


def test_pretty_printed_pages_are_read(load: Load) -> None:
    page = json.dumps([{"a": 1}, {"a": 2}], indent=4).encode() + b"\r\n"
    assert load({"a": "BIGINT"}, page, page) == [(1,), (2,), (1,), (2,)]


@pytest.mark.parametrize(
    "name", ['a"b', "a.b", "a b", "a'b", "select", "$.x", "*", "日本", "x\\y", "r", "j", "b", "p0", "types"]
)
def test_a_field_may_have_any_name(load: Load, name: str) -> None:
    inner = name.replace('"', '""')
    rows = load({name: "BIGINT", "deep": f'STRUCT("{inner}" BIGINT)[]'}, [{name: 5, "deep": [{name: 7}]}])
    assert rows == [(5, [{name: 7}])]


def test_rows_below_a_key_are_found(load: Load) -> None:
    assert load({"a": "BIGINT"}, {"data": {"nodes": [{"a": 1}]}}, object_key="$.data.nodes") == [(1,)]


def test_one_object_is_one_row(load: Load) -> None:
    assert load({"a": "BIGINT"}, {"a": 1}, {"a": 2}, calls=[0, 1], is_array=False) == [(1,), (2,)]


VALUES: list[tuple[str, object, bool, list[Any]]] = [
    ("VARCHAR", ["a", "007", None], True, ["a", "007", None]),
    ("BIGINT", [1, 2**62 + 1], True, [1, 2**62 + 1]),
    ("VARCHAR[]", [["a"], []], True, [["a"], []]),
    ("VARCHAR[]", ["a"], False, [["a"]]),
    ("JSON", {"a": ["b"]}, False, ['{"a":["b"]}']),
    ("JSON", [{"a": 1}, "x", 5], True, ['{"a":1}', '"x"', "5"]),
]


@pytest.mark.parametrize(("kind", "page", "is_array", "expected"), VALUES, ids=[f"{k} {p}" for k, p, *_ in VALUES])
def test_bare_values_are_rows(load: Load, kind: str, page: object, is_array: bool, expected: list[Any]) -> None:
    rows = load({"value": kind}, page, is_array=is_array, rows_are_values=True)
    assert [row[0] for row in rows] == expected


@pytest.mark.parametrize(("kind", "page"), [("BIGINT", [1, 1.5]), ("VARCHAR[]", ["a"]), ("BIGINT", ["x"])])
def test_a_bare_value_that_does_not_fit_is_named(load: Load, kind: str, page: object) -> None:
    with pytest.raises(DataError, match="value is declared"):
        load({"value": kind}, page, rows_are_values=True)
