"""Which method carries a change out, and the values of each of its calls. Pure; sends nothing, computes no SQL.

The method is the first in the document's order whose required parameters are all given and that takes every name of the
statement. What is missing, unknown or of another type is refused before anything is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple, Protocol

from stackduck.catalog.model import Method, Parameter, Request, Resource, Service
from stackduck.catalog.requests import build
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.changing import change_errors, matching
from stackduck.sql.changing.attributes import fitted, from_text
from stackduck.sql.changing.mutations import Mutation

Row = Mapping[str, Any]
"""Parameter name → value, of one call."""

_HTTP_DELETE = "DELETE"


class Catalog(Protocol):
    """What a change asks of the catalog."""

    def resource(self, provider: str, service: str, resource: str) -> Resource: ...

    def service(self, provider: str, service: str) -> Service: ...


class Given(NamedTuple):
    """A name to which the statement gives a value."""

    name: str
    is_set: bool = False
    """Whether SET gives it, and not WHERE, an INSERT's column or an argument of EXEC."""
    is_certain: bool = True
    """Whether every way in which the condition can hold gives it."""


@frozen
class Change:
    """A mutation, and the method that carries it out."""

    mutation: Mutation
    resource: Resource
    method: Method

    def parameter(self, given: Given) -> Parameter:
        """Return the parameter that a name of the statement stands for; the method takes them all."""
        found = parameter_of(self.method, given)
        assert found is not None
        return found

    def request(self, row: Row) -> Request:
        """Return the call that a row makes."""
        return build(self.resource, self.method, row)


def plan(mutation: Mutation, catalog: Catalog) -> Change:
    """Choose the method of a change.

    Raises ProgrammingError for unknown names, MissingParameterError, NotSupportedError for what no method does.
    """
    resource = catalog.resource(*mutation.parts)
    given = given_by(mutation)
    if mutation.verb == "exec":
        method = _named_method(resource, mutation.method)
        _check_execution(mutation, resource, method, given)
    else:
        if not candidates(resource, mutation):
            others = catalog.service(resource.provider, resource.service).resources.values()
            raise change_errors.no_verb(mutation, resource, _namesakes(mutation, resource, others))
        if mutation.query and not mutation.columns:
            raise change_errors.no_columns(mutation, resource, candidates(resource, mutation)[0])
        method = _chosen(mutation, resource, given)
        _check_body(mutation, resource, method, given)
    return Change(mutation, resource, method)


def given_by(mutation: Mutation) -> tuple[Given, ...]:
    """Return the names to which a statement gives values. Raises ProgrammingError where one is given twice."""
    is_set = mutation.verb in ("update", "replace")
    listed = [*mutation.columns, *(assignment.name for assignment in mutation.assignments)]
    if twice := next((name for at, name in enumerate(listed) if name.lower() in map(str.lower, listed[:at])), None):
        raise ProgrammingError(f"{twice} is given twice; leave one out")
    given = [Given(name) for name in mutation.columns]
    given += [Given(assignment.name, is_set=is_set) for assignment in mutation.assignments]
    if mutation.condition:
        certain = matching.names(mutation.condition, always=True)
        names = sorted(matching.names(mutation.condition))
        given += [Given(name, is_certain=name in certain) for name in names]
    return tuple(given)


def parameter_of(method: Method, given: Given) -> Parameter | None:
    """Return what a name stands for: a parameter by its name, a body attribute by its own, with data__ or without.

    Where both have the name, SET means the body's attribute, and everything else the parameter.
    """
    plain = given.name.lower().removeprefix("data__")
    own = method.parameter(given.name)
    attribute = next((p for p in method.parameters if p.location == "body" and plain in _names_of(p)), None)
    if given.is_set or given.name.lower() != plain:
        return attribute or own
    return own or attribute


def _names_of(parameter: Parameter) -> tuple[str, str]:
    return parameter.attribute.lower(), parameter.name.lower().removeprefix("data__")


def candidates(resource: Resource, mutation: Mutation) -> tuple[Method, ...]:
    """Return the methods of a verb; DELETE may take those that delete over HTTP and belong to no verb."""
    methods = resource.methods_for(mutation.verb)
    if mutation.verb != "delete" or methods:
        return methods
    return tuple(method for method in resource.methods_for("exec") if method.http_method == _HTTP_DELETE)


def stray(method: Method, given: Sequence[Given]) -> list[Given]:
    """Return the names that a method does not take."""
    return [each for each in given if parameter_of(method, each) is None]


def missing(method: Method, given: Sequence[Given]) -> list[Parameter]:
    """Return the required parameters of a method that no name gives."""
    found = [parameter_of(method, each) for each in given if each.is_certain]
    return [parameter for parameter in method.parameters if parameter.required and parameter not in found]


def _named_method(resource: Resource, name: str) -> Method:
    found = next((method for key, method in resource.methods.items() if key.lower() == name.lower()), None)
    if found is None:
        raise change_errors.no_method(resource, name)
    return found


def _chosen(mutation: Mutation, resource: Resource, given: Sequence[Given]) -> Method:
    methods = candidates(resource, mutation)
    for method in methods:
        if not stray(method, given) and not missing(method, given):
            return method
    for each in given:
        if all(parameter_of(method, each) is None for method in methods):
            raise change_errors.unknown_name(mutation, resource, methods, name=each.name)
    best = min(methods, key=lambda method: (len(stray(method, given)), len(missing(method, given))))
    if others := stray(best, given):
        raise change_errors.not_together(mutation, resource, methods, stray=[each.name for each in others])
    raise change_errors.missing(mutation, resource, missing(best, given), others=[m for m in methods if m is not best])


def _namesakes(mutation: Mutation, resource: Resource, others: Iterable[Resource]) -> list[Resource]:
    """Return the resources whose methods do by that verb what this one lacks: at the same path."""
    paths = {method.path for method in resource.methods.values()}
    return [other for other in others if any(method.path in paths for method in candidates(other, mutation))]


def _check_execution(mutation: Mutation, resource: Resource, method: Method, given: Sequence[Given]) -> None:
    """Check the arguments of EXEC; what @@json holds is known only when it is computed."""
    for each in stray(method, given):
        raise change_errors.unknown_name(mutation, resource, (method,), name=each.name)
    has_body = mutation.body is not None
    if has_body and all(parameter.location != "body" for parameter in method.parameters):
        raise ProgrammingError(f"{resource.full_name}.{method.name} takes no body; leave @@json out")
    lacking = [p for p in missing(method, given) if not (has_body and p.location == "body")]
    if lacking:
        raise change_errors.missing(mutation, resource, lacking, others=())


def _check_body(mutation: Mutation, resource: Resource, method: Method, given: Sequence[Given]) -> None:
    """Refuse a change whose body would be empty, or would hold what WHERE only seems to compare."""
    body = [p for p in method.parameters if p.location == "body"]
    found = [(each, parameter_of(method, each)) for each in given]
    if method.needs_body and body and mutation.verb != "insert" and not any(p in body for _, p in found):
        raise change_errors.no_body(mutation, resource, body)
    assigned = [parameter for each, parameter in found if each.is_set]
    for each, parameter in found:
        is_compared = mutation.condition is not None and not each.is_set and mutation.verb in ("update", "replace")
        if is_compared and parameter in body and not parameter.required and parameter not in assigned:
            raise change_errors.not_compared(mutation, resource, each.name)


def rows(change: Change, answers: Sequence[Mapping[str, Any]], *, max_calls: int) -> list[Row]:
    """Return the values of every call, in the statement's order, in the types that the document declares.

    `answers` are the rows of the mutation's question. Raises ProgrammingError for a value that does not fit, and
    CallLimitError for more than `max_calls` calls.
    """
    mutation = change.mutation
    if mutation.columns:
        _check_number(change, len(answers), max_calls=max_calls)
        return [_inserted(change, answer, number=n if len(answers) > 1 else 0) for n, answer in enumerate(answers, 1)]
    values = list(answers[0].values()) if answers else []
    ways = matching.ways(mutation.condition, values) if mutation.condition else [{}]
    _check_number(change, sum(prod(map(len, way.values())) for way in ways), max_calls=max_calls)
    assigned = _assigned(change, values)
    found: dict[str, Row] = {}
    for way in ways:
        for row in _rows_of(change, way, assigned):
            found.setdefault(json.dumps(row, sort_keys=True), row)
    return list(found.values())


def _check_number(change: Change, needed: int, *, max_calls: int) -> None:
    if needed > max_calls:
        from stackduck.sql.methods import too_many

        raise too_many(needed, max_calls=max_calls, resource=change.resource.full_name)


def _inserted(change: Change, answer: Mapping[str, Any], *, number: int) -> Row:
    """Return the values of one row of an INSERT; `number` counts the rows where there are several."""
    columns = change.mutation.columns
    if len(answer) != len(columns):
        raise ProgrammingError(
            f"{change.mutation.verb.upper()} names {len(columns)} columns and gives {len(answer)} values a row"
        )
    where = change.resource.full_name + (f", row {number}" if number else "")
    found = [change.parameter(Given(name)) for name in columns]
    return _typed(list(zip(found, answer.values(), strict=True)), where=where)


def _assigned(change: Change, values: Sequence[Any]) -> list[tuple[Parameter, Any]]:
    """Return what SET, or the arguments of EXEC, give."""
    mutation = change.mutation
    is_set = mutation.verb in ("update", "replace")
    found = [(change.parameter(Given(each.name, is_set=is_set)), values[each.number]) for each in mutation.assignments]
    if mutation.body is None:
        return found
    given = {parameter.name for parameter, _ in found}
    body = list(_attributes(change, from_text(values[mutation.body], dict, list)))
    for parameter, _ in body:
        if parameter.name in given:
            raise ProgrammingError(f"{parameter.name} is given as an argument and in @@json; leave one out")
    lacking = [p for p in change.method.parameters if p.required and p.location == "body" and (p.name not in given)]
    lacking = [parameter for parameter in lacking if all(parameter is not other for other, _ in body)]
    if lacking:
        raise change_errors.missing(mutation, change.resource, lacking, others=(), place="in @@json")
    return [*found, *body]


def _attributes(change: Change, body: Any) -> Iterator[tuple[Parameter, Any]]:
    """Yield the attributes of @@json."""
    whole = next((parameter for parameter in change.method.parameters if parameter.is_whole_body), None)
    if whole is not None:
        yield whole, body
        return
    if not isinstance(body, dict):
        raise ProgrammingError('@@json is the body, a JSON object: @@json = \'{"name": "value"}\'')
    for name, value in body.items():
        parameter = parameter_of(change.method, Given(name, is_set=True))
        if parameter is None or parameter.location != "body":
            raise change_errors.unknown_attribute(change.resource, change.method, name)
        yield parameter, value


def _rows_of(change: Change, way: matching.Way, assigned: Sequence[tuple[Parameter, Any]]) -> Iterator[Row]:
    """Yield the rows of one way in which the condition holds: each combination of its values."""
    where = change.resource.full_name
    parameters = [change.parameter(Given(name)) for name in way]
    fixed = _typed(assigned, where=where)
    for values in product(*way.values()):
        row = dict(fixed)
        for name, value in _typed(list(zip(parameters, values, strict=True)), where=where).items():
            if name in row and row[name] != value:
                raise ProgrammingError(f"{where}: {name} has another value in WHERE than in SET; leave one out")
            row[name] = value
        yield row


def _typed(given: Sequence[tuple[Parameter, Any]], *, where: str) -> dict[str, Any]:
    """Return values in their declared types; NULL leaves an optional parameter out, and is null in a body."""
    found: dict[str, Any] = {}
    for parameter, value in given:
        if parameter.name in found:
            raise ProgrammingError(f"{where}: {parameter.name} is given twice, by two names; leave one out")
        typed = fitted(parameter, value, where=where)
        if typed is not None or parameter.location == "body":
            found[parameter.name] = typed
    return found
