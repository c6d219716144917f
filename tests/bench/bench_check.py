"""What it costs to check a folder of a hundred files against one of them alone; the best of runs in turn.

Two folders: a hundred short statements that all differ, and the queries that come along, repeated up to a hundred.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bytecode import compile_package

FILES = 100
LIMIT = 3.0
RUNS = 5
COMMAND = str(Path(sys.executable).with_name("stackduck"))
QUERIES = Path(__file__).parents[2] / "queries"
SHORT = """SELECT user_login, sum(code_generation_activity_count) AS generations
FROM github.copilot_usage.user_days
WHERE enterprise = 'octo-{n}' AND day >= current_date - {n}
GROUP BY ALL ORDER BY generations DESC LIMIT {n};
"""


def short_files(folder: Path) -> None:
    """Write files of one short statement each, no two of them alike."""
    for number in range(1, FILES + 1):
        (folder / f"q{number:03}.sql").write_text(SHORT.format(n=number))


def copies(folder: Path) -> None:
    """Write the queries that come along, again and again."""
    found = sorted(QUERIES.glob("*.sql"))
    for number in range(FILES):
        (folder / f"q{number:03}.sql").write_text(found[number % len(found)].read_text())


def seconds(path: Path) -> float:
    """Time a whole process."""
    started = perf_counter()
    subprocess.run([COMMAND, "check", str(path), "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - started


def main() -> int:
    """Print each figure beside its limit; 1 when one is over it."""
    compile_package()
    failed = False
    for name, write in (("short files", short_files), ("queries", copies)):
        with TemporaryDirectory() as made:
            folder = Path(made)
            write(folder)
            first = min(folder.iterdir())
            times = [(seconds(first), seconds(folder)) for _ in range(RUNS)]
        one, many = (min(column) for column in zip(*times, strict=True))
        failed |= many / one > LIMIT
        print(f"{FILES} {name}: {many:.2f} s, {many / one:.2f} x one file's {one:.2f} s (limit {LIMIT})")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
