"""Find the rows in what an operation answers: the schema, where the rows are in the body, their columns.

Pure. Knows StackQL's rules for objectKey; whether a method can be used at all is decided in flaws.
"""

from __future__ import annotations

from dataclasses import replace

from stackduck.catalog.documents import Document, Node
from stackduck.catalog.model import Column
from stackduck.catalog.schemas import Schemas, first_paragraph, properties
from stackduck.frozen import frozen

_TOTALS = ("total_seats", "total_count")
NO_CONTENT = Column("result", "VARCHAR", "What StackQL says of a change that answers nothing.", "string")


@frozen
class Rows:
    """The rows of a response; the fields are those of Method."""

    columns: tuple[Column, ...] = ()
    object_key: str = ""
    is_array: bool = False
    total_key: str = ""
    rows_are_values: bool = False
    media_type: str = "application/json"
    flaw: str = ""


def rows_of(schemas: Schemas, operation: Node, response: Node, *, document: Document, where: str) -> Rows:
    """Return the rows of an operation as a method's `response` asks for them."""
    wanted = str(response.get("overrideMediaType") or response.get("mediaType") or "application/json")
    schema, media_type = _schema(document, operation, response, wanted=wanted, where=where)
    if schema is None:
        return Rows(media_type=wanted)
    rows = _located(schemas, schema, object_key=str(response.get("objectKey") or ""))
    return replace(rows, media_type=media_type)


def change_rows(rows: Rows) -> Rows:
    """Give a change without an answer StackQL's column for it."""
    return rows if rows.columns or rows.flaw else replace(rows, columns=(NO_CONTENT,))


def _schema(document: Document, operation: Node, response: Node, *, wanted: str, where: str) -> tuple[Node | None, str]:
    """Return the schema of the documented answer and its media type."""
    answers = {str(code): answer for code, answer in (operation.get("responses") or {}).items()}
    key = str(response.get("openAPIDocKey") or "")
    if key not in answers:
        key = next((code for code in answers if code.startswith("2")), "")
    answer = answers.get(key)
    if not isinstance(answer, dict):
        return None, wanted
    content = document.resolve(answer, where=f"{where}.responses.{key}").get("content")
    if not isinstance(content, dict) or not content:
        return None, wanted
    chosen = next((m for m in (wanted, "application/json") if m in content), next(iter(content)))
    schema = content[chosen].get("schema") if isinstance(content[chosen], dict) else None
    # What the method asks for is what is sent as Accept, also where only its plain JSON form is described.
    media_type = wanted if "json" in chosen else chosen
    return (schema if isinstance(schema, dict) else {}), media_type


def _located(schemas: Schemas, schema: Node, *, object_key: str) -> Rows:
    steps = _steps(object_key)
    if steps is None:
        return Rows(flaw=f"its objectKey '{object_key}' is not a path of names")
    root = schemas.flatten(schema)
    if not steps:
        steps = _wrapped(schemas, root)
    target = root
    for step in steps:
        field = properties(target).get(step)
        if field is None:
            return Rows(flaw=f"its objectKey '{object_key}' is not in the response that the document describes")
        target = schemas.flatten(field)
    total = _total(schemas, root) if len(steps) == 1 and schemas.kind_of(target) == "array" else ""
    return replace(_described(schemas, target), object_key=".".join(("$", *steps)) if steps else "", total_key=total)


def _steps(object_key: str) -> tuple[str, ...] | None:
    """Split '$.data.nodes' into its names; None where it is more than names."""
    path = object_key.strip().removesuffix("[*]")
    path = path.removeprefix("$").removeprefix(".")
    if any(character in path for character in "[]()*?@/ '\""):
        return None
    steps = tuple(path.split(".")) if path else ()
    return steps if all(steps) else None


def _wrapped(schemas: Schemas, root: Node) -> tuple[str, ...]:
    """Return where the rows are in an object that only wraps them: `items`, or the one array beside a count."""
    fields = properties(root)
    if "items" in fields and schemas.kind_of(fields["items"]) == "array":
        return ("items",)
    arrays = [name for name, field in fields.items() if schemas.kind_of(field) == "array"]
    others = {schemas.kind_of(field) for name, field in fields.items() if name not in arrays}
    return tuple(arrays) if len(arrays) == 1 and _total(schemas, root) and others <= {"integer", "boolean"} else ()


def _total(schemas: Schemas, root: Node) -> str:
    fields = properties(root)
    return next((name for name in _TOTALS if name in fields and schemas.kind_of(fields[name]) == "integer"), "")


def _described(schemas: Schemas, target: Node) -> Rows:
    """Return the columns of an array's items, or of the one value itself."""
    if schemas.kind_of(target) != "array":
        return _of_row(schemas, target, name=_own_name(target), is_array=False)
    items = target.get("items")
    row = schemas.flatten(items) if isinstance(items, dict) else {}
    return _of_row(schemas, row, name=_own_name(row) or _own_name(target), is_array=True)


def _own_name(schema: Node) -> str:
    """Return the name that a document of ours gives to a row that is one value."""
    return str(schema.get("x-stackduck-column") or "")


def _of_row(schemas: Schemas, row: Node, *, name: str, is_array: bool) -> Rows:
    if schemas.kind_of(row) == "object" and (columns := schemas.columns(row)):
        return Rows(columns, is_array=is_array)
    # A name that no document gives has no description either.
    said = first_paragraph(row) if name else ""
    column = Column(name or "column_anon", schemas.type_of(row), said, schemas.kind_of(row))
    return Rows((column,), is_array=is_array, rows_are_values=True)
