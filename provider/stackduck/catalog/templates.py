"""Fill in the templates that documents write GraphQL queries in: the part of Go's text/template that they use. Pure.

{{ .name }}, {{ if … }}, {{ else }}, {{ end }} with not, and, or; and {{- -}}. A value never becomes syntax of the
query: inside quotes it is escaped, elsewhere it must be a number, a truth value or a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from stackduck.frozen import frozen

CURSOR = "\x00cursor\x00"
"""Stands for a cursor that is not known yet; no text that is filled in can hold it."""

_ACTION = re.compile(r"\{\{(-\s)?\s*(.*?)\s*(\s-)?\}\}", re.DOTALL)
_WORD = re.compile(r"\s*(\.[A-Za-z_]\w*|not\b|and\b|or\b|[()])")
_BARE = {
    "BIGINT": re.compile(r"-?[0-9]{1,19}"),
    "DOUBLE": re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?"),
    "BOOLEAN": re.compile(r"true|false"),
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class TemplateError(ValueError):
    """A template that is not read here, or a value that cannot stand where it should; the text says which."""


@frozen
class Value:
    """A value for a template, with the DuckDB type of its parameter."""

    text: str
    type: str = "VARCHAR"

    @property
    def is_true(self) -> bool:
        """Whether Go takes it for true: it is neither empty nor zero."""
        return self.text not in (("", "0", "false") if self.type in _BARE else ("",))


@frozen
class _Condition:
    operator: str
    """not, and, or; or a field's name after its point."""
    operands: tuple[_Condition, ...] = ()


@frozen
class _Choice:
    condition: _Condition
    then: tuple[_Node, ...]
    otherwise: tuple[_Node, ...]


@frozen
class _Field:
    name: str


_Node: TypeAlias = str | _Field | _Choice
_Pieces: TypeAlias = Iterator[tuple[bool, str]]
"""Text, and what stands between {{ and }} (true)."""


def fields(template: str) -> frozenset[str]:
    """Return the names that a template speaks of. Raises TemplateError where it is more than is read here."""
    return frozenset(_names(_parse(template)))


def fill(template: str, values: Mapping[str, Value]) -> str:
    """Return the text of a template; `cursor` stands as it is, every other value as a literal of GraphQL.

    Raises TemplateError for a field without a value, and for a value that cannot stand where it should.
    """
    filled = _Filled(values)
    filled.add(_parse(template))
    return "".join(filled.parts)


def is_query(text: str) -> bool:
    """Tell whether a GraphQL document holds queries alone: no mutation and no subscription."""
    depth, words = 0, set()
    for match in re.finditer(r'"(?:\\.|[^"\\])*"|#[^\n]*|[{}]|[A-Za-z_]\w*', text):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth == 0:
            words.add(match[0])
    return not words & {"mutation", "subscription"}


class _Filled:
    """The text so far, and whether it stops inside a string or a comment."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.parts: list[str] = []
        self._values = values
        self._inside = ""
        """A quote, or the # of a comment."""

    def add(self, nodes: Sequence[_Node]) -> None:
        """Add the text of nodes."""
        for node in nodes:
            if isinstance(node, str):
                self.parts.append(node)
                self._follow(node)
            elif isinstance(node, _Field):
                self.parts.append(self._literal(node.name))
            else:
                self.add(node.then if self._holds(node.condition) else node.otherwise)

    def _follow(self, text: str) -> None:
        for match in re.finditer(r'\\.|["#\n]', text, re.DOTALL):
            sign = match[0]
            if sign == '"' and self._inside != "#":
                self._inside = "" if self._inside else '"'
            elif sign == "#" and not self._inside:
                self._inside = "#"
            elif sign[-1] == "\n":
                self._inside = ""

    def _literal(self, name: str) -> str:
        value = self._values.get(name)
        if name == "cursor":
            return value.text if value else ""
        if value is None:
            raise TemplateError(f"needs a value for {name}")
        if self._inside == '"':
            return json.dumps(value.text, ensure_ascii=False)[1:-1]
        if not _BARE.get(value.type, _NAME).fullmatch(value.text):
            raise TemplateError(f"cannot take {value.text!r} for {name}, which is part of the query")
        return value.text

    def _holds(self, condition: _Condition) -> bool:
        operands = (self._holds(each) for each in condition.operands)
        if condition.operator == "not":
            return not next(operands)
        if condition.operator in ("and", "or"):
            return all(operands) if condition.operator == "and" else any(operands)
        value = self._values.get(condition.operator)
        return value is not None and value.is_true


def _parse(template: str) -> Sequence[_Node]:
    if '"""' in template:
        raise TemplateError('holds a block string, """')
    pieces = _pieces(template)
    nodes, stop = _block(pieces)
    if stop:
        raise TemplateError(f"has '{stop}' without an if")
    return nodes


def _pieces(template: str) -> _Pieces:
    """Cut a template at its braces; a dash inside them takes the blanks on its side away."""
    start, is_trimmed = 0, False
    for match in _ACTION.finditer(template):
        text = template[start : match.start()]
        text = text.lstrip() if is_trimmed else text
        yield False, text.rstrip() if match[1] else text
        yield True, match[2]
        start, is_trimmed = match.end(), bool(match[3])
    yield False, template[start:].lstrip() if is_trimmed else template[start:]


def _block(pieces: _Pieces) -> tuple[tuple[_Node, ...], str]:
    """Return the nodes up to the next end or else, and that."""
    nodes: list[_Node] = []
    for is_action, text in pieces:
        if not is_action:
            nodes.append(text)
        elif text == "end" or text.split()[:1] == ["else"]:
            return tuple(nodes), text
        elif text.split()[:1] == ["if"]:
            nodes.append(_choice(text.removeprefix("if"), pieces))
        elif re.fullmatch(r"\.[A-Za-z_]\w*", text):
            nodes.append(_Field(text[1:]))
        elif not text.startswith("/*"):
            raise TemplateError("holds '{{ " + text + " }}'")
    return tuple(nodes), ""


def _choice(condition: str, pieces: _Pieces) -> _Choice:
    then, stop = _block(pieces)
    otherwise: tuple[_Node, ...] = ()
    if stop.split()[:2] == ["else", "if"]:
        otherwise = (_choice(stop.partition("if")[2], pieces),)
    elif stop == "else":
        otherwise, stop = _block(pieces)
    if not stop or (stop != "end" and not otherwise):
        raise TemplateError("has an if without an end")
    return _Choice(_condition(condition), then, otherwise)


def _condition(text: str) -> _Condition:
    words, at = [], 0
    while at < len(text.rstrip()):
        match = _WORD.match(text, at)
        if match is None:
            raise TemplateError("holds '{{ if" + text.rstrip() + " }}'")
        words.append(match[1])
        at = match.end()
    found = _expression(words)
    if words:
        raise TemplateError("holds '{{ if" + text.rstrip() + " }}'")
    return found


def _expression(words: list[str]) -> _Condition:
    """Take an operator with its operands, or one operand, off the words."""
    if words[:1] not in (["not"], ["and"], ["or"]):
        return _operand(words)
    operator, operands = words.pop(0), []
    while words and words[0] != ")":
        operands.append(_operand(words))
    if not operands or (operator == "not" and len(operands) > 1):
        raise TemplateError(f"has '{operator}' with operands that it cannot have")
    return _Condition(operator, tuple(operands))


def _operand(words: list[str]) -> _Condition:
    """Take a field, or what parentheses hold, off the words."""
    word = words.pop(0) if words else ""
    if word.startswith("."):
        return _Condition(word[1:])
    found = _expression(words) if word == "(" else None
    if found is None or words[:1] != [")"]:
        raise TemplateError("has an if that is no condition")
    words.pop(0)
    return found


def _names(nodes: Sequence[_Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, _Field):
            yield node.name
        elif isinstance(node, _Choice):
            yield from _named_in(node.condition)
            yield from _names((*node.then, *node.otherwise))


def _named_in(condition: _Condition) -> Iterator[str]:
    if not condition.operands:
        yield condition.operator
    for operand in condition.operands:
        yield from _named_in(operand)
