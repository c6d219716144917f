"""The columns of the tables that a statement names, those of its own subqueries among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from stackduck.catalog.model import Column
from stackduck.shell.completion import clauses
from stackduck.shell.completion.clauses import Table
from stackduck.shell.completion.facts import Facts
from stackduck.shell.completion.reading import Group

_DEEPEST = 6
_FIELD = re.compile(r'\s*(?:"((?:[^"]|"")+)"|(\w+))\s+(.+)', re.DOTALL)

Queries = Mapping[str, Table]


def columns_of(table: Table, queries: Queries, facts: Facts, *, depth: int = 0) -> tuple[Column, ...]:
    """Return the columns of a table, as far as the text and the catalog tell them."""
    if depth > _DEEPEST:
        return ()
    if table.query is not None:
        found = _given_by(table.query, queries, facts, depth=depth + 1)
        return _renamed(found, table.columns)
    named = queries.get(table.parts[0].lower()) if len(table.parts) == 1 else None
    if named is not None:
        rest = {name: each for name, each in queries.items() if each is not named}
        return columns_of(named, rest, facts, depth=depth + 1)
    return _renamed(facts.columns(table.parts), table.columns)


def fields_of(kind: str) -> Iterator[Column]:
    """Yield the fields of a STRUCT type; none of any other."""
    if not (kind.upper().startswith("STRUCT(") and kind.endswith(")")):
        return
    for part in _parts(kind[len("STRUCT(") : -1]):
        if match := _FIELD.fullmatch(part):
            yield Column((match[1] or match[2]).replace('""', '"'), match[3].strip())


def _given_by(query: Group, queries: Queries, facts: Facts, *, depth: int) -> tuple[Column, ...]:
    """Return the columns of a query in parentheses: those of the first of its parts between UNIONs."""
    if not query.items:
        return ()
    parts = clauses.clauses_of(clauses.branch_of(query.items, query.items[0]))
    within = {**queries, **clauses.queries_of_with(parts)}
    tables = [(each, columns_of(each, within, facts, depth=depth)) for each in clauses.tables_of(parts)]
    if not any(clause.word == "SELECT" for clause in parts):
        return tuple(column for _, found in tables for column in found)
    given: list[Column] = []
    for name, path in clauses.outputs_of(parts):
        if name == "*" and path:
            given += [c for each, found in tables for c in found if path[:-1] in ((), (each.alias,))]
        else:
            given.append(_found(path or (), tables) or Column(name, ""))
    return tuple(given)


def _found(path: tuple[str, ...], tables: list[tuple[Table, tuple[Column, ...]]]) -> Column | None:
    """Return the column that a name stands for."""
    for table, columns in tables:
        if path and path[:-1] in ((), (table.alias,)):
            for column in columns:
                if column.name.lower() == path[-1].lower():
                    return column
    return None


def _renamed(columns: tuple[Column, ...], names: tuple[str, ...]) -> tuple[Column, ...]:
    if not names:
        return columns
    known = columns + (Column("", ""),) * len(names)
    renamed = tuple(replace(column, name=name) for column, name in zip(known, names, strict=False))
    return renamed + columns[len(names) :]


def _parts(text: str) -> Iterator[str]:
    """Yield what stands between the commas that are in no parentheses and no quotes."""
    depth, start, is_quoted = 0, 0, False
    for at, character in enumerate(text):
        is_quoted ^= character == '"'
        depth += 0 if is_quoted else (character in "([") - (character in ")]")
        if character == "," and depth == 0 and not is_quoted:
            yield text[start:at]
            start = at + 1
    yield text[start:]
