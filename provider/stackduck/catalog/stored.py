"""Write resources as JSON values and make them again. Pure; the file they are kept in is the cache's.

Only what differs from a field's default is written; columns once per resource, however many methods share them.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from stackduck.catalog.model import Auth, Column, GraphQL, Method, Paging, Parameter, Resource, View

_NESTED = {"auth": Auth, "graphql": GraphQL, "paging": Paging}


def written(resource: Resource) -> dict[str, Any]:
    """Return a resource as JSON values; its provider and service are known from where it is kept."""
    column_lists: dict[tuple[Column, ...], int] = {}
    methods = []
    for method in resource.methods.values():
        shared = column_lists.setdefault(method.columns, len(column_lists))
        told = _told(method) | {"columns": shared}
        if method.parameters:
            told["parameters"] = [_told(parameter) for parameter in method.parameters]
        methods.append(told)
    return {
        "name": resource.name,
        "title": resource.title,
        "description": resource.description,
        "verbs": {verb: list(names) for verb, names in resource.verbs.items()},
        "columns": [[_column(column) for column in each] for each in column_lists],
        "methods": methods,
        "views": [[view.sql, view.required, [_column(column) for column in view.columns]] for view in resource.views],
    }


def made(value: dict[str, Any], *, provider: str, service: str) -> Resource:
    """Make the resource that was written."""
    column_lists = [tuple(Column(*column) for column in each) for each in value["columns"]]
    return Resource(
        provider,
        service,
        value["name"],
        title=value["title"],
        description=value["description"],
        methods={told["name"]: _method(told, column_lists) for told in value["methods"]},
        verbs={verb: tuple(names) for verb, names in value["verbs"].items()},
        views=tuple(
            View(sql, tuple(required), tuple(Column(*column) for column in columns))
            for sql, required, columns in value["views"]
        ),
    )


def _column(column: Column) -> list[str]:
    return [column.name, column.type, column.description, column.schema_type]


def _method(told: dict[str, Any], column_lists: list[tuple[Column, ...]]) -> Method:
    nested = {name: kind(**told[name]) for name, kind in _NESTED.items() if name in told}
    pairs = tuple((name, value) for name, value in told.get("fixed_query", ()))
    parameters = tuple(_parameter(each) for each in told.get("parameters", ()))
    columns = column_lists[told["columns"]]
    return Method(**{**told, **nested, "columns": columns, "parameters": parameters, "fixed_query": pairs})


def _parameter(told: dict[str, Any]) -> Parameter:
    return Parameter(**{**told, "enum": tuple(told["enum"])}) if "enum" in told else Parameter(**told)


def _told(value: Any) -> dict[str, Any]:
    """Return the fields of a value that differ from their defaults; lists of values are left to the caller."""
    told = {}
    for field in fields(value):
        current = getattr(value, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if current != default and field.name not in ("columns", "parameters"):
            told[field.name] = _told(current) if field.name in _NESTED else _listed(current)
    return told


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
