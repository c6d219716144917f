"""The default parameters that a connection is given, as the texts that a statement would hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from stackduck.errors import InterfaceError


def default_texts(defaults: Mapping[str, object]) -> dict[str, str]:
    """Return the defaults by lower-case name. Raises InterfaceError for what is no value of a parameter."""
    if not isinstance(defaults, Mapping):
        raise InterfaceError(f"defaults are a mapping from a parameter to its value, not {type(defaults).__name__}")
    found = {_name(name): _text(name, value) for name, value in defaults.items()}
    if len(found) < len(defaults):
        raise InterfaceError("a parameter has two defaults, as its name has no case; give one of them")
    return found


def _name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise InterfaceError("a default has the name of a parameter, such as 'enterprise'")
    return name.strip().lower()


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, (int, date)) and not isinstance(value, datetime):
        return str(value)
    kind = "an empty text" if isinstance(value, str) else type(value).__name__
    raise InterfaceError(f"the default of {name} is a text, a whole number, True, False or a date, not {kind}")
