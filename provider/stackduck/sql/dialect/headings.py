"""Column headings: an expression that gets another text keeps the heading that its own text gives."""

from __future__ import annotations

from collections.abc import Iterator

from stackduck.sql.dialect.structure import BEFORE_OPERAND, Span, Structure
from stackduck.sql.dialect.translation import Site, Translation
from stackduck.sql.rewrite import quote

_AFTER_LIST = (
    *("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "WINDOW", "QUALIFY", "USING", "INTO"),
    *("UNION", "EXCEPT", "INTERSECT"),
)
# Words that end an expression and are no alias.
_ENDS = frozenset(("NULL", "TRUE", "FALSE", "END", "ISNULL", "NOTNULL", "UNKNOWN", "CURRENT_DATE", "CURRENT_TIMESTAMP"))


def keep(translation: Translation) -> None:
    """Add a site for every column without an alias that holds another site."""
    for at, token in enumerate(translation.tokens):
        if token.is_word("SELECT", "RETURNING"):
            for item in _columns(translation.structure, at):
                if translation.has_sites_in(item) and not _is_named(translation.structure, item):
                    _add(translation, item)


def _add(translation: Translation, item: Span) -> None:
    def write() -> str | None:
        text = translation.text(item, within=site)
        return None if text == translation.raw(item) else f"{text} AS {quote(_heading(translation, item))}"

    site = Site(*item, write)
    translation.add(site)


def _columns(structure: Structure, select: int) -> Iterator[Span]:
    """Yield the columns of the SELECT or RETURNING at a token."""
    start = select + 1
    if structure.is_word(start, "DISTINCT"):
        on = structure.is_word(start + 1, "ON")
        start = structure.partner.get(start + 2, start) + 1 if on else start + 1
    elif structure.is_word(start, "ALL"):
        start += 1
    end = start
    while end < len(structure.tokens) and not _ends_list(structure, end, structure.holder[select]):
        end += 1
    yield from (item for item in structure.items((start, end)) if item[0] < item[1])


def _ends_list(structure: Structure, at: int, holder: int) -> bool:
    if structure.holder[at] != holder:
        return structure.partner.get(at) == holder
    is_distinct_from = structure.is_word(at, "FROM") and structure.is_word(at - 1, "DISTINCT")
    return structure.is_word(at, *_AFTER_LIST) and not is_distinct_from


def _is_named(structure: Structure, item: Span) -> bool:
    """Tell whether a column has an alias, or cannot have one as it is a star."""
    start, end = item
    tokens, last = structure.tokens, end - 1
    if any(structure.is_mark(at, "*") for at in (start, last)) or structure.is_word(start, "COLUMNS"):
        return True
    if structure.is_mark(start + 1, ":") or structure.is_word(last - 1, "AS"):
        return True
    if tokens[last].kind not in ("word", "quoted") or last == start or structure.is_mark(last - 1, ".", "::"):
        return False
    if tokens[last].kind == "word" and tokens[last].text.upper() in _ENDS | BEFORE_OPERAND:
        return False
    return structure.ends_operand(last - 1)


def _heading(translation: Translation, item: Span) -> str:
    """Return a column's text without comments and line breaks, names of functions in lower case."""
    parts: list[str] = []
    for at in range(*item):
        token, before = translation.tokens[at], translation.tokens[at - 1]
        gap = " " if parts and (token.start > before.end or before.text == ",") else ""
        is_function = token.kind == "word" and translation.structure.is_mark(at + 1, "(")
        parts.append(gap + (token.text.lower() if is_function else token.text))
    return "".join(parts)
