"""An error of planning or binding as a finding's words: which rule it breaks, what it says, what to do. Pure."""

from __future__ import annotations

import re

from stackduck.errors import (
    CallLimitError,
    DatabaseError,
    DataError,
    Error,
    InternalError,
    MissingParameterError,
    NotSupportedError,
)
from stackduck.frozen import frozen

_LONGEST = 300
_EXCERPT = "\n\nLINE "
_IGNORED = re.compile(r" \((\w+(?:, \w+)*(?: and \w+)?) in the statement gives? (no value: [^)]*)\)")
_KIND = re.compile(r"(?:Parser|Binder|Catalog|Conversion|Permission|Invalid Input|Not implemented) Error: ")

_BY_TEXT: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"file system operations are disabled", "local-file"),
        (r"Parser Error|unterminated|is not closed|closes what is not open", "syntax-error"),
        (r"it exists in the \S+ extension|not evaluated in a check", "not-checked"),
        (r"because (?:Conversion Error|invalid|Could not)", "type-error"),
        (
            r"gives? no value: only|give it a value, .* or leave it out|does not say which days",
            "condition-gives-no-value",
        ),
        (r"^no (?:provider|service|resource|table|method) ", "unknown-table"),
        (
            r"no column '|no parameter '|Referenced column|does not have a column named|may be the parameter",
            "unknown-column",
        ),
        (r"Function with name \S+ does not exist", "unknown-function"),
        (
            r"Cannot compare values|No function matches|Could not choose a best|Conversion Error|Cannot mix values|"
            r"Cannot cast|Cannot combine|[Tt]ype mismatch|is an? [A-Z][A-Z ]+, and ",
            "type-error",
        ),
    )
)
_BY_KIND: tuple[tuple[type[Error], str], ...] = (
    (MissingParameterError, "missing-parameter"),
    (CallLimitError, "too-many-calls"),
    (DataError, "type-error"),
    (NotSupportedError, "not-supported"),
    (InternalError, "not-checked"),
)


@frozen
class Told:
    """What a finding says of an error."""

    rule: str
    message: str
    """Empty where the rule's own words are all there is to say; the same of the remedy."""
    instead: str


def told(exc: Exception) -> Told:
    """Return what to say of an error; one that nobody foresaw keeps the statement from being checked."""
    if isinstance(exc, MemoryError) or "Out of Memory Error" in str(exc):
        return Told("not-checked", "this cannot be checked in the memory that a check takes", "")
    if not isinstance(exc, DatabaseError):
        return Told("not-checked", f"this cannot be checked: {type(exc).__name__}: {_first_line(exc)}", "")
    rule = _rule(exc)
    text, ignored = str(exc), _IGNORED.search(str(exc))
    if rule == "local-file":
        return Told(rule, "", "")
    if ignored:
        instead = _parts(text[: ignored.start()] + text[ignored.end() :])[1]
        return Told(rule, f"the condition on {ignored[1]} gives {ignored[2]}", instead)
    return Told(rule, *_parts(text))


def _rule(exc: DatabaseError) -> str:
    text = str(exc)
    for pattern, rule in _BY_TEXT:
        if pattern.search(text):
            return rule
    return next((rule for kind, rule in _BY_KIND if isinstance(exc, kind)), "invalid-statement")


def _parts(text: str) -> tuple[str, str]:
    """Cut a message into what is wrong and what to do: ours has a semicolon between them, DuckDB's a line break."""
    own, _, tried = text.partition("\ntry: ")
    first, _, more = _KIND.sub("", own.split(_EXCERPT)[0], count=1).partition("\n")
    problem, _, remedy = first.partition("; ")
    hints = [line.strip().rstrip(":") for line in more.splitlines() if line.strip()]
    instead = "; ".join(filter(None, (remedy, ", ".join(hints))))
    instead = f"{_shortened(instead)}\ntry: {tried}" if tried else _shortened(instead)
    return problem.rstrip("!. "), instead


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _first_line(exc: Exception) -> str:
    return str(exc).partition("\n")[0]
