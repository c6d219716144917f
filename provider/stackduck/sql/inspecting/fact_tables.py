"""Where the tables of facts stand in a statement, and which part of the catalog it wants of each.

A condition that must hold limits what has to be read; it stays in the SQL, so that reading more is never wrong. What
sqlglot cannot read is found by its tokens, and read whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from sqlglot import exp

from stackduck.catalog.facts import Place
from stackduck.catalog.names import did_you_mean
from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.sql import plan, reading, relations, statements
from stackduck.sql.constants import Constants
from stackduck.sql.dialect.structure import is_alias
from stackduck.sql.inspecting.facts import TABLES, Use
from stackduck.sql.inspecting.signs import SCHEMA
from stackduck.sql.methods import supplied
from stackduck.sql.parsing import parse
from stackduck.sql.proving import conditions, optimized
from stackduck.sql.proving.disjuncts import both
from stackduck.sql.rewrite import Edit, quote, splice
from stackduck.sql.scopes import Occurrence, Scopes
from stackduck.sql.statements import Statement, of_text
from stackduck.sql.tokens import Token
from stackduck.sql.values import Listed, unite

_CHANGES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TruncateTable)
_DEFINITIONS = (exp.Create, exp.Drop, exp.Alter, exp.Comment, exp.Index)
_BEFORE_TABLE = ("FROM", "JOIN", "SUMMARIZE", "DESCRIBE")


class Database(plan.Database, Protocol):
    """What is asked of the database in which the statement will run."""

    def has_table(self, name: tuple[str, ...]) -> bool:
        """Tell whether there is a local table or view of a name."""


def spliced(
    statement: Statement, parameters: Mapping[str, object], database: Database
) -> tuple[Statement, tuple[Use, ...]]:
    """Return the statement with relations in place of the tables of facts, and what these relations must hold.

    Raises ProgrammingError for a table that there is not, NotSupportedError for a change of one.
    """
    root = parse(statement.text)
    if root is None:
        return _unparsed(statement, database)
    found = _Found(statement, root, parameters, database)
    uses: dict[tuple[str, Place], Use] = {}
    names: dict[Occurrence, str] = {}
    for occurrence in found.tree.occurrences:
        table, place = occurrence.parts[2].lower(), _place(occurrence)
        if (table, place) not in uses:
            uses[table, place] = Use(_relation_name(database, table), table, place)
        names[occurrence] = uses[table, place].relation
    return of_text(found.with_relations(names)), tuple(uses.values())


class _Found:
    """The tables of a statement that sqlglot reads, with the values that must hold for them."""

    def __init__(
        self, statement: Statement, root: exp.Expr, parameters: Mapping[str, object], database: Database
    ) -> None:
        self._statement = statement
        self._parameters = parameters
        self._database = database
        self.tree = reading.build(root, self._parts, local_columns=self._local_columns)
        for occurrence in self.tree.occurrences:
            table = TABLES[occurrence.parts[2].lower()]
            occurrence.columns = tuple(name for name, _ in table.columns)
            occurrence.types = dict.fromkeys(table.levels, "VARCHAR")
        conditions.collect(self.tree, Constants(parameters, lambda: None))
        if any(_reads_all(occurrence) for occurrence in self.tree.occurrences):
            self._ask_duckdb()

    def _parts(self, table: exp.Table) -> tuple[str, str, str] | None:
        """Return the name of a table of facts; None for any other table, and for one that a definition makes."""
        parts = [part.name for part in table.parts]
        if len(parts) != 2 or parts[0].lower() != SCHEMA or not isinstance(table.this, exp.Identifier):
            return None
        holder = _holder(table)
        if isinstance(holder, _DEFINITIONS) or _is_local(self._database, parts[1]):
            return None
        _check_known(parts[1])
        if isinstance(holder, _CHANGES):
            raise NotSupportedError(f"{SCHEMA}.{parts[1]} is only read; {holder.key.upper()} needs a local table")
        return "", SCHEMA, parts[1]

    def _local_columns(self, table: exp.Table) -> tuple[str, ...] | None:
        if not isinstance(table.this, exp.Identifier):
            return None
        return self._database.local_columns(tuple(part.name for part in table.parts))

    def _ask_duckdb(self) -> None:
        """Let DuckDB's optimizer carry conditions to tables that would be read whole."""
        if optimized.may_change(self._statement):
            return
        names = {o: _relation_name(self._database, o.parts[2].lower()) for o in self.tree.occurrences}
        tables = {names[o]: TABLES[o.parts[2].lower()].columns for o in names}
        empty = {names[o]: optimized.Relation(names[o], o.columns, o.types) for o in names}
        query = optimized.question(statements.query_of(self.with_relations(names)))
        text = self._database.optimized(query, self._parameters, tables)
        ways = optimized.read(text, empty, ask=self._database.matching_days) if text else {}
        for occurrence, name in names.items():
            if name in ways:
                stable = optimized.stable(ways[name], self._statement, occurrence.types)
                occurrence.disjuncts = both(occurrence.disjuncts or [], stable)

    def with_relations(self, names: Mapping[Occurrence, str]) -> str:
        """Return the statement's text with relations in place of the tables."""
        edits = [relations.table_edit(occurrence, name, frozenset()) for occurrence, name in names.items()]
        return splice(self._statement.text, [*edits, *_prefixes(self.tree)])


def _holder(table: exp.Table) -> exp.Expr | None:
    """Return the statement that changes or defines a table, if one does."""
    node = table.parent if isinstance(table.parent, exp.Schema) else table
    holder = node.parent
    if isinstance(holder, _DEFINITIONS):
        return holder
    return holder if isinstance(holder, _CHANGES) and node.arg_key in ("this", "expressions") else None


def _is_local(database: Database, name: str) -> bool:
    """Tell whether the user has a table of that name, in a schema or in a database called stackduck."""
    return database.has_table((SCHEMA, name))


def _check_known(name: str) -> None:
    if name.lower() not in TABLES:
        meant = did_you_mean(name, TABLES) or f"; there are {', '.join(sorted(TABLES))}"
        raise ProgrammingError(f"no table '{name}' in {SCHEMA}{meant}")


def _relation_name(database: Database, table: str) -> str:
    # Without a dot, so that the planner can ask for its columns.
    return database.new_relation_name(f"{SCHEMA} {table}")


def _place(occurrence: Occurrence) -> Place:
    """Return the part of the catalog that must be read; nothing where no row can match."""
    ways = occurrence.disjuncts or []
    wanted: dict[str, frozenset[str]] = {}
    for column, level in TABLES[occurrence.parts[2].lower()].levels.items():
        if supplied(ways, column):
            united = unite(way[column] for way in ways)
            values = united.values if isinstance(united, Listed) else ()
            wanted[level] = frozenset(value.lower() for value in values)
    return Place(**wanted)


def _reads_all(occurrence: Occurrence) -> bool:
    """Tell whether every service's document would have to be read."""
    levels = TABLES[occurrence.parts[2].lower()].levels
    return "resource" in levels.values() and _place(occurrence).service is None


def _prefixes(tree: Scopes) -> Iterator[Edit]:
    """Yield edits that turn stackduck.methods.name into methods.name: the relation has no other name."""
    names = {o.parts[2].lower() for o in tree.occurrences if not o.table.args.get("alias")}
    for column in tree.root.find_all(exp.Column):
        parts = column.parts
        if len(parts) > 2 and parts[0].name.lower() == SCHEMA and parts[1].name.lower() in names:
            yield Edit(parts[0].meta["start"], parts[1].meta["start"], "")


def _unparsed(statement: Statement, database: Database) -> tuple[Statement, tuple[Use, ...]]:
    uses: dict[str, Use] = {}
    edits: list[Edit] = []
    for name, before, after, start in _named(statement.tokens):
        if not _is_read(before, after) or _is_local(database, name.name):
            continue
        _check_known(name.name)
        table = name.name.lower()
        use = uses.setdefault(table, Use(_relation_name(database, table), table, Place()))
        alias = "" if after is not None and is_alias(after) else f" AS {quote(name.name)}"
        edits.append(Edit(start, name.end, f"{quote(use.relation)}{alias}"))
    return of_text(splice(statement.text, edits)), tuple(uses.values())


def _named(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token | None, Token | None, int]]:
    """Yield each name after `stackduck.`, with the tokens before and after, and where the whole name starts."""
    for at, (schema, dot) in enumerate(pairwise(tokens)):
        name = tokens[at + 2] if at + 2 < len(tokens) else None
        is_name = name is not None and name.kind in ("word", "quoted") and dot.text == "."
        if is_name and name and schema.kind in ("word", "quoted") and schema.name.lower() == SCHEMA:
            before = tokens[at - 1] if at else None
            yield name, before, tokens[at + 3] if at + 3 < len(tokens) else None, schema.start


def _is_read(before: Token | None, after: Token | None) -> bool:
    """Tell whether a name between two tokens is that of a table whose rows are read."""
    starts = before is not None and (before.is_word(*_BEFORE_TABLE) or before.text in (",", "("))
    return starts and not (after is not None and after.text in (".", "("))
