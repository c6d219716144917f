"""What a resource still needs before it can be asked: the required parameters that no condition gives."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stackduck.catalog.facts import methods_of
from stackduck.catalog.model import Method, Parameter, Resource, Verb
from stackduck.frozen import frozen


@frozen
class Need:
    """A required parameter without a value."""

    parameter: Parameter
    instead: tuple[str, ...] = ()
    """The parameters that would do in its place."""


def still_needed(resource: Resource, verb: Verb, given: Collection[str]) -> tuple[Need, ...]:
    """Return what is missing, in the order of the methods that can still be meant; nothing once one has all it needs.

    `given` are names in lower case. Methods that take less of what is given are not meant any more.
    """
    ways = [(method, _missing(method, given)) for method in methods_of(resource, verb) if not method.flaw]
    if not ways or any(not missing for _, missing in ways):
        return ()
    meant = [missing for method, missing in ways if _taken(method, given) == max(_taken(m, given) for m, _ in ways)]
    found: dict[str, Need] = {}
    for missing in meant:
        for parameter in missing:
            found.setdefault(parameter.name, Need(parameter, _instead(parameter, missing, meant)))
    return tuple(found.values())


def optional(resource: Resource, verb: Verb) -> tuple[Parameter, ...]:
    """Return the parameters that a statement may give, each once."""
    found: dict[str, Parameter] = {}
    for method in methods_of(resource, verb):
        for parameter in method.parameters:
            if not parameter.required and parameter.location != "body":
                found.setdefault(parameter.name, parameter)
    return tuple(found.values())


def _missing(method: Method, given: Collection[str]) -> tuple[Parameter, ...]:
    is_outside = [p for p in method.parameters if p.required and p.location != "body"]
    return tuple(p for p in is_outside if p.name.lower() not in given)


def _taken(method: Method, given: Collection[str]) -> int:
    """Count what a method takes of what is given."""
    return sum(p.name.lower() in given for p in method.parameters)


def _instead(parameter: Parameter, own: Sequence[Parameter], ways: Sequence[Sequence[Parameter]]) -> tuple[str, ...]:
    """Return the first parameters of the ways that do without this one."""
    if any(parameter.name not in {each.name for each in own} for own in ways):
        others = (way[0].name for way in ways if parameter.name not in {each.name for each in way})
        return tuple(dict.fromkeys(others))
    return ()
