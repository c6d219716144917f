"""One value of a result as text or as JSON; knows Python's and DuckDB's types, and no format or stream.

Both forms are exact: a DECIMAL or HUGEINT keeps every digit, an instant is ISO 8601 with Z, a BLOB is base64.
JSON has no NaN and no Infinity: they are null there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from json.encoder import encode_basestring
from typing import Any

from stackduck.output.types import Type, holds_json, is_number, parse

Encoder = Callable[[Any], str]


def json_encoder(type_text: str) -> Encoder:
    """Choose how the values of a column of this DuckDB type become JSON; JSON inside stays JSON."""
    if type_text == "VARCHAR":
        return _or_null(encode_basestring)
    if is_number(type_text) and "INT" in type_text:
        return _or_null(str)
    kind = parse(type_text)
    return _typed_encoder(kind) if holds_json(kind) else to_json


def text_encoder(type_text: str) -> Encoder:
    """Choose how the values of a column of this DuckDB type become plain text; nested ones become JSON."""
    kind = parse(type_text)
    if kind.name == "JSON" or not holds_json(kind):
        return to_text
    return _typed_encoder(kind)


def to_text(value: Any) -> str:
    """Write a value that is not NULL as plain text."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (bool, list, tuple, dict)):
        return to_json(value)
    return _scalar_text(value)


def to_json(value: Any) -> str:
    """Write a value as JSON, by its Python type alone."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return _object((_key(key), to_json(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return _array(map(to_json, value))
    text = _scalar_text(value)
    return _number(text) if _is_number(value) else encode_basestring(text)


def _is_number(value: Any) -> bool:
    """Tell numbers, Decimal among them, from the values that JSON holds as strings."""
    return isinstance(value, (int, float)) or type(value).__name__ == "Decimal"


def _number(text: str) -> str:
    """Keep a number's digits; what JSON cannot say is null."""
    return text if text.lstrip("-")[:1].isdigit() else "null"


def _scalar_text(value: Any) -> str:
    """Write a number, a time or bytes as text."""
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        from base64 import b64encode

        return b64encode(value).decode("ascii")
    return f"{value:f}" if type(value).__name__ == "Decimal" else str(value)


def _instant(value: datetime) -> str:
    """Write a timestamp as ISO 8601; UTC is Z, as GitHub writes it."""
    text = value.isoformat()
    return text[: -len("+00:00")] + "Z" if text.endswith("+00:00") else text


def _duration(value: timedelta) -> str:
    """Write an interval as an ISO 8601 duration: P32DT3.5S."""
    if value < timedelta():
        return "-" + _duration(-value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, whole = divmod(rest, 60)
    seconds = f"{whole}.{value.microseconds:06}".rstrip("0").rstrip(".")
    parts = [
        f"{amount}{unit}" for amount, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if amount not in (0, "0")
    ]
    days = f"{value.days}D" if value.days else ""
    return "P" + days + ("T" + "".join(parts) if parts else "") if days or parts else "PT0S"


def _key(value: Any) -> str:
    """Write a key of a STRUCT or MAP; JSON's keys are strings."""
    return encode_basestring(value if isinstance(value, str) else "null" if value is None else to_text(value))


def _object(pairs: Any) -> str:
    return "{" + ", ".join(f"{key}: {item}" for key, item in pairs) + "}"


def _array(items: Any) -> str:
    return "[" + ", ".join(items) + "]"


def _typed_encoder(kind: Type) -> Encoder:
    """Choose the encoder of a type that is, or holds, JSON."""
    if kind.name == "JSON":
        return _embedded
    if not holds_json(kind):
        return to_json
    fields = [_typed_encoder(field) for field in kind.fields]
    if kind.name in ("LIST", "ARRAY"):
        return _or_null(lambda value: _array(map(fields[0], value)))
    if kind.name == "MAP":
        return _or_null(lambda value: _map(value, fields[1]))
    if kind.name == "STRUCT":
        by_name = dict(zip(kind.names, fields, strict=True))
        return _or_null(lambda value: _struct(value, by_name))
    if kind.name == "TUPLE":
        return _or_null(lambda value: _tuple(value, fields))
    return to_json


def _or_null(encode: Encoder) -> Encoder:
    """Let an encoder meet NULL."""
    return lambda value: "null" if value is None else encode(value)


def _map(value: Any, encode: Encoder) -> str:
    return _object((_key(key), encode(item)) for key, item in value.items())


def _struct(value: Any, by_name: Mapping[str, Encoder]) -> str:
    return _object((_key(name), by_name.get(name, to_json)(item)) for name, item in value.items())


def _tuple(value: Sequence[Any], encoders: Sequence[Encoder]) -> str:
    return _array(encode(item) for encode, item in zip(encoders, value, strict=True))


def _embedded(value: Any) -> str:
    """Put JSON text into JSON, on one line: a line break of valid JSON is never inside a string."""
    if value is None:
        return "null"
    if not isinstance(value, str):
        return to_json(value)
    if "NaN" in value or "Inf" in value or "nan" in value or "inf" in value:
        return _without_constants(value)
    return value.replace("\r", " ").replace("\n", " ")


def _without_constants(text: str) -> str:
    """Rewrite JSON in which DuckDB may have let NaN or Infinity through; every other number keeps its digits."""
    from decimal import Decimal

    try:
        return to_json(json.loads(text, parse_constant=lambda _: None, parse_float=Decimal))
    except ValueError:
        return encode_basestring(text)
