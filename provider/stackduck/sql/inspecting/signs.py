"""Signs that a statement may look around, before anything is loaded that can say so."""

from __future__ import annotations

from collections.abc import Iterator

from stackduck.sql.statements import Statement, names_any

SCHEMA = "stackduck"
"""The schema of the tables of facts."""
KEYWORDS = ("SHOW", "DESCRIBE", "DESC", "PURGE")
"""The words with which a statement begins that may look around."""


def may_concern_registry(statement: Statement) -> bool:
    """Tell whether a statement may be one about provider documents."""
    return statement.tokens[0].is_word("REGISTRY", "STACKQL")


def may_look(statement: Statement) -> bool:
    """Tell whether a statement may be one that looks around."""
    return statement.tokens[0].is_word(*KEYWORDS)


def may_read_facts(statement: Statement) -> bool:
    """Tell whether a statement may read a table of facts, by its name or by SHOW or DESCRIBE in parentheses."""
    return names_any(statement, (SCHEMA,)) or any(True for _ in nested(statement))


def nested(statement: Statement) -> Iterator[tuple[int, int]]:
    """Yield where the text of each (SHOW …) and (DESCRIBE …) starts and ends."""
    tokens = statement.tokens
    for at in range(1, len(tokens)):
        if tokens[at - 1].text == "(" and tokens[at].is_word("SHOW", "DESCRIBE", "DESC"):
            depth = 1
            for token in tokens[at:]:
                depth += (token.text == "(") - (token.text == ")")
                if depth == 0:
                    yield tokens[at].start, token.start
                    break
