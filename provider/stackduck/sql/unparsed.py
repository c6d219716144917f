"""Provider tables in text that DuckDB may well understand and sqlglot does not: found by their tokens alone.

Nothing is proved here: DuckDB's optimizer is the only one to say what must hold, and what would need a reading of the
text is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

from sqlglot import exp

from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.sql.dialect.structure import is_alias
from stackduck.sql.scopes import Occurrence, Scopes
from stackduck.sql.statements import Statement, three_part_names
from stackduck.sql.tokens import Token


def find(statement: Statement, providers: Collection[str]) -> Scopes:
    """Return the provider tables of a statement without any query around them."""
    found: list[Occurrence] = []
    places = {token.start: at for at, token in enumerate(statement.tokens)}
    for a, b, c in three_part_names(statement):
        following = statement.tokens[places[c.start] + 1 :][:1]
        if a.name.lower() not in providers or (following and following[0].text in (".", "(")):
            continue
        alias = exp.TableAlias(this=exp.to_identifier("aliased")) if is_alias(next(iter(following), None)) else None
        this, db, catalog = (_identifier(token) for token in (c, b, a))
        table = exp.Table(this=this, db=db, catalog=catalog, alias=alias)
        found.append(Occurrence(len(found), (a.name, b.name, c.name), table, disjuncts=[{}]))
    if not found:
        raise ProgrammingError("stackduck cannot read this statement; put provider.service.resource after FROM or JOIN")
    return Scopes(exp.Placeholder(), [], found, [])


def is_unparsed(scopes: Scopes) -> bool:
    """Tell whether the tables were found here."""
    return isinstance(scopes.root, exp.Placeholder)


def unspoken(statement: Statement, defaults: Mapping[str, str]) -> Mapping[str, str]:
    """Return the defaults of which the statement surely does not speak: their names are no words of it."""
    words = {token.name.lower() for token in statement.tokens if token.kind in ("word", "quoted")}
    return {name: value for name, value in defaults.items() if name not in words}


def refuse_stars(statement: Statement) -> None:
    """Refuse a star, which may show parameters."""
    tokens = statement.tokens
    if any(t.text == "*" and t.kind == "symbol" and before.text != "(" for before, t in pairwise(tokens)):
        raise NotSupportedError("stackduck cannot read this statement well enough to expand its *; name the columns")


def refuse_shared(statement: Statement, occurrences: Iterable[Occurrence]) -> None:
    """Refuse comparisons that may mean a parameter or the response field of the same name."""
    shared = {name for o in occurrences for name in o.shared}
    tokens = statement.tokens
    for at, token in enumerate(tokens):
        before, after = tokens[at - 1] if at else token, tokens[at + 1] if at + 1 < len(tokens) else token
        is_compared = before.text in ("=", "==") or after.text in ("=", "==") or after.is_word("IN")
        if token.kind in ("word", "quoted") and token.name.lower() in shared and is_compared:
            raise NotSupportedError(
                f"stackduck cannot read this statement well enough to tell the parameter {token.name} from the field; "
                "put the table into a subquery of its own"
            )


def _identifier(token: Token) -> exp.Identifier:
    identifier = exp.to_identifier(token.name)
    identifier.meta.update(start=token.start, end=token.end - 1)
    return identifier
