"""Names, values and conditions of random statements, and what is known of the columns that they may name."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from made_up import DOMAINS, METHODS, Way

# What a parameter may range over → queries of one column that give some of its values, and others.
_FED_FROM: Mapping[str, tuple[str, ...]] = {
    "org": (
        "SELECT org FROM loc",
        "SELECT k FROM other",
        "SELECT org FROM local_view WHERE n > 0",
        "VALUES ('a'), (NULL), ('d'), ('a')",
        "SELECT x FROM unnest(['a', 'c']) AS t(x)",
        "SELECT k FROM other UNION SELECT 'b'",
    ),
    "day": ("SELECT day FROM loc", "SELECT DATE '2026-01-01' + n::INT FROM range(2) AS r(n)"),
    "team": ("SELECT team FROM other", "SELECT lower(upper(team)) FROM other WHERE n >= 0"),
    "page": ("SELECT n FROM loc", "SELECT range FROM range(3)", "VALUES (1)"),
    "state": ("VALUES ('open'), ('x')", "SELECT name FROM loc"),
    "n": ("SELECT n FROM other",),
    "id": ("SELECT n FROM other",),
}
ALIASES = ("p", "q", "r", "s", "Big", '"odd name"', "org", "things", "loc", "m")
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
        "SELECT t.org, u.team, u.name FROM made.up.things t "
        "LEFT JOIN made.up.twofold u ON u.org = t.org AND u.team <> '?'",
        "SELECT t.org, u.team, u.name FROM all_things_org t "
        "LEFT JOIN all_twofold_org_team u ON u.org = t.org AND u.team <> '?'",
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
        rarer = {"team", "enterprise"}
        chosen = next(w for w in methods if w is methods[-1] or set(w.required) & rarer <= self.mentioned)
        return replace(chosen, optional=tuple(o for o in chosen.optional if o in self.mentioned))

    @property
    def is_defined(self) -> bool:
        """Whether no optional parameter is only selected: what it would mean is not defined."""
        return self.mentioned - self.outside_output <= {*self.way.required, *(["day"] if self.way.is_report else [])}


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
    has_days: bool = False
    """Whether a WHERE has a condition on the day alone for every report."""


class Expressions:
    """Makes conditions and constants from a seed; the queries within them come from the subclass."""

    def __init__(self, seed: int, *, resources: Sequence[str], fed: float = 0.0) -> None:
        self.chance = random.Random(seed)
        self.resources = resources
        self.fed = fed
        """The share of parameters that data gives."""
        self.used: list[Used] = []
        self.parameters: dict[str, object] = {}
        self.supplied: set[tuple[int, str]] = set()
        self.on_days: set[int] = set()
        """The reports for which a WHERE has a condition on the day alone."""
        self.in_output = False
        self.names = 0
        self.last = Col("", "n")

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
        raise NotImplementedError

    def from_clause(self, depth: int, ctes: dict[str, list[Col]], outer: list[Item]) -> tuple[list[Item], str, bool]:
        """Return the sources of a FROM clause, its text, and whether it is a single provider table."""
        raise NotImplementedError

    def where(
        self, items: list[Item], depth: int, ctes: dict[str, list[Col]], *, outer: list[Item] | None = None
    ) -> str:
        wanting = [c for i in items for c in i.columns if self._is_wanting(c) and self.odds(0.93)]
        parts = [self.supply(c, items) for c in wanting]
        # IS NULL may only ask whether an outer join found a row.
        chosen = [c for c, part in zip(wanting, parts, strict=True) if "NULL" not in part]
        self.on_days.update(at for c in chosen for at, name in c.origins if name == "day")
        if self.odds(0.35):
            parts.append(self.condition(items, depth, ctes))
        if outer and self.odds(0.7):
            inner, other = self.pick(items, 1)[0], self.pick(outer, 1)[0]
            parts.append(f"{self.ref(inner, items)}::VARCHAR = {self.ref(other, outer)}::VARCHAR")
        for item in items:
            match = [
                u
                for i, u in enumerate(self.used)
                if u.resource == "shared" and not u.mentioned and i == len(self.used) - 1
            ]
            if (
                match
                and len(items) == 1
                and item.columns
                and item.columns[-1].name == "org"
                and len(item.columns) == 4
                and self.odds(0.4)
            ):
                match[0].mentioned.add("role")
                match[0].outside_output.add("role")
                role = f"{item.alias}.<<C:x:role>>" if self.odds(0.5) else "<<C:x:role>>"
                parts.append(
                    self.chance.choice(
                        [f"{role} = 'all'", f"{role} IN ('all', 'boss')", f"({role} = 'all' OR {role} = 'boss')"]
                    )
                )
        self.chance.shuffle(parts)
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _is_wanting(self, column: Col) -> bool:
        return any(o not in self.supplied for o in column.origins)

    def supply(self, column: Col, items: list[Item]) -> str:
        """Return a condition that should give a parameter its values."""
        if self.fed and self.odds(self.fed):
            return self.feed(column, items)
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
            lambda: f"{name} = ANY({self.listed(domain)})",
            lambda: f"{name} IN {self.listed(domain)}",
            lambda: f"list_contains({self.listed(domain)}, {name})",
            lambda: f"{name} = (SELECT {self.constant(domain)})",
            lambda: f"CASE WHEN {name} = {self.constant(domain)} THEN true ELSE false END",
        ]
        if any(self.used[at].way.is_report for at, _ in column.origins) and self.odds(0.8):
            return self.on_day(name) if domain == "day" else self.chance.choice(forms[:3])()
        return self.chance.choice(forms)()

    def feed(self, column: Col, items: list[Item]) -> str:
        """Return a condition by which data should give a parameter its values."""
        self.supplied.update(column.origins)
        was, self.in_output = self.in_output, False
        name, same = self.ref(column, items), [c for i in items for c in i.columns if self.kind(c) == self.kind(column)]
        others = [self.ref(c, items) for c in same if not set(c.origins) & set(column.origins)]
        self.in_output = was
        holder = next(i.alias for i in items if column in i.columns)
        qualified = f"{holder}.{column.name}" if holder else name
        source = self.chance.choice(_FED_FROM.get(column.domain, ("SELECT name FROM loc", "VALUES ('a'), (NULL)")))
        other = self.chance.choice(others) if others else f"({source} ORDER BY 1 LIMIT 1)"
        is_text = self.kind(column) == "VARCHAR"
        forms: list[Callable[[], str]] = [
            *([lambda: f"{name} = {other}"] * 6),
            *([lambda: f"{self._changed(other, is_text=is_text)} = {name}"] * 3),
            *([lambda: f"{name} IN ({source})"] * 3),
            lambda: f"{name} = ANY({source})",
            lambda: f"{name} = (SELECT min(one) FROM ({source}) AS l(one))",
            lambda: f"{name} IN (SELECT one FROM ({source}) AS l(one) ORDER BY one DESC LIMIT 2)",
            lambda: f"({name}, 1) IN (SELECT one, 1 FROM ({source}) AS l(one))",
            lambda: f"({name}, 1) = ({other}, 1)",
            lambda: f"({name} = {other} OR {name} = {self.constant(column.domain)})",
            lambda: f"({name} = {other} OR {name} IN ({source}))",
            lambda: f"EXISTS (SELECT 1 FROM ({source}) AS l(one) WHERE l.one = {qualified})",
            lambda: f"EXISTS (FROM ({source}) AS l(one) JOIN loc AS k ON {qualified} = l.one WHERE k.n >= 0)",
            lambda: f"{name} IN (SELECT l.one FROM ({source}) AS l(one) WHERE l.one = {qualified})",
            lambda: f"{name} IN (SELECT one FROM ({source}) AS l(one) WHERE one = {other})",
        ]
        return self.chance.choice(forms)()

    def _changed(self, other: str, *, is_text: bool) -> str:
        """Return a function of a column, most of whose values are still those of its domain."""
        text = [f"lower({other})", f"{other} || ''", f"coalesce({other}, 'a')", f"CAST({other} AS TEXT)"]
        text += [f"CASE WHEN {other} > 'a' THEN {other} ELSE 'b' END"]
        return self.chance.choice(text if is_text else [f"{other}", f"coalesce({other}, NULL)", f"({other})"])

    def on_day(self, name: str) -> str:
        """Return a condition on nothing but the day of a report."""
        number = self.chance.choice([1, 2, 3])
        forms: list[Callable[[], str]] = [
            *([lambda: f"{name} {self.chance.choice(['>=', '>', '<', '<=', '<>', '='])} {self.constant('day')}"] * 6),
            lambda: f"{self.constant('day')} <= {name}",
            lambda: f"{name} NOT IN ({self.constant('day')}, {self.constant('day')})",
            lambda: f"NOT {name} > {self.constant('day')}",
            lambda: f"NOT ({name} < {self.constant('day')} OR {name} = {self.constant('day')})",
            lambda: f"({name} >= {self.constant('day')} AND {name} < {self.constant('day')} + 2)",
            lambda: f"{name} BETWEEN {self.constant('day')} AND {self.constant('day')}",
            lambda: f"{name} NOT BETWEEN {self.constant('day')} AND {self.constant('day')}",
            lambda: f"dayofweek({name}) = {number + 3}",
            lambda: f"extract('day' FROM {name}) IN ({number}, 2)",
            lambda: f"{name}::VARCHAR LIKE '2026-01-0{number}%'",
            lambda: f"strftime({name}, '%d') = '0{number}'",
            lambda: f"date_trunc('month', {name}) = DATE '2026-0{self.chance.choice([1, 1, 2])}-01'",
            lambda: f"CAST({name} AS TIMESTAMP) - INTERVAL {number} DAY >= TIMESTAMP '2026-01-01'",
            lambda: f"CASE WHEN {name} > {self.constant('day')} THEN {name} = {self.constant('day')} ELSE true END",
            lambda: f"coalesce({name}, DATE '2026-01-0{number}') = {self.constant('day')}",
            lambda: f"{name} IS DISTINCT FROM {self.constant('day')}",
            lambda: f"{name} IS {self.chance.choice(['', 'NOT '])}NULL",
            lambda: f"({name} > {self.constant('day')}) IS NOT TRUE",
            lambda: f"({self.on_day(name)} OR {self.on_day(name)})",
            lambda: f"({self.on_day(name)} AND {self.on_day(name)})",
            lambda: f"list_contains({self.listed('day')}, {name})",
            lambda: f"january({name}, {number})",
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

        def again() -> str:
            return self._condition(items, max(depth - 1, 0), ctes)

        if domain == "day" and self.odds(0.3):
            return self.on_day(name)
        if kind < 0.2:
            operator = self.chance.choice(["=", "<>", "<", ">=", "=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"])
            return f"{name} {operator} {self.constant(domain)}"
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
            other = self.chance.choice(
                [c for i in items for c in i.columns if self.kind(c) == self.kind(column)] or [column]
            )
            return f"{name} = {self.ref(other, items)}"
        return self._rarer_condition(column, name, kind, items, depth, ctes)

    def _rarer_condition(
        self, column: Col, name: str, kind: float, items: list[Item], depth: int, ctes: dict[str, list[Col]]
    ) -> str:
        domain = column.domain
        if kind < 0.64:
            other = self.pick(items, 1)[0]
            pairs = ", ".join(f"({self.constant(domain)}, {self.constant(other.domain)})" for _ in range(2))
            return f"({name}, {self.ref(other, items)}) {self.chance.choice(['', 'NOT '])}IN ({pairs})"
        if kind < 0.69:
            second = self.chance.choice(["NULL", self.constant(domain)])
            return f"{name} {self.chance.choice(['', 'NOT '])}IN ({self.constant(domain)}, {second})"
        if kind < 0.72:
            return self.chance.choice(
                ["1 = 1", "1 = 0", "true", "NULL", "1 = 1.0", "'a' = 'A'", "false OR true", "2 > 1"]
            )
        if kind < 0.76:
            return f"coalesce({name}::VARCHAR, 'a') = 'a'"
        if kind < 0.79:
            test = self.chance.choice(["IS TRUE", "IS NOT TRUE", "IS NULL", "= true", "= false", "IS NOT FALSE"])
            return f"({name} = {self.constant(domain)}) {test}"
        if kind < 0.95 and depth > 0:
            return self._subquery_condition(items, name, depth - 1, ctes)
        return f"{name} BETWEEN {self.constant(domain)} AND {self.constant(domain)}"

    def _subquery_condition(self, items: list[Item], name: str, depth: int, ctes: dict[str, list[Col]]) -> str:
        negated = self.chance.choice(["", "", "NOT "])
        kind = self.chance.randint(0, 3)
        if kind == 0:
            text, _ = self.query(depth, ctes, outer=items if self.odds(0.5) else None, width=1)
            return f"{name}::VARCHAR {negated}IN (SELECT * FROM ({text}) AS l(one) WHERE true)".replace(
                "SELECT * FROM", "SELECT one::VARCHAR FROM"
            )
        if kind == 1:
            text, _ = self.query(depth, ctes, outer=items, width=1)
            return f"{negated}EXISTS ({text})"
        if kind == 2:
            return f"{name}::VARCHAR {self.chance.choice(['=', '<>', '>'])} ({self._scalar(items, depth, ctes)})"
        text, columns = self.query(depth, ctes, outer=items if self.odds(0.5) else None, width=1)
        cast = "" if columns and KIND.get(columns[0].domain) == KIND.get(self.last.domain) else "::VARCHAR"
        if cast:
            return (
                f"{name}::VARCHAR {negated}IN (SELECT COLUMNS(*)::VARCHAR FROM ({text}))"
                if self.odds(0.3)
                else f"{negated}EXISTS ({text})"
            )
        return f"{name} {negated}IN ({text})"

    def _scalar(self, items: list[Item], depth: int, ctes: dict[str, list[Col]]) -> str:
        inner, text, _ = self.from_clause(depth, ctes, [])
        function = self.chance.choice(["max", "min", "count"])
        value = self.ref(self.pick(inner, 1)[0], inner)
        return f"SELECT {function}({value})::VARCHAR FROM {text}{self.where(inner, depth, ctes, outer=items)}"

    def window(self, items: list[Item]) -> str:
        """Return a window function whose values do not depend on the order of equal rows."""
        kind = self.chance.randint(0, 4)
        if kind == 0:
            return "count(*) OVER ()"
        keys = ", ".join(self.ref(c, items) for c in self.pick(items, self.chance.choice([1, 2])))
        if kind == 1:
            return f"count(*) OVER (PARTITION BY {keys})"
        other = self.ref(self.pick(items, 1)[0], items)
        if kind == 2:
            return f"max({other}) OVER (PARTITION BY {keys})"
        return f"{'rank()' if kind == 3 else 'sum(1)'} OVER (PARTITION BY {keys} ORDER BY {other})"

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
            return self.chance.choice(
                [
                    f"DATE '{value}'",
                    f"CAST('{value}' AS DATE)",
                    f"DATE '{value}' + 1 - 1",
                    self.placeholder(value),
                    f"make_date(2026, 1, {int(value[-2:])})",
                ]
            )
        choices = [
            f"lower('{value.upper()}')",
            f"'{value}' || ''",
            self.placeholder(value),
            f"'{value}'::VARCHAR",
            f"(SELECT '{value}')",
            "first_org()",
        ]
        return self.chance.choice(choices)

    def listed(self, domain: str) -> str:
        """Return a bound list of values which a column may have."""
        kind = {"n": int, "id": int, "page": int, "day": date.fromisoformat}.get(domain, str)
        values = [kind(self.constant(domain, plain=True).strip("'")) for _ in range(self.chance.choice([1, 2, 2, 3]))]
        return self.placeholder([*values, None] if self.odds(0.1) else values)

    def placeholder(self, value: object) -> str:
        name = f"v{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def odds(self, share: float) -> bool:
        return self.chance.random() < share
