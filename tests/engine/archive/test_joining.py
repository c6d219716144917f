"""Files of the same columns, joined by their bytes, read as one."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from stackduck.engine.archive import footers
from stackduck.engine.archive.footers import DamagedError
from stackduck.engine.archive.joining import join

from .files import about, rows_of, written


def joined(folder: Path, *sizes: int, group: int = 2048) -> tuple[Path, list[Path]]:
    """Join made-up files of so many rows, each with users of its own."""
    pieces, first = [], 0
    for number, rows in enumerate(sizes):
        pieces.append(written(folder / f"{number}", rows=rows, first=first, group=group))
        first += rows
    join(pieces, folder / "joined", about())
    return folder / "joined", pieces


def without_places(path: Path) -> list[tuple[object, ...]]:
    return [row[:-1] for row in rows_of(path)]


@pytest.mark.parametrize("sizes", [(3,), (3, 4), (1, 0, 2), (0, 0), (5000, 1, 9000), (1,) * 20], ids=str)
def test_a_joined_file_has_all_rows_in_order(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    path, pieces = joined(tmp_path, *sizes)
    assert without_places(path) == [row for piece in pieces for row in without_places(piece)]
    with duckdb.connect() as connection:
        users = connection.execute(f"SELECT user_id FROM read_parquet('{path}', file_row_number = true)").fetchall()
    assert [user for (user,) in users] == list(range(sum(sizes)))
    found = footers.checked(path)
    assert (found["rows"], found["size"], found["fetched_at"]) == (
        sum(sizes),
        path.stat().st_size,
        "2026-02-04T06:15:00+00:00",
    )


def test_a_filter_finds_its_rows_in_every_row_group(tmp_path: Path) -> None:
    path, _ = joined(tmp_path, 5000, 5000, 5000)
    with duckdb.connect() as connection:
        (groups,) = connection.execute(
            f"SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{path}')"
        ).fetchone() or (0,)
        assert groups >= 6
        for user in (0, 2047, 2048, 4999, 5000, 9999, 10_000, 14_999):
            read = f"SELECT user_login, totals_by_ide[1].added FROM read_parquet('{path}') WHERE user_id = {user}"
            assert connection.execute(read).fetchall() == [(f"user-{user}", user)]


def test_joined_files_can_be_joined_again(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, _ = joined(tmp_path / "a", 10, 20)
    second, _ = joined(tmp_path / "b", 30)
    join([first, second], tmp_path / "all", about())
    assert footers.checked(tmp_path / "all")["rows"] == 60
    assert len(rows_of(tmp_path / "all")) == 60


def test_other_columns_are_refused(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS user_id) TO '{tmp_path / 'other'}' (FORMAT parquet)")
    with pytest.raises(DamagedError, match="its columns are not those of the file before it"):
        join([written(tmp_path / "f"), tmp_path / "other"], tmp_path / "joined", about())


@pytest.mark.parametrize("footer", [b"", b"\0", b"\xff" * 50, b"\x15", b"\x19\xfc\xff\xff\xff\xff\x0f"], ids=repr)
def test_a_footer_that_cannot_be_decoded_is_refused(tmp_path: Path, footer: bytes) -> None:
    (tmp_path / "f").write_bytes(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(DamagedError):
        join([tmp_path / "f"], tmp_path / "joined", about())


def test_arrow_reads_a_joined_file(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path, _ = joined(tmp_path, 5000, 3, 5000)
    table = parquet.read_table(path)
    assert table.column("user_id").to_pylist() == list(range(10_003))
    assert parquet.ParquetFile(path).metadata.num_rows == 10_003
