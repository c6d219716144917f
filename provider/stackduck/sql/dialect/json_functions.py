"""json_extract, ->, ->>, json_each and their kin, over JSON and over the lists and objects of known fields.

A path into an object of known fields gives the field with its type; a path into JSON gives text without quotes (but
-> gives JSON, as it does in DuckDB). What DuckDB does itself, such as a path that is no literal, is left to it.
"""

from __future__ import annotations

from functools import partial

from stackduck.sql.dialect import json_each, literals
from stackduck.sql.dialect.kinds import TEXT
from stackduck.sql.dialect.paths import Step, followed, steps, steps_of_operand
from stackduck.sql.dialect.structure import Call, Span
from stackduck.sql.dialect.translation import Site, Translation


def add_arrows(translation: Translation) -> None:
    """Add a site for every operand -> 'path' and operand ->> 'path'; they bind tighter than all other operators."""
    structure = translation.structure
    starts: dict[int, int] = {}
    for at in range(len(translation.tokens)):
        if not structure.is_mark(at, "->", "->>"):
            continue
        end = at + (3 if structure.is_mark(at + 1, "-") else 2)
        start = structure.operand_before(at, starts)
        if start is None or end > len(translation.tokens) or structure.is_mark(end, "::", "[", "."):
            continue
        starts[at] = start
        translation.add(Site(start, end, partial(_arrow, translation, (start, at), (at + 1, end))))


def _arrow(translation: Translation, operand: Span, path: Span) -> str | None:
    found = steps_of_operand(translation.literal(path), translation.number(path))
    if found is None:
        return None
    gives_json = translation.tokens[operand[1]].text == "->"
    return _reached(translation, operand, found, span=(operand[0], path[1]), number=operand[1], gives_json=gives_json)


def extract(call: Call, translation: Translation) -> str | None:
    """Write json_extract(value, path, …); several paths give an array, as in SQLite."""
    if len(call.arguments) < 2:
        return None
    value, *paths = call.arguments
    if len(paths) > 1:
        listed = ", ".join(translation.text(path) for path in paths)
        return f"to_json(json_extract(CAST({translation.text(value)} AS JSON), [{listed}]))"
    path = translation.path(paths[0])
    found = steps(path) if path is not None else None
    if found is None:
        is_duckdbs = path is not None or translation.raw(paths[0]).startswith("[")
        return None if is_duckdbs else f"json_extract_string({translation.text(value)}, {translation.text(paths[0])})"
    if (written := translation.literal(value)) is not None and (plain := literals.reached(written, found)):
        return plain
    return _reached(translation, value, found, span=(call.start, call.end), number=call.start)


def _reached(
    translation: Translation,
    operand: Span,
    path: tuple[Step, ...],
    *,
    span: Span,
    number: int,
    gives_json: bool = False,
) -> str:
    """Return the text of what lies at the end of a path; `span` is that of the whole expression."""
    text = translation.text(operand)
    kind = TEXT if translation.literal(operand) is not None else translation.kind(number)
    if kind is None:
        return translation.ask(number, text)
    value = followed(text, kind, path, shown=translation.raw(operand))
    as_number = translation.structure.is_counted_with(span)
    return value.text if gives_json and not as_number else value.as_sql(as_number=as_number)


def changed(call: Call, translation: Translation) -> str | None:
    """Write json_set, json_insert and json_replace, which take SQL's values and any number of them.

    A text in quotes is left as it is: DuckDB reads it as JSON.
    """
    if len(call.arguments) < 3 or len(call.arguments) % 2 == 0:
        return None
    value, *rest = call.arguments
    written = translation.text(value)
    for path, new in zip(rest[::2], rest[1::2], strict=True):
        text = translation.text(new)
        is_json = translation.literal(new) is not None or text.startswith("to_json(")
        text = text if is_json else f"to_json({text})"
        written = f"{call.name}({written}, {translation.text(path)}, {text})"
    return written


def removed(call: Call, translation: Translation) -> str | None:
    """Write json_remove(value, path, path, …), one path after the other."""
    if len(call.arguments) < 3:
        return None
    written = translation.text(call.arguments[0])
    for path in call.arguments[1:]:
        written = f"json_remove({written}, {translation.text(path)})"
    return written


def equal(call: Call, translation: Translation) -> str | None:
    """Write json_equal(a, b): the order of an object's fields does not matter."""
    if len(call.arguments) != 2:
        return None
    a, b = (f"CAST(CAST({translation.text(each)} AS JSON) AS VARIANT)" for each in call.arguments)
    return f"({a} = {b})"


def each(call: Call, translation: Translation) -> str | None:
    """Write json_each(value, path) as a subquery of its columns, with its alias, and ON where SQLite needs none."""
    path = translation.path(call.arguments[1]) if len(call.arguments) > 1 else "$"
    taken = steps(path) if path is not None else None
    if not 0 < len(call.arguments) < 3 or path is None or taken is None:
        return None
    end = translation.structure.end_of_alias(call.end)
    alias = translation.raw((call.end, end)) or "AS json_each"
    return f"({_each_query(call, translation, taken, path)}) {alias}{_condition(translation, call.start, end)}"


def end_of_each(call: Call, translation: Translation) -> int:
    """Return the end of json_each(…) with its alias."""
    return translation.structure.end_of_alias(call.end)


def _each_query(call: Call, translation: Translation, path: tuple[Step, ...], written: str) -> str:
    operand = call.arguments[0]
    text = translation.text(operand)
    plain = literals.typed_array(translation.literal(operand) or "") if not path else None
    kind = translation.kind(call.start) if plain is None else plain.kind
    if kind is None:
        return f"SELECT {translation.ask(call.start, text)}"
    return json_each.query(plain or followed(text, kind, path, shown=translation.raw(operand)), written)


def _condition(translation: Translation, start: int, end: int) -> str:
    """Return the ON that a join needs in DuckDB, where it has none."""
    structure = translation.structure
    first = start - 1 - structure.is_word(start - 1, "LATERAL")
    is_bare = structure.is_word(first, "JOIN") and not structure.is_word(first - 1, "CROSS", "NATURAL", "POSITIONAL")
    return " ON true" if is_bare and not structure.is_word(end, "ON", "USING") else ""
