"""A script becomes statements: the only place that knows where a statement ends.

Must not parse SQL: it sees tokens. `provider_names` decides whether a statement needs the planner at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from stackduck.frozen import frozen
from stackduck.sql.rewrite import Edit, quote, splice
from stackduck.sql.tokens import Token, tokenize


@frozen
class Statement:
    """One statement of a script, as it was written, without its semicolon."""

    text: str
    tokens: tuple[Token, ...]
    """Their places are relative to `text`."""

    @property
    def keyword(self) -> str:
        """The first word, in capitals; empty where the statement starts otherwise."""
        first = next((t for t in self.tokens if t.text != "("), None)
        return first.text.upper() if first and first.kind == "word" else ""


def split(script: str) -> Iterator[Statement]:
    """Yield the statements of a script; empty ones are left out."""
    pending: list[Token] = []
    for token in tokenize(script):
        if token.text == ";" and token.kind == "symbol":
            yield from _statement(script, pending)
            pending = []
        else:
            pending.append(token)
    yield from _statement(script, pending)


def of_text(text: str) -> Statement:
    """Return the text as one statement, for text that is known to be one."""
    return Statement(text, tuple(tokenize(text)))


def plainly_quoted(statement: Statement) -> Statement:
    """Return the statement with `names` in back-ticks, which only DuckDB reads, in double quotes."""
    edits = [Edit(t.start, t.end, quote(t.name)) for t in statement.tokens if t.kind == "quoted" and t.text[0] == "`"]
    return of_text(splice(statement.text, edits)) if edits else statement


def names_any(statement: Statement, providers: Collection[str]) -> bool:
    """Tell whether a name such as github.copilot.org_seats may be in the statement."""
    known = {p.lower() for p in providers}
    tokens = statement.tokens
    return any(
        t.kind in ("word", "quoted") and t.name.lower() in known and i + 1 < len(tokens) and tokens[i + 1].text == "."
        for i, t in enumerate(tokens)
    )


def three_part_names(statement: Statement) -> Iterator[tuple[Token, Token, Token]]:
    """Yield every a.b.c of the statement, whatever it stands for."""
    tokens = statement.tokens
    for i in range(len(tokens) - 4):
        a, dot, b, dot2, c = tokens[i : i + 5]
        is_name = dot.text == dot2.text == "." and all(t.kind in ("word", "quoted") for t in (a, b, c))
        if is_name and (i == 0 or tokens[i - 1].text != "."):
            yield a, b, c


def named_in(text: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """Return those of the bound values that a text names: DuckDB takes no others."""
    named = {token.text[1:] for token in tokenize(text) if token.kind == "named"}
    return {name: value for name, value in parameters.items() if name in named}


def query_of(text: str) -> str:
    """Return the query of CREATE TABLE … AS, COPY (…) TO or SUMMARIZE; any other text as it is."""
    statement = of_text(text)
    if statement.keyword not in ("CREATE", "COPY", "SUMMARIZE", "DESCRIBE"):
        return text
    tokens = statement.tokens
    at = next((i for i, t in enumerate(tokens) if t.is_word("SELECT", "WITH", "FROM", "VALUES")), None)
    if at is None:
        return text
    depth = sum((t.text == "(") - (t.text == ")") for t in tokens[:at])
    end = len(text)
    for token in tokens[at:] if depth else ():
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            end = token.start
            break
    return text[tokens[at].start : end]


def _statement(script: str, tokens: list[Token]) -> Iterator[Statement]:
    if tokens:
        start, end = tokens[0].start, tokens[-1].end
        moved = tuple(t._replace(start=t.start - start, end=t.end - start) for t in tokens)
        yield Statement(script[start:end], moved)
