"""What an expression can be made of at a place: parameters that are still needed, columns, values, functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from stackduck.catalog.model import Column, Parameter, Resource, Verb
from stackduck.shell.completion import needs, spelling
from stackduck.shell.completion.clauses import Table
from stackduck.shell.completion.columns import columns_of, fields_of
from stackduck.shell.completion.facts import Facts
from stackduck.shell.completion.places import Place
from stackduck.shell.completion.ranking import Candidate, Weight

_VERBS: Mapping[str, Verb] = {"insert": "insert", "update": "update", "replace": "replace", "delete": "delete"}
_KEYS = ("id", "login", "slug", "day")
_SCOPES = ("enterprise_id", "organization_id")
_UNQUOTED = ("BIGINT", "DOUBLE", "BOOLEAN")
Tables = list[tuple[Table, tuple[Column, ...]]]
"""The tables of a query with their columns, in the order in which they are named."""

COMMON = frozenset(
    {
        *("count", "sum", "avg", "min", "max", "coalesce", "date_trunc", "date_diff", "round", "lower", "upper"),
        *("unnest", "any_value", "arg_max", "median", "row_number", "lag", "string_agg", "strftime", "nullif", "list"),
    }
)
"""Functions that many statements have."""


class Operands:
    """The operands of one place."""

    def __init__(self, place: Place, facts: Facts, *, defaults: Mapping[str, str]) -> None:
        self._place, self._facts, self._defaults = place, facts, defaults
        self._verb: Verb = _VERBS.get(place.verb, "select")

    @cached_property
    def _columns(self) -> Tables:
        """The tables of the query with their columns; those of a change have its body's attributes."""
        return [(table, self._columns_of(table)) for table in self._place.tables]

    def __iter__(self) -> Iterator[Candidate]:
        if self._place.qualifier:
            return self._qualified()
        return self._plain()

    def _plain(self) -> Iterator[Candidate]:
        is_right_side = bool(self._place.compared)
        if not is_right_side:
            yield from self._required()
            yield from join_conditions(self._place, self._columns)
        if self._place.clause != "VALUES":
            yield from self._all_columns()
        yield from self._outputs()
        if self._place.clause in ("WHERE", "FROM") and not is_right_side:
            yield from self._optional()
        yield from self._aliases()
        for table in self._place.outer:
            for column in self._columns_of(table):
                yield self._candidate(column, (table.alias, column.name), Weight.OUTER)
        if self._place.clause != "SET" or is_right_side:
            yield from functions(self._facts, all_of_them=bool(self._place.prefix))

    def _qualified(self) -> Iterator[Candidate]:
        """Yield what follows `u.`: the columns and parameters of that table, or the fields of that column."""
        qualifier = tuple(part.lower() for part in self._place.qualifier)
        for table in (*self._place.tables, *self._place.outer):
            if qualifier in ((table.alias.lower(),), tuple(part.lower() for part in table.parts)):
                if not self._place.compared:
                    yield from self._required(only=table)
                for column in self._columns_of(table):
                    yield self._candidate(column, (column.name,))
                yield from self._optional(only=table)
                return
        for field in self._fields():
            yield self._candidate(field, (field.name,))

    def _all_columns(self) -> Iterator[Candidate]:
        shared = _names_of_several(self._columns)
        for table, columns in self._columns:
            for column in columns:
                is_shared = column.name.lower() in shared and table.alias
                yield self._candidate(column, (table.alias, column.name) if is_shared else (column.name,))

    def _outputs(self) -> Iterator[Candidate]:
        if self._place.clause in ("GROUP", "ORDER", "HAVING", "QUALIFY"):
            for name in self._place.outputs:
                yield Candidate(spelling.name(self._place, (name,)), name, "output", Weight.OUTPUT)

    def _required(self, *, only: Table | None = None) -> Iterator[Candidate]:
        """Yield the parameters that the tables still need, ready for a value."""
        if self._place.clause not in ("WHERE", "FROM"):
            return
        for table in self._place.tables if only is None else (only,):
            for need in self._needs_of(table):
                name = need.parameter.name
                is_shared = only is None and table.alias and self._is_known_elsewhere(table, name)
                parts = (table.alias, name) if is_shared else (name,)
                text = spelling.name(self._place, parts, then=_equals(need.parameter))
                instead = f", or {' or '.join(need.instead)}" if need.instead else ""
                yield Candidate(text, ".".join(parts), f"required{instead}", Weight.REQUIRED)

    def _optional(self, *, only: Table | None = None) -> Iterator[Candidate]:
        for table, columns in self._columns if only is None else [(only, self._columns_of(only))]:
            resource = self._facts.resource(table.parts)
            known = {column.name.lower() for column in columns}
            for parameter in needs.optional(resource, self._verb) if resource else ():
                if parameter.name.lower() not in known:
                    text, note = spelling.name(self._place, (parameter.name,)), f"parameter, {parameter.type}"
                    yield Candidate(text, parameter.name, note, Weight.PARAMETER)

    def _aliases(self) -> Iterator[Candidate]:
        for table in self._place.tables:
            if table.alias and (len(self._place.tables) > 1 or (table.alias,) != table.parts[-1:]):
                text = spelling.name(self._place, (table.alias,), then=".")
                yield Candidate(text, f"{table.alias}.", ".".join(table.parts) or "subquery", Weight.ALIAS)

    def _needs_of(self, table: Table) -> tuple[needs.Need, ...]:
        resource = self._facts.resource(table.parts)
        if resource is None:
            return ()
        return needs.still_needed(resource, self._verb, given_for(table, self._place) | set(self._defaults))

    def _is_known_elsewhere(self, table: Table, name: str) -> bool:
        """Tell whether another table has a column or a parameter of a name, which then must be qualified."""
        for other, columns in self._columns:
            resource = self._facts.resource(other.parts) if other is not table else None
            names = {column.name.lower() for column in columns if other is not table}
            names |= {each.name.lower() for each in parameters(resource, self._verb)} if resource else set()
            if name.lower() in names:
                return True
        return False

    def _columns_of(self, table: Table) -> tuple[Column, ...]:
        """Return a table's columns; what a change of a resource sets, and a DELETE of one compares, is its body."""
        resource = self._facts.resource(table.parts) if self._verb != "select" else None
        if resource is None or self._place.clause not in ("SET", "WHERE"):
            return columns_of(table, self._place.queries, self._facts)
        if self._place.clause == "WHERE" and self._verb != "delete":
            return ()
        return tuple(Column(p.name, p.type, p.description) for p in parameters(resource, self._verb, "body"))

    def _fields(self) -> Iterator[Column]:
        """Yield the fields of the struct that the qualifier names, perhaps after its table and within another."""
        path = [part.lower() for part in self._place.qualifier]
        for table, columns in self._columns:
            rest = path[1:] if path[0] == table.alias.lower() else path
            level: tuple[Column, ...] = columns
            for name in rest:
                found = next((column for column in level if column.name.lower() == name), None)
                level = tuple(fields_of(found.type)) if found else ()
            yield from level if rest else ()

    def _candidate(self, column: Column, parts: tuple[str, ...], weight: Weight = Weight.COLUMN) -> Candidate:
        return Candidate(spelling.name(self._place, parts), ".".join(parts), _short(column.type), weight)


def functions(facts: Facts, *, all_of_them: bool) -> Iterator[Candidate]:
    """Yield the functions of the database, or those that many statements have."""
    for name, signature in facts.functions:
        if name in COMMON:
            yield Candidate(f"{name}(", name, signature, Weight.COMMON)
        elif all_of_them:
            yield Candidate(f"{name}(", name, signature, Weight.FUNCTION)


def join_conditions(place: Place, found: Tables) -> Iterator[Candidate]:
    """Yield conditions by which the table of the last JOIN belongs to those before it: keys of the same name."""
    if not place.is_joined or not found or place.compared:
        return
    *earlier, (joined, columns) = found
    given = {tuple(part.lower() for part in path[-2:]) for path in place.given}
    for table, others in earlier:
        known = {column.name.lower() for column in others}
        for name in (column.name for column in columns if _is_key(column.name) and column.name.lower() in known):
            if (joined.alias.lower(), name.lower()) not in given:
                text = " = ".join(spelling.name(place, (each.alias, name)) for each in (table, joined))
                yield Candidate(text, text, "joins the tables", Weight.CONDITION)


def shared_columns(place: Place, facts: Facts) -> Iterator[Candidate]:
    """Yield the columns that the table of the last JOIN shares with those before it."""
    found = [columns_of(table, place.queries, facts) for table in place.tables]
    earlier = {column.name.lower() for columns in found[:-1] for column in columns}
    for column in found[-1] if found else ():
        if column.name.lower() in earlier:
            yield Candidate(spelling.name(place, (column.name,)), column.name, _short(column.type), Weight.COLUMN)


def given_for(table: Table, place: Place) -> set[str]:
    """Return the names, in lower case, that conditions give values for in a table."""
    alias = table.alias.lower()
    return {path[-1].lower() for path in place.given if len(path) == 1 or path[-2].lower() == alias}


def parameters(resource: Resource, verb: Verb, *locations: str) -> tuple[Parameter, ...]:
    """Return what the methods of a verb take, each name once, the required ones first."""
    found: dict[str, Parameter] = {}
    for method in resource.methods_for(verb):
        for parameter in method.parameters:
            if not locations or parameter.location in locations:
                found.setdefault(parameter.name.lower(), parameter)
    return tuple(sorted(found.values(), key=lambda each: not each.required))


def _is_key(name: str) -> bool:
    """Tell whether a column says which thing a row is about; the scope's ids are the same in all rows, or NULL."""
    return name.lower().rpartition("_")[2] in _KEYS and name.lower() not in _SCOPES


def _names_of_several(found: Tables) -> set[str]:
    times = Counter(name for _, columns in found for name in {column.name.lower() for column in columns})
    return {name for name, count in times.items() if count > 1}


def _equals(parameter: Parameter) -> str:
    return " = " if parameter.type in _UNQUOTED else " = '"


def _short(kind: str) -> str:
    """Return a type in as many characters as a menu has room for."""
    return kind if len(kind) <= 24 else f"{kind.partition('(')[0]}(…){'[]' * kind.endswith('[]')}"
