"""The change that the user meant: their text with what is missing put in. A suggestion, where a good place is found."""

from __future__ import annotations

from collections.abc import Sequence

from stackduck.catalog.model import Parameter
from stackduck.sql.changing import clauses
from stackduck.sql.changing.matching import Either
from stackduck.sql.changing.mutations import Mutation
from stackduck.sql.examples import placeholder
from stackduck.sql.rewrite import Edit, plain_name, splice
from stackduck.sql.tokens import Token


def statement(mutation: Mutation, missing: Sequence[Parameter]) -> str:
    """Return the statement with values for the missing parameters; empty where no place is found for them."""
    if mutation.verb == "exec":
        edits = [_after(mutation, "end", "".join(f" @{plain_name(p.name)} = {example(p)}" for p in missing))]
    elif mutation.columns:
        edits = _in_rows(mutation, missing)
    else:
        edits = _in_clauses(mutation, missing) if "set" in mutation.places else []
    return splice(mutation.statement.text, edits) if edits else ""


def example(parameter: Parameter) -> str:
    """Return a literal that stands for a value."""
    if parameter.schema_type in ("array", "object") and parameter.location == "body":
        name = parameter.attribute or parameter.name
        return f"'[\"<{name}>\"]'" if parameter.schema_type == "array" else "'{…}'"
    text = placeholder(parameter)
    return text if text.startswith("'") or text == "true" else f"'{text}'"


def _after(mutation: Mutation, place: str, text: str) -> Edit:
    at = mutation.places[place]
    return Edit(at, at, text)


def _in_clauses(mutation: Mutation, missing: Sequence[Parameter]) -> list[Edit]:
    """Add parameters to WHERE, and body attributes to SET where there is one."""
    has_set = mutation.verb != "delete"
    assigned = [f"{plain_name(p.name)} = {example(p)}" for p in missing if has_set and p.location == "body"]
    compared = [f"{plain_name(p.name)} = {example(p)}" for p in missing if not (has_set and p.location == "body")]
    set_text = f"{', ' if mutation.assignments else ' SET '}{', '.join(assigned)}" if assigned else ""
    joined = " AND ".join(compared)
    if not joined:
        return [_after(mutation, "set", set_text)]
    if mutation.condition is None:
        # Both go to one place, in the order of their clauses.
        return [_after(mutation, "set", f"{set_text} WHERE {joined}")]
    opening, closing = ("(", ")") if isinstance(mutation.condition, Either) else ("", "")
    edits = [_after(mutation, "condition", f"{joined} AND {opening}"), _after(mutation, "where", closing)]
    return edits if not set_text else [_after(mutation, "set", set_text), *edits]


def _in_rows(mutation: Mutation, missing: Sequence[Parameter]) -> list[Edit]:
    """Add columns, and their values to each row of VALUES or to the list of a plain SELECT."""
    tokens = [token for token in mutation.statement.tokens if token.start >= mutation.places["query"]]
    places = _ends_of_rows(tokens)
    if not places:
        return []
    values = "".join(f", {example(p)}" for p in missing)
    names = "".join(f", {plain_name(p.name)}" for p in missing)
    return [_after(mutation, "columns", names), *(Edit(place, place, values) for place in places)]


def _ends_of_rows(tokens: Sequence[Token]) -> list[int]:
    """Return where the values of each row end; none where the rows come from something else."""
    if tokens[0].is_word("VALUES"):
        rows = clauses.split(tokens[1 : clauses.find(tokens, "RETURNING")], ",")
        return [row[-1].start for row in rows] if all(clauses.inside(row) for row in rows) else []
    is_plain = tokens[0].is_word("SELECT") and clauses.find(tokens, "UNION", "EXCEPT", "INTERSECT") is None
    if not is_plain:
        return []
    after = ("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "QUALIFY", "WINDOW", "RETURNING")
    end = clauses.find(tokens, *after)
    return [tokens[(end or len(tokens)) - 1].end]
