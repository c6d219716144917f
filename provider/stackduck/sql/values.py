"""Sets of values that a column may have: a list, a range of days or whole numbers, days of the calendar, or what data
gives.

Pure arithmetic on sets. Values are the text that a request carries; a range's ends are ordinals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.sql.supplies import Supply

_INTEGER = re.compile(r"[+-]?\d{1,18}\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


@frozen
class Listed:
    """These values and no other, in the order in which they were written."""

    values: tuple[str, ...]


@frozen
class Between:
    """All days (as ordinals) or whole numbers from low to high, both included; None is no bound."""

    low: int | None
    high: int | None
    is_day: bool
    without: frozenset[str] = frozenset()
    """Values inside the range that are not meant."""


@frozen
class Excluded:
    """All values but these."""

    values: frozenset[str]


@frozen
class Days:
    """These days of the calendar, for the day of a report: no other day can exist."""

    days: frozenset[date]
    """May be empty: that no day is meant is something to say, and not the same as that no row is needed."""


@frozen
class Fed:
    """The values that other tables give when the statement runs."""

    supplies: tuple[Supply, ...]
    """Each of them gives all values that can match, so that any one is enough."""
    within: Values | None = None
    """What the statement itself says of them: no value outside matches."""
    otherwise: Values | None = None
    """What takes their place where no supply can be computed in time."""


Values = Listed | Between | Excluded | Days | Fed


def intersect(a: Values, b: Values) -> Values:
    """Return the values that are in both."""
    if isinstance(a, Fed):
        return _fed(a, b)
    if isinstance(b, Fed):
        return _fed(b, a)
    if isinstance(a, Days) and isinstance(b, Days):
        return Days(a.days & b.days)
    if isinstance(a, Days):
        return Days(frozenset(day for day in a.days if contains(b, day.isoformat())))
    if isinstance(b, Days):
        return intersect(b, a)
    if isinstance(a, Listed) and isinstance(b, Listed):
        kept = frozenset(b.values)
        return Listed(tuple(v for v in a.values if v in kept))
    if isinstance(a, Listed):
        return Listed(tuple(v for v in a.values if contains(b, v)))
    if isinstance(b, Listed):
        return intersect(b, a)
    if isinstance(a, Excluded):
        return Excluded(a.values | b.values) if isinstance(b, Excluded) else intersect(b, a)
    if isinstance(b, Excluded):
        return replace(a, without=a.without | b.values)
    low = max((x for x in (a.low, b.low) if x is not None), default=None)
    high = min((x for x in (a.high, b.high) if x is not None), default=None)
    return Between(low, high, a.is_day, a.without | b.without)


def _fed(fed: Fed, other: Values) -> Fed:
    within = other.within if isinstance(other, Fed) else other
    supplies = (*fed.supplies, *other.supplies) if isinstance(other, Fed) else fed.supplies
    if within is not None and fed.within is not None:
        within = intersect(fed.within, within)
    return Fed(tuple(dict.fromkeys(supplies)), within if within is not None else fed.within, fed.otherwise)


def written(values: Values) -> Values | None:
    """Return what the statement itself says of values, if it says anything."""
    return values.within if isinstance(values, Fed) else values


def unite(sets: Iterable[Values]) -> Listed | Days | None:
    """Return every value of any of the sets; None where one of them is not a finite list."""
    known = [written(values) for values in sets]
    sets = [values for values in known if values is not None]
    if len(sets) < len(known):
        return None
    days = [values.days for values in sets if isinstance(values, Days)]
    if days and len(days) == len(sets):
        return Days(frozenset[date]().union(*days))
    found: dict[str, None] = {}
    for values in sets:
        listed = enumerate_all(values)
        if listed is None:
            return None
        found.update(dict.fromkeys(listed))
    return Listed(tuple(found))


def contains(values: Values, text: str) -> bool:
    """Tell whether the value is in the set, as far as it is known."""
    if isinstance(values, Fed):
        return values.within is None or contains(values.within, text)
    if isinstance(values, Listed):
        return text in values.values
    if isinstance(values, Days):
        return any(day.isoformat() == text for day in values.days)
    if isinstance(values, Excluded) or text in values.without:
        return isinstance(values, Excluded) and text not in values.values
    at = _ordinal(text, values.is_day)
    return at is not None and (values.low is None or at >= values.low) and (values.high is None or at <= values.high)


def enumerate_all(values: Values, *, limit: int = 100_000) -> tuple[str, ...] | None:
    """Return the values one by one; None for a range with an open end or too long to be meant, and for data's own."""
    if isinstance(values, Fed):
        return None if values.within is None else enumerate_all(values.within, limit=limit)
    if isinstance(values, Listed):
        return values.values
    if isinstance(values, Days):
        return tuple(day.isoformat() for day in sorted(values.days))
    if isinstance(values, Excluded) or values.low is None or values.high is None or values.high - values.low > limit:
        return None
    span = range(values.low, values.high + 1)
    texts = (date.fromordinal(n).isoformat() if values.is_day else str(n) for n in span)
    return tuple(text for text in texts if text not in values.without)


def is_empty(values: Values) -> bool:
    """Tell whether no value is left."""
    if isinstance(values, Fed):
        return values.within is not None and is_empty(values.within)
    if isinstance(values, Listed):
        return not values.values
    if isinstance(values, (Excluded, Days)):
        return False
    return values.low is not None and values.high is not None and values.low > values.high


def bounded(text: str, operator: str, *, kind: str) -> Values | None:
    """Return the range that `column operator text` leaves, for a DATE or BIGINT column; None where it has none."""
    is_day = kind == "DATE"
    at = _ordinal(text, is_day) if kind in ("DATE", "BIGINT") else None
    if at is None:
        return None
    if operator in (">", ">="):
        return Between(at + (operator == ">"), None, is_day)
    return Between(None, at - (operator == "<"), is_day)


def canonical(value: object, kind: str) -> str | None:
    """Return a constant as the text that a column of that DuckDB type has; None where it is not plainly one."""
    if isinstance(value, bool):
        return str(value).lower() if kind in ("BOOLEAN", "VARCHAR") else None
    if isinstance(value, datetime):
        return _instant(value) if kind in ("TIMESTAMPTZ", "VARCHAR") else None
    if isinstance(value, date):
        return value.isoformat() if kind in ("DATE", "VARCHAR") else None
    if isinstance(value, int):
        return _integer(value, kind)
    return _text(value, kind) if isinstance(value, str) else None


def _integer(value: int, kind: str) -> str | None:
    if kind == "BOOLEAN":
        return {0: "false", 1: "true"}.get(value)
    return str(value) if kind in ("BIGINT", "VARCHAR") else None


def _text(value: str, kind: str) -> str | None:
    if kind == "VARCHAR":
        return value
    if kind == "BIGINT":
        return str(int(value)) if _INTEGER.match(value.strip()) else None
    if kind == "DATE":
        return value if _ordinal(value, True) is not None else None
    if kind == "BOOLEAN":
        return value.lower() if value.lower() in ("true", "false") else None
    if kind == "TIMESTAMPTZ":
        try:
            return _instant(datetime.fromisoformat(value))
        except ValueError:
            return None
    return None


def _instant(value: datetime) -> str:
    utc = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    return utc.isoformat().replace("+00:00", "Z")


def _ordinal(text: str, is_day: bool) -> int | None:
    if not is_day:
        return int(text) if _INTEGER.match(text) else None
    if not _DAY.match(text):
        return None
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None
