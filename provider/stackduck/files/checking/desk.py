"""The database on which the statements of a file are tried, and what is on it: no rows, and nothing of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackduck.engine.bounds import TimeBound
from stackduck.engine.offline import OfflineSession
from stackduck.execute.emptied import created
from stackduck.execute.rehearsal import Rehearsal
from stackduck.execute.stand_ins import StandIns
from stackduck.files.checking.definitions import has_rows, query_of
from stackduck.sql.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from stackduck.catalog.names import Catalog
    from stackduck.sql.traps import Seen


class Desk:
    """A database in memory, for one file or for several that leave nothing of their own on it."""

    def __init__(self, catalog: Catalog, *, defaults: Mapping[str, str], seconds: float) -> None:
        """Take the values of parameters that no statement gives, and the seconds that a statement may take."""
        self.session = OfflineSession()
        self.time = TimeBound(self.session, seconds=seconds)
        """What a statement may take."""
        self.rehearsal = Rehearsal(self.session, catalog, defaults=defaults)
        self.stand_ins = StandIns(self.session)
        self.there: set[str] = set()
        """The names that are defined here, lower case."""
        self.queries: dict[str, str] = {}
        """The queries of its views and tables, by lower-case name."""
        self.passed: set[tuple[str, str]] = set()
        """Statements that can run, with their values, since something was last defined."""
        self.traps: dict[str, list[Seen]] = {}
        """The traps of statements that were looked at, by their text, since something was last defined."""
        self.is_marked = False
        """Whether a file has left something here that is not for others."""

    def serves(self, names: Collection[str]) -> bool:
        """Tell whether a file that defines these names can be checked here as if nothing were here."""
        return not self.is_marked and not self.stand_ins.names and self.there.isdisjoint(names)

    def mark(self) -> None:
        """Take note that a file has left something here that is not for others."""
        self.is_marked = True
        self.passed.clear()

    def note(self, name: str, statement: Statement, *, is_made: bool) -> None:
        """Take note of a name that a statement should have defined; a stand-in takes its place where it has not."""
        self.there.add(name)
        self.passed.clear()
        self.traps.clear()
        self.queries[name] = query_of(statement)
        if has_rows(statement):
            if not self.session.has_table((name,)):
                self.stand_ins.add(name)
        elif not is_made:
            self.stand_ins.note_unmade(name, is_type=created(statement) == "TYPE")

    def close(self) -> None:
        """Close the database."""
        self.time.close()
        self.session.close()
