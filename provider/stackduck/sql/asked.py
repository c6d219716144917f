"""What the planner asks of those around it: the catalog, and the database in which a statement will run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Protocol

from stackduck.catalog.model import Resource
from stackduck.sql.relations import ColumnTypes


class Names(Protocol):
    """What the planner asks of the catalog."""

    def provider_names(self) -> tuple[str, ...]: ...

    def resource(self, provider: str, service: str, resource: str) -> Resource: ...


class Database(Protocol):
    """What the planner asks of the database in which the statement will run."""

    def local_columns(self, name: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the lower-case columns of a local table or view; None where there is none, or none is known."""

    def optimized(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> str | None:
        """Return EXPLAIN (SQL) of a statement over empty tables of these names; None where DuckDB cannot say.

        Raises DataError for a constant that does not fit the column with which it is compared.
        """

    def check_syntax(self, sql: str) -> None:
        """Raise ProgrammingError for a text that is no SQL of DuckDB's."""

    def check(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> None:
        """Bind a statement over empty tables of these names; raises ProgrammingError for what DuckDB does not know."""

    def matching_days(self, condition: str, parameters: Mapping[str, object]) -> frozenset[date]:
        """Return the days of the calendar for which a condition over one column, `day`, holds.

        Raises an Error where DuckDB cannot tell for one of them, or would not say the same again.
        """

    def volatile_functions(self, names: Collection[str]) -> frozenset[str]:
        """Return those of the functions, in lower case, that may give another value for the same arguments."""

    def new_relation_name(self, resource: str) -> str:
        """Return a name that no relation of the database has had."""
