"""The values of $name, :name and '{{ name }}' in a session: as they are typed, and as a statement takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stackduck.errors import ProgrammingError
from stackduck.sql import statements, variables
from stackduck.sql.tokens import string_value, tokenize

_WORDS: Mapping[str, object] = {"true": True, "false": False, "null": None}
_INTEGER = re.compile(r"[+-]?\d+\Z")
_DECIMAL = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?\Z")


def value(text: str) -> object:
    """Read a value: 30 and 0.5 are numbers, true, false and null themselves, '30' and all else text."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return float(text)
    return _quoted(text) if text[:1] == "'" else text


def taken_by(text: str, values: Mapping[str, object]) -> dict[str, object]:
    """Return those of the values that a text names: a statement takes no others."""
    if "<<<" in text:
        # What a block of data takes, its own language tells: any word of it may.
        return {name: each for name, each in values.items() if re.search(rf"\b{re.escape(name)}\b", text)}
    try:
        named = {name for each in statements.split(text) for name in variables.names(each)}
    except ProgrammingError:
        # Running the statement tells what is wrong, in the right words.
        return {}
    return {name: each for name, each in values.items() if name in named}


def lacking(text: str, values: Mapping[str, object]) -> list[str]:
    """Return the names that a text takes values of, but for those that are given and those that it sets itself."""
    try:
        script = list(statements.split(text))
        named = {name for each in script for name in variables.names(each) if not name.isdecimal()}
    except ProgrammingError:
        return []
    own = {name for each in script for name in variables.set_by(each)}
    return sorted(name for name in named - set(values) if name.lower() not in own)


def _quoted(text: str) -> str:
    """Return what a SQL string stands for; a text that is none stays as it is."""
    try:
        tokens = tokenize(text)
    except ProgrammingError:
        return text
    read = string_value(tokens[0]) if len(tokens) == 1 else None
    return text if read is None else read
