"""A session whose time stands still: DuckDB's functions that tell the time, replaced by macros that say one moment.

They are temporary, so that a database file never holds them. The time zone stays the session's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

_DATE = "CAST({} AS DATE)"
_LOCAL = "CAST({} AS TIMESTAMP)"
_TIME = "CAST({} AS TIMETZ)"
_BODIES = {
    "today": _DATE,
    "current_date": _DATE,
    "now": "{}",
    "current_timestamp": "{}",
    "get_current_timestamp": "{}",
    "transaction_timestamp": "{}",
    "localtimestamp": _LOCAL,
    "current_localtimestamp": _LOCAL,
    "current_time": _TIME,
    "get_current_time": _TIME,
    "localtime": "CAST({} AS TIME)",
    "current_localtime": "CAST({} AS TIME)",
}
_AGE = """
CREATE TEMP MACRO age(a) AS system.main.age(CAST(CAST({} AS DATE) AS TIMESTAMP), CAST(a AS TIMESTAMP)),
    (a, b) AS system.main.age(a, b)"""


def standing_at(moment: datetime) -> Iterator[str]:
    """Yield the statements after which DuckDB says that it is this moment."""
    told = f"TIMESTAMPTZ '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00'"
    for name, body in _BODIES.items():
        yield f"CREATE TEMP MACRO {name}() AS {body.format(told)}"
    yield _AGE.format(told)
