"""The SQL of a report's relations over its Parquet files: the rows themselves, or the elements of an array in them.

Only text is made here. Files name their days by their folders; a file that an older stackduck wrote may lack columns,
or have other types, and gives NULL, or is cast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from stackduck.engine.ingest.trees import ReportShape
from stackduck.engine.session import ColumnTypes, quoted
from stackduck.engine.shapes import text
from stackduck.frozen import frozen

EXTRA = "extra"
_PARTITIONS = "hive_partitioning = true, hive_types = {'day': DATE, 'scope': VARCHAR, 'name': VARCHAR}"

Describe = Callable[[str], Sequence[tuple[str, str]]]
"""Returns the column names and types of a query."""


@frozen
class Kept:
    """A file of a day, and the digest of its columns."""

    path: Path
    columns: str


@frozen
class Reports:
    """The files of one report."""

    shape: ReportShape
    files: Sequence[Kept]
    describe: Describe
    """Asked for the columns of files whose digest is another one."""
    is_partitioned: bool = True
    """Whether the files' days are the names of their folders, as an archive's are, and no column."""

    def rows(self, columns: Sequence[str]) -> str:
        """Return the query of the report's rows with these columns, in this order; `extra` may be among them."""
        types = {**dict(self.shape.columns), EXTRA: "JSON"}
        wanted = [(name, types[name]) for name in columns]
        parts = [self._read(group, wanted, digest) for digest, group in self._groups().items()]
        return " UNION ALL ".join(parts) or _nothing(wanted)

    def elements(self, array: str, keys: Sequence[str], fields: ColumnTypes) -> str:
        """Return the query of the elements of an array, by its dotted path, with key columns of their rows before."""
        column, *inside = array.split(".")
        path = ".".join(quoted(name) for name in (column, *inside))
        names = list(dict.fromkeys(keys))
        kept = "".join(f"{quoted(name)}, " for name in names)
        chosen = ", ".join([*map(quoted, names), *(f"e.{quoted(name)} AS {quoted(name)}" for name, _ in fields)])
        rows = self.rows(list(dict.fromkeys([*names, column])))
        return f"SELECT {chosen} FROM (SELECT {kept}unnest({path}) AS e FROM ({rows}))"

    def _groups(self) -> Mapping[str, list[Path]]:
        groups: dict[str, list[Path]] = {}
        for file in self.files:
            groups.setdefault(file.columns, []).append(file.path)
        return groups

    def _read(self, paths: Sequence[Path], wanted: ColumnTypes, digest: str) -> str:
        options = _PARTITIONS if self.is_partitioned else "hive_partitioning = false"
        source = f"read_parquet([{', '.join(text(str(path)) for path in paths)}], {options})"
        if digest == self.shape.digest:
            return f"SELECT {', '.join(quoted(name) for name, _ in wanted)} FROM {source}"
        there = dict(self.describe(f"SELECT * FROM read_parquet({text(str(paths[0]))}, {options})"))
        chosen = (
            f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}" if name in there else f"NULL::{kind} AS {quoted(name)}"
            for name, kind in wanted
        )
        return f"SELECT {', '.join(chosen)} FROM {source}"


def _nothing(wanted: ColumnTypes) -> str:
    listed = ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in wanted)
    return f"SELECT {listed} WHERE false"
