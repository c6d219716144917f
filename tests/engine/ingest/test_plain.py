"""Small parts that are plainly as declared are told from others, and read the same either way."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from stackduck.engine.ingest import arrivals, plain
from stackduck.engine.ingest.ingest import Ingest, Ingested
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench
from stackduck.errors import DataError

DAY, NEXT = date(2026, 1, 31), date(2026, 2, 1)
USERS = ReportShape(
    "users",
    (
        ("day", "DATE"),
        ("user_id", "BIGINT"),
        ("login", "VARCHAR"),
        ("count", "BIGINT"),
        ("used", "BOOLEAN"),
        ("credits", "DOUBLE"),
        ("sampled", "TIMESTAMPTZ"),
        ("free", "JSON"),
        ("by_ide", 'STRUCT("ide" VARCHAR, "added" BIGINT)[]'),
        ("cli", 'STRUCT("sum" BIGINT, "avg" DOUBLE)'),
    ),
    ("day", "user_id"),
)
FULL = (
    b'{"day":"2026-01-31","user_id":1,"login":"ann","count":-3,"used":true,"credits":2.5,"free":{"a":[1.5]},'
    b'"sampled":"2026-01-31T10:00:00Z","by_ide":[{"ide":"vim","added":3},{"ide":null},null],"cli":{"sum":1,"avg":2}}'
)
PLAIN = {
    "every field": FULL,
    "no field": b"{}",
    "nulls": b'{"day":null,"user_id":null,"by_ide":null,"cli":null}',
    "two rows": b'{"user_id":1}\n{"user_id":2}\n',
    "blank lines": b'\r\n{"user_id":1}\r\n\r\n',
    "a window's fields": b'{"report_start_day":"2026-01-01","report_end_day":"2026-01-28","user_id":1}',
    "the largest number": b'{"count":9223372036854775807}',
    "nothing": b"",
}
OTHER = {
    "an unknown field": b'{"news":1}',
    "an unknown nested field": b'{"by_ide":[{"lost":1}]}',
    "a key in another case": b'{"User_ID":1}',
    "a fraction": b'{"count":1.5}',
    "a whole number with a point": b'{"count":2.0}',
    "a number too large": b'{"count":9223372036854775808}',
    "a number as text": b'{"count":"1"}',
    "a truth value for a number": b'{"count":true}',
    "a number for a truth value": b'{"used":1}',
    "a number for text": b'{"login":1}',
    "a text for a fraction": b'{"credits":"1.5"}',
    "a moment for a day": b'{"day":"2026-01-31T00:00:00Z"}',
    "an object for an array": b'{"by_ide":{"ide":"vim"}}',
    "a text among objects": b'{"by_ide":["vim"]}',
    "an array for an object": b'{"cli":[]}',
    "not a number": b'{"credits":NaN}',
    "no JSON": b'{"count":1',
    "an array": b"[1]",
    "large": b'{"login":"' + b"x" * plain.LARGEST + b'"}',
}


@pytest.mark.parametrize("records", OTHER.values(), ids=OTHER.keys())
def test_what_is_not_plain_is_left_to_others(tmp_path: Path, records: bytes) -> None:
    (tmp_path / "part").write_bytes(b'{"user_id":1}\n' + records)
    assert plain.survey(tmp_path / "part", USERS) is None


@pytest.mark.parametrize("records", PLAIN.values(), ids=PLAIN.keys())
def test_what_is_plain_is_told(tmp_path: Path, records: bytes) -> None:
    (tmp_path / "part").write_bytes(records)
    found = plain.survey(tmp_path / "part", USERS)
    assert found is not None
    assert (found.rows, found.is_unique) == (len(records.split()), True)
    assert not found.strangers


@pytest.mark.parametrize("key", ["1", "null"])
def test_a_key_that_comes_twice_is_noticed(tmp_path: Path, key: str) -> None:
    (tmp_path / "part").write_text(f'{{"user_id":{key}}}\n' * 2)
    found = plain.survey(tmp_path / "part", USERS)
    assert found is not None
    assert not found.is_unique


VALUES: dict[str, list[Any]] = {
    "login": ["ann", "", "a.5,", None, 7],
    "count": [0, -4, 2**62, None, 1.5, "3", 12.0],
    "used": [True, False, None, 1, "true", "often"],
    "credits": [0, 1.25, None, "0.5", "n/a"],
    "sampled": ["2026-01-31T10:00:00.25Z", None, "noon"],
    "free": [{"a": 1}, [1], "x", None, 2.5],
    "by_ide": [[], None, [{"ide": "vim", "added": 1}], [{"added": 2.5}, {"ide": "x"}], [{"lost": 1}], {"ide": "y"}],
    "cli": [{"sum": 1, "avg": 0.5}, {"sum": None}, {}, None, {"more": 1}, "none"],
    "news": [1, {"a": None}],
}


def record(random: Random, *, is_plain: bool) -> dict[str, Any]:
    """Return a record; the first values of a field are plain ones."""
    names = [name for name in VALUES if random.random() < 0.6 and not (is_plain and name == "news")]
    values = {name: random.choice(VALUES[name][:2] if is_plain else VALUES[name]) for name in names}
    return {"day": random.choice((str(DAY), str(DAY), str(NEXT))), "user_id": random.randrange(12), **values}


def ingested(folder: Path, parts: list[bytes]) -> tuple[Ingested, list[tuple[Any, ...]]] | str:
    """Return what becomes of parts, or the error that they are."""
    folder.mkdir()
    bench = Workbench(folder / "spill")
    options: dict[str, Any] = {
        "label": "x",
        "fetched_at": datetime(2026, 2, 9, tzinfo=UTC),
        "expected_days": (DAY, NEXT),
    }
    (folder / "out").mkdir()
    try:
        with Ingest(bench, USERS, folder=folder / "out", **options) as ingest:
            for number, part in enumerate(parts):
                (folder / f"{number}").write_bytes(part)
                ingest.add(folder / f"{number}")
            found = ingest.finish()
    except DataError as exc:
        return str(exc)
    finally:
        bench.close()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        files = [str(file.path) for file in found.days.values()]
        rows = connection.execute(f"FROM read_parquet({files}, hive_partitioning = true) ORDER BY ALL").fetchall()
    return found, rows


@pytest.mark.parametrize("seed", range(12))
def test_plain_or_not_small_or_large_the_files_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)
    parts = [
        b"\n".join(json.dumps(record(random, is_plain=seed % 3 > 0)).encode() for _ in range(random.randint(1, 30)))
        for _ in range(3)
    ]
    seen = []
    for name, largest, day_bytes, group_bytes in (
        ("a", plain.LARGEST, 10**9, 10**9),
        ("b", 0, 10**9, 10**9),
        ("c", 0, 1, 1),
    ):
        monkeypatch.setattr(plain, "LARGEST", largest)
        monkeypatch.setattr(arrivals, "DAY_BYTES", day_bytes)
        monkeypatch.setattr(arrivals, "GROUP_BYTES", group_bytes)
        told = ingested(tmp_path / name, parts)
        assert not isinstance(told, str), told
        found, rows = told
        files = {day: (file.rows, file.unknown_fields) for day, file in found.days.items()}
        seen.append((rows, files, found.rows, found.unknown_fields))
    assert seen[0] == seen[1] == seen[2]
