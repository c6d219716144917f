"""A statement's text becomes what the traps look at, with the definitions that it reads in place of their names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from stackduck.errors import Error
from stackduck.sql import reading, relations, scopes
from stackduck.sql.asked import Names
from stackduck.sql.parsing import parse
from stackduck.sql.scopes import Occurrence, Query, Scopes
from stackduck.sql.statements import Statement
from stackduck.sql.traps import fields
from stackduck.sql.traps.asked import Asked


def read(statement: Statement, catalog: Names, definitions: Mapping[str, str]) -> Asked | None:
    """Read a statement that asks reports; None for any other, and for what cannot be read.

    `definitions` has the queries of views and tables by lower-case name.
    """
    maker = _Maker(catalog, definitions)
    tree = maker.tree(statement.text)
    if tree is None or not maker.has_reports:
        return None
    return Asked(statement, tree, maker.others)


class _Maker:
    """Builds the scopes of a statement, and of the definitions that it reads."""

    def __init__(self, catalog: Names, definitions: Mapping[str, str]) -> None:
        self._catalog = catalog
        self._providers = frozenset(name.lower() for name in catalog.provider_names())
        self._definitions = definitions
        self._made: dict[str, Query | None] = {}
        self.others: list[Query] = []
        self.has_reports = False

    def tree(self, text: str) -> Scopes | None:
        root = parse(text)
        if root is None:
            return None
        tree = reading.build(root, self._parts, local_columns=lambda table: None)
        for occurrence in tree.occurrences:
            self._describe(occurrence)
        for source in (source for query in tree.every for source in query.sources):
            if not source.body and not source.occurrence and isinstance(source.node, exp.Table):
                source.query = self._definition(source.node.name.lower())
        return tree

    def _parts(self, table: exp.Table) -> tuple[str, str, str] | None:
        return scopes.provider_parts(table, self._providers)

    def _describe(self, occurrence: Occurrence) -> None:
        try:
            relations.describe(occurrence, self._catalog.resource(*occurrence.parts))
        except Error:
            return
        self.has_reports = self.has_reports or occurrence.parts[1].lower() == fields.SERVICE

    def _definition(self, name: str) -> Query | None:
        if name not in self._made and name in self._definitions:
            self._made[name] = None  # a definition that reads itself ends here
            tree = self.tree(self._definitions[name])
            if tree and tree.queries:
                self._made[name] = tree.queries[0]
                self.others += tree.every
        return self._made.get(name)
