"""What a statement does, from its tokens alone: whether it reads, counts or explains.

Must not parse SQL, nor load a parser: every statement comes by here, also those that name no provider.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Literal

from stackduck.errors import NotSupportedError
from stackduck.frozen import frozen
from stackduck.sql.rewrite import Edit, splice
from stackduck.sql.statements import Statement, of_text, three_part_names
from stackduck.sql.tokens import Token

Kind = Literal["query", "change", "rows"]

_QUERIES = frozenset(("SELECT", "FROM", "VALUES", "TABLE"))
_CHANGES = frozenset(("INSERT", "UPDATE", "DELETE", "MERGE"))
_MAY_CHANGE = ("INSERT", "UPDATE", "REPLACE", "DELETE", "EXEC")
_ROWS = frozenset(("DESCRIBE", "DESC", "SHOW", "SUMMARIZE", "PIVOT", "UNPIVOT", "CALL", "PRAGMA", "EXECUTE", "EXPLAIN"))
_WITHOUT_QUERY = frozenset(
    ("ALTER", "ANALYZE", "CALL", "COMMENT", "EXECUTE", "PRAGMA", "PREPARE", "TRUNCATE", "USE", "VACUUM")
)
_READ_VIEWS = _QUERIES | _CHANGES | {"WITH", "PIVOT", "UNPIVOT", "SUMMARIZE", "EXPLAIN", "CREATE", "COPY"}
# Words after which TABLE t is a query.
_BEFORE_QUERY = frozenset(("UNION", "EXCEPT", "INTERSECT", "ALL", "NAME", "SUMMARIZE", "DESCRIBE", "DESC"))
_CREATED = ("TABLE", "VIEW", "TYPE", "MACRO", "FUNCTION", "INDEX", "SEQUENCE", "SCHEMA")
_INSTEAD = {
    "PREPARE": "run the SELECT itself, with ? or $name for its values",
    "CREATE MACRO": "write CREATE VIEW, and give the values where the view is read",
    "CREATE FUNCTION": "write CREATE VIEW, and give the values where the view is read",
    "CREATE TABLE": "write CREATE TABLE … AS SELECT … FROM {name}",
    "CALL": "write SELECT … FROM {name}",
}


@frozen
class Explain:
    """EXPLAIN with its options, before a statement."""

    text: str
    is_run: bool
    """Whether ANALYZE runs the statement."""


def kind(statement: Statement) -> Kind:
    """Tell a query, which may be run twice, from a change, which counts rows, and from what only gives rows.

    A WITH is what follows it; a change with RETURNING gives rows.
    """
    words = _outer_words(statement)
    keyword = statement.keyword
    if keyword == "WITH":
        keyword = next((word for word in words if word in _QUERIES | _CHANGES), "SELECT")
    if keyword in _QUERIES:
        return "query"
    return "rows" if keyword in _ROWS or "RETURNING" in words else "change"


def may_read_views(statement: Statement) -> bool:
    """Tell whether a name in the statement may be that of a view whose rows are read."""
    return statement.keyword in _READ_VIEWS


def may_change(statement: Statement) -> bool:
    """Tell whether a statement may change something at a provider, or run one of its methods."""
    if statement.keyword in _MAY_CHANGE:
        return True
    if statement.keyword in ("WITH", "EXPLAIN"):
        return any(token.is_word(*_MAY_CHANGE) for token in statement.tokens)
    return any(token.is_word("EXEC") and before.text == "(" for before, token in pairwise(statement.tokens))


def explained(statement: Statement) -> tuple[Explain | None, Statement]:
    """Cut EXPLAIN and its options off a statement."""
    tokens = statement.tokens
    if statement.keyword != "EXPLAIN" or len(tokens) < 2:
        return None, statement
    at = 2 if tokens[1].is_word("ANALYZE") else 1
    after = tokens[at + 1] if at + 1 < len(tokens) else tokens[-1]
    if tokens[at : at + 1] and tokens[at].text == "(" and not after.is_word("SELECT", "WITH", "FROM", "VALUES"):
        at = next((i + 1 for i, t in enumerate(tokens) if t.text == ")"), at)
    if at >= len(tokens):
        return None, statement
    start = tokens[at].start
    head = Explain(statement.text[:start], any(t.is_word("ANALYZE") for t in tokens[:at]))
    return head, of_text(statement.text[start:])


def as_query(statement: Statement) -> Statement:
    """Write TABLE v, SUMMARIZE v, SHOW v and COPY v TO with a FROM, where alone a view's text may stand."""
    tokens = statement.tokens
    edits = [Edit(t.start, t.end, "FROM") for at, t in enumerate(tokens) if _is_query(statement, at)]
    if edits:
        return as_query(of_text(splice(statement.text, edits)))
    end = _end_of_name(tokens, 1)
    if statement.keyword == "COPY" and end > 1:
        return _copied(statement, end)
    if statement.keyword == "SHOW" and 1 < end == len(tokens):
        return of_text(f"DESCRIBE {statement.text[tokens[1].start :]}")
    if statement.keyword == "SUMMARIZE" and end > 1 and not tokens[1].is_word(*_QUERIES, "WITH"):
        return of_text(f"SUMMARIZE SELECT * FROM {statement.text[tokens[1].start :]}")
    return statement


def refuse_others(statement: Statement, providers: Collection[str]) -> None:
    """Refuse what neither reads a provider table at once nor keeps the text that does."""
    for parts in three_part_names(statement):
        if parts[0].name.lower() in providers:
            refuse_to_keep(statement, ".".join(part.name for part in parts))


def refuse_to_keep(statement: Statement, name: str) -> None:
    """Refuse a statement that would keep the name of a table that is only there while it is read."""
    kind = _kind_without_query(statement)
    if kind:
        instead = _INSTEAD.get(kind, "a provider table is only read, and this needs a local one")
        raise NotSupportedError(f"{kind} cannot take {name}; {instead.format(name=name)}")


def renamed(head: str, query: str) -> str:
    """Return the query of CREATE VIEW v (a, b) AS with the columns that its head names."""
    tokens = of_text(head).tokens
    start = next((t.start for t in tokens if t.text == "("), None)
    if start is None:
        return query
    end = max(t.end for t in tokens if t.text == ")")
    return f"SELECT * FROM ({query}\n) AS renamed {head[start:end]}"


def _outer_words(statement: Statement) -> list[str]:
    """Return the words outside all parentheses, in capitals."""
    words, depth = [], 0
    for token in statement.tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.kind == "word":
            words.append(token.text.upper())
    return words


def _kind_without_query(statement: Statement) -> str:
    """Return what a statement is called that holds no query to be run now; empty for one that holds one."""
    tokens, keyword = statement.tokens, statement.keyword
    if keyword == "COPY":
        return "" if tokens[1:2] and tokens[1].text == "(" else "COPY … FROM"
    if keyword != "CREATE":
        return keyword if keyword in _WITHOUT_QUERY else ""
    words = _outer_words(statement)
    created = next((word for word in words if word in _CREATED), "")
    return "" if created in ("TABLE", "VIEW", "TYPE") and "AS" in words else f"CREATE {created}".strip()


def _is_query(statement: Statement, at: int) -> bool:
    """Tell whether the token is the TABLE of a query TABLE t."""
    tokens = statement.tokens
    if not tokens[at].is_word("TABLE") or _end_of_name(tokens, at + 1) == at + 1:
        return False
    before = tokens[at - 1] if at else None
    if before is None or before.text in ("(", ")") or before.is_word(*_BEFORE_QUERY):
        return True
    if before.is_word("AS"):
        return statement.keyword == "CREATE" and not any(t.is_word("AS") for t in tokens[: at - 1])
    return statement.keyword == "INSERT" and before.kind in ("word", "quoted")


def _copied(statement: Statement, end: int) -> Statement:
    """Write COPY v (a, b) TO as COPY (SELECT a, b FROM v) TO; `end` is the token after the name."""
    tokens, columns = statement.tokens, "*"
    name = statement.text[tokens[1].start : tokens[end - 1].end]
    if tokens[end:] and tokens[end].text == "(":
        close = next((i for i in range(end, len(tokens)) if tokens[i].text == ")"), end)
        columns = statement.text[tokens[end].end : tokens[close].start]
        end = close + 1
    if not tokens[end:] or not tokens[end].is_word("TO"):
        return statement
    copied = f"(SELECT {columns} FROM {name})"
    return of_text(splice(statement.text, [Edit(tokens[1].start, tokens[end - 1].end, copied)]))


def _end_of_name(tokens: Sequence[Token], at: int) -> int:
    """Return where a name such as a.b.c that starts at a token ends; `at` itself where none starts."""
    end = at
    while end < len(tokens) and (
        tokens[end].kind in ("word", "quoted") if (end - at) % 2 == 0 else tokens[end].text == "."
    ):
        end += 1
    return end
