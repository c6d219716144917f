"""The statement that the user meant: their text with the missing conditions put in.

Owns finding the place of a condition in the text. It is a suggestion: where no good place is found there is none.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from stackduck.sql.parsing import parse
from stackduck.sql.rewrite import Edit, plain_name, splice
from stackduck.sql.scopes import Occurrence, Query, Scopes, Source, join_kind
from stackduck.sql.statements import Statement

Conditions = Mapping[str, str]
"""Parameter name → what stands for its value."""

_AFTER_FROM = (
    *("SELECT", "GROUP", "HAVING", "WINDOW", "QUALIFY", "ORDER", "LIMIT", "OFFSET"),
    *("UNION", "EXCEPT", "INTERSECT"),
)


def statement(text: Statement, scopes: Scopes, missing: Mapping[Occurrence, Conditions]) -> str:
    """Return the statement with conditions on every occurrence that lacks some; empty where no place is found."""
    edits: list[Edit] = []
    by_query: dict[Query, list[str]] = {}
    for occurrence, conditions in missing.items():
        place = scopes.source_of(occurrence)
        if place is None:
            return ""
        query, source = place
        if _keeps_all_its_rows(query, source):
            prefix = f"{plain_name(source.alias)}." if len(query.sources) > 1 else ""
            by_query.setdefault(query, []).extend(
                f"{prefix}{plain_name(n)} = {_literal(v)}" for n, v in conditions.items()
            )
        else:
            edits.append(_as_subquery(text, occurrence, conditions))
    for query, listed in by_query.items():
        edits += _where(text, query, listed)
    found = splice(text.text, edits)
    return found if edits and parse(found) is not None else ""


def _keeps_all_its_rows(query: Query, source: Source) -> bool:
    """Tell whether a condition in WHERE says the same as one on the table itself."""
    if source.opaque or query.node.args.get("sample"):
        return False
    own = join_kind(source.join) if source.join else "INNER"
    later = query.sources[query.sources.index(source) + 1 :]
    return own == "INNER" and all(join_kind(s.join) not in ("RIGHT", "FULL", "?") for s in later if s.join)


def _as_subquery(text: Statement, occurrence: Occurrence, conditions: Conditions) -> Edit:
    parts = occurrence.table.parts
    start, end = parts[0].meta["start"], parts[-1].meta["end"] + 1
    listed = " AND ".join(f"{plain_name(n)} = {_literal(v)}" for n, v in conditions.items())
    alias = "" if occurrence.table.args.get("alias") else f" AS {plain_name(occurrence.parts[2])}"
    return Edit(start, end, f"(SELECT * FROM {text.text[start:end]} WHERE {listed}){alias}")


def _where(text: Statement, query: Query, conditions: list[str]) -> list[Edit]:
    """Return the edits that add conditions to a query's WHERE, or give it one."""
    start, end = _from_clause(text, query)
    listed = " AND ".join(conditions)
    tokens = text.tokens[start:end]
    where = query.node.args.get("where")
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.is_word("WHERE"):
            last = tokens[-1].end
            if isinstance(where and where.this, exp.Or):
                return [Edit(token.end, token.end, f" {listed} AND ("), Edit(last, last, ")")]
            return [Edit(last, last, f" AND {listed}")]
    return [Edit(tokens[-1].end, tokens[-1].end, f" WHERE {listed}")] if tokens else []


def _from_clause(text: Statement, query: Query) -> tuple[int, int]:
    """Return the tokens from a query's FROM to the end of its WHERE, as a slice."""
    first = min(
        (i.meta["start"] for i in query.node.args["from_"].find_all(exp.Identifier) if "start" in i.meta), default=0
    )
    at = next((i for i, t in enumerate(text.tokens) if t.start >= first), 0)
    depth = lowest = 0
    while at > 0 and not (text.tokens[at].is_word("FROM") and depth <= lowest):
        at -= 1
        depth += (text.tokens[at].text == ")") - (text.tokens[at].text == "(")
        lowest = min(lowest, depth)
    depth = 0
    for end in range(at, len(text.tokens)):
        token = text.tokens[end]
        following = text.tokens[end + 1 : end + 2]
        if depth == 0 and (
            token.text == ")"
            or token.is_word(*_AFTER_FROM)
            or (token.is_word("USING") and following and following[0].is_word("SAMPLE"))
        ):
            return at, end
        depth += (token.text == "(") - (token.text == ")")
    return at, len(text.tokens)


def _literal(example: str) -> str:
    return example if example.startswith("'") or example == "true" else f"'{example}'"
