"""Write resources as JSON values and make them again. Pure; the file they are kept in is the cache's.

Only what differs from a field's default is written; columns once per resource, however many methods share them.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from stackduck.catalog.model import Column, Method, Parameter, Resource


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
        "columns": [[[c.name, c.type, c.description, c.schema_type] for c in each] for each in column_lists],
        "methods": methods,
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
    )


def _method(told: dict[str, Any], column_lists: list[tuple[Column, ...]]) -> Method:
    parameters = tuple(_parameter(each) for each in told.get("parameters", ()))
    return Method(**{**told, "columns": column_lists[told["columns"]], "parameters": parameters})


def _parameter(told: dict[str, Any]) -> Parameter:
    return Parameter(**{**told, "enum": tuple(told["enum"])}) if "enum" in told else Parameter(**told)


def _told(value: Method | Parameter) -> dict[str, Any]:
    """Return the fields of a value that differ from their defaults; nested values are left to the caller."""
    told = {}
    for field in fields(value):
        current = getattr(value, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if current != default and field.name not in ("columns", "parameters"):
            told[field.name] = list(current) if isinstance(current, tuple) else current
    return told
