"""DuckDB's type texts read into a tree, so that JSON deep inside a STRUCT is known; knows no values."""

from __future__ import annotations

from stackduck.frozen import frozen

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "FLOAT", "DOUBLE")


@frozen
class Type:
    """A type: its name, and the types inside it."""

    name: str
    """LIST, ARRAY, STRUCT, TUPLE, MAP, or what DuckDB calls a scalar."""
    fields: tuple[Type, ...] = ()
    names: tuple[str, ...] = ()
    """The fields' names, of a STRUCT alone."""


def parse(text: str) -> Type:
    """Read a type as DuckDB writes it: STRUCT(a JSON, "b c" INTEGER[])."""
    text = text.strip()
    if text.endswith("]"):
        start = text.rindex("[")
        return Type("LIST" if text[start:] == "[]" else "ARRAY", (parse(text[:start]),))
    name, bracket, rest = text.partition("(")
    if not bracket or name not in ("STRUCT", "TUPLE", "MAP"):
        return Type(text)
    parts = _split(rest[:-1])
    if name != "STRUCT":
        return Type(name, tuple(parse(part) for part in parts))
    pairs = [_field(part) for part in parts]
    return Type(name, tuple(parse(kind) for _, kind in pairs), tuple(field for field, _ in pairs))


def holds_json(kind: Type) -> bool:
    """Tell whether a value of this type is JSON text, or has JSON text somewhere inside."""
    return kind.name == "JSON" or any(holds_json(field) for field in kind.fields)


def is_number(text: str) -> bool:
    """Tell whether a column of this type holds numbers, which stand to the right."""
    return not text.endswith("]") and text.removeprefix("U").startswith(_NUMBERS)


def _split(text: str) -> list[str]:
    """Cut at the commas that are outside brackets and quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for position, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and not depth:
            parts.append(text[start:position].strip())
            start = position + 1
    return [*parts, text[start:].strip()]


def _field(text: str) -> tuple[str, str]:
    """Cut a STRUCT's field into its name, unquoted, and its type."""
    if not text.startswith('"'):
        name, _, kind = text.partition(" ")
        return name, kind
    end = text.index('"', 1)
    while text[end + 1 : end + 2] == '"':
        end = text.index('"', end + 2)
    return text[1:end].replace('""', '"'), text[end + 1 :]
