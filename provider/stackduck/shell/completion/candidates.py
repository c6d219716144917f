"""What can stand at a place: each kind of place, and where its candidates come from.

Which of them is meant by what is typed is for `ranking`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from stackduck.catalog.model import Parameter
from stackduck.shell.completion import spelling
from stackduck.shell.completion.clauses import Table
from stackduck.shell.completion.columns import columns_of
from stackduck.shell.completion.facts import Facts
from stackduck.shell.completion.operands import Operands, parameters, shared_columns
from stackduck.shell.completion.places import Kind, Place
from stackduck.shell.completion.ranking import Candidate, Weight
from stackduck.shell.completion.tables import table_names
from stackduck.shell.completion.values import Values

_DAYS = ("DATE", "TIMESTAMP")
_RELATIVE = ("current_date - 1", "current_date - 7", "current_date - 28")
_MOST_FILES = 200


class Candidates:
    """The candidates that a connection's names and known values give."""

    def __init__(self, facts: Facts, values: Values, *, defaults: Mapping[str, str]) -> None:
        self._facts, self._values, self._defaults = facts, values, defaults
        self._makers: Mapping[Kind, Callable[[Place], Iterator[Candidate]]] = {
            Kind.TABLE: lambda place: table_names(place, facts),
            Kind.COLUMN: self._operands,
            Kind.SHARED_COLUMN: lambda place: shared_columns(place, facts),
            Kind.VALUE: self._known_values,
            Kind.FILE: lambda place: files(place.prefix, closing=place.quote),
            Kind.METHOD_PARAMETER: self._method_parameters,
            Kind.INSERTED: self._inserted,
        }

    def at(self, place: Place) -> Iterator[Candidate]:
        """Yield what can stand at a place."""
        if maker := self._makers.get(place.kind):
            yield from maker(place)
        if not place.quote and not place.qualifier:
            yield from (Candidate(word, word) for word in place.words)

    def _operands(self, place: Place) -> Iterator[Candidate]:
        if place.compared and not place.quote and not place.qualifier:
            yield from self._known_values(place)
        yield from Operands(place, self._facts, defaults=self._defaults)

    def _known_values(self, place: Place) -> Iterator[Candidate]:
        """Yield the values that are known of what is compared."""
        name = place.compared[-1]
        kind, allowed = self._type_of(place)
        if kind == "BOOLEAN":
            yield from (Candidate(each, each, "", Weight.VALUE) for each in ("true", "false"))
        if kind.startswith(_DAYS) or (not kind and name.lower() == "day"):
            for day, note in self._values.days():
                yield Candidate(spelling.value(place, day), day, note, Weight.VALUE)
            for text in () if place.quote else _RELATIVE:
                yield Candidate(text, text, "", Weight.VALUE)
        else:
            for value, note in self._values.of(name, allowed=allowed):
                yield Candidate(spelling.value(place, value), value, note, Weight.VALUE)

    def _type_of(self, place: Place) -> tuple[str, tuple[str, ...]]:
        """Return the type of what is compared, and the values that its document allows."""
        *qualifier, name = place.compared
        tables = [table for table in place.tables if not qualifier or table.alias.lower() == qualifier[-1].lower()]
        for table in tables:
            for parameter in self._parameters_of(table):
                if parameter.name.lower() == name.lower():
                    return parameter.type, parameter.enum
            for column in columns_of(table, place.queries, self._facts):
                if column.name.lower() == name.lower():
                    return column.type, ()
        return "", ()

    def _parameters_of(self, table: Table) -> Iterator[Parameter]:
        """Yield the parameters of a resource's methods, or of the one method that is named."""
        resource = self._facts.resource(table.parts)
        for method in resource.methods.values() if resource else ():
            if len(table.parts) < 4 or method.name.lower() == table.parts[3].lower():
                yield from method.parameters

    def _method_parameters(self, place: Place) -> Iterator[Candidate]:
        """Yield the parameters of the method that EXEC calls: those that it needs first."""
        given = {path[-1].lower() for path in place.given}
        mark = "" if place.is_marked else "@"
        for table in place.tables:
            found = list(self._parameters_of(table))
            for parameter in found:
                if parameter.name.lower() not in given and parameter.location != "body":
                    yield _parameter(parameter, f"{mark}{parameter.name}='", f"{mark}{parameter.name}")
            if "json" not in given and any(parameter.location == "body" for parameter in found):
                yield Candidate(f"{mark}@json='", f"{mark}@json", "the request's body", Weight.PARAMETER)

    def _inserted(self, place: Place) -> Iterator[Candidate]:
        """Yield what an INSERT gives: the parameters of its method, or the columns of the local table."""
        given = {path[-1].lower() for path in place.given}
        for table in place.tables:
            resource = self._facts.resource(table.parts)
            found = parameters(resource, "replace" if place.verb == "replace" else "insert") if resource else ()
            for parameter in found:
                if parameter.name.lower() not in given:
                    yield _parameter(parameter, spelling.name(place, (parameter.name,)), parameter.name)
            for column in () if resource else columns_of(table, place.queries, self._facts):
                if column.name.lower() not in given:
                    text = spelling.name(place, (column.name,))
                    yield Candidate(text, column.name, column.type, Weight.COLUMN)


def files(typed: str, *, closing: str = "") -> Iterator[Candidate]:
    """Yield the files and folders that a typed path may become; hidden ones once their dot is typed."""
    folder, name = os.path.split(typed)
    with suppress(OSError), os.scandir(os.path.expanduser(folder) or ".") as found:
        meant = [
            each for each in found if each.name.startswith(name) and each.name.startswith(".") <= (name[:1] == ".")
        ]
        for entry in sorted(meant, key=lambda each: each.name)[:_MOST_FILES]:
            path = os.path.join(folder, entry.name) + (os.sep if entry.is_dir() else "")
            yield Candidate(path if entry.is_dir() else path + closing, path, "", Weight.VALUE)


def _parameter(parameter: Parameter, text: str, label: str) -> Candidate:
    weight = Weight.REQUIRED if parameter.required else Weight.PARAMETER
    return Candidate(text, label, "required" if parameter.required else f"parameter, {parameter.type}", weight)
