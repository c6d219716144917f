"""Statements that look around: SHOW, DESCRIBE and PURGE as StackQL has them, told from DuckDB's own.

Reads tokens alone, and loads no parser. What each of them shows, as a SELECT over the tables of facts, is in `shown`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Literal

from stackduck.catalog.names import did_you_mean
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.inspecting.signs import SCHEMA
from stackduck.sql.inspecting.words import Words
from stackduck.sql.statements import Statement

IsTable = Callable[[tuple[str, ...]], bool]
"""Tells whether the database has a table or view of a name, which then goes before ours."""

Listed = Literal["providers", "services", "resources", "methods"]
PURGES = ("cache", "conservative", "control_tables", "ephemeral")

LEVELS = ("provider", "service", "resource", "method")
DEPTHS: dict[Listed, int] = {"providers": 0, "services": 1, "resources": 2, "methods": 3}
_WORDS = ("PROVIDERS", "SERVICES", "RESOURCES", "METHODS", "INSERT INTO", "VERSION", "AUTH")
_DUCKDB_LISTS = ("TABLES", "SCHEMAS", "DATABASES", "VARIABLES", "ALL")
_TAILS = ("WHERE", "ORDER", "LIMIT", "OFFSET")


@frozen
class Show:
    """SHOW PROVIDERS, SERVICES, RESOURCES or METHODS."""

    listed: Listed
    place: tuple[str, ...] = ()
    """The names after IN, perhaps too few or too many."""
    is_extended: bool = False
    like: str = ""
    """The text from LIKE on: LIKE 'copilot%'."""
    tail: str = ""
    """The text from WHERE, ORDER BY or LIMIT on."""


@frozen
class Describe:
    """DESCRIBE of a resource, or of a method."""

    place: tuple[str, ...]
    """The names, perhaps too few or too many."""
    is_extended: bool = False
    is_method: bool = False


@frozen
class ShowInsert:
    """SHOW INSERT INTO: a template of the statement."""

    place: tuple[str, ...]
    is_extended: bool = False
    is_required_only: bool = False
    columns: tuple[str, ...] = ()


@frozen
class ShowVersion:
    """SHOW VERSION."""

    is_extended: bool = False


@frozen
class ShowAuth:
    """SHOW AUTH of a provider."""

    provider: str


@frozen
class ShowFacts:
    """SHOW TABLES FROM stackduck: the tables of facts."""


@frozen
class Purge:
    """PURGE, of one kind or of all."""

    kind: str = ""


Look = Show | Describe | ShowInsert | ShowVersion | ShowAuth | ShowFacts | Purge


def read(statement: Statement, providers: Collection[str], *, is_table: IsTable) -> Look | None:
    """Return what a statement looks at; None for DuckDB's own statements.

    Raises ProgrammingError, saying what to add, for one of ours that is not complete.
    """
    first = statement.tokens[0]
    keyword = first.text.upper() if first.kind == "word" else ""
    if keyword == "SHOW":
        return _show(Words(statement, 1), providers, is_table)
    if keyword in ("DESCRIBE", "DESC"):
        return _describe(Words(statement, 1), providers, is_table)
    return _purge(Words(statement, 1)) if keyword == "PURGE" else None


def depth(look: Show | Describe) -> int:
    """Return how many names the place of a list or a description has."""
    return DEPTHS[look.listed] if isinstance(look, Show) else 4 if look.is_method else 3


def wrong_place(look: Show | Describe, meant: Sequence[str], *, providers: Collection[str]) -> ProgrammingError:
    """Return the error for a place of too few names or too many; `meant` are places that would do."""
    head = f"SHOW {look.listed.upper()} IN" if isinstance(look, Show) else f"DESCRIBE{' METHOD' * look.is_method}"
    kind, name = LEVELS[depth(look) - 1], ".".join(look.place)
    if meant:
        return ProgrammingError(f"{name} is not the full name of a {kind}; did you mean {head} {meant[0]}?")
    is_known = bool(look.place) and look.place[0].lower() in {each.lower() for each in providers}
    form = _form(depth(look), look.place[:1] if is_known else ())
    return ProgrammingError(
        f"{name or 'nothing'} is no {kind}; write {head} {form}{_instead(look) if is_known else ''}"
    )


def _instead(look: Show | Describe) -> str:
    """Say how a place that was named can be looked at."""
    name, given = ".".join(look.place), len(look.place)
    if isinstance(look, Describe) and given == 4:
        return f", or DESCRIBE METHOD {name}"
    if given < depth(look):
        return f"; SHOW {('SERVICES', 'RESOURCES', 'METHODS')[given - 1]} IN {name} lists what is there"
    return ""


def _form(depth: int, known: Sequence[str]) -> str:
    return ".".join((*known, *(f"<{level}>" for level in LEVELS[len(known) : depth])))


def _show(words: Words, providers: Collection[str], is_table: IsTable) -> Look | None:
    """Read what follows SHOW."""
    if len(words.left) == 1 and words.left[0].kind in ("word", "quoted") and is_table((words.left[0].name,)):
        return None
    if [token.name.lower() for token in words.left] in (["tables", "from", SCHEMA], ["tables", "in", SCHEMA]):
        return ShowFacts()
    is_extended = bool(words.take("EXTENDED"))
    if words.take("INSERT"):
        return _show_insert(words, is_extended)
    if words.take("VERSION"):
        words.end("SHOW VERSION")
        return ShowVersion(is_extended)
    if words.take("AUTH"):
        return _show_auth(words)
    listed = words.take("PROVIDERS", "SERVICES", "RESOURCES", "METHODS")
    if listed:
        kind = next(each for each in DEPTHS if each.upper() == listed)
        return _show_listed(words, kind, providers, is_extended=is_extended)
    _refuse_unknown(words, is_extended)
    # As in DuckDB, SHOW of a table's name describes it.
    return _describe(words, providers, is_table)


def _refuse_unknown(words: Words, is_extended: bool) -> None:
    """Raise ProgrammingError for a SHOW that is none of DuckDB's, saying which one was meant."""
    left = words.left
    is_listing = len(left) > 1 and left[1].is_word("IN", "FROM") and not left[0].is_word(*_DUCKDB_LISTS)
    if left and (is_extended or is_listing):
        given, known = f"SHOW {left[0].text.upper()}", [f"SHOW {word}" for word in _WORDS]
        raise ProgrammingError(f"no {given}{did_you_mean(given, known) or '; there are ' + ', '.join(known)}")


def _show_listed(words: Words, listed: Listed, providers: Collection[str], *, is_extended: bool) -> Show:
    place = _place(words, listed, providers)
    like = ""
    if words.left and words.left[0].is_word("LIKE", "ILIKE", "NOT"):
        like = words.text_until(*_TAILS)
    tail = words.text_until() if words.left and words.left[0].is_word(*_TAILS) else ""
    if words.left:
        raise ProgrammingError(
            f"SHOW {listed.upper()} cannot read '{words.left[0].text}'; LIKE '…', WHERE …, ORDER BY or LIMIT may follow"
        )
    return Show(listed, place, is_extended, like, tail)


def _place(words: Words, listed: Listed, providers: Collection[str]) -> tuple[str, ...]:
    """Take IN and the names after it."""
    if DEPTHS[listed] == 0:
        return ()
    if not words.take("IN", "FROM") or not words.left:
        form = f"SHOW {listed.upper()} IN {_form(DEPTHS[listed], tuple(providers)[:1])}"
        raise ProgrammingError(f"SHOW {listed.upper()} needs a {LEVELS[DEPTHS[listed] - 1]}; write {form}")
    return words.name()


def _show_insert(words: Words, is_extended: bool) -> ShowInsert:
    words.take("INTO")
    place = words.name()
    if len(place) != 3:
        raise ProgrammingError("SHOW INSERT needs a resource; write SHOW INSERT INTO <provider>.<service>.<resource>")
    columns: tuple[str, ...] = ()
    if words.left and words.left[0].text == "(" and words.left[-1].text == ")":
        columns = tuple(token.name for token in words.left if token.kind in ("word", "quoted"))
        words.at = len(words.tokens)
    words.end("SHOW INSERT INTO")
    return ShowInsert(place, is_extended, _has_hint(words.statement.text, "REQUIRED"), columns)


def _has_hint(text: str, hint: str) -> bool:
    """Tell whether a comment /*+ … */ of the text holds a word."""
    hints = (part.partition("*/")[0] for part in text.split("/*+")[1:])
    return any(hint in each.upper().replace(",", " ").split() for each in hints)


def _show_auth(words: Words) -> ShowAuth:
    words.take("IN", "FROM")
    place = words.name()
    if len(place) != 1:
        raise ProgrammingError("SHOW AUTH needs a provider; write SHOW AUTH github")
    words.end("SHOW AUTH")
    return ShowAuth(place[0])


def _describe(words: Words, providers: Collection[str], is_table: IsTable) -> Describe | None:
    """Read what follows DESCRIBE."""
    marks = set()
    while len(words.left) > 1 and words.left[1].text != "." and (mark := words.take("EXTENDED", "METHOD")):
        marks.add(mark)
    place = words.name()
    if marks:
        words.end("DESCRIBE")
    elif words.left or not place or place[0].lower() not in {name.lower() for name in providers}:
        return None
    if not marks and len(place) < 3 and is_table(place):
        return None
    return Describe(place, "EXTENDED" in marks, is_method="METHOD" in marks)


def _purge(words: Words) -> Purge:
    kind = words.text_until().lower()
    if kind and kind not in PURGES:
        raise ProgrammingError(
            f"no PURGE {kind.upper()}{did_you_mean(kind, PURGES) or '; there are ' + ', '.join(PURGES).upper()}"
        )
    return Purge(kind)
