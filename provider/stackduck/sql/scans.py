"""What a plan holds: the scans that fill relations, by calls or from reports, and the SQL that reads these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from stackduck.catalog.model import Column, Method, Request, Resource
from stackduck.frozen import frozen
from stackduck.sql import reports
from stackduck.sql.methods import Call
from stackduck.sql.relations import ColumnTypes
from stackduck.sql.reports import Selection
from stackduck.sql.values import Values


@frozen
class ScanParameter:
    """A parameter as a column of the relation."""

    name: str
    column: str
    """The column's name: the parameter's own, or another one where a response field has it."""
    type: str


@frozen
class Feed:
    """A query over relations that are loaded, whose rows are values of parameters."""

    sql: str
    names: tuple[str, ...]
    """The parameters, one a column; day for the day of a report."""
    kinds: tuple[str, ...]
    """Their DuckDB types."""
    origins: tuple[str, ...]
    """Where each of them comes from, in the user's words: m.login of github.orgs.members."""
    parameters: Mapping[str, object] = field(default_factory=dict)
    """The bound values that the query names."""
    is_local: bool = False
    """Whether the query reads nothing that must be asked for first."""


@frozen
class FedCalls:
    """Calls that are only known when the statement runs: the written values times the rows of the feeds."""

    feeds: tuple[Feed, ...]
    listed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The other parameters with the values that the statement gives them."""
    within: Mapping[str, Values] = field(default_factory=dict)
    """What the statement itself says of fed values: others are not asked for."""


@frozen
class Kept:
    """Rows that are computed once, because they might be others at a second time."""

    relation: str
    sql: str
    stage: int
    """Before the scans of which stage."""
    parameters: Mapping[str, object] = field(default_factory=dict)


@frozen
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
    fed: tuple[FedCalls, ...] = ()
    """The calls beside these that data tells."""
    stage: int = 0
    """How many scans that feed each other come before."""

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


@frozen
class Plan:
    """What to call, and what to run over it."""

    sql: str
    scans: tuple[Scan, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    is_parsed: bool = True
    kept: tuple[Kept, ...] = ()
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Relation → the parameters to which the statement gives no value, with the defaults that they have."""

    @property
    def relations(self) -> tuple[str, ...]:
        """Everything that is made for the statement."""
        return (*(scan.relation for scan in self.scans), *(kept.relation for kept in self.kept))

    @property
    def is_fed(self) -> bool:
        """Whether some of the calls are only known when the statement runs."""
        return any(scan.fed for scan in self.scans)

    @property
    def stages(self) -> tuple[tuple[Scan, ...], ...]:
        """The scans in their order: those of one stage need nothing but the stages before."""
        last = max((scan.stage for scan in self.scans), default=-1)
        return tuple(tuple(scan for scan in self.scans if scan.stage == at) for at in range(last + 1))

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every distinct request of the plan."""
        return tuple(dict.fromkeys(r for s in self.scans for r in s.requests))
