"""Typed rows as Parquet pieces, of one day or of several, until all of a report is there; and doubles among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stackduck.engine.ingest.workbench import Workbench
from stackduck.engine.session import quoted
from stackduck.engine.shapes import text

PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 20480, WRITE_BLOOM_FILTER false"
STRAY = "stray day: "
"""Begins DuckDB's error for a row of a day that was not asked for."""
_NO_HIVE = "hive_partitioning = false"
_PLACE = "filename, file_row_number"


@dataclass(frozen=True, slots=True)
class Piece:
    """A Parquet file with some rows, no two with the same key."""

    day: date | None
    """None where the rows say their day."""
    path: Path
    rows: int
    doubles: int = 0
    """Rows that gave way to a later one of the same key and differ from it."""


@dataclass(frozen=True, slots=True)
class Written:
    """A piece as it was first written."""

    piece: Piece
    has_doubles: bool
    measure: int
    """What its writer wanted to know of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """The columns that tell rows apart; a row without one of them is nobody's double."""

    names: tuple[str, ...]

    @property
    def columns(self) -> str:
        """The columns, for PARTITION BY; a constant where a day has but one row."""
        return ", ".join(map(quoted, self.names)) or "1"

    @property
    def is_known(self) -> str:
        """The condition under which a row has its key."""
        return " AND ".join(f"{quoted(name)} IS NOT NULL" for name in self.names) or "true"

    @property
    def has_doubles(self) -> str:
        """The aggregate that tells whether two rows have the same key."""
        different = f"count(DISTINCT ({self.columns})) FILTER ({self.is_known})" if self.names else "1"
        return f"count(*) FILTER ({self.is_known}) > {different}"


@dataclass(frozen=True, slots=True)
class Days:
    """Of which days rows may be: of one, which they need not say then, or of several, or of any."""

    one: date | None = None
    several: tuple[date, ...] = ()

    def only(self, rows: str) -> str:
        """Return the query of rows that fails for a row of another day."""
        listed = ", ".join(f"DATE '{day}'" for day in ([self.one] if self.one else self.several))
        is_right = f"day IN ({listed})" if listed else "day IS NOT NULL"
        said = f"error({text(STRAY)} || coalesce(day::VARCHAR, 'none'))"
        chosen = "* EXCLUDE (day)" if self.one else "*"
        return f"SELECT {chosen} FROM ({rows}) WHERE CASE WHEN {is_right} THEN true ELSE {said} END"


def write(bench: Workbench, days: Days, rows: str, *, path: Path, key: Key, measure: str) -> Written:
    """Write the rows of a query; `measure` is an aggregate that is asked of them."""
    piece = _written(bench, days.one, days.only(rows), path=path)
    asked = f"SELECT coalesce({key.has_doubles}, false), coalesce({measure}, 0)::BIGINT FROM {_source([piece])}"
    return Written(piece, *bench.rows(asked)[0])


def _written(bench: Workbench, day: date | None, rows: str, *, path: Path) -> Piece:
    path.parent.mkdir(exist_ok=True)
    return Piece(day, path, int(bench.rows(f"COPY ({rows}) TO {text(str(path))} ({PARQUET})")[0][0]))


def settled(bench: Workbench, written: Written, key: Key, *, days: Days, rows: str) -> Piece:
    """Return a piece that was written from this query with one row of each key: the last one."""
    piece = written.piece
    if not written.has_doubles:
        return piece
    # What several threads read is written in any order.
    with bench.in_order():
        _written(bench, piece.day, days.only(rows), path=piece.path)
    return without_doubles(bench, [piece], key)


def repeated_days(bench: Workbench, pieces: Sequence[Piece], key: Key) -> list[date]:
    """Return the days of which two rows have the same key."""
    if not pieces:
        return []
    source = _source(pieces, "hive_types = {'day': DATE}, hive_partitioning = true")
    found = bench.rows(f"SELECT day FROM {source} GROUP BY day HAVING {key.has_doubles} ORDER BY day")
    return [day for (day,) in found]


def without_doubles(bench: Workbench, pieces: Sequence[Piece], key: Key) -> Piece:
    """Write the pieces of a day, in the order of the links, as one with the last row of each key."""
    source = _source(pieces, f"filename = true, file_row_number = true, {_NO_HIVE}")
    latest = f"row_number() OVER (PARTITION BY {key.columns} ORDER BY filename DESC, file_row_number DESC)"
    bench.rows(
        f"CREATE OR REPLACE TEMP TABLE doubled AS SELECT {_PLACE}, {latest} AS nth FROM {source} "
        f"WHERE {key.is_known} QUALIFY count(*) OVER (PARTITION BY {key.columns}) > 1"
    )
    variants = f"SELECT DISTINCT * EXCLUDE ({_PLACE}) FROM {source} SEMI JOIN doubled USING ({_PLACE})"
    kept = "SELECT count(*) FROM doubled WHERE nth = 1"
    doubles = int(bench.rows(f"SELECT (SELECT count(*) FROM ({variants})) - ({kept})")[0][0])
    earlier = "(FROM doubled WHERE nth > 1)"
    rows = f"SELECT * EXCLUDE ({_PLACE}) FROM {source} ANTI JOIN {earlier} USING ({_PLACE})"
    last = pieces[-1]
    written = _written(bench, last.day, rows, path=last.path.with_name(f"{last.path.stem}-settled.parquet"))
    bench.rows("DROP TABLE doubled")
    for each in pieces:
        each.path.unlink()
    return Piece(last.day, written.path, written.rows, doubles + sum(each.doubles for each in pieces))


def have_doubles(bench: Workbench, pieces: Sequence[Piece], key: Key) -> bool:
    """Tell whether two rows have the same key."""
    return len(pieces) > 1 and bool(bench.rows(f"SELECT {key.has_doubles} FROM {_source(pieces)}")[0][0])


def extras(bench: Workbench, pieces: Sequence[Piece]) -> list[tuple[date, str, str]]:
    """Return, for each day, the names in `extra` and a value of each."""
    is_by_day = any(piece.day for piece in pieces)
    source = _source(pieces, "hive_types = {'day': DATE}, hive_partitioning = true" if is_by_day else _NO_HIVE)
    escaped = "replace(replace(k, '\\', '\\\\'), '\"', '\\\"')"
    return bench.rows(
        f"SELECT day, k, any_value(json_extract(extra, '$.\"' || {escaped} || '\"')) FROM "
        f"(SELECT day, extra, unnest(json_keys(extra)) AS k FROM {source} WHERE extra IS NOT NULL) "
        "GROUP BY day, k ORDER BY day, k"
    )


def _source(pieces: Sequence[Piece], options: str = _NO_HIVE) -> str:
    listed = ", ".join(text(str(piece.path)) for piece in pieces)
    return f"read_parquet([{listed}], {options})"
