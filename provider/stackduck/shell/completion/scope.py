"""What a query can name: its tables, those of the queries around it, and the queries of WITH."""

from __future__ import annotations

from collections.abc import Sequence

from stackduck.shell.completion import clauses
from stackduck.shell.completion.clauses import Clause, Table
from stackduck.shell.completion.reading import Group, Item, is_word, name_of


def clauses_around(group: Group, marked: Item) -> list[Clause]:
    """Return the clauses of the query in which an item is: of one part, where UNION and the like join several."""
    return clauses.clauses_of(clauses.branch_of(group.items, marked))


def tables_at(found: Sequence[Clause], current: Clause) -> tuple[Table, ...]:
    """Return the tables whose columns a clause may name: those of a change's own query leave out what it changes."""
    read = tuple(clauses.tables_of(found))
    changed = clauses.changed_table(found)
    is_query = verb_of(found) in ("insert", "replace") and any(each.word in clauses.QUERIES[:3] for each in found)
    if changed is None or (is_query and current.word):
        return read
    return (changed,) if is_query else (changed, *read)


def outer_tables(path: Sequence[Group]) -> tuple[Table, ...]:
    """Return the tables of the queries around the innermost one, the nearest first."""
    found: list[Table] = []
    for at in range(len(path) - 2, -1, -1):
        if at == 0 or clauses.is_query(path[at]):
            around = clauses_around(path[at], path[at + 1])
            found += tables_at(around, clauses.clause_with(around, path[at + 1]))
    return tuple(found)


def named_queries(path: Sequence[Group]) -> dict[str, Table]:
    """Return the queries of WITH that can be read at the end of a path; inner ones hide outer ones of their name."""
    found: dict[str, Table] = {}
    for group in path:
        found.update(clauses.queries_of_with(clauses.clauses_of(group.items)))
    return found


def verb_of(found: Sequence[Clause]) -> str:
    """Return what a statement does: insert, update, replace, delete or exec; select for everything else."""
    head = without_explain(found[0].items) if found and not found[0].word else ()
    word = name_of(head[0]).lower() if head else ""
    return word if word in ("insert", "update", "replace", "delete", "exec") else "select"


def without_explain(items: Sequence[Item]) -> Sequence[Item]:
    """Return the statement after EXPLAIN or EXPLAIN ANALYZE; the same items where nothing follows."""
    length = 0
    while length < len(items) and is_word(items[length], "EXPLAIN", "ANALYZE"):
        length += 1
    return items[length:] or items
