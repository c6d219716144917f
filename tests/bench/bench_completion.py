"""A key press in the shell over 1,200 methods: statements are typed character by character, and each is completed."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, thread_time

from bench_show import HEAD, PATH, RESOURCE, SCHEMA
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory

import stackduck
from stackduck.shell.completion import SqlCompleter

LIMIT = 30.0
"""Milliseconds of any key press, once everything is read; the slowest counts."""
SERVICES, RESOURCES, FIELDS = 12, 50, 60
"""Two methods a resource."""
TABLES, ENTRIES = 300, 10_000
RUNS = 5
STATEMENTS = (
    "SELECT field_1, count(*) FROM github.service_3.things_7 WHERE org = 'octo-org' AND field_5 = 'x' GROUP BY field_1",
    "SELECT t.field_9 FROM things_42 t JOIN github.service_11.things_0 u ON t.field_1 = u.field_1 WHERE u.org IN ('a')",
    "WITH recent AS (SELECT * FROM github.service_0.things_1 WHERE org = 'o') SELECT r.field_30 FROM recent r",
    "SHOW METHODS IN github.service_5.things_9",
    "EXEC github.service_5.things_9.create @org='octo-org'",
)


def write_registry(folder: Path) -> None:
    """Write a provider github with 1,200 methods."""
    home = folder / "github" / "v9.0.0"
    home.mkdir(parents=True)
    fields = "".join(f"        field_{n}: {{type: string, description: What it says.}}\n" for n in range(FIELDS))
    parts = [
        *(HEAD, "paths:\n", *(PATH.format(n=n) for n in range(RESOURCES))),
        *("components:\n  schemas:\n", *(SCHEMA.format(n=n) + fields for n in range(RESOURCES))),
        *("  x-stackQL-resources:\n", *(RESOURCE.format(n=n) for n in range(RESOURCES))),
    ]
    listed = "providerServices:\n"
    for number in range(SERVICES):
        name = f"service_{number}"
        (home / f"{name}.yaml").write_text("".join(parts))
        listed += f"  {name}: {{id: {name}, name: {name}, service: {{$ref: github/v9.0.0/{name}.yaml}}}}\n"
    (home / "provider.yaml").write_text(f"id: github\nname: github\nversion: v9.0.0\n{listed}")


def completer_over(connection: stackduck.Connection) -> SqlCompleter:
    """Return a completer that has read everything: many local tables and a long history besides the catalog."""
    for number in range(TABLES):
        connection.execute(f"CREATE TABLE table_{number} AS SELECT 1 AS a, 2 AS b, 3 AS c")
    history = InMemoryHistory()
    for number in range(ENTRIES):
        history.append_string(f"SELECT * FROM github.service_0.things_1 WHERE org = 'octo-{number % 500}'")
    completer = SqlCompleter(connection, history=history)
    started = perf_counter()
    completer.refresh()
    ready = perf_counter()
    completer.wait()
    print(f"refresh: {(ready - started) * 1000:.1f} ms; reading in the background: {perf_counter() - ready:.2f} s")
    return completer


def key_presses(completer: SqlCompleter, statement: str) -> Iterator[float]:
    """Yield the milliseconds of work that each character of a statement takes; it waits for nothing."""
    for end in range(1, len(statement) + 1):
        document = Document(statement[:end], end)
        started = thread_time()
        list(completer.get_completions(document, CompleteEvent()))
        yield (thread_time() - started) * 1000


def best(statement: str, completer: SqlCompleter) -> Sequence[float]:
    """Return the quickest of several times for each key."""
    return [min(times) for times in zip(*(key_presses(completer, statement) for _ in range(RUNS)), strict=True)]


def main() -> int:
    """Print the median and the slowest key press of each statement; 1 when one is over the limit."""
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        os.environ["STACKDUCK_CACHE"] = f"{name}/cache"
        registry = Path(name, "registry")
        write_registry(registry)
        with stackduck.connect(registry=registry, archive=False) as connection:
            completer = completer_over(connection)
            for statement in STATEMENTS:
                first = max(key_presses(completer, statement))
                times = best(statement, completer)
                worst = max(worst, *times)
                slowest = statement[: times.index(max(times)) + 1]
                told = f"median {statistics.median(times):.1f} ms, slowest {max(times):.1f} ms, at first {first:.1f} ms"
                print(f"{told} (limit {LIMIT:.0f}): {slowest[-40:]}")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
