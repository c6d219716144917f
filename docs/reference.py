"""Writes docs/reference/: every resource of the built-in documents, from the facts that SHOW and DESCRIBE read.

Run it with `make reference` after a change of a document; a test compares the pages with what this makes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import stackduck

FOLDER = Path(__file__).resolve().parent / "reference"
_INTRO = """\
# Reference

Every resource that the built-in documents describe, made from the same facts that `SHOW`, `DESCRIBE` and
`stackduck inspect` answer with. Services that `REGISTRY PULL` brings are described by those statements in the same way.
"""

Row = dict[str, object]


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    with stackduck.connect(registry=(), archive=False) as connection:
        facts = Facts(connection)
        services = facts.services()
        made = {f"{name}.md": "\n".join(facts.page(name)) for name in services}
        return {"README.md": "\n".join(facts.index(services)), **made}


class Facts:
    """Asks the tables of facts of one connection."""

    def __init__(self, connection: stackduck.Connection) -> None:
        self._connection = connection

    def services(self) -> list[str]:
        """Return the names of the services, with their provider's."""
        rows = self._rows("SELECT DISTINCT provider || '.' || service AS name FROM stackduck.resources ORDER BY name")
        return [str(row["name"]) for row in rows]

    def index(self, services: Iterable[str]) -> Iterator[str]:
        """Yield the lines of the first page: every resource with its first sentence."""
        yield _INTRO
        for name in services:
            yield f"## [{name}]({name}.md)\n"
            resources = self._resources(name)
            yield from table(
                ("resource", "what a row is", "verbs"),
                (
                    (f"[{r['name']}]({name}.md#{r['name']})", sentence(r["description"]), listed(r["verbs"]))
                    for r in resources
                ),
            )

    def page(self, service: str) -> Iterator[str]:
        """Yield the lines of a service's page."""
        yield f"# {service}\n\n[All services](README.md)\n"
        for resource in self._resources(service):
            yield from self._resource(resource)

    def _resources(self, service: str) -> list[Row]:
        asked = "SELECT * FROM stackduck.resources WHERE provider || '.' || service = $service ORDER BY name"
        return self._rows(asked, service=service)

    def _resource(self, resource: Row) -> Iterator[str]:
        yield f"## {resource['name']}\n\n{resource['description']}\n\n```text\n{resource['example']}\n```\n"
        of = {"service": resource["service"], "resource": resource["name"]}
        where = "WHERE service = $service AND resource = $resource"
        methods = self._rows(f"SELECT * FROM stackduck.methods {where} ORDER BY verb, position, name", **of)
        yield from table(
            ("method", "verb", "needs", "takes", "token"),
            (
                (f"`{m['name']}`", m["verb"], names(m["required"]), names(m["optional"]), m["scopes"] or "")
                for m in methods
            ),
        )
        parameters = self._rows(
            f"SELECT name, any_value(type) AS type, any_value(description) AS description FROM stackduck.parameters "
            f"{where} GROUP BY name ORDER BY bool_or(is_required) DESC, min(location), name",
            **of,
        )
        yield from table(("parameter", "type", "what it is"), described(parameters))
        columns = self._rows(f"SELECT * FROM stackduck.columns {where} ORDER BY position", **of)
        yield from table(("column", "type", "what it says"), described(columns))

    def _rows(self, sql: str, **parameters: object) -> list[Row]:
        cursor = self._connection.execute(sql, parameters or None)
        header = [column[0] for column in cursor.description or ()]
        return [dict(zip(header, row, strict=True)) for row in cursor.fetchall()]


def described(rows: Iterable[Row]) -> Iterator[tuple[object, ...]]:
    """Yield the cells of rows that have a name, a type and a description."""
    for row in rows:
        yield f"`{row['name']}`", f"`{row['type']}`", row["description"] or ""


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a table, and an empty one; nothing where there are no rows."""
    lines = [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    if lines:
        yield from (f"| {' | '.join(header)} |", f"|{'---|' * len(header)}", *lines, "")


def cell(value: object) -> str:
    """Return a value as it may stand in a table."""
    return str(value).replace("\n", " ").replace("|", "\\|").replace("<", "&lt;").strip()


def sentence(text: object) -> str:
    """Return the first sentence of a text."""
    return str(text).partition(". ")[0].rstrip(".") + "."


def listed(values: object) -> str:
    """Return the values of a list as text."""
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values or "")


def names(values: object) -> str:
    """Return names as code."""
    return ", ".join(f"`{value}`" for value in values) if isinstance(values, list) else ""


def main() -> int:
    """Write the pages, and remove those of services that are no more."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
