"""What the planner may ask of the database in which a statement will run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from stackduck.engine.session import Session
from stackduck.errors import Error, NotSupportedError, ProgrammingError
from stackduck.execute.wording import in_users_words
from stackduck.reports.calendar import calendar_days, utc_day

if TYPE_CHECKING:
    from stackduck.sql.relations import ColumnTypes

_CALENDAR = "FROM (SELECT CAST(range AS DATE) AS day FROM range(DATE '{first}', DATE '{last}' + 1, INTERVAL 1 DAY))"
# TRY refuses what is volatile, and a day for which the condition fails does not end the user's transaction.
_MATCHING = f"""
SELECT day, TRY(CASE WHEN ({{condition}}) THEN true ELSE false END) AS is_met
{_CALENDAR}
WHERE is_met IS DISTINCT FROM false"""
_REFUSALS = {
    "volatile function": "a function in it may have another value for each row",
    "scalar subquery": "DuckDB takes it for a subquery",
}


class PlanningDatabase:
    """What the planner may ask of the session."""

    def __init__(self, session: Session) -> None:
        self.local_columns = session.local_columns
        self.has_table = session.has_table
        self.new_relation_name = session.new_relation_name
        self.check_syntax = session.check_syntax
        self._session = session

    def optimized(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> str | None:
        """Ask DuckDB's optimizer what is left of the statement over empty tables."""
        from stackduck.sql.proving.optimized import DISABLED

        return self._session.optimized(sql, parameters, tables, disabled=DISABLED)

    def matching_days(self, condition: str, parameters: Mapping[str, object]) -> frozenset[date]:
        """Return the days of the calendar for which a condition over the column `day` holds.

        Raises NotSupportedError for a condition that fails for one of them, or may not say the same of the next row.
        """
        first, last = _calendar(utc_day(self._session.now()))
        text = _MATCHING.format(first=first, last=last, condition=condition)
        try:
            found = self._session.rows(text, parameters)
        except ProgrammingError as exc:
            reason = next((words for mark, words in _REFUSALS.items() if mark in str(exc)), "")
            raise NotSupportedError(reason) if reason else exc from exc
        if any(is_met is None for _, is_met in found):
            raise NotSupportedError(self._failure(condition, parameters))
        return frozenset(day for day, _ in found)

    def _failure(self, condition: str, parameters: Mapping[str, object]) -> str:
        """Return DuckDB's words for a condition that fails for some day."""
        first, last = _calendar(utc_day(self._session.now()))
        try:
            self._session.aside(_CALENDAR.format(first=first, last=last) + f" WHERE {condition}", parameters)
        except Error as exc:
            return str(exc).split("\n")[0]
        return "it fails for some day"

    def volatile_functions(self, names: Collection[str]) -> frozenset[str]:
        """Return those of the functions that may give another value for the same arguments, by a macro too."""
        return self._session.volatile_functions(names)

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
