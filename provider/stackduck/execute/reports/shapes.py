"""What the documents declare of a report's rows, as ingestion and relations take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackduck.engine.ingest.trees import Listed, ReportShape, Struct, text_of
from stackduck.engine.report_sql import EXTRA
from stackduck.engine.session import quoted
from stackduck.engine.shapes import text
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.reports.kinds import report_of

if TYPE_CHECKING:
    from stackduck.catalog.model import Method
    from stackduck.catalog.names import Catalog
    from stackduck.engine.session import ColumnTypes
    from stackduck.sql.plan import Scan

PROVIDER, SERVICE = "github", "copilot_usage"
WINDOWS = "feature_engagement_windows"


@frozen
class About:
    """What a method's document says of the report that it reads."""

    report: str
    scope: str
    array: str = ""
    """The dotted path of the array of which a row is one element; empty for the report's own rows."""
    is_window: bool = False
    """Whether it is of the 28-day report's wrapper, not of its days."""


def about(method: Method) -> About:
    """Return what a method's document says of its report."""
    said = method.extras["report"]
    assert isinstance(said, dict)
    return About(said["report"], said["scope"], said.get("array", ""), bool(said.get("wrapper")))


def parameter_columns(scan: Scan, name: str) -> list[str]:
    """Return the SELECT list's items for a scan's parameters, where `name` is whose report it is."""
    scope = about(scan.method).scope
    values = {p.column: text(name) if p.name == scope else "NULL::VARCHAR" for p in scan.parameters}
    return [f"{value} AS {quoted(column)}" for column, value in values.items()]


def report_shape(catalog: Catalog, report: str, scope: str) -> ReportShape:
    """Return the shape of a report's rows, without `extra`."""
    columns = _columns(catalog, report_of(report).parent, scope)
    return ReportShape(report, tuple(each for each in columns if each[0] != EXTRA), report_of(report).key)


def engagement_columns(catalog: Catalog, scope: str) -> ColumnTypes:
    """Return the columns of a window's feature engagement."""
    return tuple(each for each in _columns(catalog, WINDOWS, scope) if each[0] != EXTRA)


def _columns(catalog: Catalog, resource: str, scope: str) -> ColumnTypes:
    methods = catalog.resource(PROVIDER, SERVICE, resource).methods_for("select")
    method = next((each for each in methods if about(each).scope == scope), None)
    if method is None:
        raise ProgrammingError(f"{PROVIDER}.{SERVICE}.{resource} has no method for {scope}; correct the document")
    return tuple((column.name, column.type) for column in method.columns)


def element_fields(shape: ReportShape, array: str) -> ColumnTypes:
    """Return the names and types of the fields of an array's elements. Raises ProgrammingError for no such array."""
    node = shape.row
    for name in array.split("."):
        node = node.fields.get(name) if isinstance(node, Struct) else None  # type: ignore[assignment]
    element = node.element if isinstance(node, Listed) else None
    if not isinstance(element, Struct):
        raise ProgrammingError(f"the report {shape.report} has no array {array}; correct the document")
    return tuple((name, text_of(child)) for name, child in element.fields.items())


def paths_read(scan: Scan, shape: ReportShape) -> tuple[tuple[str, ...], ...] | None:
    """Return the fields of a report that a scan may read; None for all, and for `extra`, which all may fill."""
    array = about(scan.method).array
    names = [c.name for c in scan.columns if scan.needed is None or c.name.lower() in scan.needed]
    if not array:
        return None if EXTRA in names else tuple((name,) for name in names)
    inside = {name for name, _ in element_fields(shape, array)}
    path = tuple(array.split("."))
    # The array itself is read for its length where none of its fields is.
    fields = [(*path, name) for name in names if name in inside] or [path]
    return (*((name,) for name in names if name not in inside), *fields)
