"""Keys of a report that DuckDB cannot take for names: without a character, or other than another one by case alone.

JSON tells `user_id` from `User_ID`; DuckDB's columns and structs do not. Undeclared keys with capital letters, and
empty ones, get another name in the text before it is read, and their own back in `extra`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path as File

from stackduck.engine.ingest.trees import Path, Struct, places

_MARK = " #"
_ANY_STRING = re.compile(rb'"((?:[^"\\]|\\.)*+)"(\s*:)?')
_ESCAPED = rb'[^"\\]*\\.(?:[^"\\]|\\.)*'
_OUTSIDE = re.compile(r"[\s,:\]}]")
"""What may follow a string: a name that begins so may look as if it stood between two strings."""


def clashing(row: Struct, strangers: Collection[Path]) -> frozenset[str]:
    """Return the undeclared names that are empty, or that another one could differ from by case alone."""
    if not strangers:
        return frozenset()
    declared = {(*place.path[:-1], place.path[-1].casefold()) for place in places(row)}
    return frozenset(
        path[-1]
        for path in strangers
        if not path[-1]
        or path[-1] != path[-1].casefold()
        or path[-1] != original(path[-1])
        or (*path[:-1], path[-1].casefold()) in declared
    )


def renamed(name: str) -> str:
    """Return a name that clashes with none."""
    return f"{name}{_MARK}{name.encode().hex()}"


def original(name: str) -> str:
    """Return the name of which `renamed` made this one, or the name itself."""
    start, mark, end = name.rpartition(_MARK)
    return start if mark and end == start.encode().hex() else name


def renamed_in(paths: Collection[Path]) -> list[str]:
    """Return the last names of the paths that `renamed` made."""
    return sorted({path[-1] for path in paths if original(path[-1]) != path[-1]})


def key_of(name: str) -> str:
    """Return the JSON text of a key, with its colon."""
    return f"{json.dumps(name, ensure_ascii=False)}:"


def rewrite(source: File, target: File, names: Collection[str]) -> None:
    """Copy newline-delimited records with other keys for the names, at any depth and however they are written."""
    keys = _keys(names)
    with source.open("rb") as lines, target.open("wb") as file:
        for line in lines:
            file.write(keys.sub(lambda found: _rewritten(found, names), line))


def _keys(names: Collection[str]) -> re.Pattern[bytes]:
    """Return a pattern of all keys that may be one of the names; its groups are the key and its colon."""
    if any(map(_OUTSIDE.match, names)):
        return _ANY_STRING
    # Before the quote that opens a key is no other text, and a quote inside a string has a backslash there.
    listed = (re.escape(name.encode()) for name in sorted(names) if json.dumps(name, ensure_ascii=False) == f'"{name}"')
    return re.compile(rb'(?<=[{,\s])"(' + b"|".join([*listed, _ESCAPED]) + rb')"(\s*:)')


def _rewritten(found: re.Match[bytes], names: Collection[str]) -> bytes:
    if found[2] is None:
        return found[0]
    try:
        name = json.loads(b'"' + found[1] + b'"', strict=False)
    except ValueError:
        # Who reads the record says that it is no JSON.
        return found[0]
    return key_of(renamed(name)).encode() if name in names else found[0]
