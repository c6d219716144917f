"""One downloaded file of a report, whatever its form, as newline-delimited records in a plain file.

The form is told by the content: compression, a byte order mark, one object a line, one object over many lines, an
array, a wrapper with `day_totals`, or nothing at all. GitHub's content types and file names say too little.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from stackduck.engine.ingest import unwrapping
from stackduck.engine.ingest.unpacking import unpacked
from stackduck.engine.ingest.unwrapping import NotJSONError
from stackduck.engine.ingest.workbench import Workbench
from stackduck.errors import DataError, Error
from stackduck.frozen import frozen

_MARK = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
_INNER_RETURN = re.compile(rb"\r[^\n]")
"""A carriage return that ends no line of those that end with a newline."""
_OPENING = 1_000_000
REMEDY = "run it again; where it stays so, ask for single days, and leave out the one that fails"
"""What helps against a file that is not as it should be."""


@frozen
class Records:
    """The records of one part."""

    path: Path
    """One JSON object a line; the part itself where that is its form."""
    is_empty: bool = False
    """Whether there is no record in it."""
    is_no_report: bool = False
    """Whether it says in words that there is no report, which is not the same as no record."""
    head: Mapping[str, Any] = field(default_factory=dict)
    """A wrapper's fields beside its `day_totals`."""


def opened(bench: Workbench, part: Path, folder: Path) -> Records:
    """Return the records of a part, in a file in the folder where the part's own form is another.

    Raises NotJSONError.
    """
    plain = unpacked(bench, part, folder)
    with plain.open("rb") as file:
        opening = file.read(_OPENING)
    if opening.startswith(_MARK):
        plain, opening = _without_mark(plain, folder), opening.removeprefix(_MARK)
    start = opening.lstrip(_SPACE)
    if not start:
        is_all = plain.stat().st_size <= _OPENING
        return Records(plain, is_empty=True) if is_all else _unwrapped(plain, folder)
    if start[:1] in (b'"', b"n"):
        return _said_nothing(plain, start)
    if start[:1] not in (b"{", b"["):
        raise NotJSONError("it begins with neither { nor [")
    has_inner_return = b"\r" in opening and _INNER_RETURN.search(opening)
    if start[:1] == b"{" and _is_record(start) and not has_inner_return:
        return Records(plain)
    return _unwrapped(plain, folder)


def _without_mark(path: Path, folder: Path) -> Path:
    target = folder / f"{path.name}.unmarked"
    with path.open("rb") as source, target.open("wb") as file:
        source.seek(len(_MARK))
        shutil.copyfileobj(source, file, _OPENING)
    return target


def _said_nothing(path: Path, start: bytes) -> Records:
    """Take a JSON string or null for what GitHub sends where there is no report."""
    try:
        said = json.loads(start)
    except ValueError as exc:
        raise NotJSONError("it begins with neither { nor [") from exc
    if said and not str(said).lower().startswith("no report"):
        raise NotJSONError("it is a text, not records")
    return Records(path, is_empty=True, is_no_report=True)


def _is_record(start: bytes) -> bool:
    """Tell whether the first line is a whole object that wraps nothing."""
    end = start.find(b"\n")
    try:
        first = json.loads(start if end < 0 else start[:end])
    except ValueError:
        return False
    return unwrapping.TOTALS not in first


def _unwrapped(path: Path, folder: Path) -> Records:
    """Write each record on a line of its own."""
    target = folder / f"{path.name}.records"
    head: dict[str, Any] = {}
    with target.open("wb") as file:
        file.writelines(record.encode() + b"\n" for record in unwrapping.records(path, head))
    return Records(target, is_empty=not target.stat().st_size and not head, head=head)


def reason(exc: Error) -> str:
    """Return what DuckDB says of a text that is no JSON, without the text and without its path."""
    said, *more = str(exc).split("\n")
    # That of a line that is too long stands behind the line.
    said += next((line for line in more if line.startswith("Maximum line size")), "")
    for known in (
        "Malformed JSON",
        "JSON transform error",
        "Invalid unicode",
        "Maximum line size",
        "maximum_object_size",
    ):
        if known in said:
            return known.lower().replace("json", "JSON").replace("_", " ")
    return "it is damaged"


def refused(label: str, numbers: str, why: str) -> DataError:
    """Return the error for a part that cannot be read; `numbers` are those among which it is."""
    return DataError(f"{label}: part {numbers} of the download cannot be read ({why}); {REMEDY}")
