"""Views that a document defines: the text of one takes the place of its name, with the values that the statement gives.

A value stands for a literal of the text; what the text needs and the statement lacks is an error. The condition that
gave it is spent: the view's rows need not have it as a column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import product

from sqlglot import exp

from stackduck.catalog.model import Resource, View
from stackduck.errors import MissingParameterError, NotSupportedError, ProgrammingError
from stackduck.sql.constants import conjuncts
from stackduck.sql.documents.confined import check
from stackduck.sql.parsing import parse
from stackduck.sql.rewrite import Edit, literal, quote, splice
from stackduck.sql.scopes import provider_parts
from stackduck.sql.statements import Statement, of_text
from stackduck.sql.tokens import Token, string_value

_DEEPEST = 32
_MOST = 100
_WRITTEN_OUT = (exp.Literal, exp.Placeholder, exp.Parameter)
_HOLE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")

Parts = tuple[str, str, str]
Lookup = Callable[[str, str, str], Resource]


def expand(statement: Statement, providers: Collection[str], lookup: Lookup) -> Statement:
    """Put the text of every view of a document in place of its name, views of views included.

    Raises MissingParameterError where a view needs a value, ProgrammingError where views name each other in a circle.
    """
    known = frozenset(provider.lower() for provider in providers)
    for _ in range(_DEEPEST):
        root = parse(statement.text)
        found = list(_read(root, known, lookup)) if root else []
        if not found:
            return statement
        edits = [edit for table, resource in found for edit in _Use(statement, table, resource).edits()]
        if not edits:
            return statement
        statement = of_text(splice(statement.text, edits))
    raise ProgrammingError("the views of the document name each other in a circle; it has to be corrected")


def _read(root: exp.Expr, providers: frozenset[str], lookup: Lookup) -> Iterator[tuple[exp.Table, Resource]]:
    for table in root.find_all(exp.Table):
        parts = provider_parts(table, providers)
        if parts and (resource := lookup(*parts)).views:
            yield table, resource


class _Use:
    """One place where a statement reads a view."""

    def __init__(self, statement: Statement, table: exp.Table, resource: Resource) -> None:
        self.statement = statement
        self.table = table
        self.resource = resource
        self.query = table.find_ancestor(exp.Select)
        self.joins = (self.query.args.get("joins") or []) if self.query else []
        self.alias = table.alias_or_name
        self.values: dict[str, tuple[str, ...]] = {}
        """Lower-case names, with the literals and placeholders that the statement gives them."""
        self._spent: dict[str, Edit] = {}
        for column in self._compared():
            self._take(column)

    def edits(self) -> list[Edit]:
        """Return the edits that put the view there; none where a method of the resource is to be read instead."""
        view = next((view for view in self.resource.views if self._gives(view)), None)
        if view is None:
            if self.resource.methods_for("select"):
                return []
            raise self._missing()
        check(view.sql, name=self.resource.full_name, provider=self.resource.provider)
        names = [name.lower() for name in view.required]
        if names and any(join.side for join in self.joins):
            raise NotSupportedError(
                f"{self.resource.full_name} takes {', '.join(view.required)}, which an outer join would lose; "
                f"read it in a subquery, FROM (SELECT … FROM {self.resource.full_name} WHERE …)"
            )
        ways = list(product(*(self.values[name] for name in names)))
        if len(ways) > _MOST:
            raise NotSupportedError(f"{self.resource.full_name} would be read {len(ways)} times; narrow the condition")
        texts = (_filled(view.sql, dict(zip(names, way, strict=True)), self.resource.full_name) for way in ways)
        query = "\nUNION ALL ".join(f"SELECT * FROM ({text}\n)" for text in texts)
        alias = "" if self.table.alias else f" AS {quote(self.table.name)}"
        start, end = self.table.parts[0].meta["start"], self.table.parts[-1].meta["end"] + 1
        return [Edit(start, end, f"({query}){alias}"), *(self._spent[name] for name in names)]

    def _gives(self, view: View) -> bool:
        return all(name.lower() in self.values for name in view.required)

    def _missing(self) -> MissingParameterError:
        names = min((view.required for view in self.resource.views), key=len)
        lacking = [name for name in names if name.lower() not in self.values]
        prefix = f"{self.alias}." if self.joins else ""
        conditions = " AND ".join(f"{prefix}{name} = '<{name}>'" for name in lacking)
        return MissingParameterError(
            f"{self.resource.full_name} needs {', '.join(lacking)}; add WHERE {conditions}",
            resource=self.resource.full_name,
            missing=lacking,
        )

    def _compared(self) -> Iterator[exp.Column]:
        """Yield the columns of the view that WHERE compares with what is written out, and that must hold."""
        where = self.query.args.get("where") if self.query else None
        for condition in conjuncts(where.this) if where else ():
            column = condition.this
            if not isinstance(column, exp.Column) or not _is_written_out(condition):
                continue
            if column.table.lower() == self.alias.lower() or not (column.table or self.joins):
                yield column

    def _take(self, column: exp.Column) -> None:
        """Note the values after a column, as far as they are written out."""
        name = column.name.lower()
        tokens = self.statement.tokens
        start, end = column.parts[0].meta["start"], column.parts[-1].meta["end"] + 1
        at = next((i for i, token in enumerate(tokens) if token.start >= end), len(tokens))
        values, stop = _values(tokens[at:])
        if name not in self.values:
            self.values[name] = tuple(dict.fromkeys(values))
            self._spent[name] = Edit(start, stop, "true")


def _is_written_out(condition: exp.Expr) -> bool:
    """Tell whether a condition is the equality with a literal or a placeholder, or with one of a list of them."""
    if isinstance(condition, exp.EQ):
        return isinstance(condition.expression, _WRITTEN_OUT)
    is_list = isinstance(condition, exp.In) and not any(condition.args.get(key) for key in ("query", "unnest", "field"))
    return is_list and all(isinstance(each, _WRITTEN_OUT) for each in condition.expressions)


def _values(tokens: tuple[Token, ...]) -> tuple[list[str], int]:
    """Return what is written out after `=` or in the list after IN, and where it ends."""
    if not tokens[0].is_word("IN"):
        return [tokens[1].text], tokens[1].end
    close = next(i for i, token in enumerate(tokens) if token.text == ")")
    return [token.text for token in tokens[2:close:2]], tokens[close].end


def _filled(sql: str, values: Mapping[str, str], name: str) -> str:
    """Return a view's text with a literal in place of each of its holes."""
    edits = []
    for token in of_text(sql).tokens:
        hole = _HOLE.search(token.text)
        if hole is None:
            continue
        value = values.get(hole[1].lower())
        inside = string_value(token) if token.kind == "string" else token.text
        if value is None or inside is None:
            raise NotSupportedError(f"the view {name} has '{hole[0]}' where no value can stand")
        if _HOLE.fullmatch(inside.strip()):
            edits.append(Edit(token.start, token.end, value))
        else:
            edits.append(Edit(token.start, token.end, _joined(inside, values)))
    return splice(sql, edits)


def _joined(text: str, values: Mapping[str, str]) -> str:
    """Return the SQL of a text with holes in it, for literals and placeholders alike."""
    parts: list[str] = []
    end = 0
    for hole in _HOLE.finditer(text):
        parts += [literal(text[end : hole.start()]), f"CAST({values[hole[1].lower()]} AS VARCHAR)"]
        end = hole.end()
    return f"({' || '.join([*parts, literal(text[end:])])})"
