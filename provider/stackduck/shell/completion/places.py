"""Where the cursor is: what kind of thing may stand there, and what the statement says about it.

Sees the text and nothing else: not the catalog, not the database. Any text has a place, complete or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from enum import Enum, auto

from stackduck.frozen import frozen
from stackduck.shell.completion import clauses, words
from stackduck.shell.completion.clauses import Clause, Table
from stackduck.shell.completion.expressions import (
    compared_with,
    is_comma,
    is_comparison,
    is_finished,
    is_free_join,
    is_whole_condition,
    join_state,
)
from stackduck.shell.completion.reading import (
    CURSOR,
    Draft,
    Group,
    Item,
    is_name,
    is_symbol,
    is_word,
    name_before,
    name_of,
    read,
)
from stackduck.shell.completion.scope import (
    clauses_around,
    named_queries,
    outer_tables,
    tables_at,
    verb_of,
    without_explain,
)


class Kind(Enum):
    """What may stand at the cursor."""

    NOTHING = auto()
    WORD = auto()
    """One of the place's words and nothing else."""
    TABLE = auto()
    COLUMN = auto()
    """An operand: a column, a function, a parameter."""
    SHARED_COLUMN = auto()
    """A column of two joined tables, in USING."""
    VALUE = auto()
    """The inside of a string that is compared with something."""
    FILE = auto()
    """The inside of a string that names a file."""
    METHOD_PARAMETER = auto()
    """@name of EXEC."""
    INSERTED = auto()
    """A name in INSERT INTO … (…)."""


@frozen
class Place:
    """Where the cursor is."""

    kind: Kind = Kind.NOTHING
    prefix: str = ""
    length: int = 0
    """The characters that the prefix takes in the text."""
    quote: str = ""
    """The quotation mark that is open."""
    qualifier: tuple[str, ...] = ()
    """The names before the dot: u for u.user_login."""
    words: tuple[str, ...] = ()
    """The words that may stand here too."""
    clause: str = ""
    levels: int = 3
    """How many parts the name of a TABLE has; 0 where only local tables can stand."""
    tables: tuple[Table, ...] = ()
    """Those of the query at the cursor, the one that is read last at the end."""
    outer: tuple[Table, ...] = ()
    """Those of the queries around it."""
    queries: Mapping[str, Table] = field(default_factory=dict)
    """Those of WITH, by name in lower case."""
    given: tuple[tuple[str, ...], ...] = ()
    """The names, perhaps qualified, that conditions give values for."""
    compared: tuple[str, ...] = ()
    """The name with which what stands here is compared."""
    outputs: tuple[str, ...] = ()
    """The names that the query's SELECT gives by AS."""
    is_joined: bool = False
    """Whether a condition of JOIN is due here."""
    verb: str = "select"
    is_marked: bool = False
    """Whether the @ of a parameter stands before the cursor."""


_NOWHERE = Place()


def place_at(text: str, cursor: int) -> Place:
    """Return the place of the cursor in a text of statements."""
    draft = read(text, cursor)
    if draft.is_still:
        return _NOWHERE
    return _Reader(draft).place()


class _Reader:
    """The query around the cursor, taken apart."""

    def __init__(self, draft: Draft) -> None:
        path = draft.path
        inner = max(at for at, group in enumerate(path) if at == 0 or clauses.is_query(group))
        self._path, self._depth = path, len(path) - inner - 1
        self._marked: Item = path[inner + 1] if self._depth else CURSOR
        self._clauses = clauses_around(path[inner], self._marked)
        self._clause = clauses.clause_with(self._clauses, self._marked)
        items = path[-1].items if self._depth else self._clause.items
        qualifier, start = _qualifier(items, items.index(CURSOR))
        self._before: Sequence[Item] = items[:start]
        self._plain = Place(
            prefix=draft.prefix,
            length=draft.length,
            quote=draft.quote,
            qualifier=qualifier,
            clause=self._clause.word,
            tables=tables_at(self._clauses, self._clause),
            outer=outer_tables(path[: inner + 1]),
            queries=named_queries(path[: inner + 1]),
            given=tuple(clauses.conditions_of(self._clauses)),
            outputs=tuple(name for name, parts in clauses.outputs_of(self._clauses) if parts is None),
            verb=verb_of(self._clauses),
        )

    def place(self) -> Place:
        """Decide by what is open, then by what is compared, then by the clause."""
        plain = replace(self._plain, compared=compared_with(self._path, self._before) or self._inserted_into())
        if plain.quote == "'":
            kind = Kind.VALUE if plain.compared else Kind.FILE if self._names_a_file() else Kind.NOTHING
            return replace(plain, kind=kind)
        if self._before and is_symbol(self._before[-1], "::"):
            return replace(plain, kind=Kind.WORD, words=words.TYPES)
        if self._depth == 0 and not self._clause.word:
            return self._in_head(plain)
        if self._depth == 0 and self._clause.word == "FROM":
            return self._in_from(plain)
        return self._in_group(plain) if self._depth else self._in_expression(plain, words.AFTER)

    def _in_head(self, plain: Place) -> Place:
        """Find the place in what comes before the first clause: SHOW, EXEC, INSERT INTO, or nothing yet."""
        typed, rest = _phrase(without_explain(self._before))
        if not typed and not rest:
            is_first = self._path[-1].items[0] is CURSOR
            return replace(plain, kind=Kind.WORD, words=words.STATEMENTS if is_first else words.LATER_QUERY)
        if typed == "EXEC" and rest:
            return self._in_exec(plain, rest)
        if rest and is_word(rest[-1], "ON", "USING", "BY"):
            return replace(plain, kind=Kind.COLUMN)
        if rest and not plain.qualifier:
            after = words.QUERY if is_word(rest[-1], "AS") else words.AFTER_NAME.get(typed, ())
            return replace(plain, kind=Kind.WORD, words=after)
        if typed in words.NAMES and not rest:
            allowed = () if plain.qualifier else words.PHRASES.get(typed, ())
            return replace(plain, kind=Kind.TABLE, levels=words.NAMES[typed], words=allowed, tables=())
        return replace(plain, kind=Kind.WORD, words=() if rest else words.PHRASES.get(typed, ()))

    def _in_exec(self, plain: Place, rest: Sequence[Item]) -> Place:
        """Find the place after the name of the method that EXEC calls."""
        given = tuple((name_of(each),) for at, each in enumerate(rest) if at and is_symbol(rest[at - 1], "@"))
        is_marked = is_symbol(rest[-1], "@")
        is_due = is_marked or not is_symbol(rest[-1], *clauses.COMPARISONS)
        kind = Kind.METHOD_PARAMETER if is_due else Kind.COLUMN
        return replace(plain, kind=kind, tables=(_named(rest),), qualifier=(), given=given, is_marked=is_marked)

    def _in_from(self, plain: Place) -> Place:
        """Find the place between FROM and the next clause."""
        state, since = join_state(self._before)
        if state == "table":
            return replace(plain, kind=Kind.TABLE)
        if state == "ON":
            return self._in_expression(replace(plain, is_joined=True), {"FROM": _with_joins(words.AFTER_CONDITION)})
        if state == "USING" or not since:
            return replace(plain, kind=Kind.WORD, words=words.AFTER_TABLE)
        if is_word(self._before[-1], "AS"):
            return plain
        if is_word(self._before[-1], *words.AFTER_WORD):
            return replace(plain, kind=Kind.WORD, words=words.AFTER_WORD[name_of(self._before[-1]).upper()])
        needs_condition = state == "JOIN" and not is_free_join(self._before)
        offered = (*words.AFTER_JOINED, *words.AFTER_TABLE) if needs_condition else words.AFTER_TABLE
        return replace(plain, kind=Kind.WORD, words=offered)

    def _in_group(self, plain: Place) -> Place:
        """Find the place in parentheses that hold no query yet."""
        group, parent = self._path[-1], self._path[-2].items
        before = parent[: parent.index(group)]
        opener = before[-1] if before else CURSOR
        if self._depth == 1 and not self._clause.word and plain.verb in ("insert", "replace"):
            given = tuple((name_of(each),) for each in group.items if is_name(each))
            return replace(plain, kind=Kind.INSERTED, given=given)
        if is_word(opener, "USING"):
            return replace(plain, kind=Kind.SHARED_COLUMN, clause="FROM")
        if not self._before and is_word(opener, *words.OPENED):
            return replace(plain, kind=Kind.WORD, words=words.OPENED[name_of(opener).upper()])
        if self._clause.word == "FROM" and self._depth == 1 and join_state(before)[0] == "table":
            return replace(plain, kind=Kind.TABLE, words=words.QUERY if not self._before else ())
        if self._before and is_word(self._before[-1], "AS"):
            return replace(plain, kind=Kind.WORD, words=words.TYPES if is_word(opener, "CAST", "TRY_CAST") else ())
        found = self._in_expression(plain, {})
        starts_query = not self._before and (is_word(opener, *words.OPERATORS) or is_comparison(opener))
        return replace(found, words=(*found.words, "SELECT")) if starts_query else found

    def _in_expression(self, plain: Place, after: Mapping[str, tuple[str, ...]]) -> Place:
        """Find the place where operands and operators follow each other."""
        before = self._before
        if not plain.qualifier and before and is_word(before[-1], *words.AFTER_WORD):
            return replace(plain, kind=Kind.WORD, words=words.AFTER_WORD[name_of(before[-1]).upper()])
        if not plain.qualifier and not plain.compared and is_finished(before):
            offered = after.get(plain.clause, words.IN_PARENTHESES)
            is_open = plain.clause in ("WHERE", "FROM", "HAVING", "QUALIFY") and not is_whole_condition(before)
            return replace(plain, kind=Kind.WORD, words=(*words.COMPARE, *offered) if is_open else offered)
        if (before and is_word(before[-1], "AS")) or plain.clause == "WITH":
            return plain
        if plain.clause in ("LIMIT", "OFFSET"):
            return plain
        allowed = words.BEFORE_OPERAND.get(plain.clause, words.BEFORE_OPERAND["WHERE"])
        is_first = not before or is_symbol(before[-1], ",")
        is_target = is_first and plain.clause == "SET"
        is_listed = is_first or plain.clause != "GROUP"
        return replace(plain, kind=Kind.COLUMN, words=allowed if is_listed and not is_target else ())

    def _inserted_into(self) -> tuple[str, ...]:
        """Return the column for which a value of VALUES stands."""
        if self._clause.word != "VALUES" or self._depth != 1 or (self._before and not is_comma(self._before[-1])):
            return ()
        head = next((clause for clause in self._clauses if not clause.word), Clause("", ()))
        named = [each for each in head.items if isinstance(each, Group)]
        columns = [name_of(each) for each in named[-1].items if is_name(each)] if named else []
        nth = sum(map(is_comma, self._before))
        return (columns[nth],) if nth < len(columns) else ()

    def _names_a_file(self) -> bool:
        """Tell whether a string here stands for a table's file: FROM 'x.parquet', read_csv('…', COPY t TO '…'."""
        if self._depth:
            parent = self._path[-2].items
            opener = parent[parent.index(self._path[-1]) - 1] if self._path[-1] is not parent[0] else CURSOR
            return name_of(opener).lower().startswith(("read_", "parquet_", "glob", "sniff_"))
        if self._clause.word == "FROM":
            return join_state(self._before)[0] == "table"
        return bool(self._before) and is_word(self._before[-1], "TO", "ATTACH")


def _qualifier(items: Sequence[Item], at: int) -> tuple[tuple[str, ...], int]:
    """Return the names before the dot at a place, and where the whole name starts."""
    if at > 0 and is_symbol(items[at - 1], "."):
        return name_before(items, at - 1)
    return (), at


def _phrase(items: Sequence[Item]) -> tuple[str, Sequence[Item]]:
    """Return the words with which a statement begins, as far as they are known, and the rest; EXTENDED is left out."""
    typed = ""
    for at, item in enumerate(items):
        longer = f"{typed} {name_of(item).upper()}".strip()
        if is_word(item, "EXTENDED") and typed:
            continue
        if not any(f"{each} ".startswith(f"{longer} ") for each in _KNOWN) or not name_of(item):
            return typed, items[at:]
        typed = longer
    return typed, ()


_KNOWN = frozenset(
    (*words.PHRASES, *words.NAMES, *words.AFTER_NAME, "SET VARIABLE", *(word for word in words.STATEMENTS))
)


def _named(items: Sequence[Item]) -> Table:
    """Return the table whose name begins these items."""
    end = 1
    while end + 1 < len(items) and is_symbol(items[end], ".") and is_name(items[end + 1]):
        end += 2
    parts = name_before(items, end)[0]
    return Table(parts, parts[-1] if parts else "")


def _with_joins(offered: tuple[str, ...]) -> tuple[str, ...]:
    return (*offered[:2], "WHERE", "JOIN", "LEFT JOIN", *offered[2:])
