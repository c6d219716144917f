"""Looking around: SHOW METHODS and DESCRIBE in a service of 1.2 MB of YAML, the second time, against the same in one of
10 KB; each on a connection of its own, and then one after the other on one."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import stackduck

RUNS = 61
LIMIT = 1.5
BIG, SMALL = 1_200_000, 10_000
STATEMENTS = (
    "SHOW METHODS IN github.{}.things_0",
    "DESCRIBE EXTENDED github.{}.things_0",
    "SELECT name FROM stackduck.columns WHERE service = '{}' AND resource = 'things_0'",
)
HEAD = """\
openapi: 3.0.3
info: {title: made up, version: "1"}
servers: [{url: https://api.github.com}]
"""
PATH = """\
  /orgs/{{org}}/things-{n}:
    get:
      description: Lists the things of an organization, of which there may be many, a page at a time.
      parameters:
        - {{name: org, in: path, required: true, description: The login., schema: {{type: string}}}}
        - {{name: per_page, in: query, description: Results of a page (max 100)., schema: {{type: integer}}}}
      responses: {{"200": {{content: {{application/json: {{schema: {{$ref: "#/components/schemas/thing-{n}"}}}}}}}}}}
    post:
      parameters:
        - {{name: org, in: path, required: true, description: The login., schema: {{type: string}}}}
      requestBody: {{content: {{application/json: {{schema: {{$ref: "#/components/schemas/thing-{n}"}}}}}}}}
      responses: {{"201": {{content: {{application/json: {{schema: {{$ref: "#/components/schemas/thing-{n}"}}}}}}}}}}
"""
RESOURCE = """\
    things_{n}:
      methods:
        list: {{operation: {{$ref: "#/paths/~1orgs~1{{org}}~1things-{n}/get"}}, response: {{openAPIDocKey: "200"}}}}
        create: {{operation: {{$ref: "#/paths/~1orgs~1{{org}}~1things-{n}/post"}}, response: {{openAPIDocKey: "201"}}}}
      sqlVerbs:
        select: [{{$ref: "#/components/x-stackQL-resources/things_{n}/methods/list"}}]
        insert: [{{$ref: "#/components/x-stackQL-resources/things_{n}/methods/create"}}]
"""
SCHEMA = """\
    thing-{n}:
      type: object
      properties:
"""
FIELD = "        field_{f}: {{type: string, description: What the field {f} of the thing says.}}\n"


def document(size: int) -> str:
    """Return a service document of about so many bytes: resources of 40 columns and two methods."""
    schema = SCHEMA + "".join(FIELD.format(f=f) for f in range(40))
    count = max(1, size // len(PATH + RESOURCE + schema))
    parts = [
        *(HEAD, "paths:\n", *(PATH.format(n=n) for n in range(count))),
        *("components:\n  schemas:\n", *(schema.replace("{n}", str(n)) for n in range(count))),
        *("  x-stackQL-resources:\n", *(RESOURCE.format(n=n) for n in range(count))),
    ]
    return "".join(parts)


def write_registry(folder: Path) -> None:
    """Write a provider github with a big service and a small one."""
    home = folder / "github" / "v9.0.0"
    home.mkdir(parents=True)
    listed = "providerServices:\n"
    for name, size in (("big", BIG), ("small", SMALL)):
        text = document(size)
        assert 0.8 * size < len(text) < 1.2 * size, len(text)
        (home / f"{name}.yaml").write_text(text)
        listed += f"  {name}: {{id: {name}, name: {name}, service: {{$ref: github/v9.0.0/{name}.yaml}}}}\n"
    (home / "provider.yaml").write_text(f"id: github\nname: github\nversion: v9.0.0\n{listed}")


def anew(registry: Path) -> Callable[[str], float]:
    """Return what times a statement on a connection of its own, opening included."""

    def seconds(sql: str) -> float:
        started = perf_counter()
        with stackduck.connect(registry=registry) as connection:
            assert connection.execute(sql).fetchall()
            return perf_counter() - started

    return seconds


def again(connection: stackduck.Connection) -> Callable[[str], float]:
    """Return what times a statement on a connection that has run it before."""

    def seconds(sql: str) -> float:
        started = perf_counter()
        assert connection.execute(sql).fetchall()
        return perf_counter() - started

    return seconds


def compared(time: Callable[[str], float], statement: str) -> tuple[float, float, float]:
    """Return the ratio of the big service to the small one, and the medians of both in milliseconds."""
    big, small = (statement.format(name) for name in ("big", "small"))
    pairs = [(time(big), time(small)) for _ in range(RUNS + 2)][2:]
    medians = [statistics.median(column) * 1000 for column in zip(*pairs, strict=True)]
    return statistics.median(a / b for a, b in pairs), medians[0], medians[1]


def main() -> int:
    """Print each ratio beside its limit; 1 when one is over it."""
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        os.environ["STACKDUCK_CACHE"] = f"{name}/cache"
        registry = Path(name, "registry")
        write_registry(registry)
        with stackduck.connect(registry=registry) as connection:
            for words, time in (("new connection", anew(registry)), ("same connection", again(connection))):
                for statement in STATEMENTS:
                    ratio, big, small = compared(time, statement)
                    worst = max(worst, ratio)
                    what = statement.split(" github")[0].partition(" WHERE")[0]
                    print(f"{what}, {words}: {ratio:.2f} x ({big:.1f} ms, {small:.1f} ms; limit {LIMIT})")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
