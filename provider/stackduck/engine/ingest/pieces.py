"""Typed rows as Parquet pieces, of one day or of several, until all of a report is there; and doubles among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.ingest.workbench import Workbench
from stackduck.engine.session import quoted
from stackduck.engine.shapes import text
from stackduck.frozen import frozen

PARQUET = "FORMAT parquet, ROW_GROUP_SIZE 20480, WRITE_BLOOM_FILTER false"
STRAY = "stray day: "
"""Begins DuckDB's error for a row of a day that was not asked for."""
_NO_HIVE = "hive_partitioning = false"
_HIVE = "hive_types = {'day': DATE}, hive_partitioning = true"
_PLACE = "filename, file_row_number"


@frozen
class Piece:
    """A Parquet file with some rows, no two with the same key."""

    day: date | None
    """None where the rows say their day."""
    path: Path
    rows: int
    doubles: int = 0
    """Rows that gave way to a later one of the same key and differ from it."""


@frozen
class Written:
    """Pieces as they were first written."""

    pieces: tuple[Piece, ...]
    doubled: frozenset[date | None]
    """Of which days two rows have the same key."""
    measure: int
    """What their writer wanted to know of them."""


@frozen
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


@frozen
class Rows:
    """A relation of typed rows."""

    relation: str
    added: str = ""
    """Columns to come behind its own, as a select list has them."""


@frozen
class Days:
    """Of which days rows may be, and how pieces are made of them."""

    one: date | None = None
    """A day that all are of: one piece, which does not say it."""
    several: tuple[date, ...] = ()
    """Where it is not one: those, or any where there are none."""
    are_apart: bool = False
    """Whether each day is a piece of its own; else one piece has them all, and `day` is a column of it."""

    def only(self, rows: Rows) -> str:
        """Return the query of rows that fails for a row of another day."""
        is_right = " OR ".join(_ranges([self.one] if self.one else self.several)) or "day IS NOT NULL"
        said = f"error({text(STRAY)} || coalesce(day::VARCHAR, 'none'))"
        chosen = ", ".join(filter(None, ("* EXCLUDE (day)" if self.one else "*", rows.added)))
        return f"SELECT {chosen} FROM {rows.relation} WHERE CASE WHEN {is_right} THEN true ELSE {said} END"


def _ranges(days: Sequence[date]) -> Iterator[str]:
    """Return the conditions that a day is in one of the runs of days; DuckDB makes a join of IN, which has no order."""
    run: list[date] = []
    for day in sorted(set(days)):
        if run and day - run[-1] != timedelta(days=1):
            yield f"day BETWEEN DATE '{run[0]}' AND DATE '{run[-1]}'"
            run = []
        run.append(day)
    if run:
        yield f"day BETWEEN DATE '{run[0]}' AND DATE '{run[-1]}'"


@frozen
class Target:
    """Where pieces go."""

    folder: Path
    name: str
    """Sorts after those of earlier parts."""
    codec: str = "zstd"

    def path(self, day: date | None) -> Path:
        """Return the file of a day's piece, or of a piece of several."""
        return (self.folder / f"day={day}" if day else self.folder) / f"{self.name}.parquet"


def write(bench: Workbench, days: Days, rows: Rows, *, target: Target, key: Key | None, measure: str) -> Written:
    """Write the rows of a query; `measure` is an aggregate that is asked of them.

    Without a key nobody looks for doubles.
    """
    if days.are_apart:
        found = _written_apart(bench, days.only(rows), target=target)
    else:
        found = [_written(bench, days.one, days.only(rows), path=target.path(days.one), codec=target.codec)]
    if not found or (key is None and measure == "0"):
        return Written(tuple(found), frozenset(), 0)
    day, options = ("day", _HIVE) if days.are_apart else ("NULL", _NO_HIVE)
    asked = f"SELECT {day}, coalesce({key.has_doubles if key else 'false'}, false), coalesce({measure}, 0)::BIGINT"
    told = bench.rows(f"{asked} FROM {_source(found, options)} {'GROUP BY day' if days.are_apart else ''}")
    doubled = frozenset(each if days.are_apart else days.one for each, is_doubled, _ in told if is_doubled)
    return Written(tuple(found), doubled, sum(each for *_, each in told))


def empty(bench: Workbench, shape: ReportShape, day: date, *, folder: Path) -> Piece:
    """Write a piece of a day on which nothing happened."""
    columns = [(name, kind) for name, kind in shape.columns if name != "day"]
    listed = ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in (*columns, ("extra", "JSON")))
    return _written(bench, day, f"SELECT {listed} WHERE false", path=folder / f"day={day}" / "empty.parquet")


def _written(bench: Workbench, day: date | None, rows: str, *, path: Path, codec: str = "zstd") -> Piece:
    path.parent.mkdir(exist_ok=True)
    asked = f"COPY ({rows}) TO {text(str(path))} ({PARQUET}, COMPRESSION {codec})"
    return Piece(day, path, int(bench.rows(asked)[0][0]))


def _written_apart(bench: Workbench, rows: str, *, target: Target) -> list[Piece]:
    """Write the rows of each day to a piece of its own; seldom to several."""
    names = f"PARTITION_BY (day), FILENAME_PATTERN {text(f'{target.name}-{{i}}')}, OVERWRITE_OR_IGNORE, RETURN_STATS"
    asked = f"COPY ({rows}) TO {text(str(target.folder))} ({PARQUET}, COMPRESSION {target.codec}, {names})"
    found = ((Path(name), count) for name, count, *_ in bench.rows(asked))
    pieces = [Piece(date.fromisoformat(path.parent.name.removeprefix("day=")), path, count) for path, count in found]
    return sorted(pieces, key=lambda piece: piece.path)


def settled(bench: Workbench, written: Written, key: Key, *, days: Days, rows: Rows, target: Target) -> list[Piece]:
    """Return the pieces that were written from this query with one row of each key: the last one."""
    if not written.doubled:
        return list(written.pieces)
    # What several threads read is written in any order.
    with bench.in_order():
        if not days.are_apart:
            _written(bench, days.one, days.only(rows), path=target.path(days.one))
            return [without_doubles(bench, written.pieces, key)]
        ordered = _written(bench, None, days.only(rows), path=target.folder / f"{target.name}-ordered.parquet")
        kept = [piece for piece in written.pieces if piece.day not in written.doubled]
        for piece in written.pieces:
            if piece.day in written.doubled:
                piece.path.unlink()
        for day in sorted(day for day in written.doubled if day):
            some = f"SELECT * EXCLUDE (day) FROM {_source([ordered])} WHERE day = DATE '{day}'"
            kept.append(without_doubles(bench, [_written(bench, day, some, path=target.path(day))], key))
    ordered.path.unlink()
    return kept


def repeated_days(bench: Workbench, pieces: Sequence[Piece], key: Key) -> list[date]:
    """Return the days of which two rows have the same key."""
    if not pieces:
        return []
    source = _source(pieces, _HIVE)
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
    source = _source(pieces, _HIVE if is_by_day else _NO_HIVE)
    escaped = "replace(replace(k, '\\', '\\\\'), '\"', '\\\"')"
    return bench.rows(
        # No path leads to an empty name.
        f"SELECT day, k, any_value(CASE WHEN k <> '' THEN json_extract(extra, '$.\"' || {escaped} || '\"') END) FROM "
        f"(SELECT day, extra, unnest(json_keys(extra)) AS k FROM {source} WHERE extra IS NOT NULL) "
        "GROUP BY day, k ORDER BY day, k"
    )


def _source(pieces: Sequence[Piece], options: str = _NO_HIVE) -> str:
    listed = ", ".join(text(str(piece.path)) for piece in pieces)
    return f"read_parquet([{listed}], {options})"
