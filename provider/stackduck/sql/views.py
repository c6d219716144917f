"""Views over provider tables: read by name, planned through.

A view's text takes the place of its name before planning, so that conditions outside reach its parameters. Owns that
replacement and reading CREATE VIEW; the engine keeps the texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from stackduck.errors import ProgrammingError
from stackduck.sql.parsing import parse
from stackduck.sql.rewrite import Edit, quote, splice
from stackduck.sql.statements import Statement, of_text

_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class ViewDefinition:
    """CREATE VIEW head AS query."""

    head: str
    """Everything before the query: CREATE OR REPLACE VIEW v (a, b) AS."""
    name: str
    """As it was written, qualified or not."""
    query: str


def definition(statement: Statement) -> ViewDefinition | None:
    """Return what a CREATE VIEW statement defines; None for any other statement."""
    tokens = statement.tokens
    if not tokens or not tokens[0].is_word("CREATE"):
        return None
    at = next((i for i, t in enumerate(tokens[:6]) if t.is_word("VIEW")), None)
    if at is None or any(t.is_word("MATERIALIZED") for t in tokens[:at]):
        return None
    body = next((i for i in range(at, len(tokens)) if tokens[i].is_word("AS")), None)
    if body is None or body + 1 >= len(tokens):
        return None
    start = at + 4 if tokens[at + 1].is_word("IF") and tokens[at + 2].is_word("NOT") else at + 1
    end = start
    while end < body and (tokens[end].kind in ("word", "quoted") or tokens[end].text == "."):
        end += 1
    name = statement.text[tokens[start].start : tokens[end - 1].end]
    return ViewDefinition(statement.text[: tokens[body].end], name, statement.text[tokens[body + 1].start :])


def names_any(statement: Statement, views: Mapping[str, str]) -> bool:
    """Tell whether a word of the statement may name one of the views."""
    return bool(views) and any(t.kind in ("word", "quoted") and t.name.lower() in views for t in statement.tokens)


def expand(statement: Statement, views: Mapping[str, str]) -> Statement:
    """Put the text of every view in place of its name, views of views included.

    `views` has lower-case names. Raises ProgrammingError where views name each other in a circle.
    """
    for _ in range(_DEEPEST):
        if not names_any(statement, views):
            return statement
        root = parse(statement.text)
        edits = list(_edits(root, views)) if root else []
        if not edits:
            return statement
        statement = of_text(splice(statement.text, edits))
    raise ProgrammingError("views name each other in a circle; define one of them without the others")


def _edits(root: exp.Expr, views: Mapping[str, str]) -> list[Edit]:
    ctes = {c.alias.lower() for c in root.find_all(exp.CTE)}
    edits = []
    for table in root.find_all(exp.Table):
        name = table.name.lower()
        if name not in views or not isinstance(table.this, exp.Identifier) or table.args.get("catalog"):
            continue
        if (name in ctes and not table.args.get("db")) or isinstance(table.parent, (exp.Drop, exp.Create, exp.Insert)):
            continue
        parts = [p.meta for p in table.parts if p.meta]
        if len(parts) != len(table.parts):
            continue
        alias = "" if table.alias else f" AS {quote(table.name)}"
        start, end = min(p["start"] for p in parts), max(p["end"] for p in parts) + 1
        edits.append(Edit(start, end, f"({views[name]}\n){alias}"))
    return edits
