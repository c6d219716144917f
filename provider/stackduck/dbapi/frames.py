"""A result as a table of another library: pyarrow, pandas, polars, or any that speaks the Arrow PyCapsule interface.

Each library is imported when it is asked for, and none of them otherwise.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from stackduck.engine.failures import of_message
from stackduck.engine.names import distinct
from stackduck.engine.results import Result
from stackduck.errors import InterfaceError, NotSupportedError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from stackduck.engine.columnar import Batches
    from stackduck.engine.session import Session

_QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
_UNKNOWN_TO_POLARS = re.compile(r"\b(INTERVAL|UNION)\b")


class ArrowRows:
    """The rows that were left of a result, for whoever reads Arrow's C streams: `polars.DataFrame(rows)`.

    They may be taken once. Until then they step aside for other statements, as rows do; a library that goes on reading
    holds the connection until it has read them all, or is dropped.
    """

    def __init__(self, session: Session, result: Result) -> None:
        self._session = session
        self._result: Result | None = result

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the rows over as a capsule called arrow_array_stream; `requested_schema` changes nothing.

        Raises InterfaceError for rows that were handed over before, or whose cursor has gone on.
        """
        result, self._result = self._result, None
        if result is None or result.is_closed:
            raise InterfaceError("these rows are gone: they are handed over once, and while their cursor holds them")
        return self._session.hand_over(result, lambda relation: relation.__arrow_c_stream__())


def arrow_table(session: Session, result: Result) -> pyarrow.Table:
    """Return the rows as a pyarrow Table."""
    _library("pyarrow", wanted_by="fetch_arrow_table", extra="arrow")
    return session.hand_over(result, lambda relation: relation.to_arrow_table())


def record_batches(session: Session, result: Result, *, rows: int) -> tuple[Batches, pyarrow.RecordBatchReader]:
    """Return the rows in batches of so many, which are made as they are read, and their reader."""
    if rows < 1:
        raise InterfaceError(f"a batch has one row or more, not {rows}")
    arrow = _library("pyarrow", wanted_by="fetch_record_batch", extra="arrow")
    batches = session.batches(result, rows)
    return batches, arrow.RecordBatchReader.from_batches(batches.schema, iter(batches))


def pandas_frame(session: Session, result: Result) -> pandas.DataFrame:
    """Return the rows as a pandas DataFrame whose columns have Arrow's types, and names of their own: n, n_1."""
    frames = _library("pandas", wanted_by="fetch_df", extra="pandas")
    _library("pyarrow", wanted_by="fetch_df", extra="pandas")
    names = distinct([name for name, _ in _columns(result)])
    table = session.hand_over(result, lambda relation: relation.to_arrow_table(), names=names)
    return table.to_pandas(types_mapper=frames.ArrowDtype)


def polars_frame(session: Session, result: Result) -> polars.DataFrame:
    """Return the rows as a polars DataFrame; columns of one name are told apart: n, n_1."""
    frames = _library("polars", wanted_by="fetch_polars", extra="polars")
    columns = _columns(result)
    for name, kind in columns:
        if _UNKNOWN_TO_POLARS.search(_QUOTED.sub("", kind)):
            raise NotSupportedError(f"polars has no type for {kind}; write CAST({name} AS VARCHAR), or fetch_df()")
    names = distinct([name for name, _ in columns])
    try:
        return cast("polars.DataFrame", session.hand_over(result, frames.DataFrame, names=names))
    except frames.exceptions.PolarsError as exc:
        raise of_message(str(exc)) from exc


def _columns(result: Result) -> list[tuple[str, str]]:
    """Return the names of the columns, and what DuckDB calls their types."""
    return [(str(name), str(kind)) for name, kind, *_ in result.description or ()]


def _library(name: str, *, wanted_by: str, extra: str) -> Any:
    """Import a library that only some need. Raises NotSupportedError that says how to install it."""
    try:
        return import_module(name)
    except ImportError as exc:
        raise NotSupportedError(f"{wanted_by} needs {name}; run pip install 'stackduck[{extra}]'") from exc
