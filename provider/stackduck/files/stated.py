"""What front matter says under `expect`, as expectations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from stackduck.catalog.names import did_you_mean
from stackduck.files.model import Bound, Expectations, ExpectedColumn, Parameter, Range, Values
from stackduck.files.yaml_lines import Located
from stackduck.files.yaml_values import Flaw, boolean_of, keys_of, mapping_of, text_of, texts_of

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")


def expectations(node: Located, parameters: Sequence[Parameter]) -> Expectations:
    """Read what is expected of a file's rows. Raises Flaw."""
    given = keys_of(node, "rows", "columns", "values", "equals", "with", where="expect")
    rows = given.get("rows")
    return Expectations(
        rows=_row_range(rows) if rows is not None and rows.value is not None else None,
        columns=_expected_columns(given.get("columns")),
        values=tuple(_values(name, each) for name, each in mapping_of(given.get("values"), "values").items()),
        equals=text_of(given.get("equals"), "equals") or None,
        given=_given(given.get("with"), {each.name for each in parameters}),
        line=node.line,
    )


def _row_range(node: Located) -> Range:
    found = _range(node, "rows")
    for each in (found.min, found.max):
        if each is not None and (not isinstance(each, int) or each < 0):
            raise Flaw(f"rows: '{each}' is no number of rows", node.line)
    return found


def _expected_columns(node: Located | None) -> tuple[ExpectedColumn, ...]:
    """Read names in a list, or a mapping of names to types."""
    if node is None or node.value is None:
        return ()
    if isinstance(node.value, Mapping):
        return tuple(ExpectedColumn(name, text_of(each, name) or None) for name, each in node.value.items())
    return tuple(ExpectedColumn(name) for name in texts_of(node, "columns"))


def _values(column: str, node: Located) -> Values:
    if not isinstance(node.value, Mapping):
        return Values(column, _range(node, column), line=node.line)
    given = keys_of(node, "min", "max", "nulls", where=f"the values of {column}")
    bounds = Range(*(_bound(given[key], key) if key in given else None for key in ("min", "max")))
    _check_order(bounds, node.line)
    allows_null = boolean_of(given["nulls"], "nulls") if "nulls" in given else True
    return Values(column, bounds, allows_null, node.line)


def _range(node: Located, where: str) -> Range:
    """Read {min: …, max: …}, or the one value that is both."""
    if not isinstance(node.value, Mapping):
        bound = _bound(node, where)
        return Range(bound, bound)
    given = keys_of(node, "min", "max", where=where)
    found = Range(*(_bound(given[key], key) if key in given else None for key in ("min", "max")))
    _check_order(found, node.line)
    return found


def _check_order(bounds: Range, line: int) -> None:
    if isinstance(bounds.min, int | float) and isinstance(bounds.max, int | float) and bounds.min > bounds.max:
        raise Flaw(f"min {bounds.min} is greater than max {bounds.max}", line)


def _bound(node: Located, where: str) -> Bound:
    text = text_of(node, where)
    if not text:
        raise Flaw(f"{where}: a number or a text is needed", node.line)
    if node.is_quoted or not _NUMBER.match(text):
        return text
    return int(text) if re.fullmatch(r"[-+]?[0-9]+", text) else float(text)


def _given(node: Located | None, known: set[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, each in mapping_of(node, "with").items():
        if name not in known:
            raise Flaw(f"with: no parameter '{name}' is declared{did_you_mean(name, known)}", each.line)
        found[name] = None if each.value is None else text_of(each, name)
    return found
