"""Defaults for the required parameters that a statement leaves out.

A default stands for the table as if it held nothing else: the relation is filled with it, and its column has it. It is
taken where the statement would be refused without, and says nothing of the parameter: a condition that names it and
gives no value (`enterprise LIKE 'o%'`) means other rows than the default's, and is refused as ever. What is given for
one table has no default for another: two values of one name would meet in one answer. Two tables joined by the
parameter that both lack say nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from stackduck.catalog.model import Method, Resource
from stackduck.errors import ProgrammingError
from stackduck.sql import methods, tracing
from stackduck.sql.scopes import Occurrence, Scopes
from stackduck.sql.values import Listed, canonical, written

if TYPE_CHECKING:
    from stackduck.sql.columns import Reference

WHOSE = frozenset({"enterprise", "org"})
"""Parameters that stand for one another where a table takes either."""

Taken = dict[Occurrence, dict[str, str]]
"""The defaults that each table takes, by the parameter's name."""


def take(
    scopes: Scopes,
    resources: Mapping[Occurrence, Resource],
    defaults: Mapping[str, str],
    *,
    references: Mapping[Occurrence, Iterable[Reference]],
) -> Taken:
    """Give each table that cannot be read without defaults those that it takes.

    `defaults` have lower-case names. Raises ProgrammingError for a default that is no value of the parameter's type.
    """
    lacking = [o for o, r in resources.items() if o.disjuncts and methods.choose(r, o.disjuncts) is None]
    if not defaults or not lacking:
        return {}
    usable = _usable(scopes, frozenset(lacking), defaults)
    found: Taken = {}
    for occurrence in lacking:
        named = {r.name for r in references[occurrence]}
        method = _method(occurrence, resources[occurrence], usable[occurrence], named=named)
        if method is not None:
            names = methods.missing(method, occurrence.disjuncts or [])
            found[occurrence] = _given(occurrence, resources[occurrence], method, names, defaults)
    return found


def break_circle(
    scopes: Scopes,
    lacking: Mapping[Occurrence, tuple[str, ...]],
    chosen: Mapping[Occurrence, tuple[Resource, Method]],
    defaults: Mapping[str, str],
) -> Taken:
    """Give one of the tables that wait for each other its defaults; nothing where none has all that it waits for."""
    usable = _usable(scopes, frozenset(lacking), defaults)
    for occurrence, names in lacking.items():
        if {name.lower() for name in names} <= usable[occurrence]:
            resource, method = chosen[occurrence]
            return {occurrence: _given(occurrence, resource, method, names, defaults)}
    return {}


def _usable(
    scopes: Scopes, lacking: frozenset[Occurrence], defaults: Mapping[str, str]
) -> Mapping[Occurrence, frozenset[str]]:
    """Return the defaults that each table may take: of what the statement says nothing, for any of its tables."""
    said = tracing.conditioned(scopes, among=lacking, is_open=_is_open)
    given = tracing.given(scopes, among=lacking)
    free = frozenset(defaults) - given
    return {
        occurrence: frozenset() if WHOSE & given and occurrence.types.keys() >= WHOSE else free - said[occurrence]
        for occurrence in lacking
    }


def _method(
    occurrence: Occurrence, resource: Resource, usable: Iterable[str], *, named: Iterable[str]
) -> Method | None:
    """Return the first method that needs nothing but defaults, and takes every parameter that the statement names."""
    own = [name for name in named if name in occurrence.types and name not in occurrence.shared]
    known = frozenset(usable)
    for method in methods.select_methods(resource):
        needed = {name.lower() for name in methods.missing(method, occurrence.disjuncts or [])}
        if needed <= known and all(method.parameter(name) for name in own):
            return method
    return None


def _given(
    occurrence: Occurrence, resource: Resource, method: Method, names: Iterable[str], defaults: Mapping[str, str]
) -> dict[str, str]:
    """Make the defaults the values of a table's parameters, and return them."""
    values = {name: _value(resource, method, name, defaults[name.lower()]) for name in names}
    listed = {name.lower(): Listed((value,)) for name, value in values.items()}
    occurrence.disjuncts = [{**way, **listed} for way in occurrence.disjuncts or []]
    return values


def _value(resource: Resource, method: Method, name: str, text: str) -> str:
    parameter = method.parameter(name)
    kind = parameter.type if parameter else "VARCHAR"
    value = canonical(text, kind)
    if value is None:
        raise ProgrammingError(f"the default of {name} is no {kind}, which {resource.full_name} needs; change it")
    return value


def _is_open(occurrence: Occurrence, name: str) -> bool:
    """Tell whether the statement itself says nothing of a column's values."""
    return all(name not in way or written(way[name]) is None for way in occurrence.disjuncts or [])
