"""PEP 249's type objects and constructors; a column's type code is, as text, what DuckDB calls the type."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time


class NestedType:
    """The type code of what is no plain type, such as a STRUCT: equal to its text, but no text itself.

    Libraries that read types from texts know the plain ones, and take STRUCT(n INTEGER) for an INTEGER.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __eq__(self, other: object) -> bool:
        return self._text == other if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__


TypeCode = str | NestedType
_PLAIN = re.compile(r"[A-Z_ ]+(\([\d,]+\))?|[A-Z_]+\[\]")


def type_code(text: str) -> TypeCode:
    """Return the type code of what DuckDB calls a type."""
    return text if _PLAIN.fullmatch(text) else NestedType(text)


class TypeObject:
    """A family of DuckDB types; equal to the type code of each of them."""

    __slots__ = ("_name", "_types")

    def __init__(self, name: str, *types: str) -> None:
        self._name = name
        self._types = frozenset(types)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (str, NestedType)):
            return str(other).split("(")[0].upper() in self._types
        return self is other

    def __hash__(self) -> int:
        return hash(self._types)

    def __repr__(self) -> str:
        return f"stackduck.{self._name}"


STRING = TypeObject("STRING", "VARCHAR", "UUID", "ENUM", "JSON")
BINARY = TypeObject("BINARY", "BLOB", "BIT")
NUMBER = TypeObject(
    "NUMBER",
    *(
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
    ),
    *("FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN"),
)
DATETIME = TypeObject(
    "DATETIME",
    *("DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIME WITH TIME ZONE", "INTERVAL"),
    *("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
)
ROWID = TypeObject("ROWID")

Date = date
Time = time
Timestamp = datetime
Binary = bytes


def DateFromTicks(ticks: float) -> date:
    """Return the UTC date of a number of seconds since the epoch."""
    return TimestampFromTicks(ticks).date()


def TimeFromTicks(ticks: float) -> time:
    """Return the UTC time of day of a number of seconds since the epoch."""
    return TimestampFromTicks(ticks).time()


def TimestampFromTicks(ticks: float) -> datetime:
    """Return the UTC instant of a number of seconds since the epoch, without a zone, as SQL's TIMESTAMP."""
    return datetime.fromtimestamp(ticks, UTC).replace(tzinfo=None)
