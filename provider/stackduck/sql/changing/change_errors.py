"""Why a change cannot be carried out, with the statement that could be: wording alone, nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence

from stackduck.catalog.model import Method, Parameter, Resource, Verb
from stackduck.catalog.names import did_you_mean
from stackduck.errors import MissingParameterError, NotSupportedError, ProgrammingError
from stackduck.sql.changing import corrected_changes
from stackduck.sql.changing.mutations import Mutation
from stackduck.sql.methods import named_together

_ALIKE: dict[str, Verb] = {"update": "replace", "replace": "update"}
_MOST_NAMES = 12


def no_method(resource: Resource, name: str) -> ProgrammingError:
    """Return the error for an EXEC of a method that is not there."""
    hint = did_you_mean(name, resource.methods) or f"; its methods are {', '.join(resource.methods)}"
    return ProgrammingError(f"{resource.full_name} has no method '{name}'{hint}")


def no_verb(mutation: Mutation, resource: Resource, namesakes: Sequence[Resource]) -> NotSupportedError:
    """Return the error for a verb that the resource does not know; `namesakes` are others that do the same by it."""
    verb = mutation.verb.upper()
    methods = [f"{name} ({verb.upper()})" for verb, names in resource.verbs.items() for name in names]
    told = f"{resource.full_name} has no {verb}; its methods are {', '.join(methods) or 'none'}"
    other = _ALIKE.get(mutation.verb)
    if namesakes:
        told += f"; write {verb} with {' or '.join(each.full_name for each in namesakes)}"
    elif other and resource.methods_for(other):
        told += f"; write {other.upper()}"
    elif runnable := resource.methods_for("exec"):
        told += f"; write EXEC {resource.full_name}.{runnable[0].name} @name = value"
    return NotSupportedError(told)


def no_columns(mutation: Mutation, resource: Resource, method: Method) -> ProgrammingError:
    """Return the error for rows whose columns are not named: those of a document have no order that one could know."""
    columns = ", ".join(method.required) or "a, b"
    return ProgrammingError(f"name the columns: {mutation.verb.upper()} INTO {resource.full_name} ({columns}) …")


def unknown_name(mutation: Mutation, resource: Resource, methods: Sequence[Method], *, name: str) -> ProgrammingError:
    """Return the error for a name that no method of the verb takes."""
    verb, known = mutation.verb.upper(), _known(methods)
    meant = did_you_mean(name, known)
    is_condition = mutation.verb != "exec" and name.lower() not in _listed(mutation)
    if is_condition:
        parameter = next((p.name for m in methods for p in reversed(m.parameters) if p.required), "name")
        told = f"{resource.full_name}: {name} is neither a parameter nor a body attribute of {verb}"
        told += ", and without this condition more would change"
        return ProgrammingError(f"{told}{meant or f'; choose by a query: {parameter} IN (SELECT … WHERE {name} …)'}")
    what = f"{resource.full_name}.{mutation.method}" if mutation.verb == "exec" else f"{verb} of {resource.full_name}"
    return ProgrammingError(f"{what} takes no '{name}'{meant or f'; it takes {_shortened(known)}'}")


def unknown_attribute(resource: Resource, method: Method, name: str) -> ProgrammingError:
    """Return the error for an attribute of @@json that the document does not know."""
    known = [p.attribute or p.name for p in method.parameters if p.location == "body"]
    hint = did_you_mean(name, known) or f"; its attributes are {_shortened(known)}"
    return ProgrammingError(f"the body of {resource.full_name}.{method.name} has no '{name}'{hint}")


def not_together(
    mutation: Mutation, resource: Resource, methods: Sequence[Method], *, stray: Sequence[str]
) -> ProgrammingError:
    """Return the error for names that are each known, but to different methods."""
    needs = "; ".join(f"{method.name} needs {named_together(method.required) or 'nothing'}" for method in methods)
    told = f"no {mutation.verb.upper()} of {resource.full_name} takes {named_together(stray)} beside the rest"
    return ProgrammingError(f"{told}; {needs}")


def missing(
    mutation: Mutation, resource: Resource, lacking: Sequence[Parameter], *, others: Sequence[Method], place: str = ""
) -> MissingParameterError:
    """Return the error for what a method requires and the statement does not give; `others` are further methods."""
    names = [parameter.name for parameter in lacking]
    corrected = "" if place else corrected_changes.statement(mutation, lacking)
    what = f"{resource.full_name}.{mutation.method}" if mutation.verb == "exec" else resource.full_name
    text = f"{what} needs {named_together(names)} for {mutation.verb.upper()}{f'; add it {place}' if place else ''}"
    if others:
        text += f"; or {', or '.join(f'{named_together(method.required)} ({method.name})' for method in others)}"
    text += f"\ntry: {corrected}" if corrected else ""
    return MissingParameterError(text, resource=resource.full_name, missing=names, corrected=corrected)


def no_body(mutation: Mutation, resource: Resource, body: Sequence[Parameter]) -> MissingParameterError:
    """Return the error for a change without the body that the document requires."""
    names = [parameter.name for parameter in body]
    corrected = corrected_changes.statement(mutation, body[:1])
    one_of = "one of " if len(names) > 1 else ""
    text = f"{resource.full_name} needs {one_of}{_shortened(names)} for {mutation.verb.upper()}"
    text += f"\ntry: {corrected}" if corrected else ""
    return MissingParameterError(text, resource=resource.full_name, missing=names[:1], corrected=corrected)


def not_compared(mutation: Mutation, resource: Resource, name: str) -> NotSupportedError:
    """Return the error for a body attribute in the WHERE of an UPDATE, which would be sent and not compared."""
    return NotSupportedError(
        f"{resource.full_name}: {name} in WHERE would be sent as its new value, not compared; "
        f"move it to SET, or choose by a query which to {mutation.verb}"
    )


def _listed(mutation: Mutation) -> set[str]:
    """Return the names that the statement gives outside its condition, in lower case."""
    return {name.lower() for name in (*mutation.columns, *(each.name for each in mutation.assignments))}


def _known(methods: Sequence[Method]) -> list[str]:
    return list(dict.fromkeys(parameter.name for method in methods for parameter in method.parameters))


def _shortened(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "") if names else "nothing"
