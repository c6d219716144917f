"""Turn a document's JSON schemas into DuckDB types and columns. Pure: a tree in, text and values out.

A schema whose shape is not known (free-form, cyclic, branches that do not fit together) is JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stackduck.catalog.documents import Document, Node
from stackduck.catalog.model import Column

_DEEPEST = 16
_LONGEST = 50_000
_SCALARS = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
_FORMATS = {"date": "DATE", "date-time": "TIMESTAMPTZ"}
_BRANCHES = ("oneOf", "anyOf")
_TELLING = ("type", "properties", "items", "enum", "additionalProperties", *_BRANCHES)
_NO_REFERENCES: frozenset[str] = frozenset()


class Schemas:
    """The schemas of one document, with the types found so far."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._types: dict[str, str] = {}
        self._types_here: dict[str, str] = {}
        self._open: list[frozenset[str]] = []
        self._cycles = 0

    def flatten(self, schema: Node) -> Node:
        """Return a schema with $ref followed and allOf, oneOf and anyOf merged where they can be.

        Branches that do not merge stay under 'oneOf'.
        """
        return self._flatten(schema, set())

    def type_of(self, schema: Node) -> str:
        """Return the DuckDB type of a schema's values."""
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return self._enter(schema)
        if reference in self._types:
            return self._types[reference]
        # A type found inside a cycle depends on where the cycle was entered, so it holds for this entry alone.
        if reference in self._types_here:
            self._cycles += 1
            return self._types_here[reference]
        cycles = self._cycles
        found = self._enter(schema)
        if cycles == self._cycles:
            self._types[reference] = found
        elif self._open:
            self._types_here[reference] = found
        return found

    def columns(self, schema: Node) -> tuple[Column, ...]:
        """Return the columns of an object's properties; of names that differ by case alone the first stays."""
        return tuple(
            Column(name, self.type_of(value), first_paragraph(self.flatten(value)), self.kind_of(value))
            for name, value in _distinct(properties(self.flatten(schema)))
        )

    def kind_of(self, schema: Node) -> str:
        """Return the type as the document writes it: string, array, …; empty where it has none or several."""
        kinds = _kinds(self.flatten(schema))
        return kinds[0] if len(kinds) == 1 else ""

    def _enter(self, schema: Node) -> str:
        followed: set[str] = set()
        flat = self._flatten(schema, followed)
        references = frozenset(followed) or _NO_REFERENCES
        if (references and references in self._open) or len(self._open) > _DEEPEST:
            self._cycles += 1
            return "JSON"
        self._open.append(references)
        try:
            return self._typed(flat)
        finally:
            self._open.pop()
            if not self._open:
                self._types_here.clear()

    def _typed(self, flat: Node) -> str:
        if "oneOf" in flat:
            return _common({self.type_of(branch) for branch in flat["oneOf"]})
        kinds = _kinds(flat)
        return _common({self._typed_as(kind, flat) for kind in kinds}) if kinds else "JSON"

    def _typed_as(self, kind: str, flat: Node) -> str:
        if kind == "string":
            return _FORMATS.get(str(flat.get("format", "")), "VARCHAR")
        if kind == "array":
            items = flat.get("items")
            return f"{self.type_of(items)}[]" if isinstance(items, dict) and items else "JSON"
        if kind == "object" and (fields := properties(flat)):
            struct = f"STRUCT({', '.join(f'{quoted(n)} {self.type_of(v)}' for n, v in _distinct(fields))})"
            return struct if len(struct) <= _LONGEST else "JSON"
        return _SCALARS.get(kind, "JSON")

    def _flatten(self, schema: Node, followed: set[str]) -> Node:
        """Flatten, noting every reference that was followed; one that leads back to itself says nothing."""
        while isinstance(reference := schema.get("$ref"), str):
            if reference in followed:
                return {}
            followed.add(reference)
            schema = self._document.resolve({"$ref": reference}, where=reference.lstrip("#/").replace("/", "."))
        if not ("allOf" in schema or "oneOf" in schema or "anyOf" in schema):
            return schema
        flat = {key: value for key, value in schema.items() if key not in ("allOf", *_BRANCHES)}
        for branch in _schemas(schema.get("allOf")):
            _add(flat, self._flatten(branch, followed))
        for key in _BRANCHES:
            self._add_branches(flat, [self._flatten(each, followed) for each in _schemas(schema.get(key))])
        return flat

    def _add_branches(self, flat: dict[str, Any], branches: list[Node]) -> None:
        """Merge oneOf's or anyOf's branches into a schema; those that only constrain it say nothing."""
        telling = [b for b in branches if b.get("type") != "null" and any(key in b for key in _TELLING)]
        if not telling:
            return
        if len(telling) == 1:
            _add(flat, telling[0])
        elif all(_kinds(branch) == ["object"] and properties(branch) for branch in telling):
            _add(flat, {"type": "object", "properties": _united(telling)})
        elif not properties(flat):
            flat["oneOf"] = telling


def properties(flat: Node) -> dict[str, Node]:
    """Return the properties of a flat schema that are schemas themselves."""
    found = flat.get("properties")
    return {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


def quoted(name: str) -> str:
    """Quote a name as DuckDB reads it."""
    return '"' + name.replace('"', '""') + '"'


def _kinds(flat: Node) -> list[str]:
    """Return a flat schema's types, as written or as its other keys imply, without null."""
    written = flat.get("type")
    if isinstance(written, str):
        return [written]
    if isinstance(written, list):
        return [str(kind) for kind in written if kind != "null"]
    if "oneOf" in flat:
        return []
    if "properties" in flat or "additionalProperties" in flat:
        return ["object"]
    if "items" in flat:
        return ["array"]
    values = [value for value in flat.get("enum") or () if value is not None]
    return ["string"] if values and all(isinstance(value, str) for value in values) else []


def _common(types: set[str]) -> str:
    """Return the type that holds the values of several types."""
    if len(types) == 1:
        return types.pop()
    return "VARCHAR" if types and types <= {"VARCHAR", "DATE", "TIMESTAMPTZ"} else "JSON"


def _add(flat: dict[str, Any], other: Node) -> None:
    """Add what another schema says of the same value; what is said already stays, but properties are united."""
    own = properties(flat)
    merged = own | {name: value for name, value in properties(other).items() if name not in own}
    required = [*(flat.get("required") or ()), *(other.get("required") or ())]
    for key, value in other.items():
        flat.setdefault(key, value)
    if merged:
        flat["properties"] = merged
    if required:
        flat["required"] = required


def _united(branches: Iterable[Node]) -> dict[str, Node]:
    """Return the properties of all branches; one that differs between them has all its forms."""
    forms: dict[str, list[Node]] = {}
    for branch in branches:
        for name, value in properties(branch).items():
            if value not in forms.setdefault(name, []):
                forms[name].append(value)
    return {name: each[0] if len(each) == 1 else {"anyOf": each} for name, each in forms.items()}


def _schemas(value: object) -> list[Node]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _distinct(fields: Mapping[str, Node]) -> list[tuple[str, Node]]:
    """Drop fields whose name is empty, or another's in DuckDB, which ignores case."""
    first: dict[str, str] = {}
    for name in fields:
        first.setdefault(name.lower(), name)
    return [(name, fields[name]) for name in first.values() if name]


def first_paragraph(flat: Node) -> str:
    """Return a description's first paragraph in one line, without markdown admonitions."""
    text = flat.get("description")
    if not isinstance(text, str):
        return ""
    for paragraph in text.split("\n\n"):
        lines = [line.strip() for line in paragraph.splitlines() if not line.lstrip().startswith(">")]
        if plain := " ".join(line for line in lines if line):
            return plain
    return ""
