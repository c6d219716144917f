"""Random statements over the made-up provider, each with one over complete tables that must give the same rows.

Both texts come from one walk: marks stand where they differ. A statement may be nonsense; DuckDB tells which are not.
"""

from __future__ import annotations

import re

from expressions import ALIASES, VIEWS, Col, Expressions, Item, Made, Used
from made_up import FIELDS

_MARK = re.compile(r"<<(\w):(\w+)(?::(\w+))?>>")
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


ANY = ("things", "things", "days", "days", "paged", "twofold", "shared", "usage")
REPORTS = ("usage",)


class Generator(Expressions):
    """Makes statements over some resources from a seed."""

    def statement(self) -> Made | None:
        """Return a statement; None where what it must mean is not defined."""
        self.used, self.parameters, self.supplied, self.on_days = [], {}, set(), set()
        text, _ = self.query(3, {}, top=True)
        if not self.used or not all(u.is_defined for u in self.used):
            return None
        has_days = {at for at, used in enumerate(self.used) if used.way.is_report} <= self.on_days
        return Made(self._user_text(text), self._truth_text(text), dict(self.parameters), has_days)

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

    def query(
        self,
        depth: int,
        ctes: dict[str, list[Col]],
        *,
        top: bool = False,
        outer: list[Item] | None = None,
        width: int = 0,
    ) -> tuple[str, list[Col]]:
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
            name = self.chance.choice(
                [n for n in ("c1", "c2", "c3", "c4", "loc", "things") if n not in known] or ["c9"]
            )
            if recursive and self.odds(0.6):
                text, columns = self._recursive(name, depth, known)
            else:
                text, columns = self.query(depth, known)
            renamed = ""
            if self.odds(0.15):
                columns = [Col(f"w{i}", c.domain, c.origins) for i, c in enumerate(columns)]
                renamed = f"({', '.join(c.name for c in columns)})"
            parts.append(
                f"{name}{renamed} AS {self.chance.choice(['', '', 'MATERIALIZED ', 'NOT MATERIALIZED '])}({text})"
            )
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
            merged = [
                Col(a.name, a.domain, a.origins + (by_name[a.name].origins if a.name in by_name else ()))
                for a in columns
            ]
        wrap = self.odds(0.5) or left.startswith("WITH") or right.startswith("WITH")
        return (f"({left}) {operation} ({right})" if wrap else f"{left} {operation} {right}"), merged

    def select(
        self, depth: int, ctes: dict[str, list[Col]], *, top: bool, outer: list[Item], width: int
    ) -> tuple[str, list[Col]]:
        """Return a SELECT with its columns."""
        items, source, single = self.from_clause(depth, ctes, outer)
        conditions = self.where(items, depth, ctes, outer=outer)
        choice = self.chance.random()
        self.in_output, before = top, self.in_output
        if choice < 0.16:
            self.in_output = False
            text, columns = self._grouped(items, source, conditions, depth, ctes, width=width)
        elif choice < 0.24 and not top and not width and self.odds(0.8):
            text, columns = self._starred(items, source, conditions)
        elif single and choice < 0.36:
            text, columns = self._ordered(items, source, conditions, width=width)
        else:
            text, columns = self._plain(items, source, conditions, depth, ctes, width=width)
        self.in_output = before
        return text, columns

    def _plain(
        self, items: list[Item], source: str, where: str, depth: int, ctes: dict[str, list[Col]], *, width: int
    ) -> tuple[str, list[Col]]:
        pairs = self._projection(items, width, depth, ctes)
        columns = [c for _, c in pairs]
        listed = ", ".join(t for t, _ in pairs)
        tail = ""
        was, self.in_output = self.in_output, False
        if self.odds(0.12):
            window = self.window(items)
            if self.odds(0.3):
                tail = f" QUALIFY {window}::VARCHAR {self.chance.choice(['=', '<=', '<>'])} '1'"
                if self.odds(0.3):
                    tail += f" AND {self.condition(items, depth, ctes)}"
            elif not width:
                listed += f", {window} AS w"
                columns.append(Col("w", "n"))
            elif self.odds(0.2):
                keys = self.ref(self.pick(items, 1)[0], items)
                tail = f" WINDOW win AS (PARTITION BY {keys}) QUALIFY count(*) OVER win > 1"
        self.in_output = was
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

    def _grouped(
        self, items: list[Item], source: str, where: str, depth: int, ctes: dict[str, list[Col]], *, width: int
    ) -> tuple[str, list[Col]]:
        keys = self.pick(items, self.chance.choice([0, 1, 1, 2]))
        count = max(1, (width or len(keys) + 1) - len(keys))
        keys = keys[: width - 1] if width else keys
        columns, listed = [], []
        for i, key in enumerate(keys):
            name = self.chance.choice([key.name, key.name, f"g{i}", self.pick(items, 1)[0].name])
            columns.append(Col(name, key.domain, key.origins))
            listed.append(f"{self.ref(key, items)} AS {name}")
        for i in range(count):
            function = self.chance.choice(["count(*)", "count({})", "max({})", "min({})", "count(DISTINCT {})"])
            if "{}" in function:
                function = function.format(self.ref(self.pick(items, 1)[0], items))
            if self.odds(0.1):
                function += f" FILTER ({self.condition(items, depth, ctes)})"
            listed.append(f"{function}::VARCHAR AS f{i}")
            columns.append(Col(f"f{i}", "name"))
        group = self._group_by(items, keys, columns) + self._having(keys, columns, ctes)
        return f"SELECT {', '.join(listed)} FROM {source}{where}{group}", columns

    def _group_by(self, items: list[Item], keys: list[Col], columns: list[Col]) -> str:
        if not keys:
            return ""
        named = ", ".join(self.ref(k, items) for k in keys)
        numbered = ", ".join(str(i + 1) for i in range(len(keys)))
        aliased = ", ".join(c.name for c in columns[: len(keys)])
        sets = [f"ROLLUP ({named})", f"GROUPING SETS (({named}), ())", f"CUBE ({named})"]
        return " GROUP BY " + self.chance.choice([named, named, numbered, "ALL", aliased, *sets])

    def _having(self, keys: list[Col], columns: list[Col], ctes: dict[str, list[Col]]) -> str:
        if not self.odds(0.3):
            return ""
        own = [Item("", list(columns[: len(keys)]))]
        on_key = self.condition(own, 0, ctes) if keys else "count(*) > 1"
        return " HAVING " + self.chance.choice([on_key, "count(*) > 1", "max(1) = 1"])

    def _ordered(self, items: list[Item], source: str, where: str, *, width: int) -> tuple[str, list[Col]]:
        """Return a query whose result depends on an order, over one provider table, whose id is unique."""
        pairs = self._projection(items, width, 0, {})
        listed = ", ".join(t for t, _ in pairs)
        columns = [c for _, c in pairs]
        was, self.in_output = self.in_output, False
        on = self.ref(self.pick(items, 1)[0], items)
        self.in_output = was
        identity = f"{items[0].alias}.id"
        kind = self.chance.randint(0, 4)
        if kind == 0:
            return (
                f"(SELECT {listed} FROM {source}{where} ORDER BY {identity} LIMIT {self.chance.randint(1, 4)})",
                columns,
            )
        if kind == 1:
            return f"(SELECT {listed} FROM {source}{where} ORDER BY {identity} OFFSET 2)", columns
        if kind == 2:
            return f"(SELECT DISTINCT ON ({on}) {listed} FROM {source}{where} ORDER BY {on}, {identity})", columns
        window = f"row_number() OVER (PARTITION BY {on} ORDER BY {identity})"
        if kind == 3 or width:
            return f"SELECT {listed} FROM {source}{where} QUALIFY {window} = 1", columns
        over = self.chance.choice(["row_number()", "lag(name)", "lead(org)", "first_value(name)", "sum(n)"])
        return f"SELECT {listed}, {over} OVER (ORDER BY {identity}) AS w FROM {source}{where}", [
            *columns,
            Col("w", "n"),
        ]

    def _projection(
        self, items: list[Item], width: int, depth: int, ctes: dict[str, list[Col]]
    ) -> list[tuple[str, Col]]:
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

    def from_clause(self, depth: int, ctes: dict[str, list[Col]], outer: list[Item]) -> tuple[list[Item], str, bool]:
        count = self.chance.choice([1, 1, 1, 2, 2, 3]) if depth > 0 else self.chance.choice([1, 1, 2])
        first, text, base = self._item(depth, ctes, [], set())
        items = [first]
        visible = [first]
        for _ in range(count - 1):
            taken = {i.alias.lower() for i in items}
            item, source, is_base = self._item(depth, ctes, items, taken)
            join = (
                self.chance.choice(_JOINS)
                if self.odds(0.97)
                else self.chance.choice(["POSITIONAL JOIN", "NATURAL JOIN", "NATURAL LEFT JOIN"])
            )
            if join == "POSITIONAL JOIN" and not (base and is_base):
                join = "CROSS JOIN"  # the rows of a query have no order
            items.append(item)
            text += self._joined(join, source, visible, item, depth, ctes)
            if join not in ("SEMI JOIN", "ANTI JOIN"):
                visible.append(item)
        if count > 1 and self.odds(0.1) and "," not in text:
            text = f"({text})"
        if depth > 0 and self.odds(0.06):
            text = self._nested_join(text, visible, depth, ctes)
        return visible, text, base and count == 1

    def _nested_join(self, text: str, visible: list[Item], depth: int, ctes: dict[str, list[Col]]) -> str:
        """Add a JOIN b JOIN c ON … ON …, whose second ON belongs to the first JOIN."""
        taken = {i.alias.lower() for i in visible}
        first, one, _ = self._item(0, ctes, visible, taken)
        second, two, _ = self._item(0, ctes, visible, taken | {first.alias.lower()})
        inner = self.chance.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        outer = self.chance.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN"])
        on = self._joined(inner, two, [first], second, depth, ctes)
        if " ON " not in on:
            return text
        visible += [first, second]
        parts = [self.supply(c, visible) for i in (first, second) for c in i.columns if self._is_wanting(c)]
        parts.append(self.condition(visible, 0, ctes))
        return f"{text} {outer} {one}{on} ON {' AND '.join(parts)}"

    def _joined(
        self, join: str, source: str, items: list[Item], item: Item, depth: int, ctes: dict[str, list[Col]]
    ) -> str:
        if join in (",", "CROSS JOIN", "POSITIONAL JOIN") or join.startswith("NATURAL"):
            return f", {source}" if join == "," else f" {join} {source}"
        common = [
            c.name for c in item.columns if any(c.name == d.name for i in items for d in i.columns) and c.name != "id"
        ]
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
            # DuckDB fails with an internal error at a subquery in ASOF's ON.
            parts.append(self.condition(both, 0 if join.startswith("ASOF") else max(depth - 1, 0), ctes))
        return f" {join} {source} ON {' AND '.join(parts)}"

    def _item(
        self, depth: int, ctes: dict[str, list[Col]], before: list[Item], taken: set[str]
    ) -> tuple[Item, str, bool]:
        """Return a source, its text, and whether it is a bare provider table."""
        kind = self.chance.random()
        alias = next(a for a in (self.chance.choice(ALIASES) for _ in range(1000)) if a.lower() not in taken)
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
            inner, text, _ = self.from_clause(depth - 1, ctes, [])
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
            return Item(
                alias, [Col("v", "org"), Col("w", "n")]
            ), f"(VALUES ('a', 1), ('b', 2), (NULL, 0)) AS {alias}(v, w)"
        if self.odds(0.1):
            return Item(alias, [Col("g", "n")]), f"range(3) AS {alias}(g)"
        if name in taken or self.odds(0.5):
            return Item(alias, columns), f"{name} {alias}"
        return Item(name, columns), name

    def _provider(self, *, alias: str = "", taken: set[str] | None = None) -> tuple[Item, str]:
        resource = self.chance.choice(self.resources)
        used = Used(resource)
        self.used.append(used)
        at = len(self.used) - 1
        # `role = 'all'` means the parameter wherever it stands beside the table: the field is left alone.
        columns = [Col(f, f) for f in FIELDS]
        names = ["org", *(["day"] if resource == "days" else [])]
        if resource == "usage":
            columns = [Col("day", "day", ((at, "day"),)), *columns]
            names = [self.chance.choice(["org", "org", "org", "enterprise"])]
        if resource == "twofold" and self.odds(0.6):
            names.append("team")
        if resource == "paged" and self.odds(0.5):
            names += self.chance.sample(["state", "page"], self.chance.choice([1, 1, 2]))
        columns += [Col(n, n, ((at, n),)) for n in names]
        if self.odds(0.25) and resource not in (taken or ()) and not alias.startswith("z"):
            return Item(resource, columns), f"<<T:{at}:plain>>"
        alias = alias or self.chance.choice(ALIASES)
        if self.odds(0.08):
            named = columns[: self.chance.randint(1, len(columns))]
            for column in columns[: len(named)]:
                self.mention(column)
            renamed = [Col(f"r{i}", c.domain, c.origins) for i, c in enumerate(named)]
            return Item(
                alias, [*renamed, *columns[len(named) :]]
            ), f"<<T:{at}:aliased>> AS {alias}({', '.join(c.name for c in renamed)})"
        return Item(alias, columns), f"<<T:{at}:aliased>> {self.chance.choice(['AS ', ''])}{alias}"
