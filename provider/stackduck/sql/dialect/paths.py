"""Paths such as $.users[0].login: into JSON, and into the lists and objects of known fields that stand for it here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackduck.catalog.names import did_you_mean
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.dialect.kinds import JSON, UNKNOWN, Kind
from stackduck.sql.rewrite import literal

Step = str | int
"""A field's name, or an element's number: the first is 0, the last -1."""

_STEP = re.compile(r'\.(?:"(?P<quoted>[^"]+)"|(?P<name>[^."\[\]*]+))|\[(?P<at>\d+)\]|\[#-(?P<last>\d+)\]')
_TEXTS = ("VARCHAR", "JSON")
_SCALARS = frozenset(
    {
        *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER"),
        *("UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "INTERVAL", "UUID", "BLOB"),
        "TIMESTAMP WITH TIME ZONE",
    }
)


@frozen
class Value:
    """An expression and its type; of one inside JSON also where it is in which JSON."""

    text: str
    kind: Kind
    place: tuple[str, str] | None = None
    """A JSON expression and a path into it."""

    def as_sql(self, *, as_number: bool = False) -> str:
        """Return the text that gives the value as SQL has it; JSON's own quotes go, and its numbers may be wanted."""
        if self.place is None:
            return self.text
        text = f"json_extract_string({self.place[0]}, {literal(self.place[1])})"
        return f"CAST({text} AS DOUBLE)" if as_number else text


def steps(path: str) -> tuple[Step, ...] | None:
    """Return the steps of a path that starts with $; None for one that gives several values, or is no path."""
    if not path.startswith("$"):
        return None
    found: list[Step] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            return None
        at = match.end()
        name = match["quoted"] or match["name"]
        found.append(name or (int(match["at"]) if match["at"] else -int(match["last"])))
    return tuple(found)


def steps_of_operand(text: str | None, number: str | None) -> tuple[Step, ...] | None:
    """Return the steps that stand behind an arrow: a path, a field's name or an element's number."""
    if number is not None:
        return (int(number),) if re.fullmatch(r"-?\d+", number) else None
    if not text or text.startswith("/"):
        return None  # DuckDB's JSON pointer
    return steps(text) if text.startswith("$") else (text,)


def followed(operand: str, kind: Kind, path: Sequence[Step], *, shown: str) -> Value:
    """Return what lies at the end of a path from an operand, `shown` in messages.

    Raises ProgrammingError for a step that the operand's type does not have.
    """
    for at, step in enumerate(path):
        if kind.name not in ("STRUCT", "LIST", "MAP"):
            if kind.name in _SCALARS:
                raise ProgrammingError(f"{shown} is of type {kind.name}, which has no {_written(step)}")
            return _in_json(operand, kind, path[at:])
        kind = _next_kind(kind, step, shown=shown)
        subscript = literal(step) if isinstance(step, str) else str(step if step < 0 else step + 1)
        operand, shown = f"{_bracketed(operand)}[{subscript}]", f"{shown}{_written(step)}"
    is_json = kind in (JSON, UNKNOWN) or (kind.name in _TEXTS and not path)
    return _in_json(operand, kind, ()) if is_json else Value(operand, kind)


def _next_kind(kind: Kind, step: Step, *, shown: str) -> Kind:
    if kind.name == "STRUCT":
        found = kind.field(step) if isinstance(step, str) else None
        if found is None:
            names = [name for name, _ in kind.fields]
            meant = did_you_mean(str(step), names)
            raise ProgrammingError(f"{shown} has no {_written(step)}{meant or '; its fields are ' + ', '.join(names)}")
        return found
    if kind.name == "LIST" and isinstance(step, str):
        raise ProgrammingError(
            f"{shown} is an array, which has no {_written(step)}; name an element first, as in $[0]{_written(step)}"
        )
    return kind.item or UNKNOWN


def _in_json(operand: str, kind: Kind, path: Sequence[Step]) -> Value:
    """Return what lies in JSON; what is neither JSON nor its text is made JSON first."""
    whole = operand if kind.name in _TEXTS else f"CAST({operand} AS JSON)"
    place = f"${''.join(map(_written, path))}"
    return Value(f"json_extract_path({whole}, {literal(place)})" if path else whole, JSON, (whole, place))


def _written(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]" if step >= 0 else f"[#{step}]"
    return f".{step}" if re.fullmatch(r"\w+", step) else f'."{step}"'


def _bracketed(operand: str) -> str:
    return operand if re.fullmatch(r"""[\w."']+(\[[^\]]*\])*""", operand) else f"({operand})"
