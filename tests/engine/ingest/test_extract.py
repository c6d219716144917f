"""Report files for one statement: only what it asks for is read, and of that nothing is rounded or lost in silence."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stackduck.engine.ingest.extract import Extract, Extracted
from stackduck.engine.ingest.trees import Path as FieldPath
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench
from stackduck.errors import DataError

DAY, NEXT = "2026-01-31", "2026-02-01"
USERS = ReportShape(
    "users",
    (
        ("day", "DATE"),
        ("user_id", "BIGINT"),
        ("login", "VARCHAR"),
        ("acceptances", "BIGINT"),
        ("credits", "DOUBLE"),
        ("by_ide", 'STRUCT("ide" VARCHAR, "added" BIGINT, "removed" BIGINT)[]'),
        ("cli", 'STRUCT("sessions" BIGINT, "tokens" STRUCT("sum" BIGINT, "avg" DOUBLE))'),
    ),
    ("day", "user_id"),
)


def record(user: object = 1, day: object = DAY, **fields: object) -> dict[str, Any]:
    return {"day": day, "user_id": user, **fields}


def lines(*records: object) -> bytes:
    return b"\n".join(json.dumps(each).encode() for each in records)


@pytest.fixture
def extract(bench: Workbench, tmp_path: Path) -> Callable[..., Extracted]:
    def run(
        *parts: bytes,
        fields: Sequence[FieldPath] = (("acceptances",),),
        days: Sequence[str] = (DAY,),
        whole: bool = False,
    ) -> Extracted:
        folder = tmp_path / f"out-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        shape = USERS if whole else USERS.narrowed(fields)
        expected = tuple(map(date.fromisoformat, days))
        with Extract(
            bench, shape, folder=folder, label="users of octo", expected_days=expected, is_narrow=not whole
        ) as report:
            for number, part in enumerate(parts):
                path = tmp_path / f"part-{number}"
                path.write_bytes(part)
                report.add(path)
                path.unlink()
            return report.finish()

    return run


def rows_of(found: Extracted, columns: str = "* EXCLUDE (extra)") -> list[dict[str, Any]]:
    if not found.files:
        return []
    with duckdb.connect() as connection:
        asked = (
            f"SELECT {columns} FROM read_parquet({list(map(str, found.files))}, hive_partitioning = false) ORDER BY ALL"
        )
        result = connection.execute(asked)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


BROKEN = {
    "an error page": b"<?xml version='1.0'?><Error/>",
    "a cut line": lines(record(1), record(2))[:-3],
    "a bad line in the middle": lines(record(1)) + b"\n{oops}\n" + lines(record(2)),
    "a cut gzip": gzip.compress(lines(record(1)))[:-9],
    "a list among objects": lines(record(1)) + b"\n[1]\n",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_part_that_cannot_be_read_is_named(extract: Callable[..., Extracted], broken: bytes) -> None:
    with pytest.raises(DataError, match=r"^users of octo: part 2 of the download cannot be read \("):
        extract(lines(record(7)), broken)


@pytest.mark.parametrize("day", [NEXT, None, 5, "soon"], ids=["another", "none", "a number", "a word"])
def test_a_row_of_a_day_that_was_not_asked_for_is_an_error(extract: Callable[..., Extracted], day: object) -> None:
    with pytest.raises(DataError, match=r"part 1 of the download has (rows of another|a row without a) day"):
        extract(lines(record(1), record(2, day)))


def test_only_the_fields_that_are_asked_for_are_there_with_day_and_key(extract: Callable[..., Extracted]) -> None:
    part = lines(record(1, login="ann", acceptances=3, by_ide=[{"ide": "vim", "added": 1}], news=4))
    found = extract(part, fields=[("acceptances",), ("by_ide", "ide")])
    expected = {"day": date(2026, 1, 31), "user_id": 1, "acceptances": 3, "by_ide": [{"ide": "vim"}]}
    assert rows_of(found) == [expected]
    assert (found.rows, found.parts, found.bytes, found.unknown_fields) == (1, 1, len(part), ())


def test_what_is_not_asked_for_may_be_of_any_type(extract: Callable[..., Extracted]) -> None:
    found = extract(lines(record(1, acceptances=2, login={"a": 1}, by_ide="none", cli=[1])))
    assert rows_of(found, "acceptances") == [{"acceptances": 2}]
    assert found.unknown_fields == ()


FRACTIONS = [1.5, "1.5", -0.5, 2.0000001, 1e-3]


@pytest.mark.parametrize("value", FRACTIONS, ids=str)
def test_one_and_a_half_never_becomes_two(extract: Callable[..., Extracted], value: object) -> None:
    nested = [{"ide": "vim", "added": value}, {"ide": "vim", "added": 2}]
    part = lines(record(1, acceptances=value, by_ide=nested, cli={"sessions": value, "tokens": {"sum": value}}))
    found = extract(part, fields=[("acceptances",), ("by_ide",), ("cli",)])
    (row,) = rows_of(found)
    assert (row["acceptances"], [each["added"] for each in row["by_ide"]]) == (None, [None, 2])
    assert row["cli"] == {"sessions": None, "tokens": {"sum": None, "avg": None}}
    assert [name.split(":")[0] for name in found.unknown_fields] == [
        "acceptances",
        "by_ide.added",
        "cli.sessions",
        "cli.tokens.sum",
    ]


def test_large_and_odd_whole_numbers_stay_what_they_are(extract: Callable[..., Extracted]) -> None:
    part = b'{"day":"2026-01-31","user_id":9007199254740993,"acceptances":12.0}\n' + lines(
        record("12", acceptances=2**62)
    )
    assert rows_of(extract(part), "user_id, acceptances") == [
        {"user_id": 12, "acceptances": 2**62},
        {"user_id": 9007199254740993, "acceptances": 12},
    ]


def test_a_value_of_another_type_is_null_and_named(extract: Callable[..., Extracted]) -> None:
    found = extract(
        lines(record(1, acceptances="many", credits="n/a"), record(2, credits=0.5)),
        fields=[("acceptances",), ("credits",)],
    )
    assert rows_of(found, "acceptances, credits") == [
        {"acceptances": None, "credits": 0.5},
        {"acceptances": None, "credits": None},
    ]
    assert found.unknown_fields == (
        "acceptances: text where BIGINT was expected",
        "credits: text where DOUBLE was expected",
    )


def test_a_truth_value_is_no_number(extract: Callable[..., Extracted]) -> None:
    found = extract(lines(record(1, acceptances=True), record(2, acceptances=1)))
    assert [row["acceptances"] for row in rows_of(found)] == [None, 1]
    assert found.unknown_fields == ("acceptances: true or false where BIGINT was expected",)


def test_absent_null_and_zero_read_as_null_null_and_zero(extract: Callable[..., Extracted]) -> None:
    found = extract(lines(record(1), record(2, acceptances=None), record(3, acceptances=0)))
    assert [row["acceptances"] for row in rows_of(found)] == [None, None, 0]


def test_of_doubles_the_later_stays_wherever_they_are(extract: Callable[..., Extracted]) -> None:
    first = lines(record(1, acceptances=1), record(2, acceptances=1), record(1, acceptances=2), record(None))
    found = extract(first, lines(record(2, acceptances=9), record(1, NEXT), record(None)), days=(DAY, NEXT))
    assert rows_of(found, "user_id, day::VARCHAR AS day, acceptances") == [
        {"user_id": 1, "day": DAY, "acceptances": 2},
        {"user_id": 1, "day": NEXT, "acceptances": None},
        {"user_id": 2, "day": DAY, "acceptances": 9},
        {"user_id": None, "day": DAY, "acceptances": None},
        {"user_id": None, "day": DAY, "acceptances": None},
    ]
    assert (found.rows, found.doubles) == (5, 2)


def test_many_doubles_keep_the_last_line(extract: Callable[..., Extracted]) -> None:
    part = lines(*(record(user, acceptances=n) for n in range(4) for user in range(2000)))
    found = extract(part, part.replace(b'"acceptances": 3', b'"acceptances": 5'))
    assert {row["acceptances"] for row in rows_of(found)} == {5}
    assert found.rows == 2000


def test_a_report_without_data_has_no_files(extract: Callable[..., Extracted]) -> None:
    found = extract(b"", b'""')
    assert (found.files, found.rows, found.parts) == ((), 0, 2)


def test_every_form_of_file_reads_the_same(extract: Callable[..., Extracted]) -> None:
    rows = [record(1, acceptances=1), record(2, acceptances=2)]
    plain = rows_of(extract(lines(*rows)))
    wrapper = {"report_start_day": "2026-01-04", "report_end_day": DAY, "day_totals": rows}
    assert rows_of(extract(json.dumps(rows, indent=1).encode())) == plain
    assert rows_of(extract(gzip.compress(lines(*rows)))) == plain
    found = extract(json.dumps(wrapper).encode())
    assert (rows_of(found), found.window) == (plain, {"report_start_day": "2026-01-04", "report_end_day": DAY})


def test_the_whole_shape_keeps_what_is_unknown(extract: Callable[..., Extracted]) -> None:
    found = extract(lines(record(1, news=3, by_ide=[{"ide": "vim", "lost": 2}])), whole=True)
    (row,) = rows_of(found, "day, user_id, by_ide[1].ide AS ide, extra")
    assert row | {"extra": json.loads(row["extra"])} == {
        "day": date(2026, 1, 31), "user_id": 1, "ide": "vim", "extra": {"news": 3, "by_ide.lost": [2]},
    }  # fmt: skip
    assert found.unknown_fields == ("by_ide.lost", "news")


@pytest.mark.parametrize("whole", [False, True], ids=["narrow", "whole"])
def test_the_columns_are_the_declared_ones(extract: Callable[..., Extracted], whole: bool) -> None:
    fields = [("by_ide", "added"), ("cli", "tokens", "avg"), ("credits",)]
    found = extract(lines(record(1, by_ide=[{"added": 1}]), record(2, credits=1)), fields=fields, whole=whole)
    shape = USERS if whole else USERS.narrowed(fields)
    with duckdb.connect() as connection:
        (path,) = found.files
        told = connection.execute(f"DESCRIBE FROM read_parquet('{path}')").fetchall()
        nulls = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in shape.columns)
        declared = connection.execute(f"DESCRIBE SELECT {nulls}").fetchall()
    assert [row[:2] for row in told] == [*(row[:2] for row in declared), ("extra", "JSON")]
