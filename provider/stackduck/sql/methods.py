"""Method choice and calls: values times values become the requests of a scan.

The rule is StackQL's: the first method in the document's order whose required parameters are all supplied. What is
missing becomes an error that says everything: the parameters, the alternatives and the corrected statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from math import prod

from stackduck.catalog.model import Method, Parameter, Resource
from stackduck.errors import CallLimitError, MissingParameterError, NotSupportedError, ProgrammingError
from stackduck.sql.examples import placeholder
from stackduck.sql.scopes import Disjuncts
from stackduck.sql.values import Fed, Listed, Values, unite

_SHAPES = {
    "DATE": "'2026-01-31'",
    "BIGINT": "a whole number",
    "BOOLEAN": "true or false",
    "TIMESTAMPTZ": "'2026-01-31T12:00:00Z'",
}
_SAMPLES = {
    "DATE": "'2026-01-31'",
    "BIGINT": "1",
    "DOUBLE": "1",
    "BOOLEAN": "true",
    "TIMESTAMPTZ": "'2026-01-31T12:00:00Z'",
}

Call = tuple[tuple[str, str], ...]
"""Parameter names and their values, in the method's order."""


def supplied(ways: Disjuncts, name: str) -> bool:
    """Tell whether every way gives the parameter a finite list of values, written or from data."""
    return all(name in way and (isinstance(way[name], Fed) or is_written(way[name])) for way in ways)


def is_written(values: Values | None) -> bool:
    """Tell whether the statement itself gives a finite list of values."""
    return values is not None and unite([values]) is not None


def listed(way: Mapping[str, Values], name: str) -> tuple[str, ...]:
    """Return the values that a way gives a parameter; none where it gives no finite list."""
    values = unite([way[name.lower()]]) if name.lower() in way else None
    return values.values if isinstance(values, Listed) else ()


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
    lists = [[listed(way, name) for name in names] for way in ways]
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


def nearest(resource: Resource, ways: Disjuncts, *, mentioned: Iterable[str]) -> tuple[Method, tuple[str, ...]]:
    """Return the method that takes most of what the statement mentions and lacks the fewest parameters, and these."""
    named = set(mentioned)

    def distance(option: tuple[Method, tuple[str, ...]]) -> tuple[int, int]:
        return sum(option[0].parameter(name) is None for name in named), len(option[1])

    return min(((m, missing(m, ways)) for m in select_methods(resource)), key=distance)


def refuse_change(resource: Resource, method: Method) -> None:
    """Refuse to read by a call that may change something, whatever the document calls it."""
    if not method.is_read:
        raise NotSupportedError(
            f"{resource.full_name} would be read by {method.name}, a {method.http_method}, which may change something; "
            f"run it by EXEC {resource.full_name}.{method.name}"
        )


def missing_error(
    resource: Resource, ways: Disjuncts, *, mentioned: Iterable[str], ignored: Iterable[str], corrected: str
) -> MissingParameterError:
    """Return the error for a resource without a usable method.

    `mentioned` are the parameters in the statement, `ignored` those whose conditions supply nothing; `corrected` is
    the statement as it should be, if known.
    """
    options = [(m, missing(m, ways)) for m in select_methods(resource)]
    best, names = nearest(resource, ways, mentioned=mentioned)
    conditions = " AND ".join(f"{name} = {example(best, name)}" for name in names)
    text = f"{resource.full_name} needs {named_together(names)}; add WHERE {conditions}"
    ignored = tuple(ignored)
    if ignored:
        text += (
            f" ({named_together(ignored)} in the statement gives no value: only =, IN, OR of these, or a closed range "
            "does, where every row must meet it)"
        )
    others = dict.fromkeys(" and ".join(lacking) for m, lacking in options if m is not best and lacking != names)
    if others:
        text += f"; or give {', or '.join(others)} instead"
    text += f"\ntry: {corrected}" if corrected else ""
    return MissingParameterError(text, resource=resource.full_name, missing=names, corrected=corrected)


def passed_over(resource: Resource, chosen: Method, name: str, *, is_given: bool) -> MissingParameterError:
    """Return the error for a condition on a parameter of another method than the chosen one.

    `is_given` tells whether the parameter has values; then the chosen method stands in the way.
    """
    takers = [m for m in select_methods(resource) if m.parameter(name)]
    parameter = takers[0].parameter(name) if takers else None
    shown = parameter.name if parameter else name
    remedy = f"give {shown} one value, {shown} = {example(takers[0], shown) if takers else '<value>'}, or leave it out"
    if is_given and chosen.required:
        remedy = f"leave {shown} out, or leave out {named_together(chosen.required)}"
    return MissingParameterError(
        f"{resource.full_name} would be read by {chosen.name}, which does not take {shown}; {remedy}",
        resource=resource.full_name,
        missing=(shown,),
    )


def ambiguous(resource: Resource, name: str) -> NotSupportedError:
    """Return the error for a comparison that may mean a parameter or the response field of the same name."""
    return NotSupportedError(
        f"{name} is a parameter of {resource.full_name} and a field of its rows; "
        f"give the parameter by {name} = '<value>' on its own in WHERE, "
        f"or compare the field in an outer query, SELECT … FROM (SELECT …) WHERE {name} = …"
    )


def unclear(resource: Resource, name: str, *, alias: str) -> ProgrammingError:
    """Return the error for a name that may be a parameter or another table's column."""
    return ProgrammingError(
        f"{name} may be the parameter of {resource.full_name} or another table's column; write {alias}.{name}, "
        f"or the other table's name before it"
    )


def misfit(resource: Resource, name: str, *, text: str, kind: str) -> ProgrammingError:
    """Return the error for a parameter compared with a constant that is no value of its type."""
    shape = _SHAPES.get(kind, kind)
    return ProgrammingError(f"{resource.full_name}: {name} is a {kind}, and {text!r} is none; write it as {shape}")


def unsupplied(resource: Resource, parameter: Parameter) -> ProgrammingError:
    """Return the error for an optional parameter that is compared without being given a value."""
    return ProgrammingError(
        f"{parameter.name} is a parameter of {resource.full_name}, not a column of its rows; "
        f"give it a value, {parameter.name} = {placeholder(parameter)}, or leave it out"
    )


def example(method: Method, name: str) -> str:
    """Return what stands for a value in a corrected statement."""
    parameter = method.parameter(name)
    return placeholder(parameter) if parameter else "'<value>'"


def sample(method: Method, name: str) -> str:
    """Return a literal that the parameter may have, to try a corrected statement with."""
    parameter = method.parameter(name)
    return _SAMPLES.get(parameter.type, "'x'") if parameter else "'x'"


def _same_optional_parameters(method: Method, ways: Disjuncts, *, names: list[str], resource: str) -> None:
    """Refuse ways that differ in which optional parameters they give: their rows would overlap."""
    for name in names:
        if not all(supplied([way], name.lower()) for way in ways):
            raise NotSupportedError(
                f"{resource}: one side of an OR gives {name} and another does not, so the same rows would come twice; "
                f"give {name} in each, or write a UNION of two queries"
            )


def named_together(names: Iterable[str]) -> str:
    """Write names as a sentence has them: a, b and c."""
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last
