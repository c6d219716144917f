"""date, time, datetime, julianday, unixepoch and strftime with SQLite's arguments.

They give DuckDB's types, DATE, TIME, TIMESTAMP, DOUBLE and BIGINT, so that they compare with a provider's columns;
strftime gives text. A call that DuckDB understands is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackduck.sql.dialect import moments
from stackduck.sql.dialect.moments import Moment
from stackduck.sql.dialect.structure import Call, Span
from stackduck.sql.dialect.translation import Translation
from stackduck.sql.rewrite import literal

_BASES = {"unixepoch": moments.unix, "julianday": moments.julian}
_RESULTS = {
    "datetime": "date_trunc('second', {})",
    "time": "CAST(date_trunc('second', {}) AS TIME)",
    "julianday": "(julian({}) - 0.5)",  # DuckDB's begins at midnight, not at noon
    "unixepoch": "CAST(floor(epoch({})) AS BIGINT)",
}
# SQLite's formats that DuckDB lacks; the others mean what they mean in DuckDB.
_SAME_AS = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M"}
_COMPUTED = {
    "%s": "CAST(CAST(floor(epoch({})) AS BIGINT) AS VARCHAR)",
    "%J": "printf('%.16g', julian({}) - 0.5)",
    "%e": "lpad(strftime({}, '%-d'), 2, ' ')",
    "%k": "lpad(strftime({}, '%-H'), 2, ' ')",
    "%l": "lpad(strftime({}, '%-I'), 2, ' ')",
    "%P": "lower(strftime({}, '%p'))",
}
_FORMAT = re.compile(r"%-?.", re.DOTALL)


def day(call: Call, translation: Translation) -> str | None:
    """Write date(moment, modifier, …) as a DATE."""
    if len(call.arguments) == 1 and translation.number(call.arguments[0]) is None:
        text = translation.literal(call.arguments[0])
        if text is None or moments.is_plain(text):
            return None
    return _moment(call.arguments, translation, wants_day=True).day


def moment(call: Call, translation: Translation) -> str | None:
    """Write datetime, time, julianday and unixepoch with their modifiers."""
    return _RESULTS[call.name].format(_moment(call.arguments, translation, wants_day=False).timestamp)


def formatted(call: Call, translation: Translation) -> str | None:
    """Write strftime(format, moment, modifier, …); DuckDB's order, the format last, is left alone."""
    form = translation.literal(call.arguments[0]) if call.arguments else None
    if form is None or "%" not in form:
        return None
    found = _moment(call.arguments[1:], translation, wants_day=False).timestamp
    parts = _parts(form)
    texts = [_COMPUTED[p].format(found) if p in _COMPUTED else f"strftime({found}, {literal(p)})" for p in parts]
    return texts[0] if len(texts) == 1 else f"concat({', '.join(texts)})"


def _parts(form: str) -> list[str]:
    """Cut a format into what DuckDB writes itself and what must be computed."""
    parts = [""]
    at = 0
    for match in _FORMAT.finditer(form):
        parts[-1] += form[at : match.start()]
        code = _SAME_AS.get(match.group(), match.group())
        if code in _COMPUTED:
            parts += [code, ""]
        else:
            parts[-1] += code
        at = match.end()
    parts[-1] += form[at:]
    return [part for part in parts if part]


def _moment(arguments: Sequence[Span], translation: Translation, *, wants_day: bool) -> Moment:
    """Return the moment that a function's arguments describe."""
    modifiers = list(arguments[1:])
    found = _first(arguments, modifiers, translation, wants_day=wants_day)
    for each in modifiers:
        text = translation.literal(each)
        found = moments.shifted_by(found, translation.text(each)) if text is None else moments.shifted(found, text)
    return found


def _first(arguments: Sequence[Span], modifiers: list[Span], translation: Translation, *, wants_day: bool) -> Moment:
    """Return the moment before its modifiers; one that says what a number counts is used up."""
    if not arguments:
        return moments.written("now", wants_day=wants_day)
    expression = translation.text(arguments[0])
    base = _BASES.get((translation.literal(modifiers[0]) or "").strip().lower()) if modifiers else None
    if base is not None:
        modifiers.pop(0)
        return base(expression)
    text = translation.literal(arguments[0])
    if text is None:
        return moments.of(expression) if translation.number(arguments[0]) is None else moments.julian(expression)
    return moments.written(text, wants_day=wants_day and all(_moves_days(translation.literal(m)) for m in modifiers))


def _moves_days(modifier: str | None) -> bool:
    return modifier is not None and moments.moves_days(modifier)
