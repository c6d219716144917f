"""One DuckDB connection: it runs statements, holds relations for as long as a result needs them, and knows the views.

Every session runs in UTC. Statements of one session follow each other; a result that is still being read steps aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ReferenceType, ref

from stackduck.engine import clock
from stackduck.engine.columnar import Batches
from stackduck.engine.failures import translated
from stackduck.engine.native import Opening, duckdb
from stackduck.engine.results import Result
from stackduck.errors import DataError, Error, InterfaceError

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

ColumnTypes = Sequence[tuple[str, str]]
T = TypeVar("T")

_CONFIG = {
    "TimeZone": "UTC",
    # A query may neither install code from the network nor see Python's own variables as tables.
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
}
_OFFLINE = {"enable_external_access": "false"}
"""Takes files and the network away from SQL, for good: no statement can give them back."""
_FEW = 1_000
"""Rows that go through Python sooner than DuckDB finds them again."""
# Python's values of these are not all that DuckDB's are.
_LOSES = re.compile(r'\b(INTERVAL|TIMESTAMP_NS|TIME_NS|TUPLE|VARIANT)\b|"key"')

_FUNCTIONS = """
SELECT DISTINCT lower(function_name), stability = 'VOLATILE' OR lower(function_name) IN (
    'now', 'transaction_timestamp', 'get_current_timestamp', 'get_current_time', 'txid_current'
), macro_definition FROM duckdb_functions() WHERE lower(function_name) IN (SELECT unnest($names))"""


class Session:
    """A DuckDB database with one connection to it."""

    def __init__(
        self,
        database: str = ":memory:",
        *,
        read_only: bool = False,
        is_offline: bool = False,
        settings: Mapping[str, str] | None = None,
        go_on: Callable[[], None] = lambda: None,
    ) -> None:
        """Open a database, with settings of DuckDB's beside those of every session.

        `go_on` is asked before every statement of the user's, and raises where it shall not run.
        """
        config = _CONFIG | (_OFFLINE if is_offline else {}) | dict(settings or {})
        self._opening = Opening(database, read_only=read_only, config=config)
        self.is_in_memory = database == ":memory:"
        """Whether it began empty."""
        if not self.is_in_memory:
            self._duck  # noqa: B018 (a file that cannot be opened is told now)
        self._lock = RLock()
        self._go_on = go_on
        self._open: ReferenceType[Result | Batches] | None = None
        """What was not read to its end; nobody reads it where whoever could is gone."""
        self._latest: tuple[str, Mapping[str, object] | None] | None = None
        self._spent: list[str] = []
        self._views: set[str] = set()
        self._afterwards: list[Callable[[], None]] = []
        self._numbers = 0
        self.moment: datetime | None = None
        """At which the time stands still, if it does."""

    @cached_property
    def _duck(self) -> duckdb.DuckDBPyConnection:
        with translated():
            return self._opening.connection()

    def now(self) -> datetime:
        """Return the session's time in UTC: the clock's, or the moment at which it stands still."""
        return self.moment or datetime.now(UTC)

    def stand_at(self, moment: datetime) -> None:
        """Let the time stand still, for SQL too."""
        for statement in clock.standing_at(moment):
            self.rows(statement)
        self.moment = moment

    def confine(self, folders: Sequence[str]) -> None:
        """Take the network and all files but those in some folders away from SQL, for good."""
        self.rows(f"SET allowed_directories = [{', '.join(map(_literal, folders))}]")
        self.rows("SET enable_external_access = false")

    def run(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        is_change: bool = False,
        is_query: bool = False,
    ) -> Result:
        """Run one statement and return its rows.

        A change's only row is how many it changed. A query may be run again to write its rows to a file.
        """
        with self._lock:
            self._go_on()
            self.settle()
            with translated():
                self._execute(sql, parameters)
                result = Result(self._duck, self._lock, is_change=is_change)
            self._open = ref(result)
            self._latest = (sql, parameters) if is_query else None
            return result

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement of stackduck's own and return all its rows."""
        with self._lock:
            self.settle()
            with translated():
                return self._execute(sql, parameters).fetchall()

    def aside(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run a query on a connection of its own, which a transaction that has failed does not stop."""
        with self._lock, translated():
            other = self._duck.cursor()
            try:
                for statement in clock.standing_at(self.moment) if self.moment else ():
                    other.execute(statement)
                return (other.execute(sql, dict(parameters)) if parameters else other.execute(sql)).fetchall()
            finally:
                other.close()

    def export(self, result: Result, path: str) -> int:
        """Write the rows of a result to a Parquet file, instead of fetching them; returns their number."""
        with self._lock:
            if not result.is_fresh:
                raise InterfaceError("rows of this result were fetched already; execute the statement again")
            sql, parameters = self._rest(result, few=0)
            target = path.replace("'", "''")
            with translated():
                rows = self._execute(
                    f"COPY ({sql}\n) TO '{target}' (FORMAT parquet, USE_TMP_FILE false)", parameters
                ).fetchall()
            result.clear()
            return int(rows[0][0])

    def hand_over(self, result: Result, take: Callable[[DuckDBPyRelation], T], *, names: Sequence[str] = ()) -> T:
        """Give what is left of a result to `take`, as a relation to be read once; the result is empty afterwards.

        `take` may return a reader, which then holds the connection until it is read out or dropped. `names` are the
        columns', where they are not to have their own.
        """
        # It gives connections their relations.
        import_module("duckdb")
        with self._lock:
            own = [column[0] for column in result.description or ()]
            try:
                sql, parameters = self._rest(result, few=_FEW)
                self._open = None
                if names and list(names) != own:
                    sql = f"FROM ({sql}\n) AS named({', '.join(map(quoted, names))})"
                with translated():
                    return take(self._duck.sql(sql, params=dict(parameters) if parameters else None))
            finally:
                result.clear()

    def batches(self, result: Result, size: int) -> Batches:
        """Hand over what is left of a result in record batches of so many rows, which step aside as rows do."""
        with self._lock:
            reader = self.hand_over(result, lambda relation: relation.to_arrow_reader(size))
            found = Batches(reader, self._lock)
            self._open = ref(found)
            return found

    def _rest(self, result: Result, *, few: int) -> tuple[str, Mapping[str, object] | None]:
        """Return a query of what is left of a result, and free the connection for it.

        A query is asked again, unless rows of it were fetched, or no more than a `few` are left: those are at hand.
        """
        if result is not self._still_open() or self._latest is None or not result.is_fresh:
            result.detach()
            self.settle()
            return _literal_rows(result)
        if few and not any(_LOSES.search(str(column[1])) for column in result.description or ()):
            result.read_ahead(few)
            if not result.is_open:
                return _literal_rows(result)
        self._duck.abort()
        return self._latest

    def settle(self) -> None:
        """Free the connection: the open result keeps its rows, relations that nobody reads any more go."""
        with self._lock:
            if (left := self._still_open()) is not None:
                left.detach()
            elif self._open is not None:
                self._duck.abort()
            self._open = None
            spent, self._spent = self._spent, []
            for name in spent:
                # In a transaction that has failed, or while another library reads, nothing can be dropped; a later
                # statement does it.
                kind = "VIEW" if name in self._views else "TABLE"
                try:
                    self._duck.execute(f"DROP {kind} IF EXISTS temp.{quoted(name)}")
                    self._views.discard(name)
                except duckdb.Error:
                    self._spent.append(name)
            if not self._spent:
                self._clean_up()

    def _still_open(self) -> Result | Batches | None:
        return self._open() if self._open is not None else None

    def _clean_up(self) -> None:
        afterwards, self._afterwards = self._afterwards, []
        for each in afterwards:
            each()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Let several statements succeed or fail together, in the user's transaction where one is open."""
        if self.in_transaction():
            yield
            return
        self.rows("BEGIN")
        try:
            yield
        except BaseException:
            with suppress(Exception):
                self.rows("ROLLBACK")
            raise
        self.rows("COMMIT")

    def _execute(self, sql: str, parameters: Mapping[str, object] | None) -> duckdb.DuckDBPyConnection:
        return self._duck.execute(sql, dict(parameters)) if parameters else self._duck.execute(sql)

    def create(self, name: str, columns: ColumnTypes) -> None:
        """Create an empty relation; it lives until `discard`."""
        listed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns)
        self.rows(f"CREATE TEMP TABLE {quoted(name)} ({listed})")

    def create_like(self, name: str, sql: str, parameters: Mapping[str, object]) -> None:
        """Create an empty relation with the columns of a query; it lives until `discard`."""
        self.rows(f"CREATE TEMP TABLE {quoted(name)} AS {sql} WITH NO DATA", parameters)

    def fill(self, name: str, sql: str, parameters: Mapping[str, object]) -> None:
        """Put the rows of a query into a relation."""
        self.rows(f"INSERT INTO {quoted(name)} {sql}", parameters)

    def become_view(self, name: str, sql: str) -> None:
        """Put a view in the place of an empty relation."""
        with self._lock:
            self.rows(f"DROP TABLE temp.{quoted(name)}")
            self._views.add(name)
            self.rows(f"CREATE TEMP VIEW {quoted(name)} AS {sql}")

    def discard(self, names: Sequence[str], *, afterwards: Sequence[Callable[[], None]] = ()) -> None:
        """Drop relations as soon as the statement that reads them is done with the connection, then clean up."""
        with self._lock:
            self._spent += names
            self._afterwards += afterwards

    def check(self, sql: str, parameters: Mapping[str, object]) -> None:
        """Let DuckDB bind a statement without running it; raises ProgrammingError for what it does not know."""
        try:
            self.rows(f"EXPLAIN {sql}", parameters)
        except Exception as exc:
            # A PIVOT whose values come from the data cannot be explained; running it will tell.
            if "PIVOT statements with pivot elements" not in str(exc):
                raise

    def check_syntax(self, sql: str) -> None:
        """Let DuckDB parse a text, and nothing more."""
        with self._lock, translated():
            self._duck.extract_statements(sql)

    def problem(self, sql: str) -> str | None:
        """Return DuckDB's message about a statement that it cannot bind, which no transaction minds; None for none."""
        text = "json_extract_string(json_serialize_plan($sql, optimize := false), '$.error_message')"
        found = self.rows(f"SELECT {text}", {"sql": sql})[0][0]
        return None if found is None else str(found)

    def check_over(self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes]) -> None:
        """Let DuckDB bind a statement over empty tables of these names."""
        with self._lock, self._empty_tables(tables):
            self.check(sql, parameters)

    def describe(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[str, str]]:
        """Return the column names and types of a query."""
        return [(row[0], row[1]) for row in self.rows(f"DESCRIBE {sql}", parameters)]

    def new_relation_name(self, resource: str) -> str:
        """Return a name that no relation of this session has had."""
        with self._lock:
            self._numbers += 1
            return f"{resource} #{self._numbers}"

    def has_table(self, name: tuple[str, ...]) -> bool:
        """Tell whether there is a table or view of a name: a table's, with its schema or its database, or all three."""
        keys = ("database_name", "schema_name", "table_name")
        ways = [keys[-len(name) :], *([("database_name", "table_name")] if len(name) == 2 else [])]
        if len(name) > len(keys):
            return False
        listed = (" AND ".join(f"lower({k}) = lower(${i})" for i, k in enumerate(way, 1)) for way in ways)
        parameters = {str(i): part for i, part in enumerate(name, 1)}
        return bool(self.rows(f"SELECT 1 FROM duckdb_columns() WHERE {' OR '.join(listed)} LIMIT 1", parameters))

    def has_schema(self, name: str) -> bool:
        """Tell whether there is a schema or a database of a name."""
        sql = "SELECT 1 FROM duckdb_schemas() WHERE lower($1) IN (lower(schema_name), lower(database_name)) LIMIT 1"
        return bool(self.rows(sql, {"1": name}))

    def local_columns(self, name: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the lower-case columns of a local table or view, or None where there is none."""
        keys = ("database_name", "schema_name", "table_name")[-len(name) :]
        if len(name) > 3 or "." in name[-1]:
            return None
        where = " AND ".join(f"lower({key}) = lower(${key})" for key in keys)
        order = "database_oid, schema_oid, table_oid, column_index"
        sql = f"SELECT column_name FROM duckdb_columns() WHERE {where} ORDER BY {order}"
        found = [row[0].lower() for row in self.rows(sql, dict(zip(keys, name, strict=True)))]
        return tuple(found) if found and len(found) == len(set(found)) else None

    def optimized(
        self, sql: str, parameters: Mapping[str, object], tables: Mapping[str, ColumnTypes], *, disabled: str
    ) -> str | None:
        """Return EXPLAIN (SQL) of a statement over empty tables, with some optimizers off; None where DuckDB cannot.

        Raises DataError for a constant that does not fit the column with which it is compared.
        """
        with self._lock, self._empty_tables(tables), self._optimizers_off(disabled):
            try:
                return str(self.rows(f"EXPLAIN (SQL) {sql}", parameters)[-1][1])
            except DataError:
                raise
            except Error:
                return None

    @contextmanager
    def _empty_tables(self, tables: Mapping[str, ColumnTypes]) -> Iterator[None]:
        for name, columns in tables.items():
            self.create(name, columns)
        try:
            yield
        finally:
            self.discard(list(tables))

    @contextmanager
    def _optimizers_off(self, names: str) -> Iterator[None]:
        before = str(self.rows("SELECT current_setting('disabled_optimizers')")[0][0])
        self.rows(f"SET disabled_optimizers = '{','.join(filter(None, (before, names)))}'")
        try:
            yield
        finally:
            with suppress(Exception):
                self.rows(f"SET disabled_optimizers = '{before}'")

    def in_transaction(self) -> bool:
        """Tell whether BEGIN started a transaction that has not ended: outside one, each query is its own."""
        first, second = (self.rows("SELECT txid_current()") for _ in range(2))
        return first == second

    def variables(self) -> frozenset[str]:
        """Return the names that SET VARIABLE gave."""
        return frozenset(row[0] for row in self.rows("SELECT name FROM duckdb_variables()"))

    def volatile_functions(self, names: Collection[str]) -> frozenset[str]:
        """Return those of the functions, in lower case, that may give another value for the same arguments.

        A macro may if a word of its text may.
        """
        asked: set[str] = set()
        volatile: set[str] = set()
        parents: dict[str, set[str]] = {}
        waiting = {name.lower() for name in names}
        while waiting:
            asked |= waiting
            found = self.rows(_FUNCTIONS, {"names": sorted(waiting)})
            waiting = set()
            for name, is_volatile, text in found:
                volatile |= {name} if is_volatile else set()
                for word in re.findall(r"\w+", text or ""):
                    parents.setdefault(word.lower(), set()).add(name)
                    waiting |= {word.lower()} - asked
        grown = volatile
        while grown:
            grown = {parent for name in grown for parent in parents.get(name, ())} - volatile
            volatile |= grown
        return frozenset(volatile & {name.lower() for name in names})

    def interrupt(self) -> None:
        """Stop the statement that runs, from another thread."""
        self._duck.interrupt()

    def close(self) -> None:
        """Close the connection and its database."""
        with self._lock:
            if (left := self._still_open()) is not None:
                left.close()
            self._open = None
            self._duck.close()
            self._clean_up()


def _literal_rows(result: Result) -> tuple[str, Mapping[str, object]]:
    """Return a query of the rows that have stepped aside, a list a column."""
    rows, columns = result.kept(), result.description or []
    lists = {f"c{i}": [row[i] for row in rows] for i in range(len(columns))}
    unnested = (f"unnest($c{i}::{column[1]}[]) AS {quoted(column[0])}" for i, column in enumerate(columns))
    return f"SELECT {', '.join(unnested)}", lists


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """Return a name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'
