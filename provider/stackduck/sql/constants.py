"""Constant expressions whose value is plain: literals, bound values, casts, text put together, days counted on.

Anything else is left to DuckDB. A value is a str, int, bool, date or datetime; NULL is a value of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from sqlglot import exp

NULL = object()
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MOST_DAYS = 100_000


class Constants:
    """Evaluates expressions; `today` is asked at most once, and only where an expression needs it."""

    def __init__(self, parameters: Mapping[str, object], today: Callable[[], date | None]) -> None:
        self._parameters = parameters
        self._ask_today = today
        self._today: list[date | None] = []

    def value(self, node: exp.Expr) -> object | None:
        """Return the value of an expression, NULL for NULL, None for one that DuckDB must compute."""
        node = unwrap(node)
        if isinstance(node, exp.Placeholder):
            value = self._parameters.get(node.name, self)
            return None if value is self else (NULL if value is None else value)
        if isinstance(node, exp.Null):
            return NULL
        if isinstance(node, exp.Boolean):
            return bool(node.this)
        if isinstance(node, exp.Literal):
            return node.this if node.is_string else number(node.this)
        return self._computed(node)

    def _computed(self, node: exp.Expr) -> object | None:
        if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and not node.this.is_string:
            found = number(node.this.this)
            return -found if found is not None else None
        if isinstance(node, exp.Cast):
            return self._cast(node)
        if isinstance(node, exp.CurrentDate) and not node.this:
            if not self._today:
                self._today.append(self._ask_today())
            return self._today[0]
        if isinstance(node, (exp.Add, exp.Sub)):
            return self._day(node)
        return self._text(node)

    def _cast(self, node: exp.Cast) -> object | None:
        inner, kind = unwrap(node.this), node.to.sql("duckdb").upper()
        if not isinstance(inner, exp.Array):
            return _converted(self.value(inner), kind)
        items = [self.value(item) for item in inner.expressions]
        return None if None in items else _converted(items, kind)

    def _day(self, node: exp.Add | exp.Sub) -> date | None:
        """Return a day some days before or after another one."""
        start, step = self.value(node.this), unwrap(node.expression)
        if isinstance(step, exp.Interval):
            unit = str(step.args.get("unit") or "").upper()
            days = (
                number(str(step.this.this)) if unit in ("DAY", "DAYS") and isinstance(step.this, exp.Literal) else None
            )
        else:
            days = number(step.this) if isinstance(step, exp.Literal) and not step.is_string else None
        if type(start) is not date or days is None or days > _MOST_DAYS:
            return None
        try:
            return start + timedelta(days=days) if isinstance(node, exp.Add) else start - timedelta(days=days)
        except OverflowError:
            return None

    def _text(self, node: exp.Expr) -> str | None:
        if isinstance(node, exp.DPipe):
            parts = [self.value(node.this), self.value(node.expression)]
            return "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else None
        if isinstance(node, (exp.Lower, exp.Upper)):
            value = self.value(node.this)
            if not isinstance(value, str) or not value.isascii():
                return None
            return value.lower() if isinstance(node, exp.Lower) else value.upper()
        return None


def _converted(value: object | None, kind: str) -> object | None:
    """Return what a value is as one of a type, a list element by element; None where DuckDB must say."""
    if value is NULL:
        return NULL
    if isinstance(value, (list, tuple)) and kind.endswith("[]"):
        items = [_converted(NULL if item is None else item, kind.removesuffix("[]")) for item in value]
        return None if None in items else [None if item is NULL else item for item in items]
    if kind == "DATE" and (isinstance(value, str) or type(value) is date):
        return _day_of(value) if isinstance(value, str) else value
    if kind in ("TEXT", "VARCHAR") and isinstance(value, str):
        return value
    if kind in ("BIGINT", "INT", "INTEGER") and isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 2**31 else None
    return None


def unwrap(node: exp.Expr) -> exp.Expr:
    """Return what parentheses hold."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    """Yield what AND joins, each without its parentheses."""
    condition = unwrap(condition)
    if isinstance(condition, exp.And):
        yield from conjuncts(condition.this)
        yield from conjuncts(condition.expression)
    else:
        yield condition


def number(text: str) -> int | None:
    """Return a whole number as it is written plainly."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def differ(a: exp.Literal, b: exp.Literal) -> bool:
    """Tell whether two literals surely differ: 1 and 1.0 do not."""
    if a.is_string and b.is_string:
        return bool(a.this != b.this)
    numbers = [number(x.this) for x in (a, b) if not x.is_string]
    return len(numbers) == 2 and None not in numbers and numbers[0] != numbers[1]


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _ISO_DAY.match(text) else None
    except ValueError:
        return None
