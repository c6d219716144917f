"""The files of a report become a Parquet file a day: every form of file, every kind of drift, every double."""

from __future__ import annotations

import gzip
import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
import pytest

from stackduck.engine.ingest import arrivals
from stackduck.engine.ingest.ingest import Ingest, Ingested
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench
from stackduck.errors import DataError, OperationalError

DAY, NEXT = "2026-01-31", "2026-02-01"
FETCHED = datetime(2026, 2, 4, 6, 15, tzinfo=UTC)
USERS = ReportShape(
    "users",
    (
        ("day", "DATE"),
        ("organization_id", "VARCHAR"),
        ("user_id", "BIGINT"),
        ("acceptances", "BIGINT"),
        ("used_chat", "BOOLEAN"),
        ("credits", "DOUBLE"),
        ("by_ide", 'STRUCT("ide" VARCHAR, "added" BIGINT, "seen" STRUCT("at" TIMESTAMPTZ, "count" BIGINT))[]'),
        ("cli", 'STRUCT("sessions" BIGINT, "tokens" STRUCT("sum" BIGINT, "avg" DOUBLE))'),
        ("pulls", 'STRUCT("total" BIGINT, "kinds" STRUCT("kind" VARCHAR, "count" BIGINT)[])'),
    ),
    ("day", "user_id"),
)
TEAMS = ReportShape("user_teams", (("day", "DATE"), ("user_id", "BIGINT"), ("team_id", "BIGINT"), ("slug", "VARCHAR")),
                    ("day", "user_id", "team_id"))  # fmt: skip
ENTITY = ReportShape("entity", (("day", "DATE"), ("daily_active_users", "BIGINT")), ("day",))
ENGAGEMENT = (("report_start_day", "DATE"), ("report_end_day", "DATE"), ("created_at", "TIMESTAMPTZ"),
              ("active_user_count", "BIGINT"), ("feature", "VARCHAR"), ("engaged_user_count", "BIGINT"))  # fmt: skip

Rows = list[dict[str, Any]]


def record(user: object = 1, day: str = DAY, **fields: object) -> dict[str, Any]:
    return {"day": day, "user_id": user, **fields}


def lines(*records: object) -> bytes:
    return b"\n".join(json.dumps(each).encode() for each in records)


@pytest.fixture
def ingest(bench: Workbench, tmp_path: Path) -> Callable[..., Ingested]:
    def run(
        *parts: bytes,
        shape: ReportShape = USERS,
        days: Sequence[str] | None = (DAY,),
        name: str = "out",
        **options: Any,
    ) -> Ingested:
        (tmp_path / name).mkdir()
        expected = tuple(map(date.fromisoformat, days)) if days else None
        prepared = {"label": "users report of org octo", "fetched_at": FETCHED, "expected_days": expected, **options}
        with Ingest(bench, shape, folder=tmp_path / name, **prepared) as report:
            for number, part in enumerate(parts):
                path = tmp_path / f"{name}-{number}"
                path.write_bytes(part)
                report.add(path)
                path.unlink()
            return report.finish()

    return run


def rows_of(found: Ingested, columns: str = "*") -> Rows:
    """Read the files as anybody would."""
    files = [str(each.path) for each in found.days.values()]
    if not files:
        return []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        asked = f"SELECT {columns} FROM read_parquet({files}, hive_partitioning = false)"
        result = connection.execute(asked)
        names = [column[0] for column in result.description]
        return sorted((dict(zip(names, row, strict=True)) for row in result.fetchall()), key=str)


def extra_of(row: dict[str, Any]) -> Any:
    return json.loads(row["extra"])


BROKEN = {
    "an error page": b"<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code></Error>",
    "a cut line": lines(record(1), record(2))[:-3],
    "a bad line in the middle": lines(record(1)) + b"\n{oops}\n" + lines(record(2)),
    "a text": b'"secret words"',
    "a cut gzip": gzip.compress(lines(record(1)))[:-9],
    "a gzip that is none": b"\x1f\x8b" + lines(record(1)),
    "a zstd that is none": b"\x28\xb5\x2f\xfd" + lines(record(1)),
    "bytes that are no UTF-8": b'{"day":"2026-01-31","user_id":1,"organization_id":"\xff"}',
    "a list among objects": lines(record(1)) + b"\n[1]\n",
    "a key twice": b'{"day":"2026-01-31","user_id":1,"user_id":2}',
    "a cut object of many lines": b'{\n"day":"2026-01-31",\n"user_id":',
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_part_that_cannot_be_read_is_named_by_its_number_alone(
    ingest: Callable[..., Ingested], tmp_path: Path, broken: bytes
) -> None:
    with pytest.raises(DataError, match=r"^users report of org octo: part 2 of the download cannot be read \(") as info:
        ingest(lines(record(7)), broken)
    assert str(tmp_path) not in str(info.value)
    assert "secret" not in str(info.value)


@pytest.mark.parametrize("day", [NEXT, None, 5, "soon"], ids=["another", "none", "a number", "a word"])
@pytest.mark.parametrize("days", [(DAY,), (DAY, "2026-01-30")], ids=["of one day", "of several days"])
def test_a_row_of_a_day_that_was_not_asked_for_is_an_error(
    ingest: Callable[..., Ingested], days: Sequence[str], day: object
) -> None:
    with pytest.raises(DataError, match=r"part 1 of the download has (rows of another|a row without a) day"):
        ingest(lines(record(1), {"day": day, "user_id": 2}, record(3)), days=days)


WRAPPER = {"report_start_day": "2026-01-05", "report_end_day": NEXT, "created_at": "2026-02-03T05:00:00Z"}
MARK = b"\xef\xbb\xbf"
ONE, TWO = record(1, by_ide=[{"ide": "vim", "added": 3}]), record(2, organization_id="9")
FORMS = {
    "lines": lines(ONE, TWO) + b"\n",
    "no final newline": lines(ONE, TWO),
    "blank lines": b"\n\n" + lines(ONE) + b"\n \n\t\n" + lines(TWO) + b"\n\n",
    "carriage returns": lines(ONE, TWO).replace(b"\n", b"\r\n") + b"\r\n",
    "a byte order mark": MARK + lines(ONE, TWO),
    "an array": json.dumps([ONE, TWO]).encode(),
    "an array of many lines": MARK + json.dumps([ONE, TWO], indent=1).encode(),
    "objects of many lines": b"\n".join(json.dumps(each, indent=2).encode() for each in (ONE, TWO)),
    "a wrapper": json.dumps({**WRAPPER, "day_totals": [ONE, TWO]}).encode(),
    "a wrapper of many lines": json.dumps({"day_totals": [TWO, ONE], **WRAPPER}, indent=1).encode(),
    "a wrapper in an array": json.dumps([{"day_totals": [TWO, ONE], **WRAPPER}], indent=1).encode(),
    "gzip": gzip.compress(lines(ONE, TWO)),
    "gzip in two members": gzip.compress(lines(ONE) + b"\n") + gzip.compress(lines(TWO)),
    "gzip of a marked array": gzip.compress(MARK + json.dumps([ONE, TWO]).encode()),
}


def zstd(tmp_path: Path, data: bytes) -> bytes:
    (tmp_path / "unpacked").write_bytes(data)
    source = (
        "read_csv($path, columns = {'l': 'VARCHAR'}, auto_detect = false, header = false, delim = '\\x01', quote = '')"
    )
    with duckdb.connect() as connection:
        options = "FORMAT csv, HEADER false, DELIMITER '\\x01', QUOTE '', ESCAPE '', COMPRESSION zstd"
        packed = tmp_path / "packed"
        connection.execute(f"COPY (FROM {source}) TO '{packed}' ({options})", {"path": str(tmp_path / "unpacked")})
    return packed.read_bytes()


@pytest.mark.parametrize("part", FORMS.values(), ids=FORMS.keys())
def test_the_form_of_a_file_changes_nothing(ingest: Callable[..., Ingested], part: bytes) -> None:
    assert rows_of(ingest(part)) == rows_of(ingest(FORMS["lines"], name="plain"))


@pytest.mark.parametrize("form", ["lines", "a byte order mark", "a wrapper of many lines"])
def test_zstd_is_unpacked(ingest: Callable[..., Ingested], tmp_path: Path, form: str) -> None:
    packed = zstd(tmp_path, FORMS[form])
    assert packed.startswith(b"\x28\xb5\x2f\xfd")
    assert rows_of(ingest(packed)) == rows_of(ingest(FORMS["lines"], name="plain"))


@pytest.mark.parametrize("cut", [1, 4, 5, 9, 40, -4, -5, -9])
def test_a_cut_zstd_is_an_error_and_not_a_shorter_answer(
    ingest: Callable[..., Ingested], tmp_path: Path, cut: int
) -> None:
    packed = zstd(tmp_path, FORMS["lines"])
    for whole in (packed, packed + packed):
        with pytest.raises(DataError, match="its zstd data is damaged"):
            ingest(lines(record(3)), whole[:-cut], name=f"cut-{len(whole)}")


def test_zstd_may_have_several_frames_and_some_to_skip(ingest: Callable[..., Ingested], tmp_path: Path) -> None:
    skipped = b"\x53\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
    packed = zstd(tmp_path, lines(ONE)) + skipped + zstd(tmp_path, lines(TWO)) + skipped
    assert rows_of(ingest(packed)) == rows_of(ingest(FORMS["lines"], name="plain"))
    with pytest.raises(DataError, match="its zstd data is damaged"):
        ingest(packed[:-1], name="cut")


NOTHING = [
    *(b"", b"\n", b" \r\n\n", b'""', b"null", b"[]", MARK, b'{"day_totals":[]}', gzip.compress(b"", mtime=0)),
    b'"No report available for this enterprise on 2026-01-31"',
]


@pytest.mark.parametrize("part", NOTHING, ids=repr)
def test_a_file_without_data_is_no_error(ingest: Callable[..., Ingested], part: bytes) -> None:
    found = ingest(part)
    assert (found.days, found.rows, found.parts, found.empty_days) == ({}, 0, 1, (date(2026, 1, 31),))


def test_a_file_has_the_declared_columns_and_extra_but_no_day(ingest: Callable[..., Ingested]) -> None:
    (file,) = ingest(lines(record(1))).days.values()
    with duckdb.connect() as connection:
        found = connection.execute(f"DESCRIBE FROM read_parquet('{file.path}', hive_partitioning = false)").fetchall()
        declared = connection.execute(f"SELECT {', '.join(f'NULL::{kind}' for _, kind in USERS.columns)}").description
    types = [str(column[1]) for column in declared]
    assert [row[0] for row in found] == [name for name, _ in USERS.columns if name != "day"] + ["extra"]
    assert [row[1] for row in found] == [*types[1:], "JSON"]


def test_every_column_may_be_null_in_every_file(ingest: Callable[..., Ingested]) -> None:
    full_of_doubles = lines(*(full(user) for user in (1, 2, 3, 1)))
    found = ingest(full_of_doubles, lines(full(4), record(5, NEXT)), days=(DAY, NEXT))
    schemas = set()
    with duckdb.connect() as connection:
        for file in found.days.values():
            asked = f"SELECT name, type, repetition_type FROM parquet_schema('{file.path}')"
            schemas.add(tuple(connection.execute(asked).fetchall()[1:]))
    (schema,) = schemas
    assert {repetition for *_, repetition in schema} == {"OPTIONAL", "REPEATED"}


def test_absent_null_and_zero_read_as_null_null_and_zero(ingest: Callable[..., Ingested]) -> None:
    found = ingest(lines(record(1), record(2, acceptances=None), record(3, acceptances=0)))
    assert [row["acceptances"] for row in rows_of(found, "user_id, acceptances")] == [None, None, 0]
    assert found.unknown_fields == ()


def many(count: int = 4000) -> Rows:
    return [record(user, acceptances=user, by_ide=[{"ide": "vim", "added": 1}]) for user in range(count)]


def test_an_unknown_field_of_the_last_row_alone_is_kept(ingest: Callable[..., Ingested]) -> None:
    found = ingest(lines(*many(), record(9999, news={"a": [1, None], "b": None}), record(10000)))
    kept = [(row["user_id"], extra_of(row)) for row in rows_of(found) if row["extra"]]
    assert kept == [(9999, {"news": {"a": [1, None], "b": None}})]
    assert found.unknown_fields == found.days[date(2026, 1, 31)].unknown_fields == ("news",)


def test_unknown_nested_fields_keep_their_place_among_the_elements(ingest: Callable[..., Ingested]) -> None:
    ides = [{"ide": "vim", "seen": {"count": 1, "zone": "x"}}, {"ide": "emacs", "added": 2, "lost": 5}]
    found = ingest(lines(record(1, by_ide=ides, cli={"sessions": 1, "tokens": {"cached": 7}}), record(2, by_ide=[])))
    first, second = rows_of(found)
    assert extra_of(first) == {"by_ide.lost": [None, 5], "by_ide.seen.zone": ["x", None], "cli.tokens.cached": 7}
    assert [each["ide"] for each in first["by_ide"]] == ["vim", "emacs"]
    assert first["by_ide"][1]["added"] == 2
    assert first["cli"] == {"sessions": 1, "tokens": {"sum": None, "avg": None}}
    assert second["extra"] is None
    assert found.unknown_fields == ("by_ide.lost", "by_ide.seen.zone", "cli.tokens.cached")


def test_an_unknown_field_of_an_array_within_an_object_is_kept(ingest: Callable[..., Ingested]) -> None:
    (row,) = rows_of(ingest(lines(record(1, pulls={"total": 1, "kinds": [{"kind": "bug", "hits": 3}]}))))
    assert extra_of(row) == {"pulls.kinds.hits": [3]}
    assert row["pulls"] == {"total": 1, "kinds": [{"kind": "bug", "count": None}]}


def test_the_case_of_a_key_matters(ingest: Callable[..., Ingested]) -> None:
    found = ingest(lines(record(1, User_ID=5, newField=1, newfield=2, by_ide=[{"ide": "vim", "Added": 3}])))
    (row,) = rows_of(found)
    assert (row["user_id"], row["by_ide"][0]["added"]) == (1, None)
    assert extra_of(row) == {"User_ID": 5, "newField": 1, "newfield": 2, "by_ide.Added": [3]}
    assert found.unknown_fields == ("User_ID", "by_ide.Added", "newField", "newfield")


CHANGED = {
    "a text for a number": ("acceptances", "many", "acceptances: text where BIGINT was expected"),
    "a fraction for a whole number": ("acceptances", 1.5, "acceptances: a fraction where BIGINT was expected"),
    "a fraction below one": ("acceptances", 0.25, "acceptances: a fraction where BIGINT was expected"),
    "a number beyond the type": ("acceptances", 2**70, "acceptances: a number where BIGINT was expected"),
    "an object for a number": ("acceptances", {"n": 1}, "acceptances: an object where BIGINT was expected"),
    "a text for a truth value": ("used_chat", "often", "used_chat: text where BOOLEAN was expected"),
    "a number for a truth value": ("used_chat", 7, "used_chat: a number where BOOLEAN was expected"),
    "a text for a fraction": ("credits", "n/a", "credits: text where DOUBLE was expected"),
    "an object for an array": ("by_ide", {"ide": "vim"}, "by_ide: an object where a list was expected"),
    "a text for an object": ("cli", "yes", "cli: text where an object was expected"),
    "texts among objects": ("by_ide", ["vim"], "by_ide: a list with text in it where a list of objects was expected"),
}


@pytest.mark.parametrize(("field", "value", "name"), CHANGED.values(), ids=CHANGED.keys())
def test_a_value_of_another_type_goes_to_extra_and_loses_no_row(
    ingest: Callable[..., Ingested], field: str, value: object, name: str
) -> None:
    good = record(
        1, acceptances=3, used_chat=True, credits=1.5, by_ide=[{"ide": "vim", "added": 2}], cli={"sessions": 1}
    )
    found = ingest(lines(good, record(2, **{field: value}), {**good, "user_id": 3}))
    first, second, third = rows_of(found)
    assert first[field] is not None
    assert {**first, "user_id": 3} == third
    assert second[field] is None
    assert extra_of(second) == {field: value}
    assert found.unknown_fields == (name,)


def test_one_nested_value_of_another_type_leaves_those_beside_it(ingest: Callable[..., Ingested]) -> None:
    ides = [{"ide": "vim", "added": "some", "seen": {"at": "noon", "count": 1}}, {"ide": "emacs", "added": 4}]
    found = ingest(lines(record(1, by_ide=ides), record(2, by_ide=[{"ide": "vim", "added": 2.5}, {"added": 6}])))
    first, second = rows_of(found)
    assert [(each["ide"], each["added"]) for each in first["by_ide"]] == [("vim", None), ("emacs", 4)]
    assert first["by_ide"][0]["seen"] == {"at": None, "count": 1}
    assert extra_of(first) == {"by_ide.added": ["some", None], "by_ide.seen.at": ["noon", None]}
    assert [each["added"] for each in second["by_ide"]] == [None, 6]
    assert extra_of(second) == {"by_ide.added": [2.5, None]}
    assert len(found.unknown_fields) == 2


@pytest.mark.parametrize("value", [1.5, "1.5", -0.5, 2.0000001], ids=["a fraction", "as text", "below zero", "hardly"])
def test_one_and_a_half_never_becomes_two(ingest: Callable[..., Ingested], value: object) -> None:
    found = ingest(lines(*many(), record(9999, by_ide=[{"ide": "vim", "added": value}])), lines(record(20000)))
    row = next(row for row in rows_of(found) if row["user_id"] == 9999)
    assert row["by_ide"][0]["added"] is None
    assert extra_of(row) == {"by_ide.added": [value]}


def test_whole_numbers_stay_whole_however_they_are_written(ingest: Callable[..., Ingested]) -> None:
    part = b'{"day":"2026-01-31","user_id":9007199254740993,"acceptances":12.0,"credits":3,"organization_id":7}'
    found = ingest(part + b"\n" + lines(record("12", organization_id="a.5, b.5}", credits=0.5)))
    rows = {row["user_id"]: row for row in rows_of(found)}
    assert rows.keys() == {12, 9007199254740993}
    row = rows[9007199254740993]
    assert (row["acceptances"], row["credits"], row["organization_id"]) == (12, 3.0, "7")
    assert {row["extra"] for row in rows.values()} == {None}


def test_an_unknown_field_and_a_changed_one_meet(ingest: Callable[..., Ingested]) -> None:
    found = ingest(lines(*many(10), record(1234, acceptances=0.5, news=0.75, by_ide=[{"added": 0.5, "lost": 0.25}])))
    row = next(row for row in rows_of(found) if row["user_id"] == 1234)
    assert extra_of(row) == {"acceptances": 0.5, "by_ide.added": [0.5], "by_ide.lost": [0.25], "news": 0.75}


def test_identical_doubles_are_dropped_and_others_counted(ingest: Callable[..., Ingested]) -> None:
    parts = lines(record(1, acceptances=1), record(2), record(3)), lines(record(1, acceptances=2), record(2))
    found = ingest(*parts)
    assert [(row["user_id"], row["acceptances"]) for row in rows_of(found)] == [(1, 2), (2, None), (3, None)]
    assert (found.rows, found.days[date(2026, 1, 31)].doubles) == (3, 1)


def test_within_a_part_the_later_line_stays(ingest: Callable[..., Ingested]) -> None:
    doubled = [record(user, acceptances=n) for n in range(3) for user in range(2000)]
    found = ingest(lines(*doubled))
    assert {row["acceptances"] for row in rows_of(found)} == {2}
    assert (found.rows, found.days[date(2026, 1, 31)].doubles) == (2000, 4000)


def test_a_difference_in_extra_alone_makes_doubles_differ(ingest: Callable[..., Ingested]) -> None:
    found = ingest(lines(record(1, news=1)), lines(record(1, news=2)), lines(record(1, news=2)))
    assert [extra_of(row) for row in rows_of(found)] == [{"news": 2}]
    assert found.days[date(2026, 1, 31)].doubles == 1


def test_a_row_without_its_key_is_nobodys_double(ingest: Callable[..., Ingested]) -> None:
    found = ingest(lines(record(None, acceptances=1), record(None, acceptances=1), record(1)), lines(record(None)))
    assert (found.rows, found.days[date(2026, 1, 31)].doubles) == (4, 0)


def test_each_report_has_its_own_key(ingest: Callable[..., Ingested]) -> None:
    teams = [record(1, team_id=7, slug="a"), record(1, team_id=8, slug="b"), record(1, team_id=7, slug="c")]
    found = ingest(lines(*teams), shape=TEAMS)
    assert [(row["team_id"], row["slug"]) for row in rows_of(found)] == [(7, "c"), (8, "b")]
    entity = ingest(lines({"day": DAY, "daily_active_users": 1}), lines({"day": DAY, "daily_active_users": 2}),
                    shape=ENTITY, name="entity")  # fmt: skip
    assert [row["daily_active_users"] for row in rows_of(entity)] == [2]


@pytest.mark.parametrize("group_bytes", [1, 10**9], ids=["part by part", "all at once"])
def test_parts_of_several_days_become_a_file_a_day(
    ingest: Callable[..., Ingested], monkeypatch: pytest.MonkeyPatch, group_bytes: int
) -> None:
    monkeypatch.setattr(arrivals, "GROUP_BYTES", group_bytes)
    days = [f"2026-01-{day:02}" for day in range(1, 29)]
    parts = [
        [record(user, day, acceptances=user * part) for user in range(part, part + 9) for day in days]
        for part in range(4)
    ]
    found = ingest(*(lines(*part) for part in parts), days=[*days, DAY])
    assert [(str(day), file.rows) for day, file in found.days.items()] == [(day, 12) for day in days]
    assert found.empty_days == (date(2026, 1, 31),)
    assert {file.doubles for file in found.days.values()} == {24}
    newest = {user: max(part for part in range(4) if part <= user < part + 9) for user in range(12)}
    expected = sorted((user, user * part) for user, part in newest.items())
    for file in found.days.values():
        one = Ingested({date(2026, 1, 1): file}, 0, 0, 0)
        assert sorted((row["user_id"], row["acceptances"]) for row in rows_of(one)) == expected


def test_a_day_elsewhere_in_a_record_misleads_nobody(ingest: Callable[..., Ingested]) -> None:
    trap = [{"news": {"day": NEXT}, **record(1, DAY)}, {"news": {"day": DAY}, **record(2, NEXT)}, record(3, NEXT)]
    found = ingest(lines(*trap), days=(DAY, NEXT))
    assert [(str(day), file.rows) for day, file in found.days.items()] == [(DAY, 1), (NEXT, 2)]


def test_a_part_that_looks_like_one_day_may_hold_another(ingest: Callable[..., Ingested]) -> None:
    found = ingest(lines(record(1), record(2, NEXT), record(3)), lines(record(1, acceptances=5)), days=(DAY, NEXT))
    assert [(str(day), file.rows) for day, file in found.days.items()] == [(DAY, 2), (NEXT, 1)]
    assert [row["acceptances"] for row in rows_of(found)] == [5, None, None]


def test_what_a_window_says_of_itself_is_kept(ingest: Callable[..., Ingested]) -> None:
    engagement = {
        "active_user_count": 9,
        "totals_by_feature": [{"feature": "chat", "engaged_user_count": 4, "rank": 1}],
    }
    totals = [{"day": NEXT, "daily_active_users": 2}, {"day": DAY, "daily_active_users": 1}]
    wrapper = {**WRAPPER, "copilot_feature_engagement": engagement, "day_totals": totals}
    found = ingest(json.dumps(wrapper).encode(), shape=ENTITY, days=(DAY, NEXT), engagement=ENGAGEMENT)
    assert found.window == WRAPPER
    assert [row["daily_active_users"] for row in rows_of(found)] == [1, 2]
    assert found.engagement is not None
    with duckdb.connect() as connection:
        (row,) = connection.execute(f"SELECT * EXCLUDE (created_at) FROM '{found.engagement}'").fetchall()
    assert row == (date(2026, 1, 5), date(2026, 2, 1), 9, "chat", 4, '{"rank": 1}')


def test_the_window_of_a_users_report_stays_out_of_its_rows(ingest: Callable[..., Ingested]) -> None:
    window = {"report_start_day": "2026-01-05", "report_end_day": NEXT}
    found = ingest(lines({**window, **record(1)}))
    assert (found.window, found.unknown_fields, rows_of(found)[0]["extra"]) == (window, (), None)


def full(user: int) -> dict[str, Any]:
    """Return a record with a value of every kind."""
    seen = [{"at": "2026-01-31T10:00:00.5Z", "count": n} for n in range(user % 4)]
    ides = [{"ide": f"i{n}", "added": n, "seen": each} for n, each in enumerate(seen)]
    cli = {"sessions": user, "tokens": {"sum": 2**40, "avg": 0.5}}
    return record(user, organization_id="1", credits=user / 8, cli=cli, by_ide=ides)


def test_a_whole_report_equals_duckdbs_own_reading(ingest: Callable[..., Ingested], tmp_path: Path) -> None:
    rows = [full(user) for user in range(3000)]
    parts = [lines(*rows[:1000]), lines(*rows[1000:])]
    paths = [tmp_path / "a.ndjson", tmp_path / "b.ndjson"]
    for path, part in zip(paths, parts, strict=True):
        path.write_bytes(part)
    columns = {name: kind for name, kind in USERS.columns}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        read = f"SELECT * EXCLUDE (day) FROM read_json({list(map(str, paths))}, columns = {columns})"
        plain = sorted(connection.execute(read).fetchall(), key=str)
    found = ingest(*parts)
    assert sorted((tuple(row.values())[:-1] for row in rows_of(found)), key=str) == plain
    assert (found.rows, found.bytes, found.parts) == (3000, sum(map(len, parts)), 2)


def test_a_folder_that_looks_like_a_value_changes_none(ingest: Callable[..., Ingested]) -> None:
    parts = lines(record(1, acceptances=3)), json.dumps([record(2, acceptances=4)]).encode()
    found = ingest(*parts, name="acceptances=9")
    assert [row["acceptances"] for row in rows_of(found)] == [3, 4]


def test_reports_can_be_ingested_at_once(bench: Workbench, tmp_path: Path) -> None:
    parts = [
        lines(*(full(user) for user in (*range(300), *range(40)))),
        lines(*(full(user) for user in range(250, 400))),
    ]

    def run(number: int) -> tuple[int, int, Rows]:
        own, folder = bench.another(), tmp_path / f"{number}"
        folder.mkdir()
        days: dict[str, Any] = {"fetched_at": FETCHED, "expected_days": (date(2026, 1, 31),)}
        with Ingest(own, USERS, folder=folder, label="x", **days) as report:
            for n, part in enumerate(parts):
                (folder / f"in-{n}").write_bytes(part)
                report.add(folder / f"in-{n}")
            found = report.finish()
        own.close()
        return found.rows, sum(file.doubles for file in found.days.values()), rows_of(found)

    with ThreadPoolExecutor(6) as pool:
        first, *others = pool.map(run, range(12))
    assert first[:2] == (400, 0)
    assert all(each == first for each in others)


def test_what_runs_can_be_stopped_from_another_thread(bench: Workbench, tmp_path: Path) -> None:
    part, is_over = tmp_path / "part", Event()
    part.write_bytes(b"\n".join([lines(full(user)) for user in range(3000)] * 10))

    def stop() -> None:
        while not is_over.is_set():
            report.interrupt()

    with Ingest(bench, USERS, folder=tmp_path, label="x", fetched_at=FETCHED) as report, ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(stop)
        try:
            with pytest.raises(OperationalError):
                report.add(part)
                report.finish()
        finally:
            is_over.set()
        stopped.result()


def test_a_block_that_is_left_early_ends_what_runs(bench: Workbench, tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(lines(*(full(user) for user in range(3000))))
    with (
        pytest.raises(ZeroDivisionError),
        Ingest(bench, USERS, folder=tmp_path, label="x", fetched_at=FETCHED) as report,
    ):
        report.add(part)
        raise ZeroDivisionError
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ingest")]
    assert bench.rows("SELECT 42") == [(42,)]


def test_the_users_session_is_not_disturbed(ingest: Callable[..., Ingested]) -> None:
    with duckdb.connect() as connection:
        before = connection.execute("SELECT name, value FROM duckdb_settings()").fetchall()
        ingest(lines(record(1)))
        assert connection.execute("SELECT name, value FROM duckdb_settings()").fetchall() == before


def test_nothing_is_left_beside_the_files(ingest: Callable[..., Ingested], tmp_path: Path) -> None:
    found = ingest(
        lines(record(1), record(2, NEXT)), lines(record(3)), gzip.compress(lines(record(4))), days=(DAY, NEXT)
    )
    left = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert left == {file.path for file in found.days.values()}
    assert subprocess.run(["ls", tmp_path / "spill"], capture_output=True, check=False).stdout in (b"", b".\n")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("acceptances", "15e-1"),
        ("acceptances", "25E-1"),
        ("acceptances", "true"),
        ("credits", "false"),
        ("used_chat", "2"),
        ("used_chat", '"yes"'),
        ("used_chat", "1.0"),
        ("by_ide", '[{"ide":"vim","added":true}]'),
    ],
)
def test_a_value_of_another_kind_is_found_wherever_it_stands_in_a_large_file(
    ingest: Callable[..., Ingested], field: str, value: str
) -> None:
    usual = {"acceptances": 3, "used_chat": True, "credits": 1.5, "by_ide": [{"ide": "vim", "added": 2}]}
    rows = [json.dumps(record(user, **usual)) for user in range(30_000)]
    rows[17_321] = f'{{"day":"{DAY}","user_id":17321,"{field}":{value}}}'
    found = ingest("\n".join(rows).encode())
    [odd] = [row for row in rows_of(found) if row["user_id"] == 17_321]
    assert found.rows == 30_000
    assert odd["extra"] is not None or odd[field] is True
    assert odd[field] in (None, True, [{"ide": "vim", "added": None, "seen": None}])
    assert (odd[field] is True) <= (value == "1.0")


@pytest.mark.parametrize("text", ["1e3", "1E+3", "7.0", "07", "7."])
def test_text_that_looks_like_a_number_loses_no_row(ingest: Callable[..., Ingested], text: str) -> None:
    found = ingest(lines(record(1, acceptances=text), record(2, acceptances=2)))
    first, second = rows_of(found)
    assert second["acceptances"] == 2
    assert first["acceptances"] == float(text) or extra_of(first) == {"acceptances": text}


@pytest.mark.parametrize("said", [b'""', b"null", b'"No report available for this enterprise on 2026-01-31"'])
def test_a_part_that_says_that_there_is_no_report_is_no_day_without_rows(
    ingest: Callable[..., Ingested], said: bytes
) -> None:
    assert ingest(said, may_be_empty=(date.fromisoformat(DAY),)).days == {}
    found = ingest(b"", name="empty", may_be_empty=(date.fromisoformat(DAY),))
    assert [file.rows for file in found.days.values()] == [0]
