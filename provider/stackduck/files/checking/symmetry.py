"""Whether a statement says the same whichever of several parameters is given, so that one of them is enough to try.

It does where they stand in groups alone, (enterprise = $enterprise OR org = $org), and every table has one method for
each of them, with the same columns. Sees tokens and the catalog, and answers yes only where that is plain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from stackduck.errors import Error
from stackduck.sql import statements
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import Token

if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog


def is_symmetric(statement: Statement, names: Collection[str], catalog: Catalog) -> bool:
    """Tell whether it makes no difference which of the parameters is given."""
    grouped = {token.start for group in _groups(statement.tokens, names) for token in group}
    mentioned = {token.start for token in statement.tokens if _name(token) in names}
    return mentioned == grouped and all(_is_even(*parts, names, catalog) for parts in _tables(statement))


def _groups(tokens: Sequence[Token], names: Collection[str]) -> Iterator[list[Token]]:
    """Yield the tokens that name the parameters and their columns in each group of all of them."""
    for at, token in enumerate(tokens):
        if token.text == "(":
            end = next((i for i in range(at + 1, len(tokens)) if tokens[i].text in ("(", ")")), at)
            found = list(_members(tokens[at + 1 : end], names))
            if sorted(each.text[1:] for each in found[1::2]) == sorted(names):
                yield found


def _members(tokens: Sequence[Token], names: Collection[str]) -> Iterator[Token]:
    """Yield column and placeholder of each name = $name between ORs; nothing where there is anything else."""
    ways: list[list[Token]] = [[]]
    for token in tokens:
        if token.is_word("OR"):
            ways.append([])
        else:
            ways[-1].append(token)
    found = [_equality(way, names) for way in ways]
    if all(found):
        yield from (token for pair in found for token in pair)


def _equality(way: Sequence[Token], names: Collection[str]) -> tuple[Token, ...]:
    """Return column and placeholder of name = $name or t.name = $name; nothing for any other condition."""
    if len(way) not in (3, 5) or (len(way) == 5 and way[1].text != "."):
        return ()
    column, equal, value = way[-3:]
    is_meant = equal.text == "=" and value.kind == "named" and _name(value) in names
    return (column, value) if is_meant and _name(column) == _name(value) else ()


def _name(token: Token) -> str:
    """Return the name of a column or a placeholder; empty for any other token."""
    if token.kind == "named":
        return token.text[1:]
    return token.name.lower() if token.kind in ("word", "quoted") else ""


def _tables(statement: Statement) -> Iterator[tuple[str, str, str]]:
    return ((a.name, b.name, c.name) for a, b, c in statements.three_part_names(statement))


def _is_even(provider: str, service: str, resource: str, names: Collection[str], catalog: Catalog) -> bool:
    """Tell whether a table has a method for each of the parameters alone, and the same columns by all of them."""
    try:
        methods = catalog.resource(provider, service, resource).methods_for("select")
    except Error:
        return False
    required = sorted(method.required for method in methods)
    return required == sorted((name,) for name in names) and len({method.columns for method in methods}) == 1
