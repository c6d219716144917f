"""Variables that stand in a file and not in its front matter, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackduck.errors import Error
from stackduck.files.checking.model import Finding
from stackduck.files.checking.noting import Noting
from stackduck.files.checking.scripts import Piece
from stackduck.files.model import SqlFile
from stackduck.sql import variables


def find(file: SqlFile, pieces: Sequence[Piece], noting: Noting, *, is_whole: bool) -> Iterator[Finding]:
    """Yield what is used and not declared, and, where the file `is_whole`, what is declared and not used.

    Without front matter nothing must be declared.
    """
    used: set[str] = set()
    own: set[str] = set()
    for piece in pieces if file.is_declared else ():
        for name, start, end in _used(piece):
            if name not in used and file.parameter(name) is None and name.lower() not in own:
                text = f"the variable {name} is not declared" if name else "a ? has no name by which to declare it"
                yield noting.at("undeclared-variable", start, end, message=text)
            used.add(name)
        own |= variables.set_by(piece.statement)
    for parameter in file.parameters if is_whole else ():
        if parameter.name not in used:
            text = f"the parameter {parameter.name} is declared and not used"
            yield noting.on_line("unused-parameter", parameter.line, text)


def _used(piece: Piece) -> Iterator[tuple[str, int, int]]:
    """Yield name, start and end in the file of each variable of a statement; the name of ? is empty."""
    try:
        found = variables.placeholders(piece.filled)
    except Error:
        return  # what cannot be bound is said where the statement is tried
    for token, name in found:
        if name not in piece.values:
            yield name, *piece.span(token.start, token.end, text=piece.filled)
