"""RETURNING becomes a query over the relation of the answers; its stars leave out what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackduck.sql.changing import clauses
from stackduck.sql.changing.clauses import Tokens
from stackduck.sql.changing.mutations import Mutation
from stackduck.sql.rewrite import Edit, quote, splice
from stackduck.sql.tokens import tokenize


def query(mutation: Mutation, relation: str, *, hidden: Sequence[str]) -> str:
    """Return the query that RETURNING stands for; empty without one.

    `hidden` are the columns of the relation that can be named and that no star shows.
    """
    if not mutation.returning:
        return ""
    tokens = tokenize(mutation.returning)
    edits = [*_stars(tokens, ", ".join(map(quote, hidden)))] if hidden else []
    alias = mutation.alias or mutation.parts[2]
    return f"SELECT {splice(mutation.returning, edits)}\nFROM {quote(relation)} AS {quote(alias)}"


def _stars(tokens: Tokens, names: str) -> Iterator[Edit]:
    """Yield the edits that leave names out of every star."""
    for at, token in clauses.outer(tokens):
        is_star = token.text == "*" and (at == 0 or tokens[at - 1].text in (",", "."))
        if not is_star:
            continue
        rest = tokens[at + 1 :]
        if not rest or not rest[0].is_word("EXCLUDE", "EXCEPT") or len(rest) < 2:
            yield Edit(token.end, token.end, f" EXCLUDE ({names})")
        elif rest[1].text == "(":
            yield Edit(rest[1].end, rest[1].end, f"{names}, ")
        else:
            yield Edit(rest[1].start, rest[1].end, f"({names}, {rest[1].text})")
