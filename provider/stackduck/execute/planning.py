"""What the planner may ask of the database in which a statement will run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from stackduck.engine.session import Session
from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.execute.clock import now
from stackduck.execute.wording import in_users_words
from stackduck.reports.calendar import calendar_days, utc_day

if TYPE_CHECKING:
    from stackduck.sql.relations import ColumnTypes

# TRY refuses what is volatile, and a day for which the condition fails does not end the user's transaction.
_MATCHING = """
SELECT day, TRY(CASE WHEN ({condition}) THEN true ELSE false END) AS is_met
FROM (SELECT CAST(range AS DATE) AS day FROM range(DATE '{first}', DATE '{last}' + 1, INTERVAL 1 DAY))
WHERE is_met IS DISTINCT FROM false"""


class PlanningDatabase:
    """What the planner may ask of the session."""

    def __init__(self, session: Session) -> None:
        self.local_columns = session.local_columns
        self.new_relation_name = session.new_relation_name
        self.check_syntax = session.check_syntax
        self._session = session

    def optimized(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> str | None:
        """Ask DuckDB's optimizer what is left of the statement over empty tables."""
        from stackduck.sql.optimized import DISABLED

        return self._session.optimized(sql, parameters, tables, disabled=DISABLED)

    def matching_days(self, condition: str, parameters: Mapping[str, object]) -> frozenset[date]:
        """Return the days of the calendar for which a condition over the column `day` holds.

        Raises NotSupportedError for a condition that fails for one of them, or may not say the same of the next row.
        """
        first, last = _calendar(utc_day(now()))
        text = _MATCHING.format(first=first, last=last, condition=condition)
        try:
            found = self._session.rows(text, parameters)
        except ProgrammingError as exc:
            if "volatile" not in str(exc):
                raise
            raise NotSupportedError("a function in it may have another value for each row") from exc
        if any(is_met is None for _, is_met in found):
            raise NotSupportedError("it cannot be tested for every day")
        return frozenset(day for day, _ in found)

    def check(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> None:
        """Let DuckDB bind a statement over empty tables, and say what it does not know in the user's words."""
        try:
            self._session.check_over(sql, parameters, tables)
        except ProgrammingError as exc:
            known = {name.partition(" #")[0]: [column for column, _ in types] for name, types in tables.items()}
            raise in_users_words(exc, known) from exc


@lru_cache(maxsize=1)
def _calendar(today: date) -> tuple[date, date]:
    days = calendar_days(today=today)
    return days[0], days[-1]
