"""Rows held against the rows of a file: CSV, JSON or Parquet, as `stackduck run -f` writes them.

Both sides become lines of text, so that what differs can be shown. The order counts where the statement orders.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from stackduck.errors import Error
from stackduck.files.expectations import Failure, Rows
from stackduck.files.model import SqlFile
from stackduck.files.places import placed
from stackduck.frozen import frozen
from stackduck.output import format_of, write
from stackduck.output.results import Style

_FORMATS = ("csv", "tsv", "json", "ndjson", "jsonl", "parquet")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_DIGITS = 12
"""Numbers that agree in so many digits are equal: sums of fractions come in any order."""
_MOST_LINES = 60


class UnreadableError(Exception):
    """A file that rows cannot be held against."""


@frozen
class _Lines:
    """Rows as text: the columns, and a line for each row."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]


def check_equal(file: SqlFile, found: Rows) -> Iterator[Failure]:
    """Yield what is not as in the file that the front matter names."""
    name = (file.expect and file.expect.equals) or ""
    try:
        path, form = _path(file, name)
        expected, got = _read(path, form), _written(found, form)
    except UnreadableError as exc:
        yield Failure("equals", str(exc))
        return
    if expected.columns and got.columns and expected.columns != got.columns:
        yield Failure("equals", f"the columns are not those of {name}", diff(expected.columns, got.columns))
        return
    keeps_order = is_ordered(file)
    sides = [lines.rows if keeps_order else tuple(sorted(lines.rows)) for lines in (expected, got)]
    if sides[0] != sides[1]:
        is_order_alone = keeps_order and sorted(expected.rows) == sorted(got.rows)
        text = "in another order than" if is_order_alone else "not those of"
        counts = f"{len(expected.rows)} rows are expected, {len(got.rows)} came"
        yield Failure("equals", f"the rows are {text} {name}; {counts}", diff(*sides))


def is_ordered(file: SqlFile) -> bool:
    """Tell whether the last statement of a file orders its rows: ORDER BY outside of all parentheses."""
    depth, tokens = 0, list(placed(file.text))[-1].statement.tokens
    for token, after in pairwise(tokens):
        depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "symbol" else 0
        if depth == 0 and token.is_word("ORDER") and after.is_word("BY"):
            return True
    return False


def diff(expected: Sequence[str], got: Sequence[str]) -> tuple[str, ...]:
    """Return the lines of a unified diff, no more of them than one reads."""
    lines = list(difflib.unified_diff(expected, got, "expected", "came", lineterm="", n=2))
    more = [f"… {len(lines) - _MOST_LINES} lines more"] if len(lines) > _MOST_LINES else []
    return (*lines[:_MOST_LINES], *more)


def _path(file: SqlFile, name: str) -> tuple[Path, str]:
    """Return a file beside the SQL file, and its format; nothing outside of the folder is read."""
    folder = file.path.parent.resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise UnreadableError(f"{name} is not in the folder of the file")
    form = format_of(name)
    if form not in _FORMATS:
        raise UnreadableError(f"{name} is in no format that can be read; name one of {', '.join(_FORMATS)}")
    if not path.is_file():
        raise UnreadableError(f"there is no file {name} beside it; make it with stackduck run {file.path} -f {path}")
    return path, form


def _read(path: Path, form: str) -> _Lines:
    if form == "parquet":
        return _of_text(_parquet_as_json(path), "json", path)
    try:
        return _of_text(path.read_text(encoding="utf-8-sig"), form, path)
    except UnicodeDecodeError:
        raise UnreadableError(f"{path.name} is not UTF-8 text") from None


def _written(found: Rows, form: str) -> _Lines:
    """Return rows as the file would have them."""
    form = "json" if form == "parquet" else form
    lines = _of_text(_as_text(found, form), form, None)
    # JSON without a row tells no columns.
    return lines if lines.rows or form in ("csv", "tsv") else _Lines((), ())


def _of_text(text: str, form: str, path: Path | None) -> _Lines:
    try:
        if form in ("csv", "tsv"):
            return _of_csv(text, "\t" if form == "tsv" else ",")
        objects = json.loads(text or "[]") if form == "json" else [json.loads(line) for line in text.splitlines()]
        return _of_objects(objects)
    except (ValueError, TypeError, AttributeError, RecursionError, csv.Error) as exc:
        raise UnreadableError(f"{path.name if path else 'the result'} cannot be read as {form}: {exc}") from None


def _of_csv(text: str, delimiter: str) -> _Lines:
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    header, *rest = rows or [[]]
    return _Lines(tuple(header), tuple(_line([_cell(cell) for cell in row]) for row in rest))


def _of_objects(objects: Sequence[Any]) -> _Lines:
    columns = tuple(objects[0]) if objects else ()
    return _Lines(columns, tuple(_line(_rounded(dict(each))) for each in objects))


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cell(text: str) -> Any:
    return _significant(Decimal(text)) if _NUMBER.match(text) else text


def _rounded(value: Any) -> Any:
    """Return a JSON value whose numbers are as exact as they are compared."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return _significant(Decimal(repr(value))) if isinstance(value, float) else value


def _significant(number: Decimal) -> int | float:
    """Return a number with the digits that count; whole ones keep all of theirs."""
    if number == number.to_integral_value() and abs(number) < 10**30:
        return int(number)
    return float(f"{number:.{_DIGITS}g}")


def _as_text(found: Rows, form: str) -> str:
    stream = io.StringIO()
    write(_Once(found), stream, form=form, style=Style())
    return stream.getvalue()


class _Once:
    """Rows to be fetched, as a format wants them."""

    def __init__(self, rows: Rows) -> None:
        self.description = rows.description
        self._rows: Sequence[Sequence[Any]] = rows.rows

    def fetchmany(self, size: int, /) -> Sequence[Sequence[Any]]:
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken


def _parquet_as_json(path: Path) -> str:
    import stackduck

    try:
        with stackduck.connect(archive=False) as connection:
            cursor = connection.execute("FROM read_parquet($path)", {"path": str(path)})
            stream = io.StringIO()
            write(cursor, stream, form="json", style=Style())
            return stream.getvalue()
    except Error as exc:
        raise UnreadableError(f"{path.name} cannot be read: {str(exc).splitlines()[0]}") from None
