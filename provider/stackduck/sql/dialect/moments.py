"""Points in time as SQLite writes them: 'now', '-7 days', 'start of month' become DuckDB's date arithmetic.

A day stays a DATE as long as only whole days are counted, so that the planner can prove a condition on it. Months and
years run over as in SQLite: 31 January and a month is 3 March. Days are those of the session's time zone, UTC.
"""

from __future__ import annotations

import re

from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.rewrite import literal

_COUNT = re.compile(r"([+-]?\d+(?:\.\d+)?) +(second|minute|hour|day|month|year)s?\Z")
_CLOCK = re.compile(r"([+-]?)(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?\Z")
_ZONED = re.compile(r"(Z|[+-]\d\d:?\d\d)\Z", re.IGNORECASE)
_NUMERIC = re.compile(r"-?\d+(\.\d+)?\Z")
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_START = re.compile(r"start of (day|month|year)\Z")
_WEEKDAY = re.compile(r"weekday ([0-6])\Z")
_WITHOUT_EFFECT = ("utc", "localtime", "subsec", "subsecond")
_KNOWN = "-7 days, +1.5 hours, start of month, weekday 1, 10:30, unixepoch and the like"

_AMOUNT = "CAST(regexp_extract(x.m, '[+-]?[0-9.]+') AS DOUBLE)"
_OVER = "date_trunc('month', x.t) + to_months(CAST({} AS INTEGER)) + (x.t - date_trunc('month', x.t))"
_SHIFTED = f"""CASE WHEN x.m IS NULL THEN NULL
    WHEN regexp_full_match(x.m, 'start of (day|month|year)') THEN date_trunc(x.m[10:], x.t)
    WHEN regexp_full_match(x.m, '[+-]?[0-9]+ +months?') THEN {_OVER.format(_AMOUNT)}
    WHEN regexp_full_match(x.m, '[+-]?[0-9]+ +years?') THEN {_OVER.format(f"12 * {_AMOUNT}")}
    WHEN regexp_full_match(x.m, '[+-]?[0-9]+([.][0-9]+)? +(second|minute|hour|day)s?') THEN
        x.t + to_microseconds(CAST(round({_AMOUNT} * 1000000 * CASE regexp_extract(x.m, '[a-z]+')[:3]
            WHEN 'sec' THEN 1 WHEN 'min' THEN 60 WHEN 'hou' THEN 3600 ELSE 86400 END) AS BIGINT))
    ELSE error('''' || x.m || ''' is no modifier of a point in time; they are like -7 days and start of month') END"""


@frozen
class Moment:
    """A DuckDB expression of a point in time."""

    text: str
    is_day: bool = False
    """Whether it is a DATE, not a TIMESTAMP."""

    @property
    def timestamp(self) -> str:
        """The expression as a TIMESTAMP."""
        return f"CAST({self.text} AS TIMESTAMP)" if self.is_day else self.text

    @property
    def day(self) -> str:
        """The expression as a DATE."""
        return self.text if self.is_day else f"CAST({self.text} AS DATE)"


def written(value: str, *, wants_day: bool) -> Moment:
    """Return the moment that a literal stands for; `wants_day` prefers today to now."""
    text = value.strip()
    if text.lower() == "now":
        return Moment("current_date", True) if wants_day else Moment("CAST(now() AS TIMESTAMP)")
    if _NUMERIC.match(text):
        return julian(text)
    if _DAY.match(text):
        return Moment(f"CAST({literal(text)} AS DATE)", True)
    if _TIME.match(text):
        return Moment(f"CAST({literal('2000-01-01 ' + text)} AS TIMESTAMP)")
    return of(literal(text)) if _ZONED.search(text) else Moment(f"CAST({literal(text)} AS TIMESTAMP)")


def is_plain(value: str) -> bool:
    """Tell whether DuckDB reads a literal as SQLite does: a day, perhaps with a time, without a time zone."""
    return bool(_DAY.match(value[:10])) and not _ZONED.search(value)


def moves_days(modifier: str) -> bool:
    """Tell whether a modifier makes of a day another day, whatever the time."""
    text = " ".join(modifier.lower().split())
    count = _COUNT.match(text)
    if count:
        return count[2] in ("day", "month", "year") and "." not in count[1]
    return bool(_START.match(text) or _WEEKDAY.match(text)) or text in _WITHOUT_EFFECT


def of(expression: str) -> Moment:
    """Return the moment of a text, a DATE or a TIMESTAMP; a text may have a time zone of its own."""
    return Moment(f"CAST(CAST({expression} AS TIMESTAMPTZ) AS TIMESTAMP)")


def unix(expression: str) -> Moment:
    """Return the moment of a number of seconds since 1970."""
    return Moment(f"CAST(to_timestamp({expression}) AS TIMESTAMP)")


def julian(expression: str) -> Moment:
    """Return the moment of a Julian day."""
    return Moment(f"epoch_ms(CAST(round((({expression}) - 2440587.5) * 86400000) AS BIGINT))")


def shifted(moment: Moment, modifier: str) -> Moment:
    """Return a moment after one modifier. Raises ProgrammingError for one that SQLite does not know either."""
    text = " ".join(modifier.lower().split())
    if text in _WITHOUT_EFFECT:
        return moment
    if match := _COUNT.match(text):
        return _counted(moment, match[1], match[2])
    if match := _START.match(text):
        start = f"date_trunc('{match[1]}', {moment.text})"
        return Moment(f"CAST({start} AS DATE)", True) if moment.is_day else Moment(start)
    if match := _WEEKDAY.match(text):
        ahead = f"CAST(({int(match[1]) + 7} - dayofweek({moment.text})) % 7 AS INTEGER)"
        return Moment(f"({moment.text} + {ahead if moment.is_day else f'to_days({ahead})'})", moment.is_day)
    if match := _CLOCK.match(text):
        sign = -1 if match[1] == "-" else 1
        return _later(moment, sign * (int(match[2]) * 3_600 + int(match[3]) * 60 + float(match[4] or 0)))
    raise ProgrammingError(f"'{modifier}' is no modifier of a point in time; there are {_KNOWN}")


def shifted_by(moment: Moment, modifier: str) -> Moment:
    """Return a moment after a modifier that is only known when the statement runs."""
    return Moment(
        f"list_transform([struct_pack(t := {moment.timestamp}, m := lower(trim({modifier})))], lambda x: {_SHIFTED})[1]"
    )


def _counted(moment: Moment, number: str, unit: str) -> Moment:
    is_whole = "." not in number
    if unit in ("month", "year"):
        return _months(moment, int(float(number) * (12 if unit == "year" else 1)))
    if unit == "day" and is_whole and moment.is_day:
        return Moment(f"({moment.text} {'-' if number.startswith('-') else '+'} {number.lstrip('+-')})", True)
    return _later(moment, float(number) * _SECONDS[unit])


def _months(moment: Moment, months: int) -> Moment:
    first = f"date_trunc('month', {moment.text})"
    if moment.is_day:
        return Moment(
            f"(CAST({first} + to_months({months}) AS DATE) + (CAST(day({moment.text}) AS INTEGER) - 1))", True
        )
    return Moment(f"({first} + to_months({months}) + ({moment.text} - {first}))")


def _later(moment: Moment, seconds: float) -> Moment:
    return Moment(f"({moment.timestamp} + to_microseconds({round(seconds * 1_000_000)}))")
