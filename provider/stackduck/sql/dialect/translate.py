"""A whole statement in DuckDB's words, once DuckDB has told the types of what paths lead into."""

from __future__ import annotations

from collections.abc import Callable

from stackduck.sql.dialect import functions, headings, kinds
from stackduck.sql.dialect.translation import Translation
from stackduck.sql.statements import Statement, of_text

Ask = Callable[[str], str | None]
"""Gives DuckDB's message about the first thing in a text that it does not understand; None where there is none."""


def translate(statement: Statement, ask: Ask, *, own: frozenset[str] = frozenset()) -> Statement:
    """Return a statement in DuckDB's words; the very same one where it is in them.

    `own` has the lower-case names of the user's own functions, which stay. Raises ProgrammingError for a path or a
    modifier of a point in time that cannot be meant.
    """
    if statement.keyword in ("DROP", "ALTER") or any(t.is_word("INDEX") for t in statement.tokens[1:3]):
        return statement
    translation = Translation(statement.text, statement.tokens)
    functions.find(translation, own=own)
    if not translation.has_sites:
        return statement
    headings.keep(translation)
    text = _settled(translation, ask)
    return statement if text == statement.text else of_text(text)


def _settled(translation: Translation, ask: Ask) -> str:
    """Ask for the types of operands, one by one in the order in which DuckDB comes upon them, and return the text.

    An operand at which DuckDB never looks, or about which it cannot speak, is taken for JSON.
    """
    while True:
        translation.asked.clear()
        text = translation.text((0, len(translation.tokens)))
        if not translation.asked:
            return text
        found = kinds.answered(ask(text))
        if found and found[0] in translation.asked:
            translation.kinds.update([found])
        else:
            translation.takes_any = True
