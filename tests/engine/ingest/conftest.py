"""Reports that are ingested, whole or as one statement needs them, and read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stackduck.engine.ingest.extract import Extract
from stackduck.engine.ingest.ingest import Ingest
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench

DAY = date(2026, 1, 31)
Kept = tuple[dict[Any, dict[str, Any]], tuple[str, ...]]
"""The rows by their user_id, with `extra` as an object, and the unknown fields."""
Keep = Callable[..., Kept]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """Lend a workbench."""
    bench = Workbench(tmp_path / "spill")
    yield bench
    bench.close()


@pytest.fixture
def kept(bench: Workbench, tmp_path: Path) -> Keep:
    """Return what ingests the parts of a report of one day and reads the rows back; `how` may make an Extract."""
    numbers = count()

    def run(shape: ReportShape, *parts: bytes, how: type[Ingest] | type[Extract] = Ingest, **options: Any) -> Kept:
        folder = tmp_path / f"kept-{next(numbers)}"
        folder.mkdir()
        if how is Ingest:
            options["fetched_at"] = datetime(2026, 2, 4, tzinfo=UTC)
        with how(bench, shape, folder=folder, label="users report", expected_days=(DAY,), **options) as report:
            for number, part in enumerate(parts):
                path = tmp_path / f"{folder.name}-{number}"
                path.write_bytes(part)
                report.add(path)
            found: Any = report.finish()
        files = found.files if how is Extract else [file.path for file in found.days.values()]
        return _by_user(list(map(str, files))), found.unknown_fields

    return run


def _by_user(files: Sequence[str]) -> dict[Any, dict[str, Any]]:
    with duckdb.connect() as connection:
        result = connection.execute(f"FROM read_parquet({list(files)}, hive_partitioning = false)")
        names = [column[0] for column in result.description]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {row["user_id"]: row | {"extra": json.loads(row["extra"] or "{}")} for row in rows}
