"""Parts of every form, for an archive and for one statement: no record is lost, and errors say what is wrong."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stackduck.engine.ingest import parts, survey, unwrapping
from stackduck.engine.ingest.extract import Extract
from stackduck.engine.ingest.ingest import Ingest, Ingested
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench
from stackduck.errors import DataError

DAY = "2026-01-31"
SHAPE = ReportShape(
    "users",
    (
        ("day", "DATE"),
        ("user_id", "BIGINT"),
        ("acceptances", "BIGINT"),
        ("by_ide", 'STRUCT("ide" VARCHAR, "added" BIGINT, "seen" STRUCT("at" TIMESTAMPTZ)[])[]'),
        ("cli", 'STRUCT("sessions" BIGINT)'),
    ),
    ("day", "user_id"),
)
ONE, TWO = ({"day": DAY, "user_id": user, "acceptances": 3, "by_ide": [{"ide": "vim", "added": 1}]} for user in (1, 2))
WINDOW = {"report_start_day": DAY, "report_end_day": DAY}


def taken(report: Ingest | Extract, folder: Path, contents: tuple[bytes, ...]) -> Any:
    with report:
        for number, part in enumerate(contents):
            path = folder / str(number)
            path.write_bytes(part)
            report.add(path)
        return report.finish()


@pytest.fixture
def kept(bench: Workbench, tmp_path: Path) -> Callable[..., Ingested]:
    def run(*contents: bytes) -> Ingested:
        (out := tmp_path / "kept").mkdir()
        about: dict[str, Any] = {"label": "users", "fetched_at": datetime(2026, 2, 4, tzinfo=UTC)}
        ingest = Ingest(bench, SHAPE, folder=out, expected_days=(date.fromisoformat(DAY),), **about)
        return taken(ingest, tmp_path, contents)  # type: ignore[no-any-return]

    return run


@pytest.fixture(params=["archive", "statement"])
def users(
    request: pytest.FixtureRequest, bench: Workbench, tmp_path: Path, kept: Callable[..., Ingested]
) -> Callable[..., list[Any]]:
    """Return a function that takes parts in one of the two ways, and returns the users in them."""

    def run(*contents: bytes) -> list[Any]:
        if request.param == "archive":
            files = [str(each.path) for each in kept(*contents).days.values()]
        else:
            (out := tmp_path / "extracted").mkdir()
            shape = SHAPE.narrowed([("acceptances",)])
            extract = Extract(bench, shape, folder=out, label="users", expected_days=(date.fromisoformat(DAY),))
            files = [str(each) for each in taken(extract, tmp_path, contents).files]
        if not files:
            return []
        with duckdb.connect() as connection:
            sql = f"SELECT user_id FROM read_parquet({files}, hive_partitioning = false) WHERE acceptances = 3"
            return [user for (user,) in connection.execute(f"{sql} ORDER BY ALL").fetchall()]

    return run


def dumped(value: object, *, indent: int | None = None, newline: str = "\n") -> bytes:
    return json.dumps(value, indent=indent).replace("\n", newline).encode()


def lines(*records: object) -> bytes:
    return b"".join(dumped(each) + b"\n" for each in records)


REFUSED = {
    "day_totals is an object": (dumped({"day_totals": {"0": ONE}}), "its day_totals is no array"),
    "day_totals is text": (dumped({**WINDOW, "day_totals": "none"}), "its day_totals is no array"),
    "day_totals is null": (dumped({"day_totals": None}), "its day_totals is null"),
    "day_totals is null in a window": (dumped({**WINDOW, "day_totals": None}), "its day_totals is null"),
    "null beside a null day": (dumped({"day": None, "day_totals": None}), "its day_totals is null"),
    "in an array": (dumped([ONE, {"day_totals": {"0": TWO}}]), "its day_totals is no array"),
    "over many lines": (dumped({"day_totals": {"0": ONE}}, indent=1), "its day_totals is no array"),
    "gzip": (gzip.compress(dumped({"day_totals": 5})), "its day_totals is no array"),
    "twice": (b'{"day_totals":[],"day_totals":[%s]}' % dumped(ONE), "it has day_totals twice"),
    "twice, at last null": (b'{"day":"%s","day_totals":[],"day_totals":null}' % DAY.encode(), "has day_totals twice"),
    "a record with records": (dumped({**ONE, "day_totals": [TWO]}), "the record of a day has day_totals"),
    "a record with none": (dumped({**ONE, "day_totals": []}), "the record of a day has day_totals"),
    "an element is null": (dumped({"day_totals": [ONE, None]}), "a record is no object"),
    "an element is a number": (dumped({"day_totals": [5, ONE]}), "a record is no object"),
    "records within an array": (dumped({"day_totals": [[ONE]]}), "a record is no object"),
    "records within a wrapper's": (
        dumped({"day_totals": [ONE, {"day_totals": [TWO]}]}),
        "the record of a day has day_totals",
    ),
    "null in an array": (dumped([ONE, None]), "a record is no object"),
    "a number in an array": (dumped([ONE, 5]), "a record is no object"),
    "arrays in an array": (dumped([[ONE], [TWO]]), "a record is no object"),
    "only null in an array": (b"[null]", "a record is no object"),
}


@pytest.mark.parametrize(("part", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_a_part_with_what_is_no_record_says_so(users: Callable[..., list[Any]], part: bytes, why: str) -> None:
    with pytest.raises(DataError, match=rf"part 2 of the download cannot be read \([^)]*{why}\)"):
        users(lines(TWO), part)


WRAPPER = dumped({**WINDOW, "day_totals": [ONE, TWO], "copilot_feature_engagement": {"of": [1.5, "\u00e9", None]}})
CUT = {
    "an array behind a comma": dumped([ONE])[:-1] + b",",
    "an array behind a record": dumped([ONE, TWO])[:-1],
    "an array within a record": dumped([ONE, TWO])[:-9],
    "a wrapper behind its records": WRAPPER[: WRAPPER.index(b'"copilot_')],
    "a wrapper within a record": WRAPPER[: WRAPPER.index(b"}, {")],
    "a wrapper at its end": WRAPPER[:-1],
    "more behind an array": dumped([ONE]) + dumped(TWO),
    "a comma too many": dumped([ONE])[:-1] + b",]",
    "half a word": dumped([ONE])[:-1] + b",tru]",
    "no name": b'{"day_totals":[%s],5:5}' % dumped(ONE),
    "no colon": b'{"day_totals" [%s]}' % dumped(ONE),
    "no text": b'{"day_totals":[%s],"of":"\xff"}' % dumped(ONE),
    "without end": b"[" * 100_000,
}


@pytest.mark.parametrize("part", CUT.values(), ids=CUT.keys())
def test_a_part_that_is_cut_or_broken_is_an_error(users: Callable[..., list[Any]], part: bytes) -> None:
    with pytest.raises(DataError, match="part 2 of the download"):
        users(lines(TWO), part)


@pytest.mark.parametrize("step", [1, 2, 7, 60])
def test_a_file_may_be_read_in_pieces(
    users: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(unwrapping, "_STEP", step)
    assert users(WRAPPER, dumped([{**ONE, "user_id": 3}, {"day_totals": [{**TWO, "user_id": 40}]}], indent=1)) == [
        *(1, 2, 3, 40)
    ]


def test_what_a_wrapper_says_is_kept_wherever_it_stands(tmp_path: Path) -> None:
    head: dict[str, Any] = {}
    (part := tmp_path / "part").write_bytes(
        b'{"before":1,"day_totals":[{"a":\r\n1}],"after":{"a":[12345678901234567890]}}'
    )
    assert list(unwrapping.records(part, head)) == ['{"a":  1}']
    assert head == {"before": 1, "after": {"a": [12345678901234567890]}}


def test_a_wrapper_may_be_larger_than_memory_has_room_for(kept: Callable[..., Ingested]) -> None:
    padding = "x" * 10_000
    records = b",".join(dumped({**ONE, "user_id": user, "note": padding}) for user in range(4000))
    ingested = kept(b'{"report_start_day":"%s","day_totals":[%s]}' % (DAY.encode(), records))
    assert (ingested.rows, ingested.window) == (4000, {"report_start_day": DAY})


@pytest.mark.parametrize("stray", [b"null", b"5", b'"text"', b"[]", b'{"day_totals":[]}'], ids=repr)
def test_a_line_that_is_no_record_is_an_error(users: Callable[..., list[Any]], stray: bytes) -> None:
    with pytest.raises(DataError, match="part 1 of the download"):
        users(lines(ONE) + stray + b"\n" + lines(TWO))


NULLS = {
    "alone": dumped({**ONE, "day_totals": None}),
    "lines": lines({**ONE, "day_totals": None}, TWO),
    "a later line": lines(TWO, {**ONE, "day_totals": None}),
    "an array": dumped([{"day_totals": None, **ONE}, TWO]),
    "a wrapper": dumped({"day_totals": [{**ONE, "day_totals": None}, TWO]}),
}


@pytest.mark.parametrize("part", NULLS.values(), ids=NULLS.keys())
def test_a_record_of_a_day_may_have_day_totals_as_null(users: Callable[..., list[Any]], part: bytes) -> None:
    assert users(part, lines(TWO)) == [1, 2]


def test_day_totals_as_null_is_no_value(kept: Callable[..., Ingested]) -> None:
    assert kept(lines({**ONE, "day_totals": None})).unknown_fields == ()


def test_wrappers_may_follow_each_other(users: Callable[..., list[Any]]) -> None:
    assert users(lines({"day_totals": [ONE]}, {"day_totals": []}, {"day_totals": [TWO]})) == [1, 2]


BOTH = lines(ONE, TWO)
RETURNS = {
    "lines": BOTH.replace(b"\n", b"\r\n"),
    "an array of many lines": dumped([ONE, TWO], indent=1, newline="\r\n"),
    "objects of many lines": b"\r\n".join(dumped(each, indent=2, newline="\r\n") for each in (ONE, TWO)),
    "a wrapper of many lines": dumped({**WINDOW, "day_totals": [ONE, TWO]}, indent=1, newline="\r\n"),
    "a mark before many lines": b"\xef\xbb\xbf" + dumped([ONE, TWO], indent=1, newline="\r\n"),
    "gzip of many lines": gzip.compress(dumped([ONE, TWO], indent=1, newline="\r\n")),
    "an array, returns alone": dumped([ONE, TWO], indent=1, newline="\r"),
    "between the records": BOTH.replace(b"\n", b"\r"),
    "within the records": BOTH.replace(b", ", b",\r"),
    "within the second record": lines(ONE) + lines(TWO).replace(b", ", b",\r"),
    "before a record": lines(ONE) + b"\r" + lines(TWO),
    "two at each end": BOTH.replace(b"\n", b"\r\r\n"),
}


@pytest.mark.parametrize("part", RETURNS.values(), ids=RETURNS.keys())
def test_carriage_returns_change_nothing(users: Callable[..., list[Any]], part: bytes) -> None:
    assert users(part) == [1, 2]


@pytest.mark.parametrize("form", ["lines", "an array of many lines", "within the records"])
def test_zstd_may_have_carriage_returns(users: Callable[..., list[Any]], tmp_path: Path, form: str) -> None:
    packed = tmp_path / "packed"
    with duckdb.connect() as connection:
        sql = f"COPY (SELECT $content::BLOB AS content) TO '{packed}' (FORMAT blob, COMPRESSION zstd)"
        connection.execute(sql, {"content": RETURNS[form]})
    assert users(packed.read_bytes()) == [1, 2]


def test_a_record_of_many_lines_alone_may_have_carriage_returns(users: Callable[..., list[Any]]) -> None:
    assert users(dumped(ONE, indent=2, newline="\r\n")) == [1]


def test_lines_are_read_where_they_are(bench: Workbench, tmp_path: Path) -> None:
    (part := tmp_path / "part").write_bytes(BOTH.replace(b"\n", b"\r\n") * 5000)
    assert parts.opened(bench, part, tmp_path).path == part


@pytest.mark.parametrize("records", [[ONE, TWO], []])
def test_blank_lines_before_the_records_may_be_many(
    users: Callable[..., list[Any]], records: list[dict[str, Any]]
) -> None:
    assert len(users(b" \n" * 600_000 + lines(*records))) == len(records)


@pytest.mark.parametrize("place", ["alone", "first", "last", "among others"])
@pytest.mark.parametrize("size", [4_100_000, 8_100_000, 12_000_000, 20_000_000])
def test_a_record_may_be_long(users: Callable[..., list[Any]], size: int, place: str) -> None:
    long = ONE | {"by_ide": [{"ide": "v" * size, "added": 1}]}
    third = TWO | {"user_id": 3}
    records = {"alone": [long], "first": [long, TWO], "last": [TWO, long], "among others": [TWO, long, third]}[place]
    assert len(users(lines(*records))) == len(records)


def test_a_record_that_is_too_long_is_refused_as_that(kept: Callable[..., Ingested], tmp_path: Path) -> None:
    long = ONE | {"by_ide": [{"ide": "v" * survey.LONGEST_LINE}]}
    for records in ([long], [long, TWO], [TWO, long]):
        with pytest.raises(DataError, match=r"cannot be read \(maximum line size\)"):
            kept(lines(*records))
        shutil.rmtree(tmp_path / "kept")


def test_a_line_that_is_too_long_in_zstd_is_refused_as_that(kept: Callable[..., Ingested], tmp_path: Path) -> None:
    packed = tmp_path / "long.zst"
    sql = f"COPY (SELECT repeat($text, $times)::BLOB) TO '{packed}' (FORMAT blob, COMPRESSION zstd)"
    duckdb.execute(sql, {"text": "v" * 1000, "times": survey.LONGEST_LINE // 1000 + 1})
    with pytest.raises(DataError, match=r"cannot be read \(maximum line size\)"):
        kept(packed.read_bytes())


def test_an_error_names_a_way_out(kept: Callable[..., Ingested]) -> None:
    with pytest.raises(DataError) as info:
        kept(b"[oops]")
    assert str(info.value) == (
        "users: part 1 of the download cannot be read (malformed JSON); "
        "run it again; where it stays so, ask for single days, and leave out the one that fails"
    )


IDE = {"ide": "vim", "added": 1}
MISFITS: dict[str, tuple[dict[str, object], str]] = {
    "a list for an object": ({"cli": [{"sessions": 3}]}, "cli: a list where an object was expected"),
    "a list for a number": ({"acceptances": [3]}, "acceptances: a list where BIGINT was expected"),
    "an empty list for an object": ({"cli": []}, "cli: a list where an object was expected"),
    "an object for a list": ({"by_ide": IDE}, "by_ide: an object where a list was expected"),
    "a number among objects": (
        {"by_ide": [IDE, 5]},
        "by_ide: a list with a number in it where a list of objects was expected",
    ),
    "text among objects, after null": (
        {"by_ide": [None, "vim"]},
        "by_ide: a list with text in it where a list of objects was expected",
    ),
    "a list among objects": (
        {"by_ide": [[IDE]]},
        "by_ide: a list with a list in it where a list of objects was expected",
    ),
    "text in the second element": (
        {"by_ide": [IDE, {"added": "some"}]},
        "by_ide.added: text where BIGINT was expected",
    ),
    "a list in an element": ({"by_ide": [IDE, {"added": [1]}]}, "by_ide.added: a list where BIGINT was expected"),
    "an object for a list in an element": (
        {"by_ide": [IDE, {"seen": {"at": None}}]},
        "by_ide.seen: an object where a list was expected",
    ),
    "a number in a list in an element": (
        {"by_ide": [IDE, {"seen": [{"at": None}, 7]}]},
        "by_ide.seen: a list with a number in it where a list of objects was expected",
    ),
    "text in a list in a list": (
        {"by_ide": [IDE, {"seen": [{}, {"at": "noon"}]}]},
        "by_ide.seen.at: text where TIMESTAMPTZ was expected",
    ),
}


@pytest.mark.parametrize(("fields", "name"), MISFITS.values(), ids=MISFITS.keys())
def test_a_value_of_another_type_is_named_as_what_it_is(
    kept: Callable[..., Ingested], fields: dict[str, object], name: str
) -> None:
    assert kept(lines(ONE, {**TWO, **fields})).unknown_fields == (name,)
