"""Small parts that are plainly as declared: every value of its own type, no field unknown.

Of a few kilobytes Python tells so before DuckDB has prepared a query. What is not plain may still be right: others
look closer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from stackduck.engine.ingest.survey import HEAD, TRUTH, Survey
from stackduck.engine.ingest.trees import Leaf, Listed, Node, ReportShape

LARGEST = 32_000
"""Bytes up to which it is worth it."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

_Check = Callable[[Any], bool]

_LEAVES: dict[str, _Check] = {
    "BIGINT": lambda value: type(value) is int and -(2**63) <= value < 2**63,
    "DOUBLE": lambda value: type(value) is int or (type(value) is float and isfinite(value)),
    "BOOLEAN": lambda value: type(value) is bool,
    "VARCHAR": lambda value: type(value) is str,
    "TIMESTAMPTZ": lambda value: type(value) is str,
    "DATE": lambda value: type(value) is str and _DATE.fullmatch(value) is not None,
    "JSON": lambda value: True,
}


def survey(records: Path, shape: ReportShape) -> Survey | None:
    """Return what is known of newline-delimited records where all of them are plain, else None."""
    if records.stat().st_size > LARGEST:
        return None
    is_plain, keys, literals = _checked(shape.row), set(), 0
    lines = [line for line in records.read_bytes().splitlines() if line.strip()]
    for line in lines:
        try:
            row = json.loads(line, parse_constant=_refused)
        except ValueError:
            return None
        if not isinstance(row, dict) or not is_plain({name: row[name] for name in row if name not in HEAD}):
            return None
        keys.add(tuple(row.get(name) for name in shape.key))
        literals += _literals(row)
    longest = max(map(len, lines), default=0)
    return Survey(rows=len(lines), longest=longest, literals=literals, is_unique=len(keys) == len(lines))


def _literals(value: Any) -> int:
    """Count the numbers with a fraction and the truth values in a value."""
    if isinstance(value, dict):
        return sum(map(_literals, value.values()))
    if isinstance(value, list):
        return sum(map(_literals, value))
    if isinstance(value, bool):
        return TRUTH
    return int(isinstance(value, float) and not value.is_integer())


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


@lru_cache
def _checked(node: Node) -> _Check:
    """Return what tells whether a value is of a declared type."""
    if isinstance(node, Leaf):
        check = _LEAVES.get(node.type, lambda value: False)
        return lambda value: value is None or check(value)
    if isinstance(node, Listed):
        is_element = _checked(node.element)
        return lambda value: value is None or (type(value) is list and all(map(is_element, value)))
    return _object_check({name: _checked(child) for name, child in node.fields.items()})


def _object_check(checks: dict[str, _Check]) -> _Check:
    def is_plain(value: Any) -> bool:
        if value is None:
            return True
        if type(value) is not dict:
            return False
        return all((check := checks.get(name)) is not None and check(child) for name, child in value.items())

    return is_plain
