"""StackQL's functions that DuckDB lacks, each with what writes it in DuckDB's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from stackduck.sql.dialect import dates, json_functions
from stackduck.sql.dialect.structure import Call
from stackduck.sql.dialect.translation import Site, Translation
from stackduck.sql.rewrite import literal

Writer = Callable[[Call, Translation], str | None]

_WHOLE = {"SIGNED": "BIGINT", "UNSIGNED": "UBIGINT"}


def find(translation: Translation, *, own: frozenset[str]) -> None:
    """Add a site for everything in the statement that StackQL writes differently.

    `own` has the lower-case names of the user's functions, which go before StackQL's.
    """
    writers = {name: writer for name, writer in WRITERS.items() if name not in own}
    for at, token in enumerate(translation.tokens):
        if token.kind not in ("word", "quoted"):
            continue
        writer = writers.get(token.name.lower())
        call = translation.structure.call(at) if writer else None
        if writer and call:
            end = _ENDS.get(token.name.lower(), _end)(call, translation)
            translation.add(Site(at, end, partial(writer, call, translation)))
        elif token.kind == "word":
            _add_operator(translation, at)
    json_functions.add_arrows(translation)


def _add_operator(translation: Translation, at: int) -> None:
    """Add a site for REGEXP between two operands, SEPARATOR in group_concat, or the type of CAST(x AS SIGNED)."""
    structure, word = translation.structure, translation.tokens[at].text.upper()
    if word == "REGEXP" and at and structure.ends_operand(at - 1 - structure.is_word(at - 1, "NOT")):
        operand = (at + 1, at + 2)
        if at + 1 < len(translation.tokens) and translation.tokens[at + 1].kind in ("string", "named"):
            translation.add(Site(at, at + 2, partial(_matching, translation, operand)))
    elif word == "SEPARATOR" and structure.holder[at] > 0:
        _add_separator(translation, at)
    elif word in _WHOLE and _is_type(translation, at):
        end = at + 1 + structure.is_word(at + 1, "INTEGER", "INT")
        translation.add(Site(at, end, partial(str, _WHOLE[word])))


def _is_type(translation: Translation, at: int) -> bool:
    structure = translation.structure
    if structure.is_mark(at - 1, "::"):
        return True
    holder = structure.holder[at]
    return structure.is_word(at - 1, "AS") and structure.is_word(holder - 1, "CAST", "TRY_CAST")


def _matching(translation: Translation, operand: tuple[int, int]) -> str:
    """Write REGEXP, which finds its pattern anywhere, as SIMILAR TO, which matches the whole."""
    pattern = translation.literal(operand)
    if pattern is not None:
        return f"SIMILAR TO {literal(f'(?s).*(?:{pattern}).*')}"
    return f"SIMILAR TO ('(?s).*(?:' || {translation.raw(operand)} || ').*')"


def _arguments(call: Call, translation: Translation) -> list[str]:
    return [translation.text(each) for each in call.arguments]


def _iif(call: Call, translation: Translation) -> str | None:
    if len(call.arguments) not in (2, 3):
        return None
    condition, then, *otherwise = _arguments(call, translation)
    last = f" ELSE {otherwise[0]}" if otherwise else ""
    return f"CASE WHEN {condition} THEN {then}{last} END"


def _total(call: Call, translation: Translation) -> str | None:
    """Write total(x), with its FILTER and OVER, as a sum that is 0 over nothing."""
    end = _end_of_aggregate(call, translation)
    return f"CAST(coalesce(sum{translation.text((call.start + 1, end))}, 0) AS DOUBLE)"


def _end(call: Call, translation: Translation) -> int:
    return call.end


def _end_of_aggregate(call: Call, translation: Translation) -> int:
    """Return the end of an aggregate with its FILTER (…) and OVER (…) or OVER name."""
    structure, end = translation.structure, call.end
    for word in ("FILTER", "OVER"):
        if structure.is_word(end, word):
            closing = structure.partner.get(end + 1, end + 1)
            end = min(closing + 1, len(translation.tokens))
    return end


def _char(call: Call, translation: Translation) -> str | None:
    codes = [f"chr({code})" for code in _arguments(call, translation)]
    return f"concat({', '.join(codes)})" if codes else "''"


def _regexp(call: Call, translation: Translation) -> str | None:
    """Write regexp(pattern, text): SQLite's order is the other way round."""
    pattern, text = _arguments(call, translation) if len(call.arguments) == 2 else ("", "")
    return f"regexp_matches({text}, {pattern})" if text else None


def _regexp_substr(call: Call, translation: Translation) -> str | None:
    """Write regexp_substr(text, pattern): NULL where nothing matches."""
    found = ", ".join(_arguments(call, translation))
    return f"(regexp_extract_all({found}))[1]" if len(call.arguments) == 2 else None


def _add_separator(translation: Translation, at: int) -> None:
    """Add a site for group_concat(x ORDER BY y SEPARATOR ', '), which is MySQL's."""
    call = translation.structure.call(translation.structure.holder[at] - 1)
    if call and call.name == "group_concat" and at == call.end - 3:
        translation.add(Site(call.start, call.end, partial(_group_concat, call, translation)))


def _group_concat(call: Call, translation: Translation) -> str:
    """Write group_concat with its separator as an argument."""
    structure, first, at = translation.structure, call.start + 2, call.end - 3
    own = (i for i in range(first, at) if structure.is_word(i, "ORDER") and structure.holder[i] == call.start + 1)
    order = next(own, at)
    ordered = f" {translation.text((order, at))}" if order < at else ""
    separator = translation.raw((at + 1, at + 2))
    return f"group_concat({translation.text((first, order))}, {separator}{ordered})"


def _renamed(call: Call, translation: Translation, *, name: str) -> str | None:
    return f"{name}{translation.text((call.start + 1, call.end))}"


WRITERS: Mapping[str, Writer] = {
    "char": _char,
    "date": dates.day,
    "datetime": dates.moment,
    "iif": _iif,
    "json_each": json_functions.each,
    "json_equal": json_functions.equal,
    "json_extract": json_functions.extract,
    "json_insert": json_functions.changed,
    "json_patch": partial(_renamed, name="json_merge_patch"),
    "json_remove": json_functions.removed,
    "json_replace": json_functions.changed,
    "json_set": json_functions.changed,
    "julianday": dates.moment,
    "regexp": _regexp,
    "regexp_like": partial(_renamed, name="regexp_matches"),
    "regexp_substr": _regexp_substr,
    "strftime": dates.formatted,
    "time": dates.moment,
    "total": _total,
    "unixepoch": dates.moment,
}

_ENDS: Mapping[str, Callable[[Call, Translation], int]] = {
    "json_each": json_functions.end_of_each,
    "total": _end_of_aggregate,
}
"""Where what a function's text replaces ends, if not with its bracket."""
