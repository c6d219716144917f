"""Keys of a report that may differ from others by case alone.

JSON tells `user_id` from `User_ID`; DuckDB's columns and structs do not. Undeclared keys with capital letters get
another name in the text before it is read, and their own back in `extra`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path as File

from stackduck.engine.ingest.trees import Path, Struct, places

_MARK = " #"


def clashing(row: Struct, strangers: Collection[Path]) -> frozenset[str]:
    """Return the undeclared names that another one could differ from by case alone."""
    if not strangers:
        return frozenset()
    declared = {(*place.path[:-1], place.path[-1].casefold()) for place in places(row)}
    return frozenset(
        path[-1]
        for path in strangers
        if path[-1] != path[-1].casefold() or (*path[:-1], path[-1].casefold()) in declared
    )


def renamed(name: str) -> str:
    """Return a name that clashes with none."""
    return f"{name}{_MARK}{name.encode().hex()}"


def original(name: str) -> str:
    """Return the name of which `renamed` made this one, or the name itself."""
    start, mark, end = name.rpartition(_MARK)
    return start if mark and end == start.encode().hex() else name


def rewrite(source: File, target: File, names: Collection[str]) -> None:
    """Copy newline-delimited records with other keys for the names, at any depth."""
    # After its closing quote only a key has a colon: text that looks so inside a string has its quotes escaped.
    listed = "|".join(re.escape(name) for name in sorted(names))
    keys = re.compile(rf'"({listed})"(?=\s*:)'.encode())
    with source.open("rb") as lines, target.open("wb") as file:
        for line in lines:
            file.write(keys.sub(lambda found: b'"%s"' % renamed(found[1].decode()).encode(), line))
