"""Views over provider tables: read by name, planned through.

A view's text takes the place of its name before planning, so that conditions outside reach its parameters. Owns that
replacement and reading CREATE VIEW; the engine keeps the texts.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from sqlglot import exp

from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.parsing import parse
from stackduck.sql.rewrite import Edit, quote, splice
from stackduck.sql.statements import Statement, of_text, plainly_quoted

Exists = Callable[[tuple[str, ...]], bool]
"""Tells whether the database has a table of a qualified name."""

_DEEPEST = 32
_SUSPECT = 5
"""The depth at which it is worth looking whether views read each other in a circle."""
_CHANGES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Copy)
_DEFINITIONS = (exp.Drop, exp.Create, exp.Index, exp.UserDefinedFunction)


@frozen
class ViewDefinition:
    """CREATE VIEW head AS query."""

    head: str
    """Everything before the query: CREATE OR REPLACE VIEW v (a, b) AS."""
    name: str
    """As it was written, qualified or not."""
    query: str


def definition(statement: Statement) -> ViewDefinition | None:
    """Return what a CREATE VIEW statement defines; None for any other statement."""
    tokens = statement.tokens
    if not tokens or not tokens[0].is_word("CREATE"):
        return None
    at = next((i for i, t in enumerate(tokens[:6]) if t.is_word("VIEW")), None)
    if at is None or any(t.is_word("MATERIALIZED") for t in tokens[:at]):
        return None
    body = next((i for i in range(at, len(tokens)) if tokens[i].is_word("AS")), None)
    if body is None or body + 1 >= len(tokens):
        return None
    start = at + 4 if tokens[at + 1].is_word("IF") and tokens[at + 2].is_word("NOT") else at + 1
    end = start
    while end < body and (tokens[end].kind in ("word", "quoted") or tokens[end].text == "."):
        end += 1
    name = statement.text[tokens[start].start : tokens[end - 1].end]
    return ViewDefinition(statement.text[: tokens[body].end], name, statement.text[tokens[body + 1].start :])


def names_any(statement: Statement, views: Mapping[str, str]) -> bool:
    """Tell whether a word of the statement may name one of the views."""
    return bool(views) and any(t.kind in ("word", "quoted") and t.name.lower() in views for t in statement.tokens)


def refuse_circle(name: str, query: Statement, views: Mapping[str, str], *, exists: Exists) -> None:
    """Raise ProgrammingError where a view's query reads the view itself, through others or at once.

    `name` is the view's as it was written, qualified or not; `exists` as for `expand`.
    """
    own = of_text(name).tokens[-1].name.lower()
    _Walk(ChainMap({own: query.text}, cast(dict[str, str], views)), exists).follow(query, (own,))


def expand(statement: Statement, views: Mapping[str, str], *, exists: Exists = lambda parts: True) -> Statement:
    """Put the text of every view in place of its name, views of views included.

    `views` has lower-case names; `exists` tells whether the database has a table of a qualified name. Raises
    ProgrammingError where views name each other in a circle, NotSupportedError for a statement that changes a view.
    """
    for depth in range(_DEEPEST):
        if not names_any(statement, views):
            return statement
        if depth == _SUSPECT:
            _Walk(views, exists).follow(statement, ())
        root = parse(statement.text)
        edits = _Expansion(root, views, exists).edits() if root else []
        if not edits:
            return statement
        statement = of_text(splice(statement.text, edits))
    raise ProgrammingError(f"views are nested deeper than {_DEEPEST}; make a materialized view of one of them")


class _Walk:
    """Goes from a query to the views that it reads, and on, each once."""

    def __init__(self, views: Mapping[str, str], exists: Exists) -> None:
        self.views = views
        self.exists = exists
        self.done: set[str] = set()

    def follow(self, query: Statement, path: tuple[str, ...]) -> None:
        """Follow a query to which a path of views leads. Raises ProgrammingError for a circle."""
        root = parse(plainly_quoted(query).text)
        for table in _Expansion(root, self.views, self.exists).tables() if root else ():
            name = table.name.lower()
            if name in path:
                circle = " reads ".join((*path[path.index(name) :], name))
                raise ProgrammingError(f"views name each other in a circle: {circle}; define one without the others")
            if name not in self.done:
                self.follow(of_text(self.views[name]), (*path, name))
        self.done.update(path[-1:])


class _Expansion:
    """One round of putting texts in place of names."""

    def __init__(self, root: exp.Expr, views: Mapping[str, str], exists: Exists) -> None:
        self.root = root
        self.views = views
        self.exists = exists
        self.ctes = {c.alias.lower() for c in root.find_all(exp.CTE)}

    def tables(self) -> list[exp.Table]:
        """Return where the statement reads a view."""
        return [table for table in self.root.find_all(exp.Table) if self._is_read(table)]

    def edits(self) -> list[Edit]:
        """Return the edits of all views that the statement reads."""
        tables = self.tables()
        by_own_name = {table.name.lower() for table in tables if not table.alias}
        return [*map(self._text_of, tables), *self._prefixes(by_own_name)]

    def _is_read(self, table: exp.Table) -> bool:
        if not isinstance(table.this, exp.Identifier) or not self._is_view(table.parts):
            return False
        holder = table.parent.parent if isinstance(table.parent, exp.Schema) else table.parent
        if isinstance(holder, _CHANGES) and holder.this in (table, table.parent):
            name = ".".join(part.name for part in table.parts)
            raise NotSupportedError(
                f"{name} is a view over provider tables, which are only read; {holder.key.upper()} needs a local table"
            )
        is_cte = len(table.parts) == 1 and table.name.lower() in self.ctes
        return not is_cte and not isinstance(holder, _DEFINITIONS)

    def _is_view(self, parts: list[exp.Expr]) -> bool:
        """Tell whether a name, qualified or not, is that of a view."""
        names = tuple(part.name for part in parts)
        return names[-1].lower() in self.views and (len(names) == 1 or self.exists(names))

    def _text_of(self, table: exp.Table) -> Edit:
        alias = "" if table.alias else f" AS {quote(table.name)}"
        start, end = table.parts[0].meta["start"], table.parts[-1].meta["end"] + 1
        return Edit(start, end, f"({self.views[table.name.lower()]}\n){alias}")

    def _prefixes(self, names: set[str]) -> Iterator[Edit]:
        """Yield edits that turn memory.main.v.org into v.org: the text that stands for v has no other name."""
        for column in self.root.find_all(exp.Column):
            parts = column.parts
            for length in range(2, len(parts)):
                if parts[length - 1].name.lower() in names and self._is_view(parts[:length]):
                    yield Edit(parts[0].meta["start"], parts[length - 1].meta["start"], "")
