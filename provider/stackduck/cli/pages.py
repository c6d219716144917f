"""What `stackduck inspect` prints: a page of plain text on a provider, a service, a resource or a method."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from stackduck.catalog.facts import VERBS, methods_of, names_of, needs
from stackduck.catalog.model import Column, Method, Parameter, Provider, Resource, Service, Verb
from stackduck.sql import examples

Lines = Iterator[str]
Cells = tuple[str, ...]
_WIDEST = 36
_NARROWEST = 30
_INDENT = "  "


class Pages:
    """Writes pages of one width."""

    def __init__(self, width: int) -> None:
        self._width = max(width, 60)

    def of_provider(self, provider: Provider) -> Lines:
        """Yield the lines about a provider: its services."""
        services = sorted((each for each in provider.services.values() if each.file), key=lambda each: each.name)
        yield f"provider {provider.name}, version {provider.version}"
        told = [(each.name, _first_paragraph(each.description or each.title)) for each in services]
        yield from self._section("services", told)
        missing = len(provider.services) - len(services)
        if missing:
            yield from self._text(f"{missing} more are listed and their documents are not here; see REGISTRY PULL")

    def of_service(self, service: Service) -> Lines:
        """Yield the lines about a service: its resources."""
        yield f"service {service.provider}.{service.name}"
        yield from self._text(_first_paragraph(service.description or service.title))
        resources = (service.resources[name] for name in sorted(service.resources))
        yield from self._section("resources", [(each.name, _about(each)) for each in resources])

    def of_resource(self, resource: Resource) -> Lines:
        """Yield the lines about a resource: an example, its columns, its methods."""
        yield f"resource {resource.full_name}"
        yield from self._text(_first_paragraph(resource.description or resource.title))
        listed = [(verb, method) for verb in VERBS for method in methods_of(resource, verb)]
        if listed:
            yield from self._example(examples.statement(resource, listed[0][1], listed[0][0]))
        columns = {
            column.name.lower(): column for m in reversed(resource.methods_for("select")) for column in m.columns
        }
        yield from self._columns("columns", columns.values())
        for verb, method in listed:
            yield ""
            yield from self._method(resource, verb, method, with_example=(verb, method) != listed[0])

    def of_method(self, resource: Resource, method: Method) -> Lines:
        """Yield the lines about a method: an example, what it takes, what it answers."""
        yield f"method {resource.full_name}.{method.name}"
        for verb in VERBS:
            if method.name in resource.verbs.get(verb, ()):
                yield ""
                yield from self._method(resource, verb, method, with_example=True)
        yield from self._columns("answers", method.columns)

    def of_list(self, found: Iterable[tuple[str, str]]) -> Lines:
        """Yield a line for each thing of several: its kind and its full name."""
        for kind, name in found:
            yield f"{kind:<10}{name}"

    def of_things(self, told: Sequence[tuple[str, str]]) -> Lines:
        """Yield the lines of things: the name of each, and a text beside it."""
        yield from self._rows(told, indent="")

    def _method(self, resource: Resource, verb: Verb, method: Method, *, with_example: bool) -> Lines:
        call = f": {method.http_method} {method.path}" if method.path and "report" not in method.extras else ""
        yield f"{verb.upper()} by {method.name}{call}"
        yield from self._text(_first_paragraph(method.description or method.summary))
        if method.flaw:
            yield from self._text(f"It cannot be used here: {method.flaw}.")
        if with_example:
            yield from self._example(examples.statement(resource, method, verb), head=False)
        for title, is_required in (("needs", True), ("takes", False)):
            chosen = [method.parameter(name) for name in names_of(method, required=is_required)]
            yield from self._parameters(title, [each for each in chosen if each])
        if method.scopes:
            yield from self._text(f"token: {method.scopes}")

    def _example(self, statement: str, *, head: bool = True) -> Lines:
        """Yield a statement on one line, so that it can be copied."""
        if head:
            yield from ("", "example")
        yield f"{_INDENT}{statement}"

    def _columns(self, title: str, columns: Iterable[Column]) -> Lines:
        rows = [(each.name, _short(each.type), f"{each.description}{_fields(each.type)}") for each in columns]
        yield from self._section(title, rows)

    def _parameters(self, title: str, parameters: Sequence[Parameter]) -> Lines:
        if parameters:
            yield f"{_INDENT}{title}"
        yield from self._rows([(each.name, _kind(each), _told(each)) for each in parameters], indent=_INDENT * 2)

    def _section(self, title: str, rows: Sequence[Cells]) -> Lines:
        if rows:
            yield from ("", title)
        yield from self._rows(rows, indent=_INDENT)

    def _rows(self, rows: Sequence[Cells], *, indent: str) -> Lines:
        """Yield a name, perhaps a type, and a text for each row, the text wrapped beside them."""
        *widths, _ = (min(max(map(len, cells)), _WIDEST) + 2 for cells in zip(*rows, strict=True)) if rows else (0,)
        room = len(indent) + sum(widths)
        for row in rows:
            head = indent + "".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
            lines = textwrap.wrap(row[-1], max(self._width - room, _NARROWEST)) or [""]
            if len(head) > room:
                yield head.rstrip()
                head = " " * room
            yield f"{head}{lines[0]}".rstrip()
            yield from (" " * room + line for line in lines[1:])

    def _text(self, text: str) -> Lines:
        return iter(textwrap.wrap(text, self._width, initial_indent=_INDENT, subsequent_indent=_INDENT))


def _columns_of(resource: Resource) -> list[Column]:
    """Return the columns that a SELECT may give, each once."""
    found: dict[str, Column] = {}
    for method in methods_of(resource, "select"):
        for column in method.columns:
            found.setdefault(column.name.lower(), column)
    return list(found.values())


def _about(resource: Resource) -> str:
    """Say what a resource is, and what a SELECT must give, or which verbs it has instead."""
    text = _first_paragraph(resource.description or resource.title).rstrip(".")
    if methods_of(resource, "select"):
        needed = needs(resource)
        return f"{text}; needs {needed}" if needed else text
    return f"{text}; for {', '.join(verb.upper() for verb in VERBS if verb in resource.verbs) or 'nothing'}"


def _kind(parameter: Parameter) -> str:
    return parameter.schema_type if parameter.shape else parameter.type


def _told(parameter: Parameter) -> str:
    """Say what a parameter is, which values are allowed, and which holds without it."""
    parts = [_first_paragraph(parameter.description)]
    if parameter.enum:
        parts.append(f"One of {', '.join(parameter.enum)}.")
    if parameter.default is not None and not parameter.required:
        parts.append(f"Without it, {parameter.default}.")
    return " ".join(filter(None, parts))


def _short(kind: str) -> str:
    """Write a type shortly: STRUCT for one with fields, STRUCT[] for a list of these."""
    return f"STRUCT{'[]' * kind.endswith('[]')}" if kind.startswith("STRUCT") else kind


def _fields(kind: str) -> str:
    """Name the outermost fields of a STRUCT."""
    if not kind.startswith("STRUCT"):
        return ""
    names, depth = [], 0
    for match in re.finditer(r'\(|\)|"(?:[^"]|"")*"', kind):
        depth += (match[0] == "(") - (match[0] == ")")
        if depth == 1 and match[0] not in "()":
            names.append(match[0][1:-1].replace('""', '"'))
    return f" Fields: {', '.join(names)}."


def _first_paragraph(text: str) -> str:
    """Return the first paragraph of a text in one line."""
    return " ".join(text.split("\n\n")[0].split())
