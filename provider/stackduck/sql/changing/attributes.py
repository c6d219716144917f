"""Values of SQL become parameters and body attributes of the types that the document declares, or are refused.

A value comes as JSON: text, number, boolean, null, list or object. A cast that would lose something is an error, before
anything is sent. Messages show short values alone: a longer one may be a secret.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from stackduck.catalog.model import Parameter
from stackduck.errors import MissingParameterError, ProgrammingError
from stackduck.sql.values import canonical

_KINDS = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
_FORMATS = {"date": "DATE", "date-time": "TIMESTAMPTZ"}
_WORDS = {
    "VARCHAR": "a text",
    "BIGINT": "a whole number",
    "DOUBLE": "a number",
    "BOOLEAN": "true or false",
    "DATE": "a day, '2026-01-31'",
    "TIMESTAMPTZ": "a time, '2026-01-31T12:00:00Z'",
}
_LISTS = {
    "integer": " of whole numbers, [1, 2]",
    "number": " of numbers, [1, 2.5]",
    "string": " of texts, ['a', 'b'] or '[\"a\", \"b\"]'",
    "object": " of objects, [{'name': 'value'}]",
}
_LONGEST_SHOWN = 40

Shape = Mapping[str, Any]
"""What a value looks like, as JSON Schema says it."""


class _MisfitError(Exception):
    """A value, or one inside it, is not of its declared type."""


def fitted(parameter: Parameter, value: Any, *, where: str) -> Any:
    """Return a value as the parameter takes it: JSON for the body, a text for path, query and header.

    `where` is the resource. Raises ProgrammingError for a value of another type, MissingParameterError for NULL where
    the document wants a value.
    """
    if value is None:
        if parameter.required and not parameter.is_nullable:
            raise MissingParameterError(
                f"{where}: {parameter.name} is NULL; give it a value", resource=where, missing=(parameter.name,)
            )
        return None
    try:
        if parameter.location != "body":
            return _text(_scalar(value, parameter.type))
        return _attribute(parameter, value)
    except _MisfitError as exc:
        shown = _shown(exc.args[0])
        raise ProgrammingError(f"{where}: {parameter.name} is {_wanted(parameter)}, and {shown} is not") from None


def from_text(value: Any, *kinds: type) -> Any:
    """Return the list or object that a JSON text stands for; any other value as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if isinstance(found, kinds) else value


def _attribute(parameter: Parameter, value: Any) -> Any:
    """Return a body attribute's value; a list or object may be written as JSON text."""
    if parameter.type != "JSON":
        found = _scalar(value, parameter.type)
    else:
        shape = json.loads(parameter.shape) if parameter.shape else {"type": parameter.schema_type}
        kinds = {"array": (list,), "object": (dict,)}.get(parameter.schema_type, (list, dict))
        found = _shaped(from_text(value, *kinds), shape)
    try:
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        raise _MisfitError(value) from None
    return found


def _shaped(value: Any, shape: Shape) -> Any:
    """Return a value of a shape, as far as the shape tells one; what it does not speak of stays as it is."""
    kind = shape.get("type")
    if kind == "array":
        if not isinstance(value, list):
            raise _MisfitError(value)
        return [_shaped(item, shape.get("items") or {}) for item in value]
    if kind == "object":
        if not isinstance(value, dict):
            raise _MisfitError(value)
        fields = shape.get("properties") or {}
        return {name: item if item is None else _shaped(item, fields.get(name, {})) for name, item in value.items()}
    if isinstance(kind, str) and kind in _KINDS:
        return _scalar(value, _FORMATS.get(str(shape.get("format")), "VARCHAR") if kind == "string" else _KINDS[kind])
    return value


def _scalar(value: Any, kind: str) -> Any:
    """Return a value in a declared DuckDB type."""
    if kind == "DOUBLE":
        return _number(value)
    if kind == "VARCHAR" and isinstance(value, float):
        # Its digits are lost: 1.10 has come as 1.1.
        raise _MisfitError(value)
    found = value
    if isinstance(value, float):
        found = int(value) if value.is_integer() else repr(value)
    text = None if isinstance(value, (list, dict)) else canonical(found, kind)
    if text is None or (isinstance(value, float) and not math.isfinite(value)):
        raise _MisfitError(value)
    if kind == "BIGINT":
        return int(text)
    return text == "true" if kind == "BOOLEAN" else text


def _number(value: Any) -> float | int:
    found = value
    if isinstance(value, str):
        try:
            found = float(value)
        except ValueError:
            raise _MisfitError(value) from None
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not math.isfinite(found):
        raise _MisfitError(value)
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wanted(parameter: Parameter) -> str:
    """Say which values a parameter takes, with an example of a list or an object."""
    if parameter.location != "body":
        return f"{_WORDS.get(parameter.type, 'a text')}, one (IN gives several)"
    if parameter.schema_type == "array":
        shape = json.loads(parameter.shape) if parameter.shape else {}
        return f"a list{_LISTS.get(str((shape.get('items') or {}).get('type')), '')}"
    if parameter.schema_type == "object":
        return "an object, {'name': 'value'} or '{\"name\": \"value\"}'"
    return _WORDS.get(parameter.type, "a JSON value")


def _shown(value: Any) -> str:
    """Show a short value; say of others what they are."""
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    if value is None:
        return "NULL"
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_SHOWN and text.isprintable() else f"a text of {len(text) - 2} characters"
