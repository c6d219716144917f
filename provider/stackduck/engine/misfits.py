"""Which value of a page is not what its document declares: asked only when DuckDB fails or a column looks odd.

The one place where Python looks inside a page. It raises nothing and changes nothing; who asks words the error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from stackduck.engine import kinds
from stackduck.engine.shapes import Shape
from stackduck.frozen import frozen

# Numbers, words and dates say what is wrong; anything longer or stranger may be a secret.
_HARMLESS = re.compile(r"[\w .:+-]{0,32}\Z", re.ASCII)

Ask = Callable[[str, dict[str, object]], list[tuple[Any, ...]]]
"""Runs a query and returns its rows."""


@frozen
class Misfit:
    """A value that does not fit its declared type."""

    name: str
    """As SQL names it: assignee.id."""
    kind: str
    value: str

    @property
    def shown(self) -> str:
        """The value as a message may hold it."""
        if _HARMLESS.match(self.value):
            return repr(self.value)
        form = {"[": "a list", "{": "an object"}.get(self.value[0], "a text")
        return f"{form} of {len(self.value)} characters"

    @property
    def declared(self) -> str:
        """The type in a word or two."""
        return "a list" if self.kind.endswith("[]") else self.kind.replace("STRUCT", "an object").partition("(")[0]


def find(shape: Shape, bodies: Iterable[str], *, ask: Ask) -> Misfit | None:
    """Return a value that does not fit, or None; `ask` lets DuckDB try casts."""
    casts: dict[tuple[str, str], dict[str, None]] = {}
    for body in bodies:
        for row in _rows(shape, body):
            for each in _row_values(shape, row):
                if not kinds.is_cast(each.kind):
                    return each
                casts.setdefault((each.name, each.kind), {})[each.value] = None
    for (name, kind), values in casts.items():
        lost = f" OR {lost}" if (lost := kinds.loses(kind, "t")) else ""
        query = f"SELECT t FROM (SELECT unnest($texts) AS t) WHERE TRY_CAST(t AS {kind}) IS NULL{lost} LIMIT 1"
        for (value,) in ask(query, {"texts": list(values)}):
            return Misfit(name, kind, value)
    return None


def _rows(shape: Shape, body: str) -> list[Any]:
    found = json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
    for key in shape.keys:
        found = found[key]
    return found if shape.is_array else [found]


def _row_values(shape: Shape, row: Any) -> Iterator[Misfit]:
    if shape.rows_are_values:
        yield from _values(shape.fields[0].name, shape.fields[0].type, row)
        return
    for field in shape.fields:
        yield from _values(field.name, field.type, row.get(field.name))


def _values(name: str, kind: str, value: Any) -> Iterator[Misfit]:
    """Yield every value that is to be cast, as text, and every one that has the wrong form."""
    if value is None or kind in ("VARCHAR", "JSON"):
        return
    if kinds.is_cast(kind):
        yield Misfit(name, kind, _shown(value))
    elif (element := kinds.element(kind)) is not None:
        if not isinstance(value, list):
            yield Misfit(name, kind, _shown(value))
        else:
            for each in value:
                yield from _values(name, element, each)
    elif not isinstance(value, dict):
        yield Misfit(name, kind, _shown(value))
    else:
        for inner, inner_kind in kinds.struct_fields(kind):
            yield from _values(f"{name}.{inner}", inner_kind, value.get(inner))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
