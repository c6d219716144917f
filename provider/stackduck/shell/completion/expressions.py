"""What an expression has come to before the cursor: an operand that is whole, a comparison, the condition of a join.

Every function is given the items before a place, and looks at the last of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackduck.shell.completion import words
from stackduck.shell.completion.clauses import COMPARISONS
from stackduck.shell.completion.reading import Group, Item, is_symbol, is_word, name_before, name_of


def compared_with(path: Sequence[Group], before: Sequence[Item]) -> tuple[str, ...]:
    """Return the name with which a value at the end of these items is compared."""
    at = len(before)
    if at and is_word(before[at - 1], *words.TYPED):
        at -= 1
    if at and (is_comparison(before[at - 1]) or is_word(before[at - 1], *words.MATCHES)):
        return name_of_operand(before, at - 1)
    if at > 2 and is_word(before[at - 1], "AND"):
        between = at - 4 if is_word(before[at - 3], *words.TYPED) else at - 3
        return name_of_operand(before, between) if is_word(before[between], "BETWEEN") else ()
    is_query = bool(path and path[-1].items) and is_word(path[-1].items[0], "SELECT", "FROM", "WITH", "VALUES")
    if len(path) > 1 and not is_query and (not at or is_comma(before[at - 1])):
        parent = path[-2].items
        opened = parent.index(path[-1])
        return name_of_operand(parent, opened - 1) if opened and is_word(parent[opened - 1], "IN") else ()
    return ()


def name_of_operand(items: Sequence[Item], at: int) -> tuple[str, ...]:
    """Return the name before an operator, perhaps with NOT."""
    at -= 1 if at > 0 and is_word(items[at - 1], "NOT") else 0
    return name_before(items, at)[0]


def join_state(before: Sequence[Item]) -> tuple[str, Sequence[Item]]:
    """Return which word of FROM decides what is next (table, JOIN, `,`, ON, USING), and what stands since."""
    for at in range(len(before) - 1, -1, -1):
        item, since = before[at], before[at + 1 :]
        if is_word(item, "ON"):
            return "ON", since
        if is_word(item, "USING") and since:
            return "USING", since
        if is_word(item, "JOIN") or is_comma(item):
            return (name_of(item).upper() or ",", since) if since else ("table", ())
    return (",", before) if before else ("table", ())


def is_free_join(before: Sequence[Item]) -> bool:
    """Tell whether the last JOIN takes no condition."""
    at = max(at for at, item in enumerate(before) if is_word(item, "JOIN"))
    return at > 0 and is_word(before[at - 1], "CROSS", "NATURAL", "POSITIONAL")


def is_finished(before: Sequence[Item]) -> bool:
    """Tell whether an operand is whole at the end of these items."""
    if not before:
        return False
    last = before[-1]
    if isinstance(last, Group):
        return True
    if last.kind == "symbol":
        is_first = len(before) == 1 or is_symbol(before[-2], ",", ".") or is_word(before[-2], "ALL", "DISTINCT")
        return last.text == "*" and is_first
    return not (last.kind == "word" and last.text.upper() in words.OPERATORS)


def is_whole_condition(before: Sequence[Item]) -> bool:
    """Tell whether the operand at the end is compared, or is no name."""
    parts, start = name_before(before, len(before))
    if not parts or parts[-1].upper() in ("NULL", "TRUE", "FALSE", "END"):
        return True
    return start > 0 and (is_comparison(before[start - 1]) or is_word(before[start - 1], *words.MATCHES))


def is_comparison(item: Item) -> bool:
    """Tell whether an item is =, < or the like."""
    return is_symbol(item, *COMPARISONS)


def is_comma(item: Item) -> bool:
    """Tell whether an item is a comma."""
    return is_symbol(item, ",")
