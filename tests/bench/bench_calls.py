"""Many calls: 60 values that take 50 ms each, and 10,000 seats over 100 pages; against the least that can be."""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import duckdb
import httpx
from local_github import PAGES, served

import stackduck

RUNS = 7
FIRST = "SELECT download_links FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'a'"
SEATS = "SELECT * FROM github.copilot.org_seats WHERE org = 'octo' ORDER BY last_activity_at LIMIT 1"
AT_ONCE = 8


def fan_out(url: str) -> float:
    """Return the time of 60 calls as a multiple of 60 / 8 x 50 ms, start-up left out."""
    listed = ", ".join(f"'octo-{n}'" for n in range(60))
    statement = f"SELECT count(*) FROM github.copilot.copilot_user_usage_metrics WHERE enterprise IN ({listed})"
    spent = []
    for _ in range(RUNS):
        with stackduck.connect(api_url=url, token="x") as connection:
            connection.execute(FIRST)
            started = perf_counter()
            assert connection.execute(statement).fetchall() == [(60,)]
            spent.append(perf_counter() - started)
    return statistics.median(spent) / (60 / AT_ONCE * 0.05)


def plain_gets(url: str) -> float:
    """Time the same GETs with httpx at the same concurrency."""
    with httpx.Client(base_url=url) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        client.get("/orgs/octo/copilot/billing/seats?per_page=100&page=1")
        started = perf_counter()
        paths = [f"/orgs/octo/copilot/billing/seats?per_page=100&page={n + 1}" for n in range(len(PAGES))]
        list(pool.map(lambda path: client.get(path).content, paths))
        return perf_counter() - started


def plain_load(folder: Path) -> float:
    """Time DuckDB's read_json of the same bodies into a table."""
    with duckdb.connect() as connection:
        started = perf_counter()
        connection.execute(f"CREATE TABLE t AS SELECT unnest(seats, max_depth := 2) FROM read_json('{folder}/*.json')")
        return perf_counter() - started


def seats(url: str) -> float:
    """Time 10,000 seats, the whole row, in a session that has called before."""
    with stackduck.connect(api_url=url, token="x") as connection:
        connection.execute(FIRST)
        started = perf_counter()
        cursor = connection.execute(SEATS)
        spent = perf_counter() - started
        assert len(cursor.fetchall()) == 1
        return spent


def main() -> int:
    """Print each figure beside its limit; 1 when one is over it."""
    with served(0.05) as url:
        fanned = fan_out(url)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as name, served() as url:
        for n, page in enumerate(PAGES):
            Path(name, f"{n:03}.json").write_bytes(page)
        ours, gets, loads = [], [], []
        for _ in range(RUNS):
            ours.append(seats(url))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        for _ in range(RUNS):
            ours.append(seats(url))
            gets.append(plain_gets(url))
            loads.append(plain_load(Path(name)))
    medians = [statistics.median(x) for x in (ours[-RUNS:], gets, loads)]
    ratio = medians[0] / max(medians[1:])
    print(f"60 values in an IN list at 50 ms: {fanned:.2f} x 60 / 8 x 50 ms (limit 1.3)")
    print(
        f"10,000 seats over 100 pages: {ratio:.2f} x the slower of httpx and read_json (limit 1.5); "
        f"{medians[0]:.3f} s, {medians[1]:.3f} s, {medians[2]:.3f} s; memory grew by {grown:.0f} MB (limit 200)"
    )
    return int(fanned > 1.3 or ratio > 1.5 or grown > 200)


if __name__ == "__main__":
    sys.exit(main())
