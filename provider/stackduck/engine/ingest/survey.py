"""What a report file holds beside its declared values: every row's keys, fractions, and a sample's nested fields.

DuckDB's reader drops unknown keys and rounds 1.5 to 2 in silence, so the text itself is looked at. Nothing is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path as File
from typing import Any

from stackduck.engine.ingest import drift
from stackduck.engine.ingest.drift import Drift
from stackduck.engine.ingest.trees import Leaf, Listed, Node, Path, Struct, places
from stackduck.engine.ingest.workbench import UnreadableError, Workbench
from stackduck.engine.session import quoted
from stackduck.engine.shapes import text
from stackduck.errors import Error
from stackduck.frozen import frozen

LONGEST_LINE = 64_000_000
"""Bytes of a record beyond which a file is refused."""
HEAD = frozenset({"report_start_day", "report_end_day"})
"""Fields of the 28-day reports' rows that belong to the file, not to a day."""
FRACTION = r"\.\d*[1-9]\d*(?:[eE][-+]?\d+)?\s*[,}\]]"
"""A number with a fraction, from its point on; a string that looks so only makes us look closer."""
_SMALL = (r"e-\d+\s*[,}\]]", r"E-\d+\s*[,}\]]")
"""The end of a number that may have a fraction without a point. Each begins with a letter, which is found fast."""
_TRUTHS = (r"true\s*[,}\]]", r"false\s*[,}\]]")
_STRING = r'"(?:[^"\\]|\\.)*"'
_RENDERED = r"(?:\.\d*[1-9]\d*|[eE]-\d+)\s*[,}\]]"
"""The end of a number with a fraction as DuckDB writes it: once for each, however its text was written."""
TRUTH = 2**32
"""What a truth value counts among fractions, of which no file has as many."""

_USUAL_LINE = 4_000_000
"""With lines no longer than this DuckDB works on several places of a file at once."""
_TOO_LONG = ("Maximum line size", "Parallel CSV Reader")
"""DuckDB says one or the other of a line that is longer."""
_USUAL_OBJECT = 16_000_000
_NOWHERE = "\x01"
"""No JSON text has it, so that a line is one column."""
_SPACE = " \t\r"
_RETURNS = b"\r\n"
_SAMPLE_BYTES, _SAMPLE_SHARE, _SAMPLE_STEPS = 200_000, 50, 8
_FIELD = re.compile(rb'"([^"]*+"\s*+:\s*+.)')
_NUMBER = b"-0123456789"
_FIRST_BYTES = {"BIGINT": _NUMBER, "DOUBLE": _NUMBER, "BOOLEAN": b"tf", "DATE": b'"', "TIMESTAMPTZ": b'"'}


@frozen
class Survey:
    """What was found in newline-delimited records."""

    rows: int = 0
    longest: int = 0
    """Bytes of the longest record."""
    literals: int = 0
    """Numbers with a fraction and truth values, at any depth, as one count: DuckDB makes other values of some."""
    strangers: frozenset[str] = frozenset()
    """Top-level keys of any row that are not declared."""
    is_unique: bool = False
    """Whether it is known that no key comes twice."""

    def __or__(self, other: Survey) -> Survey:
        return Survey(
            self.rows + other.rows,
            max(self.longest, other.longest),
            self.literals + other.literals,
            self.strangers | other.strangers,
        )


def lines(path: File, *, longest: int, compression: str = "none") -> str:
    """Return the relation of a file's lines as text `l`, NULL for an empty one."""
    return (
        f"read_csv({text(str(path))}, columns = {{'l': 'VARCHAR'}}, auto_detect = false, header = false, "
        f"delim = '{_NOWHERE}', quote = '', escape = '', new_line = '\\n', compression = '{compression}', "
        f"hive_partitioning = false, strict_mode = false, max_line_size = {longest}, buffer_size = {2 * longest}, "
        f"parallel = {str(longest <= _USUAL_LINE).lower()})"
    )


def keys_and_literals(bench: Workbench, path: File, row: Struct) -> Survey:
    """Look at every row; raises DuckDB's error for a line that is no JSON, UnreadableError for one that is too long."""
    found = _found(bench, path)
    keys = {key for group, *_ in found for key in group}
    return Survey(
        rows=sum(count for _, count, _, _ in found),
        longest=max((longest for _, _, longest, _ in found), default=0),
        literals=sum(literals for *_, literals in found),
        strangers=frozenset(keys - row.fields.keys() - HEAD),
    )


def _found(bench: Workbench, path: File) -> list[tuple[Any, ...]]:
    # A first or last line that is longer than its buffer DuckDB leaves out in silence.
    longest = _longest_end(path)
    if longest > LONGEST_LINE:
        raise UnreadableError("Maximum line size")
    if longest <= _USUAL_LINE:
        try:
            return bench.rows(_keys_and_literals(path, longest=_USUAL_LINE))
        except Error as exc:
            if not any(each in str(exc) for each in _TOO_LONG):
                raise
    return bench.rows(_keys_and_literals(path, longest=LONGEST_LINE))


def _longest_end(path: File) -> int:
    """Return the bytes of the first or the last line that is not blank, whichever has more."""
    if not path.stat().st_size:
        return 0
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        start, end = 0, len(text)
        while start < end and text[start] in _RETURNS:
            start += 1
        while start < end and text[end - 1] in _RETURNS:
            end -= 1
        first = text.find(b"\n", start, end)
        last = text.rfind(b"\n", start, end)
        return end - start if first < 0 else max(first - start, end - last - 1)


def _keys_and_literals(path: File, *, longest: int) -> str:
    # Only CASE spares the lines that are objects the trimming.
    is_record = f"CASE WHEN starts_with(l, '{{') THEN true ELSE trim(l, {text(_SPACE)}) <> '' END"
    records = f"{lines(path, longest=longest)} WHERE {is_record}"
    return (
        "SELECT any_value(k), count(*), max(b), sum(f) FROM (SELECT json_keys(l) AS k, strlen(l) AS b, "
        f"{_literals_in('l')} AS f FROM {records}) GROUP BY hash(k)"
    )


def _literals_in(value: str) -> str:
    """Return the SQL that counts the literals in a JSON text."""
    numbers = (f"len(regexp_extract_all({value}, {text(each)}))" for each in (FRACTION, *_SMALL))
    truths = (f"len(regexp_extract_all({value}, {text(each)})) * {TRUTH}" for each in _TRUTHS)
    return " + ".join((*numbers, *truths))


class Expectation:
    """What a record's text may hold, judged by names alone wherever they stand: cheap, and enough to look closer."""

    def __init__(self, row: Struct) -> None:
        """Collect, for each declared name, the bytes with which its value may begin."""
        self._row, self._allowed = row, _allowed(row)

    def look(self, sample: bytes, *, is_narrow: bool = False) -> tuple[frozenset[Path], bool]:
        """Return the undeclared nested fields of some whole lines, and whether a value is of another kind.

        Where the row is narrow, undeclared fields are those that nobody asks for.
        """
        is_strange = is_suspect = False
        for found in set(_FIELD.findall(sample)):
            name, first = found[: found.index(b'"')], found[-1:]
            allowed = self._allowed.get(name)
            is_strange |= allowed is None
            is_suspect |= allowed is not None and first not in allowed
        return (self._nested(sample) if is_strange and not is_narrow else frozenset()), is_suspect

    def _nested(self, sample: bytes) -> frozenset[Path]:
        paths: set[Path] = set()
        for line in sample.split(b"\n"):
            try:
                paths.update(_strangers(json.loads(line), self._row, ()))
            except ValueError:
                # Who looks at every row says that it is no JSON.
                continue
        return frozenset(path for path in paths if len(path) > 1)


@lru_cache
def _allowed(row: Struct) -> Mapping[bytes, bytes]:
    """Return the bytes with which a value may begin, by its field's name."""
    allowed: dict[bytes, bytes] = {name.encode(): b'"' for name in HEAD}
    for place in places(row):
        name = place.path[-1].encode()
        allowed[name] = allowed.get(name, b"n") + _first_bytes(place.node)
    return allowed


def _first_bytes(node: Node) -> bytes:
    if isinstance(node, Listed):
        return b"["
    if isinstance(node, Struct):
        return b"{"
    return _FIRST_BYTES.get(node.type, b'"tf{[' + _NUMBER)


def _strangers(value: object, node: Node | None, path: Path) -> Iterator[Path]:
    if node is None:
        yield path
    elif isinstance(node, Listed) and isinstance(value, list):
        for element in value:
            yield from _strangers(element, node.element, path)
    elif isinstance(node, Struct) and isinstance(value, dict):
        for name, child in value.items():
            yield from _strangers(child, node.fields.get(name), (*path, name))


def sample(path: File) -> bytes:
    """Return some whole lines of a file, from several places in it; all when it is small."""
    size = path.stat().st_size
    wanted = max(_SAMPLE_BYTES, size // _SAMPLE_SHARE)
    with path.open("rb") as file:
        if size <= wanted:
            return file.read()
        some = []
        for step in range(_SAMPLE_STEPS):
            file.seek(size * step // _SAMPLE_STEPS)
            if step:
                file.readline()
            some.append(file.read(wanted // _SAMPLE_STEPS) + file.readline())
    return b"\n".join(some)


def records(paths: Sequence[File], row: Struct, found: Drift, *, longest: int) -> str:
    """Return the relation of the rows of files with their declared types, and unknown or doubtful fields as JSON."""
    listed = ", ".join(text(str(path)) for path in paths)
    largest = max(_USUAL_OBJECT, longest + 1)
    return (
        f"read_json([{listed}], format = 'newline_delimited', records = true, compression = 'none', "
        f"hive_partitioning = false, maximum_object_size = {largest}, columns = {drift.columns(row, found)})"
    )


def misfits(bench: Workbench, paths: Sequence[File], row: Struct, *, longest: int) -> Drift:
    """Look at every value of every row, and return the declared fields where not all fit. Slow; for files in doubt."""
    arrays = [name for name, node in row.fields.items() if isinstance(node, Listed)]
    # What DuckDB takes out of several arrays at once does not fit into its memory.
    some = [{*row.fields} - {*arrays}, *({name} for name in arrays)]
    found = (_misfits_of(bench, paths, row, names, longest=longest) for names in some)
    return Drift(watched=frozenset(path for each in found for path in each))


def _misfits_of(
    bench: Workbench, paths: Sequence[File], row: Struct, names: Collection[str], *, longest: int
) -> list[Path]:
    """Return the fields of some columns where not all values fit."""
    asked = [(place, aggregate) for place, aggregate in drift.misfits(row) if place.path[0] in names]
    if not asked:
        return []
    as_json = Struct({name: drift.JSON for name in row.fields if name in names})
    source = records(paths, as_json, Drift(), longest=longest)
    found = bench.rows(f"SELECT {', '.join(aggregate for _, aggregate in asked)} FROM {source}")[0]
    return [place.path for (place, _), is_lost in zip(asked, found, strict=True) if is_lost]


@lru_cache
def literals(row: Struct) -> str:
    """Return the SQL aggregate of the numbers with a fraction and the truth values among typed rows.

    Where those columns were read strictly it counts no literal that the text does not have; so it is less than what
    the text has, never the same, where one of them became something else.
    """
    counted = (place for place in places(row) if place.node in (Leaf("DOUBLE"), Leaf("BOOLEAN")))
    counts = [*(_literals(place.path, row) for place in counted), _literals_in_extra()]
    return f"coalesce(sum({' + '.join(f'coalesce({each}, 0)' for each in counts)}), 0)"


def _literals_in_extra() -> str:
    """Return the SQL that counts the literals in `extra`; DuckDB writes its numbers anew, and its strings."""
    bare = f"regexp_replace(CAST(extra AS VARCHAR), {text(_STRING)}, '', 'g')"
    truths = f"len(regexp_extract_all({bare}, 'true|false')) * {TRUTH}"
    return f"CASE WHEN extra IS NOT NULL THEN len(regexp_extract_all({bare}, {text(_RENDERED)})) + {truths} END"


def _literals(path: Path, row: Struct) -> str:
    value, node, depth = quoted(path[0]), row.fields[path[0]], 1
    while depth < len(path) and isinstance(node, Struct):
        value, node, depth = f"{value}.{quoted(path[depth])}", node.fields[path[depth]], depth + 1
    if isinstance(node, Listed):
        inner = _literals(("e", *path[depth:]), Struct({"e": node.element}))
        return f"list_sum(list_transform({value}, lambda e: {inner}))"
    if node == Leaf("BOOLEAN"):
        return f"({value} IS NOT NULL)::BIGINT * {TRUTH}"
    return f"({value} <> trunc({value}))::BIGINT"
