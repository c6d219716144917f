"""Method choice and calls: values × values become the requests of a scan.

The rule is StackQL's: the first method in the document's order whose required parameters are all supplied. What is
missing becomes an error that says everything: the parameters, the alternatives and the corrected statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from math import prod

from stackduck.catalog.model import Method, Parameter, Resource
from stackduck.errors import CallLimitError, MissingParameterError, NotSupportedError, ProgrammingError
from stackduck.sql.scopes import Disjuncts
from stackduck.sql.values import Listed, unite

_SHAPES = {"DATE": "'2026-01-31'", "BIGINT": "a whole number", "BOOLEAN": "true or false", "TIMESTAMPTZ": "'2026-01-31T12:00:00Z'"}

Call = tuple[tuple[str, str], ...]
"""Parameter names and their values, in the method's order."""


def supplied(ways: Disjuncts, name: str) -> bool:
    """Tell whether every way gives the parameter a finite list of values."""
    return all(name in way and unite([way[name]]) is not None for way in ways)


def missing(method: Method, ways: Disjuncts) -> tuple[str, ...]:
    """Return the required parameters of the method that have no values."""
    return tuple(name for name in method.required if not supplied(ways, name.lower()))


def choose(resource: Resource, ways: Disjuncts, *, mentioned: Iterable[str] = ()) -> Method | None:
    """Return the first SELECT method whose required parameters are all supplied, or None.

    Where no way is left (a contradiction), the parameters that the statement mentions count as supplied.
    """
    named = {m.lower() for m in mentioned}
    for method in select_methods(resource):
        if ways and not missing(method, ways):
            return method
        if not ways and all(name.lower() in named for name in method.required):
            return method
    return None if ways else select_methods(resource)[0]


def select_methods(resource: Resource) -> tuple[Method, ...]:
    """Return the methods that SELECT may use. Raises NotSupportedError, naming what there is, if there are none."""
    methods = resource.methods_for("select")
    if not methods:
        others = ", ".join(f"{name} ({verb.upper()})" for verb, names in resource.verbs.items() for name in names)
        raise NotSupportedError(f"{resource.full_name} cannot be selected from; its methods are {others or 'none'}")
    return methods


def calls(method: Method, ways: Disjuncts, *, max_calls: int, resource: str) -> tuple[Call, ...]:
    """Return the distinct calls that can match. Raises CallLimitError where they are more than `max_calls`."""
    names = [p.name for p in method.parameters if ways and any(supplied([w], p.name.lower()) for w in ways)]
    _same_optional_parameters(method, ways, names=names, resource=resource)
    lists = [[_listed(way, name) for name in names] for way in ways]
    needed = sum(prod(map(len, row)) for row in lists)
    if needed > max(max_calls, 1) * 100:
        raise too_many(needed, max_calls=max_calls, resource=resource)
    found = dict.fromkeys(tuple(zip(names, values, strict=True)) for row in lists for values in product(*row))
    return tuple(found)


def too_many(needed: int, *, max_calls: int, resource: str) -> CallLimitError:
    """Return the error for a plan of more calls than the user allows."""
    return CallLimitError(
        f"{resource} needs {needed:,} calls and {max_calls:,} are allowed; "
        "narrow the condition, or allow more with --max-calls or connect(max_calls=…)",
        resource=resource,
    )


def missing_error(
    resource: Resource, ways: Disjuncts, *, ignored: Iterable[str], corrected: Mapping[str, str]
) -> MissingParameterError:
    """Return the error for a resource without a usable method.

    `ignored` are conditions on parameters that supply nothing; `corrected` has the statement for each first
    missing set of names, joined by a comma.
    """
    options = [(m, missing(m, ways)) for m in select_methods(resource)]
    best, names = min(options, key=lambda option: len(option[1]))
    conditions = " AND ".join(f"{name} = {example(best, name)}" for name in names)
    text = f"{resource.full_name} needs {_and(names)}; add WHERE {conditions}"
    ignored = tuple(ignored)
    if ignored:
        text += f" ({_and(ignored)} in the statement gives no value: only =, IN, OR of these, or a closed range does)"
    others = dict.fromkeys(" and ".join(lacking) for m, lacking in options if m is not best and lacking != names)
    if others:
        text += f"; or give {', or '.join(others)} instead"
    fixed = corrected.get(",".join(names), "")
    return MissingParameterError(
        text + (f"\ntry: {fixed}" if fixed else ""), resource=resource.full_name, missing=names, corrected=fixed
    )


def passed_over(resource: Resource, chosen: Method, name: str) -> MissingParameterError:
    """Return the error for a condition on a parameter of another method than the chosen one."""
    takers = [m for m in select_methods(resource) if m.parameter(name)]
    parameter = takers[0].parameter(name) if takers else None
    shown = parameter.name if parameter else name
    return MissingParameterError(
        f"{resource.full_name} would be read by {chosen.name}, which does not take {shown}; "
        f"give {shown} one value, {shown} = {example(takers[0], shown) if takers else '<value>'}, or leave it out",
        resource=resource.full_name,
        missing=(shown,),
    )


def misfit(resource: Resource, name: str, *, text: str, kind: str) -> ProgrammingError:
    """Return the error for a parameter compared with a constant that is no value of its type."""
    return ProgrammingError(f"{resource.full_name}: {name} is a {kind}, and {text!r} is none; write it as {_SHAPES.get(kind, kind)}")


def unsupplied(resource: Resource, parameter: Parameter) -> ProgrammingError:
    """Return the error for an optional parameter that is compared without being given a value."""
    return ProgrammingError(
        f"{parameter.name} is a parameter of {resource.full_name}, not a column of its rows; "
        f"give it a value, {parameter.name} = {_example(parameter)}, or leave it out"
    )


def example(method: Method, name: str) -> str:
    """Return what stands for a value in a corrected statement."""
    parameter = method.parameter(name)
    return _example(parameter) if parameter else "'<value>'"


def _example(parameter: Parameter) -> str:
    if parameter.type == "DATE":
        return "'<YYYY-MM-DD>'"
    if parameter.type in ("BIGINT", "DOUBLE"):
        return "<number>"
    if parameter.type == "BOOLEAN":
        return "true"
    return "'<slug>'" if parameter.name in ("enterprise", "org") else f"'<{parameter.name}>'"


def _listed(way: Mapping[str, object], name: str) -> tuple[str, ...]:
    values = unite([way[name.lower()]])  # type: ignore[list-item]
    return values.values if isinstance(values, Listed) else ()


def _same_optional_parameters(method: Method, ways: Disjuncts, *, names: list[str], resource: str) -> None:
    """Refuse ways that differ in which optional parameters they give: their rows would overlap."""
    for name in names:
        if not all(supplied([way], name.lower()) for way in ways):
            raise NotSupportedError(
                f"{resource}: one side of an OR gives {name} and another does not, so the same rows would come twice; "
                f"give {name} in each, or write a UNION of two queries"
            )


def _and(names: Iterable[str]) -> str:
    *first, last = list(names)
    return f"{', '.join(first)} and {last}" if first else last
