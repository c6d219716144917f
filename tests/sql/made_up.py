"""A made-up provider with every row that it could ever give: what a plan reads can be compared with the whole truth.

`TABLES` describes its resources; `Universe` holds their rows in a DuckDB session, and answers a plan's calls from them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stackduck.catalog.names import Catalog
from stackduck.engine.session import Session
from stackduck.execute import feeding
from stackduck.execute.planning import PlanningDatabase
from stackduck.sql.plan import Plan, Scan, Selection, make_plan
from stackduck.sql.statements import Statement, of_text

PROVIDER = "made.up"
DOMAINS: Mapping[str, tuple[str, ...]] = {
    "org": ("a", "b", "c"),
    "enterprise": ("a", "b"),
    "day": ("2026-01-01", "2026-01-02", "2026-01-03"),
    "team": ("x", "y"),
    "state": ("open", "shut"),
    "page": ("1", "2"),
    "role": ("all", "boss"),
}
TYPES = {"day": "DATE", "page": "BIGINT", "id": "BIGINT", "n": "BIGINT"}
SCHEMAS = {"day": {"type": "string", "format": "date"}, "page": {"type": "integer"}}
FIELDS = ("id", "name", "n")


@dataclass(frozen=True)
class Way:
    """A method of a resource with the optional parameters that a statement may give it."""

    resource: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    fields: tuple[str, ...] = FIELDS
    is_report: bool = False
    """Whether its rows are those of a report, of which a condition on `day` chooses the days."""

    @property
    def given(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)

    @property
    def truth(self) -> str:
        """The table that has all rows of all values."""
        return "all_" + "_".join((self.resource, *self.given))

    def column(self, parameter: str) -> str:
        return f"{parameter} (parameter)" if parameter in self.fields else parameter


METHODS: Mapping[str, tuple[Way, ...]] = {
    "things": (Way("things", ("org",)),),
    "days": (Way("days", ("org", "day")),),
    "paged": (Way("paged", ("org",), ("state", "page")),),
    "twofold": (Way("twofold", ("org", "team")), Way("twofold", ("org",))),
    "shared": (Way("shared", ("org",), ("role",), (*FIELDS, "role")),),
    "usage": (
        Way("usage", ("enterprise",), (), ("day", *FIELDS), True),
        Way("usage", ("org",), (), ("day", *FIELDS), True),
    ),
}


def ways() -> list[Way]:
    """Return every method with every choice of its optional parameters."""
    return [
        replace(w, optional=tuple(o for i, o in enumerate(w.optional) if mask >> i & 1))
        for methods in METHODS.values()
        for w in methods
        for mask in range(1 << len(w.optional))
    ]


def way_of(scan: Scan) -> Way:
    """Return which rows a scan asks for."""
    method = next(w for w in METHODS[scan.resource.name] if scan.method.name == _method_name(w))
    return replace(method, optional=tuple(p for p in method.optional if scan.calls and p in dict(scan.calls[0])))


def _method_name(way: Way) -> str:
    return "by_" + "_and_".join(way.required)


Planning = PlanningDatabase


class Universe:
    """The provider's documents, its rows, and local tables beside them."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_documents(folder)
        self.catalog = Catalog.default([folder])
        self.session = Session()
        self.session.rows("SET threads = 1")
        self.database = Planning(self.session)
        chance = random.Random(seed)
        for way in ways():
            self._fill(way, chance)
        self._local_tables(chance)

    def _fill(self, way: Way, chance: random.Random) -> None:
        columns = [*way.fields, *(way.column(p) for p in way.given)]
        kinds = [TYPES.get(c.split(" ")[0], "VARCHAR") for c in columns]
        listed = ", ".join(f'"{c}" {k}' for c, k in zip(columns, kinds, strict=True))
        self.session.rows(f"CREATE TABLE {way.truth} ({listed})")
        rows: list[list[object]] = []
        for values in _combinations(way.given):
            for _ in range(chance.choice([3, 6, 9] if way.is_report else [0, 2, 3, 5])):
                rows.append([*_fields(chance, way.fields, number=len(rows) + 1), *values])
        chance.shuffle(rows)
        values_text = ", ".join("(" + ", ".join(map(_literal, row)) + ")" for row in rows)
        if rows:
            self.session.rows(f"INSERT INTO {way.truth} VALUES {values_text}")

    def _local_tables(self, chance: random.Random) -> None:
        self.session.rows("CREATE TABLE loc (org VARCHAR, name VARCHAR, n BIGINT, day DATE)")
        self.session.rows("CREATE TABLE other (k VARCHAR, n BIGINT, team VARCHAR)")
        for _ in range(6):
            day = chance.choice([*DOMAINS["day"], None])
            row = (chance.choice("abcd"), chance.choice("abx"), chance.choice([0, 1, 2, None]), day)
            self.session.rows(f"INSERT INTO loc VALUES ({', '.join(map(_literal, row))})")
            row2 = (chance.choice(["a", "b", "x", None]), chance.choice([0, 1, 2, None]), chance.choice("xyz"))
            self.session.rows(f"INSERT INTO other VALUES ({', '.join(map(_literal, row2))})")
        self.session.rows("CREATE VIEW local_view AS SELECT org, max(n) AS n FROM loc GROUP BY org")
        self.session.rows("CREATE MACRO first_org() AS 'a'")
        self.session.rows("SET VARIABLE since = DATE '2026-10-30'")
        self.session.rows("CREATE MACRO coin() AS random() > 0.5")
        self.session.rows("CREATE MACRO january(d, n) AS d = make_date(2026, 1, n)")
        self.session.rows("CREATE MACRO this_moment() AS now()::VARCHAR")

    def plan(
        self,
        statement: str | Statement,
        parameters: Mapping[str, object] | None = None,
        *,
        defaults: Mapping[str, str] | None = None,
    ) -> Plan:
        parsed = of_text(statement) if isinstance(statement, str) else statement
        return make_plan(parsed, parameters or {}, self.catalog, database=self.database, default_values=defaults)

    def fill(self, plan: Plan) -> None:
        """Make the relations of a plan and put in what its calls would give."""
        for scan in plan.scans:
            self.session.create(scan.relation, scan.types)
        if plan.is_fed:
            feeding.prepare(plan, self.session)
        for at, scans in enumerate(plan.stages):
            feeding.keep(plan, at, self.session)
            for scan in scans:
                filled = feeding.filled_by_data(scan, self.session, most=1_000_000)
                if filled.calls or filled.selections:
                    self.session.rows(self._answers(filled))

    def _answers(self, scan: Scan) -> str:
        way = way_of(scan)
        names = [name for name, _ in scan.calls[0]] if scan.calls else [*way.required]
        read = [f'"{f.name}"' if scan.needed is None or f.name.lower() in scan.needed else "NULL" for f in scan.columns]
        given = {p.name for p in scan.parameters} & set(names)
        read += [f'"{way.column(p.name)}"' if p.name in given else "NULL" for p in scan.parameters]
        keys = ", ".join(f'"{way.column(n)}"::VARCHAR' for n in names)
        wanted = ", ".join("(" + ", ".join(_literal(v) for _, v in call) + ")" for call in scan.calls)
        chosen = f"({keys}) IN ({wanted})" if wanted else "false"
        if scan.is_report:
            chosen = " OR ".join(map(_chosen, scan.selections)) or "false"
        relation = scan.relation.replace('"', '""')
        return f'INSERT INTO "{relation}" SELECT {", ".join(read)} FROM {way.truth} WHERE {chosen}'


def _chosen(selection: Selection) -> str:
    """Return which rows a selection means; where it says nothing of days, all that there are."""
    days = ", ".join(_literal(str(day)) for day in sorted(selection.days or ()))
    on_days = "true" if selection.days is None else f"day IN ({days})" if days else "false"
    return f"({selection.scope} = {_literal(selection.name)} AND {on_days})"


def _fields(chance: random.Random, names: tuple[str, ...], *, number: int) -> list[object]:
    choices: Mapping[str, tuple[object, ...]] = {
        "name": ("a", "b", "x", "open", None),
        "n": (0, 1, 2, 3, None),
        "role": ("all", "boss", "a", None),
        "day": DOMAINS["day"],
    }
    return [number if name == "id" else chance.choice(choices[name]) for name in names]


def _combinations(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for name in names:
        found = [(*rest, value) for rest in found for value in DOMAINS[name]]
    return found


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def write_documents(folder: Path) -> None:
    """Write the provider's documents, in StackQL's format."""
    home = folder / "made" / "v1"
    (home / "services").mkdir(parents=True)
    reference = {"$ref": "made/v1/services/up.yaml"}
    entry = {"id": "up:v1", "title": "up", "version": "v1", "service": reference}
    listing = {"id": "made", "name": "made", "version": "v1", "providerServices": {"up": entry}}
    (home / "provider.yaml").write_text(json.dumps(listing), encoding="utf-8")
    (home / "services" / "up.yaml").write_text(json.dumps(_service()), encoding="utf-8")


def _service() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    resources: dict[str, Any] = {}
    for name, methods in METHODS.items():
        listed = {}
        for way in methods:
            path = "/" + "/".join((name, *("{" + p + "}" for p in way.required)))
            paths[path] = {"get": _operation(way)}
            pointer = path.replace("/", "~1")
            listed[_method_name(way)] = {
                "operation": {"$ref": f"#/paths/{pointer}/get"},
                "response": {"mediaType": "application/json", "openAPIDocKey": "200"},
            }
        verbs = [{"$ref": f"#/components/x-stackQL-resources/{name}/methods/{m}"} for m in listed]
        resources[name] = {"id": f"made.up.{name}", "methods": listed, "sqlVerbs": {"select": verbs}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "up", "version": "1"},
        "paths": paths,
        "components": {"schemas": {}, "x-stackQL-resources": resources},
    }


def _operation(way: Way) -> dict[str, Any]:
    parameters = [
        {"name": p, "in": place, "required": place == "path", "schema": SCHEMAS.get(p, {"type": "string"})}
        for place, names in (("path", way.required), ("query", way.optional))
        for p in names
    ]
    kinds = {f: SCHEMAS.get(f, {"type": "integer" if TYPES.get(f) == "BIGINT" else "string"}) for f in way.fields}
    row = {"type": "object", "properties": kinds}
    content = {"application/json": {"schema": {"type": "array", "items": row}}}
    found = {"parameters": parameters, "responses": {"200": {"content": content}}}
    return found | ({"x-stackduck-report": {"report": "users", "scope": way.required[0]}} if way.is_report else {})
