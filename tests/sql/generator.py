"""Random statements over the made-up provider, each with the statement over complete tables that must give the same rows.

Both texts come from one walk: marks stand where they differ. A statement may be nonsense; DuckDB tells which are not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from made_up import DOMAINS, FIELDS, METHODS, Way

_MARK = re.compile(r"<<(\w):(\w+)(?::(\w+))?>>")
_ALIASES = ("p", "q", "r", "s", "Big", '"odd name"', "org", "things", "loc", "m")
_JOINS = (
    *(("JOIN",) * 6),
    *(("LEFT JOIN",) * 4),
    *("RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN", "INNER JOIN", "FULL OUTER JOIN", "LEFT OUTER JOIN"),
    *("CROSS JOIN", ",", ",", "ASOF JOIN", "ASOF LEFT JOIN"),
    *(("JOIN",) * 10),
)
_SET_OPERATIONS = (
    *("UNION ALL", "UNION ALL", "UNION", "EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL"),
    *("UNION BY NAME", "UNION ALL BY NAME"),
)
KIND = {"day": "DATE", "id": "BIGINT", "n": "BIGINT", "page": "BIGINT"}
# Name → (text over the provider, text over complete tables, its columns with what they range over).
VIEWS: Mapping[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    "v_plain": (
        "SELECT id, name, n, org FROM made.up.things",
        "SELECT id, name, n, org FROM all_things_org",
        (("id", "n"), ("name", "name"), ("n", "n"), ("org", "org")),
    ),
    "v_counts": (
        "SELECT org AS o, day, count(*) AS n FROM made.up.days WHERE n > 0 GROUP BY ALL",
        "SELECT org AS o, day, count(*) AS n FROM all_days_org_day WHERE n > 0 GROUP BY ALL",
        (("o", "org"), ("day", "day"), ("n", "n")),
    ),
    "v_joined": (
        "SELECT t.org, u.team, u.name FROM made.up.things t LEFT JOIN made.up.twofold u ON u.org = t.org AND u.team <> '?'",
        "SELECT t.org, u.team, u.name FROM all_things_org t LEFT JOIN all_twofold_org_team u ON u.org = t.org AND u.team <> '?'",
        (("org", "org"), ("team", "team"), ("name", "name")),
    ),
}


@dataclass
class Used:
    """A provider table of the statement, and which of its parameters the statement names."""

    resource: str
    mentioned: set[str] = field(default_factory=set)
    outside_output: set[str] = field(default_factory=set)

    @property
    def way(self) -> Way:
        methods = METHODS[self.resource]
        chosen = next(w for w in methods if w is methods[-1] or set(w.required) & {"team"} <= self.mentioned)
        optional = tuple(o for o in chosen.optional if o in self.mentioned)
        return Way(self.resource, chosen.required, optional, chosen.fields)


@dataclass(frozen=True)
class Col:
    """A column that may be named, what its values range over, and the parameters behind it."""

    name: str
    domain: str
    origins: tuple[tuple[int, str], ...] = ()


@dataclass
class Item:
    """A source in a FROM clause."""

    alias: str
    columns: list[Col]


@dataclass(frozen=True)
class Made:
    """A statement, what it must mean, and its values."""

    text: str
    truth: str
    parameters: Mapping[str, object]


class Generator:
    """Makes statements from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.used: list[Used] = []
        self.parameters: dict[str, object] = {}
        self.supplied: set[tuple[int, str]] = set()
        self.in_output = False
        self.names = 0
        self.last = Col("", "n")

    def statement(self) -> Made | None:
        """Return a statement; None where what it must mean is not defined."""
        self.used, self.parameters, self.supplied = [], {}, set()
        text, _ = self.query(3, {}, top=True)
        if not self.used or any(u.mentioned - u.outside_output - set(u.way.required) for u in self.used):
            return None
        return Made(self._user_text(text), self._truth_text(text), dict(self.parameters))

    def _user_text(self, text: str) -> str:
        def replaced(mark: re.Match[str]) -> str:
            kind, what, more = mark.groups()
            if kind == "T":
                name = f"made.up.{self.used[int(what)].resource}"
                return self.chance.choice([name, name, name.upper(), f'"made".up."{self.used[int(what)].resource}"'])
            return {"V": what, "C": more}[kind]

        return _MARK.sub(replaced, text)

    def _truth_text(self, text: str) -> str:
        def replaced(mark: re.Match[str]) -> str:
            kind, what, more = mark.groups()
            if kind == "T":
                used = self.used[int(what)]
                return used.way.truth if more == "aliased" else f"{used.way.truth} AS {used.resource}"
            return {"V": f"{what}_truth AS {what}", "C": f'"{more} (parameter)"'}[kind]

        return _MARK.sub(replaced, text)

    # Queries

    def query(self, depth: int, ctes: dict[str, list[Col]], *, top: bool = False, outer: list[Item] | None = None,
              width: int = 0) -> tuple[str, list[Col]]:
        """Return a query with its columns."""
        prefix = ""
        if depth > 0 and self.odds(0.45 if top else 0.1):
            prefix, ctes = self._with(depth - 1, ctes)
        if depth > 0 and self.odds(0.15):
            text, columns = self._set_operation(depth, ctes, top=top, width=width)
        else:
            text, columns = self.select(depth, ctes, top=top, outer=outer or [], width=width)
        return prefix + text, columns

    def _with(self, depth: int, ctes: dict[str, list[Col]]) -> tuple[str, dict[str, list[Col]]]:
        parts = []
        known = dict(ctes)
        recursive = self.odds(0.08)
        for _ in range(self.chance.choice([1, 1, 2])):
            name = self.chance.choice([n for n in ("c1", "c2", "c3", "c4", "loc", "things") if n not in known] or ["c9"])
            if recursive and self.odds(0.6):
                text, columns = self._recursive(name, depth, known)
            else:
                text, columns = self.query(depth, known)
            renamed = ""
            if self.odds(0.15):
                columns = [Col(f"w{i}", c.domain, c.origins) for i, c in enumerate(columns)]
                renamed = f"({', '.join(c.name for c in columns)})"
            parts.append(f"{name}{renamed} AS {self.chance.choice(['', '', 'MATERIALIZED ', 'NOT MATERIALIZED '])}({text})")
            known[name] = columns
        return f"WITH {'RECURSIVE ' if recursive else ''}{', '.join(parts)} ", known

    def _recursive(self, name: str, depth: int, ctes: dict[str, list[Col]]) -> tuple[str, list[Col]]:
        item, source = self._provider()
        first = Item(item.alias, item.columns)
        key = self.ref(self.chance.choice(first.columns), [first])
        number = f"{first.alias}.n"
        where = self.where([first], depth, ctes)
        columns = [Col("k", "name"), Col("n", "n")]
        step = f"SELECT k, {name}.n + 1 FROM {name} WHERE {name}.n < 3"
        if self.odds(0.4):
            other, text = self._provider(alias="z")
            on = self.where([other], 0, ctes).replace(" WHERE ", " AND ")
            step = f"SELECT k, {name}.n + 1 FROM {name} JOIN {text} ON z.n = {name}.n{on} WHERE {name}.n < 3"
        return f"SELECT {key}::VARCHAR AS k, {number} AS n FROM {source}{where} UNION {step}", columns

    def _set_operation(self, depth: int, ctes: dict[str, list[Col]], *, top: bool, width: int) -> tuple[str, list[Col]]:
        width = width or self.chance.randint(1, 3)
        left, columns = self.query(depth - 1, ctes, top=top, width=width)
        right, others = self.query(depth - 1, ctes, top=top, width=width)
        operation = self.chance.choice(_SET_OPERATIONS)
        merged = [
            Col(a.name, a.domain if a.domain == b.domain else "name", a.origins + b.origins)
            for a, b in zip(columns, others, strict=False)
        ]
        if "BY NAME" in operation:
            by_name = {c.name: c for c in others}
            merged = [Col(a.name, a.domain, a.origins + (by_name[a.name].origins if a.name in by_name else ())) for a in columns]
        wrap = self.odds(0.5) or left.startswith("WITH") or right.startswith("WITH")
        return (f"({left}) {operation} ({right})" if wrap else f"{left} {operation} {right}"), merged

    def select(self, depth: int, ctes: dict[str, list[Col]], *, top: bool, outer: list[Item], width: int) -> tuple[str, list[Col]]:
        """Return a SELECT with its columns."""
        items, source, single = self._from(depth, ctes, outer)
        conditions = self.where(items, depth, ctes, outer=outer)
        choice = self.chance.random()
        self.in_output, before = top, self.in_output
        if choice < 0.16:
            self.in_output = False
            text, columns = self._grouped(items, source, conditions, depth, ctes, width=width)
        elif choice < 0.24 and not top and not width and self.odds(0.8):
            text, columns = self._starred(items, source, conditions)
        elif single and choice < 0.36:
            self.in_output = False
            text, columns = self._ordered(items, source, conditions, width=width)
        else:
            text, columns = self._plain(items, source, conditions, depth, ctes, width=width)
        self.in_output = before
        return text, columns

    def _plain(self, items: list[Item], source: str, where: str, depth: int, ctes: dict[str, list[Col]], *, width: int) -> tuple[str, list[Col]]:
        pairs = self._projection(items, width, depth, ctes)
        columns = [c for _, c in pairs]
        listed = ", ".join(t for t, _ in pairs)
        tail = ""
        if self.odds(0.12):
            keys = ", ".join(self.ref(c, items) for c in self.pick(items, 2))
            order = self.ref(self.pick(items, 1)[0], items)
            window = self.chance.choice([f"rank() OVER (PARTITION BY {keys} ORDER BY {order})", f"count(*) OVER (PARTITION BY {keys})",
                                         f"sum(1) OVER (PARTITION BY {keys} ORDER BY {order})", "count(*) OVER ()",
                                         f"max({order}) OVER (PARTITION BY {keys})"])
            if self.odds(0.3):
                tail = f" QUALIFY {window}::VARCHAR {self.chance.choice(['=', '<=', '<>'])} '1'"
                if self.odds(0.3):
                    tail += f" AND {self.condition(items, depth, ctes)}"
            elif not width:
                listed += f", {window} AS w"
                columns.append(Col("w", "n"))
            elif self.odds(0.2):
                tail = f" WINDOW win AS (PARTITION BY {keys}) QUALIFY count(*) OVER win > 1"
        distinct = "DISTINCT " if self.odds(0.1) else ""
        if self.odds(0.05) and not distinct:
            return f"FROM {source} SELECT {listed}{where}{tail}", columns
        return f"SELECT {distinct}{listed}{',' if self.odds(0.02) else ''} FROM {source}{where}{tail}", columns

    def _starred(self, items: list[Item], source: str, where: str) -> tuple[str, list[Col]]:
        chosen = self.chance.choice([*items, None])
        if chosen is None:
            names = [c.name for i in items for c in i.columns]
            return f"SELECT * FROM {source}{where}", [c for i in items for c in i.columns if names.count(c.name) == 1]
        return f"SELECT {chosen.alias}.* FROM {source}{where}", list(chosen.columns)

    def _grouped(self, items: list[Item], source: str, where: str, depth: int, ctes: dict[str, list[Col]], *, width: int) -> tuple[str, list[Col]]:
        keys = self.pick(items, self.chance.choice([0, 1, 1, 2]))
        count = max(1, (width or len(keys) + 1) - len(keys))
        keys = keys[: width - 1] if width else keys
        columns, listed = [], []
        for i, key in enumerate(keys):
            name = self.chance.choice([key.name, key.name, f"g{i}", self.pick(items, 1)[0].name])
            columns.append(Col(name, key.domain, key.origins))
            listed.append(f"{self.ref(key, items)} AS {name}")
        for i in range(count):
            over = self.ref(self.pick(items, 1)[0], items)
            function = self.chance.choice(["count(*)", f"count({over})", f"max({over})", f"min({over})", f"count(DISTINCT {over})"])
            if self.odds(0.1):
                function += f" FILTER ({self.condition(items, depth, ctes)})"
            listed.append(f"{function}::VARCHAR AS f{i}")
            columns.append(Col(f"f{i}", "name"))
        group = ""
        if keys:
            named = ", ".join(self.ref(k, items) for k in keys)
            numbered = ", ".join(str(i + 1) for i in range(len(keys)))
            aliased = ", ".join(c.name for c in columns[: len(keys)])
            group = " GROUP BY " + self.chance.choice([named, named, numbered, "ALL", aliased, f"ROLLUP ({named})", f"GROUPING SETS (({named}), ())", f"CUBE ({named})"])
        if self.odds(0.3):
            group += " HAVING " + self.chance.choice(
                [self.condition([Item("", [Col(c.name, c.domain, c.origins) for c in columns[: len(keys)]])], 0, ctes) if keys else "count(*) > 1", "count(*) > 1", "max(1) = 1"]
            )
        return f"SELECT {', '.join(listed)} FROM {source}{where}{group}", columns

    def _ordered(self, items: list[Item], source: str, where: str, *, width: int) -> tuple[str, list[Col]]:
        """Return a query whose result depends on an order, over one provider table, whose id is unique."""
        pairs = self._projection(items, width, 0, {})
        listed = ", ".join(t for t, _ in pairs)
        columns = [c for _, c in pairs]
        on = self.ref(self.pick(items, 1)[0], items)
        identity = f"{items[0].alias}.id"
        kind = self.chance.randint(0, 4)
        if kind == 0:
            return f"(SELECT {listed} FROM {source}{where} ORDER BY {identity} LIMIT {self.chance.randint(1, 4)})", columns
        if kind == 1:
            return f"(SELECT {listed} FROM {source}{where} ORDER BY {identity} OFFSET 2)", columns
        if kind == 2:
            return f"(SELECT DISTINCT ON ({on}) {listed} FROM {source}{where} ORDER BY {on}, {identity})", columns
        window = f"row_number() OVER (PARTITION BY {on} ORDER BY {identity})"
        if kind == 3 or width:
            return f"SELECT {listed} FROM {source}{where} QUALIFY {window} = 1", columns
        over = self.chance.choice(["row_number()", "lag(name)", "lead(org)", "first_value(name)", "sum(n)"])
        return f"SELECT {listed}, {over} OVER (ORDER BY {identity}) AS w FROM {source}{where}", [*columns, Col("w", "n")]

    def _projection(self, items: list[Item], width: int, depth: int, ctes: dict[str, list[Col]]) -> list[tuple[str, Col]]:
        found = []
        seen: set[str] = set()
        for _ in range(width or self.chance.randint(1, 4)):
            column = self.pick(items, 1)[0]
            kind = self.chance.random()
            name = column.name if self.odds(0.75) else self.chance.choice(["k", "org", "name", "day", "e", "K"])
            while name.lower() in seen:
                self.names += 1
                name = f"x{self.names}"
            seen.add(name.lower())
            reference = self.ref(column, items)
            if kind < 0.8:
                text = reference if name == column.name and self.odds(0.7) else f"{reference} AS {name}"
                found.append((text, Col(name, column.domain, column.origins)))
            elif kind < 0.84:
                found.append((f"{name}: {reference}", Col(name, column.domain, column.origins)))
            elif kind < 0.88 and depth > 0:
                was, self.in_output = self.in_output, False
                found.append((f"({self._scalar(items, depth - 1, ctes)}) AS {name}", Col(name, "name")))
                self.in_output = was
            elif kind < 0.93:
                found.append((f"coalesce({reference}::VARCHAR, 'a') AS {name}", Col(name, "name")))
            else:
                found.append((f"{self.constant(column.domain)} AS {name}", Col(name, column.domain)))
        return found

    # FROM

    def _from(self, depth: int, ctes: dict[str, list[Col]], outer: list[Item]) -> tuple[list[Item], str, bool]:
        count = self.chance.choice([1, 1, 1, 2, 2, 3]) if depth > 0 else self.chance.choice([1, 1, 2])
        first, text, base = self._item(depth, ctes, [], set())
        items = [first]
        visible = [first]
        for _ in range(count - 1):
            taken = {i.alias.lower() for i in items}
            item, source, _ = self._item(depth, ctes, items, taken)
            join = self.chance.choice(_JOINS) if self.odds(0.97) else self.chance.choice(["POSITIONAL JOIN", "NATURAL JOIN", "NATURAL LEFT JOIN"])
            items.append(item)
            text += self._joined(join, source, visible, item, depth, ctes)
            if join not in ("SEMI JOIN", "ANTI JOIN"):
                visible.append(item)
        if count == 3 and self.odds(0.1) and "," not in text:
            text = f"({text})"
        return visible, text, base and count == 1

    def _joined(self, join: str, source: str, items: list[Item], item: Item, depth: int, ctes: dict[str, list[Col]]) -> str:
        if join in (",", "CROSS JOIN", "POSITIONAL JOIN") or join.startswith("NATURAL"):
            return f", {source}" if join == "," else f" {join} {source}"
        common = [c.name for c in item.columns if any(c.name == d.name for i in items for d in i.columns) and c.name != "id"]
        if common and self.odds(0.25) and not join.startswith("ASOF"):
            names = self.chance.sample(common, min(len(common), self.chance.choice([1, 1, 2])))
            for name in names:
                for column in (c for i in (*items, item) for c in i.columns if c.name == name):
                    self.mention(column)
            return f" {join} {source} USING ({', '.join(dict.fromkeys(names))})"
        both = [*items, item]
        parts = []
        if join.startswith("ASOF"):
            pairs = [(a, b) for i in items for a in i.columns for b in item.columns if self.kind(a) == self.kind(b)]
            for a, b in self.chance.sample(pairs, min(1, len(pairs))):
                parts.append(f"{self.ref(a, both)} >= {self.ref(b, both)}")
        for column in item.columns:
            same = [c for i in items for c in i.columns if c.domain == column.domain]
            if column.origins and same and self.odds(0.45):
                parts.append(f"{self.ref(self.chance.choice(same), both)} = {self.ref(column, both)}")
        parts += [self.supply(c, both) for c in item.columns if self._is_wanting(c) and self.odds(0.4)]
        if self.odds(0.4) or not parts:
            parts.append(self.condition(both, max(depth - 1, 0), ctes))
        return f" {join} {source} ON {' AND '.join(parts)}"

    def _item(self, depth: int, ctes: dict[str, list[Col]], before: list[Item], taken: set[str]) -> tuple[Item, str, bool]:
        """Return a source, its text, and whether it is a bare provider table."""
        kind = self.chance.random()
        alias = next(a for a in (self.chance.choice(_ALIASES) for _ in range(1000)) if a.lower() not in taken)
        if ctes and kind < 0.4:
            name = self.chance.choice(list(ctes))
            columns = ctes[name]
            if name in taken or self.odds(0.5):
                return Item(alias, columns), f"{name} AS {alias}", False
            return Item(name, columns), name, False
        if depth > 0 and kind < 0.58:
            return (*self._derived(alias, depth, ctes, before), False)
        if kind < 0.68:
            return (*self._local(alias, taken), False)
        if kind < 0.71 and not {"things", "v_plain"} & taken:
            name = self.chance.choice(list(VIEWS))
            self.used.append(Used("things", {"org"}, {"org"}))
            return Item(name, [Col(n, d) for n, d in VIEWS[name][2]]), f"<<V:{name}>>", False
        if kind < 0.74 and depth > 0:
            inner, text, _ = self._from(depth - 1, ctes, [])
            if all(i.alias.lower() not in taken for i in inner):
                return Item(inner[0].alias, inner[0].columns), f"({text})", False
        item, text = self._provider(alias=alias, taken=taken)
        return item, text, True

    def _derived(self, alias: str, depth: int, ctes: dict[str, list[Col]], before: list[Item]) -> tuple[Item, str]:
        lateral = bool(before) and self.odds(0.12)
        was, self.in_output = self.in_output, False
        text, columns = self.query(depth - 1, ctes, outer=before if lateral else None)
        self.in_output = was
        renamed = ""
        if self.odds(0.12):
            columns = [Col(f"d{i}", c.domain, c.origins) for i, c in enumerate(columns)]
            renamed = f"({', '.join(c.name for c in columns)})"
        return Item(alias, columns), f"{'LATERAL ' if lateral else ''}({text}) AS {alias}{renamed}"

    def _local(self, alias: str, taken: set[str]) -> tuple[Item, str]:
        loc = [Col("org", "org"), Col("name", "name"), Col("n", "n"), Col("day", "day")]
        choices: list[tuple[str, list[Col]]] = [
            ("loc", loc),
            ("other", [Col("k", "org"), Col("n", "n"), Col("team", "team")]),
            ("local_view", [Col("org", "org"), Col("n", "n")]),
        ]
        name, columns = self.chance.choice(choices)
        if self.odds(0.2):
            return Item(alias, [Col("v", "org"), Col("w", "n")]), f"(VALUES ('a', 1), ('b', 2), (NULL, 0)) AS {alias}(v, w)"
        if self.odds(0.1):
            return Item(alias, [Col("g", "n")]), f"range(3) AS {alias}(g)"
        if name in taken or self.odds(0.5):
            return Item(alias, columns), f"{name} {alias}"
        return Item(name, columns), name

    def _provider(self, *, alias: str = "", taken: set[str] | None = None) -> tuple[Item, str]:
        resource = self.chance.choice(["things", "things", "days", "days", "paged", "twofold", "shared"])
        used = Used(resource)
        self.used.append(used)
        at = len(self.used) - 1
        columns = [Col(f, "role" if f == "role" else f) for f in METHODS[resource][0].fields]
        names = ["org", *(["day"] if resource == "days" else [])]
        if resource == "twofold" and self.odds(0.6):
            names.append("team")
        if resource == "paged" and self.odds(0.5):
            names += self.chance.sample(["state", "page"], self.chance.choice([1, 1, 2]))
        columns += [Col(n, n, ((at, n),)) for n in names]
        if self.odds(0.25) and resource not in (taken or ()) and not alias.startswith("z"):
            return Item(resource, columns), f"<<T:{at}:plain>>"
        alias = alias or self.chance.choice(_ALIASES)
        if self.odds(0.08):
            named = columns[: self.chance.randint(1, len(columns))]
            for column in columns[: len(named)]:
                self.mention(column)
            renamed = [Col(f"r{i}", c.domain, c.origins) for i, c in enumerate(named)]
            return Item(alias, [*renamed, *columns[len(named):]]), f"<<T:{at}:aliased>> AS {alias}({', '.join(c.name for c in renamed)})"
        return Item(alias, columns), f"<<T:{at}:aliased>> {self.chance.choice(['AS ', ''])}{alias}"

    # Conditions

    def where(self, items: list[Item], depth: int, ctes: dict[str, list[Col]], *, outer: list[Item] | None = None) -> str:
        parts = [self.supply(c, items) for i in items for c in i.columns if self._is_wanting(c) and self.odds(0.93)]
        if self.odds(0.35):
            parts.append(self.condition(items, depth, ctes))
        if outer and self.odds(0.7):
            inner, other = self.pick(items, 1)[0], self.pick(outer, 1)[0]
            parts.append(f"{self.ref(inner, items)}::VARCHAR = {self.ref(other, outer)}::VARCHAR")
        for item in items:
            match = [u for i, u in enumerate(self.used) if u.resource == "shared" and not u.mentioned and i == len(self.used) - 1]
            if match and len(items) == 1 and item.columns and item.columns[-1].name == "org" and len(item.columns) == 5 and self.odds(0.4):
                match[0].mentioned.add("role")
                match[0].outside_output.add("role")
                role = f"{item.alias}.<<C:x:role>>" if self.odds(0.5) else "<<C:x:role>>"
                parts.append(self.chance.choice([f"{role} = 'all'", f"{role} IN ('all', 'boss')", f"({role} = 'all' OR {role} = 'boss')"]))
        self.chance.shuffle(parts)
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _is_wanting(self, column: Col) -> bool:
        return any(o not in self.supplied for o in column.origins)

    def supply(self, column: Col, items: list[Item]) -> str:
        """Return a condition that should give a parameter its values."""
        self.supplied.update(column.origins)
        was, self.in_output = self.in_output, False
        name, domain = self.ref(column, items), column.domain
        self.in_output = was
        low, high = sorted([self.constant(domain, plain=True), self.constant(domain, plain=True)])
        forms: list[Callable[[], str]] = [
            *([lambda: f"{name} = {self.constant(domain)}"] * 5),
            lambda: f"{self.constant(domain)} = {name}",
            *([lambda: f"{name} IN ({self.constant(domain)}, {self.constant(domain)})"] * 2),
            lambda: f"({name} = {self.constant(domain)} OR {name} = {self.constant(domain)})",
            lambda: f"{name} BETWEEN {low} AND {high}",
            lambda: f"({name} >= {low} AND {high} >= {name})",
            lambda: f"{name} IS NOT DISTINCT FROM {self.constant(domain)}",
            lambda: f"NOT {name} <> {self.constant(domain)}",
            lambda: f"({name}, 1) IN (({self.constant(domain)}, 1), ({self.constant(domain)}, 2))",
            lambda: f"({name} = {self.constant(domain)}) IS TRUE",
            lambda: f"{name} IN (VALUES ({self.constant(domain)}))",
            lambda: f"{name} = ANY([{self.constant(domain)}, {self.constant(domain)}])",
            lambda: f"{name} = (SELECT {self.constant(domain)})",
            lambda: f"CASE WHEN {name} = {self.constant(domain)} THEN true ELSE false END",
        ]
        return self.chance.choice(forms)()

    def condition(self, items: list[Item], depth: int, ctes: dict[str, list[Col]]) -> str:
        """Return any condition."""
        was, self.in_output = self.in_output, False
        text = self._condition(items, depth, ctes)
        self.in_output = was
        return text

    def _condition(self, items: list[Item], depth: int, ctes: dict[str, list[Col]]) -> str:
        kind = self.chance.random()
        column = self.last = self.pick(items, 1)[0]
        name, domain = self.ref(column, items), column.domain
        again = lambda: self._condition(items, max(depth - 1, 0), ctes)  # noqa: E731
        if kind < 0.2:
            return f"{name} {self.chance.choice(['=', '<>', '<', '>=', '=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])} {self.constant(domain)}"
        if kind < 0.27:
            return f"{name} IS {self.chance.choice(['', 'NOT '])}NULL"
        if kind < 0.37:
            return f"({again()} OR {again()})" if self.odds(0.9) else f"{again()} OR {again()}"
        if kind < 0.43:
            return f"({again()} AND {again()})"
        if kind < 0.48:
            return f"NOT ({again()})"
        if kind < 0.53:
            other = self.pick(items, 1)[0]
            return f"{name}::VARCHAR {self.chance.choice(['=', '=', '<'])} {self.ref(other, items)}::VARCHAR"
        if kind < 0.58:
            other = self.chance.choice([c for i in items for c in i.columns if self.kind(c) == self.kind(column)])
            return f"{name} = {self.ref(other, items)}"
        if kind < 0.64:
            other = self.pick(items, 1)[0]
            pairs = ", ".join(f"({self.constant(domain)}, {self.constant(other.domain)})" for _ in range(2))
            return f"({name}, {self.ref(other, items)}) {self.chance.choice(['', 'NOT '])}IN ({pairs})"
        if kind < 0.69:
            return f"{name} {self.chance.choice(['', 'NOT '])}IN ({self.constant(domain)}, {self.chance.choice(['NULL', self.constant(domain)])})"
        if kind < 0.72:
            return self.chance.choice(["1 = 1", "1 = 0", "true", "NULL", "1 = 1.0", "'a' = 'A'", "false OR true", "2 > 1"])
        if kind < 0.76:
            return f"coalesce({name}::VARCHAR, 'a') = 'a'"
        if kind < 0.79:
            return f"({name} = {self.constant(domain)}) {self.chance.choice(['IS TRUE', 'IS NOT TRUE', 'IS NULL', '= true', '= false', 'IS NOT FALSE'])}"
        if kind < 0.95 and depth > 0:
            return self._subquery_condition(items, name, depth - 1, ctes)
        return f"{name} BETWEEN {self.constant(domain)} AND {self.constant(domain)}"

    def _subquery_condition(self, items: list[Item], name: str, depth: int, ctes: dict[str, list[Col]]) -> str:
        negated = self.chance.choice(["", "", "NOT "])
        kind = self.chance.randint(0, 3)
        if kind == 0:
            text, _ = self.query(depth, ctes, outer=items if self.odds(0.5) else None, width=1)
            return f"{name}::VARCHAR {negated}IN (SELECT * FROM ({text}) AS l(one) WHERE true)".replace("SELECT * FROM", "SELECT one::VARCHAR FROM")
        if kind == 1:
            text, _ = self.query(depth, ctes, outer=items, width=1)
            return f"{negated}EXISTS ({text})"
        if kind == 2:
            return f"{name}::VARCHAR {self.chance.choice(['=', '<>', '>'])} ({self._scalar(items, depth, ctes)})"
        text, columns = self.query(depth, ctes, outer=items if self.odds(0.5) else None, width=1)
        cast = "" if columns and KIND.get(columns[0].domain) == KIND.get(self.last.domain) else "::VARCHAR"
        if cast:
            return f"{name}::VARCHAR {negated}IN (SELECT COLUMNS(*)::VARCHAR FROM ({text}))" if self.odds(0.3) else f"{negated}EXISTS ({text})"
        return f"{name} {negated}IN ({text})"

    def _scalar(self, items: list[Item], depth: int, ctes: dict[str, list[Col]]) -> str:
        inner, text, _ = self._from(depth, ctes, [])
        function = self.chance.choice(["max", "min", "count"])
        value = self.ref(self.pick(inner, 1)[0], inner)
        return f"SELECT {function}({value})::VARCHAR FROM {text}{self.where(inner, depth, ctes, outer=items)}"

    # Names and values

    def kind(self, column: Col) -> str:
        """Return the type of a column."""
        return KIND.get(column.domain, "VARCHAR")

    def pick(self, items: list[Item], count: int) -> list[Col]:
        columns = [c for i in items for c in i.columns]
        weighted = [c for c in columns for _ in range(3 if c.origins else 1)]
        return [self.chance.choice(weighted) for _ in range(count)] if weighted else [Col("1", "n")] * count

    def ref(self, column: Col, items: list[Item]) -> str:
        """Name a column, qualified or not."""
        self.mention(column)
        holders = [i for i in items if column in i.columns]
        same = [c for i in items for c in i.columns if c.name.lower() == column.name.lower()]
        if not holders or not holders[0].alias or (len(same) == 1 and self.odds(0.7)) or self.odds(0.01):
            return column.name
        return f"{self.chance.choice(holders).alias}.{column.name}"

    def mention(self, column: Col) -> None:
        for at, parameter in column.origins:
            self.used[at].mentioned.add(parameter)
            if not self.in_output:
                self.used[at].outside_output.add(parameter)

    def constant(self, domain: str, *, plain: bool = False) -> str:
        """Return an expression that is one of the values which a column may have."""
        if domain in ("n", "id", "page"):
            number = self.chance.choice([0, 1, 1, 2, 3])
            return self.chance.choice([str(number)] * 6 + ([] if plain else [f"{number + 1} - 1", f"'{number}'"]))
        values = DOMAINS.get(domain, ("a", "b", "x", "open"))
        value = self.chance.choice([*values, *values, "2026-01-04" if domain == "day" else "d"])
        if plain or self.odds(0.7):
            return f"'{value}'"
        if domain == "day":
            return self.chance.choice([f"DATE '{value}'", f"CAST('{value}' AS DATE)", f"DATE '{value}' + 1 - 1", self.placeholder(value), f"make_date(2026, 1, {int(value[-2:])})"])
        choices = [f"lower('{value.upper()}')", f"'{value}' || ''", self.placeholder(value), f"'{value}'::VARCHAR", f"(SELECT '{value}')", f"first_org()"]
        return self.chance.choice(choices)

    def placeholder(self, value: object) -> str:
        name = f"v{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def odds(self, share: float) -> bool:
        return self.chance.random() < share


assert FIELDS[0] == "id"
