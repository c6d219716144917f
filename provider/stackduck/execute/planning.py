"""What the planner may ask of the database in which a statement will run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stackduck.engine.session import Session
from stackduck.errors import ProgrammingError
from stackduck.execute.wording import in_users_words

if TYPE_CHECKING:
    from stackduck.sql.relations import ColumnTypes


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
        from stackduck.sql.optimized import DISABLED

        return self._session.optimized(sql, parameters, tables, disabled=DISABLED)

    def check(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> None:
        """Let DuckDB bind a statement over empty tables, and say what it does not know in the user's words."""
        try:
            self._session.check_over(sql, parameters, tables)
        except ProgrammingError as exc:
            known = {name.partition(" #")[0]: [column for column, _ in types] for name, types in tables.items()}
            raise in_users_words(exc, known) from exc
