"""Report files into an archive and into one statement, against DuckDB's own reading of the same files; medians.

STACKDUCK_BENCH_MB is how large the reports are, 500 by default. 5000 shows how memory and time grow.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

import duckdb
from made_up_reports import days, users_shape, write_day, write_parts

from stackduck.catalog.names import Catalog
from stackduck.engine.archive.days import Archive
from stackduck.engine.ingest.extract import Extract
from stackduck.engine.ingest.ingest import Ingest
from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench

SIZE = int(os.environ.get("STACKDUCK_BENCH_MB", "500")) * 1_000_000
RUNS, SMALL_RUNS = 3, 40
PARTS = 8
NOW = datetime(2026, 3, 1, tzinfo=UTC)
THREE = (("day",), ("user_id",), ("code_generation_activity_count",))
PART = 62_500_000
SMALL_GROUPS = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480"
COPY_LIMIT = 1.6
READ_LIMIT, READ_MORE = 1.25, 0.3
"""Times, and seconds more."""
MEMORY_LIMIT = 1000
"""Megabytes."""
TINY, TINY_LIMIT, SMALL_LIMIT = 20_000, 10, 40
"""Bytes, and milliseconds of those up to that and of others."""


def seconds(work: Callable[[], object]) -> float:
    """Time some work."""
    started = perf_counter()
    work()
    return perf_counter() - started


def keep(bench: Workbench, archive: Archive, shape: ReportShape, parts: Sequence[Path], *, of: Sequence[date]) -> None:
    """Make files of a report's parts and store them."""
    options = {"label": "bench", "fetched_at": NOW, "expected_days": tuple(of)}
    with archive.incoming() as folder, Ingest(bench, shape, folder=folder, **options) as ingest:  # type: ignore[arg-type]
        for part in parts:
            ingest.add(part)
        archive.store(shape.report, "org", "octo", {day: file.path for day, file in ingest.finish().days.items()})


def kept(folder: Path, parts: Sequence[Path], *, of: Sequence[date]) -> None:
    """Keep a report in an archive that is new."""
    shutil.rmtree(folder / "archive", ignore_errors=True)
    bench = Workbench(folder / "spill")
    keep(bench, Archive(folder / "archive", host="bench"), users_shape(), parts, of=of)
    bench.close()


def extracted(folder: Path, parts: Sequence[Path], *, of: Sequence[date]) -> None:
    """Read three columns of a report for one statement."""
    bench = Workbench(folder / "spill")
    with tempfile.TemporaryDirectory(dir=folder) as name:
        options = {"label": "bench", "expected_days": tuple(of)}
        shape = users_shape().narrowed(THREE)
        with Extract(bench, shape, folder=Path(name), **options) as extract:  # type: ignore[arg-type]
            for part in parts:
                extract.add(part)
            extract.finish()
    bench.close()


def read(shape: ReportShape, parts: Sequence[Path]) -> str:
    """Return DuckDB's reading of the declared columns."""
    return f"read_json({list(map(str, parts))}, format = 'newline_delimited', columns = {dict(shape.columns)})"


def copied(folder: Path, parts: Sequence[Path], options: str = "FORMAT parquet") -> None:
    """Let DuckDB alone write the declared columns to Parquet."""
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM {read(users_shape(), parts)}) TO '{folder / 'copied.parquet'}' ({options})")


def loaded(parts: Sequence[Path]) -> None:
    """Let DuckDB alone read three columns into a table."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS FROM {read(users_shape().narrowed(THREE), parts)}")


def in_turn(*works: Callable[[], object]) -> list[float]:
    """Return the median time of each, run in turn."""
    spent = [[seconds(work) for work in works] for _ in range(RUNS)]
    return [statistics.median(times) for times in zip(*spent, strict=True)]


def large(folder: Path, count: int) -> bool:
    """Measure a report of so many days in eight parts."""
    of = days(count)
    parts = write_parts(folder / "large", size=SIZE, parts=PARTS, of=of)
    ours, plain, tuned = in_turn(
        partial(kept, folder, parts, of=of),
        partial(copied, folder, parts),
        partial(copied, folder, parts, SMALL_GROUPS),
    )
    mine, theirs = in_turn(partial(extracted, folder, parts, of=of), partial(loaded, parts))
    shutil.rmtree(folder / "large")
    print(
        f"{SIZE / 1e6:.0f} MB of {count} day(s) in {PARTS} parts to the archive: {ours / plain:.2f} x DuckDB's COPY "
        f"(limit {COPY_LIMIT}); {ours:.2f} s, {plain:.2f} s, and {tuned:.2f} s to zstd in small row groups"
    )
    print(
        f"three columns of {count} day(s), no archive: {mine:.2f} s; read_json of them {theirs:.2f} s "
        f"(limit {READ_LIMIT} x + {READ_MORE} s)"
    )
    return ours > COPY_LIMIT * plain or mine > READ_LIMIT * theirs + READ_MORE


def memory(folder: Path) -> bool:
    """Measure processes of their own that keep a quarter, and all."""
    peaks = []
    for size in (SIZE // 4, SIZE):
        parts = write_parts(folder / "memory", size=size, parts=max(PARTS, size // PART), of=days(28))
        command = [sys.executable, __file__, str(folder), *map(str, parts)]
        spent, peak = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        peaks.append(peak)
        shutil.rmtree(folder / "memory")
        print(
            f"{size / 1e6:.0f} MB of 28 days in a process of its own: {spent:.2f} s, {size / 1e6 / spent:.0f} MB/s, "
            f"{peak:.0f} MB of memory (limit {MEMORY_LIMIT})"
        )
    return max(peaks) > MEMORY_LIMIT


def one_process(folder: Path, parts: Sequence[Path]) -> int:
    """Keep a report, and tell how long it took and how much memory."""
    spent = seconds(partial(kept, folder, parts, of=days(28)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with suppress(FileNotFoundError):
        # A process has inherited what its parent had once.
        status = Path("/proc/self/status").read_text().splitlines()
        peak = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
    print(json.dumps([spent, peak / 1024]))
    return 0


def small(folder: Path) -> bool:
    """Measure reports of one day as an organization of 1,000 people has them, one after the other."""
    (day,) = days(1)
    bench = Workbench(folder / "spill")
    is_over = False
    for shape, part in _small_parts(folder, day):
        work = partial(keep, bench, Archive(folder / f"small-{shape.report}", host="bench"), shape, [part], of=[day])
        spent = [seconds(work) * 1000 for _ in range(SMALL_RUNS)]
        size, median = part.stat().st_size, statistics.median(spent)
        limit = TINY_LIMIT if size < TINY else SMALL_LIMIT
        print(
            f"a day of {shape.report}, {size / 1000:.0f} KB: {median:.1f} ms (limit {limit}), {min(spent):.1f} at least"
        )
        is_over |= median > limit
    bench.close()
    return is_over


def _small_parts(folder: Path, day: date) -> list[tuple[ReportShape, Path]]:
    member = [
        {"user_id": n, "user_login": f"user-{n}", "day": str(day), "team_id": n % 9, "slug": "a"} for n in range(1000)
    ]
    pulls = {"total_created": 3, "total_merged": 2, "median_minutes_to_merge": 12.5}
    repository = [{"day": str(day), "repo_id": n, "repo_name": f"repo-{n}", "pull_requests": pulls} for n in range(20)]
    cut = [{"feature": f"feature-{n}", "code_generation_activity_count": n, "loc_added_sum": 7 * n} for n in range(12)]
    entity = [{"day": str(day), "daily_active_users": 450, "totals_by_feature": cut, "pull_requests": pulls}]
    found = [(users_shape(), write_day(folder / "users", day, users=320))]
    rows = {"user_team_days": member, "repo_days": repository, "entity_days": entity}
    for resource_name, records in rows.items():
        path = folder / resource_name
        path.write_text("\n".join(map(json.dumps, records)))
        found.append((_shape(resource_name), path))
    return found


def _shape(name: str) -> ReportShape:
    (method, *_) = Catalog.default().resource("github", "copilot_usage", name).methods.values()
    keys = {"user_team_days": ("day", "user_id", "team_id"), "repo_days": ("day", "repo_id")}
    columns = tuple((column.name, column.type) for column in method.columns if column.name != "extra")
    return ReportShape(name.removesuffix("_days"), columns, keys.get(name, ("day",)))


def main() -> int:
    """Print each figure beside its limit; 1 when one is over it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return int(any([small(folder), large(folder, 1), large(folder, 28), memory(folder)]))


if __name__ == "__main__":
    sys.exit(one_process(Path(sys.argv[1]), list(map(Path, sys.argv[2:]))) if len(sys.argv) > 1 else main())
