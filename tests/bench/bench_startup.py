"""What it costs to start: --version against a bare Python, SELECT 1 against a bare DuckDB; medians of runs in turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from bytecode import compile_package

RUNS = 21
COMMAND = str(Path(sys.executable).with_name("stackduck"))
BARE_DUCKDB = "import duckdb; duckdb.sql('SELECT 1').fetchall()"
CASES = {
    "stackduck --version": ([COMMAND, "--version"], "pass", 2.0),
    'stackduck exec "SELECT 1"': ([COMMAND, "exec", "SELECT 1"], BARE_DUCKDB, 1.3),
}


def seconds(command: list[str]) -> float:
    """Time a whole process."""
    started = perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=os.environ)
    return perf_counter() - started


def ratio(command: list[str], baseline: list[str]) -> float:
    """Run both in turn, once unmeasured, and compare them pair by pair."""
    seconds(command), seconds(baseline)
    return statistics.median(seconds(command) / seconds(baseline) for _ in range(RUNS))


def main() -> int:
    """Print each figure beside its limit; 1 when one is over it."""
    compile_package()
    failed = False
    for name, (command, code, limit) in CASES.items():
        found = ratio(command, [sys.executable, "-c", code])
        failed |= found > limit
        print(f"{name}: {found:.2f} x python -c {code!r} (limit {limit})")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
