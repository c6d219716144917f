"""Dataclasses whose instances stay as they were made, and which are defined in a third of the usual time.

For each class `dataclass(frozen=True)` writes six methods and compiles them, and a process that answers one statement
defines more than a hundred classes. Here it writes `__init__` alone, and the others are the same for all. That nobody
assigns to a field is seen to by the type checker, not at run time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: _Class) -> _Class:
    """Make a dataclass with slots, compared and hashed by its fields' values like one that is frozen."""
    made: Any = dataclass(slots=True, eq=False, repr=False)(cls)
    of_values = _getter([each.name for each in fields(made) if each.compare])

    def equals(self: object, other: object) -> bool:
        return of_values(self) == of_values(other) if other.__class__ is self.__class__ else NotImplemented

    for name, method in {"__eq__": equals, "__hash__": lambda self: hash(of_values(self)), "__repr__": _shown}.items():
        # A class with an __eq__ of its own has None for its hash.
        if cls.__dict__.get(name) is None:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


def _getter(names: list[str]) -> Callable[[object], object]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda of: tuple(getattr(of, name) for name in names)


def _shown(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"
