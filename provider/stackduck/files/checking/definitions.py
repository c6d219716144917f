"""The tables and views that the files under check define, so that each file sees those of the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from stackduck.files.checking.scripts import Piece
from stackduck.frozen import frozen
from stackduck.sql import statements, views
from stackduck.sql.changing import clauses
from stackduck.sql.statements import Statement

_KINDS = ("TABLE", "VIEW", "MACRO", "FUNCTION", "TYPE")
_PASSED = ("OR", "REPLACE", "TEMP", "TEMPORARY", "MATERIALIZED", "IF", "NOT", "EXISTS", "RECURSIVE")


@frozen
class Definition:
    """A statement that makes something by name."""

    name: str
    """Lower case, as the last part of its name."""
    piece: Piece
    owner: int
    """Which file it stands in."""


@dataclass(slots=True)
class Definitions:
    """What the files define, by name; of two with one name the first file's counts for others."""

    by_name: dict[str, Definition] = field(default_factory=dict)
    own: dict[int, set[str]] = field(default_factory=dict)

    def add(self, owner: int, pieces: Sequence[Piece]) -> None:
        """Note what a file defines."""
        self.own[owner] = set()
        for piece in pieces:
            name = defined(piece.statement)
            if name:
                self.own[owner].add(name)
                self.by_name.setdefault(name, Definition(name, piece, owner))

    def needed(self, statement: Statement, by: int, there: set[str]) -> Iterator[Definition]:
        """Yield the definitions of other files that a statement of a file may read, those that they read before them.

        `there` has the names that need none; those of what is yielded are added.
        """
        for token in statement.tokens if self.by_name else ():
            name = token.name.lower()
            found = self.by_name.get(name) if token.kind in ("word", "quoted") else None
            if found is None or name in there or name in self.own[by]:
                continue
            there.add(name)
            yield from self.needed(found.piece.statement, by, there)
            yield found


def defined(statement: Statement) -> str:
    """Return the name, lower case, that a CREATE statement gives; empty for any other statement."""
    tokens, at = statement.tokens, _kind_at(statement)
    if at is None:
        return ""
    start = next((i for i in range(at + 1, len(tokens)) if not tokens[i].is_word(*_PASSED)), len(tokens))
    parts = clauses.dotted_name(tokens, start)
    return parts[-1].lower() if parts else ""


def has_rows(statement: Statement) -> bool:
    """Tell whether a CREATE statement makes something that is read as a table."""
    at = _kind_at(statement)
    return at is not None and statement.tokens[at].is_word("TABLE", "VIEW")


def query_of(statement: Statement) -> str:
    """Return the query of CREATE VIEW or TABLE … AS; empty where there is none."""
    if not has_rows(statement):
        return ""
    view = views.definition(statement)
    if view is not None:
        return view.query
    query = statements.query_of(statement.text)
    return query if query != statement.text else ""


def _kind_at(statement: Statement) -> int | None:
    """Return the place of the word that says what CREATE makes."""
    if statement.keyword != "CREATE":
        return None
    return next((at for at, token in enumerate(statement.tokens[:6]) if token.is_word(*_KINDS)), None)
