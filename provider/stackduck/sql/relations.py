"""What stands in the text for a provider table: the columns of its relation, and the edits that put its name there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sqlglot import exp

from stackduck.catalog.model import Method, Parameter, Resource
from stackduck.errors import NotSupportedError
from stackduck.sql import methods, reports
from stackduck.sql.proving.optimized import Relation
from stackduck.sql.rewrite import Edit, quote
from stackduck.sql.scopes import Occurrence, Scopes
from stackduck.sql.spans import output_span
from stackduck.sql.statements import Statement

ColumnTypes = tuple[tuple[str, str], ...]


def describe(occurrence: Occurrence, resource: Resource) -> None:
    """Tell the occurrence its columns: the fields of every SELECT method, then their parameters."""
    fields: dict[str, None] = {}
    types: dict[str, str] = {}
    for method in methods.select_methods(resource):
        fields.update(dict.fromkeys(c.name.lower() for c in method.columns))
        for parameter in method.parameters:
            types.setdefault(parameter.name.lower(), parameter.type)
    occurrence.columns = (*fields, *(name for name in types if name not in fields))
    occurrence.types = types
    occurrence.shared = frozenset(name for name in types if name in fields)
    occurrence.required = frozenset(name.lower() for m in methods.select_methods(resource) for name in m.required)
    occurrence.has_days = all(map(reports.has_days, methods.select_methods(resource)))


def column_name(parameter: Parameter, method: Method) -> str:
    """Return the name of a parameter's column: its own, or another one where a response field has it."""
    taken = {c.name.lower() for c in method.columns}
    return f"{parameter.name} (parameter)" if parameter.name.lower() in taken else parameter.name


def wide_columns(resource: Resource) -> ColumnTypes:
    """Return the columns of every SELECT method together, for planning."""
    found: dict[str, tuple[str, str]] = {}
    for method in methods.select_methods(resource):
        for column in method.columns:
            found.setdefault(column.name.lower(), (column.name, column.type))
    for method in methods.select_methods(resource):
        for parameter in method.parameters:
            found.setdefault(parameter.name.lower(), (parameter.name, parameter.type))
    return tuple(found.values())


def hidden_everywhere(occurrences: Collection[Occurrence]) -> dict[Occurrence, frozenset[str]]:
    """Return what a star leaves out of relations with wide columns."""
    return {o: frozenset(o.types) - o.shared for o in occurrences}


def while_planning(name: str, types: ColumnTypes, occurrence: Occurrence) -> Relation:
    """Return the empty relation that stands for an occurrence while DuckDB is asked."""
    own = {n: t for n, t in occurrence.types.items() if n not in occurrence.shared}
    return Relation(name, tuple(n.lower() for n, _ in types), own, occurrence.has_days)


def table_edit(occurrence: Occurrence, relation: str, hidden: frozenset[str]) -> Edit:
    """Return the edit that puts a relation's name in place of the table's, under the same alias."""
    star = f"* EXCLUDE ({', '.join(map(quote, sorted(hidden)))})" if hidden else "*"
    parts = occurrence.table.parts
    start, end = parts[0].meta["start"], parts[-1].meta["end"] + 1
    if isinstance(occurrence.table.parent, (exp.Describe, exp.Summarize)):
        return Edit(start, end, f"SELECT {star} FROM {quote(relation)}")
    alias = "" if occurrence.table.args.get("alias") else f" AS {quote(occurrence.parts[2])}"
    return Edit(start, end, f"{quote(relation)}{alias}")


def refuse_renamed_parameters(occurrence: Occurrence, method: Method) -> None:
    """Refuse AS t(a, b, …) with more names than fields: which parameters a relation has is not the user's to count."""
    alias = occurrence.table.args.get("alias")
    renamed = len(alias.args.get("columns") or ()) if alias else 0
    if renamed > len(method.columns):
        name = ".".join(occurrence.parts)
        raise NotSupportedError(
            f"{occurrence.alias} names {renamed} columns, and {name} has {len(method.columns)} fields; "
            "parameters are columns by their own names alone"
        )


def prefix_edits(scopes: Scopes, providers: Collection[str]) -> Iterator[Edit]:
    """Yield edits that turn github.copilot.org_seats.plan_type into org_seats.plan_type."""
    for column in scopes.root.find_all(exp.Column):
        parts = column.parts
        if len(parts) > 3 and parts[0].name.lower() in providers:
            yield Edit(parts[0].meta["start"], parts[2].meta["start"], "")


def heading_edits(scopes: Scopes, statement: Statement) -> Iterator[Edit]:
    """Yield edits that give a result column with a provider table in it the heading that the user wrote.

    DuckDB would make one of the relation's name, which is another one each time.
    """
    tables = {id(occurrence.table) for occurrence in scopes.occurrences}
    for query in scopes.queries:
        for _, item in query.outputs:
            is_named = item.alias or isinstance(item, exp.Column)
            has_table = not is_named and any(id(table) in tables for table in item.find_all(exp.Table))
            if has_table and (span := output_span(item, statement)):
                heading = " ".join(statement.text[slice(*span)].split())
                yield Edit(span[1], span[1], f" AS {quote(heading)}")


def shared_edits(occurrence: Occurrence, columns: Mapping[str, str]) -> Iterator[Edit]:
    """Yield the edits by which a comparison that was pushed reads the parameter; `columns` names the parameters'."""
    for name, column in columns.items():
        for node in {id(c): c for c in occurrence.comparisons.get(name.lower(), ())}.values():
            yield Edit(node.this.meta["start"], node.this.meta["end"] + 1, quote(column))
