"""What a file says about itself: readable for everybody as Parquet, and any other byte is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import duckdb
import pytest

from stackduck.engine.archive import footers
from stackduck.engine.archive.footers import DamagedError

from .files import about, rows_of, sealed, written


@contextmanager
def flipped(path: Path, at: int) -> Iterator[None]:
    """Flip a bit of one byte meanwhile."""
    for turn in ("there", "back"):
        with path.open("r+b") as file:
            file.seek(at)
            (byte,) = file.read(1)
            file.seek(at)
            file.write(bytes((byte ^ 1 << at % 8,)))
        if turn == "there":
            yield


RUINS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "a magic alone": lambda data: b"PAR1",
    "two magics": lambda data: b"PAR1PAR1",
    "two magics and a length": lambda data: b"PAR1\0\0\0\0PAR1",
    "garbage": lambda data: Random(1).randbytes(len(data)),
    "a text": lambda data: b"<html>not found</html>",
    "zeros": lambda data: bytes(len(data)),
    "cut by a byte": lambda data: data[:-1],
    "cut in its footer": lambda data: data[:-100],
    "cut in its data": lambda data: data[:60],
    "without its beginning": lambda data: data[1:],
    "a byte too many": lambda data: data + b"\0",
    "a byte too many in between": lambda data: data[:50] + b"\0" + data[50:],
    "twice": lambda data: data + data,
    "a length beyond the file": lambda data: data[:-8] + b"\xff\xff\xff\x7f" + data[-4:],
    "a length of nothing": lambda data: data[:-8] + bytes(4) + data[-4:],
}


@pytest.mark.parametrize("ruin", RUINS.values(), ids=RUINS.keys())
def test_a_file_that_is_cut_or_no_parquet_is_damaged(tmp_path: Path, ruin: Callable[[bytes], bytes]) -> None:
    path = sealed(tmp_path / "f")
    path.write_bytes(ruin(path.read_bytes()))
    with pytest.raises(DamagedError):
        footers.metadata(path)


def test_a_parquet_file_that_says_nothing_of_itself_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="says nothing about itself"):
        footers.metadata(written(tmp_path / "f"))


def test_a_folder_in_the_place_of_a_file_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DamagedError):
        footers.metadata(tmp_path)


def test_no_file_is_not_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        footers.metadata(tmp_path / "f")


def test_every_flipped_byte_of_a_footer_is_noticed_without_reading_the_data(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f")
    for at in range(footers.metadata(path)["body"], path.stat().st_size):
        with flipped(path, at), pytest.raises(DamagedError):
            footers.metadata(path)
    assert footers.metadata(path)["rows"] == 3


def test_every_flipped_byte_of_the_data_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f")
    for at in range(footers.metadata(path)["body"]):
        with flipped(path, at):
            assert footers.metadata(path)["rows"] == 3
            with pytest.raises(DamagedError, match="its data is not what was written"):
                footers.checked(path)
    assert footers.checked(path)["rows"] == 3


def test_a_file_says_what_was_said_of_it(tmp_path: Path) -> None:
    said = about(unknown_fields=['a "quoted" field', "a\\b", "naïve", '","check":"00000000"}'], window={"format": 9})
    path = written(tmp_path / "f", rows=5)
    footers.seal(path, said, rows=5)
    found = footers.checked(path)
    assert found["size"] == path.stat().st_size
    assert {name: found[name] for name in said} == said
    assert found["rows"] == 5


@pytest.mark.parametrize("length", [0, 60, 120, 250, 15_500, 15_700, 300_000])
def test_what_is_said_may_be_of_any_length(tmp_path: Path, length: int) -> None:
    path = sealed(tmp_path / "f", unknown_fields=["x" * length])
    assert footers.checked(path)["unknown_fields"] == ["x" * length]
    assert len(rows_of(path)) == 3


def test_to_seal_changes_no_row_and_no_type(tmp_path: Path) -> None:
    plain, path = written(tmp_path / "plain", rows=5000), sealed(tmp_path / "f", rows=5000)
    assert rows_of(path) == rows_of(plain)
    with duckdb.connect() as connection:
        types = [connection.execute(f"DESCRIBE FROM read_parquet('{each}')").fetchall() for each in (plain, path)]
    assert types[0] == types[1]


def test_duckdb_reads_what_is_said_too(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f")
    with duckdb.connect() as connection:
        said = f"SELECT decode(key), decode(value) ->> 'fetched_at' FROM parquet_kv_metadata('{path}')"
        assert connection.execute(said).fetchall() == [("stackduck", "2026-02-04T06:15:00+00:00")]


def test_a_file_without_rows_can_be_sealed(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f", rows=0)
    assert (footers.checked(path)["rows"], rows_of(path)) == (0, [])


def test_arrow_reads_a_sealed_file(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(sealed(tmp_path / "f", rows=5000))
    assert table.num_rows == 5000
    assert b"stackduck" in table.schema.metadata
    assert table.column("totals_by_ide")[7].as_py() == [{"ide": "vim", "added": 7}, {"ide": "emacs", "added": None}]
