"""Files of reports become the relation of a scan: its documented columns, then the parameters that were given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stackduck.engine.report_sql import EXTRA, Describe, Kept, Reports
from stackduck.engine.session import quoted
from stackduck.engine.shapes import text
from stackduck.execute.reports.shapes import about, element_fields, parameter_columns
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from datetime import date

    from stackduck.engine.ingest.trees import ReportShape
    from stackduck.sql.plan import Scan


@frozen
class Files:
    """The files of one source that a scan reads."""

    name: str
    """The enterprise or organization as the statement writes it."""
    shape: ReportShape
    """What they hold; a narrowed one where they were made for this statement."""
    files: Sequence[Kept]
    days: Sequence[date] = ()
    """The only days to read, where the files name their days themselves and may have others."""


def query(scan: Scan, parts: Sequence[Files], *, describe: Describe) -> str:
    """Return the SQL of a scan's relation."""
    listed = [_one(scan, part, describe) for part in parts if part.files]
    return "\nUNION ALL\n".join(listed) or _nothing(scan)


def _one(scan: Scan, part: Files, describe: Describe) -> str:
    array = about(scan.method).array
    is_array = bool(array) and not about(scan.method).is_window
    reports = Reports(part.shape, part.files, describe, is_partitioned=not part.days)
    there = {name for name, _ in part.shape.columns} | {EXTRA}
    fields = dict(element_fields(part.shape, array)) if is_array else {}
    names = [column.name for column in scan.columns]
    if is_array:
        keys = [name for name in names if name not in fields and name in there]
        source = reports.elements(array, keys, tuple(fields.items()))
        known = {*keys, *fields}
    else:
        known = {name for name in names if name in there}
        source = reports.rows([name for name in names if name in known])
    columns = [quoted(c.name) if c.name in known else f"NULL::{c.type} AS {quoted(c.name)}" for c in scan.columns]
    columns += parameter_columns(scan, part.name)
    days = ", ".join(f"DATE {text(str(day))}" for day in part.days)
    return f"SELECT {', '.join(columns)} FROM ({source}){f' WHERE day IN ({days})' if days else ''}"


def _nothing(scan: Scan) -> str:
    listed = ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in scan.types)
    return f"SELECT {listed} WHERE false"
