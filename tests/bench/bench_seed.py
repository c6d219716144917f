"""The seed query: a cold process against a hand-written script, and a warm statement beyond its calls; medians."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import httpx
from bytecode import compile_package
from local_github import served

RUNS = 15
CLIENT = httpx.Client()
COMMAND = str(Path(sys.executable).with_name("stackduck"))
STATEMENT = (
    "SELECT download_links, report_end_day, report_start_day "
    "FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'octo'"
)
BY_HAND = """
import io, os, tempfile
import duckdb, sqlglot, httpx
tree = sqlglot.parse_one(os.environ["STATEMENT"], dialect="duckdb")
where = tree.find(sqlglot.exp.EQ).expression.name
client = httpx.Client(base_url=os.environ["GITHUB_API_URL"], headers={"Authorization": "Bearer x"})
answer = client.get(f"/enterprises/{where}/copilot/metrics/reports/users-28-day/latest").raise_for_status()
with tempfile.NamedTemporaryFile(suffix=".json") as file:
    file.write(answer.content)
    file.flush()
    columns = "download_links, report_end_day, report_start_day"
    print(duckdb.sql(f"SELECT {columns} FROM read_json('{file.name}')").fetchall())
"""


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Time a whole process."""
    started = perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
    return perf_counter() - started


def cold(url: str) -> float:
    """Return how many times the script's time the command takes, pair by pair."""
    environment = {**os.environ, "GITHUB_API_URL": url, "GH_TOKEN": "x", "STATEMENT": STATEMENT}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    ours, theirs = [COMMAND, "exec", STATEMENT], [sys.executable, "-c", BY_HAND]
    seconds(ours, environment), seconds(theirs, environment)
    return statistics.median(seconds(ours, environment) / seconds(theirs, environment) for _ in range(RUNS))


def one_call(url: str) -> float:
    """Time the call alone, on a connection that is open already."""
    started = perf_counter()
    CLIENT.get(f"{url}/enterprises/octo/copilot/metrics/reports/users-28-day/latest").raise_for_status()
    return perf_counter() - started


def warm(url: str) -> float:
    """Return the milliseconds that a statement seen before costs beyond its call."""
    import stackduck

    with stackduck.connect(api_url=url, token="x") as connection:
        spent = []
        for _ in range(RUNS * 4):
            cursor = connection.execute(STATEMENT)
            cursor.fetchall()
            spent.append(cursor.stats.seconds - one_call(url))
    return statistics.median(spent[5:]) * 1000


def main() -> int:
    """Print each figure beside its limit; 1 when one is over it."""
    compile_package()
    with served() as url:
        ratio, beyond = cold(url), warm(url)
    print(f"seed query, cold process: {ratio:.2f} x the hand-written script (limit 1.35)")
    print(f"seed query, warm, beyond its call: {beyond:.1f} ms (limit 10)")
    return int(ratio > 1.35 or beyond > 10)


if __name__ == "__main__":
    sys.exit(main())
