"""Statements to copy: one for each method, and the template that SHOW INSERT gives.

Only text is made here; what stands in angle brackets is for the reader to replace.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from stackduck.catalog.model import Method, Parameter, Resource, Verb
from stackduck.sql.rewrite import literal, plain_name

_SHOWN = 3
_MOST_ALLOWED = 8
_INDENT = "  "
_PLACEHOLDERS = {
    "DATE": "'<YYYY-MM-DD>'",
    "BIGINT": "<number>",
    "DOUBLE": "<number>",
    "BOOLEAN": "true",
    "TIMESTAMPTZ": "'<YYYY-MM-DDThh:mm:ssZ>'",
}


def statement(resource: Resource, method: Method, verb: Verb) -> str:
    """Return a statement that calls the method: with everything that it requires, and something to change."""
    makers: Mapping[Verb, Callable[[str, Method], str]] = {
        "select": _select,
        "insert": _insert,
        "update": _update,
        "replace": _update,
        "delete": _delete,
        "exec": _exec,
    }
    name = table_name(resource)
    text = makers[verb](name, method)
    return text.replace("UPDATE", "REPLACE", 1) if verb == "replace" else text


def placeholder(parameter: Parameter) -> str:
    """Return what stands for a parameter's value."""
    if parameter.type in _PLACEHOLDERS:
        return _PLACEHOLDERS[parameter.type]
    name = "slug" if parameter.name in ("enterprise", "org") else parameter.name.removeprefix("data__")
    return literal(f"<{name}>")


def table_name(resource: Resource) -> str:
    """Return a resource's name as SQL must write it."""
    return ".".join(map(plain_name, (resource.provider, resource.service, resource.name)))


def insert_template(
    resource: Resource, method: Method, *, columns: Collection[str] = (), extended: bool, only_required: bool
) -> str:
    """Return a file's text: a block of values to fill in, and the INSERT that takes them.

    Without `columns`, it has what is required and the body's attributes; `extended` adds the other parameters, and
    `only_required` leaves out what is not required.
    """
    chosen = _chosen(method, columns, extended=extended, only_required=only_required)
    values = {parameter.name: _sample(parameter) for parameter in chosen}
    block = json.dumps({"values": values}, ensure_ascii=False, indent=2)
    names = _lines(plain_name(parameter.name) for parameter in chosen)
    taken = _lines(f"'{{{{ .values.{parameter.name} }}}}'" for parameter in chosen)
    return f"<<<jsonnet\n{block}\n>>>\nINSERT INTO {table_name(resource)}(\n{names}\n)\nSELECT\n{taken}\n;\n"


def _chosen(method: Method, columns: Collection[str], *, extended: bool, only_required: bool) -> list[Parameter]:
    """Return the parameters of a template: sorted, the body's attributes last, or as the columns are given."""
    if columns:
        return [found for name in columns if (found := method.parameter(name))]

    def is_wanted(parameter: Parameter) -> bool:
        return parameter.required or (not only_required and (extended or parameter.location == "body"))

    return sorted(filter(is_wanted, method.parameters), key=lambda p: (p.location == "body", p.name))


def _lines(items: Iterable[str]) -> str:
    return ",\n".join(f"{_INDENT}{item}" for item in items)


def _select(name: str, method: Method) -> str:
    return f"SELECT * FROM {name}{_where(method)}"


def _insert(name: str, method: Method) -> str:
    given = [*_conditions(method), *_body(method)]
    names = ", ".join(plain_name(parameter.name) for parameter in given)
    values = ", ".join(_value(parameter) for parameter in given)
    return f"INSERT INTO {name} ({names}) VALUES ({values})" if given else f"INSERT INTO {name} DEFAULT VALUES"


def _update(name: str, method: Method) -> str:
    changes = ", ".join(f"{plain_name(p.name)} = {_value(p)}" for p in _body(method))
    return f"UPDATE {name} SET {changes}{_where(method)}" if changes else f"UPDATE {name}{_where(method)}"


def _delete(name: str, method: Method) -> str:
    return f"DELETE FROM {name}{_where(method, with_body=True)}"


def _exec(name: str, method: Method) -> str:
    given = [f"@{p.name}={_value(p)}" for p in _conditions(method)]
    attributes = _body(method)
    body = {parameter.attribute or parameter.name: _sample(parameter) for parameter in attributes}
    whole = next((_sample(parameter) for parameter in attributes if parameter.is_whole_body), body)
    text = f"@@json={literal(json.dumps(whole, ensure_ascii=False))}" if body else ""
    parts = " ".join(filter(None, (", ".join(given), text)))
    return f"EXEC {name}.{plain_name(method.name)} {parts}".rstrip()


def _where(method: Method, *, with_body: bool = False) -> str:
    """Return the WHERE of what is required; a DELETE has what its body needs there too."""
    body = [p for p in _body(method) if p.required or method.needs_body] if with_body else []
    conditions = " AND ".join(f"{plain_name(p.name)} = {_value(p)}" for p in (*_conditions(method), *body))
    return f" WHERE {conditions}" if conditions else ""


def _conditions(method: Method) -> list[Parameter]:
    """Return the required parameters outside the body."""
    return [p for p in method.parameters if p.required and p.location != "body"]


def _body(method: Method) -> list[Parameter]:
    """Return the attributes that the body needs; where it needs none, a few that it may have."""
    attributes = [p for p in method.parameters if p.location == "body"]
    return [p for p in attributes if p.required] or attributes[:_SHOWN]


def _value(parameter: Parameter) -> str:
    """Return a SQL literal: a placeholder, or a value where only some are allowed."""
    sample = _sample(parameter)
    if isinstance(sample, (list, dict)):
        return literal(json.dumps(sample, ensure_ascii=False))
    if parameter.enum and isinstance(sample, str):
        return literal(sample)
    text = placeholder(parameter)
    return text if text.startswith("'") or text == "true" else f"'{text}'"


def _sample(parameter: Parameter) -> Any:
    """Return a value of the parameter's form, as JSON has it."""
    if parameter.shape:
        return _shaped(parameter.name, json.loads(parameter.shape))
    return _shaped(parameter.name, {"type": parameter.schema_type, "enum": list(parameter.enum)})


def _shaped(name: str, shape: Mapping[str, Any]) -> Any:
    """Return a value of a shape; names in angle brackets stand for texts."""
    kind = shape.get("type")
    if kind == "object":
        fields = shape.get("properties", {})
        wanted = shape.get("required") or list(fields)
        return {field: _shaped(field, fields[field]) for field in wanted if field in fields}
    if kind == "array":
        return [_shaped(name, shape.get("items", {}))]
    if shape.get("enum"):
        return f"<{'|'.join(map(str, shape['enum'][:_MOST_ALLOWED]))}>"
    return {"integer": 1, "number": 1, "boolean": True}.get(str(kind), f"<{name.removeprefix('data__')}>")
