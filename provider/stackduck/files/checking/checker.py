"""Checks files one after the other: what keeps each statement from running, and the traps in it, become findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stackduck.engine.offline import OfflineSession
from stackduck.errors import Error, ProgrammingError
from stackduck.files import front_matter
from stackduck.files.checking import failures, locating, trials
from stackduck.files.checking.definitions import Definitions, defined
from stackduck.files.checking.desk import Desk
from stackduck.files.checking.model import Finding, Place, Report
from stackduck.files.checking.rules import RULES
from stackduck.files.checking.samples import Samples, Typist, UnfitDefaultError
from stackduck.files.checking.scripts import Flaw, Piece, Places, pieces
from stackduck.files.checking.suppressions import Suppressions
from stackduck.files.checking.trials import Trials, UnknownTableError
from stackduck.files.front_matter import FrontMatterError
from stackduck.files.model import SqlFile
from stackduck.sql import traps, variables

if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog

Found = tuple[Finding, int]
"""A finding and the offset at which it starts."""


@dataclass(slots=True)
class Script:
    """A file that could be read, in its pieces."""

    file: SqlFile
    number: int
    pieces: list[Piece] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


class Checker:
    """Checks files with one catalog; nothing is sent, and no file is opened but those that are named."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._definitions = Definitions()
        self._typist = Typist(OfflineSession())
        self._desk = Desk(catalog)

    def check(self, paths: Sequence[Path]) -> Report:
        """Check files; what one defines, the others see. Findings are in the order of the files and of their text."""
        read = [_read(path, number) for number, path in enumerate(paths)]
        for each in read:
            if isinstance(each, Script):
                self._definitions.add(each.number, [piece.statement for piece in each.pieces])
        findings: list[Finding] = []
        for each in read:
            findings += self._checked(each, read) if isinstance(each, Script) else [each]
        return Report(len(paths), findings)

    def _checked(self, script: Script, read: Sequence[Script | Finding]) -> list[Finding]:
        if not self._desk.serves(self._definitions.own[script.number]):
            self._desk.close()
            self._desk = Desk(self._catalog)
        found = _FileCheck(script, self._desk, self._typist, self._catalog)
        for _ in script.pieces:
            pass
        return sorted(dict.fromkeys(found.findings()), key=lambda each: (each.start, each.rule.name))
