"""The names of tables that can stand at a place: queries of WITH, local tables, the levels of a provider's names."""

from __future__ import annotations

from collections.abc import Iterator

from stackduck.shell.completion import spelling
from stackduck.shell.completion.facts import Facts
from stackduck.shell.completion.places import Place
from stackduck.shell.completion.ranking import Candidate, Weight
from stackduck.shell.completion.words import EVERY_LEVEL
from stackduck.sql.inspecting.facts import TABLES
from stackduck.sql.inspecting.signs import SCHEMA

_RESOURCE = 3


def table_names(place: Place, facts: Facts) -> Iterator[Candidate]:
    """Yield what a table can be called; after a dot, the parts that follow it."""
    qualifier = tuple(part.lower() for part in place.qualifier)
    if place.levels in (0, _RESOURCE):
        yield from _queries(place, qualifier)
        yield from _local(place, facts, qualifier)
    if place.levels:
        yield from _next_levels(place, facts, qualifier)
        yield from _resources(place, facts, qualifier)


def _queries(place: Place, qualifier: tuple[str, ...]) -> Iterator[Candidate]:
    for query in () if qualifier else place.queries.values():
        yield Candidate(spelling.name(place, (query.alias,)), query.alias, "query of WITH", Weight.QUERY)


def _local(place: Place, facts: Facts, qualifier: tuple[str, ...]) -> Iterator[Candidate]:
    """Yield local tables by the shortest name that finds them, and the tables of facts."""
    found = [(table.name, "table", Weight.LOCAL) for table in facts.tables]
    found += [((SCHEMA, name), "what there is to ask", Weight.FACTS) for name in (TABLES if place.levels else ())]
    for parts, note, weight in found:
        if tuple(part.lower() for part in parts[: len(qualifier)]) == qualifier and len(parts) > len(qualifier):
            rest = parts[len(qualifier) :]
            yield Candidate(spelling.name(place, rest), ".".join(rest), note, weight)


def _next_levels(place: Place, facts: Facts, qualifier: tuple[str, ...]) -> Iterator[Candidate]:
    """Yield the names of the next level, with a dot where another one follows."""
    level = len(qualifier) + 1
    if level > place.levels:
        return
    dot = "." if level < place.levels else ""
    for name, note in _names_of_level(facts, qualifier):
        yield Candidate(spelling.name(place, (name,), then=dot), name + dot, note, Weight.LEVEL)


def _names_of_level(facts: Facts, qualifier: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not qualifier:
        yield from ((name, "provider") for name in facts.providers())
    elif len(qualifier) == 1:
        yield from ((name, "service") for name in facts.services(*qualifier))
    elif len(qualifier) == 2:
        yield from facts.resources(*qualifier).items()
    elif resource := facts.resource(qualifier):
        yield from ((name, method.summary) for name, method in resource.methods.items())


def _resources(place: Place, facts: Facts, qualifier: tuple[str, ...]) -> Iterator[Candidate]:
    """Yield resources by their names alone: what is typed may be any part of them."""
    if place.levels < _RESOURCE or len(qualifier) > 1 or not place.prefix or place.quote:
        return
    dot = "." if place.levels == EVERY_LEVEL else ""
    for names, note in facts.all_resources():
        if tuple(part.lower() for part in names[: len(qualifier)]) == qualifier:
            rest = names[len(qualifier) :]
            yield Candidate(spelling.name(place, rest, then=dot), ".".join(rest) + dot, note, Weight.RESOURCE)
