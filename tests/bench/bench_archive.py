"""Days in an archive: listed, and grouped from cold, against DuckDB alone over the same Parquet files; medians."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from bench_ingest import keep
from bytecode import compile_package
from made_up_reports import FIRST_DAY, days, users_shape, write_parts

from stackduck.engine.archive.days import Archive
from stackduck.engine.ingest.workbench import Workbench
from stackduck.engine.report_sql import Kept, Reports
from stackduck.engine.session import Session

SIZE = int(os.environ.get("STACKDUCK_BENCH_MB", "500")) * 1_000_000
RUNS = 9
LIMIT, LISTING_LIMIT = 1.5, 0.25
OWNER = ("users", "org", "octo")
YEAR = 365
FLAT = "SELECT day, count(DISTINCT user_id), sum(loc_added_sum) FROM {rows} GROUP BY ALL ORDER BY day"
NESTED = "SELECT feature, sum(code_generation_activity_count) FROM {features} GROUP BY ALL ORDER BY feature"
FEATURES = (("feature", "VARCHAR"), ("code_generation_activity_count", "BIGINT"))
BY_HAND = """
import sys, duckdb
rows = f"read_parquet('{sys.argv[1]}/users/**/*.parquet', hive_partitioning = true)"
features = f"(SELECT unnest(totals_by_feature, max_depth := 2) FROM {rows})"
print(duckdb.sql(sys.argv[2].format(rows=rows, features=features)).fetchall())
"""


def ours(root: Path, query: str) -> str:
    """Answer a query from the archive."""
    session, shape = Session(), users_shape()
    entries = Archive(root, host="bench").listing(*OWNER).entries.values()
    reports = Reports(shape, [Kept(e.path, e.columns) for e in entries], lambda sql: session.describe(sql, {}))
    wanted = ["day", "user_id", "loc_added_sum"]
    features = f"({reports.elements('totals_by_feature', ['day'], FEATURES)})"
    return str(session.rows(query.format(rows=f"({reports.rows(wanted)})", features=features)))


def timed(*command: str) -> tuple[float, str]:
    """Time a whole process; returns what it prints too."""
    started = perf_counter()
    said = subprocess.run([sys.executable, *command], check=True, stdout=subprocess.PIPE, text=True).stdout
    return perf_counter() - started, said


def grouped(root: Path, query: str) -> bool:
    """Compare two cold processes, and what they answer."""
    ratios, spent = [], []
    for _ in range(RUNS):
        mine, answer = timed(__file__, str(root), query)
        theirs, expected = timed("-c", BY_HAND, str(Archive(root, host="bench").folder), query)
        assert answer == expected
        ratios.append(mine / theirs)
        spent.append((mine, theirs))
    ratio = statistics.median(ratios)
    first, second = (statistics.median(times) for times in zip(*spent, strict=True))
    print(f"{query.split(' FROM')[0]} …, cold: {ratio:.2f} x DuckDB (limit {LIMIT}); {first:.2f} s, {second:.2f} s")
    return ratio > LIMIT


def listed(root: Path) -> bool:
    """Time the listing of a year."""
    archive = Archive(root, host="bench")
    (home,) = {path.parent.parent for path in archive.folder.rglob("report.parquet")}
    source = next(home.rglob("report.parquet"))
    for number in range(YEAR):
        target = home / f"day={FIRST_DAY - timedelta(days=number + 1)}" / source.name
        target.parent.mkdir()
        target.hardlink_to(source)
    spent = []
    for _ in range(RUNS):
        started = perf_counter()
        assert len(archive.listing(*OWNER).entries) > YEAR
        spent.append(perf_counter() - started)
    median = statistics.median(spent)
    print(f"a year listed: {median * 1000:.0f} ms (limit {LISTING_LIMIT * 1000:.0f})")
    return median > LISTING_LIMIT


def main() -> int:
    """Print each figure beside its limit; 1 when one is over it."""
    compile_package()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        parts = write_parts(root / "parts", size=SIZE, parts=8, of=days(28))
        bench = Workbench(root / "spill")
        keep(bench, Archive(root / "archive", host="bench"), users_shape(), parts, of=days(28))
        bench.close()
        shutil.rmtree(root / "parts")
        return int(any([*(grouped(root / "archive", query) for query in (FLAT, NESTED)), listed(root / "archive")]))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(ours(Path(sys.argv[1]), sys.argv[2]))
        sys.exit()
    sys.exit(main())
