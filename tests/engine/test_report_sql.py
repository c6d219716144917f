"""Files of reports read as relations: their rows, or the elements of an array, with the declared types always."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from stackduck.engine.archive.days import Archive
from stackduck.engine.ingest.extract import Extract
from stackduck.engine.ingest.ingest import Ingest
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench
from stackduck.engine.report_sql import Kept, Reports
from stackduck.engine.session import Session

DAY, NEXT = date(2026, 1, 30), date(2026, 1, 31)
FETCHED = datetime(2026, 2, 4, 6, 15, tzinfo=UTC)
IDE = (("ide", "VARCHAR"), ("added", "BIGINT"), ("version", 'STRUCT("text" VARCHAR, "at" TIMESTAMPTZ)'))
KIND = (("kind", "VARCHAR"), ("count", "BIGINT"))


def struct(fields: Sequence[tuple[str, str]]) -> str:
    listed = (f'"{name}" {kind}' for name, kind in fields)
    return f"STRUCT({', '.join(listed)})"


USERS = ReportShape(
    "users",
    (
        ("day", "DATE"),
        ("user_id", "BIGINT"),
        ("login", "VARCHAR"),
        ("used_chat", "BOOLEAN"),
        ("credits", "DOUBLE"),
        ("by_ide", f"{struct(IDE)}[]"),
        ("pulls", f'STRUCT("total" BIGINT, "kinds" {struct(KIND)}[])'),
    ),
    ("day", "user_id"),
)
EVERY = [*(name for name, _ in USERS.columns), "extra"]
OLDER = ReportShape(
    "users",
    (("day", "DATE"), ("user_id", "VARCHAR"), ("by_ide", 'STRUCT("added" BIGINT, "ide" VARCHAR)[]')),
    ("day", "user_id"),
)
VIM = {"ide": "vim", "added": 3, "version": {"text": "9", "at": "2026-01-30T10:00:00Z"}}
PULLS = {"total": 2, "kinds": [{"kind": "bug", "count": 1}, {"kind": "docs", "count": 0}]}
ANN = {"user_id": 1, "login": "ann", "used_chat": True, "credits": 1.5}
ROWS: dict[date, list[dict[str, Any]]] = {
    DAY: [
        {**ANN, "news": 7, "by_ide": [VIM, {"ide": "emacs"}], "pulls": PULLS},
        {"user_id": 2, "by_ide": [], "pulls": {"total": 0, "kinds": []}},
        {"user_id": 3, "by_ide": None, "pulls": {"total": 0, "kinds": None}},
    ],
    NEXT: [{"user_id": 1, "login": "ann", "pulls": None}, {"user_id": 4}],
}


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return an archive under a name that needs quotes everywhere."""
    return Archive(tmp_path / 'it\'s "odd", [here]; {x}', host="h")


def kept(archive: Archive, rows: dict[date, list[dict[str, Any]]], *, shape: ReportShape = USERS) -> list[Kept]:
    """Ingest rows into the archive and return the files as its listing has them."""
    bench = Workbench(archive.root / "spill")
    options: dict[str, Any] = {"label": "x", "fetched_at": FETCHED, "expected_days": tuple(rows)}
    with archive.incoming() as folder, Ingest(bench, shape, folder=folder, **options) as ingest:
        part = archive.root / "part"
        part.write_text("\n".join(json.dumps({"day": str(day), **row}) for day in rows for row in rows[day]))
        ingest.add(part)
        archive.store("users", "org", "o'hare", {day: file.path for day, file in ingest.finish().days.items()})
    bench.close()
    entries = archive.listing("users", "org", "o'hare").entries
    return [Kept(entries[day].path, entries[day].columns) for day in rows]


def reports(session: Session, files: Sequence[Kept], **options: Any) -> Reports:
    return Reports(USERS, files, lambda sql: session.describe(sql, {}), **options)


def types_of(session: Session, query: str) -> list[tuple[str, str]]:
    """Return columns and types, spelled as the document does."""
    asked = [(name, f"NULL::{kind}") for name, kind in (*USERS.columns, *IDE, *KIND, ("extra", "JSON"))]
    spelled = {str(session.describe(f"SELECT {null}", {})[0][1]): null.removeprefix("NULL::") for _, null in asked}
    return [(name, spelled.get(kind, kind)) for name, kind in session.describe(query, {})]


def test_rows_have_their_day_and_the_declared_types(session: Session, archive: Archive) -> None:
    query = reports(session, kept(archive, ROWS)).rows(EVERY)
    assert types_of(session, query) == [*USERS.columns, ("extra", "JSON")]
    found = session.rows(f"SELECT day, user_id, login, credits, extra FROM ({query}) ORDER BY day, user_id")
    assert found == [
        (DAY, 1, "ann", 1.5, '{"news":7}'),
        (DAY, 2, None, None, None),
        (DAY, 3, None, None, None),
        (NEXT, 1, "ann", None, None),
        (NEXT, 4, None, None, None),
    ]


def test_columns_come_in_the_order_that_is_asked_for(session: Session, archive: Archive) -> None:
    query = reports(session, kept(archive, ROWS)).rows(["login", "extra", "day"])
    assert [name for name, _ in session.describe(query, {})] == ["login", "extra", "day"]


def test_no_files_have_the_columns_and_no_row(session: Session) -> None:
    empty = reports(session, [])
    assert types_of(session, empty.rows(EVERY)) == [*USERS.columns, ("extra", "JSON")]
    assert types_of(session, empty.elements("by_ide", ["day"], IDE)) == [("day", "DATE"), *IDE]
    assert session.rows(empty.rows(EVERY)) == session.rows(empty.elements("by_ide", ["day"], IDE)) == []


def test_elements_have_the_keys_of_their_row_before_them(session: Session, archive: Archive) -> None:
    query = reports(session, kept(archive, ROWS)).elements("by_ide", ["day", "user_id"], IDE)
    assert types_of(session, query) == [("day", "DATE"), ("user_id", "BIGINT"), *IDE]
    at = datetime(2026, 1, 30, 10, tzinfo=UTC)
    expected = [(DAY, 1, "emacs", None, None), (DAY, 1, "vim", 3, {"text": "9", "at": at})]
    assert session.rows(f"FROM ({query}) ORDER BY ide") == expected


def test_an_array_inside_an_object_is_named_by_its_path(session: Session, archive: Archive) -> None:
    query = reports(session, kept(archive, ROWS)).elements("pulls.kinds", ["user_id"], KIND)
    assert types_of(session, query) == [("user_id", "BIGINT"), *KIND]
    assert session.rows(f"FROM ({query}) ORDER BY kind") == [(1, "bug", 1), (1, "docs", 0)]


def test_a_key_that_is_named_twice_is_one_column(session: Session, archive: Archive) -> None:
    query = reports(session, kept(archive, ROWS)).elements("by_ide", ["day", "user_id", "day"], IDE[:1])
    assert [name for name, _ in session.describe(query, {})] == ["day", "user_id", "ide"]


def test_elements_without_keys_are_their_fields_alone(session: Session, archive: Archive) -> None:
    query = reports(session, kept(archive, ROWS)).elements("by_ide", [], IDE[:2])
    assert session.rows(f"FROM ({query}) ORDER BY ide") == [("emacs", None), ("vim", 3)]


def test_a_key_with_the_name_of_the_arrays_column_is_no_trouble(session: Session, archive: Archive) -> None:
    query = reports(session, kept(archive, ROWS)).elements("pulls.kinds", ["user_id", "pulls"], KIND[:1])
    assert session.rows(f"SELECT user_id, pulls.total, kind FROM ({query}) ORDER BY kind") == [
        (1, 2, "bug"),
        (1, 2, "docs"),
    ]


def older(archive: Archive) -> list[Kept]:
    """Return files of which one has other columns than now."""
    old = kept(
        archive, {DAY: [{"user_id": "7", "by_ide": [{"ide": "vim", "added": 4}]}, {"user_id": None}]}, shape=OLDER
    )
    return [*old, *kept(archive, {NEXT: ROWS[NEXT]})]


def test_an_older_file_gives_null_for_what_it_lacks_and_the_types_of_now(session: Session, archive: Archive) -> None:
    query = reports(session, older(archive)).rows(EVERY)
    assert types_of(session, query) == [*USERS.columns, ("extra", "JSON")]
    found = session.rows(f"SELECT day, user_id, credits, pulls FROM ({query}) ORDER BY ALL")
    assert found == [(DAY, 7, None, None), (DAY, None, None, None), (NEXT, 1, None, None), (NEXT, 4, None, None)]


def test_elements_of_an_older_file_give_null_for_fields_that_it_lacks(session: Session, archive: Archive) -> None:
    query = reports(session, older(archive)).elements("by_ide", ["day", "user_id"], IDE)
    assert types_of(session, query) == [("day", "DATE"), ("user_id", "BIGINT"), *IDE]
    assert session.rows(query) == [(DAY, 7, "vim", 4, None)]
    inner = reports(session, older(archive)).elements("pulls.kinds", ["day"], KIND)
    assert types_of(session, inner) == [("day", "DATE"), *KIND]
    assert session.rows(inner) == []


def test_files_of_the_columns_of_now_are_not_looked_at_beforehand(session: Session, archive: Archive) -> None:
    asked: list[str] = []
    found = Reports(USERS, kept(archive, ROWS), lambda sql: asked.append(sql) or [])  # type: ignore[func-returns-value]
    found.rows(EVERY)
    found.elements("by_ide", ["day"], IDE)
    assert asked == []


def read_of(session: Session, query: str) -> str:
    """Return what EXPLAIN says of the files' columns that are read, without spaces."""
    (plan,) = [text for _, text in session.rows(f"EXPLAIN (FORMAT json) {query}")]
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        if "READ_PARQUET" in node["name"]:
            found.extend([node["extra_info"].get("Projections", "")])
        for child in node["children"]:
            walk(child)

    for root in json.loads(plan):
        walk(root)
    return " ".join(str(each) for each in found)


def test_what_a_statement_does_not_ask_for_is_not_read(session: Session, archive: Archive) -> None:
    query = reports(session, kept(archive, ROWS)).rows(EVERY)
    projected = read_of(session, f"SELECT day, sum(credits) FROM ({query}) GROUP BY ALL")
    assert "credits" in projected
    assert not any(name in projected for name in ("by_ide", "pulls", "login", "extra"))


def test_elements_of_one_array_do_not_read_the_others(session: Session, archive: Archive) -> None:
    query = reports(session, kept(archive, ROWS)).elements("by_ide", ["day", "user_id", "login"], IDE)
    projected = read_of(session, f"SELECT ide, count(*) FROM ({query}) GROUP BY ALL")
    assert "by_ide" in projected
    assert not any(name in projected for name in ("pulls", "login", "user_id"))


def test_a_day_in_a_condition_leaves_the_other_files_closed(session: Session, archive: Archive) -> None:
    files = kept(archive, ROWS)
    files[1].path.write_bytes(b"")
    query = reports(session, files).rows(["day", "user_id"])
    assert session.rows(f"SELECT count(*) FROM ({query}) WHERE day = DATE '2026-01-30'") == [(3,)]


def test_files_for_one_statement_say_their_days_themselves(session: Session, tmp_path: Path) -> None:
    bench = Workbench(tmp_path / "spill")
    shape = USERS.narrowed([("login",), ("by_ide", "ide")])
    (tmp_path / "day=1999-01-01").mkdir()
    part = tmp_path / "part"
    part.write_text("\n".join(json.dumps({"day": str(day), **row}) for day in ROWS for row in ROWS[day]))
    with Extract(bench, shape, folder=tmp_path / "day=1999-01-01", label="x", expected_days=tuple(ROWS)) as extract:
        extract.add(part)
        files = [Kept(path, shape.digest) for path in extract.finish().files]
    bench.close()
    found = Reports(shape, files, lambda sql: session.describe(sql, {}), is_partitioned=False)
    assert session.rows(f"FROM ({found.rows(['day', 'login'])}) ORDER BY ALL") == [
        *((DAY, "ann"), (DAY, None), (DAY, None)),
        *((NEXT, "ann"), (NEXT, None)),
    ]
    assert session.rows(f"FROM ({found.elements('by_ide', ['day'], IDE[:1])}) ORDER BY ide") == [
        (DAY, "emacs"),
        (DAY, "vim"),
    ]
