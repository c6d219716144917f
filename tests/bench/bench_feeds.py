"""A join that feeds 200 values at 50 ms an answer, 8 at once; against the least that can be."""

from __future__ import annotations

import statistics
import sys
from time import perf_counter

from local_github import served

import stackduck

RUNS = 5
VALUES, AT_ONCE, LATENCY = 200, 8, 0.05
FIRST = "SELECT download_links FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'a'"
FED = (
    f"SELECT count(*) FROM range({VALUES}) AS r(n) "
    "JOIN github.copilot.copilot_user_usage_metrics u ON u.enterprise = 'octo-' || r.n"
)


def fed_join(url: str) -> float:
    """Return the time of a fed join as a multiple of 200 / 8 x 50 ms, start-up left out."""
    spent = []
    for _ in range(RUNS):
        with stackduck.connect(api_url=url, token="x") as connection:
            connection.execute(FIRST)
            started = perf_counter()
            assert connection.execute(FED).fetchall() == [(VALUES,)]
            spent.append(perf_counter() - started)
    return statistics.median(spent) / (VALUES / AT_ONCE * LATENCY)


def main() -> int:
    """Print the figure beside its limit; 1 when it is over it."""
    with served(LATENCY) as url:
        ratio = fed_join(url)
    print(f"a fed join over {VALUES} values at 50 ms: {ratio:.2f} x {VALUES} / {AT_ONCE} x 50 ms (limit 1.3)")
    return int(ratio > 1.3)


if __name__ == "__main__":
    sys.exit(main())
