"""A backfill into an empty archive, against a bare httpx client that makes the same calls and downloads the same links.

Both fetch four reports of 1,000 users from the same server in a process of its own, 8 at once, without pacing. httpx
holds each body in memory and forgets it; it neither writes nor reads it. The server answers after 50 ms, which is less
than GitHub takes, so that one report can be parsed while others are waited for; and at once, where all that counts is
who has less to do. What parsing alone takes is then told beside it: DuckDB's own COPY of the same files, a Parquet file
a report and day, which leaves out to look for unknown fields, doubles and lost fractions.
DAYS and USERS in the environment set the size; the figures that count are those of DAYS=365.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import duckdb
import httpx
from local_reports import WINDOW_DAYS, served

import stackduck
from stackduck.catalog.names import Catalog
from stackduck.execute import clock
from stackduck.execute.reports.shapes import report_shape
from stackduck.reports.kinds import REPORTS, day_request, latest_request

DAYS, USERS = int(os.environ.get("DAYS", "180")), int(os.environ.get("USERS", "1000"))
RUNS = 2 if DAYS < 100 else 1
AT_ONCE = 8
SAMPLE = 20
"""Days of which DuckDB's share is measured."""
NOW = datetime(2027, 8, 2, 12, tzinfo=UTC)
"""A time at which there is a year of every report."""
UNTIL = NOW.date() - timedelta(days=1)
"""The last day; the 28-day reports end on the one before."""


def targets() -> Iterator[str]:
    """Return the paths of the calls that fill an archive."""
    days = [UNTIL - timedelta(days=n) for n in range(DAYS)]
    for report in REPORTS.values():
        if report.has_latest:
            yield latest_request(report.name, "enterprise", "octo").path
    for at, day in enumerate(days):
        for report in REPORTS.values():
            if not 1 <= at <= WINDOW_DAYS or not report.has_latest:
                request = day_request(report.name, "enterprise", "octo", day=day)
                yield f"{request.path}?day={day}"


def bare(url: str) -> tuple[float, int]:
    """Return the seconds and bytes of httpx."""
    with httpx.Client(headers={"Authorization": "Bearer x"}, trust_env=False) as client:

        def fetch(target: str) -> int:
            links = json.loads(client.get(url + target).content)["download_links"]
            return sum(len(client.get(link, headers={"Authorization": ""}).content) for link in links)

        started = perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            size = sum(pool.map(fetch, targets()))
        return perf_counter() - started, size


def ours(url: str) -> tuple[float, int]:
    """Return the seconds and bytes of a backfill, connecting included."""
    since = UNTIL - timedelta(days=DAYS - 1)
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        with stackduck.connect(api_url=url, token="x", archive=folder, concurrency=AT_ONCE) as connection:
            summary = connection.sync(enterprise="octo", since=since, until=UNTIL, pace=None)
        spent = perf_counter() - started
        assert (summary.days, summary.missing) == (len(REPORTS) * DAYS, {})
        assert len(list(Path(folder).glob("*/*/scope=*/*/*/*.parquet"))) == len(REPORTS) * DAYS
    return spent, summary.bytes


def parsing(url: str) -> float:
    """Return the seconds that DuckDB takes for so many days of all reports, from files on disk."""
    catalog = Catalog.default()
    with tempfile.TemporaryDirectory() as folder, httpx.Client(trust_env=False) as client, duckdb.connect() as duck:
        duck.execute("SET preserve_insertion_order = false")
        statements = []
        for n in range(SAMPLE):
            day = NOW.date() - timedelta(days=100 + n)
            for report in REPORTS.values():
                request = day_request(report.name, "enterprise", "octo", day=day)
                links = client.get(url + request.path, params=dict(request.query)).json()["download_links"]
                files = [str(Path(folder, f"{report.name}-{day}-{at}.json")) for at in range(len(links))]
                for file, link in zip(files, links, strict=True):
                    Path(file).write_bytes(client.get(link).content)
                columns = dict(report_shape(catalog, report.name, "enterprise").columns)
                source = f"read_json({files}, format = 'newline_delimited', columns = {columns})"
                target = Path(folder, f"{report.name}-{day}.parquet")
                statements.append(f"COPY (FROM {source}) TO '{target}' (COMPRESSION zstd, WRITE_BLOOM_FILTER false)")
        started = perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda sql: duck.cursor().execute(sql), statements))
        return perf_counter() - started


def compared(latency: float) -> tuple[float, str]:
    """Return our rate as a share of httpx's, and what to tell of it."""
    with served(users=USERS, today=NOW.date(), latency=latency) as url:
        pairs = [(ours(url), bare(url)) for _ in range(RUNS)]
        duck = 0.0 if latency else parsing(url) / SAMPLE * DAYS
    assert {size for pair in pairs for _, size in pair} == {pairs[0][0][1]}
    rate = statistics.median(theirs[0] / mine[0] for mine, theirs in pairs)
    mine, theirs = (statistics.median(pair[at][0] for pair in pairs) for at in (0, 1))
    told = f"{rate:.2f} of httpx's rate; {mine:.2f} s, {theirs:.2f} s for {pairs[0][0][1] / 1e6:,.0f} MB"
    return rate, told + (f"; DuckDB's COPY alone takes {duck:.2f} s" if duck else "")


def main() -> int:
    """Print each figure beside its limit; 1 when one is over it."""
    clock.now = lambda: NOW
    print(f"{DAYS} days x {len(REPORTS)} reports of {USERS:,} users")
    rate, told = compared(0.05)
    print(f"answers after 50 ms: {told} (limit 0.70)")
    print(f"answers at once: {compared(0.0)[1]}")
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return int(rate < 0.7)


if __name__ == "__main__":
    sys.exit(main())
