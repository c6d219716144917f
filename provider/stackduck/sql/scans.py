"""What a plan holds: the scans that fill relations, by calls or from reports, and the SQL that reads these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stackduck.catalog.model import Column, Method, Request, Resource
from stackduck.sql import reports
from stackduck.sql.methods import Call
from stackduck.sql.relations import ColumnTypes
from stackduck.sql.reports import Selection


@dataclass(frozen=True, slots=True)
class ScanParameter:
    """A parameter as a column of the relation."""

    name: str
    column: str
    """The column's name: the parameter's own, or another one where a response field has it."""
    type: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The calls that fill one relation, or what of a report does."""

    relation: str
    resource: Resource
    method: Method
    parameters: tuple[ScanParameter, ...]
    calls: tuple[Call, ...]
    requests: tuple[Request, ...]
    """Empty for a report: which links to ask for depends on what is kept here."""
    needed: frozenset[str] | None = None
    """Lower-case names that the statement may read, or None for all."""
    selections: tuple[Selection, ...] = ()
    """What to read of a report, one for each enterprise or organization; empty for any other resource."""

    @property
    def is_report(self) -> bool:
        """Whether the rows are what reports hold, and not what calls answer."""
        return reports.is_report(self.method)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The documented fields, in document order."""
        return self.method.columns

    @property
    def types(self) -> ColumnTypes:
        """All columns of the relation: the fields, then the parameters."""
        return (*((c.name, c.type) for c in self.columns), *((p.column, p.type) for p in self.parameters))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to call, and what to run over it."""

    sql: str
    scans: tuple[Scan, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    is_parsed: bool = True

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every distinct request of the plan."""
        return tuple(dict.fromkeys(r for s in self.scans for r in s.requests))
