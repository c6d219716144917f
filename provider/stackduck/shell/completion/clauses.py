"""The clauses of a query that may be half written: which tables it names, which conditions, what it gives.

Knows the words that order a statement, and nothing of what the names stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from stackduck.frozen import frozen
from stackduck.shell.completion.reading import (
    CURSOR,
    Group,
    Item,
    is_name,
    is_symbol,
    is_word,
    name_before,
    name_of,
)
from stackduck.sql.tokens import Token

HEADS = (
    *("WITH", "SELECT", "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "WINDOW", "ORDER", "LIMIT", "OFFSET"),
    *("VALUES", "SET", "RETURNING"),
)
QUERIES = ("SELECT", "WITH", "FROM", "VALUES")
JOINS = (
    *("JOIN", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "NATURAL", "ASOF", "POSITIONAL", "SEMI", "ANTI"),
    "LATERAL",
)
COMPARISONS = ("=", "==", "<", ">", "<=", ">=", "<>", "!=")
_SETS = ("UNION", "INTERSECT", "EXCEPT")
_NO_ALIAS = frozenset((*HEADS, *JOINS, *_SETS, "ON", "USING", "AS", "TABLESAMPLE", "PIVOT", "UNPIVOT", "DEFAULT"))
_DEEPEST = 8


@frozen
class Table:
    """A table as a statement names it."""

    parts: tuple[str, ...]
    """github, copilot, org_seats; none for a subquery or a function."""
    alias: str
    """What its columns are qualified by; empty where nothing is."""
    query: Group | None = None
    """The subquery that it is."""
    columns: tuple[str, ...] = ()
    """The names of the columns, where they stand after the alias."""


@frozen
class Clause:
    """A part of a query: its first word and what follows."""

    word: str
    items: Sequence[Item]


Tables = Mapping[str, Table]
"""The queries of WITH by name, in lower case."""


def is_query(group: Group) -> bool:
    """Tell whether parentheses hold a query."""
    return bool(group.items) and is_word(group.items[0], *QUERIES)


def branch_of(items: Sequence[Item], marked: Item) -> Sequence[Item]:
    """Return the items between two UNIONs and the like, among which one is."""
    found: list[Item] = []
    for item in items:
        if is_word(item, *_SETS):
            if marked in found:
                return found
            found = []
        elif found or not is_word(item, "ALL", "BY", "NAME"):
            found.append(item)
    return found


def clauses_of(items: Sequence[Item]) -> list[Clause]:
    """Return the clauses of a query; what stands before the first known word is a clause of its own."""
    found: list[tuple[str, list[Item]]] = [("", [])]
    for at, item in enumerate(items):
        is_distinct_from = at > 0 and is_word(item, "FROM") and is_word(items[at - 1], "DISTINCT")
        is_statement = at == 0 and is_word(item, "SET")
        if is_word(item, *HEADS) and not is_statement and not (is_distinct_from and found[-1][0] != "SELECT"):
            found.append((name_of(item).upper(), []))
        elif not (is_word(item, "BY") and not found[-1][1] and found[-1][0] in ("GROUP", "ORDER")):
            found[-1][1].append(item)
    return [Clause(word, rest) for word, rest in found if word or rest]


def clause_with(clauses: Sequence[Clause], marked: Item) -> Clause:
    """Return the clause in which an item is."""
    return next((clause for clause in clauses if any(item is marked for item in clause.items)), Clause("", ()))


def tables_of(clauses: Sequence[Clause]) -> Iterator[Table]:
    """Yield the tables of FROM, in the order in which they are read."""
    for clause in clauses:
        if clause.word == "FROM":
            yield from _references(clause.items)


def changed_table(clauses: Sequence[Clause]) -> Table | None:
    """Return the table that a statement changes or describes, which stands before its clauses."""
    return next(_changed(clauses[0].items), None) if clauses and not clauses[0].word else None


def queries_of_with(clauses: Sequence[Clause]) -> dict[str, Table]:
    """Return the named queries of WITH."""
    found: dict[str, Table] = {}
    for clause in clauses:
        items = clause.items if clause.word == "WITH" else ()
        for at, item in enumerate(items):
            if is_word(item, "AS"):
                body = next((each for each in items[at + 1 : at + 4] if isinstance(each, Group)), None)
                name, columns = _named_before(items, at)
                if name and body:
                    found[name.lower()] = Table((), name, body, columns)
    return found


def outputs_of(clauses: Sequence[Clause]) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Yield the name of each column that SELECT gives, and the column that it is, if it is only that.

    A star is named *, with what stands before it: ('u', '*').
    """
    chosen = next((clause for clause in clauses if clause.word == "SELECT"), None)
    for part in _by_comma(chosen.items) if chosen else ():
        parts, start = name_before(part, len(part))
        if part and is_symbol(part[-1], "*"):
            yield "*", (*name_before(part, len(part) - 2)[0], "*")
        elif parts and start == (1 if is_word(part[0], "DISTINCT", "ALL") else 0):
            yield parts[-1], parts
        elif parts and start > 0:
            yield parts[-1], None


def conditions_of(clauses: Sequence[Clause]) -> Iterator[tuple[str, ...]]:
    """Yield the names for which WHERE or ON gives values by = or IN."""
    for clause in clauses:
        if clause.word in ("WHERE", "FROM"):
            yield from _compared(clause.items, depth=0)


def _compared(items: Sequence[Item], *, depth: int) -> Iterator[tuple[str, ...]]:
    for at, item in enumerate(items):
        if is_symbol(item, "=", "==") or is_word(item, "IN"):
            yield from filter(None, (name_before(items, at)[0], _name_after(items, at + 1)))
        elif isinstance(item, Group) and depth < _DEEPEST and not is_query(item):
            yield from _compared(item.items, depth=depth + 1)
        elif is_word(item, "USING") and at + 1 < len(items) and isinstance(group := items[at + 1], Group):
            yield from ((name_of(each),) for each in group.items if is_name(each))


def _name_after(items: Sequence[Item], at: int) -> tuple[str, ...]:
    """Return the name that starts at a place and is not yet under the cursor."""
    end = at
    while end < len(items) and is_name(items[end]):
        end += 1
        if end == len(items) or not is_symbol(items[end], "."):
            break
        end += 1
    return name_before(items, end)[0] if end > at else ()


def _references(items: Sequence[Item]) -> Iterator[Table]:
    """Yield the tables between FROM and the next clause."""
    at, expects = 0, True
    while at < len(items):
        item = items[at]
        if expects and (isinstance(item, Group) or (is_name(item) and not is_word(item, *JOINS))):
            table, at = _reference(items, at)
            expects = False
            yield from table
            continue
        expects = is_symbol(item, ",") or is_word(item, "JOIN") or (expects and is_word(item, *JOINS))
        at += 1


def _reference(items: Sequence[Item], at: int) -> tuple[list[Table], int]:
    """Read a table with its alias; return it, and where reading goes on."""
    item = items[at]
    if isinstance(item, Group):
        table, end = Table((), "", item), at + 1
        if not is_query(item):
            return [_ for _ in _references(item.items)], end
    else:
        parts, end = _path(items, at)
        if not parts:
            return [], end + 1
        table = Table(parts, parts[-1])
        if end < len(items) and isinstance(items[end], Group):
            table, end = Table((), parts[-1]), end + 1
    table, end = _with_alias(table, items, end)
    return [table], end


def _path(items: Sequence[Item], at: int) -> tuple[tuple[str, ...], int]:
    """Read a.b.c; none where the cursor is at its end, since that name is still being written."""
    parts = [name_of(items[at])]
    at += 1
    while at < len(items) and is_symbol(items[at], "."):
        if at + 1 == len(items) or not is_name(items[at + 1]):
            return (), at
        parts.append(name_of(items[at + 1]))
        at += 2
    return tuple(parts), at


def _with_alias(table: Table, items: Sequence[Item], at: int) -> tuple[Table, int]:
    if at < len(items) and is_word(items[at], "AS"):
        at += 1
    if at < len(items) and is_name(items[at]) and not is_word(items[at], *_NO_ALIAS):
        table = replace(table, alias=name_of(items[at]))
        at += 1
        if at < len(items) and isinstance(group := items[at], Group):
            return replace(table, columns=tuple(filter(None, map(name_of, group.items)))), at + 1
    return table, at


def _changed(items: Sequence[Item]) -> Iterator[Table]:
    """Yield the table after INSERT INTO, UPDATE, DESCRIBE and the like."""
    for at, item in enumerate(items):
        is_last_word = is_word(item, "INTO", "UPDATE", "SUMMARIZE", "PIVOT", "UNPIVOT") or (
            is_word(item, "DESCRIBE", "REPLACE") and not is_word(items[min(at + 1, len(items) - 1)], "INTO")
        )
        if is_last_word and at + 1 < len(items) and is_name(items[at + 1]):
            parts, end = _path(items, at + 1)
            if parts:
                # What follows in parentheses are columns, not the arguments of a function.
                yield _with_alias(Table(parts, parts[-1]), items, end)[0]
            return


def _named_before(items: Sequence[Item], at: int) -> tuple[str, tuple[str, ...]]:
    """Return the name before AS in a WITH, and the names of columns between them."""
    before = items[at - 1] if at else CURSOR
    if isinstance(before, Group):
        name = name_of(items[at - 2]) if at > 1 else ""
        return name, tuple(filter(None, map(name_of, before.items)))
    return name_of(before), ()


def _by_comma(items: Sequence[Item]) -> Iterator[list[Item]]:
    part: list[Item] = []
    for item in items:
        if is_symbol(item, ","):
            yield part
            part = []
        elif not (isinstance(item, Token) and item is CURSOR):
            part.append(item)
    yield part
